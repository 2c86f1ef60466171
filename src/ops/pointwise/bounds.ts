/** @file The greater and the lesser of two operands, and elements kept between bounds. */
import { bind, operand } from "../../args";
import { named, record } from "../../autograd/tape";
import { execute } from "../../backend/engine";
import { bool } from "../../dtype";
import { NotImplementedError, RuntimeError } from "../../errors";
import { is_tensor, Tensor } from "../../tensor";
import { as_operand, cast, expect_tensor, promote, result_type, type TensorLike } from "../value/convert";
import { execute_any } from "../value/fallback";
import { check_broadcast, choose, run_pair } from "./elementwise";

function extreme(name: "maximum" | "minimum", input: TensorLike, other: TensorLike): Tensor {
  const [a, b] = promote(name, input, other);
  if (a.dtype === bool) {
    check_broadcast(a, b);
    return new Tensor(execute(name === "maximum" ? "LogicalOr" : "LogicalAnd", [a.handle, b.handle]));
  }
  return record(name, run_pair(name === "maximum" ? "Maximum" : "Minimum", a, b), [a, b], [a, b]);
}

/** The greater of two elements; NaN where either is. Equal elements share the gradient. */
export function maximum(input: Tensor, other: Tensor): Tensor;
export function maximum(input: Tensor, options: { other: Tensor }): Tensor;
export function maximum(input: Tensor, ...args: unknown[]): Tensor {
  const other = operand<Tensor>("maximum", "other", args);
  expect_tensor("maximum", input);
  expect_tensor("maximum", other, "other");
  return extreme("maximum", input, other);
}

/** The lesser of two elements; NaN where either is. Equal elements share the gradient. */
export function minimum(input: Tensor, other: Tensor): Tensor;
export function minimum(input: Tensor, options: { other: Tensor }): Tensor;
export function minimum(input: Tensor, ...args: unknown[]): Tensor {
  const other = operand<Tensor>("minimum", "other", args);
  expect_tensor("minimum", input);
  expect_tensor("minimum", other, "other");
  return extreme("minimum", input, other);
}

function extreme_of_numbers(name: "maximum" | "minimum", input: Tensor, other: Tensor): Tensor {
  const short = `f${name.slice(0, 3)}`;
  const [a, b] = promote(short, expect_tensor(short, input), expect_tensor(short, other, "other"));
  if (!a.dtype.is_floating_point) return extreme(name, a, b);
  const isnan = (x: Tensor): Tensor => new Tensor(execute("IsNan", [x.handle]));
  const filled = (x: Tensor, y: Tensor): Tensor => choose(isnan(x), y, x);
  check_broadcast(a, b);
  return extreme(name, filled(a, b), filled(b, a));
}

/** {@link maximum} that takes the other element in place of a NaN. */
export function fmax(input: Tensor, other: Tensor): Tensor;
export function fmax(input: Tensor, options: { other: Tensor }): Tensor;
export function fmax(input: Tensor, ...args: unknown[]): Tensor {
  const other = operand<Tensor>("fmax", "other", args);
  expect_tensor("fmax", input);
  return named("FmaxBackward0", extreme_of_numbers("maximum", input, other), input);
}

/** {@link minimum} that takes the other element in place of a NaN. */
export function fmin(input: Tensor, other: Tensor): Tensor;
export function fmin(input: Tensor, options: { other: Tensor }): Tensor;
export function fmin(input: Tensor, ...args: unknown[]): Tensor {
  const other = operand<Tensor>("fmin", "other", args);
  expect_tensor("fmin", input);
  return named("FminBackward0", extreme_of_numbers("minimum", input, other), input);
}

type Bound = number | boolean | Tensor | null;

/**
 * Elements below `min` become `min`, those above `max` become `max`; either may be left out. NaN stays.
 *
 * @throws RuntimeError when both are left out.
 * @example
 * x.clamp(0, 1); x.clamp({ min: 0 })
 */
export function clamp(input: Tensor, min?: Bound, max?: Bound): Tensor;
export function clamp(input: Tensor, min: Bound, options: { max?: Bound }): Tensor;
export function clamp(input: Tensor, options: { min?: Bound; max?: Bound }): Tensor;
export function clamp(input: Tensor, ...args: unknown[]): Tensor {
  return clamp_between("clamp", input, args);
}

function clamp_between(name: string, input: Tensor, args: readonly unknown[]): Tensor {
  const { min = null, max = null } = bind<{ min: Bound; max: Bound }>(name, ["min", "max"], [], args);
  expect_tensor(name, input);
  if (min === null && max === null)
    throw new RuntimeError("torch.clamp: At least one of 'min' or 'max' must not be None");
  const bounds = [min, max].filter((bound) => bound !== null);
  const dtype = result_type(input, ...bounds);
  if (dtype === bool && !bounds.some(is_tensor)) {
    throw new NotImplementedError("\"clamp_scalar_cpu\" not implemented for 'Bool'");
  }
  const x = cast(input, dtype);
  if (is_tensor(min) || is_tensor(max)) {
    let y = x;
    if (min !== null) {
      const low = as_operand(min, dtype, "clamp");
      y = choose(new Tensor(run_pair("Less", y, low)), low, y);
    }
    if (max !== null) {
      const high = as_operand(max, dtype, "clamp");
      y = choose(new Tensor(run_pair("Greater", y, high)), high, y);
    }
    return y;
  }
  let handle = x.handle;
  if (min !== null) handle = execute_any("Maximum", [handle, as_operand(min, dtype, "clamp").handle]);
  if (max !== null) handle = execute_any("Minimum", [handle, as_operand(max, dtype, "clamp").handle]);
  return named("ClampBackward1", record("clamp", handle, [x], [x], { min, max }), x);
}

/** {@link clamp}. */
export function clip(input: Tensor, min?: Bound, max?: Bound): Tensor;
export function clip(input: Tensor, min: Bound, options: { max?: Bound }): Tensor;
export function clip(input: Tensor, options: { min?: Bound; max?: Bound }): Tensor;
export function clip(input: Tensor, ...args: unknown[]): Tensor {
  return clamp_between("clip", input, args);
}

/** {@link clamp} from below. */
export function clamp_min(input: Tensor, min: number | boolean | Tensor): Tensor;
export function clamp_min(input: Tensor, options: { min: number | boolean | Tensor }): Tensor;
export function clamp_min(input: Tensor, ...args: unknown[]): Tensor {
  const min = operand<number | boolean | Tensor>("clamp_min", "min", args);
  expect_tensor("clamp_min", input);
  return is_tensor(min) ? maximum(input, min) : named("ClampMinBackward0", clamp(input, min), input);
}

/** {@link clamp} from above. */
export function clamp_max(input: Tensor, max: number | boolean | Tensor): Tensor;
export function clamp_max(input: Tensor, options: { max: number | boolean | Tensor }): Tensor;
export function clamp_max(input: Tensor, ...args: unknown[]): Tensor {
  const max = operand<number | boolean | Tensor>("clamp_max", "max", args);
  expect_tensor("clamp_max", input);
  return is_tensor(max) ? minimum(input, max) : named("ClampMaxBackward0", clamp(input, null, max), input);
}
