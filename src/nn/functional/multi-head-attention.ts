/** @file Attention with several heads as a function (Vaswani et al., arXiv:1706.03762). */
import { bind } from "../../args";
import { bool } from "../../dtype";
import { AssertionError, RuntimeError } from "../../errors";
import { matmul } from "../../ops/algebra/linalg";
import { linear } from "../../ops/algebra/linear";
import { dropout } from "../../ops/layer/dropout";
import { softmax } from "../../ops/layer/softmax";
import { add, mul } from "../../ops/pointwise/elementwise";
import { masked_fill } from "../../ops/position/masks";
import { mean } from "../../ops/reduction/reduce";
import { cat } from "../../ops/shape/join";
import { reshape, transpose, unsqueeze } from "../../ops/shape/movement";
import { slice } from "../../ops/shape/parts";
import { chunk } from "../../ops/shape/splits";
import { cast, expect_tensor } from "../../ops/value/convert";
import { zeros } from "../../ops/value/create";
import { size_text } from "../../shape";
import type { Tensor } from "../../tensor";
import { scaled_dot_product_attention } from "./attention";

/** What projects queries, keys and values, and their attention's result. */
export interface AttentionWeights {
  /** (3 E, E): the three projections one below the other; null where each has its own. */
  in_proj_weight: Tensor | null;
  in_proj_bias: Tensor | null;
  q_proj_weight: Tensor | null;
  k_proj_weight: Tensor | null;
  v_proj_weight: Tensor | null;
  /** (1, 1, E): a key and a value that are added. */
  bias_k: Tensor | null;
  bias_v: Tensor | null;
  out_proj_weight: Tensor;
  out_proj_bias: Tensor | null;
}

/** How heads attend. */
export interface AttentionSettings {
  num_heads: number;
  add_zero_attn: boolean;
  /** Share of the weights that are dropped. */
  dropout_p: number;
  key_padding_mask: Tensor | null;
  need_weights: boolean;
  attn_mask: Tensor | null;
  average_attn_weights: boolean;
  /** (N * heads, S, E / heads): keys and values instead of the projected ones. */
  static_k: Tensor | null;
  static_v: Tensor | null;
}

/** A mask as numbers to be added: true becomes -Infinity. */
function additive_mask(mask: Tensor, like: Tensor, what: string): Tensor {
  if (mask.dtype === bool) {
    return masked_fill(zeros(mask.shape, { dtype: like.dtype }), mask, Number.NEGATIVE_INFINITY);
  }
  if (!mask.dtype.is_floating_point) {
    throw new AssertionError(`only bool and floating types of ${what} are supported`);
  }
  return cast(mask, like.dtype);
}

/** @throws AssertionError unless the three have the same rank, two or three, and the query the wanted width. */
export function check_attention(query: Tensor, key: Tensor, value: Tensor, width: number): void {
  if (query.ndim !== 2 && query.ndim !== 3) {
    throw new AssertionError(
      `query should be unbatched 2D or batched 3D tensor but received ${query.ndim}-D query tensor`,
    );
  }
  for (const [what, tensor] of Object.entries({ key, value })) {
    if (tensor.ndim !== query.ndim) {
      throw new AssertionError(
        `For ${query.ndim === 3 ? "batched (3-D)" : "unbatched (2-D)"} \`query\`, expected \`key\` and \`value\` to be ` +
          `${query.ndim}-D but found ${what} of shape ${size_text(tensor.shape)}`,
      );
    }
  }
  if (query.shape[query.ndim - 1] !== width) {
    throw new AssertionError(
      `was expecting embedding dimension of ${width}, but got ${query.shape[query.ndim - 1]}`,
    );
  }
}

function project(query: Tensor, key: Tensor, value: Tensor, weights: AttentionWeights): Tensor[] {
  const { in_proj_weight, in_proj_bias } = weights;
  const biases = in_proj_bias === null ? [null, null, null] : chunk(in_proj_bias, 3);
  if (in_proj_weight !== null && query === key && key === value) {
    return chunk(linear(query, in_proj_weight, in_proj_bias), 3, -1);
  }
  const width = query.shape[query.ndim - 1];
  const own =
    in_proj_weight === null
      ? [weights.q_proj_weight, weights.k_proj_weight, weights.v_proj_weight]
      : [0, 1, 2].map((i) => slice(in_proj_weight, 0, i * width, (i + 1) * width));
  return [query, key, value].map((x, i) => linear(x, own[i] as Tensor, biases[i]));
}

