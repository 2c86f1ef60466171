/** @file LDLᵀ factors of symmetric matrices, which need not be definite. */
import { bind } from "../../args";
import { int32 } from "../../dtype";
import { RuntimeError } from "../../errors";
import type { Tensor } from "../../tensor";
import { expect_tensor } from "../value/convert";
import { named } from "../value/named";
import { check_info, each_matrix, expect_same_dtype, expect_square, same_batches } from "./matrices";

/** `[LD, pivots]`, also by name. */
export type LDLFactors = [LD: Tensor, pivots: Tensor] & { readonly LD: Tensor; readonly pivots: Tensor };

/** `[LD, pivots, info]`, also by name. */
export type LDLFactorsInfo = [LD: Tensor, pivots: Tensor, info: Tensor] & {
  readonly LD: Tensor;
  readonly pivots: Tensor;
  readonly info: Tensor;
};

const growth = (1 + Math.sqrt(17)) / 8;

/**
 * Factors the lower triangle in place by diagonal pivoting with blocks of 1 and 2: J. Bunch and L. Kaufman, Some stable
 * methods for calculating inertia and solving symmetric linear systems, Mathematics of Computation 31 (1977). Pivots are
 * LAPACK's: of a block of 1 the row exchanged, from 1; of a block of 2 twice that of its second row, negative. Returns the
 * first place, from 1, of a block of 1 that is 0, or 0.
 */
function factor(a: Float64Array, n: number, pivots: Float64Array): number {
  const at = (i: number, j: number): number => i * n + j;
  let info = 0;
  for (let k = 0; k < n; ) {
    let step = 1;
    let exchanged = k;
    const diagonal = Math.abs(a[at(k, k)]);
    let row = k;
    for (let i = k + 1; i < n; i++) {
      if (row === k || Math.abs(a[at(i, k)]) > Math.abs(a[at(row, k)])) row = i;
    }
    const column = row === k ? 0 : Math.abs(a[at(row, k)]);
    if (Math.max(diagonal, column) === 0) {
      if (info === 0) info = k + 1;
      pivots[k] = k + 1;
      k++;
      continue;
    }
    if (diagonal < growth * column) {
      let most = 0;
      for (let j = k; j < row; j++) most = Math.max(most, Math.abs(a[at(row, j)]));
      for (let i = row + 1; i < n; i++) most = Math.max(most, Math.abs(a[at(i, row)]));
      if (diagonal < growth * column * (column / most)) {
        exchanged = row;
        if (Math.abs(a[at(row, row)]) < growth * most) step = 2;
      }
    }
    const second = k + step - 1;
    if (exchanged !== second) swap(a, n, second, exchanged);
    if (step === 2 && exchanged !== second) {
      [a[at(k + 1, k)], a[at(exchanged, k)]] = [a[at(exchanged, k)], a[at(k + 1, k)]];
    }
    if (step === 1) {
      const inverse = 1 / a[at(k, k)];
      for (let j = k + 1; j < n; j++) {
        const scale = inverse * a[at(j, k)];
        for (let i = j; i < n; i++) a[at(i, j)] -= a[at(i, k)] * scale;
      }
      for (let i = k + 1; i < n; i++) a[at(i, k)] *= inverse;
      pivots[k] = exchanged + 1;
    } else {
      const off = a[at(k + 1, k)];
      const d11 = a[at(k + 1, k + 1)] / off;
      const d22 = a[at(k, k)] / off;
      const scale = 1 / (d11 * d22 - 1) / off;
      for (let j = k + 2; j < n; j++) {
        const w = scale * (d11 * a[at(j, k)] - a[at(j, k + 1)]);
        const v = scale * (d22 * a[at(j, k + 1)] - a[at(j, k)]);
        for (let i = j; i < n; i++) a[at(i, j)] -= a[at(i, k)] * w + a[at(i, k + 1)] * v;
        a[at(j, k)] = w;
        a[at(j, k + 1)] = v;
      }
      pivots[k] = -(exchanged + 1);
      pivots[k + 1] = -(exchanged + 1);
    }
    k += step;
  }
  return info;
}

/** Exchanges two rows and columns, `p` < `q`, of what of a symmetric matrix lies in the lower triangle from `p` on. */
function swap(a: Float64Array, n: number, p: number, q: number): void {
  const exchange = (x: number, y: number): void => {
    [a[x], a[y]] = [a[y], a[x]];
  };
  for (let i = q + 1; i < n; i++) exchange(i * n + p, i * n + q);
  for (let i = p + 1; i < q; i++) exchange(i * n + p, q * n + i);
  exchange(p * n + p, q * n + q);
}

function factors(name: string, A: Tensor): [Tensor, Tensor, Tensor] {
  const x = expect_square(name, A).detach();
  const n = x.shape[x.ndim - 1];
  const results = [
    { shape: [n, n], dtype: x.dtype },
    { shape: [n], dtype: int32 },
    { shape: [], dtype: int32 },
  ];
  const [LD, pivots, info] = each_matrix([x], results, ([a], [room, places, failed]) => {
    failed[0] = factor(a, n, places);
    for (let i = 0; i < n; i++) room.set(a.subarray(i * n, i * n + i + 1), i * n);
  });
  return [LD, pivots, info];
}

/**
 * `[LD, pivots]`: the factors L and D of A = L·D·Lᵀ, D of blocks of 1 and 2, in one lower triangle, and the exchanges of rows.
 *
 * @param A (..., n, n), symmetric; the lower triangle is read. `hermitian` changes nothing, as there are no complex numbers.
 * @returns LD (..., n, n), and pivots (..., n), int32. No gradient flows, as in PyTorch.
 */
