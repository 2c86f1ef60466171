/** @file Convolution layers. */
import { RuntimeError } from "../errors";
import * as ops from "../ops/convolution/conv";
import type { PerDim } from "../ops/pooling/sliding";
import { range } from "../shape";
import type { Tensor } from "../tensor";
import { ConvBase, type ConvOptions, type PaddingMode, padding_modes, type Required } from "./conv-base";
import { pad } from "./functional/pad";

/** Names of the optional arguments, in order. */
export const conv_names = [
  "stride",
  "padding",
  "dilation",
  "groups",
  "bias",
  "padding_mode",
  "device",
  "dtype",
] as const;

/** Convolution layers of any rank. */
abstract class Conv extends ConvBase {
  constructor(in_channels: number, out_channels: number, kernel_size: PerDim, options?: ConvOptions);
  constructor(
    in_channels: number,
    out_channels: number,
    kernel_size: PerDim,
    stride: PerDim,
    padding?: PerDim | "same" | "valid" | ConvOptions,
    dilation?: PerDim | ConvOptions,
    groups?: number | ConvOptions,
    bias?: boolean | ConvOptions,
    padding_mode?: PaddingMode | ConvOptions,
  );
  constructor(options: Required & ConvOptions);
  constructor(...args: unknown[]) {
    super("Conv", conv_names, args);
  }

  override forward(input: Tensor): Tensor {
    const { weight, bias, stride, dilation, groups, kernel_size } = this;
    const rank = kernel_size.length;
    const convolution = [ops.conv1d, ops.conv2d, ops.conv3d][rank - 1];
    let x = input;
    let padding: PerDim | "same" | "valid" = this.padding;
    if (this.padding_mode !== "zeros") {
      if (input.ndim !== rank + 1 && input.ndim !== rank + 2) {
        throw new RuntimeError(
          `Expected ${rank + 1}D (unbatched) or ${rank + 2}D (batched) input to conv${rank}d, but got input of size: [${input.shape.join(", ")}]`,
        );
      }
      x = pad(input, this._around(), padding_modes[this.padding_mode]);
      padding = 0;
    }
    return convolution(x, weight, { bias, stride, padding, dilation, groups });
  }

  /** @internal What stands on each side, the last dimension first, as `pad` takes it. */
  _around(): number[] {
    const { padding, dilation, kernel_size } = this;
    const dims = range(kernel_size.length).reverse();
    if (padding === "valid") return dims.flatMap(() => [0, 0]);
    return dims.flatMap((i) => {
      if (padding !== "same") return [padding[i], padding[i]];
      const total = dilation[i] * (kernel_size[i] - 1);
      return [Math.floor(total / 2), total - Math.floor(total / 2)];
    });
  }
}

/**
 * Convolution over one dimension, for sequences and signals.
 *
 * @param in_channels Channels of the input.
 * @param out_channels Channels of the output: how many kernels there are.
 * @param kernel_size Size of the kernels.
 *
 * Input (N, in_channels, L) or (in_channels, L), output (N, out_channels, L_out) with
 * L_out = floor((L + 2 padding - dilation (kernel_size - 1) - 1) / stride + 1). Parameters: `weight`
 * (out_channels, in_channels / groups, kernel_size) and `bias` (out_channels), drawn uniformly between ∓1/√(inputs of a kernel).
 *
 * @example
 * const conv = new nn.Conv1d(16, 33, 3, { stride: 2 });
 * conv(torch.randn(20, 16, 50)).shape; // [20, 33, 24]
 */
export class Conv1d extends Conv {
  /** @internal */
  get _rank(): number {
    return 1;
  }
}

/** Convolution over two dimensions: input (N, in_channels, H, W), output (N, out_channels, H_out, W_out); see {@link Conv1d}. */
export class Conv2d extends Conv {
  /** @internal */
  get _rank(): number {
    return 2;
  }
}

/** Convolution over three dimensions: input (N, in_channels, D, H, W); see {@link Conv1d}. */
export class Conv3d extends Conv {
  /** @internal */
  get _rank(): number {
    return 3;
  }
}
