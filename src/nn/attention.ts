/** @file Multi-head attention (Vaswani et al., arXiv:1706.03762). */
import { bind } from "../args";
import { bool } from "../dtype";
import { AssertionError, RuntimeError } from "../errors";
import { cast } from "../ops/convert";
import { zeros } from "../ops/create";
import { dropout } from "../ops/dropout";
import { add, mul } from "../ops/elementwise";
import { cat } from "../ops/join";
import { matmul } from "../ops/linalg";
import { linear } from "../ops/linear";
import { masked_fill } from "../ops/masks";
import { reshape, transpose, unsqueeze } from "../ops/movement";
import { slice } from "../ops/parts";
import { mean } from "../ops/reduce";
import { softmax } from "../ops/softmax";
import { chunk } from "../ops/splits";
import { size_text } from "../shape";
import type { Tensor } from "../tensor";
import { bind_layer, check_size, empty_parameter, type FactoryOptions } from "./factory";
import { scaled_dot_product_attention } from "./functional/attention";
import { xavier_normal_, xavier_uniform_, zeros_ } from "./init";
import { Linear } from "./linear";
import { Module } from "./module";
import type { Parameter } from "./parameter";

/** The output projection; its name is the one that PyTorch prints. */
export class NonDynamicallyQuantizableLinear extends Linear {}

/** Keyword arguments of {@link MultiheadAttention}. */
export interface MultiheadAttentionOptions extends FactoryOptions {
  /** Share of the attention weights dropped in training. Default: 0. */
  dropout?: number;
  bias?: boolean;
  /** Whether a trained key and value are added to those given. */
  add_bias_kv?: boolean;
  /** Whether a key and value of zeros are added. */
  add_zero_attn?: boolean;
  /** Features of the keys. Default: `embed_dim`. */
  kdim?: number | null;
  /** Features of the values. Default: `embed_dim`. */
  vdim?: number | null;
  /** Whether batches are (batch, time, features) instead of (time, batch, features). */
  batch_first?: boolean;
}

/** Keyword arguments of a call of {@link MultiheadAttention}. */
export interface AttendOptions {
  /** (batch, S): true, or -Infinity, for keys that are padding. */
  key_padding_mask?: Tensor | null;
  /** Whether the attention weights are returned too. Default: true. */
  need_weights?: boolean;
  /** (L, S) or (batch · heads, L, S): true, or -Infinity, where a query may not look at a key. */
  attn_mask?: Tensor | null;
  /** Whether the weights are the mean over the heads. Default: true. */
  average_attn_weights?: boolean;
  /** A hint that `attn_mask` is the causal one. */
  is_causal?: boolean;
}

const names = [
  "dropout",
  "bias",
  "add_bias_kv",
  "add_zero_attn",
  "kdim",
  "vdim",
  "batch_first",
  "device",
  "dtype",
] as const;

/** A mask as numbers to be added: true becomes -Infinity. */
export function additive_mask(mask: Tensor, like: Tensor, what: string): Tensor {
  if (mask.dtype === bool) {
    return masked_fill(zeros(mask.shape, { dtype: like.dtype }), mask, Number.NEGATIVE_INFINITY);
  }
  if (!mask.dtype.is_floating_point) {
    throw new AssertionError(`only bool and floating types of ${what} are supported`);
  }
  return cast(mask, like.dtype);
}

/**
 * Attention with several heads: each looks at a part of the features, projected for it.
 *
 * @param embed_dim Features of queries and output.
 * @param num_heads Heads; they share the features evenly.
 *
 * Inputs: query (L, N, E), key (S, N, kdim), value (S, N, vdim), batch first with `batch_first`, or without batch. Output:
 * `[output, weights]`, the weights (N, L, S) or null.
 */
export class MultiheadAttention extends Module {
  embed_dim: number;
  kdim: number;
  vdim: number;
  num_heads: number;
  dropout: number;
  batch_first: boolean;
  head_dim: number;
  add_zero_attn: boolean;
  in_proj_weight: Parameter | null;
  q_proj_weight: Parameter | null;
  k_proj_weight: Parameter | null;
  v_proj_weight: Parameter | null;
  in_proj_bias: Parameter | null;
  bias_k: Parameter | null;
  bias_v: Parameter | null;
  out_proj: NonDynamicallyQuantizableLinear;

