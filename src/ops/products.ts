/** @file Products of whole tensors and powers: Kronecker, of matrices, Vandermonde. */
import { bind, operand } from "../args";
import { RuntimeError } from "../errors";
import { range, type Shape } from "../shape";
import type { Tensor } from "../tensor";
import { cast, expect_tensor } from "./convert";
import { eye } from "./create";
import { inv } from "./decomposition";
import { mul } from "./elementwise";
import { matmul } from "./linalg";
import { reshape } from "./movement";

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
