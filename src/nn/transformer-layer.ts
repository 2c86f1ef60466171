/** @file What layers of a Transformer share: their settings and their activation. */
import { RuntimeError } from "../errors";
import type { Tensor } from "../tensor";
import type { FactoryOptions } from "./factory";
import { gelu, relu } from "./functional/activation";

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

export interface LayerArgs extends TransformerLayerOptions {
  d_model: number;
  nhead: number;
}

export const layer_names = [
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

export function activation_of(activation: Activation | undefined): (x: Tensor) => Tensor {
  if (activation === undefined || activation === "relu") return relu;
  if (activation === "gelu") return gelu;
  if (typeof activation === "function") return activation;
  throw new RuntimeError(`activation should be relu/gelu, not ${String(activation)}`);
}
