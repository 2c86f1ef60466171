/** @file Resampling of the last dimensions to other sizes. */
import { bind } from "../../args";
import { from_data } from "../../backend/engine";
import { float64 } from "../../dtype";
import { NotImplementedError, ValueError } from "../../errors";
import { adaptive_avg_pool1d, adaptive_avg_pool2d, adaptive_avg_pool3d } from "../../ops/adaptive-pool";
import { cast, expect_tensor } from "../../ops/convert";
import { index_select } from "../../ops/gather";
import { range, type Shape } from "../../shape";
import { Tensor } from "../../tensor";

/** How {@link interpolate} finds values between the elements. */
export type InterpolationMode =
  | "nearest"
  | "nearest-exact"
  | "linear"
  | "bilinear"
  | "bicubic"
  | "trilinear"
  | "area";

/** Keyword arguments of {@link interpolate}. */
export interface InterpolateOptions {
  /** Sizes of the result's last dimensions. */
  size?: number | Shape | null;
  /** How many times larger they become, instead of `size`. */
  scale_factor?: number | Shape | null;
  /** Default: `"nearest"`. */
  mode?: InterpolationMode;
  /** Whether the corners' centres stay where they are; for the linear and cubic modes. */
  align_corners?: boolean | null;
  /** Whether the scale is computed anew from the sizes. */
  recompute_scale_factor?: boolean | null;
  /** Not offered. */
  antialias?: boolean;
}

const ranks: Record<string, number> = { linear: 1, bilinear: 2, bicubic: 2, trilinear: 3 };
const modes = ["nearest", "nearest-exact", "linear", "bilinear", "bicubic", "trilinear", "area"];

/** What each place along a dimension is made of: `weights[k]` of the element `from[k]`. */
interface Taps {
  readonly from: number[][];
  readonly weights: number[][] | null;
}

/** The cubic convolution kernel (Keys 1981), with PyTorch's parameter. */
function cubic(x: number): number {
  const a = -0.75;
  const d = Math.abs(x);
  if (d <= 1) return ((a + 2) * d - (a + 3)) * d * d + 1;
  return d < 2 ? ((a * d - 5 * a) * d + 8 * a) * d - 4 * a : 0;
}

function taps(mode: string, size: number, out: number, factor: number | null, align: boolean): Taps {
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

function apply(input: Tensor, dim: number, { from, weights }: Taps): Tensor {
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

/**
 * The input resampled to another size.
 *
 * @param input (N, C, L), (N, C, H, W) or (N, C, D, H, W)
 * @throws ValueError unless exactly one of `size` and `scale_factor` is given; NotImplementedError for a mode that does not fit.
 * @example
 * F.interpolate(torch.randn(1, 3, 8, 8), { scale_factor: 2, mode: "bilinear" }).shape; // [1, 3, 16, 16]
 */
export function interpolate(input: Tensor, options?: InterpolateOptions): Tensor;
export function interpolate(
  input: Tensor,
  size: number | Shape | null,
  scale_factor?: number | Shape | null,
  mode?: InterpolationMode,
  align_corners?: boolean | null,
  recompute_scale_factor?: boolean | null,
  antialias?: boolean,
): Tensor;
export function interpolate(input: Tensor, ...args: unknown[]): Tensor {
  const names = [
    "size",
    "scale_factor",
    "mode",
    "align_corners",
    "recompute_scale_factor",
    "antialias",
  ] as const;
  const bound = bind<InterpolateOptions>("interpolate", names, [], args);
  expect_tensor("interpolate", input);
  const { size = null, scale_factor = null, mode = "nearest", align_corners = null } = bound;
  if (bound.antialias) {
    throw new NotImplementedError("interpolate(): antialias=True is not offered; smooth with avg_pool first");
  }
  const rank = input.ndim - 2;
  if (!modes.includes(mode) || rank < 1 || rank > 3) {
    throw new NotImplementedError(
      `Input Error: Only 3D, 4D and 5D input Tensors supported (got ${input.ndim}D) for the modes: ${modes.join(" | ")} (got ${mode})`,
    );
  }
  if (ranks[mode] !== undefined && ranks[mode] !== rank) {
    throw new NotImplementedError(
      `Got ${input.ndim}D input, but ${mode} mode needs ${ranks[mode] + 2}D input`,
    );
  }
  if (align_corners !== null && ranks[mode] === undefined) {
    throw new ValueError(
      "align_corners option can only be set with the interpolating modes: linear | bilinear | bicubic | trilinear",
    );
  }
  if (size !== null && scale_factor !== null) {
    throw new ValueError("only one of size or scale_factor should be defined");
  }
  if (size === null && scale_factor === null) {
    throw new ValueError("either size or scale_factor should be defined");
  }
  const list = (what: string, value: number | Shape): number[] => {
    const given = Array.isArray(value)
      ? [...(value as number[])]
      : new Array<number>(rank).fill(value as number);
    if (given.length !== rank) {
      throw new ValueError(
        `Input and ${what} must have the same number of spatial dimensions, but got input with spatial dimensions of ` +
          `[${input.shape.slice(2).join(", ")}] and ${what} of [${given.join(", ")}].`,
      );
    }
    return given;
  };
  const before = input.shape.slice(2);
  let factors = scale_factor === null ? null : list("scale_factor", scale_factor);
  const after =
    factors === null
      ? list("output size", size as number | Shape)
      : before.map((n, i) => Math.floor(n * (factors as number[])[i]));
  if (bound.recompute_scale_factor) {
    if (size !== null) {
      throw new ValueError("recompute_scale_factor is not meaningful with an explicit size.");
    }
    factors = null;
  }
  if (after.some((n) => !(n > 0)) || before.some((n) => n === 0)) {
    throw new ValueError(
      `Input and output sizes should be greater than 0, but got input (${before.join(", ")}) output (${after.join(", ")})`,
    );
  }
  if (mode === "area") {
    return [adaptive_avg_pool1d, adaptive_avg_pool2d, adaptive_avg_pool3d][rank - 1](input, after);
  }
  let output = input;
  after.forEach((out, i) => {
    if (out === before[i] && (factors === null || factors[i] === 1)) return;
    output = apply(output, 2 + i, taps(mode, before[i], out, factors?.[i] ?? null, align_corners ?? false));
  });
  return output === input ? input.clone() : output;
}

/** {@link interpolate} under its old name. */
export const upsample = interpolate;
