/** @file Operations that rearrange or pick elements and share them with their input: PyTorch's views. */

import { bind, is_options, none, operand } from "../../args";
import { named, record } from "../../autograd/tape";
import { execute, ints } from "../../backend/engine";
import { DType } from "../../dtype";
import { RuntimeError } from "../../errors";
import { reshaped_strides } from "../../geometry";
import {
  check_size,
  infer_shape,
  normalize_dim,
  normalize_dims,
  numel,
  range,
  type Shape,
  size_text,
} from "../../shape";
import { is_tensor, type Tensor } from "../../tensor";
import { put_places } from "../position/places";
import { expect_tensor } from "../value/convert";
import { view_as_dtype } from "./view-as-dtype";

/** Sizes given as a list or one by one. */
export type Sizes = [sizes: Shape] | number[];

/** Whether an argument is a whole number, or a tensor that holds one (as Python's `__index__` takes it). */
function whole(value: unknown): number | null {
  if (typeof value === "number" && Number.isInteger(value)) return value;
  if (typeof value === "bigint") return Number(value);
  if (is_tensor(value) && value.ndim === 0 && value.dtype.category === 1) return Number(value.item());
  return null;
}

/**
 * The whole numbers that a function takes as a list, one by one, or by keyword.
 *
 * @throws TypeError for anything else, an unknown keyword, or nothing at all.
 */
export function whole_numbers(name: string, parameter: string, args: readonly unknown[]): number[] {
  const last = args[args.length - 1];
  let given: readonly unknown[] = args;
  if (args.length === 1 && Array.isArray(args[0])) given = args[0];
  else if (is_options(last)) {
    const list = args.length > 1 ? args.slice(0, -1) : [];
    const value = bind<Record<string, unknown>>(
      name,
      [parameter],
      [],
      list.length > 0 ? [list, last] : [last],
      1,
    )[parameter];
    given = Array.isArray(value) ? value : [value];
  } else if (Array.isArray(args[0])) none(name, args.slice(1));
  return given.map((value) => {
    const number = whole(value);
    if (number === null) {
      const kind = value === null ? "null" : Array.isArray(value) ? "array" : typeof value;
      throw new TypeError(
        `${name}(): argument '${parameter}' must be whole numbers, but found ${kind} ${String(value)}`,
      );
    }
    return number;
  });
}

/**
 * The same elements in another shape; one size may be -1.
 *
 * @example
 * x.reshape(2, -1); x.reshape([6])
 */
export function reshape(input: Tensor, ...shape: Sizes): Tensor;
export function reshape(input: Tensor, options: { shape: Shape }): Tensor;
export function reshape(input: Tensor, ...args: unknown[]): Tensor {
  const count = expect_tensor("reshape", input).numel();
  return reshaped(input, infer_shape(whole_numbers("reshape", "shape", args), count));
}

/** The input in another shape: a view, or a copy of a view whose elements do not lie so that strides could say it. */
function reshaped(input: Tensor, shape: Shape): Tensor {
  const output = record("reshape", execute("Reshape", [input.handle, ints(shape)]), [input]);
  if (input._view === null && input._layout === null) return reshape_view(input, output, shape);
  const fits = reshaped_strides(input.shape, input._geometry().strides, shape) !== null;
  return fits ? reshape_view(input, output, shape) : output;
}

function reshape_view(base: Tensor, output: Tensor, shape: Shape): Tensor {
  return base._make_view(output, {
    base,
    replay: (from) => record("reshape", execute("Reshape", [from.handle, ints(shape)]), [from]),
    scatter: (to, value) => record("reshape", execute("Reshape", [value.handle, ints(to.shape)]), [value]),
    geometry: (of, from) => ({
      strides: reshaped_strides(from, of.strides, shape) as number[],
      offset: of.offset,
    }),
  });
}

/**
 * The same elements in another shape, always shared; one size may be -1. With a dtype: the same bytes as elements of that.
 *
 * @throws RuntimeError where the elements lie so that no strides say it; {@link reshape} copies then.
 */
export function view(input: Tensor, ...shape: Sizes): Tensor;
export function view(input: Tensor, dtype: DType): Tensor;
export function view(input: Tensor, options: { shape: Shape }): Tensor;
export function view(input: Tensor, ...args: unknown[]): Tensor {
  if (args[0] instanceof DType) {
    none("view", args.slice(1));
    return view_as_dtype(input, args[0]);
  }
  const shape = infer_shape(whole_numbers("view", "shape", args), input.numel());
  if (reshaped_strides(input.shape, input._geometry().strides, shape) === null) {
    throw new RuntimeError(
      "view size is not compatible with input tensor's size and stride (at least one dimension spans across two contiguous " +
        "subspaces). Use .reshape(...) instead.",
    );
  }
  const output = record("reshape", execute("Reshape", [input.handle, ints(shape)]), [input]);
  return reshape_view(input, output, shape);
}

