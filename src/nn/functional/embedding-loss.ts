/** @file Losses of distances between embeddings: hinge, cosine, ranking, triplets. */
import { bind } from "../../args";
import { get_default_dtype } from "../../dtype";
import { RuntimeError, ValueError } from "../../errors";
import { reduced } from "../../ops/loss/reduction";
import { clamp, maximum, minimum } from "../../ops/pointwise/bounds";
import { eq } from "../../ops/pointwise/compare";
import { add, choose, div, mul, neg, sub } from "../../ops/pointwise/elementwise";
import { square } from "../../ops/pointwise/unary";
import { sum } from "../../ops/reduction/reduce";
import { cast, expect_tensor } from "../../ops/value/convert";
import { size_text } from "../../shape";
import { scalar_tensor, type Tensor } from "../../tensor";
import { pairwise_distance } from "./distance";
import { type LossOptions, type Old, old } from "./loss-options";

/** x for targets 1, `max(0, margin - x)` for targets -1. */
export function hinge_embedding_loss(
  input: Tensor,
  target: Tensor,
  options?: LossOptions & { margin?: number },
): Tensor;
export function hinge_embedding_loss(
  input: Tensor,
  options: { target: Tensor } & LossOptions & { margin?: number },
): Tensor;
export function hinge_embedding_loss(input: Tensor, ...args: unknown[]): Tensor {
  const {
    target,
    margin = 1,
    reduction = "mean",
  } = bind<{ target: Tensor } & Partial<Old & { margin: number }>>(
    "hinge_embedding_loss",
    ["target", "margin", ...old],
    [],
    args,
    1,
  );
  expect_tensor("hinge_embedding_loss", input);
  const zero = scalar_tensor(0, input.dtype);
  const beyond = cast(clamp(add(neg(input), margin), 0), input.dtype);
  const far = choose(eq(target, 1), scalar_tensor(0, beyond.dtype), beyond);
  const near = choose(eq(target, -1), zero, input);
  return reduced(add(far, near), reduction);
}

/** `1 - cos` for targets 1, `max(0, cos - margin)` for targets -1. */
export function cosine_embedding_loss(
  input1: Tensor,
  input2: Tensor,
  target: Tensor,
  options?: LossOptions & { margin?: number },
): Tensor;
export function cosine_embedding_loss(
  input1: Tensor,
  input2: Tensor,
  options: { target: Tensor } & LossOptions & { margin?: number },
): Tensor;
export function cosine_embedding_loss(
  input1: Tensor,
  options: { input2: Tensor; target: Tensor } & LossOptions & { margin?: number },
): Tensor;
export function cosine_embedding_loss(input1: Tensor, ...args: unknown[]): Tensor {
  const {
    input2,
    target,
    margin = 0,
    reduction = "mean",
  } = bind<{ input2: Tensor; target: Tensor } & Partial<Old & { margin: number }>>(
    "cosine_embedding_loss",
    ["input2", "target", "margin", ...old],
    [],
    args,
    2,
  );
  expect_tensor("cosine_embedding_loss", input1, "input1");
  if (target.ndim > 1) {
    throw new RuntimeError("0D or 1D target tensor expected, multi-target not supported");
  }
  if (input1.ndim !== target.ndim + 1 || input2.ndim !== target.ndim + 1) {
    throw new RuntimeError(
      `${target.ndim}D target tensor expects ${target.ndim + 1}D input tensors, but found inputs with sizes ${size_text(input1.shape)} and ${size_text(input2.shape)}.`,
    );
  }
  const last = input1.ndim - 1;
  const epsilon = 1e-12;
  const dot = sum(mul(input1, input2), last);
  const lengths = mul(add(sum(square(input1), last), epsilon), add(sum(square(input2), last), epsilon));
  const cosine = div(dot, lengths.sqrt());
  const zero = scalar_tensor(0, cosine.dtype);
  const near = choose(eq(target, 1), sub(1, cosine), zero);
  const far = choose(eq(target, -1), clamp(sub(cosine, margin), 0), zero);
  return reduced(add(near, far), reduction);
}

