/** @file Histograms with edges, weights and densities. */
import { bind } from "../../args";
import { from_data } from "../../backend/engine";
import { float32 } from "../../dtype";
import { RuntimeError } from "../../errors";
import { numel, size_text } from "../../shape";
import { is_tensor, Tensor } from "../../tensor";
import { expect_tensor } from "../value/convert";
import { named } from "../value/named";

interface HistogramOptions {
  /** Where the first bin begins and the last one ends, per dimension in a row; the least and greatest element by default. */
  range?: readonly number[] | null;
  /** What each element counts, of the input's shape (without its last dimension in {@link histogramdd}). */
  weight?: Tensor | null;
  /** Divide by the sum and the bins' widths, so that the area is 1. */
  density?: boolean;
}

/** `[hist, bin_edges]` of {@link histogram}, also by name. */
export type Histogram = [hist: Tensor, bin_edges: Tensor] & {
  readonly hist: Tensor;
  readonly bin_edges: Tensor;
};

/** `[hist, bin_edges]` of {@link histogramdd}, also by name. */
export type HistogramDD = [hist: Tensor, bin_edges: Tensor[]] & {
  readonly hist: Tensor;
  readonly bin_edges: Tensor[];
};

/** Edges of `count` bins of equal width from `low` to `high`, rounded as PyTorch's linspace does. */
function even_edges(low: number, high: number, count: number, round: (value: number) => number): number[] {
  const step = round((high - low) / count);
  return Array.from({ length: count + 1 }, (_, i) =>
    round(i < (count + 1) / 2 ? low + step * i : high - step * (count - i)),
  );
}

/** The bin of a value, -1 outside; the last one has its right edge too. */
function bin_of(edges: ArrayLike<number>, value: number): number {
  const last = edges.length - 1;
  if (!(value >= edges[0] && value <= edges[last])) return -1;
  let low = 0;
  let high = last;
  while (high - low > 1) {
    const middle = (low + high) >> 1;
    if (value >= edges[middle]) low = middle;
    else high = middle;
  }
  return low;
}

/** The histogram of `points`, rows of as many coordinates as there are `bins`. */
function count(
  name: string,
  points: Tensor,
  width: number,
  bins: readonly (number | Tensor)[],
  { range = null, weight = null, density = false }: HistogramOptions,
): [Tensor, Tensor[]] {
  const { dtype } = points;
  const round = dtype === float32 ? Math.fround : (value: number) => value;
  const data = points.typed_array() as Float64Array;
  const rows = width === 0 ? 0 : data.length / width;
  if (range !== null && range.length !== 2 * width) {
    throw new RuntimeError(
      `${name}: for a ${width}-dimensional histogram range should have ${2 * width} elements, but got ${range.length}`,
    );
  }
  const edges = bins.map((given, d) => {
    if (is_tensor(given)) {
      if (given.dtype !== dtype) {
        throw new RuntimeError(
          `${name}: input tensor and bins tensors should have the same dtype, but got input with dtype ${dtype.scalar_type} and bins with dtype ${given.dtype.scalar_type}`,
        );
      }
      if (given.ndim !== 1 || given.numel() === 0) {
        throw new RuntimeError(
          `${name}: bins tensor should have one dimension and at least one element, but got shape ${size_text(given.shape)}`,
        );
      }
      return Array.from(given.typed_array(), Number);
    }
    if (!Number.isInteger(given)) throw new TypeError(`${name}(): bins must be int, not ${String(given)}`);
    if (given <= 0) throw new RuntimeError(`${name}(): bins must be > 0, but got ${given}`);
    let low = range === null ? Number.POSITIVE_INFINITY : range[2 * d];
    let high = range === null ? Number.NEGATIVE_INFINITY : range[2 * d + 1];
    if (range === null) {
      for (let row = 0; row < rows; row++) {
        low = Math.min(low, data[row * width + d]);
        high = Math.max(high, data[row * width + d]);
      }
      if (rows === 0) [low, high] = [0, 1];
    }
    if (!Number.isFinite(low) || !Number.isFinite(high)) {
      throw new RuntimeError(`${name}: range [${low}, ${high}] is not finite`);
    }
    if (low > high)
      throw new RuntimeError(`${name}: min should not exceed max, but got min ${low} max ${high}`);
    if (low === high) [low, high] = [low - 0.5, high + 0.5];
    return even_edges(round(low), round(high), given, round);
  });
  const shape = edges.map((each) => each.length - 1);
  const sums = new Float64Array(numel(shape));
  const weights = weight === null ? null : (weight.typed_array() as Float64Array);
  for (let row = 0; row < rows; row++) {
    let at = 0;
    for (let d = 0; d < width && at >= 0; d++) {
      const bin = bin_of(edges[d], data[row * width + d]);
      at = bin < 0 ? -1 : at * shape[d] + bin;
    }
    if (at >= 0) sums[at] += weights === null ? 1 : Number(weights[row]);
  }
  if (density) {
    const total = sums.reduce((sum, value) => sum + value, 0);
    for (let i = 0; i < sums.length; i++) {
      let volume = total;
      let left = i;
      for (let d = width - 1; d >= 0; d--) {
        const bin = left % shape[d];
        left = (left - bin) / shape[d];
        volume *= edges[d][bin + 1] - edges[d][bin];
      }
      sums[i] /= volume;
    }
  }
  const make = (sizes: number[], values: ArrayLike<number>): Tensor =>
    new Tensor(from_data(sizes, dtype, (dtype === float32 ? Float32Array : Float64Array).from(values)));
  return [make(shape, sums), edges.map((each) => make([each.length], each))];
}