/** Both masks in one that broadcasts against (batch, heads, L, S). */
function join_masks(mask: Tensor | null, padding: Tensor | null, shape: readonly number[]): Tensor | null {
  const [n, heads, rows, columns] = shape;
  let joint: Tensor | null = null;
  if (mask !== null) {
    const wanted = mask.ndim === 2 ? [rows, columns] : [n * heads, rows, columns];
    if (mask.shape.join() !== wanted.join()) {
      throw new RuntimeError(
        `The shape of the ${mask.ndim}D attn_mask is ${size_text(mask.shape)}, but should be ${size_text(wanted)}.`,
      );
    }
    joint = mask.ndim === 2 ? mask : reshape(mask, [n, heads, rows, columns]);
  }
  if (padding !== null) {
    if (padding.shape.join() !== [n, columns].join()) {
      throw new AssertionError(
        `expecting key_padding_mask shape of ${size_text([n, columns])}, but got ${size_text(padding.shape)}`,
      );
    }
    const spread = reshape(padding, [n, 1, 1, columns]);
    joint = joint === null ? spread : add(joint, spread);
  }
  return joint;
}

/**
 * Attention of (N, L, E) over keys (N, S, ...) and values (N, S, ...).
 *
 * @returns (N, L, E), and the weights (N, L, S), or (N, heads, L, S) where they are not averaged, or null.
 */
export function attend(
  query: Tensor,
  key: Tensor,
  value: Tensor,
  weights: AttentionWeights,
  settings: AttentionSettings,
): [Tensor, Tensor | null] {
  const { num_heads, dropout_p, static_k, static_v } = settings;
  const [n, rows, width] = query.shape;
  const head_dim = width / num_heads;
  const [q, k, v] = project(query, key, value, weights);
  let mask = settings.attn_mask === null ? null : additive_mask(settings.attn_mask, q, "attn_mask");
  let padding =
    settings.key_padding_mask === null
      ? null
      : additive_mask(settings.key_padding_mask, q, "key_padding_mask");
  const heads = (x: Tensor): Tensor => transpose(reshape(x, [n, x.shape[1], num_heads, head_dim]), 1, 2);
  const given = (x: Tensor): Tensor => reshape(x, [n, num_heads, x.shape[1], head_dim]);
  let keys = static_k === null ? heads(k) : given(static_k);
  let values = static_v === null ? heads(v) : given(static_v);
  // Keys that are added may be seen by all.
  const widen = (x: Tensor | null): Tensor | null =>
    x === null ? null : cat([x, zeros([...x.shape.slice(0, -1), 1], { dtype: x.dtype })], -1);
  const extend = (more_keys: Tensor, more_values: Tensor): void => {
    keys = cat([keys, heads(more_keys.expand(n, 1, width))], 2);
    values = cat([values, heads(more_values.expand(n, 1, width))], 2);
    mask = widen(mask);
    padding = widen(padding);
  };
  if (weights.bias_k !== null && weights.bias_v !== null) extend(weights.bias_k, weights.bias_v);
  if (settings.add_zero_attn) {
    const zero = zeros([1, 1, width], { dtype: q.dtype });
    extend(zero, zero);
  }
  const joint = join_masks(mask, padding, [n, num_heads, rows, keys.shape[2]]);
  const back = (x: Tensor): Tensor => reshape(transpose(x, 1, 2), [n, rows, width]);
  const leave = (x: Tensor): Tensor => linear(back(x), weights.out_proj_weight, weights.out_proj_bias);
  if (!settings.need_weights) {
    return [leave(scaled_dot_product_attention(heads(q), keys, values, joint, dropout_p)), null];
  }
  let scores = matmul(mul(heads(q), Math.sqrt(1 / head_dim)), transpose(keys, -2, -1));
  if (joint !== null) scores = add(scores, joint);
  let shares = softmax(scores, -1);
  if (dropout_p > 0) shares = dropout(shares, dropout_p);
  const shown = settings.average_attn_weights ? mean(shares, 1) : shares;
  return [leave(matmul(shares, values)), shown];
}

/** Keyword arguments of {@link multi_head_attention_forward}. */
export interface MultiHeadAttentionOptions {
  /** Whether weights are dropped. Default: true. */
  training?: boolean;
  /** (N, S): true, or -Infinity, for keys that are padding. */
  key_padding_mask?: Tensor | null;
  /** Whether the attention weights are returned too. Default: true. */
  need_weights?: boolean;
  /** (L, S) or (N * heads, L, S): true, or -Infinity, where a query may not look at a key. */
  attn_mask?: Tensor | null;
  /** Whether query, key and value have projections of their own instead of `in_proj_weight`. */
  use_separate_proj_weight?: boolean;
  q_proj_weight?: Tensor | null;
  k_proj_weight?: Tensor | null;
  v_proj_weight?: Tensor | null;
  static_k?: Tensor | null;
  static_v?: Tensor | null;
  /** Whether the weights are the mean over the heads. Default: true. */
  average_attn_weights?: boolean;
  /** A hint that `attn_mask` is the causal one. */
  is_causal?: boolean;
}

