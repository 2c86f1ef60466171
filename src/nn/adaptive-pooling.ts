/** @file Means and maxima over windows that are counted, not sized, as layers. */
import type { OutputSize } from "../ops/pooling/adaptive-pool";
import * as adaptive from "../ops/pooling/adaptive-pool";
import type { Tensor } from "../tensor";
import { bind_layer } from "./factory";
import { Module } from "./module";
import { python_text } from "./python-text";

abstract class AdaptivePool extends Module {
  output_size: OutputSize;
  /** @internal Over how many dimensions the windows lie. */
  abstract readonly _rank: number;

  /** @internal */
  constructor(output_size: OutputSize) {
    super();
    this.output_size = output_size;
  }

  override extra_repr(): string {
    return `output_size=${python_text(this.output_size)}`;
  }
}

/** Means over any number of dimensions. */
abstract class AdaptiveAvgPool extends AdaptivePool {
  constructor(output_size: OutputSize | { output_size: OutputSize }) {
    super(null);
    if (output_size === null) return;
    const layer = `AdaptiveAvgPool${new.target.prototype._rank}d`;
    const bound = bind_layer<{ output_size: OutputSize }>(layer, ["output_size"], [], [output_size]);
    this.output_size = bound.output_size as OutputSize;
  }

  override forward(input: Tensor): Tensor {
    const { adaptive_avg_pool1d, adaptive_avg_pool2d, adaptive_avg_pool3d } = adaptive;
    const pool = [adaptive_avg_pool1d, adaptive_avg_pool2d, adaptive_avg_pool3d][this._rank - 1];
    return pool(input, this.output_size);
  }
}

/** Means over `output_size` windows that cover one dimension of (N, C, L) evenly. */
export class AdaptiveAvgPool1d extends AdaptiveAvgPool {
  /** @internal */
  get _rank(): number {
    return 1;
  }
}

/** Means over `output_size` windows that cover two dimensions of (N, C, H, W) evenly; null in it keeps a size. */
export class AdaptiveAvgPool2d extends AdaptiveAvgPool {
  /** @internal */
  get _rank(): number {
    return 2;
  }
}

/** Means over `output_size` windows that cover three dimensions of (N, C, D, H, W) evenly; null in it keeps a size. */
export class AdaptiveAvgPool3d extends AdaptiveAvgPool {
  /** @internal */
  get _rank(): number {
    return 3;
  }
}

/** Maxima over any number of dimensions. */
abstract class AdaptiveMaxPool extends AdaptivePool {
  return_indices: boolean;

  constructor(output_size: OutputSize, return_indices?: boolean | { return_indices?: boolean });
  constructor(options: { output_size: OutputSize; return_indices?: boolean });
  constructor(...args: unknown[]) {
    super(null);
    type Args = { output_size: OutputSize; return_indices: boolean };
    const layer = `AdaptiveMaxPool${new.target.prototype._rank}d`;
    const bound = bind_layer<Args>(layer, ["output_size"], ["return_indices"], args);
    this.output_size = bound.output_size as OutputSize;
    this.return_indices = bound.return_indices ?? false;
  }

  override forward(input: Tensor): Tensor {
    const { adaptive_max_pool1d, adaptive_max_pool2d, adaptive_max_pool3d } = adaptive;
    const pool = [adaptive_max_pool1d, adaptive_max_pool2d, adaptive_max_pool3d][this._rank - 1];
    if (!this.return_indices) return pool(input, this.output_size);
    return pool(input, this.output_size, true) as unknown as Tensor;
  }
}

/** Maxima over `output_size` windows that cover one dimension of (N, C, L) evenly. With `return_indices` the call gives `[output, indices]`. */
export class AdaptiveMaxPool1d extends AdaptiveMaxPool {
  /** @internal */
  get _rank(): number {
    return 1;
  }
}

/** Maxima over `output_size` windows that cover two dimensions of (N, C, H, W) evenly. With `return_indices` the call gives `[output, indices]`. */
export class AdaptiveMaxPool2d extends AdaptiveMaxPool {
  /** @internal */
  get _rank(): number {
    return 2;
  }
}

/** Maxima over `output_size` windows that cover three dimensions of (N, C, D, H, W) evenly. With `return_indices` the call gives `[output, indices]`. */
export class AdaptiveMaxPool3d extends AdaptiveMaxPool {
  /** @internal */
  get _rank(): number {
    return 3;
  }
}
