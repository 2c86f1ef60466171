/** @file Fractional max pooling: windows at distances drawn at random. */
import { bind } from "../../args";
import { from_data } from "../../backend/engine";
import { int64 } from "../../dtype";
import { RuntimeError, ValueError } from "../../errors";
import { numel, type Shape, size_text } from "../../shape";
import { Tensor } from "../../tensor";
import { expect_tensor } from "../value/convert";
import { rand } from "../value/random";
import { pick } from "./maxima";
import type { PerDim } from "./sliding";

/** Keyword arguments of fractional max pooling. */
export interface FractionalPoolOptions {
  /** Sizes of the output; one of this and `output_ratio` must be there. */
  output_size?: PerDim | null;
  /** The output's sizes as parts of the input's. */
  output_ratio?: PerDim | null;
  /** Whether the places of the maxima, in the flattened last dimensions, are given too. Default: false. */
  return_indices?: boolean;
  /** (N, C, 2 or 3) in [0, 1): what is drawn otherwise. */
  _random_samples?: Tensor | null;
}

/** Where the windows of one dimension start. */
function starts(draw: number, size: number, count: number, kernel: number): number[] {
  const { fround } = Math;
  const step = fround((size - kernel) / (count - 1));
  const first = Math.trunc(fround(draw * step));
  const found = Array.from({ length: count }, (_, i) => Math.trunc(fround(fround(i + draw) * step)) - first);
  if (count > 0) found[count - 1] = size - kernel;
  return found;
}

function per_dim(name: string, what: string, rank: number, value: PerDim): number[] {
  const list = Array.isArray(value)
    ? [...(value as number[])]
    : new Array<number>(rank).fill(value as number);
  if (list.length !== rank) {
    throw new RuntimeError(`${name}: ${what} must either be a single Int or tuple of ${rank} Ints`);
  }
  return list;
}

/** For each window the place of its greatest element (the first one, or NaN) in the flattened last dimensions. */
function places(input: Tensor, rank: number, kernel: Shape, counts: Shape, draws: Tensor): Tensor {
  const sizes = input.shape.slice(-rank);
  const lead = input.shape.slice(0, -rank);
  const planes = numel(lead);
  const values = input.detach().typed_array() as ArrayLike<number | bigint>;
  const samples = draws.typed_array() as ArrayLike<number>;
  const area = numel(sizes);
  const windows = numel(counts);
  const found = new BigInt64Array(planes * windows);
  // Two dimensions: the first number is for the columns; three: for the planes.
  const order = rank === 2 ? [1, 0] : [0, 1, 2];
  for (let plane = 0; plane < planes; plane++) {
    const begin = sizes.map((size, i) =>
      starts(samples[plane * rank + order[i]], size, counts[i], kernel[i]),
    );
    for (let window = 0; window < windows; window++) {
      let rest = window;
      const corner = new Array<number>(rank);
      for (let i = rank - 1; i >= 0; i--) {
        corner[i] = begin[i][rest % counts[i]];
        rest = Math.floor(rest / counts[i]);
      }
      let best = -1;
      let most = Number.NEGATIVE_INFINITY;
      const visit = (dim: number, offset: number): void => {
        if (dim < rank) {
          for (let k = 0; k < kernel[dim]; k++) visit(dim + 1, offset * sizes[dim] + corner[dim] + k);
          return;
        }
        const value = Number(values[plane * area + offset]);
        if (best < 0 || value > most || Number.isNaN(value)) {
          best = offset;
          most = value;
        }
      };
      visit(0, 0);
      found[plane * windows + window] = BigInt(best);
    }
  }
  return new Tensor(from_data([...lead, ...counts], int64, found));
}

