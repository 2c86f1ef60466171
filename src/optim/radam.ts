/** @file RAdam: an optimizer. */
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

/** Options of {@link RAdam}. */
export interface RAdamOptions extends OptimizerOptions {
  /** How much of the running averages of the gradient and of its square is kept. */
  betas: readonly [number, number];
  /** Keeps the division from growing without bound. */
  eps: number;
  /** Adds this share of the parameter to its gradient. */
  weight_decay: number;
  /** Takes the weight decay off the parameter, as AdamW does. */
  decoupled_weight_decay: boolean;
  /** Without effect here. */
  capturable: boolean;
}

/** What RAdam remembers of a parameter. */
export type RAdamState = { step?: number; exp_avg?: Tensor; exp_avg_sq?: Tensor };

/**
 * RAdam (Liu et al., 2020): Adam that adapts its steps only once the variance of its averages is known well enough.
 *
 * @param lr Learning rate, 0.001 by default.
 * @throws ValueError for options out of range.
 */
export class RAdam extends Optimizer<RAdamOptions, RAdamState> {
  constructor(
    params: Params<RAdamOptions>,
    lr?: Rate,
    betas?: readonly [number, number],
    eps?: number | Given<RAdamOptions>,
    weight_decay?: number | Given<RAdamOptions>,
    decoupled_weight_decay?: boolean | Given<RAdamOptions>,
    options?: Given<RAdamOptions>,
  );
  constructor(params: Params<RAdamOptions>, lr: Rate, options: Given<RAdamOptions>);
  constructor(params: Params<RAdamOptions>, options: Given<RAdamOptions>);
  constructor(params: Params<RAdamOptions>, ...args: unknown[]) {
    const given = bind<RAdamOptions>(
      "RAdam",
      ["lr", "betas", "eps", "weight_decay", "decoupled_weight_decay"],
      ["foreach", "maximize", "capturable", "differentiable"],
      args,
    );
    const options: RAdamOptions = {
      lr: 0.001,
      betas: [0.9, 0.999],
      eps: 1e-8,
      weight_decay: 0,
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
    super(params, options);
  }

  protected override update_parameter(
    param: Tensor,
    grad: Tensor,
    state: RAdamState,
    group: ParamGroup<RAdamOptions>,
  ): void {
    const { lr, betas, eps, weight_decay, decoupled_weight_decay, maximize } = group;
    const [beta1, beta2] = betas;
    const step = (state.step ?? 0) + 1;
    state.step = step;
    state.exp_avg ??= zeros_like(param);
    state.exp_avg_sq ??= zeros_like(param);
    const correction1 = 1 - beta1 ** step;
    const correction2 = 1 - beta2 ** step;
    // How many samples the average of squares amounts to, at most and now.
    const most = 2 / (1 - beta2) - 1;
    const length = most - (2 * step * beta2 ** step) / correction2;
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
      const fresh = { exp_avg: first, exp_avg_sq: second };
      const change = math.mul(math.div(first, correction1), lr);
      if (length <= 5) return { ...fresh, param: math.sub(p, change) };
      const rectified = Math.sqrt(((length - 4) * (length - 2) * most) / ((most - 4) * (most - 2) * length));
      const adaptive = math.div(Math.sqrt(correction2), math.add(math.sqrt(second), eps));
      return { ...fresh, param: math.sub(p, math.mul(math.mul(change, adaptive), rectified)) };
    });
  }
}
