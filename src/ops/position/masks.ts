/** @file Choosing elements by conditions: where, masks, nonzero. */
import { bind, none, operand } from "../../args";
import { named, record } from "../../autograd/tape";
import { execute, from_data } from "../../backend/engine";
import type { Handle } from "../../backend/handle";
import { bool, int32, int64 } from "../../dtype";
import { RuntimeError } from "../../errors";
import { broadcast_shapes, numel, range } from "../../shape";
import { is_tensor, Tensor } from "../../tensor";
import { reshape } from "../shape/movement";
import { as_element, as_operand, cast, expect_tensor, result_type, type TensorLike } from "../value/convert";
import { put_rows, take_rows } from "./rows";

/** `input` where `condition` holds, else `other`; all broadcast. With the condition alone: {@link nonzero} as a list. */
export function where(condition: Tensor, input: TensorLike, other: TensorLike): Tensor;
export function where(condition: Tensor, options: { input: TensorLike; other: TensorLike }): Tensor;
export function where(condition: Tensor): Tensor[];
export function where(condition: Tensor, ...args: unknown[]): Tensor | Tensor[] {
  type Args = { input: TensorLike; other: TensorLike };
  if (args.length === 0) return nonzero(condition, { as_tuple: true }) as unknown as Tensor[];
  const { input, other } = bind<Args>("where", ["input", "other"], [], args, 2);
  const mask = expect_tensor("where", condition, "condition");
  if (mask.dtype.category === 2 || (mask.dtype !== bool && mask.dtype.name !== "uint8")) {
    throw new RuntimeError(
      `where expected condition to be a boolean tensor, but got a tensor with dtype ${mask.dtype.scalar_type}`,
    );
  }
  const dtype = result_type(input, other);
  const a = as_operand(input, dtype, "where");
  const b = as_operand(other, dtype, "where");
  broadcast_shapes(broadcast_shapes(mask.shape, a.shape), b.shape);
  const chosen = cast(mask, bool);
  const handle = execute("SelectV2", [chosen.handle, a.handle, b.handle]);
  return record("where", handle, [a, b], [chosen]);
}

/** The input with `value` where `mask` (broadcast to it) holds. */
export function masked_fill(input: Tensor, mask: Tensor, value: TensorLike): Tensor;
export function masked_fill(input: Tensor, mask: Tensor, options: { value: TensorLike }): Tensor;
export function masked_fill(input: Tensor, options: { mask: Tensor; value: TensorLike }): Tensor;
export function masked_fill(input: Tensor, ...args: unknown[]): Tensor {
  const { mask, value } = bind<{ mask: Tensor; value: TensorLike }>(
    "masked_fill",
    ["mask", "value"],
    [],
    args,
    2,
  );
  expect_tensor("masked_fill", input);
  if (mask.dtype !== bool)
    throw new RuntimeError(`masked_fill_ only supports boolean masks, but got mask with dtype ${mask.dtype}`);
  if (is_tensor(value) && value.ndim > 0) {
    throw new RuntimeError(
      `masked_fill only supports a 0-dimensional value tensor, but got tensor with ${value.ndim} dimension(s).`,
    );
  }
  const filled = where(mask, as_element(value, input.dtype, "masked_fill"), input);
  return named(is_tensor(value) ? "MaskedFillBackward1" : "MaskedFillBackward0", filled, input);
}

/** The elements of `input` where `mask` holds (both broadcast), as a vector. */
export function masked_select(input: Tensor, mask: Tensor): Tensor;
export function masked_select(input: Tensor, options: { mask: Tensor }): Tensor;
export function masked_select(input: Tensor, ...args: unknown[]): Tensor {
  const mask = operand<Tensor>("masked_select", "mask", args);
  expect_tensor("masked_select", input);
  expect_tensor("masked_select", mask, "mask");
  if (mask.dtype !== bool) throw new RuntimeError("masked_select: expected BoolTensor for mask");
  const shape = broadcast_shapes(input.shape, mask.shape);
  const flat = reshape(input.expand(shape), [numel(shape)]);
  return named(
    "MaskedSelectBackward0",
    take_rows(flat, flat_nonzero(reshape(mask.expand(shape), [numel(shape)]))),
    input,
  );
}

