/** @file Adam and what AdamW shares with it. */
import { bind } from "../args";
import { RuntimeError } from "../errors";
import { zeros_like } from "../ops/create";
import type { Tensor } from "../tensor";
import { check_betas, check_not_negative } from "./check";
import { Optimizer, type OptimizerOptions, type ParamGroup, type Params } from "./optimizer";

/** Options of {@link Adam} and AdamW. */
export interface AdamOptions extends OptimizerOptions {
  /** How much of the running averages of the gradient and of its square is kept. */
  betas: readonly [number, number];
  /** Keeps the division from growing without bound. */
  eps: number;
  /** Adds this share of the parameter to its gradient; AdamW takes it off the parameter instead. */
  weight_decay: number;
  /** Divides by the greatest average of squares so far. */
  amsgrad: boolean;
  /** Takes the weight decay off the parameter, as AdamW does. */
  decoupled_weight_decay: boolean;
  /** Without effect here. */
  capturable: boolean;
  /** Without effect here. */
  fused: boolean | null;
}

/** What Adam remembers of a parameter. */
export type AdamState = {
  step?: number;
  exp_avg?: Tensor;
  exp_avg_sq?: Tensor;
  max_exp_avg_sq?: Tensor;
};

/** @internal The options of Adam or AdamW, bound and checked. */
export function adam_options(name: string, defaults: Partial<AdamOptions>, args: unknown[]): AdamOptions {
  const keyword: (keyof AdamOptions)[] = ["foreach", "maximize", "capturable", "differentiable", "fused"];
  const given = bind<AdamOptions>(
    name,
    ["lr", "betas", "eps", "weight_decay", "amsgrad"],
    defaults.decoupled_weight_decay ? keyword : [...keyword, "decoupled_weight_decay"],
    args,
  );
  const options: AdamOptions = {
    lr: 0.001,
    betas: [0.9, 0.999],
    eps: 1e-8,
    weight_decay: 0,
    amsgrad: false,
    maximize: false,
    foreach: null,
    capturable: false,
    differentiable: false,
    fused: null,
    decoupled_weight_decay: false,
    ...defaults,
    ...given,
  };
  check_not_negative("learning rate", options.lr);
  check_not_negative("epsilon value", options.eps);
  check_betas(options.betas);
  check_not_negative("weight_decay value", options.weight_decay);
  if (options.fused && options.foreach) {
    throw new RuntimeError("`fused` and `foreach` cannot be `True` together.");
  }
  return options;
}

/**
 * Adam (Kingma and Ba, 2015): steps by the running average of the gradient over the root of that of its square, both
 * freed of their bias towards zero.
 *
 * @param lr Learning rate, 0.001 by default.
 * @throws ValueError for options out of range.
 * @example
 * const optimizer = new optim.Adam(model.parameters(), { lr: 0.001 });
 */
export class Adam extends Optimizer<AdamOptions, AdamState> {
  constructor(
    params: Params<AdamOptions>,
    lr?: number,
    betas?: readonly [number, number],
    eps?: number,
    weight_decay?: number,
    amsgrad?: boolean,
    options?: Partial<AdamOptions>,
  );
  constructor(params: Params<AdamOptions>, lr: number, options: Partial<AdamOptions>);
  constructor(params: Params<AdamOptions>, options: Partial<AdamOptions>);
  constructor(params: Params<AdamOptions>, ...args: unknown[]) {
    super(params, adam_options("Adam", {}, args));
  }

  protected override update_parameter(
    param: Tensor,
    grad: Tensor,
    state: AdamState,
    group: ParamGroup<AdamOptions>,
  ): void {
    update_by_adam(this._compute.bind(this), param, grad, state, group);
  }
}

type Compute = Adam["_compute"];

function update_by_adam(
  compute: Compute,
  param: Tensor,
  grad: Tensor,
  state: AdamState,
  group: ParamGroup<AdamOptions>,
): void {
  const { lr, betas, eps, weight_decay, amsgrad, maximize, decoupled_weight_decay } = group;
  const [beta1, beta2] = betas;
  state.step = (state.step ?? 0) + 1;
  state.exp_avg ??= zeros_like(param);
  state.exp_avg_sq ??= zeros_like(param);
  if (amsgrad) state.max_exp_avg_sq ??= zeros_like(param);
  // In float64, as PyTorch does it: float32 would lose beta2 ** step first.
  const step_size = lr / (1 - beta1 ** state.step);
  const correction = Math.sqrt(1 - beta2 ** state.step);
  const { exp_avg, exp_avg_sq, max_exp_avg_sq } = state;
  compute(param, grad, state, (math, value, gradient) => {
    let g = maximize ? math.neg(gradient) : gradient;
    let p = value;
    if (weight_decay !== 0) {
      if (decoupled_weight_decay) p = math.mul(p, 1 - lr * weight_decay);
      else g = math.add_scaled(g, p, weight_decay);
    }
    const first = math.lerp(exp_avg.handle, g, 1 - beta1);
    const second = math.add(math.mul(exp_avg_sq.handle, beta2), math.mul(math.square(g), 1 - beta2));
    const greatest = max_exp_avg_sq === undefined ? null : math.maximum(max_exp_avg_sq.handle, second);
    const root = math.sqrt(greatest ?? second);
    const denominator = math.add(math.div(root, correction), eps);
    const change = math.div(math.mul(first, -step_size), denominator);
    return {
      param: math.add(p, change),
      exp_avg: first,
      exp_avg_sq: second,
      ...(greatest === null ? {} : { max_exp_avg_sq: greatest }),
    };
  });
}
