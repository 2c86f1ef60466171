/** @file Inverses, determinants, linear systems and matrix norms (PyTorch: `torch.linalg`). */
import { bind, none, operand } from "../args";
import { record } from "../autograd/tape";
import { attr, execute, execute_many } from "../backend/engine";
import type { Handle } from "../backend/handle";
import type { DType } from "../dtype";
import { RuntimeError, ValueError } from "../errors";
import { normalize_dim, normalize_dims, same_shape, size_text } from "../shape";
import type { Tensor } from "../tensor";
import { isnan } from "./compare";
import { cast, expect_tensor } from "./convert";
import { amax, amin } from "./extreme";
import { movedim, reshape, transpose, unsqueeze } from "./movement";
import { type Dims, sum_dims } from "./reduce";
import { norm_dims } from "./statistics";
import { abs } from "./unary";

/** A matrix that has no inverse, or is not positive definite. */
export class LinAlgError extends RuntimeError {
  override name = "LinAlgError";
}

function square_matrices(name: string, input: Tensor): Tensor {
  const x = expect_tensor(name, input, "A");
  if (x.ndim < 2) {
    throw new RuntimeError(`${name}: The input tensor A must have at least 2 dimensions.`);
  }
  const [rows, columns] = x.shape.slice(-2);
  if (rows !== columns) {
    throw new RuntimeError(
      `${name}: A must be batches of square matrices, but they are ${rows} by ${columns} matrices`,
    );
  }
  if (!x.dtype.is_floating_point) {
    throw new RuntimeError(
      `${name}: Expected a floating point or complex tensor as input. Got ${x.dtype.scalar_type}`,
    );
  }
  return x;
}

function run(op: string, inputs: readonly Handle[], refused: string): Handle {
  try {
    return execute(op, inputs);
  } catch (error) {
    if (/not invertible|not successful/i.test(String(error))) throw new LinAlgError(refused);
    throw error;
  }
}

/** The inverse of square matrices. @throws LinAlgError for a singular one. */
export function inv(A: Tensor, ...more: []): Tensor {
  none("inv", more);
  expect_tensor("inv", A, "A");
  const x = square_matrices("linalg.inv", A);
  if (x.numel() === 0) return x.clone();
  const refused = "linalg.inv: The inversion could not be completed because the input matrix is singular.";
  return record("inv", run("MatrixInverse", [x.handle], refused), [x], [true]);
}

/** The determinant of square matrices. */
export function det(A: Tensor, ...more: []): Tensor {
  none("det", more);
  expect_tensor("det", A, "A");
  const x = square_matrices("linalg.det", A);
  return record("det", execute("MatrixDeterminant", [x.handle]), [x], [x, true]);
}

/** The lower (or `upper`) triangular factor L of a positive definite matrix L·Lᵀ. @throws LinAlgError for others. */
export function cholesky(A: Tensor, options?: { upper?: boolean }): Tensor;
export function cholesky(A: Tensor, ...args: unknown[]): Tensor {
  const { upper = false } = bind<{ upper: boolean }>("linalg.cholesky", [], ["upper"], args);
  expect_tensor("cholesky", A, "A");
  const x = square_matrices("linalg.cholesky", A);
  const refused =
    "linalg.cholesky: The factorization could not be completed because the input is not positive-definite.";
  const lower = record("cholesky", run("Cholesky", [x.handle], refused), [x], [true]);
  // TensorFlow may fill what it could not factor with NaN instead of refusing.
  if (isnan(lower).any().item() && !isnan(x).any().item()) throw new LinAlgError(refused);
  return upper ? transpose(lower, -2, -1) : lower;
}

