/** @file Copies and in-place changes of whole tensors, casts, and triangles. */
import { bind, none, operand } from "../args";
import { record } from "../autograd/tape";
import { execute, scalar } from "../backend/engine";
import { DType, int64 } from "../dtype";
import { RuntimeError } from "../errors";
import { normalize_dim, range, size_text } from "../shape";
import { is_tensor, Tensor } from "../tensor";
import { as_operand, cast, expect_tensor, type TensorLike } from "./convert";
import { arange, tensor } from "./create";
import { where } from "./masks";
import { permute, reshape } from "./movement";

/** A copy that is no view; gradients flow through it. */
export function clone(input: Tensor, ...more: []): Tensor {
  none("clone", more);
  expect_tensor("clone", input);
  return record("clone", input.handle, [input]);
}

/** The tensor itself: values here are always contiguous. */
export function contiguous(input: Tensor, ...more: []): Tensor {
  none("contiguous", more);
  return input;
}

/** Keyword arguments of {@link to}. */
export interface ToOptions {
  dtype?: DType;
  device?: string;
  copy?: boolean;
}

/**
 * The tensor in another dtype, or that of `other`; the same tensor where nothing changes.
 *
 * @throws RuntimeError for a device where tensors do not live.
 * @example
 * x.to(torch.float64); x.to("cpu")
 */
export function to(input: Tensor, target: DType | string | Tensor, options?: ToOptions): Tensor;
export function to(input: Tensor, options: ToOptions): Tensor;
export function to(input: Tensor, ...args: unknown[]): Tensor {
  const [first] = args;
  if (is_tensor(first)) {
    const { copy } = bind<{ copy: boolean }>("to", [], ["copy"], args.slice(1));
    return converted(input, first.dtype, copy);
  }
  if (typeof first === "string") {
    check_device(first, input);
    const { dtype, copy } = bind<Required<ToOptions>>("to", ["dtype"], ["device", "copy"], args.slice(1));
    return converted(input, dtype, copy);
  }
  const { dtype, device, copy } = bind<Required<ToOptions>>("to", ["dtype"], ["device", "copy"], args);
  if (device !== undefined) check_device(device, input);
  return converted(input, dtype, copy);
}

function converted(input: Tensor, dtype: DType | undefined, copy = false): Tensor {
  if (dtype !== undefined && !(dtype instanceof DType)) {
    throw new TypeError(`to(): argument 'dtype' must be torch.dtype, not ${typeof dtype}`);
  }
  const result = dtype === undefined ? input : cast(input, dtype);
  return copy && result === input ? clone(input) : result;
}

function check_device(device: string, input: Tensor): void {
  const name = String(device);
  if (name === input.device || name === input.device.split(":")[0]) return;
  throw new RuntimeError(
    `to(): tensors live on '${input.device}' here, where TensorFlow's runtime put them; '${name}' is not available. ` +
      "Leave the device out.",
  );
}

/** The tensor in the dtype of `other`. */
export function type_as(input: Tensor, other: Tensor): Tensor;
export function type_as(input: Tensor, options: { other: Tensor }): Tensor;
export function type_as(input: Tensor, ...args: unknown[]): Tensor {
  const other = operand<Tensor>("type_as", "other", args);
  return cast(input, other.dtype);
}

/** The tensor where TensorFlow's runtime put it: itself. */
export function cpu(input: Tensor, ...more: []): Tensor {
  none("cpu", more);
  return input;
}

/** Gives every element the value. @returns the input */
export function fill_(input: Tensor, value: TensorLike): Tensor;
export function fill_(input: Tensor, options: { value: TensorLike }): Tensor;
export function fill_(input: Tensor, ...args: unknown[]): Tensor {
  const value = operand<TensorLike>("fill_", "value", args);
  if (is_tensor(value) && value.ndim > 0) {
    throw new RuntimeError(
      `fill_ only supports 0-dimension value tensor but got tensor with ${value.ndim} dimensions.`,
    );
  }
  input._check_in_place();
  return input._assign(overwritten(input, as_operand(value, input.dtype, "fill_")));
}

/** Sets every element to zero. @returns the input */
export function zero_(input: Tensor, ...more: []): Tensor {
  none("zero_", more);
  return fill_(input, 0);
}

/** Takes over the values of `src`, which broadcasts and is cast. @returns the input */
export function copy_(input: Tensor, src: TensorLike): Tensor;
export function copy_(input: Tensor, options: { src: TensorLike }): Tensor;
export function copy_(input: Tensor, ...args: unknown[]): Tensor {
  const src = operand<TensorLike>("copy_", "src", args);
  input._check_in_place();
  const values = as_operand(src, input.dtype, "copy_");
  return input._assign(overwritten(input, values));
}

/** `values` in the input's shape, recorded so that the input's earlier history gets zeros. */
function overwritten(input: Tensor, values: Tensor): Tensor {
  const spread = values.expand(input.shape);
  return record("overwrite", spread.handle, [input._alias(), spread]);
}

