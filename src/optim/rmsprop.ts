/** @file RMSprop: an optimizer. */
import { bind } from "../args";
import { zeros_like } from "../ops/value/create";
import type { Tensor } from "../tensor";
import { check_not_negative, check_rate } from "./check";
import {
  type Given,
  Optimizer,
  type OptimizerOptions,
  type ParamGroup,
  type Params,
  type Rate,
} from "./optimizer";

/** Options of {@link RMSprop}. */
export interface RMSpropOptions extends OptimizerOptions {
  /** How much of the running average is kept. */
  alpha: number;
  /** Keeps the division from growing without bound. */
  eps: number;
  /** Adds this share of the parameter to its gradient. */
  weight_decay: number;
  /** How much of the last direction is kept. */
  momentum: number;
  /** Divides by an estimate of the variance instead. */
  centered: boolean;
  /** Without effect here. */
  capturable: boolean;
}

/** What RMSprop remembers of a parameter. */
export type RMSpropState = {
  step?: number;
  square_avg?: Tensor;
  momentum_buffer?: Tensor;
  grad_avg?: Tensor;
};

/**
 * RMSprop (Hinton): divides by the root of the running average of squared gradients.
 *
 * @param lr Learning rate, 0.01 by default.
 * @throws ValueError for options out of range.
 */
export class RMSprop extends Optimizer<RMSpropOptions, RMSpropState> {
  constructor(
    params: Params<RMSpropOptions>,
    lr?: Rate,
    alpha?: number,
    eps?: number | Given<RMSpropOptions>,
    weight_decay?: number | Given<RMSpropOptions>,
    momentum?: number | Given<RMSpropOptions>,
    centered?: boolean | Given<RMSpropOptions>,
    capturable?: boolean | Given<RMSpropOptions>,
    foreach?: boolean | null | Given<RMSpropOptions>,
    maximize?: boolean | Given<RMSpropOptions>,
    differentiable?: boolean | Given<RMSpropOptions>,
  );
  constructor(params: Params<RMSpropOptions>, lr: Rate, options: Given<RMSpropOptions>);
  constructor(params: Params<RMSpropOptions>, options: Given<RMSpropOptions>);
  constructor(params: Params<RMSpropOptions>, ...args: unknown[]) {
    const given = bind<RMSpropOptions>(
      "RMSprop",
      [
        "lr",
        "alpha",
        "eps",
        "weight_decay",
        "momentum",
        "centered",
        "capturable",
        "foreach",
        "maximize",
        "differentiable",
      ],
      [],
      args,
    );
    const options: RMSpropOptions = {
      lr: 0.01,
      alpha: 0.99,
      eps: 1e-8,
      weight_decay: 0,
      momentum: 0,
      centered: false,
      capturable: false,
      foreach: null,
      maximize: false,
      differentiable: false,
      ...given,
    };
    check_rate(options);
    check_not_negative("epsilon value", options.eps);
    check_not_negative("momentum value", options.momentum);
    check_not_negative("weight_decay value", options.weight_decay);
    check_not_negative("alpha value", options.alpha);
    super(params, options);
  }

  protected override update_parameter(
    param: Tensor,
    grad: Tensor,
    state: RMSpropState,
    group: ParamGroup<RMSpropOptions>,
  ): void {
    const { lr, alpha, eps, weight_decay, momentum, centered, maximize } = group;
    state.step = (state.step ?? 0) + 1;
    state.square_avg ??= zeros_like(param);
    if (momentum > 0) state.momentum_buffer ??= zeros_like(param);
    if (centered) state.grad_avg ??= zeros_like(param);
    const { square_avg, momentum_buffer, grad_avg } = state;
    this._compute(param, grad, state, (math, value, gradient) => {
      let g = maximize ? math.neg(gradient) : gradient;
      if (weight_decay !== 0) g = math.add_scaled(g, value, weight_decay);
      const squares = math.add(math.mul(square_avg.handle, alpha), math.mul(math.square(g), 1 - alpha));
      const average = centered && grad_avg ? math.lerp(grad_avg.handle, g, 1 - alpha) : undefined;
      const variance = average === undefined ? squares : math.sub(squares, math.square(average));
      const denominator = math.add(math.sqrt(variance), eps);
      const fresh = { square_avg: squares, grad_avg: average };
      if (momentum > 0 && momentum_buffer) {
        const buffer = math.add(math.mul(momentum_buffer.handle, momentum), math.div(g, denominator));
        return { ...fresh, param: math.add_scaled(value, buffer, -lr), momentum_buffer: buffer };
      }
      return { ...fresh, param: math.add(value, math.div(math.mul(g, -lr), denominator)) };
    });
  }
}
