/** @file Convolutions over one, two and three dimensions, and their transposes. */
import { bind } from "../args";
import { RuntimeError } from "../errors";
import { numel, range, type Shape, size_text } from "../shape";
import type { Tensor } from "../tensor";
import { expect_tensor } from "./convert";
import { type Conv, convolve, convolve_input } from "./convolution";
import { matmul } from "./linalg";
import { reshape } from "./movement";
import { slice } from "./parts";
import { fold_windows, type PerDim, pad_last, unfold_windows, window_count } from "./sliding";

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

const c_names: Record<string, string> = {
  float32: "float",
  float64: "double",
  int64: "long int",
  int32: "int",
  int16: "short int",
  int8: "signed char",
  uint8: "unsigned char",
  bool: "bool",
};
const c_name = (tensor: Tensor): string => c_names[tensor.dtype.name] ?? tensor.dtype.name;

function sizes(what: string, value: PerDim, rank: number): number[] {
  const list = Array.isArray(value) ? (value as number[]) : [value as number];
  for (const item of list) {
    if (typeof item !== "number" || !Number.isInteger(item)) {
      throw new TypeError(
        `conv${rank}d(): argument '${what}' must be tuple of ints, not ${typeof item === "number" ? "float" : typeof item}`,
      );
    }
  }
  if (list.length === 1) return new Array<number>(rank).fill(list[0]);
  if (list.length !== rank) {
    throw new RuntimeError(
      `expected ${what} to be a single integer value or a list of ${rank} values to match the convolution dimensions, but got ` +
        `${what}=${size_text(list)}`,
    );
  }
  return [...list];
}

interface Checked {
  readonly stride: number[];
  readonly dilation: number[];
  readonly groups: number;
  /** Whether the input came without a batch. */
  readonly alone: boolean;
}

