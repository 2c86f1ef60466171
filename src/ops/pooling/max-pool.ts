/** @file Max pooling, and putting the maxima back in their places. */
import { bind } from "../../args";
import { named } from "../../autograd/tape";
import { from_data } from "../../backend/engine";
import { int32, int64 } from "../../dtype";
import { IndexError, NotImplementedError, RuntimeError } from "../../errors";
import { numel, range, type Shape, size_text } from "../../shape";
import type { Tensor } from "../../tensor";
import { index_select } from "../position/gather";
import { put_rows } from "../position/rows";
import { reshape } from "../shape/movement";
import { cast, expect_floating_kernel, expect_no_bool, expect_tensor } from "../value/convert";
import { maxima, pick } from "./maxima";
import { axes, overhang, seen, sizes } from "./pool-windows";
import { type PerDim, pad_last } from "./sliding";

/** Keyword arguments of max pooling. */
export interface MaxPoolOptions {
  /** Distance of the windows. Default: `kernel_size`. */
  stride?: PerDim | null;
  /** How many places the windows reach beyond both ends. Default: 0. */
  padding?: PerDim;
  /** Distance of a window's elements. Default: 1. */
  dilation?: PerDim;
  /** Whether a last window may reach beyond the end. Default: false. */
  ceil_mode?: boolean;
  /** Whether the places of the maxima, in the flattened last dimensions, are given too. Default: false. */
  return_indices?: boolean;
}

function max_pool_nd(rank: number, input: Tensor, args: readonly unknown[]): Tensor | [Tensor, Tensor] {
  const name = `max_pool${rank}d`;
  type Args = MaxPoolOptions & { kernel_size: PerDim };
  const names = ["kernel_size", "stride", "padding", "dilation", "ceil_mode", "return_indices"] as const;
  const bound = bind<Args>(name, names, [], args);
  expect_tensor(name, input);
  const lead = input.ndim - rank;
  const inner = input.shape.slice(lead === 2 ? 1 : 0);
  if ((lead !== 1 && lead !== 2) || numel(inner) === 0) {
    throw new RuntimeError(
      rank === 3
        ? "non-empty 4D or 5D (batch mode) tensor expected for input"
        : `${rank === 1 ? "max_pool1d: " : ""}Expected ${rank + 1}D or ${rank + 2}D (batch mode) tensor with optional 0 dim batch size ` +
            `for input, but got:${size_text(input.shape)}`,
    );
  }
  if (rank === 1 && !input.dtype.is_floating_point && !bound.return_indices) {
    throw new NotImplementedError(`"max_pool1d_impl" not implemented for '${input.dtype.scalar_type}'`);
  }
  if (rank < 3) expect_no_bool("max_pool2d", input);
  const windows = axes(name, input, rank, bound.kernel_size, bound);
  if (input.numel() === 0) {
    const shape = [...input.shape.slice(0, lead), ...windows.map((axis) => axis.count)];
    const nothing = reshape(input, shape);
    return bound.return_indices ? [nothing, cast(nothing.detach(), int64)] : nothing;
  }
  const best = maxima(
    input,
    rank,
    windows.map((axis) => axis.kernel),
    (value, dim, i, fill) => {
      const axis = windows[i];
      const behind = overhang(axis);
      if (axis.before === 0 && behind === 0) return value;
      if (fill === "edge") {
        // Where a window holds nothing but -inf its first element counts: what lies before the input stands for that.
        const { dilation } = axis;
        const from = range(axis.before + axis.size + behind).map((at) => {
          const place = at - axis.before;
          return Math.min(place < 0 ? ((place % dilation) + dilation) % dilation : place, axis.size - 1);
        });
        return index_select(value, dim, from);
      }
      const pads = new Array<number>(value.ndim).fill(0);
      const before = [...pads];
      const after = [...pads];
      before[dim] = axis.before;
      after[dim] = behind;
      return pad_last(value, before, after, fill as number);
    },
    (value, dim, i, k) => seen(value, dim, windows[i], k),
  );
  const label = rank === 1 ? "SqueezeBackward1" : `MaxPool${rank}DWithIndicesBackward0`;
  const output = named(label, pick(input, rank, best.index), input);
  return bound.return_indices ? [output, cast(best.index, int64)] : output;
}

