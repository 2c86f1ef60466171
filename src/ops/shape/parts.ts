/** @file Rectangular parts of a tensor, as views, and putting other values in their place. */
import { bind } from "../../args";
import { named, record } from "../../autograd/tape";
import { attr, execute, ints } from "../../backend/engine";
import { IndexError, RuntimeError } from "../../errors";
import { normalize_dim, type Shape, same_shape, size_text } from "../../shape";
import { is_tensor, type Tensor } from "../../tensor";
import { cast, expect_tensor } from "../value/convert";

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
  return strided(input, slice_ranges(input, normalize_dim(dim, input.ndim), start, end, step));
}

function slice_ranges(input: Tensor, at: number, start: number, end: number, step: number): Ranges {
  const rank = input.ndim;
  const begins = new Array<number>(rank).fill(0);
  const ends = [...input.shape];
  const strides = new Array<number>(rank).fill(1);
  begins[at] = start;
  ends[at] = Math.max(start, end);
  strides[at] = step;
  return { begins, ends, strides, squeezed: 0 };
}

/** One position of a dimension, which goes away. */
export function select(input: Tensor, dim: number, index: number): Tensor;
export function select(input: Tensor, dim: number, options: { index: number }): Tensor;
export function select(input: Tensor, options: { dim: number; index: number }): Tensor;
export function select(input: Tensor, ...args: unknown[]): Tensor {
  const { dim, index } = bind<{ dim: number; index: number }>("select", ["dim", "index"], [], args, 2);
  expect_tensor("select", input);
  return named("SelectBackward0", strided(input, selected(input, dim, index)), input);
}

function selected(input: Tensor, dim: number, index: number): Ranges {
  const rank = input.ndim;
  if (rank === 0) throw new RuntimeError("select() cannot be applied to a 0-dim tensor.");
  const at = normalize_dim(dim, rank);
  const size = input.shape[at];
  if (!Number.isInteger(index))
    throw new TypeError(`select(): argument 'index' must be int, not ${String(index)}`);
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
  return { begins, ends, strides: new Array<number>(rank).fill(1), squeezed: 1 << at };
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
  return input._make_view(output, {
    base: input,
    replay: (base) => strided(base, ranges),
    scatter: (base, value) => strided_scatter(base, value, ranges),
    geometry: ({ strides, offset }) => ({
      strides: strides
        .map((stride, d) => stride * ranges.strides[d])
        .filter((_, d) => ((ranges.squeezed >> d) & 1) === 0),
      offset: strides.reduce((at, stride, d) => at + stride * ranges.begins[d], offset),
    }),
  });
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

/** `input` with `src` in place of the part that `ranges` name. */
function scattered(name: string, input: Tensor, src: Tensor, part: Tensor, ranges: Ranges): Tensor {
  if (!same_shape(src.shape, part.shape)) {
    throw new RuntimeError(
      `${name}(): expected src to have a size equal to the slice of self. src size = ${size_text(src.shape)}, slice size = ` +
        size_text(part.shape),
    );
  }
  return strided_scatter(input, cast(src, input.dtype), ranges);
}

/** The input with `src` in place of what `select(dim, index)` gives. */
export function select_scatter(input: Tensor, src: Tensor, dim: number, index: number): Tensor;
export function select_scatter(input: Tensor, src: Tensor, options: { dim: number; index: number }): Tensor;
export function select_scatter(input: Tensor, options: { src: Tensor; dim: number; index: number }): Tensor;
export function select_scatter(input: Tensor, ...args: unknown[]): Tensor {
  type Args = { src: Tensor; dim: number; index: number };
  const { src, dim, index } = bind<Args>("select_scatter", ["src", "dim", "index"], [], args, 3);
  expect_tensor("select_scatter", input);
  const ranges = selected(input, dim, index);
  const value = expect_tensor("select_scatter", src, "src");
  return scattered("select_scatter", input, value, strided(input, ranges), ranges);
}

type Slicing = { dim?: number; start?: number | null; end?: number | null; step?: number };

/** What Python's `start:end:step` names of dimension `dim`. */
function sliced(name: string, input: Tensor, { dim = 0, start, end, step = 1 }: Slicing): Ranges {
  if (input.ndim === 0) throw new RuntimeError(`${name}() cannot be applied to a 0-dim tensor.`);
  const at = normalize_dim(dim, input.ndim);
  if (!(step > 0)) throw new RuntimeError(`${name}(): slice step must be positive`);
  const size = input.shape[at];
  const clamp = (value: number): number => Math.min(Math.max(value < 0 ? value + size : value, 0), size);
  return slice_ranges(input, at, clamp(start ?? 0), clamp(end ?? size), step);
}

/** Elements start, start + step, ... before end of dimension `dim` (0), cut to what is there, as a view. */
export function slice_of(
  input: Tensor,
  dim?: number,
  start?: number | null | Slicing,
  end?: number | null | Slicing,
  step?: number | Slicing,
): Tensor;
export function slice_of(input: Tensor, options: Slicing): Tensor;
export function slice_of(input: Tensor, ...args: unknown[]): Tensor {
  const given = bind<Slicing>("slice", ["dim", "start", "end", "step"], [], args);
  return strided(input, sliced("slice", input, given));
}

/**
 * The input with `src` in place of the elements start, start + step, ... before end of dimension `dim` (0).
 *
 * @throws RuntimeError unless `src` has the shape of that part.
 * @example
 * torch.slice_scatter(torch.zeros(8, 8), torch.ones(2, 8), { start: 6 })
 */
export function slice_scatter(
  input: Tensor,
  src: Tensor,
  dim?: number,
  start?: number | null | Slicing,
  end?: number | null | Slicing,
  step?: number | Slicing,
): Tensor;
export function slice_scatter(input: Tensor, src: Tensor, options: Slicing): Tensor;
export function slice_scatter(input: Tensor, options: Slicing & { src: Tensor }): Tensor;
export function slice_scatter(input: Tensor, ...args: unknown[]): Tensor {
  const { src, ...given } = bind<Slicing & { src: Tensor }>(
    "slice_scatter",
    ["src", "dim", "start", "end", "step"],
    [],
    args,
    1,
  );
  expect_tensor("slice_scatter", input);
  const ranges = sliced("slice_scatter", input, given);
  const value = expect_tensor("slice_scatter", src, "src");
  return scattered("slice_scatter", input, value, strided(input, ranges), ranges);
}
