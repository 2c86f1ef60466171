/** @file The same bytes as elements of another dtype. */
import { from_data } from "../../backend/engine";
import type { DType, TypedArray } from "../../dtype";
import { RuntimeError } from "../../errors";
import type { Geometry } from "../../geometry";
import { numel, type Shape } from "../../shape";
import { Tensor } from "../../tensor";

/** Bytes read as elements of another dtype. */
function reread(value: Tensor, dtype: DType, shape: Shape): Tensor {
  const { buffer, byteOffset } = value.typed_array();
  const data = new (dtype.array as Float32ArrayConstructor)(buffer as ArrayBuffer, byteOffset, numel(shape));
  return new Tensor(from_data(shape, dtype, data as TypedArray));
}

/**
 * The same bytes as elements of another dtype, shared; the last dimension becomes longer or shorter as those are smaller or
 * larger. No gradient flows through it.
 *
 * @throws RuntimeError where the last dimension does not divide, or its elements do not lie side by side.
 */
export function view_as_dtype(input: Tensor, dtype: DType): Tensor {
  const [from, to] = [input.dtype.itemsize, dtype.itemsize];
  const { shape } = input;
  const { strides, offset } = input._geometry();
  const to_view = `to view ${input.dtype.scalar_type} as ${dtype.scalar_type} (different element sizes)`;
  let target = shape;
  if (from !== to) {
    if (input.ndim === 0) throw new RuntimeError(`self.dim() cannot be 0 ${to_view}`);
    const last = shape[shape.length - 1];
    const [stride] = strides.slice(-1);
    if (stride !== 1) {
      throw new RuntimeError(`self.stride(-1) must be 1 ${to_view}, but got ${stride}`);
    }
    const ratio = to / from;
    if (to > from) {
      if (last % ratio !== 0) {
        throw new RuntimeError(`self.size(-1) must be divisible by ${ratio} ${to_view}, but got ${last}`);
      }
      if (offset % ratio !== 0) {
        throw new RuntimeError(
          `self.storage_offset() must be divisible by ${ratio} ${to_view}, but got ${offset}`,
        );
      }
      const odd = strides.slice(0, -1).findIndex((each) => each % ratio !== 0);
      if (odd >= 0) {
        throw new RuntimeError(
          `self.stride(${odd}) must be divisible by ${ratio} ${to_view}, but got ${strides[odd]}`,
        );
      }
    }
    target = [...shape.slice(0, -1), last / ratio];
  }
  return input._make_view(reread(input, dtype, target), {
    base: input,
    detached: true,
    replay: (base) => reread(base, dtype, target),
    scatter: (base, value) => reread(value, base.dtype, base.shape),
    geometry: from === to ? (of): Geometry => of : undefined,
  });
}