/** The input with the elements of `source`, in order, where `mask` holds. */
export function masked_scatter(input: Tensor, mask: Tensor, source: Tensor): Tensor;
export function masked_scatter(input: Tensor, mask: Tensor, options: { source: Tensor }): Tensor;
export function masked_scatter(input: Tensor, options: { mask: Tensor; source: Tensor }): Tensor;
export function masked_scatter(input: Tensor, ...args: unknown[]): Tensor {
  const { mask, source } = bind<{ mask: Tensor; source: Tensor }>(
    "masked_scatter",
    ["mask", "source"],
    [],
    args,
    2,
  );
  expect_tensor("masked_scatter", input);
  if (mask.dtype !== bool) throw new RuntimeError("masked_scatter_ only supports boolean masks");
  if (source.dtype !== input.dtype) {
    throw new RuntimeError(
      `masked_scatter: expected self and source to have same dtypes but got ${input.dtype.scalar_type} and ${source.dtype.scalar_type}`,
    );
  }
  const shape = broadcast_shapes(input.shape, mask.shape);
  const rows = flat_nonzero(reshape(mask.expand(shape), [numel(shape)]));
  const count = rows.shape[0];
  if (source.numel() < count)
    throw new RuntimeError(
      "masked_scatter: expected source to have at least as many elements as mask has true values",
    );
  const values = reshape(source, [source.numel()]).narrow(0, 0, count);
  return reshape(put_rows(reshape(input.expand(shape), [numel(shape)]), rows, values), shape);
}

/** Positions of a vector's elements that are not zero, (n) int64. */
function flat_nonzero(vector: Tensor): Handle {
  return execute("Reshape", [execute("Where", [vector.handle]), from_data([1], int32, Int32Array.of(-1))]);
}

/** Positions of the elements that are not zero: (n, dims) int64, or with `as_tuple` a list with one vector per dimension. */
export function nonzero(input: Tensor, options?: { as_tuple?: boolean }): Tensor;
export function nonzero(input: Tensor, ...args: unknown[]): Tensor {
  const { as_tuple = false } = bind<{ as_tuple: boolean }>("nonzero", [], ["as_tuple"], args);
  expect_tensor("nonzero", input);
  if (input.ndim === 0 && !as_tuple) {
    // (1, 0) for a number that is not zero, (0, 0) for zero.
    return new Tensor(from_data([Number(Number(input.item()) !== 0), 0], int64, new BigInt64Array(0)));
  }
  const source = input.ndim === 0 ? reshape(input, [1]) : input;
  const found = new Tensor(execute("Where", [source.handle]));
  if (!as_tuple) return found;
  return range(source.ndim).map((d) => found.select(1, d)) as unknown as Tensor;
}

/** Positions where a condition holds; see {@link nonzero}. */
export function argwhere(input: Tensor, ...more: []): Tensor {
  none("argwhere", more);
  expect_tensor("argwhere", input);
  return nonzero(input);
}

/**
 * The first `size` positions of elements that are not zero, and `fill_value` where there are fewer: (size, dims) int64,
 * whose shape does not hang on the values.
 *
 * @throws RuntimeError for a negative size.
 */
export function nonzero_static(input: Tensor, options: { size: number; fill_value?: number }): Tensor;
export function nonzero_static(input: Tensor, ...args: unknown[]): Tensor {
  type Args = { size: number; fill_value?: number };
  const { size, fill_value = -1 } = bind<Args>("nonzero_static", [], ["size", "fill_value"], args);
  expect_tensor("nonzero_static", input);
  if (size === undefined) throw new TypeError('nonzero_static() missing 1 required keyword argument: "size"');
  if (!(Number.isInteger(size) && size >= 0)) {
    throw new RuntimeError("nonzero_static: 'size' must be an non-negative integer");
  }
  if (input.ndim === 0) return new Tensor(from_data([size, 0], int64, new BigInt64Array(0)));
  const found = nonzero(input);
  const count = Math.min(found.shape[0], size);
  const rows = new BigInt64Array(size * input.ndim).fill(BigInt(Math.trunc(fill_value)));
  rows.set((found.typed_array() as BigInt64Array).subarray(0, count * input.ndim));
  return new Tensor(from_data([size, input.ndim], int64, rows));
}
