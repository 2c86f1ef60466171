/** @file Operations on images and other grids: windows laid out, channels rearranged, neighbours compared. */
import { bind } from "../../args";
import { named } from "../../autograd/tape";
import { bool } from "../../dtype";
import { RuntimeError, ValueError } from "../../errors";
import { avg_pool2d, avg_pool3d } from "../../ops/pooling/avg-pool";
import { fold_windows, type PerDim, pad_last, unfold_windows, window_count } from "../../ops/pooling/sliding";
import { expect_floating_kernel, expect_tensor } from "../../ops/value/convert";
import { numel, type Shape, size_text } from "../../shape";
import type { Tensor } from "../../tensor";
import { pad } from "./pad";

/** Keyword arguments of {@link unfold} and {@link fold}. */
export interface UnfoldOptions {
  /** Distance of a window's elements. Default: 1. */
  dilation?: PerDim;
  /** Zeros around the image. Default: 0. */
  padding?: PerDim;
  /** Distance of the windows. Default: 1. */
  stride?: PerDim;
}

const tuple = (values: Shape): string => `(${values.join(", ")})`;

function pair(name: string, what: string, value: PerDim | undefined): [number, number] {
  if (value === undefined) throw new TypeError(`${name}() missing 1 required positional argument: '${what}'`);
  const list = Array.isArray(value) ? (value as number[]) : [value as number];
  if (!list.every((item) => Number.isInteger(item)) || (list.length !== 1 && list.length !== 2)) {
    throw new TypeError(`${name}(): argument '${what}' must be int or a tuple of two ints`);
  }
  return list.length === 1 ? [list[0], list[0]] : [list[0], list[1]];
}

function windows(name: string, bound: UnfoldOptions & { kernel_size?: PerDim }) {
  const kernel = pair(name, "kernel_size", bound.kernel_size);
  const dilation = pair(name, "dilation", bound.dilation ?? 1);
  const padding = pair(name, "padding", bound.padding ?? 0);
  const stride = pair(name, "stride", bound.stride ?? 1);
  for (const [what, values, least] of [
    ["kernel_size", kernel, 1],
    ["dilation", dilation, 1],
    ["padding", padding, 0],
    ["stride", stride, 1],
  ] as const) {
    if (values.some((value) => value < least)) {
      throw new RuntimeError(
        `${what} should be ${least === 0 ? "non-negative" : "greater than zero"}, but got ${what}=${tuple(values)}`,
      );
    }
  }
  return { kernel, dilation, padding, stride };
}

/**
 * The windows of an image as columns.
 *
 * @param input (N, C, H, W), or (C, H, W)
 * @returns (N, C * kernel elements, windows)
 * @throws RuntimeError when no window fits.
 */
export function unfold(input: Tensor, kernel_size: PerDim, options?: UnfoldOptions): Tensor;
export function unfold(
  input: Tensor,
  kernel_size: PerDim,
  dilation?: PerDim,
  padding?: PerDim | UnfoldOptions,
  stride?: PerDim | UnfoldOptions,
): Tensor;
export function unfold(input: Tensor, ...args: unknown[]): Tensor {
  type Args = UnfoldOptions & { kernel_size: PerDim };
  const bound = bind<Args>("unfold", ["kernel_size", "dilation", "padding", "stride"], [], args);
  expect_tensor("unfold", input);
  const { padding, ...slide } = windows("unfold", bound);
  if (input.ndim !== 3 && input.ndim !== 4) {
    throw new RuntimeError(
      `Expected 3D or 4D (batch mode) tensor with possibly 0 batch size and other non-zero dimensions for input, but got: ${size_text(input.shape)}`,
    );
  }
  if (input.shape.slice(input.ndim - 3).includes(0)) {
    throw new RuntimeError(
      `Expected 3D or 4D (batch mode) tensor with possibly 0 batch size and other non-zero dimensions for input, but got: ${size_text(input.shape)}`,
    );
  }
  if (input.dtype !== bool) expect_floating_kernel("im2col_out_cpu", input);
  const spatial = input.shape.slice(-2);
  const counts = spatial.map((size, i) =>
    window_count(size + 2 * padding[i], slide.kernel[i], slide.stride[i], slide.dilation[i]),
  );
  if (counts.some((count) => count < 1)) {
    throw new RuntimeError(
      `Given input with spatial size ${tuple(spatial)}, kernel_size=${tuple(slide.kernel)}, dilation=${tuple(slide.dilation)}, ` +
        `padding=${tuple(padding)}, calculated shape of the array of sliding blocks as ${tuple(counts)}, but its components must be ` +
        "at least one.",
    );
  }
  const columns = unfold_windows(pad_last(input, padding, padding), slide);
  const channels = input.shape[input.ndim - 3];
  const lead = input.ndim === 4 ? [input.shape[0]] : [];
  const output = columns.reshape([...lead, channels * numel(slide.kernel), numel(counts)]);
  return named("Im2ColBackward0", output, input);
}

