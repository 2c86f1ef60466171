/** @file Layers that rearrange or resample images and other grids. */
import { ValueError } from "../errors";
import { conv1d } from "../ops/convolution/conv";
import type { PerDim } from "../ops/pooling/sliding";
import { tensor } from "../ops/value/create";
import { range, type Shape } from "../shape";
import type { Tensor } from "../tensor";
import { bind_layer } from "./factory";
import { type InterpolationMode, interpolate } from "./functional/interpolate";
import * as F from "./functional/vision";
import { Module } from "./module";
import { float_text, python_text } from "./python-text";

/** Keyword arguments of {@link Unfold} and {@link Fold}. */
export interface UnfoldOptions {
  dilation?: PerDim;
  padding?: PerDim;
  stride?: PerDim;
}

const slide_names = ["dilation", "padding", "stride"] as const;

/** The windows of (N, C, H, W) as columns (N, C * kernel elements, windows). */
export class Unfold extends Module {
  kernel_size: PerDim;
  dilation: PerDim;
  padding: PerDim;
  stride: PerDim;

  constructor(kernel_size: PerDim, options?: UnfoldOptions);
  constructor(
    kernel_size: PerDim,
    dilation: PerDim,
    padding?: PerDim | UnfoldOptions,
    stride?: PerDim | UnfoldOptions,
  );
  constructor(options: UnfoldOptions & { kernel_size: PerDim });
  constructor(...args: unknown[]) {
    super();
    type Args = UnfoldOptions & { kernel_size: PerDim };
    const bound = bind_layer<Args>("Unfold", ["kernel_size"], slide_names, args);
    this.kernel_size = bound.kernel_size as PerDim;
    this.dilation = bound.dilation ?? 1;
    this.padding = bound.padding ?? 0;
    this.stride = bound.stride ?? 1;
  }

  override forward(input: Tensor): Tensor {
    const { kernel_size, dilation, padding, stride } = this;
    return F.unfold(input, kernel_size, dilation, padding, stride);
  }

  override extra_repr(): string {
    const { kernel_size, dilation, padding, stride } = this;
    return (
      `kernel_size=${python_text(kernel_size)}, dilation=${python_text(dilation)}, padding=${python_text(padding)}, ` +
      `stride=${python_text(stride)}`
    );
  }
}

/** Columns (N, C * kernel elements, windows) added up in images (N, C, *output_size). */
export class Fold extends Module {
  output_size: PerDim;
  kernel_size: PerDim;
  dilation: PerDim;
  padding: PerDim;
  stride: PerDim;

  constructor(output_size: PerDim, kernel_size: PerDim, options?: UnfoldOptions);
  constructor(
    output_size: PerDim,
    kernel_size: PerDim,
    dilation: PerDim,
    padding?: PerDim | UnfoldOptions,
    stride?: PerDim | UnfoldOptions,
  );
  constructor(options: UnfoldOptions & { output_size: PerDim; kernel_size: PerDim });
  constructor(...args: unknown[]) {
    super();
    type Args = UnfoldOptions & { output_size: PerDim; kernel_size: PerDim };
    const bound = bind_layer<Args>("Fold", ["output_size", "kernel_size"], slide_names, args);
    this.output_size = bound.output_size as PerDim;
    this.kernel_size = bound.kernel_size as PerDim;
    this.dilation = bound.dilation ?? 1;
    this.padding = bound.padding ?? 0;
    this.stride = bound.stride ?? 1;
  }

  override forward(input: Tensor): Tensor {
    const { output_size, kernel_size, dilation, padding, stride } = this;
    return F.fold(input, output_size, kernel_size, dilation, padding, stride);
  }

  override extra_repr(): string {
    const { output_size, kernel_size, dilation, padding, stride } = this;
    return (
      `output_size=${python_text(output_size)}, kernel_size=${python_text(kernel_size)}, dilation=${python_text(dilation)}, ` +
      `padding=${python_text(padding)}, stride=${python_text(stride)}`
    );
  }
}

