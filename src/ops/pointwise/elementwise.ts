/** @file Arithmetic on two operands, with broadcasting and type promotion. */

import { bind, none, operand } from "../../args";
import { named, record } from "../../autograd/tape";
import { execute } from "../../backend/engine";
import type { Handle } from "../../backend/handle";
import { bool, type DType } from "../../dtype";
import { RuntimeError } from "../../errors";
import { broadcast_shapes, same_shape } from "../../shape";
import { is_tensor, Tensor } from "../../tensor";
import {
  as_operand,
  cast,
  expect_tensor,
  promote,
  promote_floating,
  result_type,
  type TensorLike,
} from "../value/convert";
import { execute_any } from "../value/fallback";

/** Checks that two operands broadcast, in PyTorch's words, before TensorFlow would in its own. */
export function check_broadcast(a: Tensor, b: Tensor): void {
  if (!same_shape(a.shape, b.shape)) broadcast_shapes(a.shape, b.shape);
}

/** Runs an op on two operands that broadcast. */
export function run_pair(op: string, a: Tensor, b: Tensor): Handle {
  check_broadcast(a, b);
  return execute_any(op, [a.handle, b.handle]);
}

/** A division of whole numbers; TensorFlow's words for division by zero become PyTorch's. */
function divide_whole(op: string, a: Tensor, b: Tensor): Handle {
  try {
    return run_pair(op, a, b);
  } catch (error) {
    if (!a.dtype.is_floating_point && /division by zero/i.test(String(error))) {
      throw new RuntimeError("ZeroDivisionError");
    }
    throw error;
  }
}

/** Each operand where the other wants a gradient: what the rule of a product needs. */
function crosswise(a: Tensor, b: Tensor): (Tensor | null)[] {
  return [b.requires_grad ? a : null, a.requires_grad ? b : null];
}

function scaled(name: string, other: TensorLike, dtype: DType, alpha: number | boolean): TensorLike {
  if (alpha === 1) return other;
  if (typeof alpha === "boolean" && dtype !== bool) {
    throw new RuntimeError(`${name}(): Boolean alpha only supported for Boolean results.`);
  }
  if (!dtype.is_floating_point && !Number.isInteger(Number(alpha))) {
    throw new RuntimeError("For integral input tensors, argument alpha must not be a floating point number.");
  }
  return mul(as_operand(other, dtype, name), as_operand(alpha, dtype, name));
}

type Alpha = { alpha?: number };

/**
 * `input + alpha * other`, with broadcasting and type promotion.
 *
 * @example
 * torch.add(x, 1); x.add(y, { alpha: 2 })
 */
export function add(input: TensorLike, other: TensorLike, options?: Alpha): Tensor;
export function add(input: TensorLike, options: { other: TensorLike } & Alpha): Tensor;
export function add(input: TensorLike, ...args: unknown[]): Tensor {
  const { other, alpha } = bind<{ other: TensorLike } & Alpha>("add", ["other"], ["alpha"], args, 1);
  let [a, b] = promote("add", input, other);
  if (alpha !== undefined) {
    b = as_operand(scaled("add", b, a.dtype, alpha), a.dtype, "add");
  }
  check_broadcast(a, b);
  if (a.dtype === bool) return new Tensor(execute("LogicalOr", [a.handle, b.handle]));
  return record("add", execute("AddV2", [a.handle, b.handle]), [a, b]);
}

/** `input - alpha * other`, with broadcasting and type promotion. @throws RuntimeError for two bools. */
export function sub(input: TensorLike, other: TensorLike, options?: Alpha): Tensor;
export function sub(input: TensorLike, options: { other: TensorLike } & Alpha): Tensor;
export function sub(input: TensorLike, ...args: unknown[]): Tensor {
  const { other, alpha } = bind<{ other: TensorLike } & Alpha>("sub", ["other"], ["alpha"], args, 1);
  let [a, b] = promote("sub", input, other);
  if (a.dtype === bool) {
    throw new RuntimeError(
      "Subtraction, the `-` operator, with two bool tensors is not supported. Use the `^` or `logical_xor()` operator instead.",
    );
  }
  if (
    (is_tensor(input) && input.dtype === bool) ||
    (is_tensor(other) && other.dtype === bool) ||
    typeof other === "boolean" ||
    typeof input === "boolean"
  ) {
    throw new RuntimeError(
      "Subtraction, the `-` operator, with a bool tensor is not supported. If you are trying to invert a mask, use the `~` or " +
        "`logical_not()` operator instead.",
    );
  }
  if (alpha !== undefined) {
    b = as_operand(scaled("sub", b, a.dtype, alpha), a.dtype, "sub");
  }
  return record("sub", run_pair("Sub", a, b), [a, b]);
}

