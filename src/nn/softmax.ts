/** @file Softmax and its kin as layers. */
import type { Tensor } from "../tensor";
import { bind_layer } from "./factory";
import * as F from "./functional";
import { Module } from "./module";

/** Layers that work along one dimension. */
abstract class AlongLayer extends Module {
  dim: number | null;

  constructor(dim: number | null | { dim?: number | null } = null) {
    super();
    const bound = bind_layer<{ dim: number | null }>(this._get_name(), [], ["dim"], [dim]);
    this.dim = bound.dim ?? null;
  }

  override extra_repr(): string {
    return `dim=${this.dim ?? "None"}`;
  }

  /** @internal Without a dimension: 0 for up to one dimension and for three, else 1, as PyTorch (with a warning) does. */
  _dim(input: Tensor): number {
    if (this.dim !== null) return this.dim;
    return input.ndim === 0 || input.ndim === 1 || input.ndim === 3 ? 0 : 1;
  }
}

/** Exponentials along `dim` that add up to 1. */
export class Softmax extends AlongLayer {
  override forward(input: Tensor): Tensor {
    return F.softmax(input, this._dim(input));
  }
}

/** The logarithm of {@link Softmax}. */
export class LogSoftmax extends AlongLayer {
  override forward(input: Tensor): Tensor {
    return F.log_softmax(input, this._dim(input));
  }
}

/** {@link Softmax} of the negated input. */
export class Softmin extends AlongLayer {
  override forward(input: Tensor): Tensor {
    return F.softmin(input, this._dim(input));
  }
}

/** Softmax over the channels of (N, C, H, W) or (C, H, W). */
export class Softmax2d extends Module {
  override forward(input: Tensor): Tensor {
    return F.softmax2d(input);
  }
}
