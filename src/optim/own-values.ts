/** @file Values of parameters that an optimizer made itself and nobody else has: a step may change them where they are. */
import { release } from "../backend/engine";
import type { Handle } from "../backend/handle";
import { Tensor } from "../tensor";

/** A value's holders after {@link OwnValues.give}: the tensor that carries it over, and the parameter. */
const alone = 2;

/**
 * Knows which parameters still hold the very value that the last step gave them, alone. A large table is then neither
 * copied nor allocated anew in a step. Whoever gets at the value (a clone, a state_dict) ends that for one step.
 */
export class OwnValues {
  readonly #values = new WeakMap<Tensor, Handle>();

  /** Whether nobody but the parameter has its value. */
  has(param: Tensor): boolean {
    const value = this.#values.get(param);
    return value !== undefined && value.holders === alone && param.handle === value;
  }

  /** Gives a parameter its next value, freeing the one before if nobody else has it. */
  give(param: Tensor, value: Handle): void {
    const before = this.has(param) ? param.handle : null;
    param._write(new Tensor(value));
    this.#values.set(param, value);
    if (before !== null) release(before);
  }
}