/** `max(0, -target · (input1 - input2) + margin)`. */
export function margin_ranking_loss(
  input1: Tensor,
  input2: Tensor,
  target: Tensor,
  options?: LossOptions & { margin?: number },
): Tensor;
export function margin_ranking_loss(
  input1: Tensor,
  input2: Tensor,
  options: { target: Tensor } & LossOptions & { margin?: number },
): Tensor;
export function margin_ranking_loss(
  input1: Tensor,
  options: { input2: Tensor; target: Tensor } & LossOptions & { margin?: number },
): Tensor;
export function margin_ranking_loss(input1: Tensor, ...args: unknown[]): Tensor {
  const {
    input2,
    target,
    margin = 0,
    reduction = "mean",
  } = bind<{ input2: Tensor; target: Tensor } & Partial<Old & { margin: number }>>(
    "margin_ranking_loss",
    ["input2", "target", "margin", ...old],
    [],
    args,
    2,
  );
  expect_tensor("margin_ranking_loss", input1, "input1");
  if (input1.ndim !== input2.ndim || input1.ndim !== target.ndim) {
    const size = (x: Tensor): string => `torch.Size(${size_text(x.shape)})`;
    throw new RuntimeError(
      `margin_ranking_loss : All input tensors should have same dimension but got sizes: input1: ${size(input1)}, input2: ` +
        `${size(input2)}, target: ${size(target)} `,
    );
  }
  const product = mul(neg(target), sub(input1, input2));
  // The margin is a float, so that whole numbers become floats.
  const each = product.dtype.is_floating_point ? product : cast(product, get_default_dtype());
  return reduced(clamp(add(each, margin), 0), reduction);
}

/** `max(0, d(anchor, positive) - d(anchor, negative) + margin)` with the `p`-norm as distance d. */
export function triplet_margin_loss(
  anchor: Tensor,
  positive: Tensor,
  negative: Tensor,
  options?: LossOptions & { margin?: number; p?: number; eps?: number; swap?: boolean },
): Tensor;
export function triplet_margin_loss(
  anchor: Tensor,
  positive: Tensor,
  options: { negative: Tensor } & LossOptions & { margin?: number; p?: number; eps?: number; swap?: boolean },
): Tensor;
export function triplet_margin_loss(
  anchor: Tensor,
  options: { positive: Tensor; negative: Tensor } & LossOptions & {
      margin?: number;
      p?: number;
      eps?: number;
      swap?: boolean;
    },
): Tensor;

export function triplet_margin_loss(anchor: Tensor, ...args: unknown[]): Tensor {
  type Args = Old & { margin: number; p: number; eps: number; swap: boolean };
  const {
    positive,
    negative,
    margin = 1,
    p = 2,
    eps = 1e-6,
    swap = false,
    reduction = "mean",
  } = bind<{ positive: Tensor; negative: Tensor } & Partial<Args>>(
    "triplet_margin_loss",
    ["positive", "negative", "margin", "p", "eps", "swap", ...old],
    [],
    args,
    2,
  );
  expect_tensor("triplet_margin_loss", anchor, "anchor");
  if (margin <= 0) throw new ValueError(`margin must be greater than 0, got ${margin}`);
  if (anchor.ndim !== positive.ndim || anchor.ndim !== negative.ndim) {
    throw new RuntimeError(
      `The anchor, positive, and negative tensors are expected to have the same number of dimensions, but got: anchor ` +
        `${anchor.ndim}D, positive ${positive.ndim}D, and negative ${negative.ndim}D inputs`,
    );
  }
  const near = pairwise_distance(anchor, positive, p, eps);
  let far = pairwise_distance(anchor, negative, p, eps);
  if (swap) far = minimum(far, pairwise_distance(positive, negative, p, eps));
  return reduced(clamp(add(sub(near, far), margin), 0), reduction);
}

/** Keyword arguments of {@link triplet_margin_with_distance_loss}. */
type DistanceLossOptions = LossOptions & {
  distance_function?: ((a: Tensor, b: Tensor) => Tensor) | null;
  margin?: number;
  swap?: boolean;
};

/** {@link triplet_margin_loss} with a distance of one's own. */
export function triplet_margin_with_distance_loss(
  anchor: Tensor,
  positive: Tensor,
  negative: Tensor,
  options?: DistanceLossOptions,
): Tensor;
export function triplet_margin_with_distance_loss(
  anchor: Tensor,
  options: { positive: Tensor; negative: Tensor } & DistanceLossOptions,
): Tensor;
export function triplet_margin_with_distance_loss(anchor: Tensor, ...args: unknown[]): Tensor {
  type Args = { positive: Tensor; negative: Tensor } & DistanceLossOptions;
  const keys = ["distance_function", "margin", "swap", "reduction"] as const;
  const {
    positive,
    negative,
    distance_function,
    margin = 1,
    swap = false,
    reduction = "mean",
  } = bind<Args>("triplet_margin_with_distance_loss", ["positive", "negative"], keys, args, 2);
  expect_tensor("triplet_margin_with_distance_loss", anchor, "anchor");
  if (margin <= 0) throw new ValueError(`margin must be greater than 0, got ${margin}`);
  const distance = distance_function ?? ((a: Tensor, b: Tensor) => pairwise_distance(a, b));
  const near = distance(anchor, positive);
  let far = distance(anchor, negative);
  if (swap) far = minimum(far, distance(positive, negative));
  return reduced(maximum(add(sub(near, far), margin), scalar_tensor(0, near.dtype)), reduction);
}
