/** @file NAdam: an optimizer. */
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

/** Options of {@link NAdam}. */
export interface NAdamOptions extends OptimizerOptions {
  /** How much of the running averages of the gradient and of its square is kept. */
  betas: readonly [number, number];
  /** Keeps the division from growing without bound. */
  eps: number;
  /** Adds this share of the parameter to its gradient. */
  weight_decay: number;
  /** How fast the momentum warms up. */
  momentum_decay: number;
  /** Takes the weight decay off the parameter, as AdamW does. */
  decoupled_weight_decay: boolean;
  /** Without effect here. */
  capturable: boolean;
}

/** What NAdam remembers of a parameter. */
export type NAdamState = { step?: number; mu_product?: number; exp_avg?: Tensor; exp_avg_sq?: Tensor };

/**
 * NAdam (Dozat, 2016): Adam with Nesterov's momentum.
 *
 * @param lr Learning rate, 0.002 by default.
 * @throws ValueError for options out of range.
 */
export class NAdam extends Optimizer<NAdamOptions, NAdamState> {
  constructor(
    params: Params<NAdamOptions>,
    lr?: Rate,
    betas?: readonly [number, number],
    eps?: number | Given<NAdamOptions>,
    weight_decay?: number | Given<NAdamOptions>,
    momentum_decay?: number | Given<NAdamOptions>,
    decoupled_weight_decay?: boolean | Given<NAdamOptions>,
    options?: Given<NAdamOptions>,
  );
  constructor(params: Params<NAdamOptions>, lr: Rate, options: Given<NAdamOptions>);
  constructor(params: Params<NAdamOptions>, options: Given<NAdamOptions>);
  constructor(params: Params<NAdamOptions>, ...args: unknown[]) {
    const given = bind<NAdamOptions>(
      "NAdam",
      ["lr", "betas", "eps", "weight_decay", "momentum_decay", "decoupled_weight_decay"],
      ["foreach", "maximize", "capturable", "differentiable"],
      args,
    );
    const options: NAdamOptions = {
      lr: 0.002,
      betas: [0.9, 0.999],
      eps: 1e-8,
      weight_decay: 0,
      momentum_decay: 0.004,
      decoupled_weight_decay: false,
      foreach: null,
      maximize: false,
      capturable: false,
      differentiable: false,
      ...given,
    };
    check_rate(options);
    check_not_negative("epsilon value", options.eps);
    check_betas(options.betas);
    check_not_negative("weight_decay value", options.weight_decay);
    check_not_negative("momentum_decay value", options.momentum_decay);
    super(params, options);
  }

  protected override update_parameter(
    param: Tensor,
    grad: Tensor,
    state: NAdamState,
    group: ParamGroup<NAdamOptions>,
  ): void {
    const { lr, betas, eps, weight_decay, momentum_decay, decoupled_weight_decay, maximize } = group;
    const [beta1, beta2] = betas;
    const step = (state.step ?? 0) + 1;
    state.step = step;
    state.exp_avg ??= zeros_like(param);
    state.exp_avg_sq ??= zeros_like(param);
    const mu = beta1 * (1 - 0.5 * 0.96 ** (step * momentum_decay));
    const mu_next = beta1 * (1 - 0.5 * 0.96 ** ((step + 1) * momentum_decay));
    // PyTorch keeps the product in float32.
    const product = Math.fround((state.mu_product ?? 1) * Math.fround(mu));
    state.mu_product = product;
    const correction = 1 - beta2 ** step;
    const { exp_avg, exp_avg_sq } = state;
    this._compute(param, grad, state, (math, value, gradient) => {
      let g = maximize ? math.neg(gradient) : gradient;
      let p = value;
      if (weight_decay !== 0) {
        if (decoupled_weight_decay) p = math.mul(p, 1 - lr * weight_decay);
        else g = math.add_scaled(g, p, weight_decay);
      }
      const first = math.lerp(exp_avg.handle, g, 1 - beta1);
      const second = math.add(math.mul(exp_avg_sq.handle, beta2), math.mul(math.square(g), 1 - beta2));
      const denominator = math.add(math.sqrt(math.div(second, correction)), eps);
      const by_gradient = math.div(math.mul(g, (-lr * (1 - mu)) / (1 - product)), denominator);
      const by_average = math.div(math.mul(first, (-lr * mu_next) / (1 - product * mu_next)), denominator);
      return {
        param: math.add(math.add(p, by_gradient), by_average),
        exp_avg: first,
        exp_avg_sq: second,
      };
    });
  }
}
