/** @file Looking up rows of a table by whole numbers. */
import { bind, lead } from "../../args";
import { no_grad } from "../../autograd/grad-mode";
import { dense_rows, row_gradient } from "../../autograd/row-gradient";
import { record, wants_grad } from "../../autograd/tape";
import { attr, execute, from_data, read, scalar } from "../../backend/engine";
import type { Handle } from "../../backend/handle";
import { native_ops } from "../../backend/native-ops";
import { float64, int32, int64 } from "../../dtype";
import { AssertionError, IndexError, NotImplementedError, RuntimeError } from "../../errors";
import { check_list } from "../../shape";
import { Tensor } from "../../tensor";
import { mul } from "../pointwise/elementwise";
import { cast, expect_tensor } from "../value/convert";

/** Keyword arguments of `embedding`. */
export interface EmbeddingOptions {
  padding_idx?: number | null;
  max_norm?: number | null;
  norm_type?: number;
  scale_grad_by_freq?: boolean;
  sparse?: boolean;
}

/**
 * Rows of `weight` by the numbers in `input`.
 *
 * @param input int64 or int32, any shape
 * @param weight (num_embeddings, embedding_dim)
 * @param padding_idx The row that gets no gradient; negative counts from the end.
 * @param max_norm Rows that are looked up and longer than this are scaled to it first, in the table itself.
 * @param scale_grad_by_freq Divides each row's gradient by how often the row came.
 * @returns (*input.shape, embedding_dim)
 * @throws IndexError for a number that the table does not have.
 */
export function embedding(input: Tensor, weight: Tensor, options?: EmbeddingOptions): Tensor;
export function embedding(
  input: Tensor,
  weight: Tensor,
  padding_idx?: number | null,
  max_norm?: number | null | EmbeddingOptions,
  norm_type?: number | EmbeddingOptions,
  scale_grad_by_freq?: boolean | EmbeddingOptions,
  sparse?: boolean | EmbeddingOptions,
): Tensor;
export function embedding(input: Tensor, options: { weight: Tensor } & EmbeddingOptions): Tensor;
export function embedding(input: Tensor, ...all: unknown[]): Tensor {
  const { weight, args } = lead<{ weight: Tensor }>("embedding", ["weight"], all);
  expect_tensor("embedding", input);
  expect_tensor("embedding", weight, "weight");
  const bound = bind<Required<EmbeddingOptions>>(
    "embedding",
    ["padding_idx", "max_norm", "norm_type", "scale_grad_by_freq", "sparse"],
    [],
    args,
  );
  if (weight.ndim !== 2) throw new RuntimeError("'weight' must be 2-D");
  if (input.dtype !== int64 && input.dtype !== int32) {
    throw new RuntimeError(
      "Expected tensor for argument #1 'indices' to have one of the following scalar types: Long, Int; but got " +
        `torch.${input.dtype.scalar_type}Tensor instead (while checking arguments for embedding)`,
    );
  }
  if (bound.sparse) {
    throw new NotImplementedError(
      "embedding(): sparse gradients are not offered; leave sparse out, gradients are dense",
    );
  }
  const rows = weight.shape[0];
  const padding = padding_index(bound.padding_idx ?? null, rows);
  const { handle } = input;
  if (typeof bound.max_norm === "number") renormalize(weight, handle, bound.max_norm, bound.norm_type ?? 2);
  let found: Handle;
  try {
    found = execute("GatherV2", [weight.handle, handle, scalar(0, int32)]);
  } catch (error) {
    throw out_of_range(handle, rows) ?? error;
  }
  const targets = padding === null ? handle : without(handle, padding);
  if (bound.scale_grad_by_freq) {
    const looked_up = record("embedding", found, [weight], [], targets);
    if (looked_up.requires_grad) {
      const inverse = inverse_counts(handle, rows, weight);
      looked_up.register_hook((grad) => mul(grad, inverse));
    }
    return looked_up;
  }
  return record("embedding", found, [weight], [], targets);
}

/** The gradient of a table of `rows` rows: `grad`'s rows added up; a negative index adds nowhere. */
export function embedding_grad(grad: Tensor, index: Handle, rows: number): Tensor {
  // Below that a table of zeros costs less than going without it.
  const large = rows * grad.shape[grad.ndim - 1] >= 4096;
  if (large && native_ops() && !wants_grad([grad])) {
    return row_gradient({ values: grad.handle, index, height: rows });
  }
  const handle = dense_rows({ values: grad.handle, index, height: rows });
  return record("embedding_grad", handle, [grad], [], index);
}

