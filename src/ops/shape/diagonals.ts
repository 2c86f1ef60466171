/** @file Diagonals: taken out of planes, and planes made of them. */
import { bind } from "../../args";
import { named } from "../../autograd/tape";
import { int64 } from "../../dtype";
import { RuntimeError } from "../../errors";
import { normalize_dim, range, same_shape, size_text } from "../../shape";
import type { Tensor } from "../../tensor";
import { expect_tensor } from "../value/convert";
import { tensor } from "../value/create";
import { clone } from "../value/fill";
import { movedim, permute, reshape } from "./movement";

/** The diagonals of the planes of two dimensions, as a new last dimension. */
export function diagonal(
  input: Tensor,
  offset?: number,
  dim1?: number,
  dim2?: number | { dim2?: number },
): Tensor;
export function diagonal(input: Tensor, offset: number, options: { dim1?: number; dim2?: number }): Tensor;
export function diagonal(input: Tensor, options: { offset?: number; dim1?: number; dim2?: number }): Tensor;
export function diagonal(input: Tensor, ...args: unknown[]): Tensor {
  type Args = { offset: number; dim1: number; dim2: number };
  const { offset = 0, dim1 = 0, dim2 = 1 } = bind<Args>("diagonal", ["offset", "dim1", "dim2"], [], args);
  expect_tensor("diagonal", input);
  const a = normalize_dim(dim1, input.ndim);
  const b = normalize_dim(dim2, input.ndim);
  if (a === b) throw new RuntimeError(`diagonal dimensions cannot be identical ${dim1}, ${dim2}`);
  return named("DiagonalBackward0", diagonal_between(input, offset, a, b), input);
}

/** {@link diagonal} of matrices: of the last two dimensions, unless `dim1` and `dim2` say otherwise. */
export function linalg_diagonal(
  A: Tensor,
  options?: { offset?: number; dim1?: number; dim2?: number },
): Tensor;
export function linalg_diagonal(A: Tensor, ...args: unknown[]): Tensor {
  type Args = { offset: number; dim1: number; dim2: number };
  const bound = bind<Args>("linalg.diagonal", [], ["offset", "dim1", "dim2"], args);
  const { offset = 0, dim1 = -2, dim2 = -1 } = bound;
  return diagonal(expect_tensor("linalg.diagonal", A, "A"), offset, dim1, dim2);
}

/** The diagonals between two dimensions that are known to be different, as a view. */
function diagonal_between(input: Tensor, offset: number, a: number, b: number): Tensor {
  const others = range(input.ndim).filter((d) => d !== a && d !== b);
  const order = [a, b, ...others];
  const moved = permute(input, order);
  const [rows, columns] = moved.shape;
  const first = Math.max(0, -offset);
  const count = Math.max(0, Math.min(rows - first, columns - first - offset));
  const positions = Array.from({ length: count }, (_, i) => (first + i) * columns + first + i + offset);
  const flat = reshape(moved, [rows * columns, ...moved.shape.slice(2)]);
  const picked = flat.index_select(0, positions);
  const output = permute(picked, [...range(others.length).map((d) => d + 1), 0])._alias();
  return input._make_view(output, {
    base: input,
    replay: (base) => diagonal_between(base, offset, a, b)._alias(),
    geometry: (of) => ({
      strides: [...others.map((d) => of.strides[d]), of.strides[a] + of.strides[b]],
      offset: of.offset + first * of.strides[a] + (first + offset) * of.strides[b],
    }),
    scatter: (base, value) => {
      const rows_of = reshape(permute(base, order), flat.shape);
      const first_dim = permute(value, [others.length, ...range(others.length)]);
      const written = rows_of.index_copy(0, tensor(positions, { dtype: int64 }), first_dim);
      return permute(
        reshape(written, moved.shape),
        order.map((_, d) => order.indexOf(d)),
      );
    },
  });
}

