/** @file Orthogonal polynomials (PyTorch: `torch.special`): of every element, of the degree that another tensor says. */
import { operand } from "../../args";
import { float32 } from "../../dtype";
import { Tensor } from "../../tensor";
import { promote_floating, type TensorLike } from "../value/convert";
import { map_pairs } from "./element-map";

/** Rounds to the dtype in which a polynomial is computed. */
type Round = (value: number) => number;
type Polynomial = (x: number, n: number, round: Round) => number;

const same: Round = (value) => value;

function evaluate(name: string, input: TensorLike, args: readonly unknown[], polynomial: Polynomial): Tensor {
  const n = operand<TensorLike>(`special.${name}`, "n", args);
  const [x, degree] = promote_floating(`special.${name}`, input, n);
  // Rounded as PyTorch's: the recurrences are ill-conditioned, so another precision would be seen.
  const round = x.dtype === float32 ? Math.fround : same;
  return new Tensor(map_pairs(x.handle, degree.handle, (a, k) => polynomial(a, Math.trunc(k), round)));
}

const even = (n: number): boolean => n % 2 === 0;

/**
 * A Chebyshev polynomial: the values at the ends, a formula of angles for high degrees, else the recurrence
 * `p[k + 1] = 2 x p[k] - p[k - 1]`, which all four kinds share and which begins with 1 and `second`.
 */
interface Chebyshev {
  at_one(n: number): number;
  at_minus_one(n: number): number;
  second(x: number, round: Round): number;
  /** Above this degree the formula serves, between -1 and 1. */
  readonly recurrence_to: number;
  angles(n: number, angle: number, round: Round): number;
}

function chebyshev(kind: Chebyshev, shifted: boolean): Polynomial {
  return (given, n, round) => {
    if (n < 0) return 0;
    const x = shifted ? round(round(given + given) - 1) : given;
    if (x === 1) return kind.at_one(n);
    if (x === -1) return kind.at_minus_one(n);
    if (n > (shifted ? shifted_to(kind) : kind.recurrence_to) && Math.abs(x) < 1) {
      return round(kind.angles(n, round(Math.acos(x)), round));
    }
    if (n === 0) return 1;
    let before = 1;
    let value = kind.second(x, round);
    const twice = round(x + x);
    for (let k = 2; k <= n && !Number.isNaN(value); k++) {
      const next = round(round(twice * value) - before);
      before = value;
      value = next;
    }
    return value;
  };
}

const shifted_to = (kind: Chebyshev): number => (kind === fourth ? 4 : 6);

const first: Chebyshev = {
  at_one: () => 1,
  at_minus_one: (n) => (even(n) ? 1 : -1),
  second: (x) => x,
  recurrence_to: 6,
  angles: (n, angle, round) => Math.cos(round(n * angle)),
};

const second: Chebyshev = {
  at_one: (n) => n + 1,
  at_minus_one: (n) => (even(n) ? n + 1 : -(n + 1)),
  second: (x, round) => round(x + x),
  recurrence_to: 8,
  angles: (n, angle, round) => round(Math.sin(round((n + 1) * angle))) / round(Math.sin(angle)),
};

const third: Chebyshev = {
  at_one: () => 1,
  at_minus_one: (n) => (even(n) ? 2 * n + 1 : -(2 * n + 1)),
  second: (x, round) => round(round(x + x) - 1),
  recurrence_to: 8,
  angles: (n, angle, round) => round(Math.cos(round((n + 0.5) * angle))) / round(Math.cos(angle / 2)),
};

const fourth: Chebyshev = {
  at_one: (n) => 2 * n + 1,
  at_minus_one: (n) => (even(n) ? 1 : -1),
  second: (x, round) => round(round(x + x) + 1),
  recurrence_to: 8,
  angles: (n, angle, round) => round(Math.sin(round((n + 0.5) * angle))) / round(Math.sin(angle / 2)),
};

/** Degrees above which Hermite polynomials are NaN, as in PyTorch. */
const hermite_limit = (round: Round): number => (round === same ? 512 : 128);

