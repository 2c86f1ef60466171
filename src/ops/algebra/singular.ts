/** @file Singular values, and what is computed with them: pseudoinverses, ranks, conditions, polar factors. */
import { bind, none } from "../../args";
import { record, record_many } from "../../autograd/tape";
import { attr, execute_many } from "../../backend/engine";
import { native_ops } from "../../backend/native-ops";
import { RuntimeError } from "../../errors";
import { numel } from "../../shape";
import { is_tensor, scalar_tensor, Tensor } from "../../tensor";
import { maximum } from "../pointwise/bounds";
import { choose, mul } from "../pointwise/elementwise";
import { amax } from "../reduction/extreme";
import { sum_dims } from "../reduction/reduce";
import { expand, unsqueeze } from "../shape/movement";
import { expect_no_gradient, expect_tensor } from "../value/convert";
import { eye, zeros } from "../value/create";
import { named } from "../value/named";
import { symmetric_eigen } from "./eigen";
import { matmul } from "./linalg";
import { decomposed, expect_matrices, turned } from "./matrices";

/** `[U, S, Vh]`, also by name. */
export type SVD = [U: Tensor, S: Tensor, Vh: Tensor] & {
  readonly U: Tensor;
  readonly S: Tensor;
  readonly Vh: Tensor;
};

/** U, S and Vᵀ of matrices A = U·diag(S)·Vᵀ. */
export function singular(A: Tensor, full: boolean): [Tensor, Tensor, Tensor] {
  const [m, n] = A.shape.slice(-2);
  const batch = A.shape.slice(0, -2);
  const k = Math.min(m, n);
  let handles: ReturnType<typeof execute_many>;
  if (numel(A.shape) === 0) {
    const unit = (rows: number, columns: number) =>
      expand(eye(rows, columns, { dtype: A.dtype }), [...batch, rows, columns]).handle;
    handles = [unit(m, full ? m : k), zeros([...batch, k], { dtype: A.dtype }).handle, unit(full ? n : k, n)];
  } else if (native_ops()) {
    handles = decomposed("linalg.svd", "TorchbookSvd", A, [attr.bool("full", full)], 3);
  } else {
    const attrs = [attr.bool("compute_uv", true), attr.bool("full_matrices", full)];
    const [S, U, V] = execute_many("Svd", [A.handle], attrs, 3);
    handles = [U, S, turned(new Tensor(V)).handle];
  }
  const [U, S, Vh] = record_many("svd", handles, [A], (outputs) => outputs);
  return [U, S, Vh];
}

/**
 * `[U, S, Vh]` with A = U·diag(S)·Vh: orthogonal columns and rows, and the singular values, the greatest first.
 *
 * @param A (..., m, n).
 * @param full_matrices U (..., m, m) and Vh (..., n, n); else U (..., m, k) and Vh (..., k, n), k the lesser of m and n.
 * @returns Each column of U is defined but for its sign, which its row of Vh shares; on the CPU it is the one that PyTorch gives.
 * @throws LinAlgError for a matrix with NaN.
 * @example
 * const [U, S, Vh] = torch.linalg.svd(A, { full_matrices: false })
 */
export function svd(A: Tensor, full_matrices?: boolean): SVD;
export function svd(A: Tensor, options: { full_matrices?: boolean }): SVD;
export function svd(A: Tensor, ...args: unknown[]): SVD {
  const bound = bind<{ full_matrices?: boolean; driver?: null }>(
    "linalg.svd",
    ["full_matrices"],
    ["driver"],
    args,
  );
  const [U, S, Vh] = singular(expect_matrices("linalg.svd", A), bound.full_matrices ?? true);
  return named("linalg_svd", { U, S, Vh });
}

/** `[U, S, V]` of {@link svd_of}, also by name. */
export type USV = [U: Tensor, S: Tensor, V: Tensor] & {
  readonly U: Tensor;
  readonly S: Tensor;
  readonly V: Tensor;
};

