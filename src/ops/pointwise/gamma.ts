/** @file The gamma function's kin: polygamma, incomplete gamma functions, Riemann's zeta. */
import { lead, none, operand } from "../../args";
import { record } from "../../autograd/tape";
import { execute } from "../../backend/engine";
import { RuntimeError } from "../../errors";
import { is_tensor, type Tensor } from "../../tensor";
import { sum_dims } from "../reduction/reduce";
import { expect_tensor, promote_floating, type TensorLike, to_floating } from "../value/convert";
import { map_elements, map_pairs } from "./element-map";
import { check_broadcast, choose, mul } from "./elementwise";
import { digamma, lgamma, sin } from "./unary";

/** B[2k] / (2k)! for k from 1: the coefficients of the Euler-Maclaurin formula. */
const euler_maclaurin = [
  1 / 12,
  -1 / 720,
  1 / 30240,
  -1 / 1209600,
  1 / 47900160,
  -691 / 1307674368000,
  1 / 74724249600,
  -3617 / 10670622842880000,
];

/** Hurwitz's zeta function: the first terms of the sum, and the Euler-Maclaurin formula for the others (DLMF 25.11). */
function zeta_of(s: number, q: number): number {
  if (s === 1) return Number.POSITIVE_INFINITY;
  if (!(s > 1)) return Number.NaN;
  if (q <= 0) {
    if (Number.isInteger(q)) return Number.POSITIVE_INFINITY;
    if (!Number.isInteger(s)) return Number.NaN;
  }
  const from = Math.max(q, 0) + 12;
  let sum = 0;
  let at = q;
  for (; at < from; at++) {
    const term = at ** -s;
    sum += term;
    if (Math.abs(term) < 1e-17 * Math.abs(sum)) return sum;
  }
  const power = at ** -s;
  sum += (power * at) / (s - 1) + power / 2;
  let factor = (power / at) * s;
  euler_maclaurin.forEach((coefficient, k) => {
    sum += coefficient * factor;
    factor *= ((s + 2 * k + 1) * (s + 2 * k + 2)) / (at * at);
  });
  return sum;
}

/**
 * The `n`-th derivative of {@link digamma}.
 *
 * @param n A whole number that is not negative. The tensor may also come first, as of the method `x.polygamma(n)`.
 * @throws RuntimeError for a negative `n`.
 */
export function polygamma(n: number, input: Tensor): Tensor;
export function polygamma(n: number, options: { input: Tensor }): Tensor;
export function polygamma(input: Tensor, n: number): Tensor;
export function polygamma(input: Tensor, options: { n: number }): Tensor;
export function polygamma(...all: unknown[]): Tensor {
  const order = is_tensor(all[0]) ? (["input", "n"] as const) : (["n", "input"] as const);
  const { n, input, args } = lead<{ n: number; input: Tensor }>("polygamma", order, all);
  none("polygamma", args);
  if (!Number.isInteger(n)) throw new TypeError(`polygamma(): argument 'n' must be int, not ${String(n)}`);
  if (n < 0) throw new RuntimeError("polygamma(n, x) does not support negative n.");
  const x = to_floating(expect_tensor("polygamma", input));
  if (n === 0) return digamma(x);
  if (n === 1) return trigamma(x);
  return polygamma_above(n, x);
}

/** {@link polygamma}, the tensor first. */
export function polygamma_of(input: Tensor, n: number): Tensor;
export function polygamma_of(input: Tensor, options: { n: number }): Tensor;
export function polygamma_of(input: Tensor, ...args: unknown[]): Tensor {
  return polygamma(operand<number>("polygamma", "n", args), input);
}

/** The derivative of digamma; by the reflection formula ψ'(x) + ψ'(1 - x) = (π / sin πx)² below a half. */
function trigamma(x: Tensor): Tensor {
  const low = x.lt(0.5);
  const mirrored = polygamma_above(1, choose(low, x.rsub(1), x));
  const reflected = mul(sin(mul(x, Math.PI)), 1 / Math.PI)
    .pow(-2)
    .sub(mirrored);
  return choose(low, reflected, mirrored);
}

