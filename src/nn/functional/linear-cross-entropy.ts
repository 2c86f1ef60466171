/** @file The cross entropy of a linear layer's scores. */
import { bind } from "../../args";
import { NotImplementedError, RuntimeError } from "../../errors";
import { linear } from "../../ops/algebra/linear";
import { cross_entropy } from "../../ops/loss/class-loss";
import type { Reduction } from "../../ops/loss/reduction";
import { reshape } from "../../ops/shape/movement";
import { expect_tensor } from "../../ops/value/convert";
import { numel, type Shape, same_shape } from "../../shape";
import type { Tensor } from "../../tensor";

/** Keyword arguments of {@link linear_cross_entropy}. */
export interface LinearCrossEntropyArgs {
  /** (C, ...), added to the scores. */
  linear_bias?: Tensor | null;
  /** A weight for each class. */
  weight?: Tensor | null;
  reduction?: Reduction;
  /** Targets of this class count for nothing; null stands for -100. Not with probabilities as targets. */
  ignore_index?: number | null;
  /** Mixes the targets with the uniform distribution; in [0, 1]. */
  label_smoothing?: number;
  /** Null: working in chunks, which saves memory, is not offered. */
  options?: null;
}

const tuple = (sizes: Shape): string => `(${sizes.join(", ")}${sizes.length === 1 ? "," : ""})`;

/**
 * `cross_entropy(linear(input, linear_weight, linear_bias), target)`.
 *
 * @param input (in_features) or (N, in_features)
 * @param linear_weight (C, in_features), or (C, d1, ..., in_features) for a loss at each of several places
 * @param target Classes (), (N) or (N, d1, ...) as int64, or probabilities in the shape of the scores.
 * @returns A scalar, or with `reduction: "none"` the shape of the class targets.
 * @throws RuntimeError when the sizes do not go together.
 * @example
 * F.linear_cross_entropy(torch.randn(8, 16), torch.randn(5, 16), torch.randint(0, 5, [8]))
 */
export function linear_cross_entropy(
  input: Tensor,
  linear_weight: Tensor,
  target: Tensor,
  options?: LinearCrossEntropyArgs,
): Tensor;
export function linear_cross_entropy(
  input: Tensor,
  options: { linear_weight: Tensor; target: Tensor } & LinearCrossEntropyArgs,
): Tensor;
export function linear_cross_entropy(input: Tensor, ...args: unknown[]): Tensor {
  const name = "linear_cross_entropy";
  const {
    linear_weight,
    target,
    linear_bias = null,
    weight = null,
    reduction = "mean",
    ignore_index = null,
    label_smoothing = 0,
    options = null,
  } = bind<{ linear_weight: Tensor; target: Tensor } & LinearCrossEntropyArgs>(
    name,
    ["linear_weight", "target"],
    ["linear_bias", "weight", "reduction", "ignore_index", "label_smoothing", "options"],
    args,
    2,
  );
  expect_tensor(name, input);
  expect_tensor(name, linear_weight, "linear_weight");
  expect_tensor(name, target, "target");
  if (options !== null) throw new NotImplementedError(`${name}(): options are not offered; give null`);
  if (input.ndim < 1 || input.ndim > 2) {
    throw new RuntimeError(`expected input with dimensionality 1 or 2, got ${input.ndim}`);
  }
  if (linear_weight.ndim < 2) {
    throw new RuntimeError(
      `expected linear_weight with dimensionality at least 2, got ${linear_weight.ndim}`,
    );
  }
  const batch = input.shape.slice(0, -1);
  const features = input.shape[input.ndim - 1];
  const outputs = linear_weight.shape.slice(0, -1);
  if (features !== linear_weight.shape[outputs.length]) {
    throw new RuntimeError(
      "expected equal input and linear_weight last dimensions (in_features), got " +
        `${features} and ${linear_weight.shape[outputs.length]}, respectively`,
    );
  }
  if (linear_bias !== null && !same_shape(linear_bias.shape, outputs)) {
    throw new RuntimeError(`expected linear_bias shape ${tuple(outputs)}, got ${tuple(linear_bias.shape)}`);
  }
  if (outputs.length > 1 && batch.length === 0) {
    throw new RuntimeError(
      `K-dimensional loss defined by linear_weight shape ${tuple(linear_weight.shape)} requires batched input, ` +
        `(N, ${features}), got unbatched input with shape ${tuple(input.shape)}`,
    );
  }
  const shape = [...batch, ...outputs];
  if (same_shape(target.shape, shape) && ignore_index !== null) {
    throw new RuntimeError("ignore_index cannot be specified when target contains probabilities");
  }
  const rows = numel(outputs);
  const scores = linear(
    input,
    reshape(linear_weight, [rows, features]),
    linear_bias === null ? null : reshape(linear_bias, [rows]),
  );
  return cross_entropy(reshape(scores, shape), target, {
    weight,
    reduction,
    ignore_index: ignore_index ?? -100,
    label_smoothing,
  });
}
