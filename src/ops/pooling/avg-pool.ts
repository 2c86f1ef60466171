/** @file Average and norm pooling. */
import { bind } from "../../args";
import { named } from "../../autograd/tape";
import { int64 } from "../../dtype";
import { RuntimeError } from "../../errors";
import { numel, range, size_text } from "../../shape";
import type { Tensor } from "../../tensor";
import { div } from "../pointwise/elementwise";
import { reshape } from "../shape/movement";
import { cast, expect_floating_kernel, expect_tensor } from "../value/convert";
import { along } from "./maxima";
import { type Axis, axes, overhang, seen, sizes } from "./pool-windows";
import { type PerDim, pad_last } from "./sliding";

/** Keyword arguments of average pooling. */
export interface AvgPoolOptions {
  /** Distance of the windows. Default: `kernel_size`. */
  stride?: PerDim | null;
  /** How many zeros stand at both ends. Default: 0. */
  padding?: PerDim;
  /** Whether a last window may reach beyond the end. Default: false. */
  ceil_mode?: boolean;
  /** Whether the zeros at the ends count. Default: true. */
  count_include_pad?: boolean;
  /** What sums are divided by, instead of the windows' sizes (two and three dimensions). */
  divisor_override?: number | null;
}

/** Sums over the windows of one dimension. */
export function window_sums(input: Tensor, dim: number, axis: Axis): Tensor {
  const { size, count, kernel, stride, before } = axis;
  if (before === 0 && stride === kernel && count * kernel === size) {
    if (kernel === 1) return input;
    const shape = [...input.shape.slice(0, dim), count, kernel, ...input.shape.slice(dim + 1)];
    return reshape(input, shape).sum(dim + 1);
  }
  const pads = new Array<number>(input.ndim).fill(0);
  const front = [...pads];
  const back = [...pads];
  front[dim] = before;
  back[dim] = overhang(axis);
  const padded = pad_last(input, front, back);
  let total = seen(padded, dim, axis, 0);
  for (let k = 1; k < kernel; k++) total = total.add(seen(padded, dim, axis, k));
  return total;
}

function avg_pool_nd(rank: number, input: Tensor, args: readonly unknown[]): Tensor {
  const name = `avg_pool${rank}d`;
  type Args = AvgPoolOptions & { kernel_size: PerDim };
  const names: (keyof Args)[] = ["kernel_size", "stride", "padding", "ceil_mode", "count_include_pad"];
  if (rank > 1) names.push("divisor_override");
  const bound = bind<Args>(name, names, [], args);
  expect_tensor(name, input);
  const lead = input.ndim - rank;
  if (lead !== 1 && lead !== 2) {
    throw new RuntimeError(
      rank === 3
        ? "non-empty 4D or 5D (batch mode) tensor expected for input"
        : `Expected ${rank + 1} to ${rank + 2} dimensions, but got ${input.ndim}-dimensional tensor for argument #1 'self' (while ` +
            `checking arguments for ${name})`,
    );
  }
  if (numel(input.shape.slice(lead === 2 ? 1 : 0)) === 0) {
    throw new RuntimeError(
      `Expected ${rank + 1}D or ${rank + 2}D (batch mode) tensor with optional 0 dim batch size for input, but got:${size_text(input.shape)}`,
    );
  }
  if (input.dtype !== int64)
    expect_floating_kernel(rank === 3 ? "avg_pool3d_out_frame" : "avg_pool2d", input);
  const { divisor_override = null, count_include_pad = true } = bound;
  if (divisor_override === 0) throw new RuntimeError("divisor must be not zero");
  // PyTorch has one dimension as two, of which it takes one away again.
  const label = rank === 1 ? "SqueezeBackward1" : `AvgPool${rank}DBackward0`;
  const windows = axes(name, input, rank, bound.kernel_size, bound);
  let output = input;
  windows.forEach((axis, i) => {
    output = window_sums(output, lead + i, axis);
  });
  const whole = !input.dtype.is_floating_point;
  const divide = (by: number | Tensor): void => {
    output = div(output, by, whole ? { rounding_mode: "trunc" } : undefined);
  };
  if (divisor_override !== null) {
    divide(divisor_override);
    return named(label, output, input);
  }
  const counts = windows.map((axis) => covered(axis, count_include_pad));
  if (counts.every((list) => list.every((count) => count === list[0]))) {
    divide(counts.reduce((product, list) => product * list[0], 1));
  } else {
    counts.forEach((list, i) => {
      divide(cast(along(list, lead + i, input.ndim), input.dtype));
    });
  }
  return named(label, output, input);
}

/** How many places of each window count. */
function covered({ size, count, kernel, stride, before }: Axis, padding_too: boolean): number[] {
  return range(count).map((i) => {
    const start = i * stride - before;
    const end = Math.min(start + kernel, size + before);
    return padding_too ? end - start : Math.min(end, size) - Math.max(start, 0);
  });
}

/**
 * The mean of each window of the last dimension.
 *
 * @param input (N, C, L), or (C, L)
 * @param kernel_size Size of the windows.
 * @returns (N, C, L_out)
 * @throws RuntimeError for settings that give no output.
 */
