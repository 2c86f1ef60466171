/** @file Functions of whole matrices: powers, exponentials, products of many. */
import { bind, none } from "../../args";
import { float64 } from "../../dtype";
import { RuntimeError } from "../../errors";
import type { Tensor } from "../../tensor";
import { reshape } from "../shape/movement";
import { cast, expect_tensor } from "../value/convert";
import { eye } from "../value/create";
import { fill } from "../value/fill";
import { inv } from "./inverse";
import { matmul } from "./linalg";
import { expect_square } from "./matrices";

/** A square matrix, or each of a batch, times itself `n` times; negative powers are those of the inverse. */
export function matrix_power(input: Tensor, n: number): Tensor;
export function matrix_power(input: Tensor, options: { n: number }): Tensor;
export function matrix_power(input: Tensor, ...args: unknown[]): Tensor {
  const { n } = bind<{ n: number }>("matrix_power", ["n"], [], args, 1);
  expect_tensor("linalg.matrix_power", input);
  const size = input.shape[input.ndim - 1];
  if (input.ndim < 2 || input.shape[input.ndim - 2] !== size) expect_square("linalg.matrix_power", input);
  if (!Number.isInteger(n)) throw new TypeError(`matrix_power(): argument 'n' must be int, not ${String(n)}`);
  let base = n < 0 ? inv(input) : input;
  const unit = eye(size, { dtype: input.dtype });
  if (n === 0) return fill(input, 0).add(unit);
  let result = unit.expand([...input.shape]);
  for (let left = Math.abs(n); left > 0; left = Math.floor(left / 2)) {
    if (left % 2 === 1) result = matmul(result, base);
    base = matmul(base, base);
  }
  return result;
}

/**
 * The matrix exponential `Σ A^k / k!` of square matrices, (..., n, n).
 *
 * By scaling and squaring: the series of A / 2^s, whose norm is at most a half, squared s times.
 */
export function matrix_exp(A: Tensor, ...more: []): Tensor {
  none("linalg.matrix_exp", more);
  expect_square("linalg.matrix_exp", A);
  // In double precision, as squaring doubles errors.
  const x = cast(A, float64);
  const size = x.shape[x.ndim - 1];
  if (A.numel() === 0) return A.clone();
  const norm = x.detach().abs().sum(-2).max().item();
  const squarings = Number.isFinite(norm) && norm > 0.5 ? Math.ceil(Math.log2(norm)) + 1 : 0;
  const scaled = x.mul(2 ** -squarings);
  const unit = eye(size, { dtype: x.dtype });
  // Horner's scheme: 0.5^16 / 16! is below the precision of doubles.
  let result = scaled.div(16).add(unit);
  for (let k = 15; k > 0; k--) result = matmul(scaled.div(k), result).add(unit);
  for (let i = 0; i < squarings; i++) result = matmul(result, result);
  return cast(result, A.dtype);
}

/** The order of multiplications that takes the fewest steps, for matrices of sizes[i] by sizes[i + 1]: where to split. */
function best_splits(sizes: readonly number[]): number[][] {
  const count = sizes.length - 1;
  const cost = Array.from({ length: count }, () => new Array<number>(count).fill(0));
  const split = Array.from({ length: count }, () => new Array<number>(count).fill(0));
  for (let length = 2; length <= count; length++) {
    for (let from = 0; from + length <= count; from++) {
      const to = from + length - 1;
      cost[from][to] = Number.POSITIVE_INFINITY;
      for (let at = from; at < to; at++) {
        const steps = cost[from][at] + cost[at + 1][to] + sizes[from] * sizes[at + 1] * sizes[to + 1];
        if (steps < cost[from][to]) [cost[from][to], split[from][to]] = [steps, at];
      }
    }
  }
  return split;
}

/**
 * The product of two or more matrices, multiplied in the order that takes the fewest steps. The first may be a vector, which
 * is a row, and the last one, which is a column.
 *
 * @throws RuntimeError for fewer than two, other dimensions, or sizes that do not fit.
 */
export function multi_dot(tensors: readonly Tensor[], ...more: []): Tensor {
  none("linalg.multi_dot", more);
  if (!Array.isArray(tensors))
    throw new TypeError("multi_dot(): argument 'tensors' must be a list of Tensors");
  const count = tensors.length;
  if (count < 2) throw new RuntimeError(`multi_dot(): expected at least 2 tensors but got ${count}`);
  const chain = tensors.map((each: Tensor, i) => {
    const x = expect_tensor("multi_dot", each, "tensors");
    const end = i === 0 || i === count - 1;
    if (x.ndim === 2) return x;
    if (x.ndim === 1 && end) return reshape(x, i === 0 ? [1, x.shape[0]] : [x.shape[0], 1]);
    throw new RuntimeError(
      end
        ? `multi_dot(): the ${i === 0 ? "first" : "last"} tensor must be 1D or 2D but got ${x.ndim}D`
        : `multi_dot(): tensor ${i} must be 2D but got ${x.ndim}D`,
    );
  });
  chain.forEach((x, i) => {
    const next = chain[i + 1];
    if (next === undefined) return;
    if (x.dtype !== next.dtype) {
      throw new RuntimeError(
        `multi_dot(): all tensors must have be the same dtype but tensor 0 is ${x.dtype.scalar_type} and tensor ${i + 1} ${next.dtype.scalar_type}`,
      );
    }
    if (x.shape[1] !== next.shape[0]) {
      throw new RuntimeError(
        `multi_dot(): tensors ${i} and ${i + 1} with shapes [${x.shape.join(", ")}] and [${next.shape.join(", ")}] cannot be multiplied`,
      );
    }
  });
  const splits = best_splits([chain[0].shape[0], ...chain.map((x) => x.shape[1])]);
  const multiply = (from: number, to: number): Tensor =>
    from === to ? chain[from] : matmul(multiply(from, splits[from][to]), multiply(splits[from][to] + 1, to));
  const product = multiply(0, count - 1);
  const shape = [
    ...(tensors[0].ndim === 1 ? [] : [product.shape[0]]),
    ...(tensors[count - 1].ndim === 1 ? [] : [product.shape[1]]),
  ];
  return reshape(product, shape);
}
