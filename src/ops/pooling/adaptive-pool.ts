/** @file Pooling to a given size: windows that cover the input evenly. */
import { bind } from "../../args";
import { named } from "../../autograd/tape";
import { int64 } from "../../dtype";
import { NotImplementedError, RuntimeError } from "../../errors";
import { check_list, numel, range, size_text } from "../../shape";
import type { Tensor } from "../../tensor";
import { div } from "../pointwise/elementwise";
import { index_select } from "../position/gather";
import { where } from "../position/masks";
import { reshape } from "../shape/movement";
import { slice } from "../shape/parts";
import { cast, expect_tensor } from "../value/convert";
import { window_sums } from "./avg-pool";
import { along, maxima, pick } from "./maxima";

/** Windows of adaptive pooling: `count` of them, from and to where. */
function adaptive_windows(size: number, count: number): [number, number][] {
  return range(count).map((i) => [Math.floor((i * size) / count), Math.ceil(((i + 1) * size) / count)]);
}

/** Sizes that adaptive pooling gives: null keeps a dimension's. */
export type OutputSize = number | null | readonly (number | null)[];

function adaptive_sizes(
  name: string,
  input: Tensor,
  rank: number,
  output_size: OutputSize | undefined,
): number[] {
  expect_tensor(name, input);
  if (output_size === undefined) {
    throw new TypeError(`${name}() missing 1 required positional argument: 'output_size'`);
  }
  const list = Array.isArray(output_size)
    ? (output_size as (number | null)[])
    : new Array<number | null>(rank).fill(output_size as number | null);
  const lead = input.ndim - rank;
  if (lead !== 1 && lead !== 2) {
    throw new RuntimeError(
      rank === 1
        ? `Expected 2 to 3 dimensions, but got ${input.ndim}-dimensional tensor for argument #1 'self' (while checking arguments for ${name})`
        : `${name}(): Expected ${rank + 1}D or ${rank + 2}D tensor, but got ${size_text(input.shape)}`,
    );
  }
  if (list.length !== rank) {
    throw new RuntimeError(
      rank === 1
        ? `${name}() argument 'output_size' should contain one int (got ${list.length})`
        : `${name}: output_size must be ${rank}`,
    );
  }
  // As PyTorch's kernels have it: the mean of all is one of nothing, too, and some do not look at the channels.
  const averages = name.includes("avg");
  const mean = averages && list.every((size) => size === 1);
  const first = averages && rank < 3 ? lead : 1;
  input.shape.forEach((size, dim) => {
    if (size === 0 && dim >= first && !mean) {
      throw new RuntimeError(
        `${name}(): Expected input to have non-zero size for non-batch dimensions, but input has sizes ${size_text(input.shape)} with ` +
          `dimension ${dim} being empty`,
      );
    }
  });
  const sizes = list.map((size, i) => {
    if (size === null) return input.shape[lead + i];
    if (typeof size !== "number" || !Number.isInteger(size)) {
      throw new TypeError(
        `${name}(): argument 'output_size' must be int or tuple of ints, not ${typeof size}`,
      );
    }
    if (size < 0) {
      throw new RuntimeError(
        `${name}: elements of output_size must be greater than or equal to 0 but received {${list.join(", ")}}`,
      );
    }
    return size;
  });
  check_list(name, [...input.shape.slice(0, lead), ...sizes]);
  return sizes;
}

function adaptive_avg_nd(
  rank: number,
  input: Tensor,
  output_size: OutputSize | { output_size: OutputSize },
): Tensor {
  const name = `adaptive_avg_pool${rank}d`;
  const bound = bind<{ output_size: OutputSize }>(name, ["output_size"], [], [output_size]);
  // Null is a value here, which binding keeps.
  const counts = adaptive_sizes(name, input, rank, output_size === null ? null : bound.output_size);
  if (!input.dtype.is_floating_point && input.numel() > 0) {
    throw new NotImplementedError(`"${name}" not implemented for '${input.dtype.scalar_type}'`);
  }
  const lead = input.ndim - rank;
  if (counts.every((count) => count === 1)) {
    const mean = input.mean(range(input.ndim).slice(lead), true);
    return rank === 1 ? named("SqueezeBackward1", mean, input) : mean;
  }
  let output = input;
  counts.forEach((count, i) => {
    const dim = lead + i;
    const size = input.shape[dim];
    if (count === 0) output = slice(output, dim, 0, 0);
    else if (size % count === 0) {
      const kernel = size / count;
      const axis = { size, count, kernel, stride: kernel, before: 0, dilation: 1 };
      output = div(window_sums(output, dim, axis), kernel);
    } else output = uneven_means(output, dim, adaptive_windows(size, count));
  });
  // Of no elements even whole numbers have means.
  const label = rank === 1 ? "SqueezeBackward1" : `AdaptiveAvgPool${rank}DBackward0`;
  return named(label, cast(output, input.dtype), input);
}

