/** @file Products and moments of whole tensors: Kronecker, powers, chains, covariance. */
import { bind, none, operand } from "../args";
import { RuntimeError } from "../errors";
import { range, type Shape } from "../shape";
import type { Tensor } from "../tensor";
import { cast, expect_tensor, to_floating } from "./convert";
import { eye } from "./create";
import { inv } from "./decomposition";
import { diagonal } from "./diagonals";
import { div, mul, sub } from "./elementwise";
import { matmul } from "./linalg";
import { permute, reshape } from "./movement";
import { sum } from "./reduce";
import { sqrt } from "./unary";

/** The Kronecker product: every element of `input` times all of `other`, in blocks. */
export function kron(input: Tensor, other: Tensor): Tensor;
export function kron(input: Tensor, options: { other: Tensor }): Tensor;
export function kron(input: Tensor, ...args: unknown[]): Tensor {
  const other = expect_tensor("kron", operand<Tensor>("kron", "other", args), "other");
  expect_tensor("kron", input);
  const rank = Math.max(input.ndim, other.ndim);
  const padded = (x: Tensor): number[] => [...new Array<number>(rank - x.ndim).fill(1), ...x.shape];
  const a = padded(input);
  const b = padded(other);
  const spread = (shape: Shape, last: boolean): number[] => shape.flatMap((n) => (last ? [1, n] : [n, 1]));
  const product = mul(reshape(input, spread(a, false)), reshape(other, spread(b, true)));
  return reshape(
    product,
    a.map((n, i) => n * b[i]),
  );
}

/**
 * The covariance matrix of the variables in the rows of `input`, whose columns are observations.
 *
 * @param input (variables, observations), or a vector of observations.
 */
export function cov(input: Tensor, options?: { correction?: number }): Tensor;
export function cov(input: Tensor, ...args: unknown[]): Tensor {
  const { correction = 1 } = bind<{ correction: number }>("cov", [], ["correction"], args);
  expect_tensor("cov", input);
  if (input.ndim > 2) {
    throw new RuntimeError(
      `cov(): expected input to have two or fewer dimensions but got an input with ${input.ndim} dimensions`,
    );
  }
  const rows = to_floating(input.ndim < 2 ? reshape(input, [1, input.numel()]) : input);
  const count = rows.shape[1];
  const centered = sub(rows, div(sum(rows, 1, true), count));
  const product = div(matmul(centered, permute(centered, [1, 0])), Math.max(count - correction, 0));
  return input.ndim < 2 ? reshape(product, []) : product;
}

/** The correlation coefficients of the variables in the rows of `input`: {@link cov} over the standard deviations. */
export function corrcoef(input: Tensor, ...more: []): Tensor {
  none("corrcoef", more);
  expect_tensor("corrcoef", input);
  const c = cov(input);
  if (c.ndim === 0) return div(c, c);
  const deviation = sqrt(diagonal(c));
  const n = deviation.numel();
  return div(div(c, reshape(deviation, [n, 1])), reshape(deviation, [1, n])).clamp(-1, 1);
}

/** A square matrix, or each of a batch, times itself `n` times; negative powers are those of the inverse. */
export function matrix_power(input: Tensor, n: number): Tensor;
export function matrix_power(input: Tensor, options: { n: number }): Tensor;
export function matrix_power(input: Tensor, ...args: unknown[]): Tensor {
  const { n } = bind<{ n: number }>("matrix_power", ["n"], [], args, 1);
  expect_tensor("matrix_power", input);
  const size = input.shape[input.ndim - 1];
  if (input.ndim < 2 || input.shape[input.ndim - 2] !== size) {
    throw new RuntimeError("linalg.matrix_power: A must be batches of square matrices");
  }
  if (!Number.isInteger(n)) throw new TypeError(`matrix_power(): argument 'n' must be int, not ${String(n)}`);
  let base = n < 0 ? inv(input) : input;
  let result = cast(eye(size), input.dtype).expand([...input.shape]);
  for (let left = Math.abs(n); left > 0; left = Math.floor(left / 2)) {
    if (left % 2 === 1) result = matmul(result, base);
    base = matmul(base, base);
  }
  return result;
}

/** Powers 0 to N - 1 of the elements of a vector, in columns from the highest, or from 0 with `increasing`. */
export function vander(x: Tensor, N?: number | null, increasing?: boolean): Tensor;
export function vander(x: Tensor, options: { N?: number | null; increasing?: boolean }): Tensor;
export function vander(x: Tensor, ...args: unknown[]): Tensor {
  type Args = { N: number | null; increasing: boolean };
  const { N = null, increasing = false } = bind<Args>("vander", ["N", "increasing"], [], args);
  expect_tensor("vander", x, "x");
  if (x.ndim !== 1) throw new RuntimeError("x must be a one-dimensional tensor.");
  const count = N ?? x.numel();
  if (count < 0) throw new RuntimeError("N must be non-negative.");
  const powers = x.new_tensor(increasing ? range(count) : range(count).reverse());
  return reshape(x, [x.numel(), 1]).pow(powers);
}