/** A vector as the diagonal of a matrix, or the diagonal of a matrix as a vector. */
export function diag(input: Tensor, diagonal?: number): Tensor;
export function diag(input: Tensor, options: { diagonal?: number }): Tensor;
export function diag(input: Tensor, ...args: unknown[]): Tensor {
  const { diagonal: shift = 0 } = bind<{ diagonal?: number }>("diag", ["diagonal"], [], args);
  expect_tensor("diag", input);
  if (input.ndim === 2) return clone(diagonal(input, shift));
  if (input.ndim !== 1) {
    throw new RuntimeError(`diag(): Supports 1D or 2D tensors. Got ${input.ndim}D`);
  }
  const n = input.shape[0];
  const size = n + Math.abs(shift);
  const place = Array.from(
    { length: n },
    (_, i) => (i + Math.max(0, -shift)) * size + i + Math.max(0, shift),
  );
  const zeros = input.new_zeros(size * size);
  return reshape(zeros.index_copy(0, tensor(place, { dtype: int64 }), input), [size, size]);
}

/** The vectors in the last dimension as diagonals of matrices in dimensions `dim1` and `dim2`. */
export function diag_embed(
  input: Tensor,
  offset?: number,
  dim1?: number,
  dim2?: number | { dim2?: number },
): Tensor;
export function diag_embed(input: Tensor, offset: number, options: { dim1?: number; dim2?: number }): Tensor;
export function diag_embed(input: Tensor, options: { offset?: number; dim1?: number; dim2?: number }): Tensor;
export function diag_embed(input: Tensor, ...args: unknown[]): Tensor {
  type Args = { offset: number; dim1: number; dim2: number };
  const { offset = 0, dim1 = -2, dim2 = -1 } = bind<Args>("diag_embed", ["offset", "dim1", "dim2"], [], args);
  expect_tensor("diag_embed", input);
  const rank = input.ndim + 1;
  const a = normalize_dim(dim1, rank);
  const b = normalize_dim(dim2, rank);
  if (a === b) throw new RuntimeError(`diagonal dimensions cannot be identical ${dim1}, ${dim2}`);
  const n = input.shape[input.ndim - 1];
  const size = n + Math.abs(offset);
  const places = range(n).map((i) => (i + Math.max(0, -offset)) * size + i + Math.max(0, offset));
  const lead = input.shape.slice(0, -1);
  const zeros = input.new_zeros([...lead, size * size]);
  if (input.numel() === 0) {
    const nothing = reshape(input, [...lead, input.shape[input.ndim - 1]]).sum();
    return movedim(reshape(zeros.add(nothing), [...lead, size, size]), [-2, -1], [a, b]);
  }
  const filled = zeros.index_copy(-1, tensor(places, { dtype: int64 }), input);
  return movedim(reshape(filled, [...lead, size, size]), [-2, -1], [a, b]);
}

/** All elements as the diagonal of a matrix. */
export function diagflat(input: Tensor, offset?: number): Tensor;
export function diagflat(input: Tensor, options: { offset?: number }): Tensor;
export function diagflat(input: Tensor, ...args: unknown[]): Tensor {
  const { offset: shift = 0 } = bind<{ offset?: number }>("diagflat", ["offset"], [], args);
  expect_tensor("diagflat", input);
  return diag(reshape(input, [input.numel()]), shift);
}

/**
 * The input with `src` in place of what {@link diagonal} gives.
 *
 * @throws RuntimeError unless `src` has the diagonal's shape.
 */
export function diagonal_scatter(
  input: Tensor,
  src: Tensor,
  offset?: number,
  dim1?: number | { dim1?: number; dim2?: number },
  dim2?: number | { dim2?: number },
): Tensor;
export function diagonal_scatter(
  input: Tensor,
  src: Tensor,
  options: { offset?: number; dim1?: number; dim2?: number },
): Tensor;
export function diagonal_scatter(
  input: Tensor,
  options: { src: Tensor; offset?: number; dim1?: number; dim2?: number },
): Tensor;
export function diagonal_scatter(input: Tensor, ...args: unknown[]): Tensor {
  type Args = { src: Tensor; offset?: number; dim1?: number; dim2?: number };
  const parameters = ["src", "offset", "dim1", "dim2"] as const;
  const { src, offset = 0, dim1 = 0, dim2 = 1 } = bind<Args>("diagonal_scatter", parameters, [], args, 1);
  const output = clone(expect_tensor("diagonal_scatter", input));
  const value = expect_tensor("diagonal_scatter", src, "src");
  const part = diagonal(output, offset, dim1, dim2);
  if (!same_shape(part.shape, value.shape)) {
    throw new RuntimeError(
      `diagonal_scatter(): expected src to have a size equal to the slice of self. src size = ${size_text(value.shape)}, ` +
        `slice size = ${size_text(part.shape)}`,
    );
  }
  part.copy_(value);
  return output;
}
