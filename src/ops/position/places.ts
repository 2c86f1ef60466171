/** @file Elements of a tensor by their places in row-major order. */
import { record } from "../../autograd/tape";
import { execute, from_data, ints, read } from "../../backend/engine";
import type { Handle } from "../../backend/handle";
import { int32 } from "../../dtype";
import { differing } from "../../geometry";
import { numel, type Shape } from "../../shape";
import type { Tensor } from "../../tensor";
import { put_rows, take_rows } from "./rows";

function reshaped(input: Tensor, shape: Shape): Tensor {
  return record("reshape", execute("Reshape", [input.handle, ints(shape)]), [input]);
}

/** The elements of `input` at the given places, in the given shape; no view. */
export function take_places(input: Tensor, at: Int32Array, shape: Shape): Tensor {
  return take_rows(reshaped(input, [input.numel()]), from_data(shape, int32, at));
}

/**
 * `input` with its elements at the given places replaced by those of `value`.
 *
 * @param before Leaves out those that `value` has in common with this: what stays as it is must not undo what is written to
 *   the same place by another element.
 */
export function put_places(input: Tensor, at: Int32Array, value: Tensor, before?: Handle): Tensor {
  if (before !== undefined) {
    const moved = differing(read(before), value.typed_array());
    const kept = take_places(value, Int32Array.from(moved), [moved.length]);
    return put_places(
      input,
      Int32Array.from(moved, (i) => at[i]),
      kept,
    );
  }
  const count = numel(value.shape);
  const flat = put_rows(
    reshaped(input, [input.numel()]),
    from_data([count], int32, at),
    reshaped(value, [count]),
  );
  return reshaped(flat, input.shape);
}
