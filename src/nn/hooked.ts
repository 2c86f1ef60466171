/** @file What modules are before they hold anything: callable, with hooks. */
import { is_options } from "../args";
import { watcher } from "../backend/watcher";
import { Callable } from "./callable";
import {
  add_hook,
  type BackwardHook,
  type BackwardPreHook,
  call_with_hooks,
  type ForwardHook,
  type ForwardHookWithKwargs,
  type ForwardPreHook,
  type ForwardPreHookWithKwargs,
  type HookLists,
  type HookOptions,
  type RemovableHandle,
} from "./hooks";
import { by_place } from "./keyword-call";
import type { Module } from "./module";

/** Base of {@link Module}: a call runs `forward` between the hooks. */
export abstract class Hooked extends Callable {
  readonly #hooks: HookLists = {
    pre_hooks: null,
    hooks: null,
    backward_pre_hooks: null,
    backward_hooks: null,
  };

  // biome-ignore lint/suspicious/noExplicitAny: subclasses give the types
  abstract forward(...args: any[]): any;

  /** @internal What a call runs: `forward` between its hooks. */
  _call(given: readonly unknown[]): unknown {
    const args = is_options(given[given.length - 1]) ? by_place(this.forward, given) : given;
    const { pre_hooks, hooks, backward_pre_hooks, backward_hooks } = this.#hooks;
    const plain =
      pre_hooks === null && hooks === null && backward_hooks === null && backward_pre_hooks === null;
    if (watcher !== null) watcher.entered(this, !plain);
    if (plain) return this.forward(...args);
    return call_with_hooks(this as unknown as Module, args, this.#hooks);
  }

  /** @internal The hooks that run before `forward`, in order. */
  get _pre_hooks(): (ForwardPreHook | ForwardPreHookWithKwargs)[] {
    return (this.#hooks.pre_hooks ?? []).map(({ hook }) => hook);
  }

  /** @internal */
  _remove_pre_hook(hook: ForwardPreHook): void {
    this.#hooks.pre_hooks = (this.#hooks.pre_hooks ?? []).filter((entry) => entry.hook !== hook);
  }

  /** @internal Registers what another one has, too. */
  _take_hooks(from: Hooked): void {
    const { pre_hooks, hooks, backward_pre_hooks, backward_hooks } = from.#hooks;
    const copy = <T>(list: readonly T[] | null): T[] | null => (list === null ? null : [...list]);
    this.#hooks.pre_hooks = copy(pre_hooks);
    this.#hooks.hooks = copy(hooks);
    this.#hooks.backward_pre_hooks = copy(backward_pre_hooks);
    this.#hooks.backward_hooks = copy(backward_hooks);
  }

  /**
   * Calls `hook(module, args)` before every `forward`; what it returns takes the arguments' place. With `with_kwargs` it is
   * called with `(module, args, kwargs)`, and returns both.
   */
  register_forward_pre_hook(
    hook: ForwardPreHook,
    options?: HookOptions & { with_kwargs?: false },
  ): RemovableHandle;
  register_forward_pre_hook(
    hook: ForwardPreHookWithKwargs,
    options: HookOptions & { with_kwargs: true },
  ): RemovableHandle;
  register_forward_pre_hook(
    hook: ForwardPreHook | ForwardPreHookWithKwargs,
    options: HookOptions = {},
  ): RemovableHandle {
    this.#hooks.pre_hooks ??= [];
    return add_hook(this.#hooks.pre_hooks, hook, options);
  }

  /**
   * Calls `hook(module, args, output)` after every `forward`; what it returns takes the output's place. With `with_kwargs` it
   * is called with `(module, args, kwargs, output)`; with `always_call` even when `forward` throws.
   */
  register_forward_hook(hook: ForwardHook, options?: HookOptions & { with_kwargs?: false }): RemovableHandle;
  register_forward_hook(
    hook: ForwardHookWithKwargs,
    options: HookOptions & { with_kwargs: true },
  ): RemovableHandle;
  register_forward_hook(
    hook: ForwardHook | ForwardHookWithKwargs,
    options: HookOptions = {},
  ): RemovableHandle {
    this.#hooks.hooks ??= [];
    return add_hook(this.#hooks.hooks, hook, options);
  }

  /**
   * Calls `hook(module, grad_input, grad_output)` in every backward pass, once the gradients of the module's inputs are there;
   * what it returns takes the place of `grad_input`.
   */
  register_full_backward_hook(
    hook: BackwardHook,
    prepend: boolean | { prepend?: boolean } = false,
  ): RemovableHandle {
    this.#hooks.backward_hooks ??= [];
    return add_hook(this.#hooks.backward_hooks, hook, typeof prepend === "boolean" ? { prepend } : prepend);
  }

  /** {@link register_full_backward_hook}, which PyTorch's older hook has become. */
  register_backward_hook(hook: BackwardHook): RemovableHandle {
    return this.register_full_backward_hook(hook);
  }

  /**
   * Calls `hook(module, grad_output)` in every backward pass, when the gradients of the module's outputs have come; what it
   * returns takes their place.
   */
  register_full_backward_pre_hook(
    hook: BackwardPreHook,
    prepend: boolean | { prepend?: boolean } = false,
  ): RemovableHandle {
    this.#hooks.backward_pre_hooks ??= [];
    return add_hook(
      this.#hooks.backward_pre_hooks,
      hook,
      typeof prepend === "boolean" ? { prepend } : prepend,
    );
  }
}
