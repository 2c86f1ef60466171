/** @file LU factors with partial pivoting, and systems solved with them. */
import { bind } from "../../args";
import { record_many } from "../../autograd/tape";
import { float64, int32 } from "../../dtype";
import { NotImplementedError, RuntimeError, ValueError } from "../../errors";
import { same_shape, size_text } from "../../shape";
import type { Tensor } from "../../tensor";
import { tril, triu } from "../shape/triangles";
import { cast, expect_tensor } from "../value/convert";
import { eye, zeros } from "../value/create";
import { named } from "../value/named";
import { matmul } from "./linalg";
import {
  check_info,
  each_matrix,
  expect_same_dtype,
  expect_square,
  expect_system,
  same_batches,
  turned,
} from "./matrices";
import { triangular_from } from "./triangular";

/** `[LU, pivots]`, also by name. */
export type LUFactors = [LU: Tensor, pivots: Tensor] & { readonly LU: Tensor; readonly pivots: Tensor };

/** `[LU, pivots, info]`, also by name. */
export type LUFactorsInfo = [LU: Tensor, pivots: Tensor, info: Tensor] & {
  readonly LU: Tensor;
  readonly pivots: Tensor;
  readonly info: Tensor;
};

/** `[P, L, U]`, also by name. */
export type PLU = [P: Tensor, L: Tensor, U: Tensor] & {
  readonly P: Tensor;
  readonly L: Tensor;
  readonly U: Tensor;
};

/**
 * Factors an m × n matrix in place, as LAPACK's getrf: row i was exchanged with row `pivots[i]`, counted from 1. Returns the
 * first place, from 1, where U has a 0 on its diagonal, or 0.
 */
function factor(a: Float64Array, m: number, n: number, pivots: Float64Array): number {
  let info = 0;
  for (let j = 0; j < Math.min(m, n); j++) {
    let best = j;
    for (let i = j + 1; i < m; i++) {
      if (Math.abs(a[i * n + j]) > Math.abs(a[best * n + j])) best = i;
    }
    pivots[j] = best + 1;
    const pivot = a[best * n + j];
    if (pivot === 0) {
      if (info === 0) info = j + 1;
      continue;
    }
    if (best !== j) {
      for (let k = 0; k < n; k++) {
        [a[j * n + k], a[best * n + k]] = [a[best * n + k], a[j * n + k]];
      }
    }
    for (let i = j + 1; i < m; i++) {
      const factor = a[i * n + j] / pivot;
      a[i * n + j] = factor;
      if (factor === 0) continue;
      for (let k = j + 1; k < n; k++) a[i * n + k] -= factor * a[j * n + k];
    }
  }
  return info;
}

function factors(name: string, A: Tensor, pivot: boolean): [Tensor, Tensor, Tensor] {
  const x = expect_tensor(name, A, "A");
  if (x.ndim < 2) {
    throw new RuntimeError(
      `${name}: Expected tensor with 2 or more dimensions. Got size: ${size_text(x.shape)} instead`,
    );
  }
  if (!x.dtype.is_floating_point) {
    throw new NotImplementedError(`"lu_cpu" not implemented for '${x.dtype.scalar_type}'`);
  }
  if (!pivot) throw new RuntimeError(`${name}: LU without pivoting is not implemented on the CPU`);
  const [m, n] = x.shape.slice(-2);
  const results = [
    { shape: [m, n], dtype: x.dtype },
    { shape: [Math.min(m, n)], dtype: int32 },
    { shape: [], dtype: int32 },
  ];
  const made = each_matrix([x], results, ([a], [room, pivots, info]) => {
    info[0] = factor(a, m, n, pivots);
    room.set(a);
  });
  const handles = made.map((each) => each.handle);
  const [LU, pivots, info] = record_many("lu_factor", handles, [x], (outputs) => outputs.slice(0, 2));
  return [LU, pivots, info];
}

/** Where U has a 0 on its diagonal, per matrix of a batch: 0, or the first place from 1. */
export function singular_places(A: Tensor): Tensor {
  return factors("linalg.lu_factor", A.detach(), true)[2];
}

/**
 * `[LU, pivots]`: both factors of A = P·L·U in one matrix, L's ones left out, and the exchanges of rows.
 *
 * @param A (..., m, n).
 * @returns LU (..., m, n), and pivots (..., min(m, n)) in int32: row i was exchanged with row `pivots[i]`, counted from 1.
 * @throws RuntimeError without pivoting.
 */