/** Means over windows of different sizes. */
function uneven_means(input: Tensor, dim: number, windows: readonly [number, number][]): Tensor {
  const lengths = windows.map(([start, end]) => end - start);
  const longest = Math.max(...lengths);
  const from = windows.flatMap(([start, end]) => range(longest).map((k) => Math.min(start + k, end - 1)));
  const parts = index_select(input, dim, from);
  const shape = [...input.shape.slice(0, dim), windows.length, longest, ...input.shape.slice(dim + 1)];
  const inside = along(
    lengths.flatMap((length) => range(longest).map((k) => (k < length ? 1 : 0))),
    dim,
    input.ndim,
  );
  const kept = where(inside.ne(0), parts, 0);
  const sums = reshape(kept, shape).sum(dim + 1);
  return div(sums, cast(along(lengths, dim, input.ndim), input.dtype));
}

function adaptive_max_nd(rank: number, input: Tensor, args: readonly unknown[]): Tensor | [Tensor, Tensor] {
  const name = `adaptive_max_pool${rank}d`;
  type Args = { output_size: OutputSize; return_indices: boolean };
  const bound = bind<Args>(name, ["output_size", "return_indices"], [], args);
  const counts = adaptive_sizes(name, input, rank, args[0] === null ? null : bound.output_size);
  if (!input.dtype.is_floating_point && input.numel() > 0) {
    throw new NotImplementedError(`"${name}" not implemented for '${input.dtype.scalar_type}'`);
  }
  const lead = input.ndim - rank;
  const shape = [...input.shape.slice(0, lead), ...counts];
  if (numel(shape) === 0) {
    const nothing = reshape(slice(reshape(input, [-1]), 0, 0, 0), shape);
    return bound.return_indices ? [nothing, cast(nothing.detach(), int64)] : nothing;
  }
  const windows = counts.map((count, i) => adaptive_windows(input.shape[lead + i], count));
  const best = maxima(
    input,
    rank,
    windows.map((list) => list.reduce((most, [start, end]) => Math.max(most, end - start), 0)),
    (value) => value,
    // A shorter window shows its last element again, which changes nothing.
    (value, dim, i, k) =>
      index_select(
        value,
        dim,
        windows[i].map(([start, end]) => Math.min(start + k, end - 1)),
      ),
  );
  const label = rank === 1 ? "SqueezeBackward1" : `AdaptiveMaxPool${rank}DBackward0`;
  const output = named(label, pick(input, rank, best.index), input);
  return bound.return_indices ? [output, cast(best.index, int64)] : output;
}

/** Means over `output_size` windows that cover the last dimension evenly: input (N, C, L) or (C, L). */
export function adaptive_avg_pool1d(
  input: Tensor,
  output_size: OutputSize | { output_size: OutputSize },
): Tensor {
  return adaptive_avg_nd(1, input, output_size);
}

/** Means over windows that cover the last two dimensions evenly; null in `output_size` keeps a size. */
export function adaptive_avg_pool2d(
  input: Tensor,
  output_size: OutputSize | { output_size: OutputSize },
): Tensor {
  return adaptive_avg_nd(2, input, output_size);
}

/** Means over windows that cover the last three dimensions evenly; null in `output_size` keeps a size. */
export function adaptive_avg_pool3d(
  input: Tensor,
  output_size: OutputSize | { output_size: OutputSize },
): Tensor {
  return adaptive_avg_nd(3, input, output_size);
}

/** Maxima over `output_size` windows that cover the last dimension evenly, and, if asked for, their places. */
export function adaptive_max_pool1d(
  input: Tensor,
  output_size: OutputSize,
  return_indices: true | { return_indices: true },
): [Tensor, Tensor];
export function adaptive_max_pool1d(
  input: Tensor,
  output_size: OutputSize,
  return_indices?: false | { return_indices?: false },
): Tensor;
export function adaptive_max_pool1d(input: Tensor, ...args: unknown[]): Tensor | [Tensor, Tensor] {
  return adaptive_max_nd(1, input, args);
}

/** Maxima over windows that cover the last two dimensions evenly, and, if asked for, their places. */
export function adaptive_max_pool2d(
  input: Tensor,
  output_size: OutputSize,
  return_indices: true | { return_indices: true },
): [Tensor, Tensor];
export function adaptive_max_pool2d(
  input: Tensor,
  output_size: OutputSize,
  return_indices?: false | { return_indices?: false },
): Tensor;
export function adaptive_max_pool2d(input: Tensor, ...args: unknown[]): Tensor | [Tensor, Tensor] {
  return adaptive_max_nd(2, input, args);
}

/** Maxima over windows that cover the last three dimensions evenly, and, if asked for, their places. */
export function adaptive_max_pool3d(
  input: Tensor,
  output_size: OutputSize,
  return_indices: true | { return_indices: true },
): [Tensor, Tensor];
export function adaptive_max_pool3d(
  input: Tensor,
  output_size: OutputSize,
  return_indices?: false | { return_indices?: false },
): Tensor;
export function adaptive_max_pool3d(input: Tensor, ...args: unknown[]): Tensor | [Tensor, Tensor] {
  return adaptive_max_nd(3, input, args);
}