  constructor(embed_dim: number, num_heads: number, options?: MultiheadAttentionOptions);
  constructor(
    embed_dim: number,
    num_heads: number,
    dropout: number,
    options?: Omit<MultiheadAttentionOptions, "dropout">,
  );
  constructor(options: MultiheadAttentionOptions & { embed_dim: number; num_heads: number });
  constructor(...args: unknown[]) {
    super();
    type Args = MultiheadAttentionOptions & { embed_dim: number; num_heads: number };
    const bound = bind_layer<Args>("MultiheadAttention", ["embed_dim", "num_heads"], names, args);
    const embed_dim = check_size("MultiheadAttention", "embed_dim", bound.embed_dim, 1);
    const num_heads = check_size("MultiheadAttention", "num_heads", bound.num_heads, 1);
    const { bias = true, add_bias_kv = false, dtype } = bound;
    this.embed_dim = embed_dim;
    this.kdim = bound.kdim ?? embed_dim;
    this.vdim = bound.vdim ?? embed_dim;
    this.num_heads = num_heads;
    this.dropout = bound.dropout ?? 0;
    this.batch_first = bound.batch_first ?? false;
    this.head_dim = embed_dim / num_heads;
    this.add_zero_attn = bound.add_zero_attn ?? false;
    if (!Number.isInteger(this.head_dim)) {
      throw new AssertionError("embed_dim must be divisible by num_heads");
    }
    const same = this.kdim === embed_dim && this.vdim === embed_dim;
    this.in_proj_weight = same ? empty_parameter([3 * embed_dim, embed_dim], dtype) : null;
    this.q_proj_weight = same ? null : empty_parameter([embed_dim, embed_dim], dtype);
    this.k_proj_weight = same ? null : empty_parameter([embed_dim, this.kdim], dtype);
    this.v_proj_weight = same ? null : empty_parameter([embed_dim, this.vdim], dtype);
    this.in_proj_bias = bias ? empty_parameter([3 * embed_dim], dtype) : null;
    this.out_proj = new NonDynamicallyQuantizableLinear(embed_dim, embed_dim, { bias, dtype });
    this.bias_k = add_bias_kv ? empty_parameter([1, 1, embed_dim], dtype) : null;
    this.bias_v = add_bias_kv ? empty_parameter([1, 1, embed_dim], dtype) : null;
    this._reset_parameters();
  }

  /** @internal */
  _reset_parameters(): void {
    for (const weight of [this.in_proj_weight, this.q_proj_weight, this.k_proj_weight, this.v_proj_weight]) {
      if (weight !== null) xavier_uniform_(weight);
    }
    if (this.in_proj_bias !== null) zeros_(this.in_proj_bias);
    if (this.out_proj.bias !== null) zeros_(this.out_proj.bias);
    if (this.bias_k !== null) xavier_normal_(this.bias_k);
    if (this.bias_v !== null) xavier_normal_(this.bias_v);
  }

  override forward(
    query: Tensor,
    key: Tensor,
    value: Tensor,
    options?: AttendOptions,
  ): [Tensor, Tensor | null];
  override forward(query: Tensor, key: Tensor, value: Tensor, ...args: unknown[]): [Tensor, Tensor | null] {
    const {
      key_padding_mask = null,
      need_weights = true,
      attn_mask = null,
      average_attn_weights = true,
      is_causal = false,
    } = bind<Required<AttendOptions>>(
      "MultiheadAttention",
      ["key_padding_mask", "need_weights", "attn_mask", "average_attn_weights", "is_causal"],
      [],
      args,
    );
    if (is_causal && attn_mask === null) {
      throw new RuntimeError("Need attn_mask if specifying the is_causal hint.");
    }
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
    if (query.shape[query.ndim - 1] !== this.embed_dim) {
      throw new AssertionError(
        `was expecting embedding dimension of ${this.embed_dim}, but got ${query.shape[query.ndim - 1]}`,
      );
    }
    const batched = query.ndim === 3;
    // Inside, batches come first.
    const enter = (x: Tensor): Tensor =>
      batched ? (this.batch_first ? x : transpose(x, 0, 1)) : unsqueeze(x, 0);
    const [q, k, v] = this._project(enter(query), enter(key), enter(value));
    const padding = key_padding_mask === null || batched ? key_padding_mask : unsqueeze(key_padding_mask, 0);
    const [attended, weights] = this._attend(q, k, v, padding, attn_mask, need_weights);
    const output = this.out_proj(attended);
    const leave = (x: Tensor): Tensor =>
      batched ? (this.batch_first ? x : transpose(x, 0, 1)) : x.squeeze(0);
    if (weights === null) return [leave(output), null];
    const shown = average_attn_weights ? mean(weights, 1) : weights;
    return [leave(output), batched ? shown : shown.squeeze(0)];
  }

