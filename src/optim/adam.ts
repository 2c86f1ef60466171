/** @file Adam and what AdamW shares with it. */
import { bind } from "../args";
import { pending_rows } from "../autograd/row-gradient";
import { attr, execute, execute_many, from_data, release } from "../backend/engine";
import type { Handle } from "../backend/handle";
import { native_ops } from "../backend/native-ops";
import { float64 } from "../dtype";
import { RuntimeError } from "../errors";
import { zeros_like } from "../ops/value/create";
import { Tensor } from "../tensor";
import { HiddenMoments, type Moments } from "./adam-moments";
import { check_betas, check_not_negative, check_rate } from "./check";
import {
  type Given,
  Optimizer,
  type OptimizerOptions,
  type ParamGroup,
  type Params,
  type Rate,
  type StepEntry,
} from "./optimizer";
import { OwnValues } from "./own-values";

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
  check_rate(options);
  check_not_negative("epsilon value", options.eps);
  check_betas(options.betas);
  check_not_negative("weight_decay value", options.weight_decay);
  if (options.fused && options.foreach) {
    throw new RuntimeError("`fused` and `foreach` cannot be `True` together.");
  }
  return options;
}

/** A parameter whose averages nobody has seen. */
interface HiddenEntry {
  readonly param: Tensor;
  readonly grad: Tensor;
  readonly step: number;
  readonly moments: Moments;
  /** Whether the parameter's value may be changed where it is. */
  readonly own: boolean;
}