/** Channels (N, C r², H, W) as finer rows and columns (N, C, H r, W r). */
export class PixelShuffle extends Module {
  upscale_factor: number;

  constructor(upscale_factor: number | { upscale_factor: number }) {
    super();
    const bound = bind_layer<{ upscale_factor: number }>(
      "PixelShuffle",
      ["upscale_factor"],
      [],
      [upscale_factor],
    );
    this.upscale_factor = bound.upscale_factor as number;
  }

  override forward(input: Tensor): Tensor {
    return F.pixel_shuffle(input, this.upscale_factor);
  }

  override extra_repr(): string {
    return `upscale_factor=${this.upscale_factor}`;
  }
}

/** The reverse of {@link PixelShuffle}. */
export class PixelUnshuffle extends Module {
  downscale_factor: number;

  constructor(downscale_factor: number | { downscale_factor: number }) {
    super();
    const bound = bind_layer<{ downscale_factor: number }>(
      "PixelUnshuffle",
      ["downscale_factor"],
      [],
      [downscale_factor],
    );
    this.downscale_factor = bound.downscale_factor as number;
  }

  override forward(input: Tensor): Tensor {
    return F.pixel_unshuffle(input, this.downscale_factor);
  }

  override extra_repr(): string {
    return `downscale_factor=${this.downscale_factor}`;
  }
}

/** Channels (N, C, ...) dealt out: those of `groups` groups in turn. */
export class ChannelShuffle extends Module {
  groups: number;

  constructor(groups: number | { groups: number }) {
    super();
    this.groups = bind_layer<{ groups: number }>("ChannelShuffle", ["groups"], [], [groups]).groups as number;
  }

  override forward(input: Tensor): Tensor {
    return F.channel_shuffle(input, this.groups);
  }

  override extra_repr(): string {
    return `groups=${this.groups}`;
  }
}

/** Each element divided by a power of the mean square of its neighbours among `size` channels. */
export class LocalResponseNorm extends Module {
  size: number;
  alpha: number;
  beta: number;
  k: number;

  constructor(
    size: number,
    alpha?: number,
    beta?: number | { beta?: number; k?: number },
    k?: number | { k?: number },
  );
  constructor(size: number, options: { alpha?: number; beta?: number; k?: number });
  constructor(options: { size: number; alpha?: number; beta?: number; k?: number });
  constructor(...args: unknown[]) {
    super();
    type Args = { size: number; alpha: number; beta: number; k: number };
    const bound = bind_layer<Args>("LocalResponseNorm", ["size"], ["alpha", "beta", "k"], args);
    this.size = bound.size as number;
    this.alpha = bound.alpha ?? 1e-4;
    this.beta = bound.beta ?? 0.75;
    this.k = bound.k ?? 1;
  }

  override forward(input: Tensor): Tensor {
    return F.local_response_norm(input, this.size, this.alpha, this.beta, this.k);
  }

  override extra_repr(): string {
    const { size, alpha, beta, k } = this;
    return `${size}, alpha=${float_text(alpha)}, beta=${float_text(beta)}, k=${float_text(k)}`;
  }
}

/**
 * Each element of (N, C, H, W) divided by a power of a sum of squares over `size` neighbouring channels, added up as PyTorch's layer
 * of this name does: from the (size + 1)/2-th channel on the first channel's square stays in the sum.
 *
 * @throws ValueError unless the input has four dimensions.
 */