export function avg_pool1d(
  input: Tensor,
  kernel_size: PerDim,
  options?: Omit<AvgPoolOptions, "divisor_override">,
): Tensor;
export function avg_pool1d(
  input: Tensor,
  kernel_size: PerDim,
  stride?: PerDim | null,
  padding?: PerDim | Omit<AvgPoolOptions, "divisor_override">,
  ceil_mode?: boolean | Omit<AvgPoolOptions, "divisor_override">,
  count_include_pad?: boolean | Omit<AvgPoolOptions, "divisor_override">,
): Tensor;
export function avg_pool1d(input: Tensor, ...args: unknown[]): Tensor {
  return avg_pool_nd(1, input, args);
}

/** The mean of each window of the last two dimensions; see {@link avg_pool1d}. */
export function avg_pool2d(input: Tensor, kernel_size: PerDim, options?: AvgPoolOptions): Tensor;
export function avg_pool2d(
  input: Tensor,
  kernel_size: PerDim,
  stride?: PerDim | null,
  padding?: PerDim | AvgPoolOptions,
  ceil_mode?: boolean | AvgPoolOptions,
  count_include_pad?: boolean | AvgPoolOptions,
  divisor_override?: number | null | AvgPoolOptions,
): Tensor;
export function avg_pool2d(input: Tensor, ...args: unknown[]): Tensor {
  return avg_pool_nd(2, input, args);
}

/** The mean of each window of the last three dimensions; see {@link avg_pool1d}. */
export function avg_pool3d(input: Tensor, kernel_size: PerDim, options?: AvgPoolOptions): Tensor;
export function avg_pool3d(
  input: Tensor,
  kernel_size: PerDim,
  stride?: PerDim | null,
  padding?: PerDim | AvgPoolOptions,
  ceil_mode?: boolean | AvgPoolOptions,
  count_include_pad?: boolean | AvgPoolOptions,
  divisor_override?: number | null | AvgPoolOptions,
): Tensor;
export function avg_pool3d(input: Tensor, ...args: unknown[]): Tensor {
  return avg_pool_nd(3, input, args);
}

/** Keyword arguments of {@link lp_pool1d}, {@link lp_pool2d} and {@link lp_pool3d}. */
export interface LPPoolOptions {
  stride?: PerDim | null;
  ceil_mode?: boolean;
}

function lp_pool_nd(rank: number, input: Tensor, args: readonly unknown[]): Tensor {
  const name = `lp_pool${rank}d`;
  type Args = LPPoolOptions & { norm_type: number; kernel_size: PerDim };
  const bound = bind<Args>(name, ["norm_type", "kernel_size", "stride", "ceil_mode"], [], args);
  const { norm_type: p, kernel_size, stride = null, ceil_mode = false } = bound;
  if (typeof p !== "number" || kernel_size === undefined) {
    throw new TypeError(`${name}() missing required arguments: 'norm_type' and 'kernel_size'`);
  }
  const kernel = sizes(name, "kernel_size", kernel_size, rank);
  const mean = avg_pool_nd(rank, input.pow(p), [kernel, { stride, ceil_mode }]);
  return mean
    .sign()
    .mul(mean.abs().relu())
    .mul(numel(kernel))
    .pow(1 / p);
}

/** The p-norm of each window of the last dimension, p being `norm_type`. */
export function lp_pool1d(
  input: Tensor,
  norm_type: number,
  kernel_size: PerDim,
  options?: LPPoolOptions,
): Tensor;
export function lp_pool1d(
  input: Tensor,
  norm_type: number,
  kernel_size: PerDim,
  stride?: PerDim | null,
  ceil_mode?: boolean | LPPoolOptions,
): Tensor;
export function lp_pool1d(input: Tensor, ...args: unknown[]): Tensor {
  return lp_pool_nd(1, input, args);
}

/** The p-norm of each window of the last two dimensions, p being `norm_type`. */
export function lp_pool2d(
  input: Tensor,
  norm_type: number,
  kernel_size: PerDim,
  options?: LPPoolOptions,
): Tensor;
export function lp_pool2d(
  input: Tensor,
  norm_type: number,
  kernel_size: PerDim,
  stride?: PerDim | null,
  ceil_mode?: boolean | LPPoolOptions,
): Tensor;
export function lp_pool2d(input: Tensor, ...args: unknown[]): Tensor {
  return lp_pool_nd(2, input, args);
}

/** The p-norm of each window of the last three dimensions, p being `norm_type`. */
export function lp_pool3d(
  input: Tensor,
  norm_type: number,
  kernel_size: PerDim,
  options?: LPPoolOptions,
): Tensor;
export function lp_pool3d(
  input: Tensor,
  norm_type: number,
  kernel_size: PerDim,
  stride?: PerDim | null,
  ceil_mode?: boolean | LPPoolOptions,
): Tensor;
export function lp_pool3d(input: Tensor, ...args: unknown[]): Tensor {
  return lp_pool_nd(3, input, args);
}
