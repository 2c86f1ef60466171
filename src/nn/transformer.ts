/** @file The Transformer (Vaswani et al., arXiv:1706.03762): encoder and decoder layers, their stacks, and the whole. */
import { bind } from "../args";
import { type DType, float32 } from "../dtype";
import { RuntimeError } from "../errors";
import { full } from "../ops/create";
import { triu } from "../ops/triangles";
import type { Tensor } from "../tensor";
import { MultiheadAttention } from "./attention";
import { ModuleList } from "./container";
import { Dropout } from "./dropout";
import { bind_layer, type FactoryOptions } from "./factory";
import { gelu, relu } from "./functional/activation";
import { xavier_uniform_ } from "./init";
import { Linear } from "./linear";
import { deepcopy, Module } from "./module";
import { LayerNorm } from "./normalization";

/** An activation by name or as a function. */
export type Activation = "relu" | "gelu" | ((x: Tensor) => Tensor);

/** Keyword arguments of the layers. */
export interface TransformerLayerOptions extends FactoryOptions {
  /** Features between the two linear layers. Default: 2048. */
  dim_feedforward?: number;
  /** Default: 0.1. */
  dropout?: number;
  /** Default: "relu". */
  activation?: Activation;
  layer_norm_eps?: number;
  /** Whether batches are (batch, time, features) instead of (time, batch, features). */
  batch_first?: boolean;
  /** Whether layers normalise their input instead of their output. */
  norm_first?: boolean;
  bias?: boolean;
}

interface LayerArgs extends TransformerLayerOptions {
  d_model: number;
  nhead: number;
}

const layer_names = [
  "dim_feedforward",
  "dropout",
  "activation",
  "layer_norm_eps",
  "batch_first",
  "norm_first",
  "bias",
  "device",
  "dtype",
] as const;

function activation_of(activation: Activation | undefined): (x: Tensor) => Tensor {
  if (activation === undefined || activation === "relu") return relu;
  if (activation === "gelu") return gelu;
  if (typeof activation === "function") return activation;
  throw new RuntimeError(`activation should be relu/gelu, not ${String(activation)}`);
}

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
    dropout?: number,
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
    dropout?: number,
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

function clones<M extends Module>(module: M, count: number): ModuleList<M> {
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

/** Keyword arguments of {@link Transformer}. */
export interface TransformerOptions extends TransformerLayerOptions {
  /** Default: 512. */
  d_model?: number;
  /** Default: 8. */
  nhead?: number;
  /** Default: 6. */
  num_encoder_layers?: number;
  /** Default: 6. */
  num_decoder_layers?: number;
  custom_encoder?: Module | null;
  custom_decoder?: Module | null;
}

/** Keyword arguments of a call of {@link Transformer}. */
export interface TransformerCall {
  src_mask?: Tensor | null;
  tgt_mask?: Tensor | null;
  memory_mask?: Tensor | null;
  src_key_padding_mask?: Tensor | null;
  tgt_key_padding_mask?: Tensor | null;
  memory_key_padding_mask?: Tensor | null;
  src_is_causal?: boolean | null;
  tgt_is_causal?: boolean | null;
  memory_is_causal?: boolean;
}

const transformer_names = [
  "d_model",
  "nhead",
  "num_encoder_layers",
  "num_decoder_layers",
  "dim_feedforward",
  "dropout",
  "activation",
  "custom_encoder",
  "custom_decoder",
  "layer_norm_eps",
  "batch_first",
  "norm_first",
  "bias",
  "device",
  "dtype",
] as const;

/** Encoder and decoder: `model(src, tgt)` with (S, N, E) and (T, N, E), batch first with `batch_first`. */
export class Transformer extends Module {
  encoder: Module;
  decoder: Module;
  d_model: number;
  nhead: number;
  batch_first: boolean;

  constructor(options?: TransformerOptions);
  constructor(d_model: number, nhead?: number, options?: Omit<TransformerOptions, "d_model" | "nhead">);
  constructor(...args: unknown[]) {
    super();
    const bound = bind_layer<TransformerOptions>("Transformer", [], transformer_names, args);
    const { d_model = 512, nhead = 8, num_encoder_layers = 6, num_decoder_layers = 6 } = bound;
    const { dim_feedforward, dropout, activation, layer_norm_eps, batch_first, norm_first, bias, dtype } =
      bound;
    const shared = {
      dim_feedforward,
      dropout,
      activation,
      layer_norm_eps,
      batch_first,
      norm_first,
      bias,
      dtype,
    };
    const final = (): LayerNorm => new LayerNorm(d_model, { eps: layer_norm_eps, bias, dtype });
    this.encoder =
      bound.custom_encoder ??
      new TransformerEncoder(
        new TransformerEncoderLayer(d_model, nhead, shared),
        num_encoder_layers,
        final(),
      );
    this.decoder =
      bound.custom_decoder ??
      new TransformerDecoder(
        new TransformerDecoderLayer(d_model, nhead, shared),
        num_decoder_layers,
        final(),
      );
    for (const parameter of this.parameters()) if (parameter.ndim > 1) xavier_uniform_(parameter);
    this.d_model = d_model;
    this.nhead = nhead;
    this.batch_first = batch_first ?? false;
  }

  override forward(src: Tensor, tgt: Tensor, options?: TransformerCall): Tensor;
  override forward(src: Tensor, tgt: Tensor, ...args: unknown[]): Tensor {
    const bound = bind<TransformerCall>(
      "Transformer",
      [
        "src_mask",
        "tgt_mask",
        "memory_mask",
        "src_key_padding_mask",
        "tgt_key_padding_mask",
        "memory_key_padding_mask",
        "src_is_causal",
        "tgt_is_causal",
        "memory_is_causal",
      ],
      [],
      args,
    );
    if (src.ndim === 3) {
      const at = this.batch_first ? 0 : 1;
      if (src.shape[at] !== tgt.shape[at])
        throw new RuntimeError("the batch number of src and tgt must be equal");
    }
    if (src.shape[src.ndim - 1] !== this.d_model || tgt.shape[tgt.ndim - 1] !== this.d_model) {
      throw new RuntimeError("the feature number of src and tgt must be equal to d_model");
    }
    const memory = this.encoder(src, {
      mask: bound.src_mask,
      src_key_padding_mask: bound.src_key_padding_mask,
      is_causal: bound.src_is_causal,
    });
    return this.decoder(tgt, memory, {
      tgt_mask: bound.tgt_mask,
      memory_mask: bound.memory_mask,
      tgt_key_padding_mask: bound.tgt_key_padding_mask,
      memory_key_padding_mask: bound.memory_key_padding_mask,
      tgt_is_causal: bound.tgt_is_causal,
      memory_is_causal: bound.memory_is_causal,
    });
  }

  /** The causal mask (sz, sz): -Infinity above the diagonal, 0 elsewhere. */
  static generate_square_subsequent_mask(sz: number, options: { dtype?: DType } = {}): Tensor {
    return triu(full([sz, sz], Number.NEGATIVE_INFINITY, { dtype: options.dtype ?? float32 }), 1);
  }
}
