/** @file What convolution layers of both directions share. */
import { ValueError } from "../errors";
import type { PerDim } from "../ops/pooling/sliding";
import { numel } from "../shape";

import { bind_layer, check_size, empty_parameter, type FactoryOptions } from "./factory";
import type { PadMode } from "./functional/pad";
import { kaiming_uniform_, uniform_ } from "./init";
import { Module } from "./module";
import type { Parameter } from "./parameter";
import { python_text } from "./python-text";

/** What stands around the input. */
export type PaddingMode = "zeros" | "reflect" | "replicate" | "circular";

/** Keyword arguments of {@link Conv1d}, {@link Conv2d} and {@link Conv3d}. */
export interface ConvOptions extends FactoryOptions {
  /** Distance of the places where the kernel is laid. Default: 1. */
  stride?: PerDim;
  /** How much is added on both sides; `"same"` for an output of the input's size, `"valid"` for nothing. Default: 0. */
  padding?: PerDim | "same" | "valid";
  /** Distance of the kernel's elements. Default: 1. */
  dilation?: PerDim;
  /** Parts into which the channels are split, each with its own kernels. Default: 1. */
  groups?: number;
  /** Whether there is a bias. Default: true. */
  bias?: boolean;
  /** What is added. Default: `"zeros"`. */
  padding_mode?: PaddingMode;
}

/** Keyword arguments of {@link ConvTranspose1d}, {@link ConvTranspose2d} and {@link ConvTranspose3d}. */
export interface ConvTransposeOptions extends FactoryOptions {
  stride?: PerDim;
  padding?: PerDim;
  /** Added to one side of the output's size, of which several are possible. Default: 0. */
  output_padding?: PerDim;
  groups?: number;
  bias?: boolean;
  dilation?: PerDim;
  padding_mode?: "zeros";
}

export interface Required {
  in_channels: number;
  out_channels: number;
  kernel_size: PerDim;
}

export const padding_modes: Record<PaddingMode, PadMode> = {
  zeros: "constant",
  reflect: "reflect",
  replicate: "replicate",
  circular: "circular",
};

type Options = Omit<ConvTransposeOptions, "padding" | "padding_mode"> & ConvOptions;

/** What convolutions of both directions share. */
export abstract class ConvBase extends Module {
  in_channels: number;
  out_channels: number;
  kernel_size: number[];
  stride: number[];
  padding: number[] | "same" | "valid";
  dilation: number[];
  transposed: boolean;
  output_padding: number[];
  groups: number;
  padding_mode: PaddingMode;
  weight: Parameter;
  bias: Parameter | null;

  /** @internal Over how many dimensions the kernel moves. */
  abstract readonly _rank: number;

  /** @internal */
  constructor(kind: "Conv" | "ConvTranspose", names: readonly (keyof Options)[], args: readonly unknown[]) {
    super();
    const rank = new.target.prototype._rank;
    const transposed = kind === "ConvTranspose";
    const required = ["in_channels", "out_channels", "kernel_size"] as const;
    const bound = bind_layer<Required & Options>(`${kind}${rank}d`, required, names, args);
    const layer = this._get_name();
    const sizes = (what: string, value: PerDim, least: number): number[] => {
      const list = Array.isArray(value) ? (value as number[]) : new Array<number>(rank).fill(value as number);
      if (list.length !== rank) {
        throw new ValueError(
          `${layer}(): ${what} must be an int or a tuple of ${rank}, got ${list.length} values`,
        );
      }
      return list.map((item) => check_size(layer, what, item, least));
    };
    this.in_channels = check_size(layer, "in_channels", bound.in_channels);
    this.out_channels = check_size(layer, "out_channels", bound.out_channels);
    this.groups = bound.groups ?? 1;
    if (!(Number.isInteger(this.groups) && this.groups > 0)) {
      throw new ValueError("groups must be a positive integer");
    }
    if (this.in_channels % this.groups !== 0) throw new ValueError("in_channels must be divisible by groups");
    if (this.out_channels % this.groups !== 0)
      throw new ValueError("out_channels must be divisible by groups");
    this.kernel_size = sizes("kernel_size", bound.kernel_size as PerDim, 1);
    this.stride = sizes("stride", bound.stride ?? 1, 1);
    this.dilation = sizes("dilation", bound.dilation ?? 1, 1);
    const padding = bound.padding ?? 0;
    if (typeof padding === "string") {
      if (padding !== "same" && padding !== "valid") {
        throw new ValueError(`Invalid padding string '${padding}', should be one of ['same', 'valid']`);
      }
      if (padding === "same" && this.stride.some((step) => step !== 1)) {
        throw new ValueError("padding='same' is not supported for strided convolutions");
      }
      this.padding = padding;
    } else this.padding = sizes("padding", padding, 0);
    this.padding_mode = bound.padding_mode ?? "zeros";
    if (!Object.hasOwn(padding_modes, this.padding_mode)) {
      throw new ValueError(
        `padding_mode must be one of ['zeros', 'reflect', 'replicate', 'circular'], but got padding_mode='${this.padding_mode}'`,
      );
    }
    if (transposed && this.padding_mode !== "zeros") {
      throw new ValueError(`Only "zeros" padding mode is supported for ${layer}`);
    }
    this.transposed = transposed;
    this.output_padding = sizes("output_padding", bound.output_padding ?? 0, 0);
    const { in_channels, out_channels, groups, kernel_size } = this;
    const channels = transposed ? [in_channels, out_channels / groups] : [out_channels, in_channels / groups];
    this.weight = empty_parameter([...channels, ...kernel_size], bound.dtype);
    this.bias = (bound.bias ?? true) ? empty_parameter([out_channels], bound.dtype) : null;
    this.reset_parameters();
  }

  /** Draws the parameters anew. */
  reset_parameters(): void {
    if (this.weight.numel() > 0) kaiming_uniform_(this.weight, Math.sqrt(5));
    if (this.bias === null) return;
    const fan_in = this.weight.shape[1] * numel(this.kernel_size);
    if (fan_in === 0) return;
    const bound = 1 / Math.sqrt(fan_in);
    uniform_(this.bias, -bound, bound);
  }

  override extra_repr(): string {
    const { in_channels, out_channels, kernel_size, stride, padding, dilation, groups, output_padding } =
      this;
    let text = `${in_channels}, ${out_channels}, kernel_size=${python_text(kernel_size)}, stride=${python_text(stride)}`;
    if (typeof padding === "string" || padding.some((n) => n !== 0))
      text += `, padding=${python_text(padding)}`;
    if (dilation.some((n) => n !== 1)) text += `, dilation=${python_text(dilation)}`;
    if (output_padding.some((n) => n !== 0)) text += `, output_padding=${python_text(output_padding)}`;
    if (groups !== 1) text += `, groups=${groups}`;
    if (this.bias === null) text += ", bias=False";
    if (this.padding_mode !== "zeros") text += `, padding_mode=${this.padding_mode}`;
    return text;
  }
}