/** {@link sub}. */
export function subtract(input: TensorLike, other: TensorLike, options?: Alpha): Tensor;
export function subtract(input: TensorLike, options: { other: TensorLike } & Alpha): Tensor;
export function subtract(input: TensorLike, ...args: unknown[]): Tensor {
  const { other, alpha } = bind<{ other: TensorLike } & Alpha>("subtract", ["other"], ["alpha"], args, 1);
  return sub(input, other, { alpha });
}

/** `other - alpha * input`. */
export function rsub(input: Tensor, other: TensorLike, options?: Alpha): Tensor;
export function rsub(input: Tensor, options: { other: TensorLike } & Alpha): Tensor;
export function rsub(input: Tensor, ...args: unknown[]): Tensor {
  const { other, alpha } = bind<{ other: TensorLike } & Alpha>("rsub", ["other"], ["alpha"], args, 1);
  return sub(other, expect_tensor("rsub", input), { alpha });
}

/** `input * other`, with broadcasting and type promotion. */
export function mul(input: TensorLike, other: TensorLike): Tensor;
export function mul(input: TensorLike, options: { other: TensorLike }): Tensor;
export function mul(input: TensorLike, ...args: unknown[]): Tensor {
  const other = operand<TensorLike>("mul", "other", args);
  const [a, b] = promote("mul", input, other);
  check_broadcast(a, b);
  if (a.dtype === bool) return new Tensor(execute("LogicalAnd", [a.handle, b.handle]));
  return record("mul", execute("Mul", [a.handle, b.handle]), [a, b], crosswise(a, b));
}

/** {@link mul}. */
export function multiply(input: TensorLike, other: TensorLike): Tensor;
export function multiply(input: TensorLike, options: { other: TensorLike }): Tensor;
export function multiply(input: TensorLike, ...args: unknown[]): Tensor {
  const other = operand<TensorLike>("multiply", "other", args);
  return mul(input, other);
}

/**
 * `input / other`. Ints divide to floats unless `rounding_mode` is `"trunc"` (toward zero) or `"floor"`.
 *
 * @throws RuntimeError ZeroDivisionError for rounded division of ints by zero.
 */
export function div(
  input: TensorLike,
  other: TensorLike,
  options?: { rounding_mode?: "trunc" | "floor" | null },
): Tensor;
export function div(
  input: TensorLike,
  options: { other: TensorLike; rounding_mode?: "trunc" | "floor" | null },
): Tensor;
export function div(input: TensorLike, ...args: unknown[]): Tensor {
  const { other, rounding_mode } = bind<{ other: TensorLike; rounding_mode?: "trunc" | "floor" | null }>(
    "div",
    ["other"],
    ["rounding_mode"],
    args,
    1,
  );
  if (rounding_mode !== undefined) {
    if (rounding_mode === "floor" || rounding_mode === "trunc") {
      const [a, b] = promote("div", input, other);
      const floor = rounding_mode === "floor";
      const handle = floor ? floor_divide(a.detach(), b.detach()).handle : truncated_quotient(a, b);
      return record("div_rounded", handle, [a, b]);
    }
    if (rounding_mode !== null) {
      throw new RuntimeError(
        `div expected rounding_mode to be one of None, 'trunc', or 'floor' but found '${rounding_mode}'`,
      );
    }
  }
  const [a, b] = promote_floating("div", input, other);
  check_broadcast(a, b);
  return record("div", execute("RealDiv", [a.handle, b.handle]), [a, b], [b.requires_grad ? a : null, b]);
}

/** {@link div}. */
export function divide(
  input: TensorLike,
  other: TensorLike,
  options?: { rounding_mode?: "trunc" | "floor" | null },
): Tensor;
export function divide(
  input: TensorLike,
  options: { other: TensorLike; rounding_mode?: "trunc" | "floor" | null },
): Tensor;
export function divide(input: TensorLike, ...args: unknown[]): Tensor {
  const { other, rounding_mode } = bind<{ other: TensorLike; rounding_mode?: "trunc" | "floor" | null }>(
    "divide",
    ["other"],
    ["rounding_mode"],
    args,
    1,
  );
  return div(input, other, { rounding_mode });
}

/** `input / other` in floating point. */
export function true_divide(input: TensorLike, other: TensorLike): Tensor;
export function true_divide(input: TensorLike, options: { other: TensorLike }): Tensor;
export function true_divide(input: TensorLike, ...args: unknown[]): Tensor {
  const other = operand<TensorLike>("true_divide", "other", args);
  return div(input, other);
}

