/** @file Running extremes and sums of exponentials, differences and areas along a dimension. */
import { bind, operand } from "../../args";
import { record } from "../../autograd/tape";
import { attr, execute, from_data, scalar } from "../../backend/engine";
import { bool, int32, int64, type TypedArray } from "../../dtype";
import { RuntimeError } from "../../errors";
import { normalize_dim } from "../../shape";
import { is_tensor, Tensor } from "../../tensor";
import { ne } from "../pointwise/compare";
import { sub } from "../pointwise/elementwise";
import { cat } from "../shape/join";
import { movedim } from "../shape/movement";
import { expect_floating_kernel, expect_tensor } from "../value/convert";
import { named, type ValuesIndices } from "../value/named";
import { take_along } from "./sort";

function is_nan(value: number | bigint): boolean {
  return typeof value === "number" && Number.isNaN(value);
}

/** Where along each row the extreme up to every element is: the latest of equal ones; a NaN stays. */
function running_places(rows: TypedArray, size: number, greater: boolean): BigInt64Array {
  const places = new BigInt64Array(rows.length);
  for (let start = 0; start < rows.length; start += size) {
    let best = 0;
    for (let i = 0; i < size; i++) {
      const value = rows[start + i];
      const held = rows[start + best];
      if (is_nan(value) || (!is_nan(held) && (greater ? value >= held : value <= held))) best = i;
      places[start + i] = BigInt(best);
    }
  }
  return places;
}

function running(name: "cummax" | "cummin", input: Tensor, dim: number): ValuesIndices {
  const at = normalize_dim(dim, input.ndim);
  if (input.ndim === 0) {
    return named(name, {
      values: record("reshape", input.handle, [input]),
      indices: new Tensor(scalar(0, int64)),
    });
  }
  const moved = movedim(input.detach(), at, -1);
  const size = moved.shape[moved.ndim - 1];
  const places = running_places(moved.typed_array(), Math.max(size, 1), name === "cummax");
  const last = new Tensor(from_data(moved.shape, int64, places));
  const indices = new Tensor(movedim(last, -1, at).handle);
  return named(name, { values: take_along(input, indices, at), indices });
}

/** `[values, indices]` of the greatest element up to each along `dim`. */
export function cummax(input: Tensor, dim: number): ValuesIndices;
export function cummax(input: Tensor, options: { dim: number }): ValuesIndices;
export function cummax(input: Tensor, ...args: unknown[]): ValuesIndices {
  const dim = operand<number>("cummax", "dim", args);
  expect_tensor("cummax", input);
  return running("cummax", input, dim);
}

/** `[values, indices]` of the least element up to each along `dim`. */
export function cummin(input: Tensor, dim: number): ValuesIndices;
export function cummin(input: Tensor, options: { dim: number }): ValuesIndices;
export function cummin(input: Tensor, ...args: unknown[]): ValuesIndices {
  const dim = operand<number>("cummin", "dim", args);
  expect_tensor("cummin", input);
  return running("cummin", input, dim);
}

/** {@link logcumsumexp} in either direction, over a dimension known to be in range. */
export function scan_logsumexp(input: Tensor, dim: number, reverse: boolean): Tensor {
  if (input.ndim === 0) return record("reshape", input.handle, [input]);
  const attrs = [attr.bool("exclusive", false), attr.bool("reverse", reverse)];
  const handle = execute("CumulativeLogsumexp", [input.handle, scalar(dim, int32)], attrs);
  return record("logcumsumexp", handle, [input], [input, true], { dim, reverse });
}

/** Logarithms of the sums of exponentials of the elements up to each along `dim`, without overflow. */
export function logcumsumexp(input: Tensor, dim: number): Tensor;
export function logcumsumexp(input: Tensor, options: { dim: number }): Tensor;
export function logcumsumexp(input: Tensor, ...args: unknown[]): Tensor {
  const dim = operand<number>("logcumsumexp", "dim", args);
  expect_tensor("logcumsumexp", input);
  expect_floating_kernel("logcumsumexp_out_cpu", input);
  return scan_logsumexp(input, normalize_dim(dim, input.ndim), false);
}

interface DiffOptions {
  n?: number;
  dim?: number;
  prepend?: Tensor | null;
  append?: Tensor | null;
}

/** Differences of neighbours along `dim`, `n` times over; `prepend` and `append` are joined to the input before. */
export function diff(
  input: Tensor,
  n?: number,
  dim?: number,
  prepend?: Tensor | null | { prepend?: Tensor | null; append?: Tensor | null },
  append?: Tensor | null | { append?: Tensor | null },
): Tensor;
export function diff(
  input: Tensor,
  n: number,
  options: { dim?: number; prepend?: Tensor | null; append?: Tensor | null },
): Tensor;
export function diff(
  input: Tensor,
  options: { n?: number; dim?: number; prepend?: Tensor | null; append?: Tensor | null },
): Tensor;
export function diff(input: Tensor, ...args: unknown[]): Tensor {
  const {
    n = 1,
    dim = -1,
    prepend = null,
    append = null,
  } = bind<Required<DiffOptions>>("diff", ["n", "dim", "prepend", "append"], [], args);
  expect_tensor("diff", input);
  if (input.ndim === 0) throw new RuntimeError("diff expects input to be at least one-dimensional");
  if (n < 0) throw new RuntimeError(`order must be non-negative but got ${n}`);
  const at = normalize_dim(dim, input.ndim);
  if (prepend !== null) expect_tensor("diff", prepend, "prepend");
  if (append !== null) expect_tensor("diff", append, "append");
  const parts = [prepend, input, append].filter(is_tensor);
  let result = n === 0 ? input.clone() : parts.length > 1 ? cat(parts, at) : input;
  for (let i = 0; i < n; i++) {
    const size = result.shape[at];
    if (size === 0) break;
    const after = result.narrow(at, 1, size - 1);
    const before = result.narrow(at, 0, size - 1);
    result = result.dtype === bool ? ne(after, before) : sub(after, before);
  }
  return result;
}