/** What the native ops need to know of a step, in their order. */
function step_numbers(step: number, group: ParamGroup<AdamOptions>): number[] {
  const { lr, betas, eps, weight_decay, maximize, decoupled_weight_decay } = group;
  const [beta1, beta2] = betas;
  return [
    // In float64, as PyTorch does it: float32 would lose beta2 ** step first.
    -lr / (1 - beta1 ** step),
    1 / Math.sqrt(1 - beta2 ** step),
    eps,
    1 - beta1,
    beta2,
    1 - beta2,
    decoupled_weight_decay ? 0 : weight_decay,
    decoupled_weight_decay ? 1 - lr * weight_decay : 1,
    maximize ? -1 : 1,
  ];
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
    lr?: Rate,
    betas?: readonly [number, number],
    eps?: number | Given<AdamOptions>,
    weight_decay?: number | Given<AdamOptions>,
    amsgrad?: boolean | Given<AdamOptions>,
    options?: Given<AdamOptions>,
  );
  constructor(params: Params<AdamOptions>, lr: Rate, options: Given<AdamOptions>);
  constructor(params: Params<AdamOptions>, options: Given<AdamOptions>);
  constructor(params: Params<AdamOptions>, ...args: unknown[]) {
    super(params, adam_options("Adam", {}, args));
  }

  readonly #moments = new HiddenMoments();
  readonly #own = new OwnValues();
  /** The numbers of the steps last taken, by their text: parameters in step share them. */
  #numbers = new Map<string, Handle>();

  protected override _update_group(
    entries: readonly StepEntry<AdamState>[],
    group: ParamGroup<AdamOptions>,
  ): void {
    const together = new Map<string, HiddenEntry[]>();
    for (const entry of entries) {
      const { param, grad, state } = entry;
      const rows = pending_rows(grad);
      const taken = native_ops() && !group.amsgrad && (rows !== null || grad.dtype === param.dtype);
      const moments = taken ? this.#moments.of(state, param) : null;
      if (moments === null) {
        this._hand_out(entry, group);
        continue;
      }
      state.step = (state.step ?? 0) + 1;
      const own = this.#own.has(param);
      if (rows !== null) {
        const numbers = this.#native_numbers([...step_numbers(state.step, group), Number(own)]);
        const inputs = [param.handle, rows.values, rows.index, moments.exp_avg, moments.exp_avg_sq, numbers];
        this.#own.give(param, execute("TorchbookAdamRows", inputs));
        continue;
      }
      const key = `${param.dtype.name} ${state.step}`;
      const list = together.get(key);
      const hidden = { param, grad, step: state.step, moments, own };
      if (list === undefined) together.set(key, [hidden]);
      else list.push(hidden);
    }
    for (const list of together.values()) {
      const numbers = this.#native_numbers([
        ...step_numbers(list[0].step, group),
        ...list.map(({ own }) => Number(own)),
      ]);
      const inputs = [
        ...list.map(({ param }) => param.handle),
        ...list.map(({ grad }) => grad.handle),
        ...list.map(({ moments }) => moments.exp_avg),
        ...list.map(({ moments }) => moments.exp_avg_sq),
        numbers,
      ];
      const values = execute_many(
        "TorchbookAdamStep",
        inputs,
        [attr.int("N", list.length), attr.type("T", list[0].param.dtype)],
        list.length,
      );
      list.forEach(({ param }, i) => {
        this.#own.give(param, values[i]);
      });
    }
    for (const handle of this.#numbers.values()) release(handle);
    this.#numbers.clear();
  }

  protected override update_parameter(
    param: Tensor,
    grad: Tensor,
    state: AdamState,
    group: ParamGroup<AdamOptions>,
  ): void {
    const { lr, betas, eps, weight_decay, amsgrad, maximize, decoupled_weight_decay } = group;
    const [beta1, beta2] = betas;
    const step = (state.step ?? 0) + 1;
    state.step = step;
    const decay = decoupled_weight_decay ? 0 : weight_decay;
    const shrink = decoupled_weight_decay ? 1 - lr * weight_decay : 1;
    // In float64, as PyTorch does it: float32 would lose beta2 ** step first.
    const step_size = lr / (1 - beta1 ** step);
    const correction = Math.sqrt(1 - beta2 ** step);
    if (!amsgrad && grad.dtype === param.dtype && native_ops()) {
      const numbers = this.#native_numbers(step_numbers(step, group));
      state.exp_avg ??= zeros_like(param);
      state.exp_avg_sq ??= zeros_like(param);
      const { exp_avg, exp_avg_sq } = state as Required<AdamState>;
      const inputs = [param.handle, grad.handle, exp_avg.handle, exp_avg_sq.handle, numbers];
      const [fresh, first, second] = execute_many("TorchbookAdam", inputs, [], 3);
      param._write(new Tensor(fresh));
      exp_avg._write(new Tensor(first));
      exp_avg_sq._write(new Tensor(second));
      return;
    }
    state.exp_avg ??= zeros_like(param);
    state.exp_avg_sq ??= zeros_like(param);
    if (amsgrad) state.max_exp_avg_sq ??= zeros_like(param);
    const { exp_avg, exp_avg_sq, max_exp_avg_sq } = state;
    this._compute(param, grad, state, (math, value, gradient) => {
      let g = maximize ? math.neg(gradient) : gradient;
      if (decay !== 0) g = math.add_scaled(g, value, decay);
      const p = shrink === 1 ? value : math.mul(value, shrink);
      const first = math.lerp(exp_avg.handle, g, 1 - beta1);
      const second = math.add(math.mul(exp_avg_sq.handle, beta2), math.mul(math.square(g), 1 - beta2));
      const greatest = amsgrad && max_exp_avg_sq ? math.maximum(max_exp_avg_sq.handle, second) : undefined;
      const denominator = math.add(math.div(math.sqrt(greatest ?? second), correction), eps);
      return {
        param: math.add(p, math.div(math.mul(first, -step_size), denominator)),
        exp_avg: first,
        exp_avg_sq: second,
        max_exp_avg_sq: greatest,
      };
    });
  }

  /** @internal */
  override _saved(state: AdamState): AdamState {
    const copies = this.#moments.copies(state);
    // Not { ...state }: reading the averages would show them.
    if (copies !== null) return { step: state.step, ...copies };
    const values = Object.entries(state).map(([name, value]) => [
      name,
      value instanceof Tensor ? new Tensor(value.handle) : value,
    ]);
    return Object.fromEntries(values) as AdamState;
  }

  /** @internal */
  override _restored(state: AdamState): void {
    this.#moments.adopt(state);
  }

  /** A step's numbers for the native ops. */
  #native_numbers(values: number[]): Handle {
    const key = values.join();
    let handle = this.#numbers.get(key);
    if (handle === undefined) {
      handle = from_data([values.length], float64, Float64Array.from(values));
      this.#numbers.set(key, handle);
    }
    return handle;
  }
}
