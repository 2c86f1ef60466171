/** @file Lengths, angles and distances of vectors. */
import { bind } from "../../args";
import { named } from "../../autograd/tape";
import { RuntimeError } from "../../errors";
import { clamp } from "../../ops/pointwise/bounds";
import { div, mul, sub } from "../../ops/pointwise/elementwise";
import { index_select } from "../../ops/position/gather";
import { sum } from "../../ops/reduction/reduce";
import { expect_floating_norm, norm_dims } from "../../ops/reduction/statistics";
import { expect_tensor, promote_floating, result_type } from "../../ops/value/convert";
import { broadcast_shapes, normalize_dim, normalize_dims, range, same_shape } from "../../shape";
import { is_tensor, type Tensor } from "../../tensor";

/** The cosine of the angle between vectors along `dim`; the inputs broadcast. */
export function cosine_similarity(
  x1: Tensor,
  x2: Tensor,
  dim?: number,
  eps?: number | { eps?: number },
): Tensor;
export function cosine_similarity(x1: Tensor, x2: Tensor, options: { dim?: number; eps?: number }): Tensor;
export function cosine_similarity(x1: Tensor, options: { x2: Tensor; dim?: number; eps?: number }): Tensor;
export function cosine_similarity(x1: Tensor, ...args: unknown[]): Tensor {
  const {
    x2,
    dim = 1,
    eps = 1e-8,
  } = bind<{ x2: Tensor } & Partial<{ dim: number; eps: number }>>(
    "cosine_similarity",
    ["x2", "dim", "eps"],
    [],
    args,
    1,
  );
  if (is_tensor(x1) && is_tensor(x2)) {
    const met = result_type(x1, x2);
    if (!met.is_floating_point) {
      throw new RuntimeError(
        `cosine_similarity(): expected common dtype to be floating point, yet common dtype is ${met.scalar_type}`,
      );
    }
  }
  const [a, b] = promote_floating(
    "cosine_similarity",
    expect_tensor("cosine_similarity", x1, "x1"),
    expect_tensor("cosine_similarity", x2, "x2"),
  );
  const shape = broadcast_shapes(a.shape, b.shape);
  const rank = shape.length;
  const at = normalize_dim(dim, rank);
  // The inputs broadcast first: an element that stands for several counts as many times in the length.
  const unit = (x: Tensor): Tensor => {
    const whole = same_shape(x.shape, shape) ? x : x.expand(shape);
    return div(whole, clamp(norm_dims(whole, 2, rank === 0 ? [] : [at], true), eps));
  };
  const products = mul(unit(a), unit(b));
  return rank === 0 ? products : sum(products, at);
}

/** The `p`-norm of the difference of vectors along the last dimension. */
export function pairwise_distance(
  x1: Tensor,
  x2: Tensor,
  p?: number,
  eps?: number | { eps?: number; keepdim?: boolean },
  keepdim?: boolean | { keepdim?: boolean },
): Tensor;
export function pairwise_distance(
  x1: Tensor,
  x2: Tensor,
  options: { p?: number; eps?: number; keepdim?: boolean },
): Tensor;
export function pairwise_distance(
  x1: Tensor,
  options: { x2: Tensor; p?: number; eps?: number; keepdim?: boolean },
): Tensor;
export function pairwise_distance(x1: Tensor, ...args: unknown[]): Tensor {
  type Args = { p: number; eps: number; keepdim: boolean };
  const {
    x2,
    p = 2,
    eps = 1e-6,
    keepdim = false,
  } = bind<{ x2: Tensor } & Partial<Args>>("pairwise_distance", ["x2", "p", "eps", "keepdim"], [], args, 1);
  const difference = sub(
    expect_tensor("pairwise_distance", x1, "x1"),
    expect_tensor("pairwise_distance", x2, "x2"),
  ).add(eps);
  const lengths = norm_dims(difference, p, difference.ndim === 0 ? [] : [difference.ndim - 1], keepdim);
  return named("NormBackward1", lengths, difference);
}

/** Vectors along `dim` divided by their `p`-norm, so that it becomes 1. */
export function normalize(
  input: Tensor,
  p?: number,
  dim?: number | readonly number[],
  eps?: number | { eps?: number },
): Tensor;
export function normalize(
  input: Tensor,
  p: number,
  options: { dim?: number | readonly number[]; eps?: number },
): Tensor;
export function normalize(
  input: Tensor,
  options: { p?: number; dim?: number | readonly number[]; eps?: number },
): Tensor;
export function normalize(input: Tensor, ...args: unknown[]): Tensor {
  type Args = { p: number; dim: number | readonly number[]; eps: number };
  const { p = 2, dim = 1, eps = 1e-12 } = bind<Args>("normalize", ["p", "dim", "eps"], [], args);
  const dims = normalize_dims(dim, expect_tensor("normalize", input).ndim);
  expect_floating_norm(input);
  return div(input, clamp(norm_dims(input, p, dims, true), eps));
}

/**
 * The `p`-norms of the differences of all pairs of rows.
 *
 * @param input (N, M)
 * @returns (N (N - 1) / 2), the pairs in order: (0, 1), (0, 2), ..., (1, 2), ...
 * @throws RuntimeError unless the input is a matrix of floating numbers and `p` is not negative.
 */
export function pdist(input: Tensor, p?: number): Tensor;
export function pdist(input: Tensor, options: { p?: number }): Tensor;
export function pdist(input: Tensor, ...args: unknown[]): Tensor {
  const { p = 2 } = bind<{ p: number }>("pdist", ["p"], [], args);
  expect_tensor("pdist", input);
  if (input.ndim !== 2) {
    throw new RuntimeError(`pdist only supports 2D tensors, got: ${input.ndim}D`);
  }
  if (!input.dtype.is_floating_point) throw new RuntimeError("pdist only supports floating-point dtypes");
  if (!(p >= 0)) throw new RuntimeError("pdist only supports non-negative p values");
  const [n] = input.shape;
  const first = range(n).flatMap((i) => range(n - 1 - i).map(() => i));
  const second = range(n).flatMap((i) => range(n - 1 - i).map((j) => i + 1 + j));
  const differences = sub(index_select(input, 0, first), index_select(input, 0, second));
  // Points without coordinates are nowhere apart.
  if (differences.numel() === 0) return sum(differences, 1);
  return norm_dims(differences, p, [1], false);
}
