/** @file Averaged SGD: an optimizer. */
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

/** Options of {@link ASGD}. */
export interface ASGDOptions extends OptimizerOptions {
  /** How fast parameters and the learning rate decay. */
  lambd: number;
  /** The power in the learning rate's fall. */
  alpha: number;
  /** From which step on the average is taken. */
  t0: number;
  /** Adds this share of the parameter to its gradient. */
  weight_decay: number;
  /** Without effect here. */
  capturable: boolean;
}

/** What ASGD remembers of a parameter; `ax` is the average. */
export type ASGDState = { step?: number; eta?: number; mu?: number; ax?: Tensor };

/**
 * Averaged stochastic gradient descent (Polyak and Juditsky, 1992).
 *
 * @param lr Learning rate, 0.01 by default.
 * @throws ValueError for options out of range.
 */
export class ASGD extends Optimizer<ASGDOptions, ASGDState> {
  constructor(
    params: Params<ASGDOptions>,
    lr?: Rate,
    lambd?: number,
    alpha?: number | Given<ASGDOptions>,
    t0?: number | Given<ASGDOptions>,
    weight_decay?: number | Given<ASGDOptions>,
    options?: Given<ASGDOptions>,
  );
  constructor(params: Params<ASGDOptions>, lr: Rate, options: Given<ASGDOptions>);
  constructor(params: Params<ASGDOptions>, options: Given<ASGDOptions>);
  constructor(params: Params<ASGDOptions>, ...args: unknown[]) {
    const given = bind<ASGDOptions>(
      "ASGD",
      ["lr", "lambd", "alpha", "t0", "weight_decay", "foreach", "maximize", "differentiable", "capturable"],
      [],
      args,
    );
    const options: ASGDOptions = {
      lr: 0.01,
      lambd: 1e-4,
      alpha: 0.75,
      t0: 1e6,
      weight_decay: 0,
      foreach: null,
      maximize: false,
      differentiable: false,
      capturable: false,
      ...given,
    };
    check_rate(options);
    check_not_negative("weight_decay value", options.weight_decay);
    super(params, options);
  }

  protected override update_parameter(
    param: Tensor,
    grad: Tensor,
    state: ASGDState,
    group: ParamGroup<ASGDOptions>,
  ): void {
    const { lr, lambd, alpha, t0, weight_decay, maximize } = group;
    state.step = (state.step ?? 0) + 1;
    state.ax ??= zeros_like(param);
    const eta = state.eta ?? lr;
    const mu = state.mu ?? 1;
    let slope = maximize ? grad.neg() : grad;
    if (weight_decay !== 0) slope = slope.add(param, { alpha: weight_decay });
    param._assign(param.mul(1 - lambd * eta).sub(slope, { alpha: eta }));
    const { ax } = state;
    ax._assign(mu === 1 ? param.detach() : ax.add(param.sub(ax).mul(mu)));
    state.eta = lr / (1 + lambd * lr * state.step) ** alpha;
    state.mu = 1 / Math.max(1, state.step - t0);
  }
}