/** The dimensions in another order. */
export function permute(input: Tensor, ...dims: Sizes): Tensor;
export function permute(input: Tensor, options: { dims: Shape }): Tensor;
export function permute(input: Tensor, ...args: unknown[]): Tensor {
  const order = whole_numbers("permute", "dims", args).map((dim) => normalize_dim(dim, input.ndim));
  expect_tensor("permute", input);
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
  const turned = input._make_view(output, {
    base: input,
    replay: (base) => permute(base, order),
    scatter: (_, value) => permute(value, inverse),
    geometry: ({ strides, offset }) => ({ strides: order.map((dim) => strides[dim]), offset }),
  });
  turned._permuted = true;
  return turned;
}

/** Two dimensions swapped. */
export function transpose(input: Tensor, dim0: number, dim1: number): Tensor;
export function transpose(input: Tensor, dim0: number, options: { dim1: number }): Tensor;
export function transpose(input: Tensor, options: { dim0: number; dim1: number }): Tensor;
export function transpose(input: Tensor, ...args: unknown[]): Tensor {
  const { dim0, dim1 } = bind<{ dim0: number; dim1: number }>("transpose", ["dim0", "dim1"], [], args, 2);
  expect_tensor("transpose", input);
  const a = normalize_dim(dim0, input.ndim);
  const b = normalize_dim(dim1, input.ndim);
  if (input.ndim === 0) return reshape(input, []);
  const order = range(input.ndim);
  [order[a], order[b]] = [b, a];
  return named("TransposeBackward0", permute(input, order), input);
}

/** A matrix with its dimensions swapped; tensors of fewer dimensions as they are. @throws RuntimeError above two dimensions. */
export function t(input: Tensor, ...more: []): Tensor {
  none("t", more);
  expect_tensor("t", input);
  if (input.ndim > 2) {
    throw new RuntimeError(`t() expects a tensor with <= 2 dimensions, but self is ${input.ndim}D`);
  }
  return named("TBackward0", input.ndim < 2 ? reshape(input, input.shape) : permute(input, [1, 0]), input);
}

/** The last two dimensions swapped, as elements are real. @throws RuntimeError for a vector. */
export function adjoint(input: Tensor, ...more: []): Tensor {
  none("adjoint", more);
  return expect_tensor("adjoint", input)._turned("adjoint()");
}

/** Dimensions moved from the positions `source` to `destination`, the others keeping their order. */
export function movedim(input: Tensor, source: number | Shape, destination: number | Shape): Tensor;
export function movedim(
  input: Tensor,
  source: number | Shape,
  options: { destination: number | Shape },
): Tensor;
export function movedim(
  input: Tensor,
  options: { source: number | Shape; destination: number | Shape },
): Tensor;
export function movedim(input: Tensor, ...args: unknown[]): Tensor {
  const { source, destination } = bind<{ source: number | Shape; destination: number | Shape }>(
    "movedim",
    ["source", "destination"],
    [],
    args,
    2,
  );
  expect_tensor("movedim", input);
  const rank = input.ndim;
  if (typeof source !== "number" && !Array.isArray(source)) {
    throw new TypeError(
      `movedim(): argument 'source' must be an int or a list of ints, not ${typeof source}`,
    );
  }
  const from = (typeof source === "number" ? [source] : source).map((dim) => normalize_dim(dim, rank));
  const to = (typeof destination === "number" ? [destination] : destination).map((dim) =>
    normalize_dim(dim, rank),
  );
  if (from.length !== to.length) {
    throw new RuntimeError(
      `movedim: Invalid source or destination dims: source (${size_text(from)} dims) should contain the same number of dims ` +
        `as destination (${size_text(to)} dims)`,
    );
  }
  if (new Set(from).size !== from.length)
    throw new RuntimeError(`movedim: repeated dim in \`source\` (${size_text(from)})`);
  if (new Set(to).size !== to.length)
    throw new RuntimeError(`movedim: repeated dim in \`destination\` (${size_text(to)})`);
  const rest = range(rank).filter((dim) => !from.includes(dim));
  const order = range(rank).map((dim) => {
    const at = to.indexOf(dim);
    return at >= 0 ? from[at] : (rest.shift() as number);
  });
  return permute(input, order);
}

/** A new dimension of size 1 at position `dim`. */
export function unsqueeze(input: Tensor, dim: number): Tensor;
export function unsqueeze(input: Tensor, options: { dim: number }): Tensor;
export function unsqueeze(input: Tensor, ...args: unknown[]): Tensor {
  const dim = operand<number>("unsqueeze", "dim", args);
  expect_tensor("unsqueeze", input);
  const at = normalize_dim(dim, input.ndim + 1);
  const shape = [...input.shape.slice(0, at), 1, ...input.shape.slice(at)];
  return named("UnsqueezeBackward0", reshape(input, shape), input);
}

