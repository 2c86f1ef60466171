/** @file What functions of matrices ask of their arguments, in PyTorch's words, and loops over batches of matrices. */
import { type Attr, execute_many, from_data, read } from "../../backend/engine";
import type { Handle } from "../../backend/handle";
import { type DType, int32 } from "../../dtype";
import { NotImplementedError, RuntimeError } from "../../errors";
import { broadcast_shapes, numel, same_shape } from "../../shape";
import { Tensor } from "../../tensor";
import { expand, transpose } from "../shape/movement";
import { expect_tensor } from "../value/convert";

/** A matrix that has no inverse, or is not positive definite. */
export class LinAlgError extends RuntimeError {
  override name = "LinAlgError";
}

/** A floating tensor of at least two dimensions. @throws RuntimeError for others. */
export function expect_matrices(name: string, input: Tensor, argument = "A"): Tensor {
  const x = expect_tensor(name, input, argument);
  if (x.ndim < 2) {
    throw new RuntimeError(`${name}: The input tensor ${argument} must have at least 2 dimensions.`);
  }
  return expect_real(name, x);
}

/** A floating tensor. @throws NotImplementedError for whole numbers. */
export function expect_real(name: string, x: Tensor): Tensor {
  if (!x.dtype.is_floating_point) {
    throw new NotImplementedError(
      `${name}: Expected a floating point or complex tensor as input. Got ${x.dtype.scalar_type}`,
    );
  }
  return x;
}

/** Batches of square matrices. @throws RuntimeError for others. */
export function expect_square(name: string, input: Tensor, argument = "A"): Tensor {
  const x = expect_tensor(name, input, argument);
  if (x.ndim < 2) {
    throw new RuntimeError(`${name}: The input tensor ${argument} must have at least 2 dimensions.`);
  }
  const [rows, columns] = x.shape.slice(-2);
  if (rows !== columns) {
    throw new RuntimeError(
      `${name}: ${argument} must be batches of square matrices, but they are ${rows} by ${columns} matrices`,
    );
  }
  return expect_real(name, x);
}

/** Refuses two dtypes. */
export function expect_same_dtype(name: string, A: Tensor, B: Tensor): void {
  if (A.dtype !== B.dtype) {
    throw new RuntimeError(
      `${name}: Expected A and B to have the same dtype, but found A of type ${A.dtype.scalar_type} and B of type ` +
        `${B.dtype.scalar_type} instead`,
    );
  }
}

/** Refuses a B that does not fit A in AX = B, or with `left` false in XA = B. */
export function expect_system(name: string, A: Tensor, B: Tensor, left: boolean): void {
  const [rows, columns] = B.shape.slice(-2);
  const n = A.shape[A.ndim - 1];
  if ((left ? rows : columns) === n) return;
  throw new RuntimeError(
    `${name}: Incompatible shapes of A and B for the equation ${left ? "AX = B" : "XA = B"} ` +
      `(${A.shape.slice(-2).join("x")} and ${rows}x${columns})`,
  );
}

/** Both with the leading dimensions that they broadcast to. */
export function same_batches(A: Tensor, B: Tensor): [Tensor, Tensor] {
  const batch = broadcast_shapes(A.shape.slice(0, -2), B.shape.slice(0, -2));
  const wide = (x: Tensor): Tensor => {
    const shape = [...batch, ...x.shape.slice(-2)];
    return same_shape(shape, x.shape) ? x : expand(x, shape);
  };
  return [wide(A), wide(B)];
}

/** The matrices transposed. */
export function turned(x: Tensor): Tensor {
  return transpose(x, -2, -1);
}

/** A result of {@link each_matrix}: a matrix or vector per matrix of the batch. */
export interface PerMatrix {
  /** The shape of what belongs to one matrix. */
  readonly shape: readonly number[];
  readonly dtype: DType;
}

/**
 * Calls `work` with a double-precision copy of each matrix of a batch, in row-major order, and with room for its results, and
 * returns what it left there.
 */
export function each_matrix(
  inputs: readonly Tensor[],
  results: readonly PerMatrix[],
  work: (matrices: Float64Array[], rooms: Float64Array[]) => void,
): Tensor[] {
  const batch = inputs[0].shape.slice(0, -2);
  const count = numel(batch);
  const data = inputs.map((input) => read(input.handle));
  const sizes = data.map((each) => each.length / Math.max(count, 1));
  const rooms = results.map(({ shape }) => new Float64Array(numel(shape)));
  const all = results.map(({ dtype }, i) => new dtype.array(count * rooms[i].length) as Float64Array);
  for (let at = 0; at < count; at++) {
    const matrices = data.map((each, i) =>
      Float64Array.from(each.subarray(at * sizes[i], (at + 1) * sizes[i]) as Float64Array),
    );
    for (const room of rooms) room.fill(0);
    work(matrices, rooms);
    rooms.forEach((room, i) => {
      all[i].set(room, at * room.length);
    });
  }
  return results.map(({ shape, dtype }, i) => new Tensor(from_data([...batch, ...shape], dtype, all[i])));
}

/** Zeros in int32, as the `info` of matrices with which all went well. */
export function no_info(batch: readonly number[]): Tensor {
  return new Tensor(from_data(batch, int32, new Int32Array(numel(batch))));
}

/**
 * Runs one of our decompositions of batches of matrices.
 *
 * @throws LinAlgError for the first matrix that has none, in PyTorch's words.
 */
export function decomposed(
  name: string,
  op: string,
  A: Tensor,
  attrs: readonly Attr[],
  outputs: number,
): Handle[] {
  try {
    return execute_many(op, [A.handle], attrs, outputs);
  } catch (error) {
    const failed = /matrix (\d+): (non-finite values|no convergence)/.exec(String(error));
    if (failed === null) throw error;
    const where = A.ndim === 2 ? "" : `(Batch element ${failed[1]}): `;
    const why =
      failed[2] === "no convergence"
        ? "is ill-conditioned or has too many repeated singular values"
        : "contained non-finite values";
    throw new LinAlgError(
      `${name}: ${where}The algorithm failed to converge because the input matrix ${why}.`,
    );
  }
}

/** Throws for the first matrix of a batch whose `info` is not 0. */
export function check_info(name: string, info: Tensor, what: (info: number) => string): void {
  const values = info.typed_array();
  const at = values.findIndex((value: number | bigint) => Number(value) !== 0);
  if (at < 0) return;
  const where = info.ndim === 0 ? "" : `(Batch element ${at}): `;
  throw new LinAlgError(`${name}: ${where}${what(Number(values[at]))}`);
}