export function ldl_factor(A: Tensor, options?: { hermitian?: boolean }): LDLFactors;
export function ldl_factor(A: Tensor, ...args: unknown[]): LDLFactors {
  bind<{ hermitian: boolean }>("linalg.ldl_factor", [], ["hermitian"], args);
  const [LD, pivots] = factors("torch.linalg.ldl_factor", A);
  return named("linalg_ldl_factor", { LD, pivots });
}

/** `[LD, pivots, info]` of {@link ldl_factor}; `info` (int32) is 0, or where D has its first 0, from 1. */
export function ldl_factor_ex(
  A: Tensor,
  options?: { hermitian?: boolean; check_errors?: boolean },
): LDLFactorsInfo;
export function ldl_factor_ex(A: Tensor, ...args: unknown[]): LDLFactorsInfo {
  type Args = { hermitian: boolean; check_errors: boolean };
  const { check_errors = false } = bind<Args>(
    "linalg.ldl_factor_ex",
    [],
    ["hermitian", "check_errors"],
    args,
  );
  const [LD, pivots, info] = factors("torch.linalg.ldl_factor_ex", A);
  if (check_errors) {
    check_info("torch.linalg.ldl_factor_ex", info, (place) => `D[${place},${place}] is zero.`);
  }
  return named("linalg_ldl_factor_ex", { LD, pivots, info });
}

/** Solves `L D Lᵀ x = b` in place for the `columns` columns of b. */
function solve_in_place(
  a: Float64Array,
  pivots: Float64Array,
  b: Float64Array,
  n: number,
  columns: number,
): void {
  const add = (to: number, from: number, factor: number): void => {
    for (let c = 0; c < columns; c++) b[to * columns + c] += factor * b[from * columns + c];
  };
  const exchange = (i: number, j: number): void => {
    if (i === j) return;
    for (let c = 0; c < columns; c++) {
      [b[i * columns + c], b[j * columns + c]] = [b[j * columns + c], b[i * columns + c]];
    }
  };
  for (let k = 0; k < n; ) {
    const place = Math.abs(pivots[k]) - 1;
    if (pivots[k] > 0) {
      exchange(k, place);
      for (let i = k + 1; i < n; i++) add(i, k, -a[i * n + k]);
      for (let c = 0; c < columns; c++) b[k * columns + c] /= a[k * n + k];
      k++;
      continue;
    }
    exchange(k + 1, place);
    for (let i = k + 2; i < n; i++) {
      add(i, k, -a[i * n + k]);
      add(i, k + 1, -a[i * n + k + 1]);
    }
    const off = a[(k + 1) * n + k];
    const first = a[k * n + k] / off;
    const second = a[(k + 1) * n + k + 1] / off;
    const scale = first * second - 1;
    for (let c = 0; c < columns; c++) {
      const x = b[k * columns + c] / off;
      const y = b[(k + 1) * columns + c] / off;
      b[k * columns + c] = (second * x - y) / scale;
      b[(k + 1) * columns + c] = (first * y - x) / scale;
    }
    k += 2;
  }
  for (let k = n - 1; k >= 0; ) {
    const place = Math.abs(pivots[k]) - 1;
    for (let i = k + 1; i < n; i++) add(k, i, -a[i * n + k]);
    if (pivots[k] > 0) {
      exchange(k, place);
      k--;
      continue;
    }
    for (let i = k + 1; i < n; i++) add(k - 1, i, -a[i * n + k - 1]);
    exchange(k, place);
    k -= 2;
  }
}

/**
 * The X with `A X = B`, from A's {@link ldl_factor}.
 *
 * @param LD (..., n, n).
 * @param pivots (..., n), int32.
 * @param B (..., n, k); batches broadcast. No gradient flows, as in PyTorch.
 * @throws RuntimeError for shapes that do not fit.
 */
export function ldl_solve(LD: Tensor, pivots: Tensor, B: Tensor, options?: { hermitian?: boolean }): Tensor;
export function ldl_solve(LD: Tensor, ...args: unknown[]): Tensor {
  const name = "torch.linalg.ldl_solve";
  type Args = { pivots: Tensor; B: Tensor; hermitian?: boolean };
  const { pivots, B } = bind<Args>("linalg.ldl_solve", ["pivots", "B"], ["hermitian"], args, 2);
  expect_square(name, LD, "LD");
  if (expect_tensor(name, B, "B").ndim < 2) {
    throw new RuntimeError(
      `${name}: Expected B to have at least 2 dimensions, but it has ${B.ndim} dimensions instead`,
    );
  }
  expect_same_dtype(name, LD, B);
  const n = LD.shape[LD.ndim - 1];
  const [rows, columns] = B.shape.slice(-2);
  if (rows !== n) {
    throw new RuntimeError(
      `Incompatible matrix sizes for ${name}: each A matrix is ${n} by ${n} but each b matrix is ${rows} by ${columns}`,
    );
  }
  if (expect_tensor(name, pivots, "pivots").shape.join() !== LD.shape.slice(0, -1).join()) {
    throw new RuntimeError(`${name}: Expected LD.shape[:-1] and pivots.shape to be the same`);
  }
  const [factored, right] = same_batches(LD.detach(), B.detach());
  const [places] = same_batches(pivots.unsqueeze(-1), right);
  const results = [{ shape: [n, columns], dtype: B.dtype }];
  return each_matrix([factored, places, right], results, ([a, p, b], [room]) => {
    solve_in_place(a, p, b, n, columns);
    room.set(b);
  })[0];
}
