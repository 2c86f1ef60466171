/** @file Adafactor: an optimizer whose second moments take a row and a column instead of a matrix. */
import { bind } from "../args";
import { float32 } from "../dtype";
import { ValueError } from "../errors";
import { matmul } from "../ops/algebra/linalg";
import { clamp } from "../ops/pointwise/bounds";
import { div, mul, sub } from "../ops/pointwise/elementwise";
import { rsqrt, square } from "../ops/pointwise/unary";
import { lerp } from "../ops/pointwise/weighted";
import { mean } from "../ops/reduction/reduce";
import { zeros } from "../ops/value/create";
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

/** Options of {@link Adafactor}. */
export interface AdafactorOptions extends OptimizerOptions {
  /** Exponent of the step in the decay of the second moments, at most 0. */
  beta2_decay: number;
  /** The least root of a second moment (null: the dtype's epsilon) and the least scale of a parameter. */
  eps: readonly [number | null, number];
  /** Greatest root mean square of an update, at least 1. */
  d: number;
  /** Shrinks the parameter by `lr` times this share at each step, apart from the gradient. */
  weight_decay: number;
}

/** What Adafactor remembers of a parameter: a row and a column, or of vectors all second moments. */
export type AdafactorState = { step?: number; row_var?: Tensor; col_var?: Tensor; variance?: Tensor };

const epsilon = (x: Tensor): number => (x.dtype === float32 ? 2 ** -23 : Number.EPSILON);
const root_mean_square = (x: Tensor): number => Math.sqrt(mean(square(x)).item() as number);

/**
 * Adafactor (Shazeer and Stern, arXiv:1804.04235), with PyTorch's use of `lr` as the greatest relative step.
 *
 * @param lr Greatest relative step and factor of the weight decay, 0.01 by default.
 * @throws ValueError for options out of range.
 * @example
 * new optim.Adafactor(model.parameters(), { weight_decay: 0.1 })
 */
export class Adafactor extends Optimizer<AdafactorOptions, AdafactorState> {
  constructor(
    params: Params<AdafactorOptions>,
    lr?: Rate,
    beta2_decay?: number | Given<AdafactorOptions>,
    eps?: readonly [number | null, number] | Given<AdafactorOptions>,
    d?: number | Given<AdafactorOptions>,
    weight_decay?: number | Given<AdafactorOptions>,
    options?: Given<AdafactorOptions>,
  );
  constructor(params: Params<AdafactorOptions>, options: Given<AdafactorOptions>);
  constructor(params: Params<AdafactorOptions>, ...args: unknown[]) {
    const given = bind<AdafactorOptions>(
      "Adafactor",
      ["lr", "beta2_decay", "eps", "d", "weight_decay"],
      ["foreach", "maximize", "differentiable"],
      args,
    );
    const options: AdafactorOptions = {
      lr: 0.01,
      beta2_decay: -0.8,
      eps: [null, 1e-3],
      d: 1,
      weight_decay: 0,
      foreach: null,
      maximize: false,
      differentiable: false,
      ...given,
    };
    check_rate(options, "Learning rate should be >= 0 but is: ");
    const { beta2_decay, eps, d, weight_decay } = options;
    if (!(beta2_decay <= 0)) throw new ValueError(`beta2_decay should be <= 0 but is: ${beta2_decay}`);
    if (!Array.isArray(eps) || eps.length !== 2) {
      throw new TypeError("eps must be two numbers, such as [null, 0.001]");
    }
    if (eps[0] !== null && !(eps[0] >= 0)) throw new ValueError(`epsilon1 should be >= 0 but is: ${eps[0]}`);
    if (!(eps[1] >= 0)) throw new ValueError(`epsilon2 should be >= 0 but is: ${eps[1]}`);
    if (!(d >= 1)) throw new ValueError(`Clipping threshold d should be >= 1 but is: ${d}`);
    if (!(weight_decay >= 0)) throw new ValueError(`weight_decay should be >= 0 but is: ${weight_decay}`);
    super(params, options);
  }

  protected override update_parameter(
    param: Tensor,
    gradient: Tensor,
    state: AdafactorState,
    group: ParamGroup<AdafactorOptions>,
  ): void {
    const { lr, beta2_decay, eps, d, weight_decay, maximize } = group;
    const grad = maximize ? gradient.neg() : gradient;
    state.step = (state.step ?? 0) + 1;
    const least = eps[0] ?? epsilon(param);
    const fresh = state.step ** beta2_decay;
    const relative = Math.min(lr, 1 / Math.sqrt(state.step));
    const rate = Math.max(eps[1], root_mean_square(param)) * relative;
    const kept = weight_decay === 0 ? param.detach() : mul(param, 1 - lr * weight_decay);
    let variance: Tensor;
    if (grad.ndim > 1) {
      const squares = square(grad);
      const along = (dim: number): Tensor => mean(squares, dim, true);
      const start = (dim: number): Tensor => zeros(along(dim).shape, { dtype: grad.dtype });
      state.row_var = lerp(state.row_var ?? start(-1), along(-1), fresh);
      state.col_var = lerp(state.col_var ?? start(-2), along(-2), fresh);
      const row_mean = clamp(mean(state.row_var, -2, true), least);
      variance = div(matmul(state.row_var, state.col_var), row_mean);
    } else {
      state.variance = lerp(state.variance ?? zeros(grad.shape, { dtype: grad.dtype }), square(grad), fresh);
      variance = state.variance;
    }
    const update = mul(rsqrt(clamp(variance, least * least)), grad);
    const size = Math.max(1, root_mean_square(update) / d);
    param._write(sub(kept, mul(update, rate / size)));
  }
}