/** A polynomial by a recurrence of three terms, which begins with 1 and `start`. */
function recurrent(
  start: (x: number, round: Round) => number,
  next: (x: number, k: number, value: number, before: number, round: Round) => number,
): Polynomial {
  return (x, n, round) => {
    if (n < 0) return 0;
    if (n === 0) return 1;
    let before = 1;
    let value = start(x, round);
    for (let k = 1; k < n && !Number.isNaN(value); k++) {
      const following = next(x, k, value, before, round);
      before = value;
      value = following;
    }
    return value;
  };
}

const hermite: Polynomial = recurrent(
  (x, round) => round(x + x),
  (x, k, value, before, round) => round(round(round(x + x) * value) - round(2 * k * before)),
);

const hermite_e: Polynomial = recurrent(
  (x) => x,
  (x, k, value, before, round) => round(round(x * value) - round(k * before)),
);

const laguerre: Polynomial = recurrent(
  (x, round) => round(1 - x),
  (x, k, value, before, round) =>
    round(round(round(round(2 * k + round(1 - x)) * value) - round(k * before)) / (k + 1)),
);

const legendre: Polynomial = recurrent(
  (x) => x,
  (x, k, value, before, round) =>
    round(round(round(round((2 * k + 1) * x) * value) - round(k * before)) / (k + 1)),
);

const limited =
  (polynomial: Polynomial): Polynomial =>
  (x, n, round) =>
    n > hermite_limit(round) ? Number.NaN : polynomial(x, n, round);

const chebyshev_polynomial_t_of = chebyshev(first, false);
const chebyshev_polynomial_u_of = chebyshev(second, false);
const chebyshev_polynomial_v_of = chebyshev(third, false);
const chebyshev_polynomial_w_of = chebyshev(fourth, false);
const shifted_chebyshev_polynomial_t_of = chebyshev(first, true);
const shifted_chebyshev_polynomial_u_of = chebyshev(second, true);
const shifted_chebyshev_polynomial_v_of = chebyshev(third, true);
const shifted_chebyshev_polynomial_w_of = chebyshev(fourth, true);
const hermite_polynomial_h_of = limited(hermite);
const hermite_polynomial_he_of = limited(hermite_e);

/** The Chebyshev polynomial of the first kind, of degree `n`: `cos(n acos(input))` between -1 and 1. No gradient flows, as in PyTorch. */
export function chebyshev_polynomial_t(input: TensorLike, n: TensorLike): Tensor;
export function chebyshev_polynomial_t(input: TensorLike, options: { n: TensorLike }): Tensor;
export function chebyshev_polynomial_t(input: TensorLike, ...args: unknown[]): Tensor {
  return evaluate("chebyshev_polynomial_t", input, args, chebyshev_polynomial_t_of);
}

/** The Chebyshev polynomial of the second kind, of degree `n`. No gradient flows, as in PyTorch. */
export function chebyshev_polynomial_u(input: TensorLike, n: TensorLike): Tensor;
export function chebyshev_polynomial_u(input: TensorLike, options: { n: TensorLike }): Tensor;
export function chebyshev_polynomial_u(input: TensorLike, ...args: unknown[]): Tensor {
  return evaluate("chebyshev_polynomial_u", input, args, chebyshev_polynomial_u_of);
}

/** The Chebyshev polynomial of the third kind, of degree `n`. No gradient flows, as in PyTorch. */
export function chebyshev_polynomial_v(input: TensorLike, n: TensorLike): Tensor;
export function chebyshev_polynomial_v(input: TensorLike, options: { n: TensorLike }): Tensor;
export function chebyshev_polynomial_v(input: TensorLike, ...args: unknown[]): Tensor {
  return evaluate("chebyshev_polynomial_v", input, args, chebyshev_polynomial_v_of);
}

/** The Chebyshev polynomial of the fourth kind, of degree `n`. No gradient flows, as in PyTorch. */
export function chebyshev_polynomial_w(input: TensorLike, n: TensorLike): Tensor;
export function chebyshev_polynomial_w(input: TensorLike, options: { n: TensorLike }): Tensor;
export function chebyshev_polynomial_w(input: TensorLike, ...args: unknown[]): Tensor {
  return evaluate("chebyshev_polynomial_w", input, args, chebyshev_polynomial_w_of);
}

