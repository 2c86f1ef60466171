/** @file Inverses, determinants and linear systems of square matrices. */
import { bind, is_options, none } from "../../args";
import { record, record_many } from "../../autograd/tape";
import { execute, execute_many } from "../../backend/engine";
import type { Handle } from "../../backend/handle";
import { RuntimeError } from "../../errors";
import { normalize_dim, numel, same_shape } from "../../shape";
import { scalar_tensor, type Tensor } from "../../tensor";
import { choose } from "../pointwise/elementwise";
import { movedim, reshape, unsqueeze } from "../shape/movement";
import { expect_tensor } from "../value/convert";
import { eye, zeros } from "../value/create";
import { named } from "../value/named";
import { singular_places } from "./lu";
import {
  check_info,
  expect_same_dtype,
  expect_square,
  expect_system,
  no_info,
  same_batches,
  turned,
} from "./matrices";

/** What TensorFlow makes of matrices, null when it says that one is singular. */
function unless_singular(op: string, inputs: readonly Handle[]): Handle | null {
  try {
    return execute(op, inputs);
  } catch (error) {
    if (/not invertible/i.test(String(error))) return null;
    throw error;
  }
}

/** `work` with the singular matrices of a batch replaced by the identity, and NaN in their places afterwards. */
function without_singular(A: Tensor, info: Tensor, work: (A: Tensor) => Tensor): Tensor {
  const bad = unsqueeze(unsqueeze(info.ne(0), -1), -1);
  const safe = choose(bad, eye(A.shape[A.ndim - 1], { dtype: A.dtype }), A);
  return choose(bad, scalar_tensor(Number.NaN, A.dtype), work(safe));
}

function inverses(x: Tensor): [Tensor, Tensor] {
  const batch = x.shape.slice(0, -2);
  if (numel(x.shape) === 0) return [record("inv", x.handle, [x], [true]), no_info(batch)];
  const handle = unless_singular("MatrixInverse", [x.handle]);
  if (handle !== null) return [record("inv", handle, [x], [true]), no_info(batch)];
  const info = singular_places(x);
  return [without_singular(x, info, (safe) => inverses(safe)[0]), info];
}

const no_inverse = (place: number): string =>
  `The diagonal element ${place} is zero, the inversion could not be completed because the input matrix is singular.`;

/** The inverse of square matrices, (..., n, n). @throws LinAlgError for a singular one. */
export function inv(A: Tensor, ...more: []): Tensor {
  none("inv", more);
  const [inverse, info] = inverses(expect_square("linalg.inv", A));
  check_info("linalg.inv", info, no_inverse);
  return inverse;
}

/** `[inverse, info]` of {@link inv_ex}, also by name. */
export type InverseInfo = [inverse: Tensor, info: Tensor] & {
  readonly inverse: Tensor;
  readonly info: Tensor;
};

/**
 * `[inverse, info]`: {@link inv} without its error. `info` (int32) is 0 per matrix, or for a singular one, whose inverse is NaN,
 * the place of the first 0 on the diagonal of its LU factors, from 1; `check_errors` throws then after all.
 */
export function inv_ex(A: Tensor, options?: { check_errors?: boolean }): InverseInfo;
export function inv_ex(A: Tensor, ...args: unknown[]): InverseInfo {
  const bound = bind<{ check_errors: boolean }>("linalg.inv_ex", [], ["check_errors"], args);
  const [inverse, info] = inverses(expect_square("linalg.inv_ex", A));
  if (bound.check_errors) check_info("linalg.inv_ex", info, no_inverse);
  return named("linalg_inv_ex", { inverse, info });
}

/** The determinant of square matrices: (...) of (..., n, n). */
export function det(A: Tensor, ...more: []): Tensor {
  none("det", more);
  const x = expect_square("linalg.det", A);
  return record("det", execute("MatrixDeterminant", [x.handle]), [x], [x, true]);
}

/** `[sign, logabsdet]` of {@link slogdet}, also by name. */
export type SignLogDet = [sign: Tensor, logabsdet: Tensor] & {
  readonly sign: Tensor;
  readonly logabsdet: Tensor;
};

