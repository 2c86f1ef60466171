/** @file Linear systems of triangular matrices. */
import { bind } from "../../args";
import { record } from "../../autograd/tape";
import { attr, execute } from "../../backend/engine";
import { RuntimeError } from "../../errors";
import { numel } from "../../shape";
import type { Tensor } from "../../tensor";
import { tril, triu } from "../shape/triangles";
import { expect_tensor } from "../value/convert";
import { eye, zeros } from "../value/create";
import { named } from "../value/named";
import {
  expect_real,
  expect_same_dtype,
  expect_square,
  expect_system,
  same_batches,
  turned,
} from "./matrices";

/** Which triangle holds the matrix, and whether its transpose is meant. */
export interface Triangle {
  readonly upper: boolean;
  readonly transpose: boolean;
}

/** The triangle of a matrix, ones on the diagonal if it is `unit`. */
function triangle_of(A: Tensor, upper: boolean, unit: boolean): Tensor {
  if (!unit) return upper ? triu(A) : tril(A);
  const ones = eye(A.shape[A.ndim - 1], { dtype: A.dtype });
  return (upper ? triu(A, 1) : tril(A, -1)).add(ones);
}

/** The X with `A X = B`, of a triangular A whose other triangle is not looked at. Nothing is checked. */
export function triangular(A: Tensor, B: Tensor, { upper, transpose }: Triangle, unit = false): Tensor {
  const [a, b] = same_batches(unit ? triangle_of(A, upper, true) : A, B);
  const attrs = [attr.bool("lower", !upper), attr.bool("adjoint", transpose)];
  const handle =
    numel(b.shape) === 0 || numel(a.shape) === 0
      ? zeros(b.shape, { dtype: b.dtype }).handle
      : execute("MatrixTriangularSolve", [a.handle, b.handle], attrs);
  return record("solve_triangular", handle, [a, b], [a, true], { upper, transpose });
}

/** {@link triangular} from either side: with `left` false the X with `X A = B`. */
export function triangular_from(
  A: Tensor,
  B: Tensor,
  { upper, transpose }: Triangle,
  left: boolean,
  unit = false,
): Tensor {
  if (left) return triangular(A, B, { upper, transpose }, unit);
  return turned(triangular(A, turned(B), { upper, transpose: !transpose }, unit));
}

interface SolveTriangular {
  upper: boolean;
  left?: boolean;
  unitriangular?: boolean;
}

/**
 * The X with `A X = B`, or with `left: false` with `X A = B`, of triangular matrices A.
 *
 * @param A (..., n, n): the triangle that `upper` names is read; `unitriangular` takes its diagonal to be 1.
 * @param B (..., n, k), or (..., k, n) with `left: false`; batches broadcast.
 * @throws RuntimeError for shapes or dtypes that do not fit.
 */
export function solve_triangular(A: Tensor, B: Tensor, options: SolveTriangular): Tensor;
export function solve_triangular(A: Tensor, options: SolveTriangular & { B: Tensor }): Tensor;
export function solve_triangular(A: Tensor, ...args: unknown[]): Tensor {
  const name = "linalg.solve_triangular";
  const bound = bind<SolveTriangular & { B: Tensor }>(
    name,
    ["B"],
    ["upper", "left", "unitriangular"],
    args,
    1,
  );
  const { B, upper, left = true, unitriangular = false } = bound;
  if (upper === undefined) throw new TypeError(`${name}() missing 1 required keyword argument: "upper"`);
  expect_square(name, A);
  if (expect_tensor(name, B, "B").ndim < 2) {
    throw new RuntimeError(`${name}: The input tensor B must have at least 2 dimensions.`);
  }
  expect_same_dtype(name, A, B);
  expect_system(name, A, B, left);
  return triangular_from(A, B, { upper, transpose: false }, left, unitriangular);
}

/** `[solution, cloned_coefficient]` of {@link triangular_solve}, also by name. */
export type TriangularSolution = [solution: Tensor, cloned_coefficient: Tensor] & {
  readonly solution: Tensor;
  readonly cloned_coefficient: Tensor;
};

interface TriangularSolve {
  upper?: boolean;
  transpose?: boolean;
  unitriangular?: boolean;
}

/**
 * The older form of {@link solve_triangular}: `[X, A]` with `A X = input`, or with `transpose` `Aᵀ X = input`.
 *
 * @param input (..., n, k).
 * @throws RuntimeError for shapes that do not fit.
 */
export function triangular_solve(
  input: Tensor,
  A: Tensor,
  upper?: boolean,
  transpose?: boolean | TriangularSolve,
  unitriangular?: boolean | TriangularSolve,
): TriangularSolution;
export function triangular_solve(input: Tensor, A: Tensor, options: TriangularSolve): TriangularSolution;
export function triangular_solve(input: Tensor, options: TriangularSolve & { A: Tensor }): TriangularSolution;
export function triangular_solve(input: Tensor, ...args: unknown[]): TriangularSolution {
  const parameters = ["A", "upper", "transpose", "unitriangular"] as const;
  const bound = bind<TriangularSolve & { A: Tensor }>("triangular_solve", parameters, [], args, 1);
  const { A, upper = true, transpose = false, unitriangular = false } = bound;
  for (const [argument, value] of [
    ["b", expect_tensor("triangular_solve", input)],
    ["A", expect_tensor("triangular_solve", A, "A")],
  ] as const) {
    if (value.ndim < 2) {
      throw new RuntimeError(
        `torch.triangular_solve: Expected ${argument} to have at least 2 dimensions, but it has ${value.ndim} dimensions instead`,
      );
    }
  }
  expect_real("triangular_solve", input);
  expect_square("triangular_solve", A);
  expect_same_dtype("triangular_solve", A, input);
  const n = A.shape[A.ndim - 1];
  if (input.shape[input.ndim - 2] !== n) {
    throw new RuntimeError(
      `Incompatible matrix sizes for triangular_solve: each A matrix is ${n} by ${n} but each b matrix is ` +
        `${input.shape[input.ndim - 2]} by ${input.shape[input.ndim - 1]}`,
    );
  }
  const [coefficient, right] = same_batches(A, input);
  const solution = triangular(coefficient, right, { upper, transpose }, unitriangular);
  return named("triangular_solve", { solution, cloned_coefficient: coefficient.clone() });
}
