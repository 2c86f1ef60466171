/** @file Comparisons, logic, and tests of elements; results are bool. */
import { bind, lead, none, operand } from "../../args";
import { execute } from "../../backend/engine";
import type { Handle } from "../../backend/handle";
import { bool } from "../../dtype";
import { RuntimeError } from "../../errors";
import { same_shape } from "../../shape";
import { Tensor } from "../../tensor";
import { expect_tensor, promote, type TensorLike } from "../value/convert";
import { cast_handle, execute_any } from "../value/fallback";
import { check_broadcast } from "./elementwise";

function compare(name: string, op: string, input: Tensor, other: TensorLike): Tensor {
  const [a, b] = promote(name, expect_tensor(name, input), other);
  check_broadcast(a, b);
  return new Tensor(execute_any(op, [a.handle, b.handle]));
}

/** Where the elements are equal. */
export function eq(input: Tensor, other: TensorLike): Tensor;
export function eq(input: Tensor, options: { other: TensorLike }): Tensor;
export function eq(input: Tensor, ...args: unknown[]): Tensor {
  const other = operand<TensorLike>("eq", "other", args);
  expect_tensor("eq", input);
  return compare("eq", "Equal", input, other);
}

/** Where the elements differ. */
export function ne(input: Tensor, other: TensorLike): Tensor;
export function ne(input: Tensor, options: { other: TensorLike }): Tensor;
export function ne(input: Tensor, ...args: unknown[]): Tensor {
  const other = operand<TensorLike>("ne", "other", args);
  expect_tensor("ne", input);
  return compare("ne", "NotEqual", input, other);
}

/** Where `input` is below `other`. */
export function lt(input: Tensor, other: TensorLike): Tensor;
export function lt(input: Tensor, options: { other: TensorLike }): Tensor;
export function lt(input: Tensor, ...args: unknown[]): Tensor {
  const other = operand<TensorLike>("lt", "other", args);
  expect_tensor("lt", input);
  return compare("lt", "Less", input, other);
}

/** Where `input` is at most `other`. */
export function le(input: Tensor, other: TensorLike): Tensor;
export function le(input: Tensor, options: { other: TensorLike }): Tensor;
export function le(input: Tensor, ...args: unknown[]): Tensor {
  const other = operand<TensorLike>("le", "other", args);
  expect_tensor("le", input);
  return compare("le", "LessEqual", input, other);
}

/** Where `input` is above `other`. */
export function gt(input: Tensor, other: TensorLike): Tensor;
export function gt(input: Tensor, options: { other: TensorLike }): Tensor;
export function gt(input: Tensor, ...args: unknown[]): Tensor {
  const other = operand<TensorLike>("gt", "other", args);
  expect_tensor("gt", input);
  return compare("gt", "Greater", input, other);
}

/** Where `input` is at least `other`. */
export function ge(input: Tensor, other: TensorLike): Tensor;
export function ge(input: Tensor, options: { other: TensorLike }): Tensor;
export function ge(input: Tensor, ...args: unknown[]): Tensor {
  const other = operand<TensorLike>("ge", "other", args);
  expect_tensor("ge", input);
  return compare("ge", "GreaterEqual", input, other);
}

/** {@link ne}. */
export function not_equal(input: Tensor, other: TensorLike): Tensor;
export function not_equal(input: Tensor, options: { other: TensorLike }): Tensor;
export function not_equal(input: Tensor, ...args: unknown[]): Tensor {
  const other = operand<TensorLike>("not_equal", "other", args);
  expect_tensor("not_equal", input);
  return ne(input, other);
}

/** {@link lt}. */
export function less(input: Tensor, other: TensorLike): Tensor;
export function less(input: Tensor, options: { other: TensorLike }): Tensor;
export function less(input: Tensor, ...args: unknown[]): Tensor {
  const other = operand<TensorLike>("less", "other", args);
  expect_tensor("less", input);
  return lt(input, other);
}

