/** @file Stochastic gradient descent. */
import { bind } from "../args";
import { pending_rows } from "../autograd/row-gradient";
import { attr, execute, execute_many, from_data, release } from "../backend/engine";
import type { Handle } from "../backend/handle";
import { native_ops } from "../backend/native-ops";
import { type DType, float64 } from "../dtype";
import { RuntimeError, ValueError } from "../errors";
import { is_tensor, type Tensor } from "../tensor";
import { check_not_negative, check_rate } from "./check";
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

/** Options of {@link SGD}. */
export interface SGDOptions extends OptimizerOptions {
  /** How much of the last direction is kept. */
  momentum: number;
  /** How much less of the gradient enters the momentum. */
  dampening: number;
  /** Adds this share of the parameter to its gradient. */
  weight_decay: number;
  /** Looks ahead along the momentum; needs one, and no dampening. */
  nesterov: boolean;
  /** Without effect here. */
  fused: boolean | null;
}

/** What SGD remembers of a parameter. */
export type SGDState = { momentum_buffer?: Tensor | null };

/**
 * Gradient descent, with momentum if wanted: `b = momentum * b + (1 - dampening) * grad; param -= lr * b`.
 *
 * @param lr Learning rate, 0.001 by default.
 * @throws ValueError for negative numbers, and for `nesterov` without momentum or with dampening.
 * @example
 * new optim.SGD(model.parameters(), { lr: 0.1, momentum: 0.9 })
 */
export class SGD extends Optimizer<SGDOptions, SGDState> {
  constructor(
    params: Params<SGDOptions>,
    lr?: Rate,
    momentum?: number,
    dampening?: number | Given<SGDOptions>,
    weight_decay?: number | Given<SGDOptions>,
    nesterov?: boolean | Given<SGDOptions>,
    options?: Given<SGDOptions>,
  );
  constructor(params: Params<SGDOptions>, lr: Rate, options: Given<SGDOptions>);
  constructor(params: Params<SGDOptions>, options: Given<SGDOptions>);
  constructor(params: Params<SGDOptions>, ...args: unknown[]) {
    const given = bind<SGDOptions>(
      "SGD",
      ["lr", "momentum", "dampening", "weight_decay", "nesterov"],
      ["maximize", "foreach", "differentiable", "fused"],
      args,
    );
    const options: SGDOptions = {
      lr: 0.001,
      momentum: 0,
      dampening: 0,
      weight_decay: 0,
      nesterov: false,
      maximize: false,
      foreach: null,
      differentiable: false,
      fused: null,
      ...given,
    };
    check_rate(options);
    check_not_negative("momentum value", options.momentum);
    check_not_negative("weight_decay value", options.weight_decay);
    if (options.nesterov && (options.momentum <= 0 || options.dampening !== 0)) {
      throw new ValueError("Nesterov momentum requires a momentum and zero dampening");
    }
    if (options.fused && options.foreach) {
      throw new RuntimeError("`fused` and `foreach` cannot be `True` together.");
    }
    super(params, options);
  }

  readonly #own = new OwnValues();

  protected override _update_group(
    entries: readonly StepEntry<SGDState>[],
    group: ParamGroup<SGDOptions>,
  ): void {
    const { lr, momentum, weight_decay, maximize } = group;
    if (momentum !== 0 || !native_ops()) {
      super._update_group(entries, group);
      return;
    }
    const run = <Result>(owned: boolean[], step: (numbers: Handle) => Result): Result => {
      const values = Float64Array.of(lr, weight_decay, maximize ? -1 : 1, ...owned.map(Number));
      const numbers = from_data([values.length], float64, values);
      const result = step(numbers);
      release(numbers);
      return result;
    };
    const together = new Map<DType, StepEntry<SGDState>[]>();
    for (const entry of entries) {
      const { param, grad } = entry;
      const rows = weight_decay === 0 ? pending_rows(grad) : null;
      if (rows !== null) {
        const value = run([this.#own.has(param)], (numbers) =>
          execute("TorchbookSgdRows", [param.handle, rows.values, rows.index, numbers]),
        );
        this.#own.give(param, value);
      } else if (grad.dtype !== param.dtype) {
        this._hand_out(entry, group);
      } else {
        together.set(param.dtype, [...(together.get(param.dtype) ?? []), entry]);
      }
    }
    for (const [dtype, list] of together) {
      const params = list.map(({ param }) => param);
      const handles = [...params, ...list.map(({ grad }) => grad)].map(({ handle }) => handle);
      const attrs = [attr.int("N", params.length), attr.type("T", dtype)];
      const owned = params.map((param) => this.#own.has(param));
      const values = run(owned, (numbers) =>
        execute_many("TorchbookSgdStep", [...handles, numbers], attrs, params.length),
      );
      params.forEach((param, i) => {
        this.#own.give(param, values[i]);
      });
    }
  }

  protected override update_parameter(
    param: Tensor,
    grad: Tensor,
    state: SGDState,
    group: ParamGroup<SGDOptions>,
  ): void {
    const { lr, momentum, dampening, weight_decay, nesterov, maximize } = group;
    this._compute(param, grad, state, (math, value, gradient) => {
      let g = maximize ? math.neg(gradient) : gradient;
      if (weight_decay !== 0) g = math.add_scaled(g, value, weight_decay);
      if (momentum === 0) return { param: math.add_scaled(value, g, -lr) };
      const before = state.momentum_buffer;
      const buffer = is_tensor(before)
        ? math.add_scaled(math.mul(before.handle, momentum), g, 1 - dampening)
        : g;
      const direction = nesterov ? math.add_scaled(g, buffer, momentum) : buffer;
      return { param: math.add_scaled(value, direction, -lr), momentum_buffer: buffer };
    });
  }
}
