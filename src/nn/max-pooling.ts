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

/** Maxima over any number of dimensions. */
abstract class MaxPool extends Module {
  kernel_size: PerDim;
  stride: PerDim;
  padding: PerDim;
  dilation: PerDim;
  return_indices: boolean;
  ceil_mode: boolean;

  /** @internal Over how many dimensions the windows move. */
  abstract readonly _rank: number;

  constructor(kernel_size: PerDim, options?: MaxPoolOptions);
  constructor(
    kernel_size: PerDim,
    stride: PerDim | null,
    padding?: PerDim | MaxPoolOptions,
    dilation?: PerDim | MaxPoolOptions,
    return_indices?: boolean | MaxPoolOptions,
    ceil_mode?: boolean | MaxPoolOptions,
  );
  constructor(options: Kernel & MaxPoolOptions);
  constructor(...args: unknown[]) {
    super();
    const layer = `MaxPool${new.target.prototype._rank}d`;
    const bound = bind_layer<Kernel & MaxPoolOptions>(layer, ["kernel_size"], max_names, args);
    this.kernel_size = bound.kernel_size as PerDim;
    this.stride = bound.stride ?? this.kernel_size;
    this.padding = bound.padding ?? 0;
    this.dilation = bound.dilation ?? 1;
    this.return_indices = bound.return_indices ?? false;
    this.ceil_mode = bound.ceil_mode ?? false;
  }

  override forward(input: Tensor): Tensor {
    const { kernel_size, stride, padding, dilation, ceil_mode } = this;
    const max_pool = [maximum.max_pool1d, maximum.max_pool2d, maximum.max_pool3d][this._rank - 1];
    const settings = { stride, padding, dilation, ceil_mode };
    if (!this.return_indices) return max_pool(input, kernel_size, settings);
    return max_pool(input, kernel_size, { ...settings, return_indices: true }) as unknown as Tensor;
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
  /** @internal */
  get _rank(): number {
    return 1;
  }
}

/** The greatest element of each window over two dimensions of (N, C, H, W). With `return_indices` the call gives `[output, indices]`. */
export class MaxPool2d extends MaxPool {
  /** @internal */
  get _rank(): number {
    return 2;
  }
}

/** The greatest element of each window over three dimensions of (N, C, D, H, W). With `return_indices` the call gives `[output, indices]`. */
export class MaxPool3d extends MaxPool {
  /** @internal */
  get _rank(): number {
    return 3;
  }
}