/** Without its dimensions of size 1, or without those of `dim` that have size 1. */
export function squeeze(input: Tensor, dim?: number | Shape): Tensor;
export function squeeze(input: Tensor, options: { dim?: number | Shape }): Tensor;
export function squeeze(input: Tensor, ...args: unknown[]): Tensor {
  const { dim: given } = bind<{ dim?: number | Shape }>("squeeze", ["dim"], [], args);
  expect_tensor("squeeze", input);
  const dims = new Set(
    given === undefined
      ? range(input.ndim)
      : Array.isArray(given) && given.length === 0
        ? []
        : normalize_dims(given, input.ndim),
  );
  const kept = input.shape.filter((size, i) => size !== 1 || !dims.has(i));
  const overload = given === undefined ? 0 : Array.isArray(given) ? 2 : 1;
  return named(`SqueezeBackward${overload}`, reshape(input, kept), input);
}

/** Dimensions `start_dim` to `end_dim` as one. */
export function flatten(input: Tensor, start_dim?: number, end_dim?: number): Tensor;
export function flatten(input: Tensor, start_dim: number, options: { end_dim?: number }): Tensor;
export function flatten(input: Tensor, options: { start_dim?: number; end_dim?: number }): Tensor;
export function flatten(input: Tensor, ...args: unknown[]): Tensor {
  type Args = { start_dim: number; end_dim: number };
  const { start_dim = 0, end_dim = -1 } = bind<Args>("flatten", ["start_dim", "end_dim"], [], args);
  expect_tensor("flatten", input);
  const start = normalize_dim(start_dim, input.ndim);
  const end = normalize_dim(end_dim, input.ndim);
  if (start > end) throw new RuntimeError("flatten() has invalid args: start_dim cannot come after end_dim");
  if (input.ndim === 0) return reshape(input, [1]);
  if (start === end) return input;
  const { shape } = input;
  return reshape(input, [
    ...shape.slice(0, start),
    numel(shape.slice(start, end + 1)),
    ...shape.slice(end + 1),
  ]);
}

/** Dimension `dim` as several, of the given sizes (one may be -1). */
export function unflatten(input: Tensor, dim: number, sizes: Shape): Tensor;
export function unflatten(input: Tensor, dim: number, options: { sizes: Shape }): Tensor;
export function unflatten(input: Tensor, options: { dim: number; sizes: Shape }): Tensor;
export function unflatten(input: Tensor, ...args: unknown[]): Tensor {
  const { dim, sizes } = bind<{ dim: number; sizes: Shape }>("unflatten", ["dim", "sizes"], [], args, 2);
  expect_tensor("unflatten", input);
  const at = normalize_dim(dim, input.ndim);
  if (sizes.length === 0) throw new RuntimeError("unflatten: sizes must be non-empty");
  const inner =
    sizes.includes(-1) || numel(sizes) === input.shape[at] ? infer_shape(sizes, input.shape[at]) : null;
  if (inner === null) {
    throw new RuntimeError(
      `unflatten: Provided sizes ${size_text(sizes)} don't multiply up to the size of dim ${at} (${input.shape[at]}) in the input tensor`,
    );
  }
  return reshape(input, [...input.shape.slice(0, at), ...inner, ...input.shape.slice(at + 1)]);
}

/** Reshaped like `other`. */
export function view_as(input: Tensor, other: Tensor): Tensor;
export function view_as(input: Tensor, options: { other: Tensor }): Tensor;
export function view_as(input: Tensor, ...args: unknown[]): Tensor {
  const other = operand<Tensor>("view_as", "other", args);
  return reshape(input, other.shape);
}

/** Reshaped like `other`. */
export function reshape_as(input: Tensor, other: Tensor): Tensor;
export function reshape_as(input: Tensor, options: { other: Tensor }): Tensor;
export function reshape_as(input: Tensor, ...args: unknown[]): Tensor {
  const other = operand<Tensor>("reshape_as", "other", args);
  return reshape(input, other.shape);
}

/** Expanded like `other`. */
export function expand_as(input: Tensor, other: Tensor): Tensor;
export function expand_as(input: Tensor, options: { other: Tensor }): Tensor;
export function expand_as(input: Tensor, ...args: unknown[]): Tensor {
  const other = operand<Tensor>("expand_as", "other", args);
  return expand(input, other.shape);
}

/** Size-1 dimensions repeated to `sizes` without a copy in PyTorch; -1 keeps a size. New dimensions come in front. */
export function expand(input: Tensor, ...size: Sizes): Tensor;
export function expand(input: Tensor, options: { size: Shape }): Tensor;
export function expand(input: Tensor, ...args: unknown[]): Tensor {
  const target = whole_numbers("expand", "size", args);
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
  check_size("expand", target);
  const output = record("expand", execute("BroadcastTo", [input.handle, ints(target)]), [input]);
  const from = input.shape;
  const same = numel(from) === numel(target);
  return input._make_view(output, {
    base: input,
    replay: (base) => expand(base, target),
    scatter: (base, value) => reshape(value, base.shape),
    geometry: ({ strides, offset }) => ({
      strides: target.map((size, d) => (d >= lead && size === from[d - lead] ? strides[d - lead] : 0)),
      offset,
    }),
    place: same ? undefined : put_places,
  });
}
