/** @file Resampling along one dimension: which elements each place of the result is made of. */
import { from_data } from "../../backend/engine";
import { float64 } from "../../dtype";
import { index_select } from "../../ops/position/gather";
import { cast } from "../../ops/value/convert";
import { range } from "../../shape";
import { Tensor } from "../../tensor";

/** What each place along a dimension is made of: `weights[k]` of the element `from[k]`. */
export interface Taps {
  readonly from: number[][];
  readonly weights: number[][] | null;
}

/** The cubic convolution kernel (Keys 1981), with PyTorch's parameter. */
function cubic(x: number, a = -0.75): number {
  const d = Math.abs(x);
  if (d <= 1) return ((a + 2) * d - (a + 3)) * d * d + 1;
  return d < 2 ? ((a * d - 5 * a) * d + 8 * a) * d - 4 * a : 0;
}

/**
 * The taps of every place of `out` along a dimension of `size` elements.
 *
 * @param factor How many times larger the dimension becomes, null for `out / size`.
 * @param align Whether the corners' centres stay where they are.
 */
export function taps(mode: string, size: number, out: number, factor: number | null, align: boolean): Taps {
  const last = size - 1;
  const clip = (i: number): number => Math.min(Math.max(i, 0), last);
  // PyTorch computes positions in single precision here, which decides ties.
  const { fround } = Math;
  if (mode.startsWith("nearest")) {
    const scale = fround(factor === null ? fround(size) / fround(out) : 1 / factor);
    const place = (i: number): number => fround((mode === "nearest" ? i : fround(i + 0.5)) * scale);
    return { from: [range(out).map((i) => clip(Math.floor(place(i))))], weights: null };
  }
  const scale = align ? (out > 1 ? (size - 1) / (out - 1) : 0) : factor === null ? size / out : 1 / factor;
  const places = range(out).map((i) => (align ? i * scale : (i + 0.5) * scale - 0.5));
  if (mode === "bicubic") {
    const starts = places.map(Math.floor);
    const offsets = [-1, 0, 1, 2];
    return {
      from: offsets.map((offset) => starts.map((start) => clip(start + offset))),
      weights: offsets.map((offset) => places.map((at, i) => cubic(at - starts[i] - offset))),
    };
  }
  const held = places.map((at) => Math.max(at, 0));
  const starts = held.map((at) => clip(Math.floor(at)));
  const part = held.map((at, i) => Math.min(Math.max(at - starts[i], 0), 1));
  return {
    from: [starts, starts.map((start) => clip(start + 1))],
    weights: [part.map((x) => 1 - x), part],
  };
}

/** What antialiasing weighs with, and how far it reaches. */
const filters: Record<string, { radius: number; weigh(x: number): number }> = {
  bilinear: { radius: 1, weigh: (x) => Math.max(0, 1 - Math.abs(x)) },
  bicubic: { radius: 2, weigh: (x) => cubic(x, -0.5) },
  lanczos: { radius: 3, weigh: (x) => (Math.abs(x) < 3 ? sinc(x) * sinc(x / 3) : 0) },
};

function sinc(x: number): number {
  return x === 0 ? 1 : Math.sin(Math.PI * x) / (Math.PI * x);
}

/**
 * {@link taps} with antialiasing: where the result is smaller, what each place is made of is as much wider (as Pillow's
 * filters, the cubic one with the parameter -0.5).
 */
export function smooth_taps(
  mode: string,
  size: number,
  out: number,
  factor: number | null,
  align: boolean,
): Taps {
  const scale = align ? (out > 1 ? (size - 1) / (out - 1) : 0) : factor === null ? size / out : 1 / factor;
  const stretch = Math.max(scale, 1);
  const { radius, weigh: filter } = filters[mode];
  const reach = radius * stretch;
  const weigh = (x: number): number => filter(x / stretch);
  const rows = range(out).map((i) => {
    const center = scale * (i + 0.5);
    const start = Math.max(Math.trunc(center - reach + 0.5), 0);
    const count = Math.min(Math.trunc(center + reach + 0.5), size) - start;
    const weights = range(count).map((j) => weigh(j + start - center + 0.5));
    const total = weights.reduce((sum, weight) => sum + weight, 0);
    return { start, weights: total === 0 ? weights : weights.map((weight) => weight / total) };
  });
  const widest = Math.max(...rows.map(({ weights }) => weights.length));
  return {
    from: range(widest).map((k) => rows.map(({ start }) => Math.min(start + k, size - 1))),
    weights: range(widest).map((k) => rows.map(({ weights }) => weights[k] ?? 0)),
  };
}

/** The input with a dimension resampled. */
export function resample(input: Tensor, dim: number, { from, weights }: Taps): Tensor {
  if (weights === null) return index_select(input, dim, from[0]);
  let total: Tensor | null = null;
  from.forEach((places, k) => {
    const shape = new Array<number>(input.ndim).fill(1);
    shape[dim] = places.length;
    const factor = new Tensor(from_data(shape, float64, Float64Array.from(weights[k])));
    const part = index_select(input, dim, places).mul(cast(factor, input.dtype));
    total = total === null ? part : total.add(part);
  });
  return total as unknown as Tensor;
}
