/** @file Pooling layers. */
import type { OutputSize } from "../ops/adaptive-pool";
import * as adaptive from "../ops/adaptive-pool";
import * as average from "../ops/avg-pool";
import * as maximum from "../ops/max-pool";
import type { PerDim } from "../ops/sliding";
import type { Tensor } from "../tensor";
import { bind_layer } from "./factory";
import { Module } from "./module";
import { python_text } from "./python-text";

/** Keyword arguments of {@link MaxPool1d}, {@link MaxPool2d} and {@link MaxPool3d}. */
export interface MaxPoolOptions {
  /** Distance of the windows. Default: `kernel_size`. */
  stride?: PerDim | null;
  /** How many places the windows reach beyond both ends. Default: 0. */
  padding?: PerDim;
  /** Distance of a window's elements. Default: 1. */
  dilation?: PerDim;
  /** Whether the places of the maxima are given too. Default: false. */
  return_indices?: boolean;
  /** Whether a last window may reach beyond the end. Default: false. */
  ceil_mode?: boolean;
}

/** Keyword arguments of {@link AvgPool1d}. */
export interface AvgPool1dOptions {
  /** Distance of the windows. Default: `kernel_size`. */
  stride?: PerDim | null;
  /** How many zeros stand at both ends. Default: 0. */
  padding?: PerDim;
  /** Whether a last window may reach beyond the end. Default: false. */
  ceil_mode?: boolean;
  /** Whether the zeros at the ends count. Default: true. */
  count_include_pad?: boolean;
}

/** Keyword arguments of {@link AvgPool2d} and {@link AvgPool3d}. */
export interface AvgPoolOptions extends AvgPool1dOptions {
  /** What sums are divided by, instead of the windows' sizes. */
  divisor_override?: number | null;
}

type Kernel = { kernel_size: PerDim };

const max_names = ["stride", "padding", "dilation", "return_indices", "ceil_mode"] as const;

abstract class MaxPool extends Module {
  kernel_size: PerDim;
  stride: PerDim;
  padding: PerDim;
  dilation: PerDim;
  return_indices: boolean;
  ceil_mode: boolean;

  /** @internal */
  constructor(layer: string, args: readonly unknown[]) {
    super();
    const bound = bind_layer<Kernel & MaxPoolOptions>(layer, ["kernel_size"], max_names, args);
    this.kernel_size = bound.kernel_size as PerDim;
    this.stride = bound.stride ?? this.kernel_size;
    this.padding = bound.padding ?? 0;
    this.dilation = bound.dilation ?? 1;
    this.return_indices = bound.return_indices ?? false;
    this.ceil_mode = bound.ceil_mode ?? false;
  }

  /** @internal */
  _settings(): Omit<MaxPoolOptions, "return_indices"> {
    const { stride, padding, dilation, ceil_mode } = this;
    return { stride, padding, dilation, ceil_mode };
  }

  override extra_repr(): string {
    const { kernel_size, stride, padding, dilation, ceil_mode } = this;
    return (
      `kernel_size=${python_text(kernel_size)}, stride=${python_text(stride)}, padding=${python_text(padding)}, ` +
      `dilation=${python_text(dilation)}, ceil_mode=${python_text(ceil_mode)}`
    );
  }
}

/**
 * The greatest element of each window over one dimension of (N, C, L). With `return_indices` the call gives `[output, indices]`.
 *
 * @example
 * new nn.MaxPool1d(3, { stride: 2 })(torch.randn(20, 16, 50)).shape; // [20, 16, 24]
 */
export class MaxPool1d extends MaxPool {
  constructor(kernel_size: PerDim, options?: MaxPoolOptions);
  constructor(
    kernel_size: PerDim,
    stride: PerDim | null,
    padding?: PerDim,
    dilation?: PerDim,
    return_indices?: boolean,
    ceil_mode?: boolean,
  );
  constructor(options: Kernel & MaxPoolOptions);
  constructor(...args: unknown[]) {
    super("MaxPool1d", args);
  }

  override forward(input: Tensor): Tensor {
    if (!this.return_indices) return maximum.max_pool1d(input, this.kernel_size, this._settings());
    const both = maximum.max_pool1d(input, this.kernel_size, { ...this._settings(), return_indices: true });
    return both as unknown as Tensor;
  }
}