/** The older form of {@link svd}: `[U, S, V]`, V not transposed; `some` for the reduced form, the default. */
export function svd_of(input: Tensor, some?: boolean, compute_uv?: boolean | { compute_uv?: boolean }): USV;
export function svd_of(input: Tensor, options: { some?: boolean; compute_uv?: boolean }): USV;
export function svd_of(input: Tensor, ...args: unknown[]): USV {
  type Args = { some: boolean; compute_uv: boolean };
  const { some = true, compute_uv = true } = bind<Args>("svd", ["some", "compute_uv"], [], args);
  const [U, S, Vh] = singular(expect_matrices("linalg.svd", input, "input"), compute_uv && !some);
  if (compute_uv) return named("svd", { U, S, V: turned(Vh) });
  const [m, n] = input.shape.slice(-2);
  const blank = (size: number): Tensor =>
    zeros([...input.shape.slice(0, -2), size, size], { dtype: input.dtype });
  return named("svd", { U: blank(m), S, V: blank(n) });
}

/** The singular values of matrices, the greatest first: (..., k) of (..., m, n), k the lesser of m and n. */
export function svdvals(A: Tensor, ...more: []): Tensor {
  none("svdvals", more);
  return singular(expect_matrices("linalg.svd", A), false)[1];
}

interface Tolerances {
  /** Values up to this count as 0. */
  atol?: number | Tensor | null;
  /** The same, relative to the greatest value: by default the dtype's epsilon times the greater of m and n, without `atol`. */
  rtol?: number | Tensor | null;
  /** Whether A is symmetric, which its eigenvalues are then taken for. */
  hermitian?: boolean;
}

function epsilon(x: Tensor): number {
  return x.dtype.itemsize === 8 ? Number.EPSILON : 2 ** -23;
}

/** The value below which singular values count as 0, (...). */
function threshold(x: Tensor, greatest: Tensor, { atol = null, rtol = null }: Tolerances): Tensor {
  const tensor = (value: number | Tensor | null): Tensor | null =>
    typeof value === "number" ? scalar_tensor(value, x.dtype) : value;
  const absolute = tensor(atol);
  const given = tensor(rtol);
  const usual = scalar_tensor(epsilon(x) * Math.max(...x.shape.slice(-2)), x.dtype);
  let relative = given;
  if (relative === null) {
    relative = absolute === null ? usual : choose(absolute.gt(0), usual.mul(0), usual.add(0));
  }
  const scaled = mul(relative, greatest);
  return absolute === null ? scaled : maximum(absolute.to(scaled.dtype), scaled);
}

function greatest_of(S: Tensor): Tensor {
  return S.shape[S.ndim - 1] === 0 ? zeros(S.shape.slice(0, -1), { dtype: S.dtype }) : amax(S, -1);
}

/**
 * The number of singular values that count as greater than 0, in int64: (...) of (..., m, n).
 *
 * @throws RuntimeError for fewer than two dimensions.
 */
export function matrix_rank(A: Tensor, tol?: number | Tensor, hermitian?: boolean | Tolerances): Tensor;
export function matrix_rank(A: Tensor, options?: Tolerances & { tol?: number | Tensor | null }): Tensor;
export function matrix_rank(A: Tensor, ...args: unknown[]): Tensor {
  type Args = Tolerances & { tol?: number | Tensor | null };
  const name = "linalg.matrix_rank";
  const bound = bind<Args>(name, ["tol", "hermitian"], ["atol", "rtol"], args);
  const { tol = null, atol = null, rtol = null, hermitian = false } = bound;
  expect_tensor(name, A, "A");
  if (A.ndim < 2) {
    throw new RuntimeError(
      "torch.linalg.matrix_rank: The input tensor input must have at least 2 dimensions.",
    );
  }
  const x = expect_matrices(name, A).detach();
  const S = hermitian ? symmetric_eigen(x)[0].abs() : singular(x, false)[1];
  const bounds = tol === null ? { atol, rtol } : { atol: tol, rtol: 0 };
  const least = threshold(x, greatest_of(S), bounds);
  return sum_dims(S.gt(unsqueeze(least, -1)).long(), [S.ndim - 1], false);
}

