/** @file Maxima of windows as layers. */
import * as maximum from "../ops/pooling/max-pool";
import type { PerDim } from "../ops/pooling/sliding";
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

export type Kernel = { kernel_size: PerDim };

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
