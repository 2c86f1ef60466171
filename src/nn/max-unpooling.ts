/** @file Maxima put back in their places, as layers. */
import * as maximum from "../ops/pooling/max-pool";
import type { PerDim } from "../ops/pooling/sliding";
import type { Tensor } from "../tensor";
import { bind_layer } from "./factory";
import type { Kernel } from "./max-pooling";
import { Module } from "./module";
import { python_text } from "./python-text";

/** Keyword arguments of {@link MaxUnpool1d}, {@link MaxUnpool2d} and {@link MaxUnpool3d}. */
export interface MaxUnpoolOptions {
  stride?: PerDim | null;
  padding?: PerDim;
}

/** Maxima put back over any number of dimensions. */
abstract class MaxUnpool extends Module {
  kernel_size: PerDim;
  stride: PerDim;
  padding: PerDim;

  /** @internal Over how many dimensions the windows move. */
  abstract readonly _rank: number;

  constructor(kernel_size: PerDim, options?: MaxUnpoolOptions);
  constructor(kernel_size: PerDim, stride: PerDim | null, padding?: PerDim | MaxUnpoolOptions);
  constructor(options: Kernel & MaxUnpoolOptions);
  constructor(...args: unknown[]) {
    super();
    const rank = new.target.prototype._rank;
    const layer = `MaxUnpool${rank}d`;
    const names = ["stride", "padding"] as const;
    const bound = bind_layer<Kernel & MaxUnpoolOptions>(layer, ["kernel_size"], names, args);
    const all = (value: PerDim): PerDim =>
      typeof value === "number" ? new Array<number>(rank).fill(value) : value;
    this.kernel_size = all(bound.kernel_size as PerDim);
    this.stride = all(bound.stride ?? this.kernel_size);
    this.padding = all(bound.padding ?? 0);
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
    const unpool = [maximum.max_unpool1d, maximum.max_unpool2d, maximum.max_unpool3d][this._rank - 1];
    return unpool(input, indices, kernel_size, { stride, padding, ...wanted });
  }

  override extra_repr(): string {
    const { kernel_size, stride, padding } = this;
    return `kernel_size=${python_text(kernel_size)}, stride=${python_text(stride)}, padding=${python_text(padding)}`;
  }
}

/** Puts the maxima that {@link MaxPool1d} found back in their places, with zeros elsewhere. */
export class MaxUnpool1d extends MaxUnpool {
  /** @internal */
  get _rank(): number {
    return 1;
  }
}

/** Puts the maxima that {@link MaxPool2d} found back in their places, with zeros elsewhere. */
export class MaxUnpool2d extends MaxUnpool {
  /** @internal */
  get _rank(): number {
    return 2;
  }
}

/** Puts the maxima that {@link MaxPool3d} found back in their places, with zeros elsewhere. */
export class MaxUnpool3d extends MaxUnpool {
  /** @internal */
  get _rank(): number {
    return 3;
  }
}