function fractional_max_pool(
  rank: number,
  input: Tensor,
  args: readonly unknown[],
): [Tensor, Tensor, boolean] {
  const name = `fractional_max_pool${rank}d`;
  type Args = FractionalPoolOptions & { kernel_size: PerDim };
  const names = ["kernel_size", "output_size", "output_ratio", "return_indices", "_random_samples"] as const;
  const bound = bind<Args>(name, names, [], args, 1);
  expect_tensor(name, input);
  const { output_size = null, output_ratio = null, return_indices = false } = bound;
  if (input.ndim !== rank + 1 && input.ndim !== rank + 2) {
    throw new RuntimeError(
      `${name}(): Expected ${rank + 1}D or ${rank + 2}D tensor, but got: ${size_text(input.shape)}`,
    );
  }
  if (output_size === null && output_ratio === null) {
    throw new ValueError(`${name} requires specifying either an output_size or an output_ratio`);
  }
  const sizes = input.shape.slice(-rank);
  if (input.shape.slice(input.ndim - rank - 1).some((size) => size === 0)) {
    throw new RuntimeError(
      `${name}(): Expected input to have non-zero size for non-batch dimensions, but got ${size_text(input.shape)}`,
    );
  }
  const counts =
    output_size !== null
      ? per_dim(name, "output_size", rank, output_size)
      : per_dim(name, "output_ratio", rank, output_ratio as PerDim).map((part, i) =>
          Math.trunc(sizes[i] * part),
        );
  const kernel = per_dim(name, "kernel_size", rank, bound.kernel_size as PerDim);
  sizes.forEach((size, i) => {
    if (!(kernel[i] > 0) || counts[i] + kernel[i] - 1 > size || !(counts[i] > 0)) {
      throw new RuntimeError(
        `${name}(): pool size ${kernel[i]} with ${counts[i]} windows does not go together with input size ${size} in dimension ${i}`,
      );
    }
  });
  const lead = input.ndim === rank + 2 ? input.shape.slice(0, 2) : [1, input.shape[0]];
  const draws = bound._random_samples ?? rand([...lead, rank], { dtype: input.dtype });
  if (draws.numel() !== numel(lead) * rank) {
    throw new RuntimeError(
      `Expect _random_samples to have sizes ${size_text([...lead, rank])}, but got ${size_text(draws.shape)}`,
    );
  }
  const index = places(input, rank, kernel, counts, draws);
  return [pick(input, rank, index), index, return_indices];
}

/**
 * The greatest element of each of `output_size` windows at random distances (Graham, arXiv:1412.6071).
 *
 * @param input (N, C, H, W), or (C, H, W)
 * @param kernel_size Size of the windows.
 * @returns (N, C, *output_size); with `return_indices` a pair of that and of the elements' places.
 * @throws ValueError without `output_size` and `output_ratio`, RuntimeError for windows that do not fit.
 * @example
 * F.fractional_max_pool2d(torch.randn(20, 16, 50, 32), 3, { output_ratio: 0.5 }).shape; // [20, 16, 25, 16]
 */
export function fractional_max_pool2d(
  input: Tensor,
  kernel_size: PerDim,
  options: FractionalPoolOptions & { return_indices: true },
): [Tensor, Tensor];
export function fractional_max_pool2d(
  input: Tensor,
  kernel_size: PerDim,
  options?: FractionalPoolOptions,
): Tensor;
export function fractional_max_pool2d(
  input: Tensor,
  kernel_size: PerDim,
  output_size: PerDim | null,
  output_ratio?: PerDim | null | (FractionalPoolOptions & { return_indices?: true }),
): Tensor;
export function fractional_max_pool2d(input: Tensor, ...args: unknown[]): Tensor | [Tensor, Tensor] {
  const [output, index, both] = fractional_max_pool(2, input, args);
  return both ? [output, index] : output;
}

/** The greatest elements of windows at random distances of (N, C, D, H, W) or (C, D, H, W); see {@link fractional_max_pool2d}. */
export function fractional_max_pool3d(
  input: Tensor,
  kernel_size: PerDim,
  options: FractionalPoolOptions & { return_indices: true },
): [Tensor, Tensor];
export function fractional_max_pool3d(
  input: Tensor,
  kernel_size: PerDim,
  options?: FractionalPoolOptions,
): Tensor;
export function fractional_max_pool3d(
  input: Tensor,
  kernel_size: PerDim,
  output_size: PerDim | null,
  output_ratio?: PerDim | null | (FractionalPoolOptions & { return_indices?: true }),
): Tensor;
export function fractional_max_pool3d(input: Tensor, ...args: unknown[]): Tensor | [Tensor, Tensor] {
  const [output, index, both] = fractional_max_pool(3, input, args);
  return both ? [output, index] : output;
}
