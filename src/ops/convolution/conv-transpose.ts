/** @file Transposed convolution over one, two and three dimensions. */

import { bind } from "../../args";
import { named } from "../../autograd/tape";
import { RuntimeError } from "../../errors";
import { numel, range, size_text } from "../../shape";
import type { Tensor } from "../../tensor";
import { matmul } from "../algebra/linalg";
import { fold_windows, type PerDim, pad_last } from "../pooling/sliding";
import { reshape } from "../shape/movement";
import { slice } from "../shape/parts";
import { as_image, as_two, check_convolution, direct, sizes, with_bias } from "./conv-check";
import { type Conv, convolve_input } from "./convolution";

/** Keyword arguments of {@link conv_transpose1d}, {@link conv_transpose2d} and {@link conv_transpose3d}. */
export interface ConvTransposeOptions {
  bias?: Tensor | null;
  stride?: PerDim;
  padding?: PerDim;
  /** Added to one side of the output's size, of which several are possible. Default: 0. */
  output_padding?: PerDim;
  groups?: number;
  dilation?: PerDim;
}

function conv_transpose_nd(rank: number, input: Tensor, weight: Tensor, args: readonly unknown[]): Tensor {
  const name = `conv_transpose${rank}d`;
  const names = ["bias", "stride", "padding", "output_padding", "groups", "dilation"] as const;
  const {
    bias = null,
    stride = 1,
    padding = 0,
    output_padding = 0,
    groups = 1,
    dilation = 1,
  } = bind<ConvTransposeOptions>(name, names, [], args);
  const checked = check_convolution(name, rank, input, weight, bias, stride, dilation, groups, true);
  const pads = sizes("padding", padding, rank);
  const extra = sizes("output_padding", output_padding, rank);
  if (pads.some((count) => count < 0)) throw new RuntimeError("negative padding is not supported");
  if (extra.some((count) => count < 0)) throw new RuntimeError("negative output_padding is not supported");
  if (extra.some((count, i) => count >= checked.stride[i] && count >= checked.dilation[i])) {
    throw new RuntimeError(
      `output padding must be smaller than either stride or dilation, but got output_padding: ${size_text(extra)} ` +
        `stride: ${size_text(checked.stride)} dilation: ${size_text(checked.dilation)}`,
    );
  }
  const batch = checked.alone ? reshape(input, [1, ...input.shape]) : input;
  const [n, inputs] = batch.shape;
  const inner = weight.shape[1];
  const kernel = weight.shape.slice(2);
  const counts = batch.shape.slice(2);
  const result = counts.map(
    (count, i) =>
      (count - 1) * checked.stride[i] - 2 * pads[i] + checked.dilation[i] * (kernel[i] - 1) + extra[i] + 1,
  );
  if (result.some((size) => size <= 0)) {
    throw new RuntimeError(
      `Given input size per channel: (${counts.join(" x ")}). Calculated output size per channel: (${result.join(" x ")}). ` +
        "Output size is too small",
    );
  }
  let output: Tensor;
  if (direct(rank, batch, weight, groups)) {
    // Rows that output_padding adds beyond the last step take away from the padding; beyond that nothing reaches them.
    const after = pads.map((count, i) => count - Math.max(0, extra[i] - (checked.stride[i] - 1)));
    const unreached = after.map((count) => Math.max(0, -count));
    const conv: Conv = {
      stride: as_two(checked.stride, 1),
      before: as_two(pads, 0),
      after: as_two(
        after.map((count) => Math.max(0, count)),
        0,
      ),
      dilation: as_two(checked.dilation, 1),
    };
    const reached = result.map((size, i) => size - unreached[i]);
    output = convolve_input(as_image(batch), as_image(weight), conv, [n, inner, ...as_two(reached, 1)]);
    if (rank === 1) output = reshape(output, [n, inner, reached[0]]);
    output = pad_last(output, new Array<number>(rank).fill(0), unreached);
  } else {
    const kernels = reshape(weight, [1, groups, inputs / groups, inner * numel(kernel)]).transpose(-2, -1);
    const flat = reshape(batch, [n, groups, inputs / groups, numel(counts)]);
    const columns = reshape(matmul(kernels, flat), [n, groups * inner, numel(kernel), ...counts]);
    const whole = result.map((size, i) => size + 2 * pads[i]);
    output = fold_windows(columns, whole, { kernel, ...checked });
    for (const i of range(rank)) {
      if (pads[i] > 0) output = slice(output, 2 + i, pads[i], pads[i] + result[i]);
    }
  }
  output = with_bias(output, bias);
  return named(
    "ConvolutionBackward0",
    checked.alone ? reshape(output, output.shape.slice(1)) : output,
    input,
  );
}

