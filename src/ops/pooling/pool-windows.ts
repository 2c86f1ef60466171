/** @file The windows of pooling along each dimension, checked as PyTorch does. */
import { RuntimeError } from "../../errors";
import type { Shape } from "../../shape";
import type { Tensor } from "../../tensor";
import { slice } from "../shape/parts";
import type { PerDim } from "./sliding";

/** Windows along one dimension: how many, and where each one's `places` lie in the input; null for nowhere. */
export interface Axis {
  readonly size: number;
  readonly count: number;
  readonly kernel: number;
  readonly stride: number;
  readonly before: number;
  readonly dilation: number;
}

const numbers = ["one", "one", "two", "three"];

export function sizes(name: string, what: string, value: PerDim, rank: number): number[] {
  const list = Array.isArray(value) ? (value as number[]) : [value as number];
  for (const item of list) {
    if (typeof item !== "number" || !Number.isInteger(item)) {
      throw new TypeError(
        `${name}(): argument '${what}' must be tuple of ints, not ${typeof item === "number" ? "float" : typeof item}`,
      );
    }
  }
  if (list.length === 1) return new Array<number>(rank).fill(list[0]);
  if (list.length !== rank) {
    throw new RuntimeError(
      rank === 1
        ? `${name}() ${what} must be an int, list of ints or tuple of ints of size 1 but got size ${list.length}`
        : `${name}: ${what} must ${what === "stride" ? "either be omitted, a single int, or" : "either be a single int, or"} a tuple of ${numbers[rank]} ints`,
    );
  }
  return [...list];
}

/** The windows of each dimension, checked as PyTorch does. */
export function axes(
  name: string,
  input: Tensor,
  rank: number,
  kernel_size: PerDim | undefined,
  options: {
    stride?: PerDim | null;
    padding?: PerDim;
    dilation?: PerDim;
    ceil_mode?: boolean;
  },
): Axis[] {
  if (kernel_size === undefined || kernel_size === null) {
    throw new TypeError(`${name}() missing 1 required positional argument: 'kernel_size'`);
  }
  const kernel = sizes(name, "kernel_size", kernel_size, rank);
  const { stride: given = null, padding = 0, dilation = 1, ceil_mode = false } = options;
  const empty = given === null || (Array.isArray(given) && given.length === 0);
  const stride = empty ? kernel : sizes(name, "stride", given, rank);
  const pads = sizes(name, "padding", padding, rank);
  const gaps = sizes(name, "dilation", dilation, rank);
  const positive = (what: string, values: Shape): void => {
    const bad = values.find((value) => value <= 0);
    if (bad !== undefined)
      throw new RuntimeError(`${name}() ${what} must be greater than zero, but got ${bad}`);
  };
  positive("kernel_size", kernel);
  positive("stride", stride);
  positive("dilation", gaps);
  kernel.forEach((size, i) => {
    if (pads[i] < 0) throw new RuntimeError(`pad must be non-negative, but got pad: ${pads[i]}`);
    const reach = gaps[i] * (size - 1) + 1;
    if (!(reach < 2 ** 63)) {
      throw new RuntimeError(
        `effective kernel size overflows, but got kernel_size=${size} and dilation=${gaps[i]}`,
      );
    }
    if (pads[i] > Math.floor(reach / 2)) {
      throw new RuntimeError(
        `pad should be at most half of effective kernel size, but got pad=${pads[i]}, kernel_size=${size} and dilation=${gaps[i]}`,
      );
    }
  });
  const spatial = input.shape.slice(input.ndim - rank);
  const counts = spatial.map((size, i) => {
    const room = size + 2 * pads[i] - gaps[i] * (kernel[i] - 1) - 1;
    let count = Math.floor((room + (ceil_mode ? stride[i] - 1 : 0)) / stride[i]) + 1;
    // The last window starts inside of the input or of the padding before it.
    if (ceil_mode && (count - 1) * stride[i] >= size + pads[i]) count--;
    return count;
  });
  if (counts.some((count) => count < 1)) {
    const channels = input.shape[input.ndim - rank - 1];
    throw new RuntimeError(
      name === "max_pool1d"
        ? `max_pool1d() Invalid computed output size: ${counts[0]}`
        : `Given input size: (${[channels, ...spatial].join("x")}). Calculated output size: (${[channels, ...counts].join("x")}). ` +
            "Output size is too small",
    );
  }
  return spatial.map((size, i) => ({
    size,
    count: counts[i],
    kernel: kernel[i],
    stride: stride[i],
    before: pads[i],
    dilation: gaps[i],
  }));
}

/** What of dimension `dim` (padded already) the place `k` of every window sees. */
export function seen(input: Tensor, dim: number, axis: Axis, k: number): Tensor {
  const start = k * axis.dilation;
  return slice(input, dim, start, start + (axis.count - 1) * axis.stride + 1, axis.stride);
}

/** Places that windows need behind the end. */
export function overhang({ size, count, kernel, stride, before, dilation }: Axis): number {
  return Math.max(0, (count - 1) * stride + dilation * (kernel - 1) + 1 - size - before);
}
