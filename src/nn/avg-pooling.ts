/** @file Means of windows as layers. */
import * as average from "../ops/pooling/avg-pool";
import type { PerDim } from "../ops/pooling/sliding";
import type { Tensor } from "../tensor";
import { bind_layer } from "./factory";
import type { Kernel } from "./max-pooling";
import { Module } from "./module";
import { python_text } from "./python-text";

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
    padding?: PerDim | AvgPool1dOptions,
    ceil_mode?: boolean | AvgPool1dOptions,
    count_include_pad?: boolean | AvgPool1dOptions,
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

/** Means over two or three dimensions. */
abstract class AvgPoolNd extends AvgPool {
  divisor_override: number | null;
  /** @internal Over how many dimensions the windows move. */
  abstract readonly _rank: number;

  constructor(kernel_size: PerDim, options?: AvgPoolOptions);
  constructor(
    kernel_size: PerDim,
    stride: PerDim | null,
    padding?: PerDim | AvgPoolOptions,
    ceil_mode?: boolean | AvgPoolOptions,
    count_include_pad?: boolean | AvgPoolOptions,
    divisor_override?: number | null | AvgPoolOptions,
  );
  constructor(options: Kernel & AvgPoolOptions);
  constructor(...args: unknown[]) {
    const names = [...avg_names, "divisor_override"] as const;
    const layer = `AvgPool${new.target.prototype._rank}d`;
    const bound = bind_layer<Kernel & AvgPoolOptions>(layer, ["kernel_size"], names, args);
    super(bound);
    this.divisor_override = bound.divisor_override ?? null;
  }

  override forward(input: Tensor): Tensor {
    const settings = { ...this._settings(), divisor_override: this.divisor_override };
    return [average.avg_pool2d, average.avg_pool3d][this._rank - 2](input, this.kernel_size, settings);
  }
}

/** The mean of each window over two dimensions of (N, C, H, W). */
export class AvgPool2d extends AvgPoolNd {
  /** @internal */
  get _rank(): number {
    return 2;
  }
}

/** The mean of each window over three dimensions of (N, C, D, H, W). */
export class AvgPool3d extends AvgPoolNd {
  /** @internal */
  get _rank(): number {
    return 3;
  }
}