export class CrossMapLRN2d extends LocalResponseNorm {
  override forward(input: Tensor): Tensor {
    if (input.ndim !== 4) {
      throw new ValueError(`CrossMapLRN2d: Expected input to be 4D, got ${input.ndim}D instead.`);
    }
    const { size, alpha, beta, k } = this;
    const reach = Math.floor((size - 1) / 2 + 1);
    const channels = range(input.shape[1]);
    const summed = channels.map((c) =>
      channels.map((j) => Math.abs(j - c) < reach || (j === 0 && c >= reach)),
    );
    const weights = tensor(summed, { dtype: input.dtype }).reshape(channels.length, channels.length, 1);
    const squares = input.square().flatten(2);
    const sums = conv1d(squares, weights).reshape(input.shape);
    return input.mul(
      sums
        .mul(alpha / size)
        .add(k)
        .pow(-beta),
    );
  }
}

/** Keyword arguments of {@link Upsample}. */
export interface UpsampleOptions {
  /** Sizes of the result's last dimensions. */
  size?: number | Shape | null;
  /** How many times larger they become, instead of `size`. */
  scale_factor?: number | Shape | null;
  /** Default: `"nearest"`. */
  mode?: InterpolationMode;
  /** Whether the corners' centres stay where they are. */
  align_corners?: boolean | null;
  /** Whether the scale is computed anew from the sizes. */
  recompute_scale_factor?: boolean | null;
}

/** The input (N, C, ...) resampled to another size; see `F.interpolate`. */
export class Upsample extends Module {
  size: number | Shape | null;
  scale_factor: number | Shape | null;
  mode: InterpolationMode;
  align_corners: boolean | null;
  recompute_scale_factor: boolean | null;

  constructor(options?: UpsampleOptions);
  constructor(
    size: number | Shape | null,
    scale_factor?: number | Shape | null | UpsampleOptions,
    mode?: InterpolationMode | UpsampleOptions,
    align_corners?: boolean | null | UpsampleOptions,
    recompute_scale_factor?: boolean | null | UpsampleOptions,
  );
  constructor(...args: unknown[]) {
    super();
    const names = ["size", "scale_factor", "mode", "align_corners", "recompute_scale_factor"] as const;
    const bound = bind_layer<UpsampleOptions>("Upsample", [], names, args);
    this.size = bound.size ?? null;
    this.scale_factor = bound.scale_factor ?? null;
    this.mode = bound.mode ?? "nearest";
    this.align_corners = bound.align_corners ?? null;
    this.recompute_scale_factor = bound.recompute_scale_factor ?? null;
  }

  override forward(input: Tensor): Tensor {
    const { size, scale_factor, mode, align_corners, recompute_scale_factor } = this;
    return interpolate(input, size, scale_factor, mode, align_corners, recompute_scale_factor);
  }

  override extra_repr(): string {
    const { size, scale_factor, mode } = this;
    const factor =
      scale_factor === null
        ? ""
        : Array.isArray(scale_factor)
          ? `(${scale_factor.map(float_text).join(", ")}${scale_factor.length === 1 ? "," : ""})`
          : float_text(scale_factor as number);
    return `${scale_factor === null ? `size=${python_text(size)}` : `scale_factor=${factor}`}, mode='${mode}'`;
  }
}

type Sized = Pick<UpsampleOptions, "size" | "scale_factor">;

/** {@link Upsample} of (N, C, H, W) to the nearest elements. */
export class UpsamplingNearest2d extends Upsample {
  constructor(options?: Sized);
  constructor(size: number | Shape | null, scale_factor?: number | Shape | null | Sized);
  constructor(...args: unknown[]) {
    super({
      ...bind_layer<Sized>("UpsamplingNearest2d", [], ["size", "scale_factor"], args),
      mode: "nearest",
    });
  }
}

/** {@link Upsample} of (N, C, H, W), bilinear with corners aligned. */
export class UpsamplingBilinear2d extends Upsample {
  constructor(options?: Sized);
  constructor(size: number | Shape | null, scale_factor?: number | Shape | null | Sized);
  constructor(...args: unknown[]) {
    super({
      ...bind_layer<Sized>("UpsamplingBilinear2d", [], ["size", "scale_factor"], args),
      mode: "bilinear",
      align_corners: true,
    });
  }
}
