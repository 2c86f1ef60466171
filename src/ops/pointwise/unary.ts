/** @file Functions of one operand, element by element. */
import { bind, is_options, none } from "../../args";
import { named, record } from "../../autograd/tape";
import { execute } from "../../backend/engine";
import { bool, uint8 } from "../../dtype";
import { RuntimeError } from "../../errors";
import { Tensor } from "../../tensor";
import { expect_floating_kernel, expect_no_bool, expect_tensor, to_floating } from "../value/convert";
import { full } from "../value/create";
import { execute_any } from "../value/fallback";
import { choose, div, mul, truncate } from "./elementwise";

const output: readonly true[] = [true];

/** A floating function whose rule needs its input. */
function of_input(op: string, rule: string, input: Tensor): Tensor {
  const x = to_floating(input);
  return record(rule, execute(op, [x.handle]), [x], [x]);
}

/** A floating function whose rule needs its output. */
function of_output(op: string, rule: string, input: Tensor): Tensor {
  const x = to_floating(input);
  return record(rule, execute(op, [x.handle]), [x], output);
}

/** e to the power of every element. */
export function exp(input: Tensor, ...more: []): Tensor {
  none("exp", more);
  expect_tensor("exp", input);
  return of_output("Exp", "exp", input);
}

/** `exp(input) - 1`, exact near 0. */
export function expm1(input: Tensor, ...more: []): Tensor {
  none("expm1", more);
  expect_tensor("expm1", input);
  return of_output("Expm1", "expm1", input);
}

/** 2 to the power of every element. */
export function exp2(input: Tensor, ...more: []): Tensor {
  none("exp2", more);
  expect_tensor("exp2", input);
  return named("Exp2Backward0", exp(mul(to_floating(input), Math.LN2)), input);
}

/** The natural logarithm. */
export function log(input: Tensor, ...more: []): Tensor {
  none("log", more);
  expect_tensor("log", input);
  return of_input("Log", "log", input);
}

/** `log(1 + input)`, exact near 0. */
export function log1p(input: Tensor, ...more: []): Tensor {
  none("log1p", more);
  expect_tensor("log1p", input);
  return of_input("Log1p", "log1p", input);
}

/** The logarithm of base 2. */
export function log2(input: Tensor, ...more: []): Tensor {
  none("log2", more);
  expect_tensor("log2", input);
  return named("Log2Backward0", div(log(input), Math.LN2), input);
}

/** The logarithm of base 10. */
export function log10(input: Tensor, ...more: []): Tensor {
  none("log10", more);
  expect_tensor("log10", input);
  return named("Log10Backward0", div(log(input), Math.LN10), input);
}

/** The square root; NaN below 0. */
export function sqrt(input: Tensor, ...more: []): Tensor {
  none("sqrt", more);
  expect_tensor("sqrt", input);
  return of_output("Sqrt", "sqrt", input);
}

/** `1 / sqrt(input)`. */
export function rsqrt(input: Tensor, ...more: []): Tensor {
  none("rsqrt", more);
  expect_tensor("rsqrt", input);
  return of_output("Rsqrt", "rsqrt", input);
}

/** Every element times itself. */
export function square(input: Tensor, ...more: []): Tensor {
  none("square", more);
  expect_tensor("square", input);
  if (input.dtype === bool) return mul(input.long(), input.long());
  if (!input.dtype.is_floating_point) return mul(input, input);
  return record("pow_number", execute("Square", [input.handle]), [input], [input], 2);
}

/** `1 / input`. */
export function reciprocal(input: Tensor, ...more: []): Tensor {
  none("reciprocal", more);
  expect_tensor("reciprocal", input);
  return of_output("Reciprocal", "reciprocal", input);
}

/** The absolute value. */
export function abs(input: Tensor, ...more: []): Tensor {
  none("abs", more);
  expect_tensor("abs", input);
  expect_no_bool("abs_cpu", input);
  if (input.dtype === uint8) return input._alias();
  return record("abs", execute_any("Abs", [input.handle]), [input], [input]);
}

/** {@link abs}. */
export function absolute(input: Tensor, ...more: []): Tensor {
  none("absolute", more);
  expect_tensor("absolute", input);
  return abs(input);
}

/** -1, 0 or 1 by the sign of every element. */
export function sign(input: Tensor, ...more: []): Tensor {
  none("sign", more);
  expect_tensor("sign", input);
  if (input.dtype === bool) return input._alias();
  return named(
    "SignBackward0",
    record("flat", execute_any("Sign", [input.handle]), [input], [], "Sign"),
    input,
  );
}