/** Position of each element relative to the diagonal: column - row, for the last two dimensions. */
function diagonals(input: Tensor): Tensor {
  const [rows, columns] = input.shape.slice(-2);
  const row = reshape(arange(rows, { dtype: int64 }), [rows, 1]);
  const column = arange(columns, { dtype: int64 });
  return new Tensor(execute("Sub", [column.handle, row.handle]));
}

function triangle(name: string, input: Tensor, op: string, diagonal: number): Tensor {
  if (input.ndim < 2) {
    throw new RuntimeError(
      `${name}: input tensor must have at least 2 dimensions, but got shape ${size_text(input.shape)}`,
    );
  }
  const keep = new Tensor(execute(op, [diagonals(input).handle, scalar(diagonal, int64)]));
  return where(keep, input, as_operand(0, input.dtype, name));
}

/** The elements on and above the diagonal, zeros below; `diagonal` shifts it to the right. */
export function triu(input: Tensor, diagonal?: number): Tensor;
export function triu(input: Tensor, options: { diagonal?: number }): Tensor;
export function triu(input: Tensor, ...args: unknown[]): Tensor {
  const { diagonal: shift = 0 } = bind<{ diagonal?: number }>("triu", ["diagonal"], [], args);
  expect_tensor("triu", input);
  return triangle("triu", input, "GreaterEqual", shift);
}

/** The elements on and below the diagonal, zeros above; `diagonal` shifts it to the right. */
export function tril(input: Tensor, diagonal?: number): Tensor;
export function tril(input: Tensor, options: { diagonal?: number }): Tensor;
export function tril(input: Tensor, ...args: unknown[]): Tensor {
  const { diagonal: shift = 0 } = bind<{ diagonal?: number }>("tril", ["diagonal"], [], args);
  expect_tensor("tril", input);
  return triangle("tril", input, "LessEqual", shift);
}

/** The diagonals of the planes of two dimensions, as a new last dimension. */
export function diagonal(input: Tensor, offset?: number, dim1?: number, dim2?: number): Tensor;
export function diagonal(input: Tensor, offset: number, options: { dim1?: number; dim2?: number }): Tensor;
export function diagonal(input: Tensor, options: { offset?: number; dim1?: number; dim2?: number }): Tensor;
export function diagonal(input: Tensor, ...args: unknown[]): Tensor {
  type Args = { offset: number; dim1: number; dim2: number };
  const { offset = 0, dim1 = 0, dim2 = 1 } = bind<Args>("diagonal", ["offset", "dim1", "dim2"], [], args);
  expect_tensor("diagonal", input);
  const a = normalize_dim(dim1, input.ndim);
  const b = normalize_dim(dim2, input.ndim);
  if (a === b) throw new RuntimeError(`diagonal dimensions cannot be identical ${dim1}, ${dim2}`);
  return diagonal_between(input, offset, a, b);
}

/** The diagonals between two dimensions that are known to be different, as a view. */
function diagonal_between(input: Tensor, offset: number, a: number, b: number): Tensor {
  const others = range(input.ndim).filter((d) => d !== a && d !== b);
  const order = [a, b, ...others];
  const moved = permute(input, order);
  const [rows, columns] = moved.shape;
  const first = Math.max(0, -offset);
  const count = Math.max(0, Math.min(rows - first, columns - first - offset));
  const positions = Array.from({ length: count }, (_, i) => (first + i) * columns + first + i + offset);
  const flat = reshape(moved, [rows * columns, ...moved.shape.slice(2)]);
  const picked = flat.index_select(0, positions);
  const output = permute(picked, [...range(others.length).map((d) => d + 1), 0])._alias();
  return input._make_view(output, {
    base: input,
    replay: (base) => diagonal_between(base, offset, a, b)._alias(),
    scatter: (base, value) => {
      const rows_of = reshape(permute(base, order), flat.shape);
      const first_dim = permute(value, [others.length, ...range(others.length)]);
      const written = rows_of.index_copy(0, tensor(positions, { dtype: int64 }), first_dim);
      return permute(
        reshape(written, moved.shape),
        order.map((_, d) => order.indexOf(d)),
      );
    },
  });
}

/** A vector as the diagonal of a matrix, or the diagonal of a matrix as a vector. */
export function diag(input: Tensor, diagonal?: number): Tensor;
export function diag(input: Tensor, options: { diagonal?: number }): Tensor;
export function diag(input: Tensor, ...args: unknown[]): Tensor {
  const { diagonal: shift = 0 } = bind<{ diagonal?: number }>("diag", ["diagonal"], [], args);
  expect_tensor("diag", input);
  if (input.ndim === 2) return clone(diagonal(input, shift));
  if (input.ndim !== 1) {
    throw new RuntimeError(`diag(): Supports 1D or 2D tensors. Got ${input.ndim}D`);
  }
  const n = input.shape[0];
  const size = n + Math.abs(shift);
  const place = Array.from(
    { length: n },
    (_, i) => (i + Math.max(0, -shift)) * size + i + Math.max(0, shift),
  );
  const zeros = input.new_zeros(size * size);
  return reshape(zeros.index_copy(0, tensor(place, { dtype: int64 }), input), [size, size]);
}