function polygamma_above(n: number, x: Tensor): Tensor {
  let factorial = n % 2 === 1 ? 1 : -1;
  for (let k = 2; k <= n && Number.isFinite(factorial); k++) factorial *= k;
  const handle = map_elements(x.handle, (value) => factorial * zeta_of(n + 1, value));
  return record("polygamma", handle, [x], [x], n);
}

/**
 * The logarithm of the multivariate gamma function of `p` dimensions: `p (p - 1) / 4 · log π + Σ lgamma(input - i / 2)` for
 * i from 0 to p - 1.
 *
 * @throws RuntimeError for a `p` below 1.
 */
export function mvlgamma(input: Tensor, p: number): Tensor;
export function mvlgamma(input: Tensor, options: { p: number }): Tensor;
export function mvlgamma(input: Tensor, ...args: unknown[]): Tensor {
  const p = operand<number>("mvlgamma", "p", args);
  if (expect_tensor("mvlgamma", input).dtype.category === 0) {
    throw new RuntimeError("The input tensor may not be a boolean tensor.");
  }
  const x = to_floating(input);
  if (!Number.isInteger(p)) throw new TypeError(`mvlgamma(): argument 'p' must be int, not ${String(p)}`);
  if (p < 1) throw new RuntimeError("p has to be greater than or equal to 1");
  const halves = x.new_tensor(Array.from({ length: p }, (_, i) => i / 2));
  const terms = lgamma(x.unsqueeze(-1).sub(halves));
  return sum_dims(terms, [x.ndim], false).add(((p * (p - 1)) / 4) * Math.log(Math.PI));
}

function incomplete(name: string, op: string, input: Tensor, args: readonly unknown[]): Tensor {
  const other = expect_tensor(name, operand<Tensor>(name, "other", args), "other");
  expect_tensor(name, input);
  if (!input.dtype.is_floating_point && !other.dtype.is_floating_point) {
    throw new RuntimeError(`"${name}_cpu" not implemented for '${input.dtype.scalar_type}'`);
  }
  const [a, x] = promote_floating(name, input, other);
  check_broadcast(a, x);
  return record(name, execute(op, [a.handle, x.handle]), [a, x], [a, x]);
}

/**
 * The regularized lower incomplete gamma function of the order `input`, up to `other`.
 *
 * A gradient flows to `other` alone, as in PyTorch: one asked for `input` throws.
 */
export function igamma(input: Tensor, other: Tensor): Tensor;
export function igamma(input: Tensor, options: { other: Tensor }): Tensor;
export function igamma(input: Tensor, ...args: unknown[]): Tensor {
  return incomplete("igamma", "Igamma", input, args);
}

/** The regularized upper incomplete gamma function, `1 - igamma(input, other)`. */
export function igammac(input: Tensor, other: Tensor): Tensor;
export function igammac(input: Tensor, options: { other: Tensor }): Tensor;
export function igammac(input: Tensor, ...args: unknown[]): Tensor {
  return incomplete("igammac", "Igammac", input, args);
}

/**
 * Hurwitz's zeta function, the sum of `(k + other) ** -input` over k from 0.
 *
 * A gradient flows to `other` alone, as in PyTorch: one asked for `input` throws.
 *
 * @throws TypeError for two numbers.
 */
export function zeta(input: TensorLike, other: TensorLike): Tensor;
export function zeta(input: TensorLike, options: { other: TensorLike }): Tensor;
export function zeta(input: TensorLike, ...args: unknown[]): Tensor {
  const other = operand<TensorLike>("special.zeta", "other", args);
  const [s, q] = promote_floating("special.zeta", input, other);
  check_broadcast(s, q);
  return record("zeta", map_pairs(s.handle, q.handle, zeta_of), [s, q], [s, q]);
}