/** The greatest element of each window over two dimensions of (N, C, H, W). With `return_indices` the call gives `[output, indices]`. */
export class MaxPool2d extends MaxPool {
  constructor(kernel_size: PerDim, options?: MaxPoolOptions);
  constructor(
    kernel_size: PerDim,
    stride: PerDim | null,
    padding?: PerDim,
    dilation?: PerDim,
    return_indices?: boolean,
    ceil_mode?: boolean,
  );
  constructor(options: Kernel & MaxPoolOptions);
  constructor(...args: unknown[]) {
    super("MaxPool2d", args);
  }

  override forward(input: Tensor): Tensor {
    if (!this.return_indices) return maximum.max_pool2d(input, this.kernel_size, this._settings());
    const both = maximum.max_pool2d(input, this.kernel_size, { ...this._settings(), return_indices: true });
    return both as unknown as Tensor;
  }
}

/** The greatest element of each window over three dimensions of (N, C, D, H, W). With `return_indices` the call gives `[output, indices]`. */
export class MaxPool3d extends MaxPool {
  constructor(kernel_size: PerDim, options?: MaxPoolOptions);
  constructor(
    kernel_size: PerDim,
    stride: PerDim | null,
    padding?: PerDim,
    dilation?: PerDim,
    return_indices?: boolean,
    ceil_mode?: boolean,
  );
  constructor(options: Kernel & MaxPoolOptions);
  constructor(...args: unknown[]) {
    super("MaxPool3d", args);
  }

  override forward(input: Tensor): Tensor {
    if (!this.return_indices) return maximum.max_pool3d(input, this.kernel_size, this._settings());
    const both = maximum.max_pool3d(input, this.kernel_size, { ...this._settings(), return_indices: true });
    return both as unknown as Tensor;
  }
}

abstract class AvgPool extends Module {
  kernel_size: PerDim;
  stride: PerDim;
  padding: PerDim;
  ceil_mode: boolean;
  count_include_pad: boolean;

  /** @internal */
  constructor(bound: Partial<Kernel & AvgPoolOptions>) {
    super();
    this.kernel_size = bound.kernel_size as PerDim;
    this.stride = bound.stride ?? this.kernel_size;
    this.padding = bound.padding ?? 0;
    this.ceil_mode = bound.ceil_mode ?? false;
    this.count_include_pad = bound.count_include_pad ?? true;
  }

  /** @internal */
  _settings(): AvgPool1dOptions {
    const { stride, padding, ceil_mode, count_include_pad } = this;
    return { stride, padding, ceil_mode, count_include_pad };
  }

  override extra_repr(): string {
    const { kernel_size, stride, padding } = this;
    return `kernel_size=${python_text(kernel_size)}, stride=${python_text(stride)}, padding=${python_text(padding)}`;
  }
}

const avg_names = ["stride", "padding", "ceil_mode", "count_include_pad"] as const;
const as_list = (value: PerDim): PerDim => (typeof value === "number" ? [value] : value);

/** The mean of each window over one dimension of (N, C, L). */
export class AvgPool1d extends AvgPool {
  constructor(kernel_size: PerDim, options?: AvgPool1dOptions);
  constructor(
    kernel_size: PerDim,
    stride: PerDim | null,
    padding?: PerDim,
    ceil_mode?: boolean,
    count_include_pad?: boolean,
  );
  constructor(options: Kernel & AvgPool1dOptions);
  constructor(...args: unknown[]) {
    super(bind_layer<Kernel & AvgPool1dOptions>("AvgPool1d", ["kernel_size"], avg_names, args));
    this.kernel_size = as_list(this.kernel_size);
    this.stride = as_list(this.stride);
    this.padding = as_list(this.padding);
  }

  override forward(input: Tensor): Tensor {
    return average.avg_pool1d(input, this.kernel_size, this._settings());
  }
}

/** The mean of each window over two dimensions of (N, C, H, W). */
export class AvgPool2d extends AvgPool {
  divisor_override: number | null;

  constructor(kernel_size: PerDim, options?: AvgPoolOptions);
  constructor(
    kernel_size: PerDim,
    stride: PerDim | null,
    padding?: PerDim,
    ceil_mode?: boolean,
    count_include_pad?: boolean,
    divisor_override?: number | null,
  );
  constructor(options: Kernel & AvgPoolOptions);
  constructor(...args: unknown[]) {
    const names = [...avg_names, "divisor_override"] as const;
    const bound = bind_layer<Kernel & AvgPoolOptions>("AvgPool2d", ["kernel_size"], names, args);
    super(bound);
    this.divisor_override = bound.divisor_override ?? null;
  }

