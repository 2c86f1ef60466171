/** @file Transposed convolution layers. */
import { ValueError } from "../errors";
import * as ops from "../ops/convolution/conv-transpose";
import type { PerDim } from "../ops/pooling/sliding";
import type { Tensor } from "../tensor";
import { ConvBase, type ConvTransposeOptions, type Required } from "./conv-base";

/** Names of the optional arguments, in order. */
export const transpose_names = [
  "stride",
  "padding",
  "output_padding",
  "groups",
  "bias",
  "dilation",
  "padding_mode",
  "device",
  "dtype",
] as const;

/** Transposed convolution layers of any rank. */
abstract class ConvTranspose extends ConvBase {
  constructor(in_channels: number, out_channels: number, kernel_size: PerDim, options?: ConvTransposeOptions);
  constructor(
    in_channels: number,
    out_channels: number,
    kernel_size: PerDim,
    stride: PerDim,
    padding?: PerDim | ConvTransposeOptions,
    output_padding?: PerDim | ConvTransposeOptions,
    groups?: number | ConvTransposeOptions,
    bias?: boolean | ConvTransposeOptions,
    dilation?: PerDim | ConvTransposeOptions,
  );
  constructor(options: Required & ConvTransposeOptions);
  constructor(...args: unknown[]) {
    super("ConvTranspose", transpose_names, args);
  }

  override forward(
    input: Tensor,
    output_size?: readonly number[] | { output_size?: readonly number[] } | null,
  ): Tensor {
    const { weight, bias, stride, dilation, groups } = this;
    const wanted = Array.isArray(output_size)
      ? output_size
      : ((output_size as { output_size?: readonly number[] } | null | undefined)?.output_size ?? null);
    const rank = this.kernel_size.length;
    const output_padding = wanted === null ? this.output_padding : this._extra(input, wanted);
    const convolution = [ops.conv_transpose1d, ops.conv_transpose2d, ops.conv_transpose3d][rank - 1];
    const padding = this.padding as number[];
    return convolution(input, weight, { bias, stride, padding, output_padding, groups, dilation });
  }

  /** @internal The output padding that gives the wanted sizes. */
  _extra(input: Tensor, wanted: readonly number[]): number[] {
    const { kernel_size, stride, dilation } = this;
    const padding = this.padding as number[];
    const rank = kernel_size.length;
    const lead = input.ndim - rank;
    const sizes = wanted.length === rank + lead ? wanted.slice(lead) : wanted;
    if (sizes.length !== rank) {
      throw new ValueError(
        `${this._get_name()}: for ${input.ndim}D input, output_size must have ${rank} or ${rank + lead} elements (got ${wanted.length})`,
      );
    }
    return sizes.map((size, i) => {
      const least =
        (input.shape[lead + i] - 1) * stride[i] - 2 * padding[i] + dilation[i] * (kernel_size[i] - 1) + 1;
      if (size < least || size > least + stride[i] - 1) {
        throw new ValueError(
          `requested an output size of [${sizes.join(", ")}], but valid sizes range from ${least} to ${least + stride[i] - 1} in ` +
            `dimension ${i} (for an input of [${input.shape.slice(lead).join(", ")}])`,
        );
      }
      return size - least;
    });
  }
}

/**
 * The transpose of a convolution over one dimension, which makes sequences longer.
 *
 * Input (N, in_channels, L), output (N, out_channels, L_out) with
 * L_out = (L - 1) stride - 2 padding + dilation (kernel_size - 1) + output_padding + 1; called with `output_size` to choose it.
 * Parameters: `weight` (in_channels, out_channels / groups, kernel_size) and `bias` (out_channels).
 */
export class ConvTranspose1d extends ConvTranspose {
  /** @internal */
  get _rank(): number {
    return 1;
  }
}

/** The transpose of a convolution over two dimensions; see {@link ConvTranspose1d}. */
export class ConvTranspose2d extends ConvTranspose {
  /** @internal */
  get _rank(): number {
    return 2;
  }
}

/** The transpose of a convolution over three dimensions; see {@link ConvTranspose1d}. */
export class ConvTranspose3d extends ConvTranspose {
  /** @internal */
  get _rank(): number {
    return 3;
  }
}