/** {@link le}. */
export function less_equal(input: Tensor, other: TensorLike): Tensor;
export function less_equal(input: Tensor, options: { other: TensorLike }): Tensor;
export function less_equal(input: Tensor, ...args: unknown[]): Tensor {
  const other = operand<TensorLike>("less_equal", "other", args);
  expect_tensor("less_equal", input);
  return le(input, other);
}

/** {@link gt}. */
export function greater(input: Tensor, other: TensorLike): Tensor;
export function greater(input: Tensor, options: { other: TensorLike }): Tensor;
export function greater(input: Tensor, ...args: unknown[]): Tensor {
  const other = operand<TensorLike>("greater", "other", args);
  expect_tensor("greater", input);
  return gt(input, other);
}

/** {@link ge}. */
export function greater_equal(input: Tensor, other: TensorLike): Tensor;
export function greater_equal(input: Tensor, options: { other: TensorLike }): Tensor;
export function greater_equal(input: Tensor, ...args: unknown[]): Tensor {
  const other = operand<TensorLike>("greater_equal", "other", args);
  expect_tensor("greater_equal", input);
  return ge(input, other);
}

function test(op: string, input: Tensor, otherwise: boolean): Tensor {
  const x = expect_tensor(op, input);
  if (x.dtype.is_floating_point) return new Tensor(execute(op, [x.handle]));
  const zero = execute("ZerosLike", [x.handle]);
  return new Tensor(execute_any(otherwise ? "Equal" : "NotEqual", [zero, zero]));
}

/** Where elements are NaN. */
export function isnan(input: Tensor, ...more: []): Tensor {
  none("isnan", more);
  expect_tensor("isnan", input);
  return test("IsNan", input, false);
}

/** Where elements are infinite. */
export function isinf(input: Tensor, ...more: []): Tensor {
  none("isinf", more);
  expect_tensor("isinf", input);
  return test("IsInf", input, false);
}

/** Where elements are neither infinite nor NaN. */
export function isfinite(input: Tensor, ...more: []): Tensor {
  none("isfinite", more);
  expect_tensor("isfinite", input);
  return test("IsFinite", input, true);
}

/** Where elements are +∞. */
export function isposinf(input: Tensor, ...more: []): Tensor {
  none("isposinf", more);
  expect_tensor("isposinf", input);
  return eq(input.double(), Number.POSITIVE_INFINITY);
}

/** Where elements are -∞. */
export function isneginf(input: Tensor, ...more: []): Tensor {
  none("isneginf", more);
  expect_tensor("isneginf", input);
  return eq(input.double(), Number.NEGATIVE_INFINITY);
}

/** Bools as they are, numbers as "is not 0" (NaN counts as true). */
export function truth(input: Tensor): Handle {
  if (input.dtype === bool) return input.handle;
  return execute_any("NotEqual", [input.handle, execute("ZerosLike", [input.handle])]);
}

function logical(name: string, op: string, input: Tensor, other: Tensor): Tensor {
  const a = expect_tensor(name, input);
  const b = expect_tensor(name, other, "other");
  check_broadcast(a, b);
  return new Tensor(execute(op, [truth(a), truth(b)]));
}

/** Where both are true (not 0). */
export function logical_and(input: Tensor, other: Tensor): Tensor;
export function logical_and(input: Tensor, options: { other: Tensor }): Tensor;
export function logical_and(input: Tensor, ...args: unknown[]): Tensor {
  const other = operand<Tensor>("logical_and", "other", args);
  expect_tensor("logical_and", input);
  return logical("logical_and", "LogicalAnd", input, other);
}

/** Where either is true (not 0). */
export function logical_or(input: Tensor, other: Tensor): Tensor;
export function logical_or(input: Tensor, options: { other: Tensor }): Tensor;
export function logical_or(input: Tensor, ...args: unknown[]): Tensor {
  const other = operand<Tensor>("logical_or", "other", args);
  expect_tensor("logical_or", input);
  return logical("logical_or", "LogicalOr", input, other);
}

