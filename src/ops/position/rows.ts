/** @file Rows of a two-dimensional arrangement by index: what picking and placing by index tensors comes down to. */
import { record } from "../../autograd/tape";
import { execute, from_data, ints, read, scalar } from "../../backend/engine";
import type { Handle } from "../../backend/handle";
import { native_ops } from "../../backend/native-ops";
import { bool, int32, int64 } from "../../dtype";
import { IndexError, RuntimeError } from "../../errors";
import { size_text } from "../../shape";
import type { Tensor } from "../../tensor";
import { cast } from "../value/convert";

/** Rows `index` of `input` (rows, ...): shape index.shape + rest. The index is in range. */
export function take_rows(input: Tensor, index: Handle): Tensor {
  const handle = execute("GatherV2", [input.handle, index, scalar(0, int32)]);
  return record("take_rows", handle, [input], [], index);
}

/** Rows of `values` (index.shape + rest) added up where their index points, in an array of `rows` rows. */
export function add_rows(values: Tensor, index: Handle, rows: number): Tensor {
  if (values.dtype === bool) return cast(add_rows(cast(values, int32), index, rows), bool);
  const handle = execute("UnsortedSegmentSum", [values.handle, index, scalar(rows, int32)]);
  return record("add_rows", handle, [values], [], index);
}

/** `base` with the rows at `index` (n) replaced by `values` (n + rest); the last one counts where an index comes twice. */
export function put_rows(base: Tensor, index: Handle, values: Tensor): Tensor {
  // TensorFlow refuses rows without elements.
  if (values.numel() === 0) return record("put_rows", base.handle, [base, values], [], index);
  const handle = execute("TensorScatterUpdate", [base.handle, column(index), values.handle]);
  return record("put_rows", handle, [base, values], [], index);
}

/** {@link take_rows} for an index vector (n) in which no row comes twice. */
export function pick_rows(input: Tensor, index: Handle): Tensor {
  const handle = execute("GatherV2", [input.handle, index, scalar(0, int32)]);
  return record("pick_rows", handle, [input], [], index);
}

/** Rows `values` (n + rest) where `index` (n) says, each place at most once, and `padding` in all other of `rows` rows. */
export function place_rows(values: Tensor, index: Handle, rows: number, padding = 0): Tensor {
  const { dtype } = values;
  const value = scalar(padding, dtype);
  if (native_ops()) {
    const handle = execute("TorchbookPlaceRows", [values.handle, index, scalar(rows, int32), value]);
    return record("place_rows", handle, [values], [], index);
  }
  const base = execute("Fill", [ints([rows, ...values.shape.slice(1)]), value]);
  const handle = execute("TensorScatterUpdate", [base, column(index), values.handle]);
  return record("place_rows", handle, [values], [], index);
}

/** An index vector (n) as TensorFlow's scatter ops take it: (n, 1). */
function column(index: Handle): Handle {
  return execute("ExpandDims", [index, scalar(-1, int32)]);
}

/**
 * An index tensor as positions, negative ones counted from the end.
 *
 * @throws IndexError for one out of range.
 */
export function positions(name: string, index: Tensor, size: number, dim: number, negative: boolean): Handle {
  if (index.dtype.category !== 1) {
    throw new IndexError(`${name}(): Expected dtype int32/int64 for index, but got ${index.dtype}`);
  }
  const data = read(index.handle);
  let below = false;
  for (let i = 0; i < data.length; i++) {
    const at = Number(data[i]);
    if (at >= size || at < (negative ? -size : 0)) {
      throw new IndexError(`${name}: index ${at} is out of bounds for dimension ${dim} with size ${size}`);
    }
    if (at < 0) below = true;
  }
  if (!below)
    return index.dtype === int64 || index.dtype === int32 ? index.handle : cast(index, int32).handle;
  const fixed = Int32Array.from(data as Int32Array, (value) => {
    const at = Number(value);
    return at < 0 ? at + size : at;
  });
  return from_data(index.shape, int32, fixed);
}

/** Positions in the flattened input of what `gather` and `scatter` along `dim` mean. */
export function flat_positions(name: string, input: Tensor, dim: number, index: Tensor): Int32Array {
  if (index.dtype !== int64 && index.dtype !== int32) {
    throw new RuntimeError(`${name}(): Expected dtype int64 for index`);
  }
  const rank = Math.max(input.ndim, 1);
  if (Math.max(index.ndim, 1) !== rank) {
    throw new RuntimeError("Index tensor must have the same number of dimensions as input tensor");
  }
  const shape = input.ndim === 0 ? [1] : input.shape;
  const sizes = index.ndim === 0 ? [1] : index.shape;
  for (let d = 0; d < rank; d++) {
    if (d !== dim && sizes[d] > shape[d]) {
      throw new RuntimeError(
        `Size does not match at dimension ${d} expected index ${size_text(index.shape)} to be no larger than self ` +
          `${size_text(input.shape)} apart from dimension ${dim}`,
      );
    }
  }
  const strides = new Array<number>(rank).fill(1);
  for (let d = rank - 2; d >= 0; d--) strides[d] = strides[d + 1] * shape[d + 1];
  const data = read(index.handle);
  const flat = new Int32Array(data.length);
  const counter = new Array<number>(rank).fill(0);
  let base = 0;
  for (let i = 0; i < data.length; i++) {
    const at = Number(data[i]);
    if (at < 0 || at >= shape[dim]) {
      throw new IndexError(
        `${name}(): index ${at} is out of bounds for dimension ${dim} with size ${shape[dim]}`,
      );
    }
    flat[i] = base + at * strides[dim];
    for (let d = rank - 1; d >= 0; d--) {
      if (++counter[d] < sizes[d]) {
        if (d !== dim) base += strides[d];
        break;
      }
      if (d !== dim) base -= (sizes[d] - 1) * strides[d];
      counter[d] = 0;
    }
  }
  return flat;
}
