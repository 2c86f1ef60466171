/** @file Fractional max pooling as layers. */
import { ValueError } from "../errors";
import * as ops from "../ops/pooling/fractional-pool";
import type { PerDim } from "../ops/pooling/sliding";
import type { Tensor } from "../tensor";
import { bind_layer } from "./factory";
import { Module } from "./module";
import { python_text } from "./python-text";

/** Keyword arguments of {@link FractionalMaxPool2d} and {@link FractionalMaxPool3d}. */
export type FractionalMaxPoolOptions = ops.FractionalPoolOptions;

abstract class FractionalMaxPool extends Module {
  kernel_size: PerDim;
  output_size: PerDim | null;
  output_ratio: PerDim | null;
  return_indices: boolean;
  declare _random_samples: Tensor | null;

  /** @internal Over how many dimensions the windows lie. */
  abstract readonly _rank: number;

  constructor(kernel_size: PerDim, options: FractionalMaxPoolOptions);
  constructor(
    kernel_size: PerDim,
    output_size: PerDim | null,
    output_ratio?: PerDim | null | FractionalMaxPoolOptions,
  );
  constructor(options: FractionalMaxPoolOptions & { kernel_size: PerDim });
  constructor(...args: unknown[]) {
    super();
    const rank = new.target.prototype._rank;
    const layer = `FractionalMaxPool${rank}d`;
    type Args = FractionalMaxPoolOptions & { kernel_size: PerDim };
    const names = ["output_size", "output_ratio", "return_indices", "_random_samples"] as const;
    const bound = bind_layer<Args>(layer, ["kernel_size"], names, args);
    const spread = (value: PerDim): PerDim =>
      typeof value === "number" ? new Array<number>(rank).fill(value) : value;
    this.kernel_size = spread(bound.kernel_size as PerDim);
    this.output_size =
      bound.output_size === null || bound.output_size === undefined ? null : spread(bound.output_size);
    const ratio = bound.output_ratio ?? null;
    this.output_ratio = ratio === null ? null : spread(ratio);
    this.return_indices = bound.return_indices ?? false;
    this.register_buffer("_random_samples", bound._random_samples ?? null);
    if (this.output_size === null && this.output_ratio === null) {
      throw new ValueError(`${layer} requires specifying either an output size, or a pooling ratio`);
    }
    if (this.output_size !== null && this.output_ratio !== null) {
      throw new ValueError("only one of output_size and output_ratio may be specified");
    }
    if (
      this.output_ratio !== null &&
      !(this.output_ratio as number[]).every((part) => part > 0 && part < 1)
    ) {
      throw new ValueError(`output_ratio must be between 0 and 1 (got ${python_text(ratio)})`);
    }
  }

  override forward(input: Tensor): Tensor {
    const { kernel_size, output_size, output_ratio, return_indices, _random_samples } = this;
    const pool = [ops.fractional_max_pool2d, ops.fractional_max_pool3d][this._rank - 2];
    return pool(input, kernel_size, { output_size, output_ratio, return_indices, _random_samples });
  }
}

/**
 * The greatest element of each of `output_size` windows at random distances of (N, C, H, W) (Graham, arXiv:1412.6071). With
 * `return_indices` the call gives `[output, indices]`.
 */
export class FractionalMaxPool2d extends FractionalMaxPool {
  /** @internal */
  get _rank(): number {
    return 2;
  }
}

/** {@link FractionalMaxPool2d} over volumes (N, C, D, H, W). */
export class FractionalMaxPool3d extends FractionalMaxPool {
  /** @internal */
  get _rank(): number {
    return 3;
  }
}
