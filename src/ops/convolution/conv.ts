/** @file Convolution over one, two and three dimensions. */

import { bind } from "../../args";
import { named } from "../../autograd/tape";
import { RuntimeError } from "../../errors";
import { numel, type Shape } from "../../shape";
import type { Tensor } from "../../tensor";
import { matmul } from "../algebra/linalg";
import { type PerDim, pad_last, unfold_windows, window_count } from "../pooling/sliding";
import { reshape } from "../shape/movement";
import { as_image, as_two, type Checked, check_convolution, direct, sizes, with_bias } from "./conv-check";
import { type Conv, convolve } from "./convolution";

/** Keyword arguments of {@link conv1d}, {@link conv2d} and {@link conv3d}. */
export interface ConvOptions {
  /** (out_channels), added to every output. */
  bias?: Tensor | null;
  /** Distance of the places where the kernel is laid. Default: 1. */
  stride?: PerDim;
  /** Zeros on both sides; `"same"` for an output of the input's size (with stride 1), `"valid"` for none. Default: 0. */
  padding?: PerDim | "same" | "valid";
  /** Distance of the kernel's elements. Default: 1. */
  dilation?: PerDim;
  /** Parts into which the channels are split, each with its own kernels. Default: 1. */
  groups?: number;
}

function padding_of(
  padding: PerDim | "same" | "valid",
  rank: number,
  kernel: Shape,
  stride: Shape,
  dilation: Shape,
): [number[], number[]] {
  if (typeof padding === "string") {
    if (padding === "valid") return [new Array<number>(rank).fill(0), new Array<number>(rank).fill(0)];
    if (padding !== "same") throw new RuntimeError(`Invalid padding string: '${padding}'`);
    if (stride.some((step) => step !== 1)) {
      throw new RuntimeError("padding='same' is not supported for strided convolutions");
    }
    const total = kernel.map((size, i) => dilation[i] * (size - 1));
    return [total.map((n) => Math.floor(n / 2)), total.map((n) => n - Math.floor(n / 2))];
  }
  const both = sizes("padding", padding, rank);
  if (both.some((count) => count < 0)) throw new RuntimeError("negative padding is not supported");
  return [both, both];
}

function conv_nd(rank: number, input: Tensor, weight: Tensor, args: readonly unknown[]): Tensor {
  const name = `conv${rank}d`;
  const names = ["bias", "stride", "padding", "dilation", "groups"] as const;
  const {
    bias = null,
    stride = 1,
    padding = 0,
    dilation = 1,
    groups = 1,
  } = bind<ConvOptions>(name, names, [], args);
  const checked = check_convolution(name, rank, input, weight, bias, stride, dilation, groups, false);
  const kernel = weight.shape.slice(2);
  const [before, after] = padding_of(padding, rank, kernel, checked.stride, checked.dilation);
  const batch = checked.alone ? reshape(input, [1, ...input.shape]) : input;
  const padded = batch.shape.slice(2).map((size, i) => size + before[i] + after[i]);
  if (padded.some((size, i) => size < checked.dilation[i] * (kernel[i] - 1) + 1)) {
    const reach = kernel.map((size, i) => checked.dilation[i] * (size - 1) + 1);
    throw new RuntimeError(
      `Calculated padded input size per channel: (${padded.join(" x ")}). Kernel size: (${reach.join(" x ")}). ` +
        "Kernel size can't be greater than actual input size",
    );
  }
  let output: Tensor;
  if (direct(rank, batch, weight, groups)) {
    const conv: Conv = {
      stride: as_two(checked.stride, 1),
      before: as_two(before, 0),
      after: as_two(after, 0),
      dilation: as_two(checked.dilation, 1),
    };
    output = convolve(as_image(batch), as_image(weight), conv);
    if (rank === 1) output = reshape(output, [output.shape[0], output.shape[1], output.shape[3]]);
  } else {
    output = by_windows(pad_last(batch, before, after), weight, { kernel, ...checked });
  }
  output = with_bias(output, bias);
  return named(
    "ConvolutionBackward0",
    checked.alone ? reshape(output, output.shape.slice(1)) : output,
    input,
  );
}

/** Convolution as a matrix product of the kernels with all windows. */
function by_windows(input: Tensor, weight: Tensor, windows: Checked & { kernel: Shape }): Tensor {
  const { groups, kernel, stride, dilation } = windows;
  const [n] = input.shape;
  const [outputs, inner] = weight.shape;
  const counts = kernel.map((size, i) => window_count(input.shape[2 + i], size, stride[i], dilation[i]));
  const places = inner * numel(kernel);
  const columns = reshape(unfold_windows(input, windows), [n, groups, places, numel(counts)]);
  const kernels = reshape(weight, [1, groups, outputs / groups, places]);
  return reshape(matmul(kernels, columns), [n, outputs, ...counts]);
}

/**
 * Convolution over one dimension.
 *
 * @param input (N, in_channels, L), or (in_channels, L)
 * @param weight (out_channels, in_channels / groups, kernel_size)
 * @param bias (out_channels), or null
 * @returns (N, out_channels, L_out)
 * @throws RuntimeError when the sizes or dtypes do not go together.
 * @example
 * F.conv1d(torch.randn(20, 16, 50), torch.randn(33, 16, 3), { padding: 1 }).shape; // [20, 33, 50]
 */
export function conv1d(input: Tensor, weight: Tensor, options?: ConvOptions): Tensor;
export function conv1d(
  input: Tensor,
  weight: Tensor,
  bias: Tensor | null,
  stride?: PerDim,
  padding?: PerDim | "same" | "valid" | ConvOptions,
  dilation?: PerDim | ConvOptions,
  groups?: number | ConvOptions,
): Tensor;
export function conv1d(
  input: Tensor,
  weight: Tensor,
  bias: Tensor | null,
  options: Omit<ConvOptions, "bias">,
): Tensor;
export function conv1d(input: Tensor, weight: Tensor, ...args: unknown[]): Tensor {
  return conv_nd(1, input, weight, args);
}

/** Convolution over two dimensions: input (N, C, H, W), weight (out_channels, C / groups, h, w); see {@link conv1d}. */
export function conv2d(input: Tensor, weight: Tensor, options?: ConvOptions): Tensor;
export function conv2d(
  input: Tensor,
  weight: Tensor,
  bias: Tensor | null,
  stride?: PerDim,
  padding?: PerDim | "same" | "valid" | ConvOptions,
  dilation?: PerDim | ConvOptions,
  groups?: number | ConvOptions,
): Tensor;
export function conv2d(
  input: Tensor,
  weight: Tensor,
  bias: Tensor | null,
  options: Omit<ConvOptions, "bias">,
): Tensor;
export function conv2d(input: Tensor, weight: Tensor, ...args: unknown[]): Tensor {
  return conv_nd(2, input, weight, args);
}

/** Convolution over three dimensions: input (N, C, D, H, W), weight (out_channels, C / groups, d, h, w); see {@link conv1d}. */
export function conv3d(input: Tensor, weight: Tensor, options?: ConvOptions): Tensor;
export function conv3d(
  input: Tensor,
  weight: Tensor,
  bias: Tensor | null,
  stride?: PerDim,
  padding?: PerDim | "same" | "valid" | ConvOptions,
  dilation?: PerDim | ConvOptions,
  groups?: number | ConvOptions,
): Tensor;
export function conv3d(
  input: Tensor,
  weight: Tensor,
  bias: Tensor | null,
  options: Omit<ConvOptions, "bias">,
): Tensor;
export function conv3d(input: Tensor, weight: Tensor, ...args: unknown[]): Tensor {
  return conv_nd(3, input, weight, args);
}