/**
 * An image in which the columns' windows are added up: the transpose of {@link unfold}.
 *
 * @param input (N, C * kernel elements, windows), or without N
 * @param output_size Height and width of the image.
 * @throws RuntimeError when the sizes do not go together.
 */
export function fold(
  input: Tensor,
  output_size: PerDim,
  kernel_size: PerDim,
  options?: UnfoldOptions,
): Tensor;
export function fold(
  input: Tensor,
  output_size: PerDim,
  kernel_size: PerDim,
  dilation?: PerDim,
  padding?: PerDim | UnfoldOptions,
  stride?: PerDim | UnfoldOptions,
): Tensor;
export function fold(input: Tensor, ...args: unknown[]): Tensor {
  type Args = UnfoldOptions & { output_size: PerDim; kernel_size: PerDim };
  const names = ["output_size", "kernel_size", "dilation", "padding", "stride"] as const;
  const bound = bind<Args>("fold", names, [], args);
  expect_tensor("fold", input);
  const size = pair("fold", "output_size", bound.output_size);
  const { padding, ...slide } = windows("fold", bound);
  const { kernel, dilation, stride } = slide;
  if (input.ndim !== 2 && input.ndim !== 3) {
    throw new RuntimeError(
      `Expected 2D or 3D (batch mode) tensor for input with possibly 0 batch size and non-zero dimensions for input, but got: ` +
        size_text(input.shape),
    );
  }
  const at = input.ndim - 2;
  const places = numel(kernel);
  if (input.shape[at] % places !== 0) {
    throw new RuntimeError(
      "Expected size of input's dimension 1 to be divisible by the product of kernel_size, but got " +
        `input.size(1)=${input.shape[at]} and kernel_size=${tuple(kernel)}.`,
    );
  }
  const counts = size.map((n, i) => window_count(n + 2 * padding[i], kernel[i], stride[i], dilation[i]));
  if (input.shape[at + 1] !== numel(counts) || counts.some((count) => count < 1)) {
    throw new RuntimeError(
      `Given output_size=${tuple(size)}, kernel_size=${tuple(kernel)}, dilation=${tuple(dilation)}, padding=${tuple(padding)}, ` +
        `stride=${tuple(stride)}, expected size of input's dimension 2 to match the calculated number of sliding blocks ` +
        `${counts.join(" * ")} = ${numel(counts)}, but got input.size(2)=${input.shape[at + 1]}.`,
    );
  }
  const lead = input.shape.slice(0, at);
  const columns = input.reshape([...lead, input.shape[at] / places, places, ...counts]);
  const whole = size.map((n, i) => n + 2 * padding[i]);
  const image = fold_windows(columns, whole, slide);
  return pad(image, [-padding[1], -padding[1], -padding[0], -padding[0]]);
}

function factor(name: string, what: string, given: number | Record<string, number>): number {
  const value = bind<Record<string, number>>(name, [what], [], [given])[what];
  if (value === undefined || !Number.isInteger(value)) {
    throw new TypeError(`${name}(): argument '${what}' must be int`);
  }
  if (value <= 0) throw new RuntimeError(`${name} expects a positive ${what}, but got ${value}`);
  return value;
}

function image_of(name: string, input: Tensor): [number[], number, number, number] {
  expect_tensor(name, input);
  if (input.ndim < 3) {
    throw new RuntimeError(
      `${name} expects input to have at least 3 dimensions, but got input with ${input.ndim} dimension(s)`,
    );
  }
  const [channels, height, width] = input.shape.slice(-3);
  return [input.shape.slice(0, -3), channels, height, width];
}