/** The sine of radians. */
export function sin(input: Tensor, ...more: []): Tensor {
  none("sin", more);
  expect_tensor("sin", input);
  return of_input("Sin", "sin", input);
}

/** The cosine of radians. */
export function cos(input: Tensor, ...more: []): Tensor {
  none("cos", more);
  expect_tensor("cos", input);
  return of_input("Cos", "cos", input);
}

/** The tangent of radians. */
export function tan(input: Tensor, ...more: []): Tensor {
  none("tan", more);
  expect_tensor("tan", input);
  return of_output("Tan", "tan", input);
}

/** The arc sine in radians. */
export function asin(input: Tensor, ...more: []): Tensor {
  none("asin", more);
  expect_tensor("asin", input);
  return of_input("Asin", "asin", input);
}

/** The arc cosine in radians. */
export function acos(input: Tensor, ...more: []): Tensor {
  none("acos", more);
  expect_tensor("acos", input);
  return of_input("Acos", "acos", input);
}

/** The arc tangent in radians. */
export function atan(input: Tensor, ...more: []): Tensor {
  none("atan", more);
  expect_tensor("atan", input);
  return of_input("Atan", "atan", input);
}

/** The hyperbolic sine. */
export function sinh(input: Tensor, ...more: []): Tensor {
  none("sinh", more);
  expect_tensor("sinh", input);
  return of_input("Sinh", "sinh", input);
}

/** The hyperbolic cosine. */
export function cosh(input: Tensor, ...more: []): Tensor {
  none("cosh", more);
  expect_tensor("cosh", input);
  return of_input("Cosh", "cosh", input);
}

/** The inverse hyperbolic sine. */
export function asinh(input: Tensor, ...more: []): Tensor {
  none("asinh", more);
  expect_tensor("asinh", input);
  return of_input("Asinh", "asinh", input);
}

/** The inverse hyperbolic cosine. */
export function acosh(input: Tensor, ...more: []): Tensor {
  none("acosh", more);
  expect_tensor("acosh", input);
  return of_input("Acosh", "acosh", input);
}

/** The inverse hyperbolic tangent. */
export function atanh(input: Tensor, ...more: []): Tensor {
  none("atanh", more);
  expect_tensor("atanh", input);
  return of_input("Atanh", "atanh", input);
}

/** The error function. */
export function erf(input: Tensor, ...more: []): Tensor {
  none("erf", more);
  expect_tensor("erf", input);
  return of_input("Erf", "erf", input);
}

/** `1 - erf(input)`. */
export function erfc(input: Tensor, ...more: []): Tensor {
  none("erfc", more);
  expect_tensor("erfc", input);
  return of_input("Erfc", "erfc", input);
}

/** The inverse of the error function. */
export function erfinv(input: Tensor, ...more: []): Tensor {
  none("erfinv", more);
  expect_tensor("erfinv", input);
  return of_output("Erfinv", "erfinv", input);
}

/** The logarithm of the gamma function's absolute value. */
export function lgamma(input: Tensor, ...more: []): Tensor {
  none("lgamma", more);
  expect_tensor("lgamma", input);
  return of_input("Lgamma", "lgamma", input);
}

/** The derivative of {@link lgamma}. */
export function digamma(input: Tensor, ...more: []): Tensor {
  none("digamma", more);
  expect_tensor("digamma", input);
  const x = to_floating(input);
  // TensorFlow says NaN at the pole at 0, where PyTorch says -∞, or ∞ at -0.
  const zero = execute("Equal", [x.handle, execute("ZerosLike", [x.handle])]);
  const pole = execute("Neg", [execute("Reciprocal", [x.handle])]);
  const handle = execute("SelectV2", [zero, pole, execute("Digamma", [x.handle])]);
  return record("digamma", handle, [x], [x]);
}

/** `1 / (1 + exp(-input))`. */
export function sigmoid(input: Tensor, ...more: []): Tensor {
  none("sigmoid", more);
  expect_tensor("sigmoid", input);
  return of_output("Sigmoid", "sigmoid", input);
}

/** The gradient of {@link sigmoid} from its output: `grad * output * (1 - output)`. */
export function sigmoid_backward(grad: Tensor, y: Tensor): Tensor {
  return record("sigmoid_backward", execute("SigmoidGrad", [y.handle, grad.handle]), [grad, y], [grad, y]);
}

/** The hyperbolic tangent. */
export function tanh(input: Tensor, ...more: []): Tensor {
  none("tanh", more);
  expect_tensor("tanh", input);
  return of_output("Tanh", "tanh", input);
}

