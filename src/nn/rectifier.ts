/** @file Rectifiers as layers: ReLU and its kin. */
import { ValueError } from "../errors";
import type { Tensor } from "../tensor";
import { also_flag, InplaceLayer, type InplaceOptions, run, setting } from "./activation-base";
import { bind_layer, empty_parameter, type FactoryOptions } from "./factory";
import * as F from "./functional";
import { constant_ } from "./init";
import { Module } from "./module";
import type { Parameter } from "./parameter";

/** `max(x, 0)`, element by element. */
export class ReLU extends InplaceLayer {
  /** @internal */
  _op(input: Tensor): Tensor {
    return F.relu(input);
  }
}

/** `min(max(x, 0), 6)`. */
export class ReLU6 extends InplaceLayer {
  /** @internal */
  _op(input: Tensor): Tensor {
    return F.relu6(input);
  }
}

/** Scaled exponential linear unit (Klambauer et al., arXiv:1706.02515). */
export class SELU extends InplaceLayer {
  /** @internal */
  _op(input: Tensor): Tensor {
    return F.selu(input);
  }
}

/** x above 0, else `negative_slope · x`. */
export class LeakyReLU extends Module {
  negative_slope: number;
  inplace: boolean;

  constructor(negative_slope?: number, inplace?: boolean);
  constructor(options: InplaceOptions & { negative_slope?: number });
  constructor(...args: unknown[]) {
    super();
    type Args = { negative_slope: number; inplace: boolean };
    const bound = bind_layer<Args>("LeakyReLU", [], ["negative_slope", "inplace"], args);
    this.negative_slope = bound.negative_slope ?? 0.01;
    this.inplace = bound.inplace ?? false;
  }

  override forward(input: Tensor): Tensor {
    return run(input, this.inplace, (x) => F.leaky_relu(x, this.negative_slope));
  }

  override extra_repr(): string {
    return `negative_slope=${this.negative_slope}${also_flag(this.inplace)}`;
  }
}

abstract class AlphaLayer extends Module {
  alpha: number;
  inplace: boolean;

  constructor(alpha?: number, inplace?: boolean);
  constructor(options: InplaceOptions & { alpha?: number });
  constructor(...args: unknown[]) {
    super();
    type Args = { alpha: number; inplace: boolean };
    const bound = bind_layer<Args>(this._get_name(), [], ["alpha", "inplace"], args);
    this.alpha = bound.alpha ?? 1;
    this.inplace = bound.inplace ?? false;
  }

  override extra_repr(): string {
    return `alpha=${setting(this.alpha, 1)}${also_flag(this.inplace)}`;
  }
}

/** x above 0, else `alpha · (exp(x) - 1)`. */
export class ELU extends AlphaLayer {
  override forward(input: Tensor): Tensor {
    return run(input, this.inplace, (x) => F.elu(x, this.alpha));
  }
}

/** x above 0, else `alpha · (exp(x / alpha) - 1)`. */
export class CELU extends AlphaLayer {
  override forward(input: Tensor): Tensor {
    return run(input, this.inplace, (x) => F.celu(x, this.alpha));
  }
}

/** x above 0, else x times a slope that is trained: one slope, or one per channel (dimension 1). */
export class PReLU extends Module {
  num_parameters: number;
  init: number;
  weight: Parameter;

  constructor(num_parameters?: number, init?: number, options?: FactoryOptions);
  constructor(options: FactoryOptions & { num_parameters?: number; init?: number });
  constructor(...args: unknown[]) {
    super();
    type Args = FactoryOptions & { num_parameters: number; init: number };
    const bound = bind_layer<Args>("PReLU", [], ["num_parameters", "init", "device", "dtype"], args);
    this.num_parameters = bound.num_parameters ?? 1;
    this.init = bound.init ?? 0.25;
    this.weight = empty_parameter([this.num_parameters], bound.dtype);
    this.reset_parameters();
  }

  /** Sets all slopes to `init`. */
  reset_parameters(): void {
    constant_(this.weight, this.init);
  }

  override forward(input: Tensor): Tensor {
    return F.prelu(input, this.weight);
  }

  override extra_repr(): string {
    return `num_parameters=${this.num_parameters}`;
  }
}

/** x cut to [min_val, max_val]. */
export class Hardtanh extends Module {
  min_val: number;
  max_val: number;
  inplace: boolean;

  constructor(min_val?: number, max_val?: number, inplace?: boolean);
  constructor(options: InplaceOptions & { min_val?: number; max_val?: number });
  constructor(...args: unknown[]) {
    super();
    type Args = { min_val: number; max_val: number; inplace: boolean };
    const bound = bind_layer<Args>("Hardtanh", [], ["min_val", "max_val", "inplace"], args);
    this.min_val = bound.min_val ?? -1;
    this.max_val = bound.max_val ?? 1;
    this.inplace = bound.inplace ?? false;
    if (this.max_val <= this.min_val) throw new ValueError("max_val must be larger than min_val");
  }

  override forward(input: Tensor): Tensor {
    return run(input, this.inplace, (x) => F.hardtanh(x, this.min_val, this.max_val));
  }

  override extra_repr(): string {
    return `min_val=${setting(this.min_val, -1)}, max_val=${setting(this.max_val, 1)}${also_flag(this.inplace)}`;
  }
}

/** x above `threshold`, else `value`. */
export class Threshold extends Module {
  threshold: number;
  value: number;
  inplace: boolean;

  constructor(threshold: number, value: number, inplace?: boolean | InplaceOptions);
  constructor(options: InplaceOptions & { threshold: number; value: number });
  constructor(...args: unknown[]) {
    super();
    type Args = { threshold: number; value: number; inplace: boolean };
    const bound = bind_layer<Args>("Threshold", ["threshold", "value"], ["inplace"], args);
    this.threshold = bound.threshold as number;
    this.value = bound.value as number;
    this.inplace = bound.inplace ?? false;
  }

  override forward(input: Tensor): Tensor {
    return run(input, this.inplace, (x) => F.threshold(x, this.threshold, this.value));
  }

  override extra_repr(): string {
    return `threshold=${this.threshold}, value=${this.value}${also_flag(this.inplace)}`;
  }
}

/** {@link LeakyReLU} with slopes drawn from [lower, upper] in training, their mean in evaluation. */
export class RReLU extends Module {
  lower: number;
  upper: number;
  inplace: boolean;

  constructor(lower?: number, upper?: number, inplace?: boolean);
  constructor(options: InplaceOptions & { lower?: number; upper?: number });
  constructor(...args: unknown[]) {
    super();
    type Args = { lower: number; upper: number; inplace: boolean };
    const bound = bind_layer<Args>("RReLU", [], ["lower", "upper", "inplace"], args);
    this.lower = bound.lower ?? 1 / 8;
    this.upper = bound.upper ?? 1 / 3;
    this.inplace = bound.inplace ?? false;
  }

  override forward(input: Tensor): Tensor {
    return F.rrelu(input, this.lower, this.upper, this.training, this.inplace);
  }

  override extra_repr(): string {
    return `lower=${this.lower}, upper=${this.upper}${also_flag(this.inplace)}`;
  }
}