export function lu_factor(A: Tensor, options?: { pivot?: boolean }): LUFactors;
export function lu_factor(A: Tensor, ...args: unknown[]): LUFactors {
  const { pivot = true } = bind<{ pivot: boolean }>("linalg.lu_factor", [], ["pivot"], args);
  const [LU, pivots] = factors("linalg.lu_factor", A, pivot);
  return named("linalg_lu_factor", { LU, pivots });
}

const singular = (place: number): string =>
  `U[${place},${place}] is zero and using it on lu_solve would result in a division by zero. If you still want to perform the ` +
  "factorization, consider calling linalg.lu(A, pivot) or linalg.lu_factor_ex(A, pivot)";

/** `[LU, pivots, info]` of {@link lu_factor}; `info` (int32) is 0, or where U has its first 0, from 1. */
export function lu_factor_ex(A: Tensor, options?: { pivot?: boolean; check_errors?: boolean }): LUFactorsInfo;
export function lu_factor_ex(A: Tensor, ...args: unknown[]): LUFactorsInfo {
  type Args = { pivot: boolean; check_errors: boolean };
  const bound = bind<Args>("linalg.lu_factor_ex", [], ["pivot", "check_errors"], args);
  const { pivot = true, check_errors = false } = bound;
  const [LU, pivots, info] = factors("linalg.lu_factor_ex", A, pivot);
  if (check_errors) check_info("linalg.lu_factor_ex", info, singular);
  return named("linalg_lu_factor_ex", { LU, pivots, info });
}

/** The older form of {@link lu_factor}: `[LU, pivots]`, or with `get_infos` `[LU, pivots, info]`. */
export function lu_with_pivots(
  A: Tensor,
  pivot?: boolean,
  get_infos?: boolean | { get_infos?: boolean },
): Tensor[];
export function lu_with_pivots(A: Tensor, options: { pivot?: boolean; get_infos?: boolean }): Tensor[];
export function lu_with_pivots(A: Tensor, ...args: unknown[]): Tensor[] {
  type Args = { pivot: boolean; get_infos: boolean };
  const { pivot = true, get_infos = false } = bind<Args>("lu", ["pivot", "get_infos"], [], args);
  const all = factors("linalg.lu_factor", A, pivot);
  return get_infos ? all : all.slice(0, 2);
}

/** The permutation P of A = P·L·U, (..., m, m), from the exchanges of rows. */
export function permutation(pivots: Tensor, m: number, like: Tensor): Tensor {
  const wide = pivots.unsqueeze(-1);
  const results = [{ shape: [m, m], dtype: float64 }];
  const [P] = each_matrix([wide], results, ([exchanges], [room]) => {
    const rows = Array.from({ length: m }, (_, i) => i);
    exchanges.forEach((place, i) => {
      [rows[i], rows[place - 1]] = [rows[place - 1], rows[i]];
    });
    rows.forEach((row, i) => {
      room[row * m + i] = 1;
    });
  });
  return cast(P, like.dtype);
}

function lower_of(LU: Tensor): Tensor {
  const [m, n] = LU.shape.slice(-2);
  const k = Math.min(m, n);
  return tril(LU.narrow(-1, 0, k), -1).add(eye(m, k, { dtype: LU.dtype }));
}

function upper_of(LU: Tensor): Tensor {
  const [m, n] = LU.shape.slice(-2);
  return triu(LU.narrow(-2, 0, Math.min(m, n)));
}

function expect_pivots(name: string, pivots: Tensor): void {
  if (expect_tensor(name, pivots, "pivots").dtype !== int32) {
    throw new RuntimeError(`${name}: pivots should be a Tensor of scalar type torch.int32`);
  }
}

/**
 * `[P, L, U]` from {@link lu_factor}'s result: A = P·L·U. What is not asked for comes as a tensor without elements.
 *
 * @param LU_data (..., m, n).
 * @param LU_pivots (..., min(m, n)), int32.
 * @throws RuntimeError for pivots of another dtype.
 */