/** The X with `A @ X = B`; B may be vectors. @throws LinAlgError for a singular A. */
export function solve(A: Tensor, B: Tensor): Tensor;
export function solve(A: Tensor, options: { B: Tensor }): Tensor;
export function solve(A: Tensor, ...args: unknown[]): Tensor {
  const B = operand<Tensor>("solve", "B", args);
  expect_tensor("solve", A, "A");
  const x = square_matrices("linalg.solve", A);
  const b = expect_tensor("linalg.solve", B, "B");
  if (x.dtype !== b.dtype) {
    throw new RuntimeError(
      `linalg.solve: Expected A and B to have the same dtype, but found A of type ${x.dtype.scalar_type} and B of type ` +
        `${b.dtype.scalar_type} instead`,
    );
  }
  const vectors = b.ndim === 1 || (b.ndim === x.ndim - 1 && same_shape(b.shape, x.shape.slice(0, -1)));
  const right = vectors ? unsqueeze(b, -1) : b;
  if (right.shape[right.ndim - 2] !== x.shape[x.ndim - 1]) {
    throw new RuntimeError(
      `linalg.solve: Incompatible shapes of A and B for the equation AX = B (${size_text(x.shape.slice(-2))} and ` +
        `${size_text(right.shape.slice(-2))})`,
    );
  }
  const batches = [x.shape.slice(0, -2), right.shape.slice(0, -2)];
  const batch = batches[0].length >= batches[1].length ? batches[0] : batches[1];
  const full_a = x.expand([...batch, ...x.shape.slice(-2)]);
  const full_b = right.expand([...batch, ...right.shape.slice(-2)]);
  const refused = "linalg.solve: The solver failed because the input matrix is singular.";
  const handle = run("MatrixSolve", [full_a.handle, full_b.handle], refused);
  const solved = record("solve", handle, [full_a, full_b], [full_a, true]);
  return vectors ? reshape(solved, solved.shape.slice(0, -1)) : solved;
}

/** The singular values of matrices, the greatest first. */
export function svdvals(A: Tensor, ...more: []): Tensor {
  none("svdvals", more);
  const x = floating("linalg.svdvals", expect_tensor("linalg.svdvals", A, "A"), null);
  if (x.ndim < 2)
    throw new RuntimeError("linalg.svdvals: The input tensor A must have at least 2 dimensions.");
  const [values, u, v] = execute_many("Svd", [x.handle], [attr.bool("compute_uv", true)], 3);
  // Which factors belong to the values is what the gradient needs; they are no outputs here.
  return record("svdvals", values, [x], [], { u, v });
}

type Order = number | "fro" | "nuc" | null;

interface NormOptions {
  ord?: Order;
  dim?: Dims;
  keepdim?: boolean;
  dtype?: DType | null;
}

function floating(name: string, input: Tensor, dtype: DType | null | undefined): Tensor {
  const x = cast(expect_tensor(name, input), dtype ?? input.dtype);
  if (x.dtype.is_floating_point) return x;
  throw new RuntimeError(
    `${name}: Expected a floating point or complex tensor as input. Got ${x.dtype.scalar_type}`,
  );
}

/** The `ord`-norm of the elements over `dim` (all by default). */
export function vector_norm(
  input: Tensor,
  ord?: number,
  dim?: Dims,
  keepdim?: boolean,
  options?: { dtype?: DType | null },
): Tensor;
export function vector_norm(
  input: Tensor,
  ord: number,
  options: { dim?: Dims; keepdim?: boolean; dtype?: DType | null },
): Tensor;
export function vector_norm(
  input: Tensor,
  options: { ord?: number; dim?: Dims; keepdim?: boolean; dtype?: DType | null },
): Tensor;
export function vector_norm(input: Tensor, ...args: unknown[]): Tensor {
  type Args = { ord: number; dim: Dims; keepdim: boolean; dtype: DType | null };
  const {
    ord = 2,
    dim,
    keepdim = false,
    dtype,
  } = bind<Args>("linalg.vector_norm", ["ord", "dim", "keepdim"], ["dtype"], args);
  expect_tensor("vector_norm", input);
  const x = floating("linalg.vector_norm", input, dtype);
  return norm_dims(x, ord, normalize_dims(dim, x.ndim), keepdim);
}