/** A whole-number type in which bools divide. */
function no_bool(a: Tensor, b: Tensor, name: string): void {
  if (a.dtype === bool || b.dtype === bool) throw new RuntimeError(`"${name}" not implemented for 'Bool'`);
}

function truncated_quotient(a: Tensor, b: Tensor): Handle {
  no_bool(a, b, "div_trunc");
  if (!a.dtype.is_floating_point) return divide_whole("TruncateDiv", a, b);
  const quotient = run_pair("RealDiv", a, b);
  return truncate(quotient);
}

/** A floating handle without its fractions. */
export function truncate(handle: Handle): Handle {
  return execute("Mul", [execute("Sign", [handle]), execute("Floor", [execute("Abs", [handle])])]);
}

/** `floor(input / other)`, as Python's `//`. No gradient flows. @throws RuntimeError ZeroDivisionError for ints. */
export function floor_divide(input: TensorLike, other: TensorLike): Tensor;
export function floor_divide(input: TensorLike, options: { other: TensorLike }): Tensor;
export function floor_divide(input: TensorLike, ...args: unknown[]): Tensor {
  const other = operand<TensorLike>("floor_divide", "other", args);
  const [a, b] = promote("floor_divide", input, other);
  no_bool(a, b, "div_floor");
  if (!a.dtype.is_floating_point) return new Tensor(divide_whole("FloorDiv", a, b));
  // As C's: the quotient of what is left after taking the remainder away, so that 1 // 0.1 is 9 and not 10.
  const quotient = run_pair("RealDiv", a, b);
  const modulo = run_pair("TruncateMod", a, b);
  const zero = execute("ZerosLike", [b.handle]);
  const less = (x: Handle): Handle => execute("Less", [x, execute("ZerosLike", [x])]);
  const differ = execute("NotEqual", [less(modulo), less(b.handle)]);
  const down = execute("LogicalAnd", [execute("NotEqual", [modulo, execute("ZerosLike", [modulo])]), differ]);
  const exact = execute("RealDiv", [execute("Sub", [a.handle, modulo]), b.handle]);
  const one = execute("OnesLike", [exact]);
  const lowered = execute("SelectV2", [down, execute("Sub", [exact, one]), exact]);
  const rounded = execute("Rint", [lowered]);
  return new Tensor(execute("SelectV2", [execute("Equal", [b.handle, zero]), quotient, rounded]));
}

/** The remainder with the sign of `other`, as Python's `%`. @throws RuntimeError ZeroDivisionError for ints. */
export function remainder(input: TensorLike, other: TensorLike): Tensor;
export function remainder(input: TensorLike, options: { other: TensorLike }): Tensor;
export function remainder(input: TensorLike, ...args: unknown[]): Tensor {
  const other = operand<TensorLike>("remainder", "other", args);
  const [a, b] = promote("remainder", input, other);
  no_bool(a, b, "remainder_cpu");
  return record("remainder", divide_whole("FloorMod", a, b), [a, b], crosswise(a, b));
}

/** The remainder with the sign of `input`, as C's `fmod`. @throws RuntimeError ZeroDivisionError for ints. */
export function fmod(input: TensorLike, other: TensorLike): Tensor;
export function fmod(input: TensorLike, options: { other: TensorLike }): Tensor;
export function fmod(input: TensorLike, ...args: unknown[]): Tensor {
  const other = operand<TensorLike>("fmod", "other", args);
  const [a, b] = promote("fmod", expect_tensor("fmod", input), other);
  no_bool(a, b, "fmod_cpu");
  // TensorFlow has it for int32 among the whole numbers; by quotients it serves all of them.
  const handle = a.dtype.is_floating_point
    ? run_pair("TruncateMod", a, b)
    : sub(a, mul(new Tensor(divide_whole("TruncateDiv", a, b)), b)).handle;
  return record("fmod", handle, [a, b], crosswise(a, b));
}

/**
 * `input` to the power of `exponent`, either of which may be a number.
 *
 * @throws RuntimeError for whole numbers to a negative number.
 */