export function lu_unpack(
  LU_data: Tensor,
  LU_pivots: Tensor,
  unpack_data?: boolean,
  unpack_pivots?: boolean | { unpack_pivots?: boolean },
): PLU;
export function lu_unpack(
  LU_data: Tensor,
  LU_pivots: Tensor,
  options: { unpack_data?: boolean; unpack_pivots?: boolean },
): PLU;
export function lu_unpack(LU_data: Tensor, ...args: unknown[]): PLU {
  type Args = { LU_pivots: Tensor; unpack_data?: boolean; unpack_pivots?: boolean };
  const parameters = ["LU_pivots", "unpack_data", "unpack_pivots"] as const;
  const bound = bind<Args>("lu_unpack", parameters, [], args, 1);
  const { LU_pivots, unpack_data = true, unpack_pivots = true } = bound;
  expect_tensor("lu_unpack", LU_data, "LU_data");
  if (expect_tensor("lu_unpack", LU_pivots, "LU_pivots").dtype !== int32) {
    throw new RuntimeError(
      "torch.lu_unpack: LU_pivots is expected to be a contiguous tensor of torch.int32 dtype.",
    );
  }
  const pivots = LU_data.shape.slice(0, -1);
  if (LU_data.ndim >= 2) pivots[pivots.length - 1] = Math.min(...LU_data.shape.slice(-2));
  if (unpack_pivots && !same_shape(LU_pivots.shape, pivots)) {
    throw new ValueError(
      `Expected LU_pivots to have shape ${size_text(pivots)} but got ${size_text(LU_pivots.shape)} instead.`,
    );
  }
  const none = (): Tensor => zeros([0], { dtype: LU_data.dtype });
  return named("lu_unpack", {
    P: unpack_pivots ? permutation(LU_pivots, LU_data.shape[LU_data.ndim - 2], LU_data) : none(),
    L: unpack_data ? lower_of(LU_data) : none(),
    U: unpack_data ? upper_of(LU_data) : none(),
  });
}

/** `[P, L, U]` with A = P·L·U: a permutation, a lower triangle with ones on its diagonal, an upper one. A: (..., m, n). */
export function lu(A: Tensor, options?: { pivot?: boolean }): PLU;
export function lu(A: Tensor, ...args: unknown[]): PLU {
  const { pivot = true } = bind<{ pivot: boolean }>("linalg.lu", [], ["pivot"], args);
  const [LU, pivots] = factors("linalg.lu", A, pivot);
  const P = permutation(pivots, LU.shape[LU.ndim - 2], LU);
  return named("linalg_lu", { P, L: lower_of(LU), U: upper_of(LU) });
}

interface LUSolve {
  /** Solve `X A = B` instead. */
  left?: boolean;
  /** Solve with Aᵀ instead of A. */
  adjoint?: boolean;
}

/**
 * The X with `A X = B`, from A's {@link lu_factor}.
 *
 * @param LU (..., n, n).
 * @param pivots (..., n), int32.
 * @param B (..., n, k), or (..., k, n) with `left: false`; batches broadcast.
 * @throws RuntimeError for shapes or dtypes that do not fit.
 */
export function lu_solve(LU: Tensor, pivots: Tensor, B: Tensor, options?: LUSolve): Tensor;
export function lu_solve(LU: Tensor, ...args: unknown[]): Tensor {
  const name = "linalg.lu_solve";
  type Args = LUSolve & { pivots: Tensor; B: Tensor };
  const bound = bind<Args>(name, ["pivots", "B"], ["left", "adjoint"], args, 2);
  const { pivots, B, left = true, adjoint = false } = bound;
  expect_square(name, LU, "LU");
  expect_tensor(name, B, "B");
  expect_pivots(name, pivots);
  expect_same_dtype(name, LU, B);
  if (!same_shape(pivots.shape, LU.shape.slice(0, -1))) {
    throw new RuntimeError(
      `${name}: Expected LU.shape[:-1] and pivots.shape to be the same, but got pivots with shape ${size_text(pivots.shape)} instead`,
    );
  }
  expect_system(name, LU, B, left);
  const P = permutation(pivots, LU.shape[LU.ndim - 1], LU);
  if (!left) return turned(solve_with(LU, P, turned(B), !adjoint));
  return solve_with(LU, P, B, adjoint);
}

function solve_with(LU: Tensor, P: Tensor, B: Tensor, adjoint: boolean): Tensor {
  const [factored, right] = same_batches(LU, B);
  const solve = (b: Tensor, upper: boolean): Tensor =>
    triangular_from(factored, b, { upper, transpose: adjoint }, true, !upper);
  if (adjoint) return matmul(P, solve(solve(right, true), false));
  return solve(solve(matmul(turned(P), right), false), true);
}

/** The older form of {@link lu_solve}: the X with `A X = b`, from A's LU factors. */
export function solve_by_lu(b: Tensor, LU_data: Tensor, LU_pivots: Tensor): Tensor;
export function solve_by_lu(b: Tensor, options: { LU_data: Tensor; LU_pivots: Tensor }): Tensor;
export function solve_by_lu(b: Tensor, ...args: unknown[]): Tensor {
  type Args = { LU_data: Tensor; LU_pivots: Tensor };
  const { LU_data, LU_pivots } = bind<Args>("lu_solve", ["LU_data", "LU_pivots"], [], args, 2);
  return lu_solve(LU_data, LU_pivots, expect_tensor("lu_solve", b, "b"));
}