/** A norm of matrices in two dimensions: "fro", "nuc", ±Infinity, ±1 (sums of rows, columns), ±2 (singular values). */
export function matrix_norm(
  input: Tensor,
  ord?: Order,
  dim?: readonly number[],
  keepdim?: boolean,
  options?: { dtype?: DType | null },
): Tensor;
export function matrix_norm(
  input: Tensor,
  ord: Order,
  options: { dim?: readonly number[]; keepdim?: boolean; dtype?: DType | null },
): Tensor;
export function matrix_norm(
  input: Tensor,
  options: { ord?: Order; dim?: readonly number[]; keepdim?: boolean; dtype?: DType | null },
): Tensor;
export function matrix_norm(input: Tensor, ...args: unknown[]): Tensor {
  type Args = { ord: Order; dim: readonly number[]; keepdim: boolean; dtype: DType | null };
  const {
    ord = "fro",
    dim = [-2, -1],
    keepdim = false,
    dtype,
  } = bind<Args>("linalg.matrix_norm", ["ord", "dim", "keepdim"], ["dtype"], args);
  expect_tensor("matrix_norm", input);
  const x = floating("linalg.matrix_norm", input, dtype);
  if (x.ndim < 2)
    throw new RuntimeError("linalg.matrix_norm: The input tensor A must have at least 2 dimensions.");
  const [rows, columns] = dim.map((d) => normalize_dim(d, x.ndim));
  if (rows === columns) throw new RuntimeError(`linalg.matrix_norm: dims must be different. Got (${dim})`);
  const both = rows < columns ? [rows, columns] : [columns, rows];
  if (ord === "fro" || ord === null) return norm_dims(x, 2, both, keepdim);
  if (ord === "nuc" || Math.abs(ord) === 2) {
    const values = svdvals(movedim(x, [rows, columns], [-2, -1]));
    const last = values.ndim - 1;
    const result =
      ord === "nuc" ? sum_dims(values, [last], false) : ord === 2 ? amax(values, -1) : amin(values, -1);
    return keepdim
      ? reshape(
          result,
          x.shape.map((size, d) => (both.includes(d) ? 1 : size)),
        )
      : result;
  }
  const size = Math.abs(ord);
  if (size !== 1 && size !== Number.POSITIVE_INFINITY) {
    throw new RuntimeError(`linalg.matrix_norm: Order ${ord} not supported.`);
  }
  const summed = size === 1 ? rows : columns;
  const sums = sum_dims(abs(x), [summed], true);
  const other = size === 1 ? columns : rows;
  const result = ord > 0 ? amax(sums, other, true) : amin(sums, other, true);
  return keepdim
    ? result
    : reshape(
        result,
        x.shape.filter((_, d) => !both.includes(d)),
      );
}

/** {@link vector_norm} of all elements, or with `ord` the norm of a vector or matrix, by the number of `dim`s. */
export function norm(
  input: Tensor,
  ord?: Order,
  dim?: Dims,
  keepdim?: boolean,
  options?: { dtype?: DType | null },
): Tensor;
export function norm(
  input: Tensor,
  ord: Order,
  options: { dim?: Dims; keepdim?: boolean; dtype?: DType | null },
): Tensor;
export function norm(
  input: Tensor,
  options: { ord?: Order; dim?: Dims; keepdim?: boolean; dtype?: DType | null },
): Tensor;
export function norm(input: Tensor, ...args: unknown[]): Tensor {
  const {
    ord = null,
    dim = null,
    keepdim = false,
    dtype,
  } = bind<Required<NormOptions>>("linalg.norm", ["ord", "dim", "keepdim"], ["dtype"], args);
  expect_tensor("norm", input);
  const x = floating("linalg.norm", input, dtype);
  if (ord === null) return vector_norm(x, { dim, keepdim });
  const dims = dim === null ? normalize_dims(null, x.ndim) : typeof dim === "number" ? [dim] : dim;
  if (dims.length === 1 && typeof ord === "number") return vector_norm(x, { ord, dim: dims, keepdim });
  if (dims.length === 2) return matrix_norm(x, { ord, dim: dims, keepdim });
  throw new ValueError(
    "linalg.norm: If dim is not specified but ord is, the input must be 1D or 2D; got a tensor of " +
      `${x.ndim} dimensions and ord ${String(ord)}`,
  );
}
