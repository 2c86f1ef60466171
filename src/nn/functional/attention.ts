/** @file Attention. */
import { bind } from "../../args";
import { bool } from "../../dtype";
import { RuntimeError } from "../../errors";
import { matmul } from "../../ops/algebra/linalg";
import { dropout } from "../../ops/layer/dropout";
import { softmax } from "../../ops/layer/softmax";
import { isneginf, logical_not } from "../../ops/pointwise/compare";
import { add, mul } from "../../ops/pointwise/elementwise";
import { masked_fill } from "../../ops/position/masks";
import { all } from "../../ops/reduction/reduce";
import { repeat_interleave } from "../../ops/shape/join";
import { transpose } from "../../ops/shape/movement";
import { tril } from "../../ops/shape/triangles";
import { expect_tensor } from "../../ops/value/convert";
import { ones } from "../../ops/value/create";
import type { Tensor } from "../../tensor";

/** Keyword arguments of {@link scaled_dot_product_attention}. */
export interface AttentionOptions {
  /** True (or a number to be added) where a query may look at a key; broadcast to (..., L, S). */
  attn_mask?: Tensor | null;
  /** Share of the weights that are dropped. */
  dropout_p?: number;
  /** Whether each position sees only itself and those before. */
  is_causal?: boolean;
  /** Factor of the scores. Default: 1/√E. */
  scale?: number | null;
  /** Whether the keys have fewer heads than the queries, each for several of them. */
  enable_gqa?: boolean;
}

/**
 * `softmax(query · keyᵀ · scale + mask) · value`. Rows without any key that may be seen give zeros.
 *
 * @param query (..., L, E)
 * @param key (..., S, E)
 * @param value (..., S, Ev)
 * @returns (..., L, Ev)
 */
export function scaled_dot_product_attention(
  query: Tensor,
  key: Tensor,
  value: Tensor,
  options?: AttentionOptions,
): Tensor;
export function scaled_dot_product_attention(
  query: Tensor,
  key: Tensor,
  value: Tensor,
  attn_mask?: Tensor | null,
  dropout_p?: number | AttentionOptions,
  is_causal?: boolean | AttentionOptions,
  options?: Pick<AttentionOptions, "scale" | "enable_gqa">,
): Tensor;
export function scaled_dot_product_attention(
  query: Tensor,
  options: { key: Tensor; value: Tensor } & AttentionOptions,
): Tensor;
export function scaled_dot_product_attention(query: Tensor, ...args: unknown[]): Tensor {
  const name = "scaled_dot_product_attention";
  const {
    key,
    value,
    attn_mask = null,
    dropout_p = 0,
    is_causal = false,
    scale,
    enable_gqa = false,
  } = bind<{ key: Tensor; value: Tensor } & Partial<Required<AttentionOptions>>>(
    name,
    ["key", "value", "attn_mask", "dropout_p", "is_causal"],
    ["scale", "enable_gqa"],
    args,
    2,
  );
  expect_tensor("scaled_dot_product_attention", query, "query");
  for (const [what, tensor] of Object.entries({ query, key, value })) {
    expect_tensor(name, tensor, what);
    if (tensor.ndim < 2) {
      throw new RuntimeError(`${name}: Expected ${what} to be at least 2-dimensional, got ${tensor.ndim}D`);
    }
    if (tensor.dtype !== query.dtype) {
      throw new RuntimeError(
        `Expected query, key, and value to have the same dtype, but got query.dtype: ${query.dtype} key.dtype: ${key.dtype} and ` +
          `value.dtype: ${value.dtype} instead.`,
      );
    }
  }
  if (is_causal && attn_mask !== null) {
    throw new RuntimeError(`${name}: Explicit attn_mask should not be set when is_causal=True`);
  }
  let k = key;
  let v = value;
  if (enable_gqa) {
    k = repeat_interleave(k, query.shape[query.ndim - 3] / k.shape[k.ndim - 3], { dim: -3 });
    v = repeat_interleave(v, query.shape[query.ndim - 3] / v.shape[v.ndim - 3], { dim: -3 });
  }
  const [rows, width] = query.shape.slice(-2);
  const columns = k.shape[k.ndim - 2];
  let scores = matmul(mul(query, scale ?? 1 / Math.sqrt(width)), transpose(k, -2, -1));
  const mask = is_causal ? tril(ones([rows, columns], { dtype: bool })) : attn_mask;
  let dead: Tensor | null = null;
  if (mask !== null) {
    if (mask.dtype === bool) scores = masked_fill(scores, logical_not(mask), Number.NEGATIVE_INFINITY);
    else scores = add(scores, mask);
    dead = all(isneginf(scores.detach()), -1, true);
    scores = masked_fill(scores, dead, 0);
  }
  let weights = softmax(scores, -1);
  if (dead !== null) weights = masked_fill(weights, dead, 0);
  if (dropout_p > 0) weights = dropout(weights, dropout_p);
  return matmul(weights, v);
}