  override forward(input: Tensor): Tensor {
    const settings = { ...this._settings(), divisor_override: this.divisor_override };
    return average.avg_pool2d(input, this.kernel_size, settings);
  }
}

/** The mean of each window over three dimensions of (N, C, D, H, W). */
export class AvgPool3d extends AvgPool {
  divisor_override: number | null;

  constructor(kernel_size: PerDim, options?: AvgPoolOptions);
  constructor(
    kernel_size: PerDim,
    stride: PerDim | null,
    padding?: PerDim,
    ceil_mode?: boolean,
    count_include_pad?: boolean,
    divisor_override?: number | null,
  );
  constructor(options: Kernel & AvgPoolOptions);
  constructor(...args: unknown[]) {
    const names = [...avg_names, "divisor_override"] as const;
    const bound = bind_layer<Kernel & AvgPoolOptions>("AvgPool3d", ["kernel_size"], names, args);
    super(bound);
    this.divisor_override = bound.divisor_override ?? null;
  }

  override forward(input: Tensor): Tensor {
    const settings = { ...this._settings(), divisor_override: this.divisor_override };
    return average.avg_pool3d(input, this.kernel_size, settings);
  }
}

/** Keyword arguments of {@link LPPool1d}, {@link LPPool2d} and {@link LPPool3d}. */
export interface LPPoolOptions {
  stride?: PerDim | null;
  ceil_mode?: boolean;
}

abstract class LPPool extends Module {
  norm_type: number;
  kernel_size: PerDim;
  stride: PerDim | null;
  ceil_mode: boolean;

  /** @internal */
  constructor(layer: string, args: readonly unknown[]) {
    super();
    type Args = Kernel & LPPoolOptions & { norm_type: number };
    const bound = bind_layer<Args>(layer, ["norm_type", "kernel_size"], ["stride", "ceil_mode"], args);
    this.norm_type = bound.norm_type as number;
    this.kernel_size = bound.kernel_size as PerDim;
    this.stride = bound.stride ?? null;
    this.ceil_mode = bound.ceil_mode ?? false;
  }

  override extra_repr(): string {
    const { norm_type, kernel_size, stride, ceil_mode } = this;
    return (
      `norm_type=${python_text(norm_type)}, kernel_size=${python_text(kernel_size)}, stride=${python_text(stride)}, ` +
      `ceil_mode=${python_text(ceil_mode)}`
    );
  }
}

/** The p-norm of each window over one dimension of (N, C, L), p being `norm_type`. */
export class LPPool1d extends LPPool {
  constructor(norm_type: number, kernel_size: PerDim, options?: LPPoolOptions);
  constructor(norm_type: number, kernel_size: PerDim, stride: PerDim | null, ceil_mode?: boolean);
  constructor(options: Kernel & LPPoolOptions & { norm_type: number });
  constructor(...args: unknown[]) {
    super("LPPool1d", args);
  }

  override forward(input: Tensor): Tensor {
    const { norm_type, kernel_size, stride, ceil_mode } = this;
    return average.lp_pool1d(input, norm_type, kernel_size, stride, ceil_mode);
  }
}

/** The p-norm of each window over two dimensions of (N, C, H, W), p being `norm_type`. */
export class LPPool2d extends LPPool {
  constructor(norm_type: number, kernel_size: PerDim, options?: LPPoolOptions);
  constructor(norm_type: number, kernel_size: PerDim, stride: PerDim | null, ceil_mode?: boolean);
  constructor(options: Kernel & LPPoolOptions & { norm_type: number });
  constructor(...args: unknown[]) {
    super("LPPool2d", args);
  }

  override forward(input: Tensor): Tensor {
    const { norm_type, kernel_size, stride, ceil_mode } = this;
    return average.lp_pool2d(input, norm_type, kernel_size, stride, ceil_mode);
  }
}

/** The p-norm of each window over three dimensions of (N, C, D, H, W), p being `norm_type`. */
export class LPPool3d extends LPPool {
  constructor(norm_type: number, kernel_size: PerDim, options?: LPPoolOptions);
  constructor(norm_type: number, kernel_size: PerDim, stride: PerDim | null, ceil_mode?: boolean);
  constructor(options: Kernel & LPPoolOptions & { norm_type: number });
  constructor(...args: unknown[]) {
    super("LPPool3d", args);
  }

  override forward(input: Tensor): Tensor {
    const { norm_type, kernel_size, stride, ceil_mode } = this;
    return average.lp_pool3d(input, norm_type, kernel_size, stride, ceil_mode);
  }
}