/** What convolutions of both directions need of their arguments, in PyTorch's order and words. */
function check(
  name: string,
  rank: number,
  input: Tensor,
  weight: Tensor,
  bias: Tensor | null,
  stride: PerDim,
  dilation: PerDim,
  groups: number,
  transposed: boolean,
): Checked {
  expect_tensor(name, input);
  expect_tensor(name, weight, "weight");
  if (bias !== null) expect_tensor(name, bias, "bias");
  if (typeof groups !== "number" || !Number.isInteger(groups)) {
    throw new TypeError(`${name}(): argument 'groups' must be int, not ${typeof groups}`);
  }
  const alone = input.ndim === rank + 1;
  if (!alone && input.ndim !== rank + 2) {
    throw new RuntimeError(
      `Expected ${rank + 1}D (unbatched) or ${rank + 2}D (batched) input to ${name}, but got input of size: ${size_text(input.shape)}`,
    );
  }
  if (weight.ndim !== rank + 2) {
    if (weight.ndim < 3) throw new RuntimeError("weight should have at least three dimensions");
    const batch = alone ? [1, ...input.shape] : input.shape;
    throw new RuntimeError(
      `Expected ${weight.ndim}-dimensional input for ${weight.ndim}-dimensional weight ${size_text(weight.shape)}, but got ` +
        `${batch.length}-dimensional input of size ${size_text(batch)} instead`,
    );
  }
  const steps = sizes("stride", stride, rank);
  const gaps = sizes("dilation", dilation, rank);
  if (groups <= 0) throw new RuntimeError("non-positive groups is not supported");
  if (steps.some((step) => step <= 0)) throw new RuntimeError("non-positive stride is not supported");
  if (gaps.some((gap) => gap <= 0)) {
    throw new RuntimeError(`dilation should be greater than zero, but got ${size_text(gaps)}`);
  }
  const given = size_text(weight.shape);
  if (weight.shape[0] < groups) {
    throw new RuntimeError(
      `Given groups=${groups}, expected weight to be at least ${groups} at dimension 0, but got weight of size ${given} instead`,
    );
  }
  if (weight.shape[0] % groups !== 0) {
    throw new RuntimeError(
      `Given groups=${groups}, expected weight to be divisible by ${groups} at dimension 0, but got weight of size [${given}] instead`,
    );
  }
  const channels = input.shape[alone ? 0 : 1];
  const expected = transposed ? weight.shape[0] : weight.shape[1] * groups;
  if (channels !== expected) {
    throw new RuntimeError(
      `Given ${transposed ? "transposed=1" : `groups=${groups}`}, weight of size ${given}, expected ` +
        `input${size_text(alone ? [1, ...input.shape] : input.shape)} to have ${expected} channels, but got ${channels} channels instead`,
    );
  }
  const outputs = transposed ? weight.shape[1] * groups : weight.shape[0];
  if (bias !== null && (bias.ndim !== 1 || bias.shape[0] !== outputs)) {
    throw new RuntimeError(
      `Given ${transposed ? "transposed=1, " : ""}weight of size ${given}, expected bias to be 1-dimensional with ${outputs} elements, ` +
        `but got bias of size ${size_text(bias.shape)} instead`,
    );
  }
  for (const [what, tensor] of [
    ["weight", weight],
    ["bias", bias],
  ] as const) {
    if (tensor !== null && tensor.dtype !== input.dtype) {
      throw new RuntimeError(
        `Input type (${c_name(input)}) and ${what} type (${c_name(tensor)}) should be the same`,
      );
    }
  }
  return { stride: steps, dilation: gaps, groups, alone };
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

/** Whether TensorFlow's Conv2D can do it; else windows are laid out and multiplied. */
function direct(rank: number, input: Tensor, weight: Tensor, groups: number): boolean {
  return (
    rank <= 2 &&
    groups === 1 &&
    input.dtype.is_floating_point &&
    numel(input.shape) > 0 &&
    numel(weight.shape) > 0
  );
}

/** (a, b, size) as (a, b, 1, size), and a setting of one dimension as of two. */
const as_image = (tensor: Tensor): Tensor =>
  tensor.ndim === 4 ? tensor : reshape(tensor, [tensor.shape[0], tensor.shape[1], 1, tensor.shape[2]]);
const both = (values: Shape, missing: number): [number, number] =>
  values.length === 2 ? [values[0], values[1]] : [missing, values[0]];

function with_bias(output: Tensor, bias: Tensor | null): Tensor {
  return bias === null
    ? output
    : output.add(reshape(bias, [1, -1, ...new Array<number>(output.ndim - 2).fill(1)]));
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
  const checked = check(name, rank, input, weight, bias, stride, dilation, groups, false);
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
      stride: both(checked.stride, 1),
      before: both(before, 0),
      after: both(after, 0),
      dilation: both(checked.dilation, 1),
    };
    output = convolve(as_image(batch), as_image(weight), conv);
    if (rank === 1) output = reshape(output, [output.shape[0], output.shape[1], output.shape[3]]);
  } else {
    output = by_windows(pad_last(batch, before, after), weight, { kernel, ...checked });
  }
  output = with_bias(output, bias);
  return checked.alone ? reshape(output, output.shape.slice(1)) : output;
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
  padding?: PerDim | "same" | "valid",
  dilation?: PerDim,
  groups?: number,
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
  padding?: PerDim | "same" | "valid",
  dilation?: PerDim,
  groups?: number,
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
  padding?: PerDim | "same" | "valid",
  dilation?: PerDim,
  groups?: number,
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
  const checked = check(name, rank, input, weight, bias, stride, dilation, groups, true);
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
      stride: both(checked.stride, 1),
      before: both(pads, 0),
      after: both(
        after.map((count) => Math.max(0, count)),
        0,
      ),
      dilation: both(checked.dilation, 1),
    };
    const reached = result.map((size, i) => size - unreached[i]);
    output = convolve_input(as_image(batch), as_image(weight), conv, [n, inner, ...both(reached, 1)]);
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
  return checked.alone ? reshape(output, output.shape.slice(1)) : output;
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
  padding?: PerDim,
  output_padding?: PerDim,
  groups?: number,
  dilation?: PerDim,
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
  padding?: PerDim,
  output_padding?: PerDim,
  groups?: number,
  dilation?: PerDim,
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
  padding?: PerDim,
  output_padding?: PerDim,
  groups?: number,
  dilation?: PerDim,
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