/** Where one alone is true (not 0). */
export function logical_xor(input: Tensor, other: Tensor): Tensor;
export function logical_xor(input: Tensor, options: { other: Tensor }): Tensor;
export function logical_xor(input: Tensor, ...args: unknown[]): Tensor {
  const other = operand<Tensor>("logical_xor", "other", args);
  expect_tensor("logical_xor", input);
  return logical("logical_xor", "NotEqual", input, other);
}

/** Where elements are false (0). */
export function logical_not(input: Tensor, ...more: []): Tensor {
  none("logical_not", more);
  expect_tensor("logical_not", input);
  return new Tensor(execute("LogicalNot", [truth(input)]));
}

function bitwise(name: string, op: string, logic: string, input: TensorLike, other: TensorLike): Tensor {
  const [a, b] = promote(name, input, other);
  check_broadcast(a, b);
  if (a.dtype === bool) return new Tensor(execute(logic, [a.handle, b.handle]));
  if (a.dtype.is_floating_point) {
    throw new RuntimeError(`"${name}_cpu" not implemented for '${a.dtype.scalar_type}'`);
  }
  return new Tensor(execute(op, [a.handle, b.handle]));
}

/** The bits that both have; for bools "and", as Python's `&`. */
export function bitwise_and(input: TensorLike, other: TensorLike): Tensor;
export function bitwise_and(input: TensorLike, options: { other: TensorLike }): Tensor;
export function bitwise_and(input: TensorLike, ...args: unknown[]): Tensor {
  const other = operand<TensorLike>("bitwise_and", "other", args);
  return bitwise("bitwise_and", "BitwiseAnd", "LogicalAnd", input, other);
}

/** The bits that either has; for bools "or", as Python's `|`. */
export function bitwise_or(input: TensorLike, other: TensorLike): Tensor;
export function bitwise_or(input: TensorLike, options: { other: TensorLike }): Tensor;
export function bitwise_or(input: TensorLike, ...args: unknown[]): Tensor {
  const other = operand<TensorLike>("bitwise_or", "other", args);
  return bitwise("bitwise_or", "BitwiseOr", "LogicalOr", input, other);
}

/** The bits that one alone has; for bools "either ... or", as Python's `^`. */
export function bitwise_xor(input: TensorLike, other: TensorLike): Tensor;
export function bitwise_xor(input: TensorLike, options: { other: TensorLike }): Tensor;
export function bitwise_xor(input: TensorLike, ...args: unknown[]): Tensor {
  const other = operand<TensorLike>("bitwise_xor", "other", args);
  return bitwise("bitwise_xor", "BitwiseXor", "NotEqual", input, other);
}

/** All bits turned over; for bools "not", as Python's `~`. */
export function bitwise_not(input: Tensor, ...more: []): Tensor {
  none("bitwise_not", more);
  expect_tensor("bitwise_not", input);
  if (input.dtype === bool) return logical_not(input);
  if (input.dtype.is_floating_point) {
    throw new RuntimeError(`"bitwise_not_cpu" not implemented for '${input.dtype.scalar_type}'`);
  }
  return new Tensor(execute("Invert", [input.handle]));
}

interface Closeness {
  rtol?: number;
  atol?: number;
  equal_nan?: boolean;
}