/**
 * The Moore-Penrose pseudoinverse: (..., n, m) of (..., m, n).
 *
 * @throws RuntimeError for fewer than two dimensions or whole numbers.
 */
export function pinv(A: Tensor, rcond?: number | Tensor, hermitian?: boolean | Tolerances): Tensor;
export function pinv(A: Tensor, options?: Tolerances & { rcond?: number | Tensor | null }): Tensor;
export function pinv(A: Tensor, ...args: unknown[]): Tensor {
  type Args = Tolerances & { rcond?: number | Tensor | null };
  const bound = bind<Args>("linalg.pinv", ["rcond", "hermitian"], ["atol", "rtol"], args);
  return pseudoinverse(A, { ...bound, rtol: bound.rtol ?? bound.rcond });
}

function pseudoinverse(A: Tensor, { atol, rtol, hermitian = false }: Tolerances): Tensor {
  expect_tensor("linalg.pinv", A, "A");
  if (A.ndim < 2 || !A.dtype.is_floating_point) {
    throw new RuntimeError(
      `linalg.pinv(${A.dtype.scalar_type}{[${A.shape.join(", ")}]}): expected a tensor with 2 or more dimensions of float, ` +
        "double, cfloat or cdouble types",
    );
  }
  const x = A.detach();
  const [m, n] = x.shape.slice(-2);
  if (numel(x.shape) === 0) {
    for (const [argument, bound] of [
      ["atol", atol],
      ["rtol", rtol],
    ] as const) {
      if (is_tensor(bound)) expect_no_gradient("linalg_pinv", argument, bound);
    }
    const blank = zeros([...x.shape.slice(0, -2), n, m], { dtype: x.dtype });
    return record("pinv", blank.handle, [A], [A, true]);
  }
  let U: Tensor;
  let S: Tensor;
  let Vh: Tensor;
  if (hermitian) {
    const [values, vectors] = symmetric_eigen(x);
    [U, S, Vh] = [vectors, values, turned(vectors)];
  } else [U, S, Vh] = singular(x, false);
  const size = S.abs();
  const kept = size.gt(unsqueeze(threshold(x, greatest_of(size), { atol, rtol }), -1));
  const inverse = choose(kept, S.reciprocal(), scalar_tensor(0, S.dtype));
  const result = matmul(mul(turned(Vh), unsqueeze(inverse, -2)), turned(U));
  return record("pinv", result.handle, [A], [A, true]);
}

/** The older form of {@link pinv}; `rcond` is relative to the greatest singular value. */
export function pinverse(input: Tensor, rcond?: number): Tensor;
export function pinverse(input: Tensor, options: { rcond?: number }): Tensor;
export function pinverse(input: Tensor, ...args: unknown[]): Tensor {
  const { rcond = 1e-15 } = bind<{ rcond?: number }>("pinverse", ["rcond"], [], args);
  return pseudoinverse(input, { rtol: rcond });
}

/** `[U, H]` of {@link polar}, also by name. */
export type Polar = [U: Tensor, H: Tensor] & { readonly U: Tensor; readonly H: Tensor };

/**
 * `[U, H]` with A = U·H: orthogonal columns, and a symmetric positive semidefinite matrix.
 *
 * @param A (..., m, n) with m >= n. Its gradient is defined where it has full rank.
 * @returns U (..., m, n) and H (..., n, n).
 * @throws RuntimeError for fewer rows than columns.
 */
export function polar(A: Tensor, ...more: []): Polar {
  none("linalg.polar", more);
  const x = expect_matrices("linalg.polar", A);
  const [m, n] = x.shape.slice(-2);
  if (m < n) {
    throw new RuntimeError(
      `linalg.polar: input must have at least as many rows as columns, but got ${m} by ${n} matrices`,
    );
  }
  const [left, S, Vh] = singular(x.detach(), false);
  const V = turned(Vh);
  const handles = [matmul(left, Vh).handle, matmul(mul(V, unsqueeze(S, -2)), Vh).handle];
  const [U, H] = record_many("polar", handles, [x], (outputs) => outputs);
  return named("linalg_polar", { U, H });
}
