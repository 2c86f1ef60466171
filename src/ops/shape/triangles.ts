/** @file Triangles of matrices, and the positions in them. */
import { bind } from "../../args";
import { named } from "../../autograd/tape";
import { execute, from_data, scalar } from "../../backend/engine";
import { type DType, int64 } from "../../dtype";
import { RuntimeError } from "../../errors";
import { check_list, size_text } from "../../shape";
import { Tensor } from "../../tensor";
import { where } from "../position/masks";
import { as_operand, cast, expect_tensor } from "../value/convert";
import { arange } from "../value/ranges";
import { reshape } from "./movement";

/** Position of each element relative to the diagonal: column - row, for the last two dimensions. */
function diagonals(input: Tensor): Tensor {
  const [rows, columns] = input.shape.slice(-2);
  const row = reshape(arange(rows, { dtype: int64 }), [rows, 1]);
  const column = arange(columns, { dtype: int64 });
  return new Tensor(execute("Sub", [column.handle, row.handle]));
}

function triangle(name: string, input: Tensor, op: string, diagonal: number): Tensor {
  if (input.ndim < 2) {
    throw new RuntimeError(
      `${name}: input tensor must have at least 2 dimensions, but got shape ${size_text(input.shape)}`,
    );
  }
  const keep = new Tensor(execute(op, [diagonals(input).handle, scalar(diagonal, int64)]));
  return where(keep, input, as_operand(0, input.dtype, name));
}

/** The elements on and above the diagonal, zeros below; `diagonal` shifts it to the right. */
export function triu(input: Tensor, diagonal?: number): Tensor;
export function triu(input: Tensor, options: { diagonal?: number }): Tensor;
export function triu(input: Tensor, ...args: unknown[]): Tensor {
  const { diagonal: shift = 0 } = bind<{ diagonal?: number }>("triu", ["diagonal"], [], args);
  expect_tensor("triu", input);
  return named("TriuBackward0", triangle("triu", input, "GreaterEqual", shift), input);
}

/** The elements on and below the diagonal, zeros above; `diagonal` shifts it to the right. */
export function tril(input: Tensor, diagonal?: number): Tensor;
export function tril(input: Tensor, options: { diagonal?: number }): Tensor;
export function tril(input: Tensor, ...args: unknown[]): Tensor {
  const { diagonal: shift = 0 } = bind<{ diagonal?: number }>("tril", ["diagonal"], [], args);
  expect_tensor("tril", input);
  return named("TrilBackward0", triangle("tril", input, "LessEqual", shift), input);
}

function index_triangle(
  name: string,
  args: readonly unknown[],
  inside: (i: number, j: number, offset: number) => boolean,
): Tensor {
  type Args = { row: number; col: number; offset?: number; dtype?: DType | null; device?: string };
  const {
    row,
    col,
    offset = 0,
    dtype,
  } = bind<Args>(name, ["row", "col", "offset"], ["dtype", "device"], args, 2);
  if (row < 0) throw new RuntimeError(`row must be non-negative, got${row}`);
  if (col < 0) throw new RuntimeError(`col must be non-negative, got${col}`);
  check_list(name, [row, col]);
  const rows: number[] = [];
  const columns: number[] = [];
  for (let i = 0; i < row; i++) {
    for (let j = 0; j < col; j++) {
      if (!inside(i, j, offset)) continue;
      rows.push(i);
      columns.push(j);
    }
  }
  const data = BigInt64Array.from([...rows, ...columns], BigInt);
  return cast(new Tensor(from_data([2, rows.length], int64, data)), dtype ?? int64);
}

type IndicesOptions = { dtype?: DType | null; device?: string };

/** Rows and columns, (2, n), of a matrix's elements on and below the diagonal that is `offset` to the right. */
export function tril_indices(row: number, col: number, offset?: number, options?: IndicesOptions): Tensor;
export function tril_indices(row: number, col: number, options: { offset?: number } & IndicesOptions): Tensor;
export function tril_indices(options: { row: number; col: number; offset?: number } & IndicesOptions): Tensor;
export function tril_indices(...args: unknown[]): Tensor {
  return index_triangle("tril_indices", args, (i, j, offset) => j - i <= offset);
}

/** Rows and columns, (2, n), of a matrix's elements on and above the diagonal that is `offset` to the right. */
export function triu_indices(row: number, col: number, offset?: number, options?: IndicesOptions): Tensor;
export function triu_indices(row: number, col: number, options: { offset?: number } & IndicesOptions): Tensor;
export function triu_indices(options: { row: number; col: number; offset?: number } & IndicesOptions): Tensor;
export function triu_indices(...args: unknown[]): Tensor {
  return index_triangle("triu_indices", args, (i, j, offset) => j - i >= offset);
}