/**
 * The greatest element of each window of the last dimension.
 *
 * @param input (N, C, L), or (C, L)
 * @param kernel_size Size of the windows.
 * @returns (N, C, L_out); with `return_indices` a pair of that and of the elements' places.
 * @throws RuntimeError for settings that give no output.
 * @example
 * F.max_pool1d(torch.randn(20, 16, 50), 3, { stride: 2 }).shape; // [20, 16, 24]
 */
export function max_pool1d(
  input: Tensor,
  kernel_size: PerDim,
  options: MaxPoolOptions & { return_indices: true },
): [Tensor, Tensor];
export function max_pool1d(input: Tensor, kernel_size: PerDim, options?: MaxPoolOptions): Tensor;
export function max_pool1d(
  input: Tensor,
  kernel_size: PerDim,
  stride?: PerDim | null,
  padding?: PerDim | (MaxPoolOptions & { return_indices?: true }),
  dilation?: PerDim | (MaxPoolOptions & { return_indices?: true }),
  ceil_mode?: boolean | (MaxPoolOptions & { return_indices?: true }),
): Tensor;
export function max_pool1d(input: Tensor, ...args: unknown[]): Tensor | [Tensor, Tensor] {
  return max_pool_nd(1, input, args);
}

/** The greatest element of each window of the last two dimensions; see {@link max_pool1d}. */
export function max_pool2d(
  input: Tensor,
  kernel_size: PerDim,
  options: MaxPoolOptions & { return_indices: true },
): [Tensor, Tensor];
export function max_pool2d(input: Tensor, kernel_size: PerDim, options?: MaxPoolOptions): Tensor;
export function max_pool2d(
  input: Tensor,
  kernel_size: PerDim,
  stride?: PerDim | null,
  padding?: PerDim | (MaxPoolOptions & { return_indices?: true }),
  dilation?: PerDim | (MaxPoolOptions & { return_indices?: true }),
  ceil_mode?: boolean | (MaxPoolOptions & { return_indices?: true }),
): Tensor;
export function max_pool2d(input: Tensor, ...args: unknown[]): Tensor | [Tensor, Tensor] {
  return max_pool_nd(2, input, args);
}

/** The greatest element of each window of the last three dimensions; see {@link max_pool1d}. */
export function max_pool3d(
  input: Tensor,
  kernel_size: PerDim,
  options: MaxPoolOptions & { return_indices: true },
): [Tensor, Tensor];
export function max_pool3d(input: Tensor, kernel_size: PerDim, options?: MaxPoolOptions): Tensor;
export function max_pool3d(
  input: Tensor,
  kernel_size: PerDim,
  stride?: PerDim | null,
  padding?: PerDim | (MaxPoolOptions & { return_indices?: true }),
  dilation?: PerDim | (MaxPoolOptions & { return_indices?: true }),
  ceil_mode?: boolean | (MaxPoolOptions & { return_indices?: true }),
): Tensor;
export function max_pool3d(input: Tensor, ...args: unknown[]): Tensor | [Tensor, Tensor] {
  return max_pool_nd(3, input, args);
}

/** Keyword arguments of {@link max_unpool1d} and its like. */
export interface MaxUnpoolOptions {
  stride?: PerDim | null;
  padding?: PerDim;
  /** Sizes of the last dimensions, or of all, where several are possible. */
  output_size?: Shape | null;
}

