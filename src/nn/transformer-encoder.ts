/** @file The Transformer's encoder (Vaswani et al., arXiv:1706.03762): a layer, and a stack of them. */
import { bind } from "../args";
import type { Tensor } from "../tensor";
import { MultiheadAttention } from "./attention";
import { deepcopy } from "./deepcopy";
import { Dropout } from "./dropout";
import { bind_layer } from "./factory";
import { Linear } from "./linear";
import { Module } from "./module";
import { ModuleList } from "./module-list";
import { LayerNorm } from "./normalization";
import {
  activation_of,
  type LayerArgs,
  layer_names,
  type TransformerLayerOptions,
} from "./transformer-layer";

/** Keyword arguments of a call of {@link TransformerEncoderLayer}. */
export interface EncoderLayerCall {
  src_mask?: Tensor | null;
  src_key_padding_mask?: Tensor | null;
  is_causal?: boolean;
}

/** Self-attention and a feed-forward network, each with a residual connection and layer normalisation. */
export class TransformerEncoderLayer extends Module {
  self_attn: MultiheadAttention;
  linear1: Linear;
  dropout: Dropout;
  linear2: Linear;
  norm_first: boolean;
  norm1: LayerNorm;
  norm2: LayerNorm;
  dropout1: Dropout;
  dropout2: Dropout;
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
    const bound = bind_layer<LayerArgs>("TransformerEncoderLayer", ["d_model", "nhead"], layer_names, args);
    const { dim_feedforward = 2048, dropout = 0.1, layer_norm_eps: eps = 1e-5, bias = true, dtype } = bound;
    const { batch_first = false } = bound;
    const d_model = bound.d_model as number;
    this.self_attn = new MultiheadAttention(d_model, bound.nhead as number, {
      dropout,
      bias,
      batch_first,
      dtype,
    });
    this.linear1 = new Linear(d_model, dim_feedforward, { bias, dtype });
    this.dropout = new Dropout(dropout);
    this.linear2 = new Linear(dim_feedforward, d_model, { bias, dtype });
    this.norm_first = bound.norm_first ?? false;
    this.norm1 = new LayerNorm(d_model, { eps, bias, dtype });
    this.norm2 = new LayerNorm(d_model, { eps, bias, dtype });
    this.dropout1 = new Dropout(dropout);
    this.dropout2 = new Dropout(dropout);
    this.activation = activation_of(bound.activation);
  }

  override forward(src: Tensor, options?: EncoderLayerCall): Tensor;
  override forward(src: Tensor, ...args: unknown[]): Tensor {
    const {
      src_mask: attn_mask = null,
      src_key_padding_mask: key_padding_mask = null,
      is_causal = false,
    } = bind<Required<EncoderLayerCall>>(
      "TransformerEncoderLayer",
      ["src_mask", "src_key_padding_mask", "is_causal"],
      [],
      args,
    );
    const attend = (x: Tensor): Tensor => {
      const [out] = this.self_attn(x, x, x, { attn_mask, key_padding_mask, need_weights: false, is_causal });
      return this.dropout1(out);
    };
    const feed = (x: Tensor): Tensor =>
      this.dropout2(this.linear2(this.dropout(this.activation(this.linear1(x)))));
    if (this.norm_first) {
      const x = src.add(attend(this.norm1(src)));
      return x.add(feed(this.norm2(x)));
    }
    const x = this.norm1(src.add(attend(src)));
    return this.norm2(x.add(feed(x)));
  }
}

export function clones<M extends Module>(module: M, count: number): ModuleList<M> {
  return new ModuleList(Array.from({ length: count }, () => deepcopy(module)));
}

/** Keyword arguments of a call of {@link TransformerEncoder}. */
export interface EncoderCall {
  mask?: Tensor | null;
  src_key_padding_mask?: Tensor | null;
  is_causal?: boolean | null;
}

/** Copies of an encoder layer, one after another. */
export class TransformerEncoder extends Module {
  layers: ModuleList<TransformerEncoderLayer>;
  num_layers: number;
  norm: Module | null;

  constructor(
    encoder_layer: TransformerEncoderLayer,
    num_layers: number | { num_layers: number; norm?: Module | null },
    norm:
      | Module
      | null
      | { norm?: Module | null; enable_nested_tensor?: boolean; mask_check?: boolean } = null,
    ..._rest: unknown[]
  ) {
    super();
    type Args = {
      num_layers: number;
      norm: Module | null;
      enable_nested_tensor: boolean;
      mask_check: boolean;
    };
    const optional = ["norm", "enable_nested_tensor", "mask_check"] as const;
    const bound = bind_layer<Args>("TransformerEncoder", ["num_layers"], optional, [
      num_layers,
      norm,
      ..._rest,
    ]);
    this.layers = clones(encoder_layer, bound.num_layers as number);
    this.num_layers = bound.num_layers as number;
    this.norm = bound.norm ?? null;
  }

  override forward(src: Tensor, options?: EncoderCall): Tensor;
  override forward(src: Tensor, ...args: unknown[]): Tensor {
    const { mask, src_key_padding_mask, is_causal } = bind<EncoderCall>(
      "TransformerEncoder",
      ["mask", "src_key_padding_mask", "is_causal"],
      [],
      args,
    );
    let output = src;
    for (const layer of this.layers) {
      output = layer(output, { src_mask: mask, src_key_padding_mask, is_causal: is_causal ?? false });
    }
    return this.norm === null ? output : this.norm(output);
  }
}
