/** @file Layers that normalise each channel of each sample. */
import { ValueError } from "../errors";
import type { Tensor } from "../tensor";
import { instance_norm } from "./functional/instance-norm";
import { BatchNorm, type BatchNormOptions } from "./normalization";

/** Keyword arguments of {@link InstanceNorm1d}, {@link InstanceNorm2d} and {@link InstanceNorm3d}. */
export interface InstanceNormOptions extends Omit<BatchNormOptions, "momentum"> {
  /** How far the running statistics move with each batch. Default: 0.1. */
  momentum?: number;
  /** Whether there are a weight and a bias. Default: false. */
  affine?: boolean;
  /** Whether running statistics are kept, for evaluation. Default: false. */
  track_running_stats?: boolean;
}

abstract class InstanceNorm extends BatchNorm {
  /** @internal Number of dimensions without a batch. */
  abstract readonly _rank: number;

  constructor(num_features: number, options?: InstanceNormOptions);
  constructor(
    num_features: number,
    eps: number,
    momentum?: number | InstanceNormOptions,
    affine?: boolean | InstanceNormOptions,
    track_running_stats?: boolean | InstanceNormOptions,
  );
  constructor(options: InstanceNormOptions & { num_features: number });
  constructor(...args: unknown[]) {
    super(...(args as [number]));
  }

  /** @internal */
  override _default(): boolean {
    return false;
  }

  /** @internal */
  _check(input: Tensor): void {
    const rank = this._rank;
    if (input.ndim !== rank && input.ndim !== rank + 1) {
      throw new ValueError(`expected ${rank}D or ${rank + 1}D input (got ${input.ndim}D input)`);
    }
  }

  override forward(input: Tensor): Tensor {
    this._check(input);
    const { running_mean, running_var, weight, bias, eps, momentum, num_features } = this;
    const alone = input.ndim === this._rank;
    const channels = input.shape[alone ? 0 : 1];
    if (channels !== num_features && this.affine) {
      throw new ValueError(
        `expected input's size at dim=${alone ? 0 : 1} to match num_features (${num_features}), but got: ${channels}.`,
      );
    }
    const by_sample = this.training || !this.track_running_stats;
    const output = instance_norm(
      alone ? input.unsqueeze(0) : input,
      running_mean,
      running_var,
      weight,
      bias,
      by_sample,
      momentum ?? 0,
      eps,
    );
    return alone ? output.squeeze(0) : output;
  }
}

/** Instance normalisation of (N, C, L) or (C, L). */
export class InstanceNorm1d extends InstanceNorm {
  /** @internal */
  get _rank(): number {
    return 2;
  }
}

/** Instance normalisation of (N, C, H, W) or (C, H, W). */
export class InstanceNorm2d extends InstanceNorm {
  /** @internal */
  get _rank(): number {
    return 3;
  }
}

/** Instance normalisation of (N, C, D, H, W) or (C, D, H, W). */
export class InstanceNorm3d extends InstanceNorm {
  /** @internal */
  get _rank(): number {
    return 4;
  }
}
