/** @file Norms of vectors and matrices (PyTorch: `torch.linalg`). */
import { bind } from "../../args";
import type { DType } from "../../dtype";
import { RuntimeError, ValueError } from "../../errors";
import { normalize_dim, normalize_dims } from "../../shape";
import type { Tensor } from "../../tensor";
import { abs } from "../pointwise/unary";
import { amax, amin } from "../reduction/extreme";
import { type Dims, sum_dims } from "../reduction/reduce";
import { norm_dims } from "../reduction/statistics";
import { movedim, reshape } from "../shape/movement";
import { cast, expect_tensor } from "../value/convert";
import { svdvals } from "./singular";

/** Which norm of a matrix or vector. */
export type Order = number | "fro" | "nuc" | null;

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
  keepdim?: boolean | { keepdim?: boolean; dtype?: DType | null },
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
  keepdim?: boolean | { keepdim?: boolean; dtype?: DType | null },
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
  if (ord > 0 && x.numel() === 0) {
    // Of no rows or columns the greatest sum is 0, as in PyTorch.
    const zeros = sum_dims(sums, [other], true);
    return keepdim
      ? zeros
      : reshape(
          zeros,
          x.shape.filter((_, d) => !both.includes(d)),
        );
  }
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
  keepdim?: boolean | { keepdim?: boolean; dtype?: DType | null },
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
