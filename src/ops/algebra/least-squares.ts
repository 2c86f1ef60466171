/** @file Least squares, and approximations of low rank. */
import { bind } from "../../args";
import { int64 } from "../../dtype";
import { RuntimeError, ValueError } from "../../errors";
import { same_shape } from "../../shape";
import type { Tensor } from "../../tensor";
import { sub } from "../pointwise/elementwise";
import { mean, sum_dims } from "../reduction/reduce";
import { expand, reshape, unsqueeze } from "../shape/movement";
import { expect_tensor } from "../value/convert";
import { zeros } from "../value/create";
import { named } from "../value/named";
import { randn } from "../value/random";
import { matmul } from "./linalg";
import { expect_matrices, expect_same_dtype, same_batches, turned } from "./matrices";
import { qr } from "./qr";
import { matrix_rank, pinv, singular, svdvals } from "./singular";

/** `[solution, residuals, rank, singular_values]` of {@link lstsq}, also by name. */
export type LeastSquares = [solution: Tensor, residuals: Tensor, rank: Tensor, singular_values: Tensor] & {
  readonly solution: Tensor;
  readonly residuals: Tensor;
  readonly rank: Tensor;
  readonly singular_values: Tensor;
};

type Driver = "gels" | "gelsy" | "gelsd" | "gelss";

/**
 * The X that makes `A X - B` least, by its squares, and among such X the least one.
 *
 * @param A (..., m, n).
 * @param B (..., m, k) or vectors (..., m); batches broadcast.
 * @param rcond Singular values below this share of the greatest count as 0: by default epsilon times the greater of m and n.
 * @param options `driver`: LAPACK's name of a method, which decides what else comes: `rank` unless `"gels"`, `singular_values` of
 *   `"gelsd"` and `"gelss"`, `residuals` (the sums of squares) unless `"gelsy"`, where m > n and all ranks are full. What does not
 *   come is a tensor without elements. X itself is computed from the pseudoinverse for all of them.
 * @returns solution (..., n, k), residuals (..., k), rank (...) in int64, singular_values (..., min(m, n)).
 * @throws RuntimeError for shapes, dtypes or drivers that do not fit.
 */
export function lstsq(
  A: Tensor,
  B: Tensor,
  rcond?: number | null,
  options?: { driver?: Driver | null },
): LeastSquares;
export function lstsq(
  A: Tensor,
  B: Tensor,
  options: { rcond?: number | null; driver?: Driver | null },
): LeastSquares;
export function lstsq(
  A: Tensor,
  options: { B: Tensor; rcond?: number | null; driver?: Driver | null },
): LeastSquares;
export function lstsq(A: Tensor, ...args: unknown[]): LeastSquares {
  const name = "torch.linalg.lstsq";
  type Args = { B: Tensor; rcond?: number | null; driver?: Driver | null };
  const bound = bind<Args>("linalg.lstsq", ["B", "rcond"], ["driver"], args, 1);
  const { B, rcond = null } = bound;
  const driver = bound.driver ?? "gelsy";
  expect_tensor(name, A, "A");
  expect_tensor(name, B, "B");
  if (A.ndim < 2) throw new RuntimeError(`${name}: input must have at least 2 dimensions.`);
  if (B.ndim < 1) throw new RuntimeError(`${name}: other must have at least 1 dimension.`);
  if (!["gels", "gelsy", "gelsd", "gelss"].includes(driver)) {
    throw new RuntimeError(`${name}: parameter \`driver\` should be one of (gels, gelsy, gelsd, gelss)`);
  }
  expect_matrices(name, A);
  const vectors = B.ndim === 1 || (B.ndim === A.ndim - 1 && same_shape(B.shape, A.shape.slice(0, -1)));
  const right = vectors ? unsqueeze(B, -1) : B;
  if (right.shape[right.ndim - 2] !== A.shape[A.ndim - 2]) {
    throw new RuntimeError(`${name}: input.size(-2) should match other.size(${vectors ? -1 : -2})`);
  }
  expect_same_dtype(name, A, B);
  const [a, b] = same_batches(A, right);
  const [m, n] = a.shape.slice(-2);
  const X = matmul(pinv(a, { rtol: rcond }), b);
  const none = (): Tensor => X.reshape(-1).narrow(0, 0, 0);
  const rank = matrix_rank(a, { rtol: rcond });
  const full = rank.eq(Math.min(m, n)).all().item();
  const over = m > n && driver !== "gelsy" && Boolean(full);
  const missed = over ? sub(matmul(a, X), b) : X;
  const { dtype } = A;
  return named("linalg_lstsq", {
    solution: vectors ? reshape(X, X.shape.slice(0, -1)) : X,
    residuals: over ? sum_dims(missed.square(), [missed.ndim - 2], false) : none(),
    rank: driver === "gels" ? zeros([0], { dtype: int64 }) : rank,
    singular_values: driver === "gelsd" || driver === "gelss" ? svdvals(a.detach()) : zeros([0], { dtype }),
  });
}

