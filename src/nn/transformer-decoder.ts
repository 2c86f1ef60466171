/** @file The Transformer's decoder (Vaswani et al., arXiv:1706.03762): a layer, and a stack of them. */
import { bind } from "../args";
import type { Tensor } from "../tensor";
import { MultiheadAttention } from "./attention";
import { Dropout } from "./dropout";
import { bind_layer } from "./factory";
import { Linear } from "./linear";
import { Module } from "./module";
import type { ModuleList } from "./module-list";
import { LayerNorm } from "./normalization";
import { clones } from "./transformer-encoder";
import {
  activation_of,
  type LayerArgs,
  layer_names,
  type TransformerLayerOptions,
} from "./transformer-layer";

/** Keyword arguments of a call of {@link TransformerDecoderLayer} and {@link TransformerDecoder}. */
export interface DecoderCall {
  tgt_mask?: Tensor | null;
  memory_mask?: Tensor | null;
  tgt_key_padding_mask?: Tensor | null;
  memory_key_padding_mask?: Tensor | null;
  tgt_is_causal?: boolean | null;
  memory_is_causal?: boolean;
}

const decoder_call = [
  "tgt_mask",
  "memory_mask",
  "tgt_key_padding_mask",
  "memory_key_padding_mask",
  "tgt_is_causal",
  "memory_is_causal",
] as const;

/** Self-attention, attention to the encoder's output and a feed-forward network. */
export class TransformerDecoderLayer extends Module {
  self_attn: MultiheadAttention;
  multihead_attn: MultiheadAttention;
  linear1: Linear;
  dropout: Dropout;
  linear2: Linear;
  norm_first: boolean;
  norm1: LayerNorm;
  norm2: LayerNorm;
  norm3: LayerNorm;
  dropout1: Dropout;
  dropout2: Dropout;
  dropout3: Dropout;
  activation: (x: Tensor) => Tensor;

  constructor(d_model: number, nhead: number, options?: TransformerLayerOptions);
  constructor(
    d_model: number,
    nhead: number,
    dim_feedforward: number,
    dropout?: number | TransformerLayerOptions,
    options?: Omit<TransformerLayerOptions, "dim_feedforward" | "dropout">,
  );
  constructor(options: LayerArgs);
  constructor(...args: unknown[]) {
    super();
    const bound = bind_layer<LayerArgs>("TransformerDecoderLayer", ["d_model", "nhead"], layer_names, args);
    const { dim_feedforward = 2048, dropout = 0.1, layer_norm_eps: eps = 1e-5, bias = true, dtype } = bound;
    const { batch_first = false } = bound;
    const d_model = bound.d_model as number;
    const nhead = bound.nhead as number;
    this.self_attn = new MultiheadAttention(d_model, nhead, { dropout, bias, batch_first, dtype });
    this.multihead_attn = new MultiheadAttention(d_model, nhead, { dropout, bias, batch_first, dtype });
    this.linear1 = new Linear(d_model, dim_feedforward, { bias, dtype });
    this.dropout = new Dropout(dropout);
    this.linear2 = new Linear(dim_feedforward, d_model, { bias, dtype });
    this.norm_first = bound.norm_first ?? false;
    this.norm1 = new LayerNorm(d_model, { eps, bias, dtype });
    this.norm2 = new LayerNorm(d_model, { eps, bias, dtype });
    this.norm3 = new LayerNorm(d_model, { eps, bias, dtype });
    this.dropout1 = new Dropout(dropout);
    this.dropout2 = new Dropout(dropout);
    this.dropout3 = new Dropout(dropout);
    this.activation = activation_of(bound.activation);
  }

  override forward(tgt: Tensor, memory: Tensor, options?: DecoderCall): Tensor;
  override forward(tgt: Tensor, memory: Tensor, ...args: unknown[]): Tensor {
    const bound = bind<DecoderCall>("TransformerDecoderLayer", decoder_call, [], args);
    const attend = (x: Tensor): Tensor => {
      const [out] = this.self_attn(x, x, x, {
        attn_mask: bound.tgt_mask,
        key_padding_mask: bound.tgt_key_padding_mask,
        is_causal: bound.tgt_is_causal ?? false,
        need_weights: false,
      });
      return this.dropout1(out);
    };
    const look = (x: Tensor): Tensor => {
      const [out] = this.multihead_attn(x, memory, memory, {
        attn_mask: bound.memory_mask,
        key_padding_mask: bound.memory_key_padding_mask,
        is_causal: bound.memory_is_causal ?? false,
        need_weights: false,
      });
      return this.dropout2(out);
    };
    const feed = (x: Tensor): Tensor =>
      this.dropout3(this.linear2(this.dropout(this.activation(this.linear1(x)))));
    if (this.norm_first) {
      let x = tgt.add(attend(this.norm1(tgt)));
      x = x.add(look(this.norm2(x)));
      return x.add(feed(this.norm3(x)));
    }
    let x = this.norm1(tgt.add(attend(tgt)));
    x = this.norm2(x.add(look(x)));
    return this.norm3(x.add(feed(x)));
  }
}

/** Copies of a decoder layer, one after another. */
export class TransformerDecoder extends Module {
  layers: ModuleList<TransformerDecoderLayer>;
  num_layers: number;
  norm: Module | null;

  constructor(
    decoder_layer: TransformerDecoderLayer,
    num_layers: number | { num_layers: number; norm?: Module | null },
    norm: Module | null | { norm?: Module | null } = null,
  ) {
    super();
    type Args = { num_layers: number; norm: Module | null };
    const bound = bind_layer<Args>("TransformerDecoder", ["num_layers"], ["norm"], [num_layers, norm]);
    this.layers = clones(decoder_layer, bound.num_layers as number);
    this.num_layers = bound.num_layers as number;
    this.norm = bound.norm ?? null;
  }

  override forward(tgt: Tensor, memory: Tensor, options?: DecoderCall): Tensor;
  override forward(tgt: Tensor, memory: Tensor, ...args: unknown[]): Tensor {
    const bound = bind<DecoderCall>("TransformerDecoder", decoder_call, [], args);
    let output = tgt;
    for (const layer of this.layers) output = layer(output, memory, bound);
    return this.norm === null ? output : this.norm(output);
  }
}
