/** @file Elements of a tensor by their places in row-major order. */
import { record } from "../../autograd/tape";
import { execute, from_data, ints } from "../../backend/engine";
import { int32 } from "../../dtype";
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

/** `input` with its elements at the given places replaced by those of `value`. */
export function put_places(input: Tensor, at: Int32Array, value: Tensor): Tensor {
  const count = numel(value.shape);
  const flat = put_rows(
    reshaped(input, [input.numel()]),
    from_data([count], int32, at),
    reshaped(value, [count]),
  );
  return reshaped(flat, input.shape);
}
