/** @file Resampling of the last dimensions to other sizes. */
import { bind } from "../../args";
import { named } from "../../autograd/tape";
import { uint8 } from "../../dtype";
import { NotImplementedError, RuntimeError, ValueError } from "../../errors";
import {
  adaptive_avg_pool1d,
  adaptive_avg_pool2d,
  adaptive_avg_pool3d,
} from "../../ops/pooling/adaptive-pool";
import { expect_floating_kernel, expect_tensor } from "../../ops/value/convert";
import { check_list, type Shape, size_text } from "../../shape";
import type { Tensor } from "../../tensor";
import { resample, smooth_taps, taps } from "./resample";

/** How {@link interpolate} finds values between the elements. */
export type InterpolationMode =
  | "nearest"
  | "nearest-exact"
  | "linear"
  | "bilinear"
  | "bicubic"
  | "trilinear"
  | "lanczos"
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
  /** Whether a smaller result is smoothed, as Pillow does; for `"bilinear"`, `"bicubic"` and `"lanczos"`, which needs it. */
  antialias?: boolean;
}

const ranks: Record<string, number> = { linear: 1, bilinear: 2, bicubic: 2, trilinear: 3, lanczos: 2 };
const modes = ["nearest", "nearest-exact", "linear", "bilinear", "bicubic", "trilinear", "lanczos", "area"];

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
  scale_factor?: number | Shape | null | InterpolateOptions,
  mode?: InterpolationMode | InterpolateOptions,
  align_corners?: boolean | null | InterpolateOptions,
  recompute_scale_factor?: boolean | null | InterpolateOptions,
  antialias?: boolean | InterpolateOptions,
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
  const antialias = bound.antialias ?? false;
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
  if (antialias && !(rank === 2 && ["bilinear", "bicubic", "lanczos"].includes(mode))) {
    throw new ValueError(
      "Anti-alias option is restricted to bilinear, bicubic, and lanczos modes and requires a 4-D tensor as input",
    );
  }
  if (mode === "lanczos" && align_corners) {
    throw new ValueError("Lanczos mode does not support align_corners=True");
  }
  if (mode === "lanczos" && !antialias) throw new ValueError("Lanczos mode requires antialias=True");
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
  check_list("interpolate", [...input.shape.slice(0, 2), ...after]);
  if (mode === "area") {
    return [adaptive_avg_pool1d, adaptive_avg_pool2d, adaptive_avg_pool3d][rank - 1](input, after);
  }
  if (input.shape[1] === 0) {
    throw new RuntimeError(
      `Non-empty ${input.ndim}D data tensor expected but got a tensor with sizes ${size_text(input.shape)}`,
    );
  }
  // Of whole numbers PyTorch has images of bytes alone.
  if (input.dtype !== uint8 || mode === "linear" || mode === "trilinear") {
    expect_floating_kernel(`compute_indices_weights_${mode}`, input);
  }
  const kinds: Record<string, string> = {
    nearest: `Nearest${rank}D`,
    "nearest-exact": `NearestExact${rank}D`,
    linear: "Linear1D",
    bilinear: `Bilinear2D${antialias ? "Aa" : ""}`,
    bicubic: `Bicubic2D${antialias ? "Aa" : ""}`,
    trilinear: "Trilinear3D",
    lanczos: "Lanczos2DAa",
  };
  const output = resize(input, after, factors, mode, align_corners ?? false, antialias);
  return named(`Upsample${kinds[mode]}Backward0`, output, input);
}

function resize(
  input: Tensor,
  after: Shape,
  factors: readonly (number | null)[] | null,
  mode: InterpolationMode,
  align: boolean,
  antialias: boolean,
): Tensor {
  let output = input;
  after.forEach((out, i) => {
    const size = input.shape[2 + i];
    const factor = factors?.[i] ?? null;
    if (out === size && (factor === null || factor === 1)) return;
    output = resample(output, 2 + i, (antialias ? smooth_taps : taps)(mode, size, out, factor, align));
  });
  return output === input ? input.clone() : output;
}