function sign_and_log(name: string, A: Tensor): [Tensor, Tensor] {
  const x = expect_square(name, A);
  const handles = execute_many("LogMatrixDeterminant", [x.handle], [], 2);
  const [sign, logabsdet] = record_many("slogdet", handles, [x], () => [x]);
  return [sign, logabsdet];
}

/** The sign of the determinant and the logarithm of its magnitude: 0 and -∞ for singular matrices. (...) of (..., n, n). */
export function slogdet(A: Tensor, ...more: []): SignLogDet {
  none("slogdet", more);
  const [sign, logabsdet] = sign_and_log("linalg.slogdet", A);
  return named("linalg_slogdet", { sign, logabsdet });
}

/** The logarithm of the determinant: NaN for a negative one, -∞ for 0. (...) of (..., n, n). */
export function logdet(input: Tensor, ...more: []): Tensor {
  none("logdet", more);
  const [sign, logabsdet] = sign_and_log("logdet", input);
  return choose(sign.detach().lt(0), scalar_tensor(Number.NaN, logabsdet.dtype), logabsdet);
}

/** The solutions of AX = B, and where A is singular. */
function solutions(A: Tensor, B: Tensor): [Tensor, Tensor] {
  const batch = A.shape.slice(0, -2);
  const solved = (handle: Handle): Tensor => record("solve", handle, [A, B], [A, true]);
  if (numel(B.shape) === 0) return [solved(zeros(B.shape, { dtype: B.dtype }).handle), no_info(batch)];
  const handle = unless_singular("MatrixSolve", [A.handle, B.handle]);
  if (handle !== null) return [solved(handle), no_info(batch)];
  const info = singular_places(A);
  return [without_singular(A, info, (safe) => solutions(safe, B)[0]), info];
}

interface SolveOptions {
  /** With false, solve `X A = B`. */
  left?: boolean;
  check_errors?: boolean;
}

function solve_system(name: string, A: Tensor, B: Tensor, left: boolean): [Tensor, Tensor] {
  expect_square(name, A);
  expect_tensor(name, B, "B");
  expect_same_dtype(name, A, B);
  const vectors = B.ndim === 1 || (B.ndim === A.ndim - 1 && same_shape(B.shape, A.shape.slice(0, -1)));
  if (vectors && !left) {
    throw new RuntimeError(
      `${name}: Vector broadcasting of the left hand side is not supported for left=False.`,
    );
  }
  const matrices = vectors ? unsqueeze(B, -1) : B;
  expect_system(name, A, matrices, left);
  const [a, b] = same_batches(A, matrices);
  const [X, info] = left ? solutions(a, b) : solutions(turned(a), turned(b));
  const solved = left ? X : turned(X);
  return [vectors ? reshape(solved, solved.shape.slice(0, -1)) : solved, info];
}

/**
 * The X with `A X = B`, or with `left: false` with `X A = B`.
 *
 * @param A (..., n, n).
 * @param B (..., n, k) or vectors (..., n); batches broadcast.
 * @throws LinAlgError for a singular A; RuntimeError for shapes or dtypes that do not fit.
 */
export function solve(A: Tensor, B: Tensor, options?: { left?: boolean }): Tensor;
export function solve(A: Tensor, options: { B: Tensor; left?: boolean }): Tensor;
export function solve(A: Tensor, ...args: unknown[]): Tensor {
  const { B, left = true } = bind<{ B: Tensor; left?: boolean }>("linalg.solve", ["B"], ["left"], args, 1);
  const [X, info] = solve_system("linalg.solve", A, B, left);
  check_info("linalg.solve", info, () => "The solver failed because the input matrix is singular.");
  return X;
}

/** `[result, info]` of {@link solve_ex}, also by name. */
export type SolutionInfo = [result: Tensor, info: Tensor] & {
  readonly result: Tensor;
  readonly info: Tensor;
};

/**
 * `[result, info]`: {@link solve} without its error. `info` (int32) is 0 per matrix, or for a singular one, whose result is NaN,
 * the place of the first 0 on the diagonal of its LU factors, from 1; `check_errors` throws then after all.
 */