/** Orthogonal columns that nearly span those of A: N. Halko et al., arXiv:0909.4061, algorithm 4.4. */
function basis(A: Tensor, q: number, niter: number): Tensor {
  const orthogonal = (x: Tensor): Tensor => qr(x)[0];
  let Q = orthogonal(matmul(A, randn(A.shape[A.ndim - 1], q, { dtype: A.dtype })));
  for (let i = 0; i < niter; i++) {
    Q = orthogonal(matmul(turned(A), Q));
    Q = orthogonal(matmul(A, Q));
  }
  return Q;
}

type USV = [U: Tensor, S: Tensor, V: Tensor];

function low_rank(A: Tensor, q: number, niter: number): USV {
  const [m, n] = A.shape.slice(-2);
  const wide = m < n;
  const tall = wide ? turned(A) : A;
  const Q = basis(tall, q, niter);
  const [inner, S, Vh] = singular(matmul(turned(Q), tall), false);
  const U = matmul(Q, inner);
  const V = turned(Vh);
  return wide ? [V, S, U] : [U, S, V];
}

/**
 * `[U, S, V]` with A ≈ U·diag(S)·Vᵀ of rank `q`, from random directions: draws from the generator.
 *
 * @param A (..., m, n), less `M` if given, which broadcasts.
 * @param q A little more than the rank of A, 6 by default.
 * @param niter How often the directions are refined, 2 by default.
 */
export function svd_lowrank(
  A: Tensor,
  q?: number | null,
  niter?: number | { niter?: number; M?: Tensor | null },
  M?: Tensor | null | { M?: Tensor | null },
): USV;
export function svd_lowrank(
  A: Tensor,
  options: { q?: number | null; niter?: number; M?: Tensor | null },
): USV;
export function svd_lowrank(A: Tensor, ...args: unknown[]): USV {
  type Args = { q?: number | null; niter?: number; M?: Tensor | null };
  const { q = null, niter = 2, M = null } = bind<Args>("svd_lowrank", ["q", "niter", "M"], [], args);
  const x = expect_matrices("svd_lowrank", A);
  return low_rank(M === null ? x : sub(x, expand(M, x.shape)), q ?? 6, niter);
}

/**
 * `[U, S, V]`, the principal components of A in the columns of V: {@link svd_lowrank} of A less the means of its columns.
 *
 * @param A (..., m, n).
 * @param q How many, 6 by default, or m or n if that is less.
 * @param center False if the columns have no mean already.
 * @throws ValueError for a `q` above m or n or a negative `niter`.
 */
export function pca_lowrank(
  A: Tensor,
  q?: number | null,
  center?: boolean | { center?: boolean; niter?: number },
  niter?: number | { niter?: number },
): USV;
export function pca_lowrank(A: Tensor, options: { q?: number | null; center?: boolean; niter?: number }): USV;
export function pca_lowrank(A: Tensor, ...args: unknown[]): USV {
  type Args = { q?: number | null; center?: boolean; niter?: number };
  const bound = bind<Args>("pca_lowrank", ["q", "center", "niter"], [], args);
  const { center = true, niter = 2 } = bound;
  const x = expect_matrices("pca_lowrank", A);
  const least = Math.min(...x.shape.slice(-2));
  const q = bound.q ?? Math.min(6, least);
  if (!(q >= 0 && q <= least)) {
    throw new ValueError(`q(=${q}) must be non-negative integer and not greater than min(m, n)=${least}`);
  }
  if (niter < 0) throw new ValueError(`niter(=${niter}) must be non-negative integer`);
  return low_rank(center ? sub(x, mean(x, -2, true)) : x, q, niter);
}