  /** @internal */
  _project(query: Tensor, key: Tensor, value: Tensor): [Tensor, Tensor, Tensor] {
    const { embed_dim, in_proj_weight, in_proj_bias } = this;
    const biases = in_proj_bias === null ? [null, null, null] : chunk(in_proj_bias, 3);
    if (in_proj_weight !== null && query === key && key === value) {
      const [q, k, v] = chunk(linear(query, in_proj_weight, in_proj_bias), 3, -1);
      return [q, k, v];
    }
    const weights =
      in_proj_weight === null
        ? [this.q_proj_weight, this.k_proj_weight, this.v_proj_weight]
        : [0, 1, 2].map((i) => slice(in_proj_weight, 0, i * embed_dim, (i + 1) * embed_dim));
    const [q, k, v] = [query, key, value].map((x, i) => linear(x, weights[i] as Tensor, biases[i]));
    return [q, k, v];
  }

  /** @internal */
  _attend(
    q: Tensor,
    k: Tensor,
    v: Tensor,
    key_padding_mask: Tensor | null,
    attn_mask: Tensor | null,
    need_weights: boolean,
  ): [Tensor, Tensor | null] {
    const { num_heads, head_dim, embed_dim, bias_k, bias_v } = this;
    const [n, rows] = q.shape;
    let mask = attn_mask === null ? null : additive_mask(attn_mask, q, "attn_mask");
    let padding = key_padding_mask === null ? null : additive_mask(key_padding_mask, q, "key_padding_mask");
    let keys = k;
    let values = v;
    // Keys that are added may be seen by all.
    const widen = (x: Tensor | null): Tensor | null =>
      x === null ? null : cat([x, zeros([...x.shape.slice(0, -1), 1], { dtype: x.dtype })], -1);
    const extend = (key: Tensor, value: Tensor): void => {
      keys = cat([keys, key.expand(n, 1, embed_dim)], 1);
      values = cat([values, value.expand(n, 1, embed_dim)], 1);
      mask = widen(mask);
      padding = widen(padding);
    };
    if (bias_k !== null && bias_v !== null) extend(bias_k, bias_v);
    if (this.add_zero_attn) {
      const zero = zeros([1, 1, embed_dim], { dtype: q.dtype });
      extend(zero, zero);
    }
    const columns = keys.shape[1];
    const joint = join_masks(mask, padding, [n, num_heads, rows, columns]);
    const heads = (x: Tensor): Tensor => transpose(reshape(x, [n, x.shape[1], num_heads, head_dim]), 1, 2);
    const back = (x: Tensor): Tensor => reshape(transpose(x, 1, 2), [n, rows, embed_dim]);
    const dropped = this.training ? this.dropout : 0;
    if (!need_weights) {
      const output = scaled_dot_product_attention(heads(q), heads(keys), heads(values), joint, dropped);
      return [back(output), null];
    }
    let scores = matmul(mul(heads(q), Math.sqrt(1 / head_dim)), transpose(heads(keys), -2, -1));
    if (joint !== null) scores = add(scores, joint);
    let weights = softmax(scores, -1);
    if (dropped > 0) weights = dropout(weights, dropped);
    return [back(matmul(weights, heads(values))), weights];
  }
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
