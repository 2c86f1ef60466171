/** @file Cholesky's factors of positive definite matrices, and systems solved with them. */
import { bind } from "../../args";
import { record } from "../../autograd/tape";
import { execute } from "../../backend/engine";
import { int32 } from "../../dtype";
import { RuntimeError } from "../../errors";
import { numel } from "../../shape";
import type { Tensor } from "../../tensor";
import { expect_tensor } from "../value/convert";
import { eye } from "../value/create";
import { named } from "../value/named";
import {
  check_info,
  each_matrix,
  expect_real,
  expect_same_dtype,
  expect_square,
  no_info,
  same_batches,
  turned,
} from "./matrices";
import { triangular } from "./triangular";

/** `[L, info]` of {@link cholesky_ex}, also by name. */
export type CholeskyInfo = [L: Tensor, info: Tensor] & { readonly L: Tensor; readonly info: Tensor };

/** Factors column by column; returns the order of the first minor that is not positive, 0 if all are. */
function factor(a: Float64Array, n: number): number {
  for (let j = 0; j < n; j++) {
    for (let i = j + 1; i < n; i++) a[j * n + i] = 0;
    let pivot = a[j * n + j];
    for (let k = 0; k < j; k++) pivot -= a[j * n + k] ** 2;
    if (!(pivot > 0)) return j + 1;
    const root = Math.sqrt(pivot);
    a[j * n + j] = root;
    for (let i = j + 1; i < n; i++) {
      let sum = a[i * n + j];
      for (let k = 0; k < j; k++) sum -= a[i * n + k] * a[j * n + k];
      a[i * n + j] = sum / root;
    }
  }
  return 0;
}

/** The lower factors, and per matrix the order of the first minor that is not positive. */
function lower_factors(x: Tensor): [Tensor, Tensor] {
  const batch = x.shape.slice(0, -2);
  const n = x.shape[x.ndim - 1];
  if (numel(x.shape) === 0) return [record("cholesky", x.handle, [x], [true]), no_info(batch)];
  try {
    const lower = record("cholesky", execute("Cholesky", [x.handle]), [x], [true]);
    // TensorFlow may fill what it could not factor with NaN instead of refusing.
    if (!lower.detach().isnan().any().item()) return [lower, no_info(batch)];
  } catch (error) {
    if (!/not successful/i.test(String(error))) throw error;
  }
  const results = [
    { shape: [n, n], dtype: x.dtype },
    { shape: [], dtype: int32 },
  ];
  const [lower, info] = each_matrix([x], results, ([a], [room, failed]) => {
    failed[0] = factor(a, n);
    room.set(a);
    for (let i = 0; i < n; i++) room.fill(0, i * n + i + 1, (i + 1) * n);
  });
  return [record("cholesky", lower.handle, [x], [true]), info];
}

const not_definite = (order: number): string =>
  "The factorization could not be completed because the input is not positive-definite (the leading minor of order " +
  `${order} is not positive-definite).`;

/**
 * The lower (or `upper`) triangular factor L of a positive definite matrix L·Lᵀ.
 *
 * @param A (..., n, n), of which the lower triangle is read.
 * @throws LinAlgError for matrices that are not positive definite.
 */
export function cholesky(A: Tensor, options?: { upper?: boolean }): Tensor;
export function cholesky(A: Tensor, ...args: unknown[]): Tensor {
  const { upper = false } = bind<{ upper: boolean }>("linalg.cholesky", [], ["upper"], args);
  const [lower, info] = lower_factors(expect_square("linalg.cholesky", A));
  check_info("linalg.cholesky", info, not_definite);
  return upper ? turned(lower) : lower;
}

/**
 * `[L, info]`: {@link cholesky} without its error. `info` (int32) is 0 per matrix, or the order of the first leading minor
 * that is not positive, where L is not to be used; `check_errors` throws then after all.
 */
export function cholesky_ex(A: Tensor, options?: { upper?: boolean; check_errors?: boolean }): CholeskyInfo;
export function cholesky_ex(A: Tensor, ...args: unknown[]): CholeskyInfo {
  type Args = { upper: boolean; check_errors: boolean };
  const bound = bind<Args>("linalg.cholesky_ex", [], ["upper", "check_errors"], args);
  const { upper = false, check_errors = false } = bound;
  const [lower, info] = lower_factors(expect_square("linalg.cholesky_ex", A));
  if (check_errors) check_info("linalg.cholesky_ex", info, not_definite);
  return named("linalg_cholesky_ex", { L: upper ? turned(lower) : lower, info });
}

/**
 * The X with `A X = B`, from a factor of A = L·Lᵀ, or with `upper` A = Lᵀ·L. The gradient is that of A, as in PyTorch: it also
 * has values in the triangle of L that is not looked at.
 */
function solve_with(L: Tensor, B: Tensor, upper: boolean): Tensor {
  const factor = L.detach();
  const first = triangular(factor, B.detach(), { upper, transpose: upper });
  const solution = triangular(factor, first, { upper, transpose: !upper });
  return record("cholesky_solve", solution.handle, [B, L], [L, true], upper);
}

/**
 * The X with `A X = input`, from Cholesky's factor `L` of A, lower or `upper`.
 *
 * @param input (..., n, k); batches broadcast.
 * @param L (..., n, n).
 * @throws RuntimeError for shapes that do not fit.
 */
export function cholesky_solve(input: Tensor, L: Tensor, upper?: boolean): Tensor;
export function cholesky_solve(input: Tensor, L: Tensor, options: { upper?: boolean }): Tensor;
export function cholesky_solve(input: Tensor, options: { L: Tensor; upper?: boolean }): Tensor;
export function cholesky_solve(input: Tensor, ...args: unknown[]): Tensor {
  const { L, upper = false } = bind<{ L: Tensor; upper?: boolean }>(
    "cholesky_solve",
    ["L", "upper"],
    [],
    args,
    1,
  );
  for (const [argument, value] of [
    ["b", expect_tensor("cholesky_solve", input)],
    ["u", expect_tensor("cholesky_solve", L, "L")],
  ] as const) {
    if (value.ndim < 2) {
      throw new RuntimeError(
        `${argument} should have at least 2 dimensions, but has ${value.ndim} dimensions instead`,
      );
    }
  }
  expect_real("cholesky_solve", input);
  expect_square("cholesky_solve", L);
  expect_same_dtype("cholesky_solve", L, input);
  const n = L.shape[L.ndim - 1];
  if (input.shape[input.ndim - 2] !== n) {
    throw new RuntimeError(
      `Incompatible matrix sizes for cholesky_solve: each A matrix is ${n} by ${n} but each b matrix is ` +
        `${input.shape[input.ndim - 2]} by ${input.shape[input.ndim - 1]}`,
    );
  }
  const [factors, right] = same_batches(L, input);
  return solve_with(factors, right, upper);
}

/** The inverse of A, from Cholesky's factor `L` of it, lower or `upper`. (..., n, n) like `L`. */
export function cholesky_inverse(L: Tensor, upper?: boolean): Tensor;
export function cholesky_inverse(L: Tensor, options: { upper?: boolean }): Tensor;
export function cholesky_inverse(L: Tensor, ...args: unknown[]): Tensor {
  const { upper = false } = bind<{ upper?: boolean }>("cholesky_inverse", ["upper"], [], args);
  expect_square("cholesky_inverse", L);
  const unit = eye(L.shape[L.ndim - 1], { dtype: L.dtype });
  const [factors, right] = same_batches(L, unit);
  return solve_with(factors, right, upper);
}
