/** @file Dropout layers: they zero at random while training and do nothing in evaluation. */
import { alpha_dropout, check_probability, dropout, dropout1d, dropout2d } from "../ops/layer/dropout";
import { dropout3d, feature_alpha_dropout } from "../ops/layer/dropout3d";
import type { Tensor } from "../tensor";
import { bind_layer } from "./factory";
import { Module } from "./module";

/** Keyword arguments of dropout layers. */
export interface DropoutArgs {
  /** Probability of zeroing. Default: 0.5. */
  p?: number;
  /** Whether the input itself is changed. */
  inplace?: boolean;
}

abstract class DropoutBase extends Module {
  p: number;
  inplace: boolean;

  constructor(p?: number, inplace?: boolean);
  constructor(options: DropoutArgs);
  constructor(...args: unknown[]) {
    super();
    const bound = bind_layer<DropoutArgs>(this._get_name(), [], ["p", "inplace"], args);
    this.p = check_probability(bound.p ?? 0.5);
    this.inplace = bound.inplace ?? false;
  }

  override extra_repr(): string {
    return `p=${this.p}, inplace=${this.inplace ? "True" : "False"}`;
  }
}

/**
 * Zeroes elements with probability `p` while training and scales the others by `1 / (1 - p)`.
 *
 * @throws ValueError unless 0 <= p <= 1.
 */
export class Dropout extends DropoutBase {
  override forward(input: Tensor): Tensor {
    return dropout(input, this.p, this.training, this.inplace);
  }
}

/** Zeroes whole channels of (N, C, L) or (C, L) with probability `p` while training. */
export class Dropout1d extends DropoutBase {
  override forward(input: Tensor): Tensor {
    return dropout1d(input, this.p, this.training, this.inplace);
  }
}

/** Zeroes whole channels of (N, C, H, W) or (C, H, W) with probability `p` while training. */
export class Dropout2d extends DropoutBase {
  override forward(input: Tensor): Tensor {
    return dropout2d(input, this.p, this.training, this.inplace);
  }
}

/** Dropout that keeps mean and variance, for SELU networks. */
export class AlphaDropout extends DropoutBase {
  override forward(input: Tensor): Tensor {
    return alpha_dropout(input, this.p, this.training, this.inplace);
  }
}

/** Zeroes whole channels of (N, C, D, H, W) or (C, D, H, W) with probability `p` while training. */
export class Dropout3d extends DropoutBase {
  override forward(input: Tensor): Tensor {
    return dropout3d(input, this.p, this.training, this.inplace);
  }
}

/** Dropout of whole channels that keeps mean and variance, for SELU networks. */
export class FeatureAlphaDropout extends DropoutBase {
  override forward(input: Tensor): Tensor {
    return feature_alpha_dropout(input, this.p, this.training, this.inplace);
  }
}