export function solve_ex(A: Tensor, B: Tensor, options?: SolveOptions): SolutionInfo;
export function solve_ex(A: Tensor, options: SolveOptions & { B: Tensor }): SolutionInfo;
export function solve_ex(A: Tensor, ...args: unknown[]): SolutionInfo {
  type Args = SolveOptions & { B: Tensor };
  const bound = bind<Args>("linalg.solve_ex", ["B"], ["left", "check_errors"], args, 1);
  const [result, info] = solve_system("linalg.solve_ex", A, bound.B, bound.left ?? true);
  if (bound.check_errors) {
    check_info("linalg.solve_ex", info, () => "The solver failed because the input matrix is singular.");
  }
  return named("linalg_solve_ex", { result, info });
}

/**
 * The tensor that {@link tensorsolve} multiplies with: the inverse of `A` as a map from its last dimensions to its first `ind`.
 *
 * @returns of the shape `A.shape[ind:] + A.shape[:ind]`.
 * @throws RuntimeError unless both halves have as many elements.
 */
export function tensorinv(A: Tensor, ind?: number): Tensor;
export function tensorinv(A: Tensor, options: { ind?: number }): Tensor;
export function tensorinv(A: Tensor, ...args: unknown[]): Tensor {
  const { ind = 2 } = bind<{ ind?: number }>("linalg.tensorinv", ["ind"], [], args);
  expect_tensor("linalg.tensorinv", A, "A");
  if (!(ind > 0)) throw new RuntimeError(`Expected a strictly positive integer for 'ind', but got ${ind}`);
  const first = A.shape.slice(0, ind);
  const last = A.shape.slice(ind);
  if (numel(first) !== numel(last)) {
    throw new RuntimeError(
      "Expected self to satisfy the requirement prod(self.shape[ind:]) == prod(self.shape[:ind]), but got " +
        `${numel(last)} != ${numel(first)}`,
    );
  }
  return reshape(inv(reshape(A, [numel(first), numel(last)])), [...last, ...first]);
}

/** Arguments in which `dims: null` is left out, as which it counts. */
function without_null(args: readonly unknown[]): unknown[] {
  return args.map((value) => {
    if (value === null) return undefined;
    return is_options(value) && value.dims === null ? { ...value, dims: undefined } : value;
  });
}

/**
 * The X with `tensordot(A, X, X.ndim) = B`.
 *
 * @param dims Dimensions of A that are moved to its end before.
 * @throws RuntimeError unless A has as many elements in its first B.ndim dimensions as in the others.
 */
export function tensorsolve(A: Tensor, B: Tensor, dims?: readonly number[] | null): Tensor;
export function tensorsolve(A: Tensor, B: Tensor, options: { dims?: readonly number[] | null }): Tensor;
export function tensorsolve(A: Tensor, options: { B: Tensor; dims?: readonly number[] | null }): Tensor;
export function tensorsolve(A: Tensor, ...args: unknown[]): Tensor {
  type Args = { B: Tensor; dims?: readonly number[] | null };
  const { B, dims = null } = bind<Args>("linalg.tensorsolve", ["B", "dims"], [], without_null(args), 1);
  expect_tensor("linalg.tensorsolve", A, "A");
  expect_tensor("linalg.tensorsolve", B, "B");
  let moved = A;
  if (dims !== null) {
    const ends = dims.map((d) => normalize_dim(d, A.ndim));
    moved = movedim(
      A,
      ends,
      ends.map((_, i) => A.ndim - ends.length + i),
    );
  }
  const first = moved.shape.slice(0, B.ndim);
  const last = moved.shape.slice(B.ndim);
  if (numel(first) !== numel(last)) {
    throw new RuntimeError(
      "Expected self to satisfy the requirement prod(self.shape[other.ndim:]) == prod(self.shape[:other.ndim]), but got " +
        `${numel(last)} != ${numel(first)}`,
    );
  }
  const X = solve(reshape(moved, [numel(first), numel(last)]), reshape(B, [numel(first)]));
  return reshape(X, last);
}