abstract class AdaptivePool extends Module {
  output_size: OutputSize;

  /** @internal */
  constructor(output_size: OutputSize) {
    super();
    this.output_size = output_size;
  }

  override extra_repr(): string {
    return `output_size=${python_text(this.output_size)}`;
  }
}

function output_size_of(layer: string, given: OutputSize | { output_size: OutputSize }): OutputSize {
  if (given === null) return null;
  const bound = bind_layer<{ output_size: OutputSize }>(layer, ["output_size"], [], [given]);
  return bound.output_size as OutputSize;
}

/** Means over `output_size` windows that cover one dimension of (N, C, L) evenly. */
export class AdaptiveAvgPool1d extends AdaptivePool {
  constructor(output_size: OutputSize | { output_size: OutputSize }) {
    super(output_size_of("AdaptiveAvgPool1d", output_size));
  }

  override forward(input: Tensor): Tensor {
    return adaptive.adaptive_avg_pool1d(input, this.output_size);
  }
}

/** Means over `output_size` windows that cover two dimensions of (N, C, H, W) evenly; null in it keeps a size. */
export class AdaptiveAvgPool2d extends AdaptivePool {
  constructor(output_size: OutputSize | { output_size: OutputSize }) {
    super(output_size_of("AdaptiveAvgPool2d", output_size));
  }

  override forward(input: Tensor): Tensor {
    return adaptive.adaptive_avg_pool2d(input, this.output_size);
  }
}

/** Means over `output_size` windows that cover three dimensions of (N, C, D, H, W) evenly; null in it keeps a size. */
export class AdaptiveAvgPool3d extends AdaptivePool {
  constructor(output_size: OutputSize | { output_size: OutputSize }) {
    super(output_size_of("AdaptiveAvgPool3d", output_size));
  }

  override forward(input: Tensor): Tensor {
    return adaptive.adaptive_avg_pool3d(input, this.output_size);
  }
}

/** Maxima over `output_size` windows that cover one dimension of (N, C, L) evenly. With `return_indices` the call gives `[output, indices]`. */
export class AdaptiveMaxPool1d extends AdaptivePool {
  return_indices: boolean;

  constructor(output_size: OutputSize, return_indices?: boolean | { return_indices?: boolean });
  constructor(options: { output_size: OutputSize; return_indices?: boolean });
  constructor(...args: unknown[]) {
    type Args = { output_size: OutputSize; return_indices: boolean };
    const bound = bind_layer<Args>("AdaptiveMaxPool1d", ["output_size"], ["return_indices"], args);
    super(bound.output_size as OutputSize);
    this.return_indices = bound.return_indices ?? false;
  }

  override forward(input: Tensor): Tensor {
    if (!this.return_indices) return adaptive.adaptive_max_pool1d(input, this.output_size);
    return adaptive.adaptive_max_pool1d(input, this.output_size, true) as unknown as Tensor;
  }
}

/** Maxima over `output_size` windows that cover two dimensions of (N, C, H, W) evenly. With `return_indices` the call gives `[output, indices]`. */
export class AdaptiveMaxPool2d extends AdaptivePool {
  return_indices: boolean;

  constructor(output_size: OutputSize, return_indices?: boolean | { return_indices?: boolean });
  constructor(options: { output_size: OutputSize; return_indices?: boolean });
  constructor(...args: unknown[]) {
    type Args = { output_size: OutputSize; return_indices: boolean };
    const bound = bind_layer<Args>("AdaptiveMaxPool2d", ["output_size"], ["return_indices"], args);
    super(bound.output_size as OutputSize);
    this.return_indices = bound.return_indices ?? false;
  }

  override forward(input: Tensor): Tensor {
    if (!this.return_indices) return adaptive.adaptive_max_pool2d(input, this.output_size);
    return adaptive.adaptive_max_pool2d(input, this.output_size, true) as unknown as Tensor;
  }
}

/** Maxima over `output_size` windows that cover three dimensions of (N, C, D, H, W) evenly. With `return_indices` the call gives `[output, indices]`. */
export class AdaptiveMaxPool3d extends AdaptivePool {
  return_indices: boolean;

  constructor(output_size: OutputSize, return_indices?: boolean | { return_indices?: boolean });
  constructor(options: { output_size: OutputSize; return_indices?: boolean });
  constructor(...args: unknown[]) {
    type Args = { output_size: OutputSize; return_indices: boolean };
    const bound = bind_layer<Args>("AdaptiveMaxPool3d", ["output_size"], ["return_indices"], args);
    super(bound.output_size as OutputSize);
    this.return_indices = bound.return_indices ?? false;
  }