/** {@link chebyshev_polynomial_t} of `2 input - 1`. No gradient flows, as in PyTorch. */
export function shifted_chebyshev_polynomial_t(input: TensorLike, n: TensorLike): Tensor;
export function shifted_chebyshev_polynomial_t(input: TensorLike, options: { n: TensorLike }): Tensor;
export function shifted_chebyshev_polynomial_t(input: TensorLike, ...args: unknown[]): Tensor {
  return evaluate("shifted_chebyshev_polynomial_t", input, args, shifted_chebyshev_polynomial_t_of);
}

/** {@link chebyshev_polynomial_u} of `2 input - 1`. No gradient flows, as in PyTorch. */
export function shifted_chebyshev_polynomial_u(input: TensorLike, n: TensorLike): Tensor;
export function shifted_chebyshev_polynomial_u(input: TensorLike, options: { n: TensorLike }): Tensor;
export function shifted_chebyshev_polynomial_u(input: TensorLike, ...args: unknown[]): Tensor {
  return evaluate("shifted_chebyshev_polynomial_u", input, args, shifted_chebyshev_polynomial_u_of);
}

/** {@link chebyshev_polynomial_v} of `2 input - 1`. No gradient flows, as in PyTorch. */
export function shifted_chebyshev_polynomial_v(input: TensorLike, n: TensorLike): Tensor;
export function shifted_chebyshev_polynomial_v(input: TensorLike, options: { n: TensorLike }): Tensor;
export function shifted_chebyshev_polynomial_v(input: TensorLike, ...args: unknown[]): Tensor {
  return evaluate("shifted_chebyshev_polynomial_v", input, args, shifted_chebyshev_polynomial_v_of);
}

/** {@link chebyshev_polynomial_w} of `2 input - 1`. No gradient flows, as in PyTorch. */
export function shifted_chebyshev_polynomial_w(input: TensorLike, n: TensorLike): Tensor;
export function shifted_chebyshev_polynomial_w(input: TensorLike, options: { n: TensorLike }): Tensor;
export function shifted_chebyshev_polynomial_w(input: TensorLike, ...args: unknown[]): Tensor {
  return evaluate("shifted_chebyshev_polynomial_w", input, args, shifted_chebyshev_polynomial_w_of);
}

/** The physicist's Hermite polynomial of degree `n`: `h[k + 1] = 2 x h[k] - 2 k h[k - 1]`. No gradient flows, as in PyTorch. */
export function hermite_polynomial_h(input: TensorLike, n: TensorLike): Tensor;
export function hermite_polynomial_h(input: TensorLike, options: { n: TensorLike }): Tensor;
export function hermite_polynomial_h(input: TensorLike, ...args: unknown[]): Tensor {
  return evaluate("hermite_polynomial_h", input, args, hermite_polynomial_h_of);
}

/** The probabilist's Hermite polynomial of degree `n`: `h[k + 1] = x h[k] - k h[k - 1]`. No gradient flows, as in PyTorch. */
export function hermite_polynomial_he(input: TensorLike, n: TensorLike): Tensor;
export function hermite_polynomial_he(input: TensorLike, options: { n: TensorLike }): Tensor;
export function hermite_polynomial_he(input: TensorLike, ...args: unknown[]): Tensor {
  return evaluate("hermite_polynomial_he", input, args, hermite_polynomial_he_of);
}

/** The Laguerre polynomial of degree `n`. No gradient flows, as in PyTorch. */
export function laguerre_polynomial_l(input: TensorLike, n: TensorLike): Tensor;
export function laguerre_polynomial_l(input: TensorLike, options: { n: TensorLike }): Tensor;
export function laguerre_polynomial_l(input: TensorLike, ...args: unknown[]): Tensor {
  return evaluate("laguerre_polynomial_l", input, args, laguerre);
}

/** The Legendre polynomial of degree `n`. No gradient flows, as in PyTorch. */
export function legendre_polynomial_p(input: TensorLike, n: TensorLike): Tensor;
export function legendre_polynomial_p(input: TensorLike, options: { n: TensorLike }): Tensor;
export function legendre_polynomial_p(input: TensorLike, ...args: unknown[]): Tensor {
  return evaluate("legendre_polynomial_p", input, args, legendre);
}