/** The gradient of {@link tanh} from its output: `grad * (1 - output²)`. */
export function tanh_backward(grad: Tensor, y: Tensor): Tensor {
  return record("tanh_backward", execute("TanhGrad", [y.handle, grad.handle]), [grad, y], [grad, y]);
}

function whole(op: string, name: string, input: Tensor): Tensor {
  if (input.dtype === bool) throw new RuntimeError(`"${name}" not implemented for 'Bool'`);
  if (!input.dtype.is_floating_point) return input._alias();
  return record("flat", execute(op, [input.handle]), [input], [], name[0].toUpperCase() + name.slice(1));
}

/** The greatest whole number not above each element. */
export function floor(input: Tensor, ...more: []): Tensor {
  none("floor", more);
  expect_tensor("floor", input);
  return named("FloorBackward0", whole("Floor", "floor", input), input);
}

/** The least whole number not below each element. */
export function ceil(input: Tensor, ...more: []): Tensor {
  none("ceil", more);
  expect_tensor("ceil", input);
  return named("CeilBackward0", whole("Ceil", "ceil", input), input);
}

/** The nearest whole number, halves to the even one; `decimals` places are kept (negative: places before the point). */
export function round(input: Tensor, options?: { decimals?: number }): Tensor;
export function round(input: Tensor, ...args: unknown[]): Tensor {
  const { decimals = 0 } = bind<{ decimals: number }>("round", [], ["decimals"], args);
  expect_tensor("round", input);
  const given = args.some((arg) => is_options(arg) && arg.decimals !== undefined);
  if (given) expect_floating_kernel(decimals === 0 ? "round_vml_cpu" : "round_cpu", input);
  if (decimals === 0) return whole("Rint", "round", input);
  const scale = 10 ** Math.abs(decimals);
  return decimals > 0 ? div(round(mul(input, scale)), scale) : mul(round(div(input, scale)), scale);
}

/** Every element without its fraction. */
export function trunc(input: Tensor, ...more: []): Tensor {
  none("trunc", more);
  expect_tensor("trunc", input);
  if (input.dtype === bool) throw new RuntimeError("\"trunc\" not implemented for 'Bool'");
  if (!input.dtype.is_floating_point) return input._alias();
  return named("TruncBackward0", record("flat", truncate(input.handle), [input], [], "Trunc"), input);
}

/** {@link trunc}. */
export function fix(input: Tensor, ...more: []): Tensor {
  none("fix", more);
  expect_tensor("fix", input);
  return trunc(input);
}

/** The fraction of every element, with its sign. */
export function frac(input: Tensor, ...more: []): Tensor {
  none("frac", more);
  expect_tensor("frac", input);
  expect_floating_kernel("frac_cpu", input);
  return named("FracBackward0", input.sub(trunc(input)), input);
}

/** `log(input / (1 - input))`, with the input clamped to [eps, 1 - eps] if given. */
export function logit(input: Tensor, eps?: number | null): Tensor;
export function logit(input: Tensor, options: { eps?: number | null }): Tensor;
export function logit(input: Tensor, ...args: unknown[]): Tensor {
  const { eps: limit = null } = bind<{ eps?: number | null }>("logit", ["eps"], [], args);
  expect_tensor("logit", input);
  const x = to_floating(input);
  // Bounds that cross (eps above a half) leave the lower one in force.
  const p =
    limit === null
      ? x
      : choose(x.lt(limit), full(x.shape, limit, { dtype: x.dtype }), x.clamp_max(1 - limit));
  return named("LogitBackward0", log(div(p, p.rsub(1))), input);
}

/** `sin(πx) / (πx)`, 1 at 0. */
export function sinc(input: Tensor, ...more: []): Tensor {
  none("sinc", more);
  expect_tensor("sinc", input);
  const x = to_floating(input);
  const zero = new Tensor(execute("Equal", [x.handle, execute("ZerosLike", [x.handle])]));
  const ones = new Tensor(execute("OnesLike", [x.handle]));
  // The divisor is 1 where x is 0, so that no NaN reaches the gradient.
  const angle = mul(choose(zero, ones, x), Math.PI);
  return named("SincBackward0", choose(zero, ones, div(sin(angle), angle)), input);
}

/** Degrees in radians. */
export function deg2rad(input: Tensor, ...more: []): Tensor {
  none("deg2rad", more);
  expect_tensor("deg2rad", input);
  return named("Deg2RadBackward0", mul(to_floating(input), Math.PI / 180), input);
}

/** Radians in degrees. */
export function rad2deg(input: Tensor, ...more: []): Tensor {
  none("rad2deg", more);
  expect_tensor("rad2deg", input);
  return named("Rad2DegBackward0", mul(to_floating(input), 180 / Math.PI), input);
}