  override forward(input: Tensor): Tensor {
    if (!this.return_indices) return adaptive.adaptive_max_pool3d(input, this.output_size);
    return adaptive.adaptive_max_pool3d(input, this.output_size, true) as unknown as Tensor;
  }
}

/** Keyword arguments of {@link MaxUnpool1d}, {@link MaxUnpool2d} and {@link MaxUnpool3d}. */
export interface MaxUnpoolOptions {
  stride?: PerDim | null;
  padding?: PerDim;
}

abstract class MaxUnpool extends Module {
  kernel_size: PerDim;
  stride: PerDim;
  padding: PerDim;

  /** @internal */
  constructor(layer: string, rank: number, args: readonly unknown[]) {
    super();
    const names = ["stride", "padding"] as const;
    const bound = bind_layer<Kernel & MaxUnpoolOptions>(layer, ["kernel_size"], names, args);
    const all = (value: PerDim): PerDim =>
      typeof value === "number" ? new Array<number>(rank).fill(value) : value;
    this.kernel_size = all(bound.kernel_size as PerDim);
    this.stride = all(bound.stride ?? this.kernel_size);
    this.padding = all(bound.padding ?? 0);
  }

  override extra_repr(): string {
    const { kernel_size, stride, padding } = this;
    return `kernel_size=${python_text(kernel_size)}, stride=${python_text(stride)}, padding=${python_text(padding)}`;
  }
}

/** Puts the maxima that {@link MaxPool1d} found back in their places, with zeros elsewhere. */
export class MaxUnpool1d extends MaxUnpool {
  constructor(kernel_size: PerDim, options?: MaxUnpoolOptions);
  constructor(kernel_size: PerDim, stride: PerDim | null, padding?: PerDim);
  constructor(options: Kernel & MaxUnpoolOptions);
  constructor(...args: unknown[]) {
    super("MaxUnpool1d", 1, args);
  }

  override forward(
    input: Tensor,
    indices: Tensor,
    output_size?: readonly number[] | { output_size?: readonly number[] } | null,
  ): Tensor {
    const { kernel_size, stride, padding } = this;
    const wanted = (Array.isArray(output_size) ? { output_size } : output_size) as
      | { output_size?: readonly number[] }
      | null
      | undefined;
    return maximum.max_unpool1d(input, indices, kernel_size, { stride, padding, ...wanted });
  }
}

/** Puts the maxima that {@link MaxPool2d} found back in their places, with zeros elsewhere. */
export class MaxUnpool2d extends MaxUnpool {
  constructor(kernel_size: PerDim, options?: MaxUnpoolOptions);
  constructor(kernel_size: PerDim, stride: PerDim | null, padding?: PerDim);
  constructor(options: Kernel & MaxUnpoolOptions);
  constructor(...args: unknown[]) {
    super("MaxUnpool2d", 2, args);
  }

  override forward(
    input: Tensor,
    indices: Tensor,
    output_size?: readonly number[] | { output_size?: readonly number[] } | null,
  ): Tensor {
    const { kernel_size, stride, padding } = this;
    const wanted = (Array.isArray(output_size) ? { output_size } : output_size) as
      | { output_size?: readonly number[] }
      | null
      | undefined;
    return maximum.max_unpool2d(input, indices, kernel_size, { stride, padding, ...wanted });
  }
}

/** Puts the maxima that {@link MaxPool3d} found back in their places, with zeros elsewhere. */
export class MaxUnpool3d extends MaxUnpool {
  constructor(kernel_size: PerDim, options?: MaxUnpoolOptions);
  constructor(kernel_size: PerDim, stride: PerDim | null, padding?: PerDim);
  constructor(options: Kernel & MaxUnpoolOptions);
  constructor(...args: unknown[]) {
    super("MaxUnpool3d", 3, args);
  }

  override forward(
    input: Tensor,
    indices: Tensor,
    output_size?: readonly number[] | { output_size?: readonly number[] } | null,
  ): Tensor {
    const { kernel_size, stride, padding } = this;
    const wanted = (Array.isArray(output_size) ? { output_size } : output_size) as
      | { output_size?: readonly number[] }
      | null
      | undefined;
    return maximum.max_unpool3d(input, indices, kernel_size, { stride, padding, ...wanted });
  }
}