/** {@link interpolate} under its old name. */
export const upsample = interpolate;

/** Keyword arguments of {@link upsample_nearest} and {@link upsample_bilinear}. */
export type UpsampleOptions = Pick<InterpolateOptions, "size" | "scale_factor">;

/** {@link interpolate} that takes the nearest elements, of (N, C, L), (N, C, H, W) or (N, C, D, H, W). */
export function upsample_nearest(input: Tensor, options?: UpsampleOptions): Tensor;
export function upsample_nearest(
  input: Tensor,
  size: number | Shape | null,
  scale_factor?: number | Shape | null | UpsampleOptions,
): Tensor;
export function upsample_nearest(input: Tensor, ...args: unknown[]): Tensor {
  const bound = bind<UpsampleOptions>("upsample_nearest", ["size", "scale_factor"], [], args);
  return interpolate(input, { ...bound, mode: "nearest" });
}

/** {@link interpolate} of (N, C, H, W) in straight lines, whose corners' centres stay where they are. */
export function upsample_bilinear(input: Tensor, options?: UpsampleOptions): Tensor;
export function upsample_bilinear(
  input: Tensor,
  size: number | Shape | null,
  scale_factor?: number | Shape | null | UpsampleOptions,
): Tensor;
export function upsample_bilinear(input: Tensor, ...args: unknown[]): Tensor {
  const bound = bind<UpsampleOptions>("upsample_bilinear", ["size", "scale_factor"], [], args);
  return interpolate(input, { ...bound, mode: "bilinear", align_corners: true });
}

/**
 * Antialiased resampling in straight lines, as {@link interpolate} does it with `antialias`.
 *
 * @param input (N, C, H, W)
 * @param output_size Height and width, or null with `scale_factors`.
 * @throws RuntimeError unless one of `output_size` and `scale_factors` is there.
 */
export function _upsample_bilinear2d_aa(
  input: Tensor,
  output_size: Shape | null,
  align_corners: boolean,
  scales_h?:
    | number
    | null
    | { scales_h?: number | null; scales_w?: number | null; scale_factors?: Shape | null },
  scales_w?: number | null | { scales_w?: number | null; scale_factors?: Shape | null },
): Tensor;
export function _upsample_bilinear2d_aa(
  input: Tensor,
  options: {
    output_size?: Shape | null;
    align_corners: boolean;
    scales_h?: number | null;
    scales_w?: number | null;
    scale_factors?: Shape | null;
  },
): Tensor;
export function _upsample_bilinear2d_aa(input: Tensor, ...args: unknown[]): Tensor {
  const name = "_upsample_bilinear2d_aa";
  type Args = {
    output_size: Shape | null;
    align_corners: boolean;
    scales_h: number | null;
    scales_w: number | null;
    scale_factors: Shape | null;
  };
  const {
    output_size = null,
    align_corners = false,
    scales_h = null,
    scales_w = null,
    scale_factors = null,
  } = bind<Args>(name, ["output_size", "align_corners", "scales_h", "scales_w"], ["scale_factors"], args);
  expect_tensor(name, input);
  if (input.ndim !== 4 || input.shape.slice(1).includes(0)) {
    throw new RuntimeError(
      `Non-empty 4D data tensor expected but got a tensor with sizes ${size_text(input.shape)}`,
    );
  }
  if ((output_size === null) === (scale_factors === null)) {
    throw new RuntimeError("Must specify exactly one of output_size and scale_factors");
  }
  const after =
    output_size ?? input.shape.slice(2).map((n, i) => Math.floor(n * (scale_factors as Shape)[i]));
  if (after.length !== 2 || after.some((n) => !(n > 0))) {
    throw new RuntimeError(
      `It is expected output_size equals to 2 sizes greater than 0, but got ${size_text(after)}`,
    );
  }
  return resize(input, after, scale_factors ?? [scales_h, scales_w], "bilinear", align_corners, true);
}
