/** @file Hooks on the gradients that go into and come out of a module. */
import { through } from "../autograd/function";
import type { Grad } from "../autograd/node";
import { RuntimeError } from "../errors";
import { Tensor } from "../tensor";
import type { BackwardHook, BackwardPreHook } from "./hooks";
import type { Module } from "./module";

const name = "BackwardHookFunctionBackward";

function replaced(what: string, before: readonly Grad[], result: unknown): readonly Grad[] {
  if (result === undefined || result === null) return before;
  const list = Array.isArray(result) ? (result as Grad[]) : [result as Grad];
  if (list.length !== before.length) {
    throw new RuntimeError(
      `Backward ${what} returned an invalid number of grad_${what === "hook" ? "input" : "output"}, got ${list.length}, but expected ` +
        `${before.length}`,
    );
  }
  return list;
}

/**
 * Runs `forward` so that the hooks see the gradients of its positional tensors and of its output (a tensor or a list).
 *
 * @param pass Runs `forward` on the arguments.
 */
export function with_backward_hooks(
  module: Module,
  args: readonly unknown[],
  pass: (args: unknown[]) => unknown,
  pre_hooks: readonly BackwardPreHook[],
  hooks: readonly BackwardHook[],
): unknown {
  let grad_output: readonly Grad[] = [];
  const given = [...args];
  const places = [...given.keys()].filter((i) => given[i] instanceof Tensor);
  const wanting = places.some((i) => (given[i] as Tensor).requires_grad);
  const call_hooks = (grad_input: readonly Grad[]): readonly Grad[] => {
    let all: readonly Grad[] = given.map((_, i) => grad_input[places.indexOf(i)] ?? null);
    for (const hook of hooks) all = replaced("hook", all, hook(module, [...all], [...grad_output]));
    return places.map((i) => all[i]);
  };
  if (wanting && hooks.length > 0) {
    const passed = through(
      name,
      places.map((i) => given[i] as Tensor),
      call_hooks,
    );
    places.forEach((i, k) => {
      given[i] = passed[k];
    });
  }
  const output = pass(given);
  const list = (Array.isArray(output) ? output : [output]) as unknown[];
  const results = [...list.keys()].filter((i) => list[i] instanceof Tensor);
  const passed = through(
    name,
    results.map((i) => list[i] as Tensor),
    (grads) => {
      let all: readonly Grad[] = list.map((_, i) => grads[results.indexOf(i)] ?? null);
      for (const hook of pre_hooks) all = replaced("pre hook", all, hook(module, [...all]));
      grad_output = all;
      // Without an input that requires a gradient nothing comes further back.
      if (!wanting) call_hooks([]);
      return results.map((i) => all[i]);
    },
  );
  if (!Array.isArray(output)) return passed[0] ?? output;
  const replaced_list = [...output];
  results.forEach((i, k) => {
    replaced_list[i] = passed[k];
  });
  return replaced_list;
}
