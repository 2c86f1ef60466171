/** @file Adamax: an optimizer. */
import { bind } from "../args";
import { zeros_like } from "../ops/value/create";
import type { Tensor } from "../tensor";
import { check_betas, check_not_negative, check_rate } from "./check";
import {
  type Given,
  Optimizer,
  type OptimizerOptions,
  type ParamGroup,
  type Params,
  type Rate,
} from "./optimizer";

/** Options of {@link Adamax}. */
export interface AdamaxOptions extends OptimizerOptions {
  /** How much of the running average and of the running maximum is kept. */
  betas: readonly [number, number];
  /** Keeps the division from growing without bound. */
  eps: number;
  /** Adds this share of the parameter to its gradient. */
  weight_decay: number;
  /** Without effect here. */
  capturable: boolean;
}

/** What Adamax remembers of a parameter. */
export type AdamaxState = { step?: number; exp_avg?: Tensor; exp_inf?: Tensor };

/**
 * Adamax (Kingma and Ba, 2015): Adam with the greatest recent gradient in place of the root of squares.
 *
 * @param lr Learning rate, 0.002 by default.
 * @throws ValueError for options out of range.
 */
export class Adamax extends Optimizer<AdamaxOptions, AdamaxState> {
  constructor(
    params: Params<AdamaxOptions>,
    lr?: Rate,
    betas?: readonly [number, number],
    eps?: number | Given<AdamaxOptions>,
    weight_decay?: number | Given<AdamaxOptions>,
    foreach?: boolean | null | Given<AdamaxOptions>,
    options?: Given<AdamaxOptions>,
  );
  constructor(params: Params<AdamaxOptions>, lr: Rate, options: Given<AdamaxOptions>);
  constructor(params: Params<AdamaxOptions>, options: Given<AdamaxOptions>);
  constructor(params: Params<AdamaxOptions>, ...args: unknown[]) {
    const given = bind<AdamaxOptions>(
      "Adamax",
      ["lr", "betas", "eps", "weight_decay", "foreach"],
      ["maximize", "differentiable", "capturable"],
      args,
    );
    const options: AdamaxOptions = {
      lr: 0.002,
      betas: [0.9, 0.999],
      eps: 1e-8,
      weight_decay: 0,
      foreach: null,
      maximize: false,
      differentiable: false,
      capturable: false,
      ...given,
    };
    check_rate(options);
    check_not_negative("epsilon value", options.eps);
    check_betas(options.betas);
    check_not_negative("weight_decay value", options.weight_decay);
    super(params, options);
  }

  protected override update_parameter(
    param: Tensor,
    grad: Tensor,
    state: AdamaxState,
    group: ParamGroup<AdamaxOptions>,
  ): void {
    const { lr, betas, eps, weight_decay, maximize } = group;
    const [beta1, beta2] = betas;
    state.step = (state.step ?? 0) + 1;
    state.exp_avg ??= zeros_like(param);
    state.exp_inf ??= zeros_like(param);
    const rate = lr / (1 - beta1 ** state.step);
    const { exp_avg, exp_inf } = state;
    this._compute(param, grad, state, (math, value, gradient) => {
      let g = maximize ? math.neg(gradient) : gradient;
      if (weight_decay !== 0) g = math.add_scaled(g, value, weight_decay);
      const first = math.lerp(exp_avg.handle, g, 1 - beta1);
      const greatest = math.maximum(math.mul(exp_inf.handle, beta2), math.add(math.abs(g), eps));
      return {
        param: math.add(value, math.div(math.mul(first, -rate), greatest)),
        exp_avg: first,
        exp_inf: greatest,
      };
    });
  }
}
