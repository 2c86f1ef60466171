/** @file Convolution layers. */
import { RuntimeError, ValueError } from "../errors";
import * as ops from "../ops/conv";
import type { PerDim } from "../ops/sliding";
import { numel, range } from "../shape";
import type { Tensor } from "../tensor";
import { bind_layer, check_size, empty_parameter, type FactoryOptions } from "./factory";
import { type PadMode, pad } from "./functional/pad";
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

interface Required {
  in_channels: number;
  out_channels: number;
  kernel_size: PerDim;
}

const padding_modes: Record<PaddingMode, PadMode> = {
  zeros: "constant",
  reflect: "reflect",
  replicate: "replicate",
  circular: "circular",
};

/** What convolutions of both directions share. */
abstract class ConvBase extends Module {
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

  /** @internal */
  constructor(
    rank: number,
    transposed: boolean,
    bound: Partial<Required & ConvOptions & { output_padding?: PerDim }>,
  ) {
    super();
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

const conv_names = [
  "stride",
  "padding",
  "dilation",
  "groups",
  "bias",
  "padding_mode",
  "device",
  "dtype",
] as const;

/** Convolution layers of any rank. */
abstract class Conv extends ConvBase {
  /** @internal */
  constructor(layer: string, rank: number, args: readonly unknown[]) {
    super(
      rank,
      false,
      bind_layer<Required & ConvOptions>(
        layer,
        ["in_channels", "out_channels", "kernel_size"],
        conv_names,
        args,
      ),
    );
  }

  override forward(input: Tensor): Tensor {
    const { weight, bias, stride, dilation, groups, kernel_size } = this;
    const rank = kernel_size.length;
    const convolution = [ops.conv1d, ops.conv2d, ops.conv3d][rank - 1];
    let x = input;
    let padding: PerDim | "same" | "valid" = this.padding;
    if (this.padding_mode !== "zeros") {
      if (input.ndim !== rank + 1 && input.ndim !== rank + 2) {
        throw new RuntimeError(
          `Expected ${rank + 1}D (unbatched) or ${rank + 2}D (batched) input to conv${rank}d, but got input of size: [${input.shape.join(", ")}]`,
        );
      }
      x = pad(input, this._around(), padding_modes[this.padding_mode]);
      padding = 0;
    }
    return convolution(x, weight, { bias, stride, padding, dilation, groups });
  }

  /** @internal What stands on each side, the last dimension first, as `pad` takes it. */
  _around(): number[] {
    const { padding, dilation, kernel_size } = this;
    const dims = range(kernel_size.length).reverse();
    if (padding === "valid") return dims.flatMap(() => [0, 0]);
    return dims.flatMap((i) => {
      if (padding !== "same") return [padding[i], padding[i]];
      const total = dilation[i] * (kernel_size[i] - 1);
      return [Math.floor(total / 2), total - Math.floor(total / 2)];
    });
  }
}

/**
 * Convolution over one dimension, for sequences and signals.
 *
 * @param in_channels Channels of the input.
 * @param out_channels Channels of the output: how many kernels there are.
 * @param kernel_size Size of the kernels.
 *
 * Input (N, in_channels, L) or (in_channels, L), output (N, out_channels, L_out) with
 * L_out = floor((L + 2 padding - dilation (kernel_size - 1) - 1) / stride + 1). Parameters: `weight`
 * (out_channels, in_channels / groups, kernel_size) and `bias` (out_channels), drawn uniformly between ∓1/√(inputs of a kernel).
 *
 * @example
 * const conv = new nn.Conv1d(16, 33, 3, { stride: 2 });
 * conv(torch.randn(20, 16, 50)).shape; // [20, 33, 24]
 */
export class Conv1d extends Conv {
  constructor(in_channels: number, out_channels: number, kernel_size: PerDim, options?: ConvOptions);
  constructor(
    in_channels: number,
    out_channels: number,
    kernel_size: PerDim,
    stride: PerDim,
    padding?: PerDim | "same" | "valid",
    dilation?: PerDim,
    groups?: number,
    bias?: boolean,
    padding_mode?: PaddingMode,
  );
  constructor(options: Required & ConvOptions);
  constructor(...args: unknown[]) {
    super("Conv1d", 1, args);
  }
}

/** Convolution over two dimensions: input (N, in_channels, H, W), output (N, out_channels, H_out, W_out); see {@link Conv1d}. */
export class Conv2d extends Conv {
  constructor(in_channels: number, out_channels: number, kernel_size: PerDim, options?: ConvOptions);
  constructor(
    in_channels: number,
    out_channels: number,
    kernel_size: PerDim,
    stride: PerDim,
    padding?: PerDim | "same" | "valid",
    dilation?: PerDim,
    groups?: number,
    bias?: boolean,
    padding_mode?: PaddingMode,
  );
  constructor(options: Required & ConvOptions);
  constructor(...args: unknown[]) {
    super("Conv2d", 2, args);
  }
}

/** Convolution over three dimensions: input (N, in_channels, D, H, W); see {@link Conv1d}. */
export class Conv3d extends Conv {
  constructor(in_channels: number, out_channels: number, kernel_size: PerDim, options?: ConvOptions);
  constructor(
    in_channels: number,
    out_channels: number,
    kernel_size: PerDim,
    stride: PerDim,
    padding?: PerDim | "same" | "valid",
    dilation?: PerDim,
    groups?: number,
    bias?: boolean,
    padding_mode?: PaddingMode,
  );
  constructor(options: Required & ConvOptions);
  constructor(...args: unknown[]) {
    super("Conv3d", 3, args);
  }
}

const transpose_names = [
  "stride",
  "padding",
  "output_padding",
  "groups",
  "bias",
  "dilation",
  "padding_mode",
  "device",
  "dtype",
] as const;

/** Transposed convolution layers of any rank. */
abstract class ConvTranspose extends ConvBase {
  /** @internal */
  constructor(layer: string, rank: number, args: readonly unknown[]) {
    super(
      rank,
      true,
      bind_layer<Required & ConvTransposeOptions>(
        layer,
        ["in_channels", "out_channels", "kernel_size"],
        transpose_names,
        args,
      ),
    );
  }

  override forward(
    input: Tensor,
    output_size?: readonly number[] | { output_size?: readonly number[] } | null,
  ): Tensor {
    const { weight, bias, stride, dilation, groups } = this;
    const wanted = Array.isArray(output_size)
      ? output_size
      : ((output_size as { output_size?: readonly number[] } | null | undefined)?.output_size ?? null);
    const rank = this.kernel_size.length;
    const output_padding = wanted === null ? this.output_padding : this._extra(input, wanted);
    const convolution = [ops.conv_transpose1d, ops.conv_transpose2d, ops.conv_transpose3d][rank - 1];
    const padding = this.padding as number[];
    return convolution(input, weight, { bias, stride, padding, output_padding, groups, dilation });
  }

  /** @internal The output padding that gives the wanted sizes. */
  _extra(input: Tensor, wanted: readonly number[]): number[] {
    const { kernel_size, stride, dilation } = this;
    const padding = this.padding as number[];
    const rank = kernel_size.length;
    const lead = input.ndim - rank;
    const sizes = wanted.length === rank + lead ? wanted.slice(lead) : wanted;
    if (sizes.length !== rank) {
      throw new ValueError(
        `${this._get_name()}: for ${input.ndim}D input, output_size must have ${rank} or ${rank + lead} elements (got ${wanted.length})`,
      );
    }
    return sizes.map((size, i) => {
      const least =
        (input.shape[lead + i] - 1) * stride[i] - 2 * padding[i] + dilation[i] * (kernel_size[i] - 1) + 1;
      if (size < least || size > least + stride[i] - 1) {
        throw new ValueError(
          `requested an output size of [${sizes.join(", ")}], but valid sizes range from ${least} to ${least + stride[i] - 1} in ` +
            `dimension ${i} (for an input of [${input.shape.slice(lead).join(", ")}])`,
        );
      }
      return size - least;
    });
  }
}

/**
 * The transpose of a convolution over one dimension, which makes sequences longer.
 *
 * Input (N, in_channels, L), output (N, out_channels, L_out) with
 * L_out = (L - 1) stride - 2 padding + dilation (kernel_size - 1) + output_padding + 1; called with `output_size` to choose it.
 * Parameters: `weight` (in_channels, out_channels / groups, kernel_size) and `bias` (out_channels).
 */
export class ConvTranspose1d extends ConvTranspose {
  constructor(in_channels: number, out_channels: number, kernel_size: PerDim, options?: ConvTransposeOptions);
  constructor(
    in_channels: number,
    out_channels: number,
    kernel_size: PerDim,
    stride: PerDim,
    padding?: PerDim,
    output_padding?: PerDim,
    groups?: number,
    bias?: boolean,
    dilation?: PerDim,
  );
  constructor(options: Required & ConvTransposeOptions);
  constructor(...args: unknown[]) {
    super("ConvTranspose1d", 1, args);
  }
}

/** The transpose of a convolution over two dimensions; see {@link ConvTranspose1d}. */
export class ConvTranspose2d extends ConvTranspose {
  constructor(in_channels: number, out_channels: number, kernel_size: PerDim, options?: ConvTransposeOptions);
  constructor(
    in_channels: number,
    out_channels: number,
    kernel_size: PerDim,
    stride: PerDim,
    padding?: PerDim,
    output_padding?: PerDim,
    groups?: number,
    bias?: boolean,
    dilation?: PerDim,
  );
  constructor(options: Required & ConvTransposeOptions);
  constructor(...args: unknown[]) {
    super("ConvTranspose2d", 2, args);
  }
}

/** The transpose of a convolution over three dimensions; see {@link ConvTranspose1d}. */
export class ConvTranspose3d extends ConvTranspose {
  constructor(in_channels: number, out_channels: number, kernel_size: PerDim, options?: ConvTransposeOptions);
  constructor(
    in_channels: number,
    out_channels: number,
    kernel_size: PerDim,
    stride: PerDim,
    padding?: PerDim,
    output_padding?: PerDim,
    groups?: number,
    bias?: boolean,
    dilation?: PerDim,
  );
  constructor(options: Required & ConvTransposeOptions);
  constructor(...args: unknown[]) {
    super("ConvTranspose3d", 3, args);
  }
}
