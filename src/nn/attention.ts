/** @file Multi-head attention (Vaswani et al., arXiv:1706.03762). */
import { bind } from "../args";
import { AssertionError, RuntimeError } from "../errors";
import { transpose, unsqueeze } from "../ops/shape/movement";
import type { Tensor } from "../tensor";
import { bind_layer, check_size, empty_parameter, type FactoryOptions } from "./factory";
import { type AttentionWeights, attend, check_attention } from "./functional/multi-head-attention";
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
    check_attention(query, key, value, this.embed_dim);
    const batched = query.ndim === 3;
    // Inside, batches come first.
    const enter = (x: Tensor): Tensor =>
      batched ? (this.batch_first ? x : transpose(x, 0, 1)) : unsqueeze(x, 0);
    const q = enter(query);
    const k = key === query ? q : enter(key);
    const v = value === key ? k : enter(value);
    const padding = key_padding_mask === null || batched ? key_padding_mask : unsqueeze(key_padding_mask, 0);
    const { in_proj_weight, in_proj_bias, q_proj_weight, k_proj_weight, v_proj_weight, bias_k, bias_v } =
      this;
    const weights: AttentionWeights = {
      in_proj_weight,
      in_proj_bias,
      q_proj_weight,
      k_proj_weight,
      v_proj_weight,
      bias_k,
      bias_v,
      out_proj_weight: this.out_proj.weight,
      out_proj_bias: this.out_proj.bias,
    };
    const [output, shown] = attend(q, k, v, weights, {
      num_heads: this.num_heads,
      add_zero_attn: this.add_zero_attn,
      dropout_p: this.training ? this.dropout : 0,
      key_padding_mask: padding,
      need_weights,
      attn_mask,
      average_attn_weights,
      static_k: null,
      static_v: null,
    });
    const leave = (x: Tensor): Tensor =>
      batched ? (this.batch_first ? x : transpose(x, 0, 1)) : x.squeeze(0);
    return [leave(output), shown === null || batched ? shown : shown.squeeze(0)];
  }
}
