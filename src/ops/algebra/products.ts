/** @file Products of vectors and matrices: Kronecker, dot products over a dimension, Vandermonde. */
import { bind, operand } from "../../args";
import { RuntimeError } from "../../errors";
import { normalize_dims, range, type Shape } from "../../shape";
import type { Tensor } from "../../tensor";
import { mul } from "../pointwise/elementwise";
import { cumprod, sum_dims } from "../reduction/reduce";
import { cat } from "../shape/join";
import { reshape, unsqueeze } from "../shape/movement";
import { expect_tensor } from "../value/convert";

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

/** Powers 0 to N - 1 of the elements of a vector, in columns from the highest, or from 0 with `increasing`. */
export function vander(x: Tensor, N?: number | null, increasing?: boolean | { increasing?: boolean }): Tensor;
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

/**
 * Powers 0 to N - 1 of the elements of vectors, in rows, from the lowest.
 *
 * @param x (..., n).
 * @param options `N`, the number of powers, n by default.
 * @returns (..., n, N).
 * @throws RuntimeError for fewer than two powers.
 */
export function vander_rows(x: Tensor, options?: { N?: number | null }): Tensor;
export function vander_rows(x: Tensor, ...args: unknown[]): Tensor {
  const { N = null } = bind<{ N?: number | null }>("linalg.vander", [], ["N"], args);
  const vectors = expect_tensor("linalg.vander", x, "x");
  if (vectors.dtype.category === 0) {
    throw new RuntimeError(
      "linalg.vander supports floating point, complex, and integer tensors, but got Bool",
    );
  }
  const size = vectors.shape[vectors.ndim - 1] ?? 1;
  const count = N ?? size;
  if (!(count > 1) || !Number.isInteger(count)) throw new RuntimeError("N must be greater than 1.");
  const wide = vectors.ndim === 0 ? reshape(vectors, [1, 1]) : unsqueeze(vectors, -1);
  const one = wide.mul(0).add(1);
  const powers = Array.from({ length: count - 1 }, () => wide);
  return cumprod(cat([one, ...powers], -1), -1);
}

/**
 * The dot products of vectors along `dim`, over leading dimensions that broadcast.
 *
 * @throws RuntimeError for two dtypes, or sizes that do not broadcast.
 */
export function vecdot(x: Tensor, y: Tensor, options?: { dim?: number }): Tensor;
export function vecdot(x: Tensor, options: { y: Tensor; dim?: number }): Tensor;
export function vecdot(x: Tensor, ...args: unknown[]): Tensor {
  const { y, dim = -1 } = bind<{ y: Tensor; dim?: number }>("linalg.vecdot", ["y"], ["dim"], args, 1);
  expect_tensor("linalg.vecdot", x, "x");
  expect_tensor("linalg.vecdot", y, "y");
  if (x.dtype !== y.dtype) {
    throw new RuntimeError(
      `linalg.vecdot: Expected x and y to have the same dtype, but found x of type ${x.dtype.scalar_type} and y of type ` +
        `${y.dtype.scalar_type} instead`,
    );
  }
  if (!x.dtype.is_floating_point) {
    throw new RuntimeError(
      `linalg.vecdot: Expected a floating point or complex tensor as input. Got ${x.dtype.scalar_type}`,
    );
  }
  const product = mul(x, y);
  return sum_dims(product, normalize_dims(dim, product.ndim), false);
}
