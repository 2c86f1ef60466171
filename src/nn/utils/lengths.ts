/** @file Lengths of sequences, as users give them and as ops take them. */
import { from_data } from "../../backend/engine";
import type { Handle } from "../../backend/handle";
import { int32, int64 } from "../../dtype";
import { RuntimeError } from "../../errors";
import { is_tensor, Tensor } from "../../tensor";

/** Lengths of sequences: a vector of integers or a list of numbers. */
export type Lengths = Tensor | readonly number[];

export function index_vector(values: Int32Array): Handle {
  return from_data([values.length], int32, values);
}

export function numbers_of(name: string, values: Lengths): number[] {
  if (!is_tensor(values)) {
    if (Array.isArray(values)) return values.map(Number);
    throw new TypeError(`${name}(): lengths must be a Tensor or a list of numbers, not ${typeof values}`);
  }
  if (values.ndim !== 1 || values.dtype.category !== 1) {
    throw new RuntimeError(
      `${name}(): 'lengths' should be a 1-D tensor of integers, but got a ${values.ndim}-D ${values.dtype} tensor`,
    );
  }
  return Array.from(values.typed_array(), Number);
}

export function int64_vector(values: readonly number[]): Tensor {
  return new Tensor(from_data([values.length], int64, BigInt64Array.from(values, BigInt)));
}
