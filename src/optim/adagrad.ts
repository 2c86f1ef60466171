/** @file Adagrad: an optimizer. */
import { bind } from "../args";
import { full_like } from "../ops/value/create";
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

/** Options of {@link Adagrad}. */
export interface AdagradOptions extends OptimizerOptions {
  /** How fast the learning rate falls: `lr / (1 + (step - 1) * lr_decay)`. */
  lr_decay: number;
  /** Adds this share of the parameter to its gradient. */
  weight_decay: number;
  /** Where the sums start. */
  initial_accumulator_value: number;
  /** Keeps the division from growing without bound. */
  eps: number;
  /** Without effect here. */
  fused: boolean | null;
}

/** What Adagrad remembers of a parameter. */
export type AdagradState = { step?: number; sum?: Tensor };

/**
 * Adagrad (Duchi et al., 2011): divides by the root of the sum of all squared gradients.
 *
 * @param lr Learning rate, 0.01 by default.
 * @throws ValueError for options out of range.
 */
export class Adagrad extends Optimizer<AdagradOptions, AdagradState> {
  constructor(
    params: Params<AdagradOptions>,
    lr?: Rate,
    lr_decay?: number,
    weight_decay?: number | Given<AdagradOptions>,
    initial_accumulator_value?: number | Given<AdagradOptions>,
    eps?: number | Given<AdagradOptions>,
    foreach?: boolean | null | Given<AdagradOptions>,
    options?: Given<AdagradOptions>,
  );
  constructor(params: Params<AdagradOptions>, lr: Rate, options: Given<AdagradOptions>);
  constructor(params: Params<AdagradOptions>, options: Given<AdagradOptions>);
  constructor(params: Params<AdagradOptions>, ...args: unknown[]) {
    const given = bind<AdagradOptions>(
      "Adagrad",
      ["lr", "lr_decay", "weight_decay", "initial_accumulator_value", "eps", "foreach"],
      ["maximize", "differentiable", "fused"],
      args,
    );
    const options: AdagradOptions = {
      lr: 0.01,
      lr_decay: 0,
      weight_decay: 0,
      initial_accumulator_value: 0,
      eps: 1e-10,
      foreach: null,
      maximize: false,
      differentiable: false,
      fused: null,
      ...given,
    };
    check_rate(options);
    check_not_negative("lr_decay value", options.lr_decay);
    check_not_negative("weight_decay value", options.weight_decay);
    check_not_negative("initial_accumulator_value value", options.initial_accumulator_value);
    check_not_negative("epsilon value", options.eps);
    super(params, options);
  }

  protected override update_parameter(
    param: Tensor,
    grad: Tensor,
    state: AdagradState,
    group: ParamGroup<AdagradOptions>,
  ): void {
    const { lr, lr_decay, weight_decay, eps, initial_accumulator_value, maximize } = group;
    state.step = (state.step ?? 0) + 1;
    state.sum ??= full_like(param, initial_accumulator_value);
    const rate = lr / (1 + (state.step - 1) * lr_decay);
    const { sum } = state;
    this._compute(param, grad, state, (math, value, gradient) => {
      let g = maximize ? math.neg(gradient) : gradient;
      if (weight_decay !== 0) g = math.add_scaled(g, value, weight_decay);
      const total = math.add(sum.handle, math.square(g));
      const change = math.div(math.mul(g, -rate), math.add(math.sqrt(total), eps));
      return { param: math.add(value, change), sum: total };
    });
  }
}