interface Args extends Required<MultiHeadAttentionOptions> {
  key: Tensor;
  value: Tensor;
  embed_dim_to_check: number;
  num_heads: number;
  in_proj_weight: Tensor | null;
  in_proj_bias: Tensor | null;
  bias_k: Tensor | null;
  bias_v: Tensor | null;
  add_zero_attn: boolean;
  dropout_p: number;
  out_proj_weight: Tensor;
  out_proj_bias: Tensor | null;
}

const parameters: readonly (keyof Args)[] = [
  "key",
  "value",
  "embed_dim_to_check",
  "num_heads",
  "in_proj_weight",
  "in_proj_bias",
  "bias_k",
  "bias_v",
  "add_zero_attn",
  "dropout_p",
  "out_proj_weight",
  "out_proj_bias",
  "training",
  "key_padding_mask",
  "need_weights",
  "attn_mask",
  "use_separate_proj_weight",
  "q_proj_weight",
  "k_proj_weight",
  "v_proj_weight",
  "static_k",
  "static_v",
  "average_attn_weights",
  "is_causal",
];

/**
 * What `nn.MultiheadAttention` computes.
 *
 * @param query (L, N, E) or (L, E)
 * @param key (S, N, kdim) or (S, kdim)
 * @param value (S, N, vdim) or (S, vdim)
 * @returns The output in the query's shape, and the weights (N, L, S), by head (N, heads, L, S), or null.
 * @throws AssertionError and RuntimeError when the sizes do not go together.
 */
export function multi_head_attention_forward(
  query: Tensor,
  key: Tensor,
  value: Tensor,
  embed_dim_to_check: number,
  num_heads: number,
  in_proj_weight: Tensor | null,
  in_proj_bias: Tensor | null,
  bias_k: Tensor | null,
  bias_v: Tensor | null,
  add_zero_attn: boolean,
  dropout_p: number,
  out_proj_weight: Tensor,
  out_proj_bias: Tensor | null,
  options?: MultiHeadAttentionOptions,
): [Tensor, Tensor | null];
export function multi_head_attention_forward(query: Tensor, ...args: unknown[]): [Tensor, Tensor | null] {
  const name = "multi_head_attention_forward";
  const bound = bind<Args>(name, parameters, [], args, 12);
  expect_tensor(name, query, "query");
  const { key, value, embed_dim_to_check, num_heads, attn_mask = null, is_causal = false } = bound;
  expect_tensor(name, key, "key");
  expect_tensor(name, value, "value");
  check_attention(query, key, value, embed_dim_to_check);
  if (embed_dim_to_check % num_heads !== 0) {
    throw new AssertionError(`embed_dim ${embed_dim_to_check} not divisible by num_heads ${num_heads}`);
  }
  if (is_causal && attn_mask === null) {
    throw new RuntimeError("Need attn_mask if specifying the is_causal hint.");
  }
  const separate = bound.use_separate_proj_weight ?? false;
  const { q_proj_weight = null, k_proj_weight = null, v_proj_weight = null } = bound;
  if (separate && (q_proj_weight === null || k_proj_weight === null || v_proj_weight === null)) {
    throw new AssertionError("use_separate_proj_weight is True but a projection's weight is None");
  }
  if (!separate && bound.in_proj_weight === null) {
    throw new AssertionError("use_separate_proj_weight is False but in_proj_weight is None");
  }
  const batched = query.ndim === 3;
  const enter = (x: Tensor): Tensor => (batched ? transpose(x, 0, 1) : unsqueeze(x, 0));
  const q = enter(query);
  const k = key === query ? q : enter(key);
  const v = value === key ? k : enter(value);
  const { key_padding_mask = null } = bound;
  const weights: AttentionWeights = {
    in_proj_weight: separate ? null : bound.in_proj_weight,
    in_proj_bias: bound.in_proj_bias,
    q_proj_weight,
    k_proj_weight,
    v_proj_weight,
    bias_k: bound.bias_k,
    bias_v: bound.bias_v,
    out_proj_weight: bound.out_proj_weight,
    out_proj_bias: bound.out_proj_bias,
  };
  const [output, shown] = attend(q, k, v, weights, {
    num_heads,
    add_zero_attn: bound.add_zero_attn,
    dropout_p: (bound.training ?? true) ? bound.dropout_p : 0,
    key_padding_mask:
      key_padding_mask === null || batched ? key_padding_mask : unsqueeze(key_padding_mask, 0),
    need_weights: bound.need_weights ?? true,
    attn_mask,
    average_attn_weights: bound.average_attn_weights ?? true,
    static_k: bound.static_k ?? null,
    static_v: bound.static_v ?? null,
  });
  if (batched) return [transpose(output, 0, 1), shown];
  return [output.squeeze(0), shown === null ? null : shown.squeeze(0)];
}