/** The reverse of {@link embedding_grad}: rows by index, zeros for a negative one. */
export function take_embeddings(table: Tensor, index: Handle): Tensor {
  const zero = scalar(0, index.dtype);
  const rows = execute("GatherV2", [table.handle, execute("Maximum", [index, zero]), scalar(0, int32)]);
  const kept = execute("ExpandDims", [execute("GreaterEqual", [index, zero]), scalar(-1, int32)]);
  const mask = execute("Cast", [kept], [attr.type("DstT", table.dtype)]);
  return record("embedding", execute("Mul", [rows, mask]), [table], [], index);
}

/** `padding_idx` as a row; null for none. @throws AssertionError when it is out of range. */
export function padding_index(padding_idx: number | null, rows: number): number | null {
  if (padding_idx === null) return null;
  if (padding_idx >= rows || padding_idx < -rows) {
    throw new AssertionError("Padding_idx must be within num_embeddings");
  }
  return padding_idx < 0 ? padding_idx + rows : padding_idx;
}

/** The index with -1 for `padding`. */
function without(index: Handle, padding: number): Handle {
  const other = execute("NotEqual", [index, scalar(padding, index.dtype)]);
  return execute("SelectV2", [other, index, scalar(-1, index.dtype)]);
}

function out_of_range(index: Handle, rows: number): IndexError | null {
  const data = read(index);
  for (let i = 0; i < data.length; i++) {
    const at = Number(data[i]);
    if (at < 0 || at >= rows) {
      return new IndexError(
        `index out of range in self: embedding() got index ${at}, but the table has ${rows} rows`,
      );
    }
  }
  return null;
}

function inverse_counts(index: Handle, rows: number, weight: Tensor): Tensor {
  const data = read(index);
  const counts = new Float64Array(rows);
  for (let i = 0; i < data.length; i++) counts[Number(data[i])]++;
  const inverse = Float64Array.from({ length: data.length }, (_, i) => 1 / counts[Number(data[i])]);
  const shape = [...index.shape, 1];
  return cast(new Tensor(from_data(shape, float64, inverse)), weight.dtype);
}

/** Scales the rows that are looked up and are longer than `max_norm` to that length, in the table itself. */
function renormalize(weight: Tensor, index: Handle, max_norm: number, norm_type: number): void {
  const [rows, size] = weight.shape;
  const values = read(weight.handle) as Float32Array;
  const data = read(index);
  let changed = false;
  for (const row of new Set(Array.from(data as Int32Array, Number))) {
    if (row < 0 || row >= rows) continue;
    let total = 0;
    const part = values.subarray(row * size, (row + 1) * size);
    for (const x of part) {
      if (norm_type === Number.POSITIVE_INFINITY) total = Math.max(total, Math.abs(x));
      else total += Math.abs(x) ** norm_type;
    }
    const norm = norm_type === Number.POSITIVE_INFINITY ? total : total ** (1 / norm_type);
    if (norm > max_norm) {
      const scale = max_norm / (norm + 1e-7);
      for (let i = 0; i < size; i++) part[i] *= scale;
      changed = true;
    }
  }
  if (changed) no_grad(() => weight._assign(new Tensor(from_data(weight.shape, weight.dtype, values))));
}

/**
 * One-hot vectors of whole numbers.
 *
 * @param num_classes Length of the vectors; by default one more than the greatest number.
 * @returns (*input.shape, num_classes), int64
 */
export function one_hot(input: Tensor, num_classes?: number): Tensor;
export function one_hot(input: Tensor, options: { num_classes?: number }): Tensor;
export function one_hot(input: Tensor, ...args: unknown[]): Tensor {
  const { num_classes: wanted = -1 } = bind<{ num_classes?: number }>("one_hot", ["num_classes"], [], args);
  expect_tensor("one_hot", input);
  if (input.dtype !== int64)
    throw new RuntimeError("one_hot is only applicable to index tensor of type LongTensor.");
  let greatest = -1;
  for (const value of input.typed_array()) {
    if (value < 0) throw new RuntimeError("Class values must be non-negative.");
    greatest = Math.max(greatest, Number(value));
  }
  if (greatest < 0 && wanted <= 0) {
    throw new RuntimeError("Can not infer total number of classes from empty tensor.");
  }
  if (wanted !== -1 && wanted < 1) throw new RuntimeError("num_classes should be positive");
  if (wanted !== -1 && greatest >= wanted) {
    throw new RuntimeError("Class values must be smaller than num_classes.");
  }
  check_list("one_hot", [input.numel(), Math.max(wanted, greatest + 1)]);
  const depth = wanted === -1 ? greatest + 1 : wanted;
  return new Tensor(
    execute(
      "OneHot",
      [input.handle, scalar(depth, int32), scalar(1, int64), scalar(0, int64)],
      [attr.int("axis", -1)],
    ),
  );
}
