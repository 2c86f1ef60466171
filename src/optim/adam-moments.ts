/** @file Adam's running averages while nobody but the optimizer has seen them: natively changed in place. */
import { execute } from "../backend/engine";
import type { Handle } from "../backend/handle";
import { zeros_like } from "../ops/value/create";
import { Tensor } from "../tensor";

/** What the averages belong to. */
interface State {
  exp_avg?: Tensor;
  exp_avg_sq?: Tensor;
}

/** Values that only this object holds. */
export interface Moments {
  readonly exp_avg: Handle;
  readonly exp_avg_sq: Handle;
}

const names = ["exp_avg", "exp_avg_sq"] as const;

function copied(tensor: Tensor): Handle {
  return execute("DeepCopy", [tensor.handle]);
}

/**
 * The averages of an optimizer's parameters, kept from view: a large embedding's would else be allocated anew in each
 * step. Who reads `state.exp_avg` gets a tensor, and from then on it is one like any other.
 */
export class HiddenMoments {
  readonly #hidden = new WeakMap<object, Moments>();

  /** The averages of a state, zeros like `param` at first; null once they have been seen. */
  of(state: State, param: Tensor): Moments | null {
    const hidden = this.#hidden.get(state);
    if (hidden !== undefined) return hidden;
    if (state.exp_avg !== undefined || state.exp_avg_sq !== undefined) return null;
    return this.#hide(state, { exp_avg: zeros_like(param).handle, exp_avg_sq: zeros_like(param).handle });
  }

  /** Takes a loaded state's averages, as copies. */
  adopt(state: State): void {
    const { exp_avg, exp_avg_sq } = state;
    if (!(exp_avg instanceof Tensor) || !(exp_avg_sq instanceof Tensor)) return;
    this.#hide(state, { exp_avg: copied(exp_avg), exp_avg_sq: copied(exp_avg_sq) });
  }

  /** Copies of a state's averages, which stay hidden; null once they have been seen. */
  copies(state: State): Record<(typeof names)[number], Tensor> | null {
    const hidden = this.#hidden.get(state);
    if (hidden === undefined) return null;
    const copy = (handle: Handle): Tensor => new Tensor(execute("DeepCopy", [handle]));
    return { exp_avg: copy(hidden.exp_avg), exp_avg_sq: copy(hidden.exp_avg_sq) };
  }

  #hide(state: State, moments: Moments): Moments {
    this.#hidden.set(state, moments);
    for (const name of names) {
      Object.defineProperty(state, name, {
        enumerable: true,
        configurable: true,
        get: () => this.#show(state)[name],
        set: (value: Tensor) => {
          this.#show(state)[name] = value;
        },
      });
    }
    return moments;
  }

  #show(state: State): Required<State> {
    const moments = this.#hidden.get(state);
    this.#hidden.delete(state);
    if (moments !== undefined) {
      for (const name of names) {
        const value = new Tensor(moments[name]);
        Object.defineProperty(state, name, { value, enumerable: true, configurable: true, writable: true });
      }
    }
    return state as Required<State>;
  }
}