function max_unpool_nd(rank: number, input: Tensor, indices: Tensor, args: readonly unknown[]): Tensor {
  const name = `max_unpool${rank}d`;
  type Args = MaxUnpoolOptions & { kernel_size: PerDim };
  const names = ["kernel_size", "stride", "padding", "output_size"] as const;
  const bound = bind<Args>(name, names, [], args);
  expect_tensor(name, input);
  expect_tensor(name, indices, "indices");
  if (indices.dtype !== int64) {
    throw new RuntimeError(`elements in indices should be type int64 but got: ${indices.dtype.scalar_type}`);
  }
  const lead = input.ndim - rank;
  if (lead !== 1 && lead !== 2) {
    throw new RuntimeError(
      `Input to ${name} should be a ${rank + 1}d or ${rank + 2}d Tensor, but got a tensor with ${input.ndim} dimensions`,
    );
  }
  if (size_text(indices.shape) !== size_text(input.shape)) {
    throw new RuntimeError(
      `Expected shape of indices to be same as that of the input tensor (${size_text(input.shape)}) but got indices tensor with shape: ` +
        size_text(indices.shape),
    );
  }
  if (numel(input.shape.slice(lead === 2 ? 1 : 0)) === 0) {
    throw new RuntimeError(
      `max_unpooling${Math.max(rank, 2)}d_forward_out_cpu(): Expected input to have non-zero size for non-batch dimensions, but input ` +
        `has sizes ${size_text(input.shape)}`,
    );
  }
  expect_floating_kernel(`max_unpool${Math.max(rank, 2)}d`, input);
  const kernel = sizes(name, "kernel_size", bound.kernel_size as PerDim, rank);
  const stride =
    bound.stride === undefined || bound.stride === null ? kernel : sizes(name, "stride", bound.stride, rank);
  const pads = sizes(name, "padding", bound.padding ?? 0, rank);
  const usual = input.shape.slice(lead).map((count, i) => (count - 1) * stride[i] + kernel[i] - 2 * pads[i]);
  const wanted = bound.output_size ?? null;
  const spatial = wanted === null ? usual : wanted.slice(wanted.length === rank + 2 ? 2 : 0);
  if (spatial.length !== rank) {
    throw new RuntimeError(
      `output_size should be a sequence containing ${rank} or ${rank + 2} elements, but it has a length of '${wanted?.length}'`,
    );
  }
  spatial.forEach((size, i) => {
    if (!(usual[i] - stride[i] < size && size < usual[i] + stride[i])) {
      throw new RuntimeError(
        `invalid output_size "${size_text(spatial)}" (dim ${i} must be between ${usual[i] - stride[i]} and ${usual[i] + stride[i]})`,
      );
    }
  });
  const places = numel(spatial);
  const flat = new Int32Array(indices.numel());
  const per = numel(input.shape.slice(lead));
  indices.typed_array().forEach((value: number | bigint, i: number) => {
    const at = Number(value);
    if (at < 0 || at >= places) {
      throw new IndexError(
        `Found an invalid max index: ${at} (output volumes are of size ${spatial.join("x")})`,
      );
    }
    flat[i] = Math.floor(i / per) * places + at;
  });
  const shape = [...input.shape.slice(0, lead), ...spatial];
  const base = input.new_zeros([numel(shape)]);
  const rows = from_data([flat.length], int32, flat);
  return reshape(put_rows(base, rows, reshape(input, [input.numel()])), shape);
}

/** The maxima of {@link max_pool1d} put back in their places, zeros elsewhere. */
export function max_unpool1d(
  input: Tensor,
  indices: Tensor,
  kernel_size: PerDim,
  options?: MaxUnpoolOptions,
): Tensor;
export function max_unpool1d(
  input: Tensor,
  indices: Tensor,
  kernel_size: PerDim,
  stride?: PerDim | null,
  padding?: PerDim | MaxUnpoolOptions,
  output_size?: Shape | null | MaxUnpoolOptions,
): Tensor;
export function max_unpool1d(input: Tensor, indices: Tensor, ...args: unknown[]): Tensor {
  return max_unpool_nd(1, input, indices, args);
}

/** The maxima of {@link max_pool2d} put back in their places, zeros elsewhere. */
export function max_unpool2d(
  input: Tensor,
  indices: Tensor,
  kernel_size: PerDim,
  options?: MaxUnpoolOptions,
): Tensor;
export function max_unpool2d(
  input: Tensor,
  indices: Tensor,
  kernel_size: PerDim,
  stride?: PerDim | null,
  padding?: PerDim | MaxUnpoolOptions,
  output_size?: Shape | null | MaxUnpoolOptions,
): Tensor;
export function max_unpool2d(input: Tensor, indices: Tensor, ...args: unknown[]): Tensor {
  return max_unpool_nd(2, input, indices, args);
}

/** The maxima of {@link max_pool3d} put back in their places, zeros elsewhere. */
export function max_unpool3d(
  input: Tensor,
  indices: Tensor,
  kernel_size: PerDim,
  options?: MaxUnpoolOptions,
): Tensor;
export function max_unpool3d(
  input: Tensor,
  indices: Tensor,
  kernel_size: PerDim,
  stride?: PerDim | null,
  padding?: PerDim | MaxUnpoolOptions,
  output_size?: Shape | null | MaxUnpoolOptions,
): Tensor;
export function max_unpool3d(input: Tensor, indices: Tensor, ...args: unknown[]): Tensor {
  return max_unpool_nd(3, input, indices, args);
}
