/** @file Rectangular parts of a tensor, as views, and putting other values in their place. */
import { bind } from "../args";
import { record } from "../autograd/tape";
import { attr, execute, ints } from "../backend/engine";
import { int64 } from "../dtype";
import { IndexError, RuntimeError } from "../errors";
import { normalize_dim, type Shape, size_text } from "../shape";
import { is_tensor, type Tensor } from "../tensor";
import { expect_tensor } from "./convert";
import { tensor } from "./create";
import { unsqueeze, view_of } from "./movement";

/** `length` positions of dimension `dim` from `start` on. */
export function narrow(input: Tensor, dim: number, start: number | Tensor, length: number): Tensor;
export function narrow(
  input: Tensor,
  dim: number,
  options: { start: number | Tensor; length: number },
): Tensor;
export function narrow(
  input: Tensor,
  options: { dim: number; start: number | Tensor; length: number },
): Tensor;
export function narrow(input: Tensor, ...args: unknown[]): Tensor {
  const { dim, start, length } = bind<{ dim: number; start: number | Tensor; length: number }>(
    "narrow",
    ["dim", "start", "length"],
    [],
    args,
    3,
  );
  expect_tensor("narrow", input);
  if (input.ndim === 0) throw new RuntimeError("narrow() cannot be applied to a 0-dim tensor.");
  if (length < 0) throw new RuntimeError("narrow(): length must be non-negative.");
  const at = normalize_dim(dim, input.ndim);
  const size = input.shape[at];
  if (is_tensor(start) && (start.ndim !== 0 || start.dtype.category !== 1)) {
    throw new RuntimeError("narrow(): start must be an 0-dim integral Tensor.");
  }
  const from = Number(is_tensor(start) ? start.item() : start);
  if (from < -size || from > size) {
    throw new IndexError(
      `start out of range (expected to be in range of [${-size}, ${size}], but got ${from})`,
    );
  }
  const begin = from < 0 ? from + size : from;
  if (begin + length > size) {
    throw new RuntimeError(`start (${begin}) + length (${length}) exceeds dimension size (${size}).`);
  }
  return slice(input, at, begin, begin + length);
}

/** The tensor with dimension `dim` cut to elements start, start + step, ... before end (all within bounds, step > 0). */
export function slice(input: Tensor, dim: number, start: number, end: number, step = 1): Tensor {
  const rank = input.ndim;
  const at = normalize_dim(dim, rank);
  const begins = new Array<number>(rank).fill(0);
  const ends = [...input.shape];
  const strides = new Array<number>(rank).fill(1);
  begins[at] = start;
  ends[at] = Math.max(start, end);
  strides[at] = step;
  const ranges = { begins, ends, strides, squeezed: 0 };
  return strided(input, ranges);
}

/** One position of a dimension, which goes away. */
export function select(input: Tensor, dim: number, index: number): Tensor;
export function select(input: Tensor, dim: number, options: { index: number }): Tensor;
export function select(input: Tensor, options: { dim: number; index: number }): Tensor;
export function select(input: Tensor, ...args: unknown[]): Tensor {
  const { dim, index } = bind<{ dim: number; index: number }>("select", ["dim", "index"], [], args, 2);
  expect_tensor("select", input);
  const rank = input.ndim;
  if (rank === 0) throw new RuntimeError("select() cannot be applied to a 0-dim tensor.");
  const at = normalize_dim(dim, rank);
  const size = input.shape[at];
  if (index < -size || index >= size) {
    throw new IndexError(
      `select(): index ${index} out of range for tensor of size [${input.shape.join(", ")}] at dimension ${at}`,
    );
  }
  const position = index < 0 ? index + size : index;
  const begins = new Array<number>(rank).fill(0);
  const ends = [...input.shape];
  begins[at] = position;
  ends[at] = position + 1;
  return strided(input, { begins, ends, strides: new Array<number>(rank).fill(1), squeezed: 1 << at });
}

/** What {@link strided} takes of every dimension; bits of `squeezed` name those that go away. */
export interface Ranges {
  readonly begins: Shape;
  readonly ends: Shape;
  readonly strides: Shape;
  readonly squeezed: number;
}

/** A rectangular part with steps, as a view. All of slicing comes down to it. */
export function strided(input: Tensor, ranges: Ranges): Tensor {
  const handle = execute(
    "StridedSlice",
    [input.handle, ints(ranges.begins), ints(ranges.ends), ints(ranges.strides)],
    [attr.int("shrink_axis_mask", ranges.squeezed)],
  );
  const output = record("strided", handle, [input], [], ranges);
  return view_of(
    input,
    output,
    (base) => strided(base, ranges),
    (base, value) => strided_scatter(base, value, ranges),
  );
}

/** `base` with the part that {@link strided} takes replaced by `value`. */
export function strided_scatter(base: Tensor, value: Tensor, ranges: Ranges): Tensor {
  const handle = execute(
    "TensorStridedSliceUpdate",
    [base.handle, ints(ranges.begins), ints(ranges.ends), ints(ranges.strides), value.handle],
    [attr.int("shrink_axis_mask", ranges.squeezed)],
  );
  return record("strided_scatter", handle, [base, value], [], ranges);
}

/** A tensor of zeros of `shape` with `value` where {@link strided} would take it: the gradient of `strided`. */
export function strided_zeros(value: Tensor, shape: Shape, ranges: Ranges): Tensor {
  const handle = execute(
    "StridedSliceGrad",
    [ints(shape), ints(ranges.begins), ints(ranges.ends), ints(ranges.strides), value.handle],
    [attr.int("shrink_axis_mask", ranges.squeezed)],
  );
  return record("strided_zeros", handle, [value], [], ranges);
}

/** The input with `src` in place of what `select(dim, index)` gives. */
export function select_scatter(input: Tensor, src: Tensor, dim: number, index: number): Tensor;
export function select_scatter(input: Tensor, src: Tensor, options: { dim: number; index: number }): Tensor;
export function select_scatter(input: Tensor, options: { src: Tensor; dim: number; index: number }): Tensor;
export function select_scatter(input: Tensor, ...args: unknown[]): Tensor {
  const { src, dim, index } = bind<{ src: Tensor; dim: number; index: number }>(
    "select_scatter",
    ["src", "dim", "index"],
    [],
    args,
    3,
  );
  expect_tensor("select_scatter", input);
  const at = normalize_dim(dim, input.ndim);
  const size = input.shape[at];
  const place = index < 0 ? index + size : index;
  const expected = input.shape.filter((_, d) => d !== at);
  if (src.shape.join() !== expected.join()) {
    throw new RuntimeError(
      `expected src to have a size equal to the slice of self. src size = ${size_text(src.shape)}, slice size = ${size_text(expected)}`,
    );
  }
  // The select checks the index.
  input.select(at, index);
  const places = tensor([place], { dtype: int64 });
  return input.index_copy(at, places, unsqueeze(src, at));
}
