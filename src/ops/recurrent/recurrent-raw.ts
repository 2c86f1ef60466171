/** @file The few raw operations that the recurrent layers' time loops are made of: handles in, handles out, no recording. */
import { attr, execute, execute_many, ints, release, scalar } from "../../backend/engine";
import type { Handle } from "../../backend/handle";
import { type DType, int32 } from "../../dtype";

const plain = [attr.bool("transpose_a", false), attr.bool("transpose_b", false)];
const right_transposed = [attr.bool("transpose_a", false), attr.bool("transpose_b", true)];

/** `a @ b`. */
export const matmul = (a: Handle, b: Handle): Handle => execute("MatMul", [a, b], plain);
/** `a @ b.T`. */
export const matmul_bt = (a: Handle, b: Handle): Handle => execute("MatMul", [a, b], right_transposed);
/** A matrix turned over. */
export const transpose = (a: Handle): Handle => execute("Transpose", [a, ints([1, 0])]);
/** `a.T @ b`, by way of its transpose, which is faster where `a` is the wider one. */
export const matmul_at = (a: Handle, b: Handle): Handle =>
  using_temporary(transpose(b), (turned) => using_temporary(matmul(turned, a), transpose));

export const add = (a: Handle, b: Handle): Handle => execute("AddV2", [a, b]);
export const sub = (a: Handle, b: Handle): Handle => execute("Sub", [a, b]);
export const mul = (a: Handle, b: Handle): Handle => execute("Mul", [a, b]);
export const sigmoid = (a: Handle): Handle => execute("Sigmoid", [a]);
export const tanh = (a: Handle): Handle => execute("Tanh", [a]);
export const relu = (a: Handle): Handle => execute("Relu", [a]);

/** `y (1 - y)`: the slope of the sigmoid at its result. */
export const sigmoid_slope = (y: Handle): Handle => using_temporary(mul(y, y), (yy) => sub(y, yy));
/** `1 - y²`: the slope of tanh at its result. */
export const tanh_slope = (y: Handle): Handle =>
  using_temporary(mul(y, y), (yy) => sub(scalar(1, y.dtype), yy));

/** Frees `temporary` once `use` has its result. */
export function using_temporary(temporary: Handle, use: (temporary: Handle) => Handle): Handle {
  const result = use(temporary);
  release(temporary);
  return result;
}

/** Frees several handles. */
export function release_all(handles: readonly Handle[]): void {
  for (const handle of handles) release(handle);
}

export const reshape = (a: Handle, shape: readonly number[]): Handle => execute("Reshape", [a, ints(shape)]);

/** The first two dimensions exchanged. */
export const swap = (a: Handle): Handle => execute("Transpose", [a, ints([1, 0, 2])]);

export const zeros = (shape: readonly number[], dtype: DType): Handle =>
  execute("Fill", [ints(shape), scalar(0, dtype)]);

/** Sum over the rows of a matrix. */
export const sum_rows = (a: Handle): Handle =>
  execute("Sum", [a, ints([0])], [attr.bool("keep_dims", false)]);

/** Rows `from` to `to`. */
function rows(a: Handle, from: number, to: number): Handle {
  const begin = new Array<number>(a.shape.length).fill(0);
  begin[0] = from;
  const size = [to - from, ...a.shape.slice(1)];
  return execute("Slice", [a, ints(begin), ints(size)]);
}

/** Joined along a dimension. Always a handle of its own. */
export function concat(parts: readonly Handle[], dim: number): Handle {
  if (parts.length === 1) return execute("Identity", [parts[0]]);
  return execute(
    "ConcatV2",
    [...parts, scalar(dim, int32)],
    [attr.int("N", parts.length), attr.type("T", parts[0].dtype), attr.type("Tidx", int32)],
  );
}

/** {@link concat}, and frees the parts. */
export function join(parts: readonly Handle[], dim = 0): Handle {
  const joined = concat(parts, dim);
  release_all(parts);
  return joined;
}

/** Stacked along a new dimension. */
export function stack(parts: readonly Handle[], dim: number): Handle {
  return execute("Pack", parts, [
    attr.int("N", parts.length),
    attr.type("T", parts[0].dtype),
    attr.int("axis", dim),
  ]);
}

/** Cut along a dimension into parts of the given sizes. */
export function split(a: Handle, sizes: readonly number[], dim: number): Handle[] {
  return execute_many(
    "SplitV",
    [a, ints(sizes), scalar(dim, int32)],
    [attr.int("num_split", sizes.length)],
    sizes.length,
  );
}

/** The parts of the leading dimension, without that dimension. */
export function unstack(a: Handle): Handle[] {
  const count = a.shape[0];
  return execute_many("Unpack", [a], [attr.int("num", count), attr.int("axis", 0)], count);
}

/**
 * A state over time whose number of rows follows the batch: rows that end are kept, rows that begin come from `initial`.
 *
 * Sequences of a batch are sorted by length, so going forward in time rows only end, going back they only begin.
 * Nothing is freed before {@link finish}: values are outputs of the layer as well.
 */
export class RowState {
  value: Handle;
  readonly #initial: Handle;
  readonly #ended: Handle[] = [];
  readonly #trash: Handle[] = [];

  /** @param initial All rows' beginning; stays the caller's. */
  constructor(initial: Handle, count: number) {
    this.#initial = initial;
    this.value = initial;
    if (count !== initial.shape[0]) {
      this.value = rows(initial, 0, count);
      this.#trash.push(this.value);
    }
  }

  /** Adjusts to `count` rows. */
  resize(count: number): void {
    const before = this.value.shape[0];
    if (count < before) {
      const [stay, end] = split(this.value, [count, before - count], 0);
      this.#ended.push(end);
      this.#trash.push(stay, end);
      this.value = stay;
    } else if (count > before) {
      const begin = rows(this.#initial, before, count);
      this.value = concat([this.value, begin], 0);
      this.#trash.push(begin, this.value);
    }
  }

  /** All rows, each as it was at its end, in a handle of its own; call {@link free} when the values were used. */
  finish(): Handle {
    return concat([this.value, ...this.#ended.reverse()], 0);
  }

  /** Frees what resizing made. */
  free(): void {
    release_all(this.#trash);
  }
}
