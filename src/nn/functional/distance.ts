/** @file Lengths, angles and distances of vectors. */
import { bind } from "../../args";
import { expect_tensor, promote_floating } from "../../ops/convert";
import { clamp, div, mul, sub } from "../../ops/elementwise";
import { sum } from "../../ops/reduce";
import { norm_dims } from "../../ops/statistics";
import { normalize_dim, normalize_dims } from "../../shape";
import type { Tensor } from "../../tensor";

/** The cosine of the angle between vectors along `dim`; the inputs broadcast. */
export function cosine_similarity(x1: Tensor, x2: Tensor, dim?: number, eps?: number): Tensor;
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
  const [a, b] = promote_floating(
    "cosine_similarity",
    expect_tensor("cosine_similarity", x1, "x1"),
    expect_tensor("cosine_similarity", x2, "x2"),
  );
  const rank = Math.max(a.ndim, b.ndim);
  const at = normalize_dim(dim, rank);
  const unit = (x: Tensor): Tensor => {
    const own = at - rank + x.ndim;
    return div(x, clamp(norm_dims(x, 2, own < 0 || x.ndim === 0 ? [] : [own], true), eps));
  };
  const products = mul(unit(a), unit(b));
  return rank === 0 ? products : sum(products, at);
}

/** The `p`-norm of the difference of vectors along the last dimension. */
export function pairwise_distance(
  x1: Tensor,
  x2: Tensor,
  p?: number,
  eps?: number,
  keepdim?: boolean,
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
  return norm_dims(difference, p, [difference.ndim - 1], keepdim);
}

/** Vectors along `dim` divided by their `p`-norm, so that it becomes 1. */
export function normalize(input: Tensor, p?: number, dim?: number | readonly number[], eps?: number): Tensor;
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
  return div(input, clamp(norm_dims(input, p, dims, true), eps));
}
