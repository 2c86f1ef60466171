/** @file p-norms of windows as layers. */
import * as average from "../ops/pooling/avg-pool";
import type { PerDim } from "../ops/pooling/sliding";
import type { Tensor } from "../tensor";
import { bind_layer } from "./factory";
import type { Kernel } from "./max-pooling";
import { Module } from "./module";
import { python_text } from "./python-text";

/** Keyword arguments of {@link LPPool1d}, {@link LPPool2d} and {@link LPPool3d}. */
export interface LPPoolOptions {
  stride?: PerDim | null;
  ceil_mode?: boolean;
}

/** p-norms over any number of dimensions. */
abstract class LPPool extends Module {
  norm_type: number;
  kernel_size: PerDim;
  stride: PerDim | null;
  ceil_mode: boolean;

  /** @internal Over how many dimensions the windows move. */
  abstract readonly _rank: number;

  constructor(norm_type: number, kernel_size: PerDim, options?: LPPoolOptions);
  constructor(
    norm_type: number,
    kernel_size: PerDim,
    stride: PerDim | null,
    ceil_mode?: boolean | LPPoolOptions,
  );
  constructor(options: Kernel & LPPoolOptions & { norm_type: number });
  constructor(...args: unknown[]) {
    super();
    type Args = Kernel & LPPoolOptions & { norm_type: number };
    const required = ["norm_type", "kernel_size"] as const;
    const bound = bind_layer<Args>(
      `LPPool${new.target.prototype._rank}d`,
      required,
      ["stride", "ceil_mode"],
      args,
    );
    this.norm_type = bound.norm_type as number;
    this.kernel_size = bound.kernel_size as PerDim;
    this.stride = bound.stride ?? null;
    this.ceil_mode = bound.ceil_mode ?? false;
  }

  override forward(input: Tensor): Tensor {
    const { norm_type, kernel_size, stride, ceil_mode } = this;
    const lp_pool = [average.lp_pool1d, average.lp_pool2d, average.lp_pool3d][this._rank - 1];
    return lp_pool(input, norm_type, kernel_size, stride, ceil_mode);
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
  /** @internal */
  get _rank(): number {
    return 1;
  }
}

/** The p-norm of each window over two dimensions of (N, C, H, W), p being `norm_type`. */
export class LPPool2d extends LPPool {
  /** @internal */
  get _rank(): number {
    return 2;
  }
}

/** The p-norm of each window over three dimensions of (N, C, D, H, W), p being `norm_type`. */
export class LPPool3d extends LPPool {
  /** @internal */
  get _rank(): number {
    return 3;
  }
}
