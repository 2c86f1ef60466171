/** @file Gradients as results, without touching any `grad` (PyTorch: `torch.autograd.grad`). */
import { bind } from "../args";
import { RuntimeError, ValueError } from "../errors";
import { stack } from "../ops/shape/join";
import type { Tensor } from "../tensor";
import { as_list, type BackwardOptions, initial_gradients, walk } from "./backward";
import type { Grad } from "./node";

export interface GradOptions extends Omit<BackwardOptions, "inputs"> {
  /** Gradients of the outputs; may be left out for scalars. */
  grad_outputs?: Tensor | readonly (Tensor | null)[] | null;
  /** Give null for inputs that the outputs do not depend on, instead of an error. */
  allow_unused?: boolean;
  /** Whether `grad_outputs` hold several gradients along a first dimension of their own, as the results then do. */
  is_grads_batched?: boolean;
  /** Give zeros for inputs that the outputs do not depend on. */
  materialize_grads?: boolean;
}

/**
 * Gradients of `outputs` with respect to `inputs`, without touching any `grad`.
 *
 * @returns One gradient per input, in order; null for unused inputs where `allow_unused`.
 * @throws RuntimeError when an input does not require a gradient or is not part of the graph.
 * @example
 * const [dx] = torch.autograd.grad(x.pow(2).sum(), x);
 */
export function grad(
  outputs: Tensor | readonly Tensor[],
  inputs: Tensor | readonly Tensor[],
  options?: GradOptions,
): Tensor[];
export function grad(
  outputs: Tensor | readonly Tensor[],
  options: GradOptions & { inputs: Tensor | readonly Tensor[] },
): Tensor[];
export function grad(outputs: Tensor | readonly Tensor[], ...args: unknown[]): Tensor[] {
  type Args = GradOptions & { inputs: Tensor | readonly Tensor[] };
  const parameters = ["inputs", "grad_outputs", "retain_graph", "create_graph"] as const;
  const others = ["allow_unused", "is_grads_batched", "materialize_grads"] as const;
  const bound = bind<Args>("grad", parameters, others, args, 1);
  const {
    inputs,
    materialize_grads = false,
    allow_unused = materialize_grads,
    is_grads_batched,
    ...options
  } = bound;
  if (materialize_grads && !allow_unused) {
    throw new ValueError(
      "Expected allow_unused to be True or not passed when materialize_grads=True, but got: allow_unused=False.",
    );
  }
  const roots = as_list(outputs);
  const targets = as_list(inputs);
  for (const target of targets) {
    if (!target.requires_grad) {
      throw new RuntimeError("One of the differentiated Tensors does not require grad");
    }
  }
  const once = (grad_outputs: GradOptions["grad_outputs"], retain_graph = options.retain_graph): Grad[] =>
    walk(roots, initial_gradients(roots, grad_outputs), targets, { ...options, retain_graph });
  const found = is_grads_batched ? batched(options.grad_outputs, once) : once(options.grad_outputs);
  return found.map((gradient, i) => {
    if (gradient === null && !allow_unused) {
      throw new RuntimeError(
        `The differentiated Tensor at index ${i} appears to not have been used in the graph. Set allow_unused=True if this is ` +
          "the desired behavior.",
      );
    }
    return gradient === null && materialize_grads
      ? targets[i].detach().new_zeros(targets[i].shape)
      : gradient;
  }) as Tensor[];
}

/** The gradients for each slice of `grad_outputs` along the first dimension, stacked. */
function batched(
  grad_outputs: GradOptions["grad_outputs"],
  once: (grad_outputs: readonly (Tensor | null)[], retain_graph?: boolean) => Grad[],
): Grad[] {
  const given = grad_outputs === null || grad_outputs === undefined ? [] : as_list(grad_outputs as Tensor);
  const sizes = given.flatMap((gradient) => (gradient === null ? [] : [gradient.shape[0]]));
  if (sizes.length === 0 || sizes.some((size) => size !== sizes[0] || size === undefined)) {
    throw new RuntimeError(
      "grad(): with is_grads_batched every gradient needs a first dimension of one size",
    );
  }
  const rounds = Array.from({ length: sizes[0] }, (_, i) => {
    const slices = given.map((gradient) => (gradient === null ? null : gradient.select(0, i)));
    return i < sizes[0] - 1 ? once(slices, true) : once(slices);
  });
  return (rounds[0] ?? []).map((first, k) =>
    first === null ? null : stack(rounds.map((round) => round[k] as Tensor)),
  );
}
