/** @file Methods that walk the autograd graph from a tensor, and hooks on its gradient. */
import { bind, none } from "../args";
import { type BackwardOptions, backward as backward_from } from "../autograd/backward";
import { accumulator_of } from "../autograd/node";
import { RuntimeError } from "../errors";
import type { Tensor } from "../tensor";

/**
 * Adds this tensor's gradients to the `grad` of the leaves that it depends on.
 *
 * @param gradient Gradient of this tensor, of its shape; may be left out for one element.
 * @throws RuntimeError without history, without a needed gradient, or when the graph was freed by an earlier pass.
 */
export function backward(input: Tensor, gradient?: Tensor | null, options?: BackwardOptions): void;
export function backward(input: Tensor, options: BackwardOptions & { gradient?: Tensor | null }): void;
export function backward(input: Tensor, ...args: unknown[]): void {
  type Args = BackwardOptions & { gradient?: Tensor | null };
  const parameters = ["gradient", "retain_graph", "create_graph"] as const;
  const { gradient = null, ...options } = bind<Args>("backward", parameters, ["inputs"], args, 0);
  backward_from(input, gradient, options);
}

/**
 * Calls `hook` with this tensor's gradient whenever one is computed; what it returns takes the gradient's place.
 *
 * @returns An object whose `remove()` takes the hook away.
 * @throws RuntimeError for a tensor that requires no gradient, TypeError for what is no function.
 */
export function register_hook(
  input: Tensor,
  hook: (grad: Tensor) => Tensor | undefined,
  ...more: []
): { remove(): void } {
  none("register_hook", more);
  if (typeof hook !== "function") throw new TypeError("register_hook(): argument 'hook' must be a function");
  if (!input.requires_grad) {
    throw new RuntimeError("cannot register a hook on a tensor that doesn't require gradient");
  }
  const { grad_fn } = input;
  const remove =
    grad_fn === null ? accumulator_of(input).add_hook(0, hook) : grad_fn.add_hook(input._output_nr, hook);
  return { remove };
}

/**
 * Calls `hook` with this leaf whenever its `grad` has been added to.
 *
 * @returns An object whose `remove()` takes the hook away.
 * @throws RuntimeError for a tensor that requires no gradient or is no leaf, TypeError for what is no function.
 */
export function register_post_accumulate_grad_hook(
  input: Tensor,
  hook: (tensor: Tensor) => void,
  ...more: []
): { remove(): void } {
  none("register_post_accumulate_grad_hook", more);
  if (typeof hook !== "function") {
    throw new TypeError("register_post_accumulate_grad_hook(): argument 'hook' must be a function");
  }
  if (!input.requires_grad) {
    throw new RuntimeError("cannot register a hook on a tensor that doesn't require gradient");
  }
  if (input.grad_fn !== null) {
    throw new RuntimeError("post accumulate grad hooks cannot be registered on non-leaf tensors");
  }
  const accumulator = accumulator_of(input);
  accumulator.post_hooks ??= [];
  const { post_hooks } = accumulator;
  post_hooks.push(hook);
  return {
    remove() {
      const at = post_hooks.indexOf(hook);
      if (at >= 0) post_hooks.splice(at, 1);
    },
  };
}
