/** @file Convolution layers whose first input says `in_channels`. */
import { RuntimeError, ValueError } from "../errors";
import type { PerDim } from "../ops/pooling/sliding";
import { size_text } from "../shape";
import type { Tensor } from "../tensor";
import { Conv1d, Conv2d, Conv3d, conv_names } from "./conv";
import type { ConvBase, ConvOptions, ConvTransposeOptions, PaddingMode } from "./conv-base";
import { ConvTranspose1d, ConvTranspose2d, ConvTranspose3d, transpose_names } from "./conv-transpose";
import { bind_layer } from "./factory";
import { has_uninitialized, type Lazy, type LazyForm, lazy } from "./lazy";
import { is_uninitialized, UninitializedParameter } from "./uninitialized";

interface Required {
  out_channels: number;
  kernel_size: PerDim;
}

interface LazyConvConstructor<Layer> {
  new (out_channels: number, kernel_size: PerDim, options?: ConvOptions): Layer & Lazy;
  new (
    out_channels: number,
    kernel_size: PerDim,
    stride: PerDim,
    padding?: PerDim | "same" | "valid",
    dilation?: PerDim,
    groups?: number,
    bias?: boolean,
    padding_mode?: PaddingMode,
  ): Layer & Lazy;
  new (options: Required & ConvOptions): Layer & Lazy;
}

interface LazyConvTransposeConstructor<Layer> {
  new (out_channels: number, kernel_size: PerDim, options?: ConvTransposeOptions): Layer & Lazy;
  new (
    out_channels: number,
    kernel_size: PerDim,
    stride: PerDim,
    padding?: PerDim,
    output_padding?: PerDim,
    groups?: number,
    bias?: boolean,
    dilation?: PerDim,
  ): Layer & Lazy;
  new (options: Required & ConvTransposeOptions): Layer & Lazy;
}

function complete(layer: ConvBase, input: Tensor): void {
  if (has_uninitialized(layer)) {
    const { out_channels, groups, kernel_size, transposed } = layer;
    const rank = kernel_size.length;
    if (input.ndim !== rank + 1 && input.ndim !== rank + 2) {
      throw new RuntimeError(
        `Expected ${rank + 1}D (unbatched) or ${rank + 2}D (batched) input to ${layer._get_name()}, but got input of size: ` +
          size_text(input.shape),
      );
    }
    const channels = input.shape[input.ndim - rank - 1];
    if (channels % groups !== 0) throw new ValueError("in_channels must be divisible by groups");
    layer.in_channels = channels;
    const sizes = transposed ? [channels, out_channels / groups] : [out_channels, channels / groups];
    if (is_uninitialized(layer.weight)) layer.weight.materialize([...sizes, ...kernel_size]);
    if (is_uninitialized(layer.bias)) layer.bias.materialize([out_channels]);
    layer.reset_parameters();
  }
  if (layer.in_channels === 0) {
    const { weight, groups, transposed } = layer;
    layer.in_channels = transposed ? weight.shape[0] : weight.shape[1] * groups;
  }
}

function form<Options extends object>(names: readonly (keyof Options & string)[]): LazyForm<ConvBase> {
  return {
    bind(name, args) {
      const bound = bind_layer<Options & Required>(name, ["out_channels", "kernel_size"], names, args);
      return { ...bound, in_channels: 0 };
    },
    size: (layer) => layer.in_channels,
    forget(layer) {
      const { dtype } = layer.weight;
      layer.weight = new UninitializedParameter(true, { dtype });
      if (layer.bias !== null) layer.bias = new UninitializedParameter(true, { dtype });
    },
    complete,
  };
}

const forwards = form<ConvOptions>(conv_names);
const backwards = form<ConvTransposeOptions>(transpose_names);

/** A {@link Conv1d} whose `in_channels` are those of its first input; it is a `Conv1d` from then on. */
export class LazyConv1d extends lazy<LazyConvConstructor<Conv1d>, ConvBase>(Conv1d, forwards) {}

/** A {@link Conv2d} whose `in_channels` are those of its first input; it is a `Conv2d` from then on. */
export class LazyConv2d extends lazy<LazyConvConstructor<Conv2d>, ConvBase>(Conv2d, forwards) {}

/** A {@link Conv3d} whose `in_channels` are those of its first input; it is a `Conv3d` from then on. */
export class LazyConv3d extends lazy<LazyConvConstructor<Conv3d>, ConvBase>(Conv3d, forwards) {}

/** A {@link ConvTranspose1d} whose `in_channels` are those of its first input; it is a `ConvTranspose1d` from then on. */
export class LazyConvTranspose1d extends lazy<LazyConvTransposeConstructor<ConvTranspose1d>, ConvBase>(
  ConvTranspose1d,
  backwards,
) {}

/** A {@link ConvTranspose2d} whose `in_channels` are those of its first input; it is a `ConvTranspose2d` from then on. */
export class LazyConvTranspose2d extends lazy<LazyConvTransposeConstructor<ConvTranspose2d>, ConvBase>(
  ConvTranspose2d,
  backwards,
) {}

/** A {@link ConvTranspose3d} whose `in_channels` are those of its first input; it is a `ConvTranspose3d` from then on. */
export class LazyConvTranspose3d extends lazy<LazyConvTransposeConstructor<ConvTranspose3d>, ConvBase>(
  ConvTranspose3d,
  backwards,
) {}
