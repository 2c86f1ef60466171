/** @file Adadelta: an optimizer. */
import { bind } from "../args";
import { ValueError } from "../errors";
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

/** Options of {@link Adadelta}. */
export interface AdadeltaOptions extends OptimizerOptions {
  /** How much of the running averages is kept. */
  rho: number;
  /** Keeps roots and division from zero. */
  eps: number;
  /** Adds this share of the parameter to its gradient. */
  weight_decay: number;
  /** Without effect here. */
  capturable: boolean;
}

/** What Adadelta remembers of a parameter. */
export type AdadeltaState = { step?: number; square_avg?: Tensor; acc_delta?: Tensor };

/**
 * Adadelta (Zeiler, 2012): scales steps by the running size of the last steps over that of the gradients.
 *
 * @param lr Learning rate, 1 by default.
 * @throws ValueError for options out of range.
 */
export class Adadelta extends Optimizer<AdadeltaOptions, AdadeltaState> {
  constructor(
    params: Params<AdadeltaOptions>,
    lr?: Rate,
    rho?: number,
    eps?: number | Given<AdadeltaOptions>,
    weight_decay?: number | Given<AdadeltaOptions>,
    foreach?: boolean | null | Given<AdadeltaOptions>,
    options?: Given<AdadeltaOptions>,
  );
  constructor(params: Params<AdadeltaOptions>, lr: Rate, options: Given<AdadeltaOptions>);
  constructor(params: Params<AdadeltaOptions>, options: Given<AdadeltaOptions>);
  constructor(params: Params<AdadeltaOptions>, ...args: unknown[]) {
    const given = bind<AdadeltaOptions>(
      "Adadelta",
      ["lr", "rho", "eps", "weight_decay", "foreach"],
      ["capturable", "maximize", "differentiable"],
      args,
    );
    const options: AdadeltaOptions = {
      lr: 1,
      rho: 0.9,
      eps: 1e-6,
      weight_decay: 0,
      foreach: null,
      capturable: false,
      maximize: false,
      differentiable: false,
      ...given,
    };
    check_rate(options);
    check_not_negative("rho value", options.rho);
    check_not_negative("epsilon value", options.eps);
    check_not_negative("weight_decay value", options.weight_decay);
    if (options.rho > 1) throw new ValueError(`Invalid rho value: ${options.rho}`);
    super(params, options);
  }

  protected override update_parameter(
    param: Tensor,
    grad: Tensor,
    state: AdadeltaState,
    group: ParamGroup<AdadeltaOptions>,
  ): void {
    const { lr, rho, weight_decay, eps, maximize } = group;
    state.step = (state.step ?? 0) + 1;
    state.square_avg ??= zeros_like(param);
    state.acc_delta ??= zeros_like(param);
    const { square_avg, acc_delta } = state;
    this._compute(param, grad, state, (math, value, gradient) => {
      let g = maximize ? math.neg(gradient) : gradient;
      if (weight_decay !== 0) g = math.add_scaled(g, value, weight_decay);
      const squares = math.add(math.mul(square_avg.handle, rho), math.mul(math.square(g), 1 - rho));
      const ratio = math.div(math.sqrt(math.add(acc_delta.handle, eps)), math.sqrt(math.add(squares, eps)));
      const delta = math.mul(ratio, g);
      return {
        param: math.add_scaled(value, delta, -lr),
        square_avg: squares,
        acc_delta: math.add(math.mul(acc_delta.handle, rho), math.mul(math.square(delta), 1 - rho)),
      };
    });
  }
}
