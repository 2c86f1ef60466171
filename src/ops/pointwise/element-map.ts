/** @file Functions of elements that TensorFlow has no op for: computed one by one, in double precision. */
import { execute, from_data, ints, read } from "../../backend/engine";
import type { Handle } from "../../backend/handle";
import type { DType, TypedArray } from "../../dtype";
import { broadcast_shapes, type Shape, same_shape } from "../../shape";

/** A new tensor of the same shape, of `dtype` or else the input's, whose elements are `f` of the input's. */
export function map_elements(handle: Handle, f: (x: number) => number, dtype: DType = handle.dtype): Handle {
  const source = read(handle) as Float64Array;
  const data = new dtype.array(source.length) as Float64Array;
  for (let i = 0; i < source.length; i++) data[i] = f(source[i]);
  return from_data(handle.shape, dtype, data);
}

function spread(handle: Handle, shape: Shape): Handle {
  return same_shape(handle.shape, shape) ? handle : execute("BroadcastTo", [handle, ints(shape)]);
}

/** The elements of two tensors, broadcast to one shape. */
export function paired(a: Handle, b: Handle): { shape: number[]; left: TypedArray; right: TypedArray } {
  const shape = broadcast_shapes(a.shape, b.shape);
  return { shape, left: read(spread(a, shape)), right: read(spread(b, shape)) };
}

/** A new tensor whose elements are `f` of those of two floating tensors of one dtype, which broadcast. */
export function map_pairs(a: Handle, b: Handle, f: (x: number, y: number) => number): Handle {
  const { shape, left, right } = paired(a, b);
  const data = new a.dtype.array(left.length) as Float64Array;
  for (let i = 0; i < data.length; i++) data[i] = f(left[i] as number, right[i] as number);
  return from_data(shape, a.dtype, data);
}

/** The value at `t` in [-1, 1] of a sum of Chebyshev polynomials, by Clenshaw's recurrence. */
export function chebyshev_sum(coefficients: readonly number[], t: number): number {
  let b = 0;
  let before = 0;
  for (let i = coefficients.length - 1; i > 0; i--) {
    const next = 2 * t * b - before + coefficients[i];
    before = b;
    b = next;
  }
  return t * b - before + coefficients[0];
}