/** Where `|input - other| <= atol + rtol * |other|`; equal infinities are close, NaNs where `equal_nan`. */
export function isclose(
  input: Tensor,
  other: Tensor,
  rtol?: number,
  atol?: number | { atol?: number; equal_nan?: boolean },
  equal_nan?: boolean | { equal_nan?: boolean },
): Tensor;
export function isclose(
  input: Tensor,
  other: Tensor,
  options: { rtol?: number; atol?: number; equal_nan?: boolean },
): Tensor;
export function isclose(
  input: Tensor,
  options: { other: Tensor; rtol?: number; atol?: number; equal_nan?: boolean },
): Tensor;
export function isclose(input: Tensor, ...args: unknown[]): Tensor {
  const {
    other,
    rtol = 1e-5,
    atol = 1e-8,
    equal_nan = false,
  } = bind<{ other: Tensor } & Partial<Required<Closeness>>>(
    "isclose",
    ["other", "rtol", "atol", "equal_nan"],
    [],
    args,
    1,
  );
  expect_tensor("isclose", input);
  expect_tensor("isclose", other, "other");
  if (input.dtype !== other.dtype) {
    throw new RuntimeError(`${input.dtype.scalar_type} did not match ${other.dtype.scalar_type}`);
  }
  if (rtol < 0) throw new RuntimeError(`rtol must be greater than or equal to zero, but got ${rtol}`);
  if (atol < 0) throw new RuntimeError(`atol must be greater than or equal to zero, but got ${atol}`);
  check_broadcast(input, other);
  const a = input.detach();
  const b = other.detach();
  let close = eq(a, b);
  if (equal_nan && a.dtype.is_floating_point) close = logical_or(close, logical_and(isnan(a), isnan(b)));
  if (rtol === 0 && atol === 0) return close;
  // float64 holds int64's differences well enough, as in PyTorch, which compares in the default dtype there.
  const x = a.dtype.is_floating_point ? a : a.double();
  const y = b.dtype.is_floating_point ? b : b.double();
  const error = x.sub(y).abs();
  const allowed = y.abs().mul(rtol).add(atol);
  return logical_or(close, logical_and(isfinite(error), le(error, allowed)));
}

/** Whether all elements are {@link isclose}. */
export function allclose(
  input: Tensor,
  other: Tensor,
  rtol?: number,
  atol?: number | { atol?: number; equal_nan?: boolean },
  equal_nan?: boolean | { equal_nan?: boolean },
): boolean;
export function allclose(
  input: Tensor,
  other: Tensor,
  options: { rtol?: number; atol?: number; equal_nan?: boolean },
): boolean;
export function allclose(
  input: Tensor,
  options: { other: Tensor; rtol?: number; atol?: number; equal_nan?: boolean },
): boolean;
export function allclose(input: Tensor, ...all: unknown[]): boolean {
  const { other, args } = lead<{ other: Tensor }>("allclose", ["other"], all);
  expect_tensor("allclose", input);
  return every(isclose(input, other, ...(args as [number])).handle);
}

function every(handle: Handle): boolean {
  const flat = new Tensor(handle).reshape(-1);
  return (flat.typed_array() as Uint8Array).every((value) => value !== 0);
}

/** Whether both have the same shape and the same elements; NaN equals nothing. */
export function equal(input: Tensor, other: Tensor): boolean;
export function equal(input: Tensor, options: { other: Tensor }): boolean;
export function equal(input: Tensor, ...args: unknown[]): boolean {
  const other = operand<Tensor>("equal", "other", args);
  expect_tensor("equal", input);
  expect_tensor("equal", other, "other");
  if (!same_shape(input.shape, other.shape)) return false;
  return every(eq(input.detach(), other.detach()).handle);
}

/** The elements that are true (not 0) as bools. */
function to_bool(input: Tensor, ...more: []): Tensor {
  none("bool", more);
  return new Tensor(truth(input));
}

export { to_bool as bool };

/** 0 below 0, `values` at 0, 1 above; NaN stays. */
export function heaviside(input: Tensor, values: Tensor): Tensor;
export function heaviside(input: Tensor, options: { values: Tensor }): Tensor;
export function heaviside(input: Tensor, ...args: unknown[]): Tensor {
  const values = operand<Tensor>("heaviside", "values", args);
  expect_tensor("heaviside", input);
  expect_tensor("heaviside", values, "values");
  if (input.dtype !== values.dtype) {
    throw new RuntimeError("heaviside is not yet implemented for tensors with different dtypes.");
  }
  check_broadcast(input, values);
  const zero = execute("ZerosLike", [input.handle]);
  const step = cast_handle(execute_any("Greater", [input.handle, zero]), input.dtype);
  return new Tensor(execute("SelectV2", [execute_any("Equal", [input.handle, zero]), values.handle, step]));
}