/** Channels (..., C r², H, W) as finer rows and columns (..., C, H r, W r). */
export function pixel_shuffle(input: Tensor, upscale_factor: number | { upscale_factor: number }): Tensor {
  const r = factor("pixel_shuffle", "upscale_factor", upscale_factor);
  const [lead, channels, height, width] = image_of("pixel_shuffle", input);
  if (channels % (r * r) !== 0) {
    throw new RuntimeError(
      "pixel_shuffle expects its input's 'channel' dimension to be divisible by the square of upscale_factor, but " +
        `input.size(-3)=${channels} is not divisible by ${r * r}`,
    );
  }
  const n = lead.length;
  const order = [...lead.keys(), n, n + 3, n + 1, n + 4, n + 2];
  return input
    .reshape([...lead, channels / (r * r), r, r, height, width])
    .permute(order)
    .reshape([...lead, channels / (r * r), height * r, width * r]);
}

/** The reverse of {@link pixel_shuffle}: (..., C, H r, W r) as (..., C r², H, W). */
export function pixel_unshuffle(
  input: Tensor,
  downscale_factor: number | { downscale_factor: number },
): Tensor {
  const r = factor("pixel_unshuffle", "downscale_factor", downscale_factor);
  const [lead, channels, height, width] = image_of("pixel_unshuffle", input);
  for (const [what, dim, size] of [
    ["height", -2, height],
    ["width", -1, width],
  ] as const) {
    if (size % r !== 0) {
      throw new RuntimeError(
        `pixel_unshuffle expects ${what} to be divisible by downscale_factor, but input.size(${dim})=${size} is not divisible by ${r}`,
      );
    }
  }
  const n = lead.length;
  const order = [...lead.keys(), n, n + 2, n + 4, n + 1, n + 3];
  return input
    .reshape([...lead, channels, height / r, r, width / r, r])
    .permute(order)
    .reshape([...lead, channels * r * r, height / r, width / r]);
}

/** Channels (N, C, ...) dealt out: those of `groups` groups in turn. */
export function channel_shuffle(input: Tensor, groups: number | { groups: number }): Tensor {
  expect_tensor("channel_shuffle", input);
  const given = bind<{ groups: number }>("channel_shuffle", ["groups"], [], [groups]).groups;
  if (input.ndim < 3) {
    throw new RuntimeError(
      `channel_shuffle expects input with > 2 dims, but got input with sizes ${size_text(input.shape)}`,
    );
  }
  const [n, channels, ...rest] = input.shape;
  if (given === undefined || !(given > 0)) {
    throw new RuntimeError(
      `Number of groups to divide channels in must be positive. Value of groups:${given}`,
    );
  }
  if (channels % given !== 0) {
    throw new RuntimeError(
      `Number of channels must be divisible by groups. Got ${channels} channels and ${given} groups.`,
    );
  }
  return input
    .reshape([n, given, channels / given, ...rest])
    .transpose(1, 2)
    .reshape(input.shape);
}

/**
 * Each element divided by a power of the mean square of its neighbours among the channels (Krizhevsky et al., NIPS 2012).
 *
 * @param input (N, C, ...)
 * @param size How many channels count as neighbours.
 */
export function local_response_norm(
  input: Tensor,
  size: number,
  options?: { alpha?: number; beta?: number; k?: number },
): Tensor;
export function local_response_norm(
  input: Tensor,
  size: number,
  alpha?: number,
  beta?: number | { beta?: number; k?: number },
  k?: number | { k?: number },
): Tensor;
export function local_response_norm(input: Tensor, ...args: unknown[]): Tensor {
  type Args = { size: number; alpha: number; beta: number; k: number };
  const {
    size,
    alpha = 1e-4,
    beta = 0.75,
    k = 1,
  } = bind<Args>("local_response_norm", ["size", "alpha", "beta", "k"], [], args);
  expect_tensor("local_response_norm", input);
  if (size === undefined) {
    throw new TypeError("local_response_norm() missing 1 required positional argument: 'size'");
  }
  if (input.ndim < 3) {
    throw new ValueError(`Expected 3D or higher dimensionality input (got ${input.ndim} dimensions)`);
  }
  if (input.numel() === 0) return input;
  const [n, channels, ...rest] = input.shape;
  const before = Math.floor(size / 2);
  const after = Math.floor((size - 1) / 2);
  const squares = input.mul(input);
  const mean =
    input.ndim === 3
      ? avg_pool2d(pad(squares.unsqueeze(1), [0, 0, before, after]), [size, 1], 1).squeeze(1)
      : avg_pool3d(
          pad(squares.reshape([n, 1, channels, rest[0], -1]), [0, 0, 0, 0, before, after]),
          [size, 1, 1],
          1,
        ).reshape(input.shape);
  return input.div(mean.mul(alpha).add(k).pow(beta));
}
