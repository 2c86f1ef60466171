/** @file Activation functions as layers. */
import { ValueError } from "../errors";
import type { Tensor } from "../tensor";
import { bind_layer, empty_parameter, type FactoryOptions } from "./factory";
import * as F from "./functional";
import { constant_ } from "./init";
import { Module } from "./module";
import type { Parameter } from "./parameter";

/** Keyword arguments of layers that can change their input itself. */
export interface InplaceOptions {
  inplace?: boolean;
}

/** Runs `op`, on the input itself where that is wanted. */
function run(input: Tensor, inplace: boolean, op: (input: Tensor) => Tensor): Tensor {
  return inplace ? input._assign(op(input._alias())) : op(input);
}

const flag = (inplace: boolean): string => (inplace ? "inplace=True" : "");
const also_flag = (inplace: boolean): string => (inplace ? ", inplace=True" : "");

/** A setting's text: PyTorch's defaults are floats, while a whole number that was given is an int. */
function setting(value: number, by_default: number): string {
  return value === by_default && Number.isInteger(value) ? `${value}.0` : String(value);
}

/** Layers whose only setting is `inplace`. */
abstract class InplaceLayer extends Module {
  inplace: boolean;

  constructor(inplace: boolean | InplaceOptions = false) {
    super();
    this.inplace = bind_layer<InplaceOptions>(this._get_name(), [], ["inplace"], [inplace]).inplace ?? false;
  }

  /** @internal */
  abstract _op(input: Tensor): Tensor;

  override forward(input: Tensor): Tensor {
    return run(input, this.inplace, this._op);
  }

  override extra_repr(): string {
    return flag(this.inplace);
  }
}

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

/** `x · sigmoid(x)`. */
export class SiLU extends InplaceLayer {
  /** @internal */
  _op(input: Tensor): Tensor {
    return F.silu(input);
  }
}

/** `x · tanh(softplus(x))` (Misra, arXiv:1908.08681). */
export class Mish extends InplaceLayer {
  /** @internal */
  _op(input: Tensor): Tensor {
    return F.mish(input);
  }
}

/** `relu6(x + 3) / 6`. */
export class Hardsigmoid extends InplaceLayer {
  /** @internal */
  _op(input: Tensor): Tensor {
    return F.hardsigmoid(input);
  }

  override extra_repr(): string {
    return "";
  }
}

/** `x · relu6(x + 3) / 6`. */
export class Hardswish extends InplaceLayer {
  /** @internal */
  _op(input: Tensor): Tensor {
    return F.hardswish(input);
  }

  override extra_repr(): string {
    return "";
  }
}

/** `1 / (1 + exp(-x))`. */
export class Sigmoid extends Module {
  override forward(input: Tensor): Tensor {
    return F.sigmoid(input);
  }
}

/** `log(sigmoid(x))`. */
export class LogSigmoid extends Module {
  override forward(input: Tensor): Tensor {
    return F.logsigmoid(input);
  }
}

/** Hyperbolic tangent. */
export class Tanh extends Module {
  override forward(input: Tensor): Tensor {
    return F.tanh(input);
  }
}

/** `x - tanh(x)`. */
export class Tanhshrink extends Module {
  override forward(input: Tensor): Tensor {
    return F.tanhshrink(input);
  }
}

/** `x / (1 + |x|)`. */
export class Softsign extends Module {
  override forward(input: Tensor): Tensor {
    return F.softsign(input);
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

/** Gaussian error linear unit `x · Φ(x)`; `{ approximate: "tanh" }` takes the approximation by tanh. */
export class GELU extends Module {
  approximate: "none" | "tanh";

  constructor(approximate: "none" | "tanh" | { approximate?: "none" | "tanh" } = "none") {
    super();
    type Args = { approximate: "none" | "tanh" };
    this.approximate = bind_layer<Args>("GELU", [], ["approximate"], [approximate]).approximate ?? "none";
  }

  override forward(input: Tensor): Tensor {
    return F.gelu(input, { approximate: this.approximate });
  }

  override extra_repr(): string {
    return `approximate='${this.approximate}'`;
  }
}

/** `log(1 + exp(beta · x)) / beta`; x itself where `beta · x > threshold`. */
export class Softplus extends Module {
  beta: number;
  threshold: number;

  constructor(beta?: number, threshold?: number);
  constructor(options: { beta?: number; threshold?: number });
  constructor(...args: unknown[]) {
    super();
    type Args = { beta: number; threshold: number };
    const bound = bind_layer<Args>("Softplus", [], ["beta", "threshold"], args);
    this.beta = bound.beta ?? 1;
    this.threshold = bound.threshold ?? 20;
  }

  override forward(input: Tensor): Tensor {
    return F.softplus(input, this.beta, this.threshold);
  }

  override extra_repr(): string {
    return `beta=${setting(this.beta, 1)}, threshold=${setting(this.threshold, 20)}`;
  }
}

abstract class ShrinkLayer extends Module {
  lambd: number;

  constructor(lambd: number | { lambd?: number } = 0.5) {
    super();
    this.lambd = bind_layer<{ lambd: number }>(this._get_name(), [], ["lambd"], [lambd]).lambd ?? 0.5;
  }

  override extra_repr(): string {
    return String(this.lambd);
  }
}

/** x brought nearer to 0 by `lambd`, and 0 within. */
export class Softshrink extends ShrinkLayer {
  override forward(input: Tensor): Tensor {
    return F.softshrink(input, this.lambd);
  }
}

/** x outside of [-lambd, lambd], 0 within. */
export class Hardshrink extends ShrinkLayer {
  override forward(input: Tensor): Tensor {
    return F.hardshrink(input, this.lambd);
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

/** The first half of dimension `dim` times the sigmoid of the second. */
export class GLU extends Module {
  dim: number;

  constructor(dim: number | { dim?: number } = -1) {
    super();
    this.dim = bind_layer<{ dim: number }>("GLU", [], ["dim"], [dim]).dim ?? -1;
  }

  override forward(input: Tensor): Tensor {
    return F.glu(input, this.dim);
  }

  override extra_repr(): string {
    return `dim=${this.dim}`;
  }
}

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
