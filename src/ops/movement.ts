/** @file Operations that rearrange or pick elements and share them with their input: PyTorch's views. */
import { record } from "../autograd/tape";
import { attr, execute, ints } from "../backend/engine";
import { RuntimeError } from "../errors";
import { infer_shape, normalize_dim, range, type Shape } from "../shape";
import type { Tensor, View } from "../tensor";

/** Makes `output` a view of `base`. */
function view_of(base: Tensor, output: Tensor, replay: View["replay"], scatter: View["scatter"]): Tensor {
  return base._make_view(output, { base, replay, scatter });
}

/** Sizes given as a list or one by one. */
export type Sizes = [sizes: Shape] | number[];

export function sizes_of(args: Sizes): Shape {
  return Array.isArray(args[0]) ? args[0] : (args as number[]);
}

/**
 * The same elements in another shape; one size may be -1.
 *
 * @example
 * x.reshape(2, -1); x.reshape([6])
 */
export function reshape(input: Tensor, ...sizes: Sizes): Tensor {
  const shape = infer_shape(sizes_of(sizes), input.numel());
  const output = record("reshape", execute("Reshape", [input.handle, ints(shape)]), [input]);
  return view_of(
    input,
    output,
    (base) => reshape(base, shape),
    (base, value) => reshape(value, base.shape),
  );
}

/** {@link reshape}: tensors here are always contiguous. */
export function view(input: Tensor, ...sizes: Sizes): Tensor {
  return reshape(input, ...sizes);
}

/** The dimensions in another order. */
export function permute(input: Tensor, ...dims: Sizes): Tensor {
  const order = sizes_of(dims).map((dim) => normalize_dim(dim, input.ndim));
  if (order.length !== input.ndim) {
    throw new RuntimeError(
      `permute(sparse_coo): number of dimensions in the tensor input does not match the length of the desired ordering of ` +
        `dimensions i.e. input.dim() = ${input.ndim} is not equal to len(dims) = ${order.length}`,
    );
  }
  if (new Set(order).size !== order.length)
    throw new RuntimeError("permute(): duplicate dims are not allowed.");
  const inverse = order.map((_, i) => order.indexOf(i));
  const output = record("permute", execute("Transpose", [input.handle, ints(order)]), [input], [], inverse);
  return view_of(
    input,
    output,
    (base) => permute(base, order),
    (_, value) => permute(value, inverse),
  );
}

/** Two dimensions swapped. */
export function transpose(input: Tensor, dim0: number, dim1: number): Tensor {
  const a = normalize_dim(dim0, input.ndim);
  const b = normalize_dim(dim1, input.ndim);
  if (input.ndim === 0) return reshape(input, []);
  const order = range(input.ndim);
  [order[a], order[b]] = [b, a];
  return permute(input, order);
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
export function select(input: Tensor, dim: number, index: number): Tensor {
  const rank = input.ndim;
  if (rank === 0) throw new RuntimeError("select() cannot be applied to a 0-dim tensor.");
  const at = normalize_dim(dim, rank);
  const size = input.shape[at];
  if (index < -size || index >= size) {
    throw new RangeError(
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

/** Size-1 dimensions repeated to `sizes` without a copy in PyTorch; -1 keeps a size. New dimensions come in front. */
export function expand(input: Tensor, ...sizes: Sizes): Tensor {
  const target = [...sizes_of(sizes)];
  const lead = target.length - input.ndim;
  if (lead < 0) {
    throw new RuntimeError(
      `expand(${input.dtype.scalar_type}Tensor{${`[${input.shape.join(", ")}]`}}, size=[${target.join(", ")}]): the number of sizes provided ` +
        `(${target.length}) must be greater or equal to the number of dimensions in the tensor (${input.ndim})`,
    );
  }
  for (let i = 0; i < target.length; i++) {
    const size = i < lead ? undefined : input.shape[i - lead];
    if (target[i] === -1) {
      if (size === undefined) {
        throw new RuntimeError(
          `expand: the expanded size of the tensor (-1) isn't allowed in a leading, non-existing dimension ${i}`,
        );
      }
      target[i] = size;
    } else if (size !== undefined && size !== 1 && size !== target[i]) {
      throw new RuntimeError(
        `The expanded size of the tensor (${target[i]}) must match the existing size (${size}) at non-singleton dimension ${i}. ` +
          `Target sizes: [${target.join(", ")}]. Tensor sizes: [${input.shape.join(", ")}]`,
      );
    }
  }
  const output = record("expand", execute("BroadcastTo", [input.handle, ints(target)]), [input]);
  return view_of(
    input,
    output,
    (base) => expand(base, target),
    () => {
      throw new RuntimeError(
        "unsupported operation: more than one element of the written-to tensor refers to a single memory location. Please " +
          "clone() the tensor before performing the operation.",
      );
    },
  );
}