function check(
  name: string,
  input: Tensor,
  weight: Tensor | null | undefined,
  wanted: readonly number[],
): Tensor {
  expect_tensor(name, input);
  if (!input.dtype.is_floating_point) {
    throw new RuntimeError(`"${name}" not implemented for '${input.dtype.scalar_type}'`);
  }
  if (weight !== null && weight !== undefined) {
    expect_tensor(name, weight, "weight");
    if (name === "histogram" ? weight.numel() !== input.numel() : weight.shape.join() !== wanted.join()) {
      throw new RuntimeError(
        `${name}: if weight tensor is provided it should have the same shape as the input tensor excluding its innermost ` +
          `dimension, but got input with shape ${size_text(input.shape)} and weight with shape ${size_text(weight.shape)}`,
      );
    }
    if (weight.dtype !== input.dtype) {
      throw new RuntimeError(
        `${name}: if weight tensor is provided, input tensor and weight tensor should have the same dtype, but got input(${input.dtype.scalar_type}), and weight(${weight.dtype.scalar_type})`,
      );
    }
  }
  return input.detach();
}

/**
 * How many elements, or how much `weight`, fall into each of `bins`: a number of bins of equal width, or a vector of edges.
 * A bin has its left edge, the last one its right edge too.
 *
 * @param input Floating point, of any shape.
 * @returns `[hist, bin_edges]` of the input's dtype. No gradient flows.
 * @throws RuntimeError for whole numbers, and for bins, ranges or weights that do not fit.
 */
export function histogram(input: Tensor, bins: number | Tensor, options?: HistogramOptions): Histogram;
export function histogram(input: Tensor, options: HistogramOptions & { bins: number | Tensor }): Histogram;
export function histogram(input: Tensor, ...args: unknown[]): Histogram {
  type Args = HistogramOptions & { bins: number | Tensor };
  const { bins, ...options } = bind<Args>("histogram", ["bins"], ["range", "weight", "density"], args, 1);
  const points = check("histogram", input, options.weight, input.shape);
  const [hist, [bin_edges]] = count("histogram", points.reshape(-1, 1), 1, [bins], options);
  return named("histogram", { hist, bin_edges });
}

/**
 * The histogram of points in as many dimensions as the last dimension of `input` has: see {@link histogram}.
 *
 * @param input (..., n), floating point.
 * @param bins A number of bins for each of the n dimensions, the same one for all, or n vectors of edges.
 * @returns `[hist, bin_edges]`: `hist` of n dimensions, and n vectors. No gradient flows.
 * @throws RuntimeError for whole numbers, and for bins, ranges or weights that do not fit.
 */
export function histogramdd(
  input: Tensor,
  bins: number | readonly (number | Tensor)[],
  options?: HistogramOptions,
): HistogramDD;
export function histogramdd(
  input: Tensor,
  options: HistogramOptions & { bins: number | readonly (number | Tensor)[] },
): HistogramDD;
export function histogramdd(input: Tensor, ...args: unknown[]): HistogramDD {
  type Args = HistogramOptions & { bins: number | readonly (number | Tensor)[] };
  const { bins, ...options } = bind<Args>("histogramdd", ["bins"], ["range", "weight", "density"], args, 1);
  expect_tensor("histogramdd", input);
  if (input.ndim < 2) throw new RuntimeError("histogramdd: input tensor should have at least 2 dimensions");
  const width = input.shape[input.ndim - 1];
  const list = typeof bins === "number" ? new Array<number>(width).fill(bins) : [...bins];
  if (list.length !== width) {
    throw new RuntimeError(
      "histogramdd: The size of bins must be equal to the innermost dimension of the input.",
    );
  }
  const points = check("histogramdd", input, options.weight, input.shape.slice(0, -1));
  const [hist, bin_edges] = count("histogramdd", points, width, list, options);
  const result = [hist, bin_edges];
  return Object.assign(result, { hist, bin_edges }) as unknown as HistogramDD;
}
