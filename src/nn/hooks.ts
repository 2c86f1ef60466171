/** @file Functions that run before and after a module's `forward` and its backward pass. */
import { is_options } from "../args";
import { RuntimeError } from "../errors";
import type { Tensor } from "../tensor";
import { with_backward_hooks } from "./backward-hooks";
import type { Module } from "./module";
import { kind_of } from "./python-text";

/** Takes a hook away again. */
export interface RemovableHandle {
  remove(): void;
}

/** Runs before `forward`; what it returns (a list, or one value) takes the arguments' place. */
// biome-ignore lint/suspicious/noExplicitAny: the arguments are those of any forward
export type ForwardPreHook = (module: Module, args: any[]) => unknown;
/** Runs after `forward`; what it returns takes the output's place. */
// biome-ignore lint/suspicious/noExplicitAny: the arguments and the output are those of any forward
export type ForwardHook = (module: Module, args: any[], output: any) => unknown;

/** Runs before `forward` with keyword arguments apart; may return both anew, as `[args, kwargs]`. */
export type ForwardPreHookWithKwargs = (
  module: Module,
  // biome-ignore lint/suspicious/noExplicitAny: the arguments are those of any forward
  args: any[],
  // biome-ignore lint/suspicious/noExplicitAny: the arguments are those of any forward
  kwargs: Record<string, any>,
) => unknown;
/** Runs after `forward` with keyword arguments apart; what it returns takes the output's place. */
export type ForwardHookWithKwargs = (
  module: Module,
  // biome-ignore lint/suspicious/noExplicitAny: the arguments are those of any forward
  args: any[],
  // biome-ignore lint/suspicious/noExplicitAny: the arguments are those of any forward
  kwargs: Record<string, any>,
  // biome-ignore lint/suspicious/noExplicitAny: the output is that of any forward
  output: any,
) => unknown;
/**
 * Runs once the gradients of the module's inputs are there: one per positional argument, null for those without. What it
 * returns (as many) takes their place.
 */
export type BackwardHook = (
  module: Module,
  grad_input: (Tensor | null)[],
  grad_output: (Tensor | null)[],
) => (Tensor | null)[] | Tensor | null | undefined | void;
/** Runs when the gradients of the module's outputs have come; what it returns takes their place. */
export type BackwardPreHook = (
  module: Module,
  grad_output: (Tensor | null)[],
) => (Tensor | null)[] | Tensor | null | undefined | void;

/** A hook, and how it wants to be called. */
interface Entry<T> {
  readonly hook: T;
  readonly with_kwargs?: boolean;
  readonly always_call?: boolean;
}

/** How a hook is registered. */
export interface HookOptions {
  /** Whether it runs before those that are there. */
  prepend?: boolean;
  /** Whether keyword arguments (a plain object in the last place) come apart. */
  with_kwargs?: boolean;
  /** Whether it runs even when `forward` throws. */
  always_call?: boolean;
}

/** A module's hooks, null for none of a kind. */
export interface HookLists {
  pre_hooks: Entry<ForwardPreHook | ForwardPreHookWithKwargs>[] | null;
  hooks: Entry<ForwardHook | ForwardHookWithKwargs>[] | null;
  backward_pre_hooks: Entry<BackwardPreHook>[] | null;
  backward_hooks: Entry<BackwardHook>[] | null;
}

/** `module.forward(...args)` between the hooks. */
export function call_with_hooks(module: Module, args: readonly unknown[], state: HookLists): unknown {
  let given = [...args];
  for (const { hook, with_kwargs } of [...(state.pre_hooks ?? [])]) {
    if (with_kwargs) {
      const [place, kwargs] = apart(given);
      const changed = (hook as ForwardPreHookWithKwargs)(module, place, kwargs);
      if (changed === undefined || changed === null) continue;
      if (!Array.isArray(changed) || changed.length !== 2 || !Array.isArray(changed[0])) {
        throw new RuntimeError(
          "forward pre-hook must return None or a tuple of (new_args, new_kwargs), but got " +
            `${Array.isArray(changed) ? `a list of ${changed.length}` : kind_of(changed)}.`,
        );
      }
      given = together(changed[0], changed[1] as Record<string, unknown>);
    } else {
      const changed = (hook as ForwardPreHook)(module, given);
      if (changed !== undefined && changed !== null) given = Array.isArray(changed) ? changed : [changed];
    }
  }
  const after = [...(state.hooks ?? [])];
  const ran = new Set<unknown>();
  const run = (output: unknown, entry: (typeof after)[number]): unknown => {
    const { hook, with_kwargs } = entry;
    ran.add(entry);
    let changed: unknown;
    if (with_kwargs) {
      const [place, kwargs] = apart(given);
      changed = (hook as ForwardHookWithKwargs)(module, place, kwargs, output);
    } else changed = (hook as ForwardHook)(module, given, output);
    return changed === undefined || changed === null ? output : changed;
  };
  try {
    const pass = (values: unknown[]): unknown => {
      let output: unknown = module.forward(...values);
      for (const one of after) output = run(output, one);
      return output;
    };
    const { backward_hooks, backward_pre_hooks } = state;
    if (backward_hooks === null && backward_pre_hooks === null) return pass(given);
    const plain = (hooks: Entry<unknown>[] | null): never[] => (hooks ?? []).map(({ hook }) => hook as never);
    return with_backward_hooks(module, given, pass, plain(backward_pre_hooks), plain(backward_hooks));
  } catch (error) {
    for (const one of after) {
      if (!one.always_call || ran.has(one)) continue;
      try {
        run(undefined, one);
      } catch {
        // What `forward` threw counts.
      }
    }
    throw error;
  }
}

/** Arguments, and the keyword arguments behind them: a plain object in the last place. */
function apart(args: readonly unknown[]): [unknown[], Record<string, unknown>] {
  const last = args[args.length - 1];
  return is_options(last) ? [args.slice(0, -1), { ...last }] : [[...args], {}];
}

function together(args: readonly unknown[], kwargs: Record<string, unknown> | undefined): unknown[] {
  return kwargs === undefined || Object.keys(kwargs).length === 0 ? [...args] : [...args, kwargs];
}

/** Adds a hook to a list. @throws TypeError for what is no function. */
export function add_hook<T>(hooks: Entry<T>[], hook: T, options: HookOptions): RemovableHandle {
  if (typeof hook !== "function") throw new TypeError(`a hook must be a function, not ${kind_of(hook)}`);
  const { with_kwargs, always_call, prepend } = options;
  const entry: Entry<T> = { hook, with_kwargs, always_call };
  if (prepend) hooks.unshift(entry);
  else hooks.push(entry);
  return {
    remove() {
      const at = hooks.indexOf(entry);
      if (at >= 0) hooks.splice(at, 1);
    },
  };
}