/**
 * The transpose of a convolution over one dimension: its gradient with respect to the input.
 *
 * @param input (N, in_channels, L), or (in_channels, L)
 * @param weight (in_channels, out_channels / groups, kernel_size)
 * @returns (N, out_channels, (L - 1) * stride - 2 * padding + dilation * (kernel_size - 1) + output_padding + 1)
 * @throws RuntimeError when the sizes or dtypes do not go together.
 */
export function conv_transpose1d(input: Tensor, weight: Tensor, options?: ConvTransposeOptions): Tensor;
export function conv_transpose1d(
  input: Tensor,
  weight: Tensor,
  bias: Tensor | null,
  stride?: PerDim,
  padding?: PerDim | ConvTransposeOptions,
  output_padding?: PerDim | ConvTransposeOptions,
  groups?: number | ConvTransposeOptions,
  dilation?: PerDim | ConvTransposeOptions,
): Tensor;
export function conv_transpose1d(
  input: Tensor,
  weight: Tensor,
  bias: Tensor | null,
  options: Omit<ConvTransposeOptions, "bias">,
): Tensor;
export function conv_transpose1d(input: Tensor, weight: Tensor, ...args: unknown[]): Tensor {
  return conv_transpose_nd(1, input, weight, args);
}

/** The transpose of a convolution over two dimensions; see {@link conv_transpose1d}. */
export function conv_transpose2d(input: Tensor, weight: Tensor, options?: ConvTransposeOptions): Tensor;
export function conv_transpose2d(
  input: Tensor,
  weight: Tensor,
  bias: Tensor | null,
  stride?: PerDim,
  padding?: PerDim | ConvTransposeOptions,
  output_padding?: PerDim | ConvTransposeOptions,
  groups?: number | ConvTransposeOptions,
  dilation?: PerDim | ConvTransposeOptions,
): Tensor;
export function conv_transpose2d(
  input: Tensor,
  weight: Tensor,
  bias: Tensor | null,
  options: Omit<ConvTransposeOptions, "bias">,
): Tensor;
export function conv_transpose2d(input: Tensor, weight: Tensor, ...args: unknown[]): Tensor {
  return conv_transpose_nd(2, input, weight, args);
}

/** The transpose of a convolution over three dimensions; see {@link conv_transpose1d}. */
export function conv_transpose3d(input: Tensor, weight: Tensor, options?: ConvTransposeOptions): Tensor;
export function conv_transpose3d(
  input: Tensor,
  weight: Tensor,
  bias: Tensor | null,
  stride?: PerDim,
  padding?: PerDim | ConvTransposeOptions,
  output_padding?: PerDim | ConvTransposeOptions,
  groups?: number | ConvTransposeOptions,
  dilation?: PerDim | ConvTransposeOptions,
): Tensor;
export function conv_transpose3d(
  input: Tensor,
  weight: Tensor,
  bias: Tensor | null,
  options: Omit<ConvTransposeOptions, "bias">,
): Tensor;
export function conv_transpose3d(input: Tensor, weight: Tensor, ...args: unknown[]): Tensor {
  return conv_transpose_nd(3, input, weight, args);
}
