/** @file Arithmetic of an optimizer's step: native values without tensors or graph, and temporaries freed at once. */
import { execute, from_data, release } from "../backend/engine";
import type { Handle } from "../backend/handle";
import { type DType, float32, type TypedArray } from "../dtype";

/**
 * Computes with native values of one dtype. All that is made belongs to the object until {@link finish} frees it: a
 * parameter's temporaries are as large as the parameter, so they do not wait for the collector.
 */
export class StepMath {
  readonly #made: Handle[] = [];

  constructor(readonly dtype: DType) {}

  #run(name: string, ...inputs: Handle[]): Handle {
    const handle = execute(name, inputs);
    this.#made.push(handle);
    return handle;
  }

  /** A number; made anew, since most (step sizes, bias corrections) never come again. */
  number(value: number): Handle {
    const array = new (this.dtype.array as Float64ArrayConstructor)(1) as TypedArray;
    array[0] = value;
    const handle = from_data([], this.dtype, array);
    this.#made.push(handle);
    return handle;
  }

  #operand(value: Handle | number): Handle {
    return typeof value === "number" ? this.number(value) : value;
  }

  add(a: Handle, b: Handle | number): Handle {
    return this.#run("AddV2", a, this.#operand(b));
  }

  sub(a: Handle | number, b: Handle): Handle {
    return this.#run("Sub", this.#operand(a), b);
  }

  mul(a: Handle, b: Handle | number): Handle {
    return this.#run("Mul", a, this.#operand(b));
  }

  div(a: Handle | number, b: Handle | number): Handle {
    return this.#run("RealDiv", this.#operand(a), this.#operand(b));
  }

  neg(a: Handle): Handle {
    return this.#run("Neg", a);
  }

  abs(a: Handle): Handle {
    return this.#run("Abs", a);
  }

  sqrt(a: Handle): Handle {
    return this.#run("Sqrt", a);
  }

  square(a: Handle): Handle {
    return this.#run("Square", a);
  }

  maximum(a: Handle, b: Handle): Handle {
    return this.#run("Maximum", a, b);
  }

  /** `a + factor * b`. */
  add_scaled(a: Handle, b: Handle, factor: number): Handle {
    return this.add(a, factor === 1 ? b : this.mul(b, factor));
  }

  /** `a + weight * (b - a)`, with PyTorch's rounding on either side of 0.5. */
  lerp(a: Handle, b: Handle, weight: number): Handle {
    const difference = this.sub(b, a);
    // PyTorch decides on the weight as the tensor's dtype holds it.
    const rounded = this.dtype === float32 ? Math.fround(weight) : weight;
    if (Math.abs(rounded) < 0.5) return this.add(a, this.mul(difference, weight));
    return this.sub(b, this.mul(difference, 1 - rounded));
  }

  /** Frees all that was made but `kept`. */
  finish(kept: readonly Handle[]): void {
    for (const handle of this.#made) if (!kept.includes(handle)) release(handle);
    this.#made.length = 0;
  }
}