export function pow(input: TensorLike, exponent: TensorLike): Tensor;
export function pow(input: TensorLike, options: { exponent: TensorLike }): Tensor;
export function pow(input: TensorLike, ...args: unknown[]): Tensor {
  const exponent = operand<TensorLike>("pow", "exponent", args);
  if (is_tensor(input) && typeof exponent === "number") return pow_number(input, exponent);
  // To the power of True or False: the tensor itself, or ones.
  if (is_tensor(input) && input.dtype === bool && typeof exponent === "boolean") {
    return exponent ? input._alias() : input.logical_or(input.logical_not());
  }
  const [a, b] = promote("pow", input, exponent);
  if (a.dtype === bool) throw new RuntimeError("\"pow\" not implemented for 'Bool'");
  if (a.dtype.is_floating_point) {
    const power = record("pow", run_pair("Pow", a, b), [a, b], [a, b, b.requires_grad ? true : null]);
    return is_tensor(exponent) ? named("PowBackward1", power, b) : power;
  }
  // TensorFlow refuses negative exponents of whole numbers; PyTorch cuts 1/x off to 0, 1 or -1.
  check_broadcast(a, b);
  const zero = execute("ZerosLike", [b.handle]);
  const one = execute("OnesLike", [a.handle]);
  const negative = execute_any("Less", [b.handle, zero]);
  const power = execute_any("Pow", [a.handle, execute_any("Maximum", [b.handle, zero])]);
  const unit = execute_any("Equal", [execute_any("Mul", [a.handle, a.handle]), one]);
  const parity = execute_any("Pow", [
    a.handle,
    execute_any("FloorMod", [b.handle, cast(as_operand(2, b.dtype, "pow"), b.dtype).handle]),
  ]);
  const inverse = execute("SelectV2", [unit, parity, execute("ZerosLike", [a.handle])]);
  return new Tensor(execute("SelectV2", [negative, inverse, power]));
}

function pow_number(input: Tensor, exponent: number): Tensor {
  const dtype = result_type(input, exponent);
  const a = cast(input, dtype);
  if (!dtype.is_floating_point) {
    if (dtype === bool) throw new RuntimeError("\"pow\" not implemented for 'Bool'");
    if (exponent < 0) throw new RuntimeError("Integers to negative integer powers are not allowed.");
    return new Tensor(execute_any("Pow", [a.handle, as_operand(exponent, dtype, "pow").handle]));
  }
  let handle: Handle;
  if (exponent === 2) handle = execute("Square", [a.handle]);
  else if (exponent === 0.5) handle = execute("Sqrt", [a.handle]);
  else if (exponent === -1) handle = execute("Reciprocal", [a.handle]);
  else handle = execute("Pow", [a.handle, as_operand(exponent, dtype, "pow").handle]);
  return record("pow_number", handle, [a], [a], exponent);
}

/** `exp(input) ` and the like of one operand are in `unary.ts`; the negative is here as arithmetic needs it. */
export function neg(input: Tensor, ...more: []): Tensor {
  none("neg", more);
  expect_tensor("neg", input);
  if (input.dtype === bool) {
    throw new RuntimeError(
      "Negation, the `-` operator, on a bool tensor is not supported. If you are trying to invert a mask, use the `~` or " +
        "`logical_not()` operator instead.",
    );
  }
  return record("neg", execute_any("Neg", [input.handle]), [input]);
}

/** {@link neg}. */
export function negative(input: Tensor, ...more: []): Tensor {
  none("negative", more);
  expect_tensor("negative", input);
  return neg(input);
}

/** Elements of `a` where `condition` holds, else of `b`, which have one dtype: the core of `where`. */
export function choose(condition: Tensor, a: Tensor, b: Tensor): Tensor {
  return record("where", execute("SelectV2", [condition.handle, a.handle, b.handle]), [a, b], [condition]);
}

/** `x * log(y)`, 0 where x is 0 unless y is NaN. */
export function xlogy(input: TensorLike, other: TensorLike): Tensor;
export function xlogy(input: TensorLike, options: { other: TensorLike }): Tensor;
export function xlogy(input: TensorLike, ...args: unknown[]): Tensor {
  const other = operand<TensorLike>("xlogy", "other", args);
  const [a, b] = promote_floating("xlogy", input, other);
  check_broadcast(a, b);
  return record("xlogy", execute("Xlogy", [a.handle, b.handle]), [a, b], [a, b]);
}

/** The angle of the point (`other`, `input`) in radians, in [-π, π]. */
export function atan2(input: Tensor, other: Tensor): Tensor;
export function atan2(input: Tensor, options: { other: Tensor }): Tensor;
export function atan2(input: Tensor, ...args: unknown[]): Tensor {
  const other = operand<Tensor>("atan2", "other", args);
  expect_tensor("atan2", input);
  const [a, b] = promote_floating("atan2", input, expect_tensor("atan2", other, "other"));
  check_broadcast(a, b);
  return record("atan2", execute("Atan2", [a.handle, b.handle]), [a, b], [a, b]);
}

/** {@link atan2}. */
export function arctan2(input: Tensor, other: Tensor): Tensor;
export function arctan2(input: Tensor, options: { other: Tensor }): Tensor;
export function arctan2(input: Tensor, ...args: unknown[]): Tensor {
  const other = operand<Tensor>("arctan2", "other", args);
  expect_tensor("arctan2", input);
  return atan2(input, other);
}
