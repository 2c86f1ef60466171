/** @file The whole Transformer (Vaswani et al., arXiv:1706.03762). */
import { bind } from "../args";
import { type DType, float32 } from "../dtype";
import { RuntimeError } from "../errors";
import { triu } from "../ops/shape/triangles";
import { full } from "../ops/value/create";
import type { Tensor } from "../tensor";
import { bind_layer } from "./factory";
import { xavier_uniform_ } from "./init";
import { Module } from "./module";
import { LayerNorm } from "./normalization";
import { TransformerDecoder, TransformerDecoderLayer } from "./transformer-decoder";
import { TransformerEncoder, TransformerEncoderLayer } from "./transformer-encoder";
import type { TransformerLayerOptions } from "./transformer-layer";

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
  constructor(
    d_model: number,
    nhead?: number | TransformerOptions,
    options?: Omit<TransformerOptions, "d_model" | "nhead">,
  );
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
