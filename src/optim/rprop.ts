/** @file Rprop: an optimizer. */
import { bind } from "../args";
import { ValueError } from "../errors";
import { where } from "../ops/position/masks";
import { full_like, zeros_like } from "../ops/value/create";
import type { Tensor } from "../tensor";
import { check_rate } from "./check";
import {
  type Given,
  Optimizer,
  type OptimizerOptions,
  type ParamGroup,
  type Params,
  type Rate,
} from "./optimizer";

/** Options of {@link Rprop}. */
export interface RpropOptions extends OptimizerOptions {
  /** By how much a step shrinks where the gradient's sign turns, and grows where it stays. */
  etas: readonly [number, number];
  /** The least and the greatest step. */
  step_sizes: readonly [number, number];
  /** Without effect here. */
  capturable: boolean;
}

/** What Rprop remembers of a parameter. */
export type RpropState = { step?: number; prev?: Tensor; step_size?: Tensor };

/**
 * Resilient backpropagation (Riedmiller and Braun, 1993): steps depend on the gradients' signs alone. For whole-batch training.
 *
 * @param lr The first step's size, 0.01 by default.
 * @throws ValueError for options out of range.
 */
export class Rprop extends Optimizer<RpropOptions, RpropState> {
  constructor(
    params: Params<RpropOptions>,
    lr?: Rate,
    etas?: readonly [number, number],
    step_sizes?: readonly [number, number] | Given<RpropOptions>,
    options?: Given<RpropOptions>,
  );
  constructor(params: Params<RpropOptions>, lr: Rate, options: Given<RpropOptions>);
  constructor(params: Params<RpropOptions>, options: Given<RpropOptions>);
  constructor(params: Params<RpropOptions>, ...args: unknown[]) {
    const given = bind<RpropOptions>(
      "Rprop",
      ["lr", "etas", "step_sizes"],
      ["capturable", "foreach", "maximize", "differentiable"],
      args,
    );
    const options: RpropOptions = {
      lr: 0.01,
      etas: [0.5, 1.2],
      step_sizes: [1e-6, 50],
      foreach: null,
      maximize: false,
      differentiable: false,
      capturable: false,
      ...given,
    };
    check_rate(options);
    const [shrink, grow] = options.etas;
    if (!(shrink > 0 && shrink < 1 && grow > 1)) {
      throw new ValueError(`Invalid eta values: ${shrink}, ${grow}`);
    }
    super(params, options);
  }

  protected override update_parameter(
    param: Tensor,
    grad: Tensor,
    state: RpropState,
    group: ParamGroup<RpropOptions>,
  ): void {
    const { lr, etas, step_sizes, maximize } = group;
    state.step = (state.step ?? 0) + 1;
    state.prev ??= zeros_like(param);
    state.step_size ??= full_like(param, lr);
    let slope = maximize ? grad.neg() : grad.detach();
    const agreement = slope.mul(state.prev);
    const turned = agreement.lt(0);
    const factor = where(turned, etas[0], where(agreement.gt(0), etas[1], 1)).to(param.dtype);
    state.step_size._assign(state.step_size.mul(factor).clamp(step_sizes[0], step_sizes[1]));
    slope = where(turned, 0, slope);
    param._assign(param.sub(slope.sign().mul(state.step_size)));
    state.prev._assign(slope);
  }
}
