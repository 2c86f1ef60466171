/** @file The condition number of matrices. */
import { bind } from "../../args";
import { RuntimeError, ValueError } from "../../errors";
import { numel } from "../../shape";
import { scalar_tensor, type Tensor } from "../../tensor";
import { choose, div, mul } from "../pointwise/elementwise";
import { expect_tensor, to_floating } from "../value/convert";
import { zeros } from "../value/create";
import { inv_ex } from "./inverse";
import { expect_square } from "./matrices";
import { matrix_norm, type Order } from "./matrix-norms";
import { svdvals } from "./singular";

/**
 * The condition number: the norm times that of the inverse, or for `p` null, 2 and -2 the quotient of the extreme singular
 * values.
 *
 * @param A (..., m, n), square unless `p` is null, 2 or -2.
 * @throws RuntimeError for other shapes; ValueError for another norm.
 */
export function cond(A: Tensor, p?: Order): Tensor;
export function cond(A: Tensor, options: { p?: Order }): Tensor;
export function cond(A: Tensor, ...args: unknown[]): Tensor {
  const { p = null } = bind<{ p?: Order }>("linalg.cond", ["p"], [], args);
  expect_tensor("linalg.cond", A, "A");
  if (A.ndim < 2) throw new RuntimeError("linalg.cond: The input tensor must have at least 2 dimensions.");
  const known =
    p === null ||
    p === "fro" ||
    p === "nuc" ||
    [1, -1, 2, -2].includes(p) ||
    Math.abs(p) === Number.POSITIVE_INFINITY;
  if (!known) throw new ValueError(`linalg.cond got an invalid norm type: ${String(p)}`);
  const batch = A.shape.slice(0, -2);
  if (numel(A.shape) === 0) return zeros(batch, { dtype: to_floating(A).dtype });
  if (p === null || p === 2 || p === -2) {
    const S = svdvals(A);
    const first = S.select(-1, 0);
    const last = S.select(-1, S.shape[S.ndim - 1] - 1);
    return p === -2 ? div(last, first) : div(first, last);
  }
  const x = expect_square(`linalg.cond(ord=${p})`, A);
  const [inverse, info] = inv_ex(x);
  const product = mul(matrix_norm(x, p), matrix_norm(inverse, p));
  return choose(info.ne(0), scalar_tensor(Number.POSITIVE_INFINITY, x.dtype), product);
}
