/** @file What modules save and load: `state_dict`, `load_state_dict` and the hooks round them. */
import { Holder } from "./holder";
import { add_hook, type RemovableHandle } from "./hooks";
import type { Module } from "./module";
import { type IncompatibleKeys, load_state_dict, type StateDict } from "./state-dict";

/** Runs before a module's own part of `state_dict` is made. */
export type StateDictPreHook = (module: Module, prefix: string, keep_vars: boolean) => void;
/** Runs when the state of a module and those below it is in `state_dict`, which it may change. */
export type StateDictPostHook = (
  module: Module,
  state_dict: StateDict,
  prefix: string,
  local_metadata: Record<string, unknown>,
) => void;
/** Runs before a module's own part is loaded; it may change `state_dict` and add to the lists. */
export type LoadStateDictPreHook = (
  module: Module,
  state_dict: StateDict,
  prefix: string,
  local_metadata: Record<string, unknown>,
  strict: boolean,
  missing_keys: string[],
  unexpected_keys: string[],
  error_msgs: string[],
) => void;
/** Runs when a module and those below it are loaded; keys that it takes from the lists are forgiven. */
export type LoadStateDictPostHook = (module: Module, incompatible_keys: IncompatibleKeys) => void;

type List<T> = { readonly hook: T }[];

/** Base of {@link Module}: its state. */
export abstract class Stateful extends Holder {
  readonly #pre: List<StateDictPreHook> = [];
  readonly #post: List<StateDictPostHook> = [];
  readonly #load_pre: List<LoadStateDictPreHook> = [];
  readonly #load_post: List<LoadStateDictPostHook> = [];

  /** @internal */
  get _load_hooks(): { pre: List<LoadStateDictPreHook>; post: List<LoadStateDictPostHook> } {
    return { pre: [...this.#load_pre], post: [...this.#load_post] };
  }

  /** @internal Registers what another one has, too. */
  _take_state_hooks(from: Stateful): void {
    this.#pre.push(...from.#pre);
    this.#post.push(...from.#post);
    this.#load_pre.push(...from.#load_pre);
    this.#load_post.push(...from.#load_post);
  }

  /** Calls `hook(module, prefix, keep_vars)` before `state_dict()` takes this module's values. */
  register_state_dict_pre_hook(hook: StateDictPreHook): RemovableHandle {
    return add_hook(this.#pre, hook, {});
  }

  /** Calls `hook(module, state_dict, prefix, local_metadata)` after `state_dict()`; it may change what is there. */
  register_state_dict_post_hook(hook: StateDictPostHook): RemovableHandle {
    return add_hook(this.#post, hook, {});
  }

  /**
   * Calls `hook(module, state_dict, prefix, local_metadata, strict, missing_keys, unexpected_keys, error_msgs)` before this
   * module's values are loaded: to rename keys of older files, say.
   */
  register_load_state_dict_pre_hook(hook: LoadStateDictPreHook): RemovableHandle {
    return add_hook(this.#load_pre, hook, {});
  }

  /** Calls `hook(module, incompatible_keys)` once the values are loaded; it may take keys from the lists. */
  register_load_state_dict_post_hook(hook: LoadStateDictPostHook): RemovableHandle {
    return add_hook(this.#load_post, hook, {});
  }

  /** What `state_dict` is to have beside tensors, under `_extra_state`; a subclass has its own, with {@link set_extra_state}. */
  get_extra_state?(): unknown;
  /** Takes what {@link get_extra_state} gave. */
  set_extra_state?(state: unknown): void;

  /**
   * Parameters and persistent buffers by their dotted names, detached; they share their values with the module.
   *
   * @example
   * torch.save(model.state_dict(), "model.safetensors");
   */
  state_dict(options: { destination?: StateDict; prefix?: string; keep_vars?: boolean } = {}): StateDict {
    const { destination = {}, prefix = "", keep_vars = false } = options;
    const self = this as unknown as Module;
    for (const { hook } of [...this.#pre]) hook(self, prefix, keep_vars);
    const kept = [...this._buffers].filter(([name]) => this._is_persistent(name));
    for (const [name, tensor] of [...this._parameters, ...kept]) {
      destination[prefix + name] = keep_vars ? tensor : tensor.detach();
    }
    if (this.get_extra_state !== undefined) {
      (destination as Record<string, unknown>)[`${prefix}_extra_state`] = this.get_extra_state();
    }
    for (const [name, child] of this._modules) {
      child.state_dict({ destination, prefix: `${prefix}${name}.`, keep_vars });
    }
    for (const { hook } of [...this.#post]) hook(self, destination, prefix, {});
    return destination;
  }

  /**
   * Copies values into the parameters and buffers, by name.
   *
   * @param strict Whether every name must be there on both sides.
   * @param options With `assign` the tensors themselves become the module's parameters and buffers.
   * @returns Which names were missing and which were left over.
   * @throws RuntimeError listing every missing and unexpected name (if strict) and every shape that differs.
   */
  load_state_dict(
    state_dict: StateDict | ReadonlyMap<string, StateDict[string]>,
    strict: boolean | { strict?: boolean; assign?: boolean } = true,
    options: boolean | { assign?: boolean } = {},
  ): IncompatibleKeys {
    const assign = typeof options === "boolean" ? options : (options.assign ?? false);
    const given = typeof strict === "boolean" ? { strict, assign } : strict;
    return load_state_dict(
      this as unknown as Module,
      state_dict,
      given.strict ?? true,
      given.assign ?? assign,
    );
  }
}
