/** @file Chunks of several tensors beside each other, as sharded training lays gradients out. */
import { bind } from "../../args";
import { RuntimeError } from "../../errors";
import { normalize_dim, numel, same_shape } from "../../shape";
import type { Tensor } from "../../tensor";
import { expect_tensor } from "../value/convert";
import { cat } from "./join";
import { reshape } from "./movement";

/**
 * Every tensor cut into `num_chunks` along `dim`, filled up with zeros where it does not divide; the chunks of the same
 * number flattened behind each other.
 *
 * @returns The dimensions before `dim`, `num_chunks`, and all elements of a chunk.
 * @throws RuntimeError for no tensors, empty ones, or different dtypes or sizes before `dim`.
 */
export function _chunk_cat(tensors: readonly Tensor[], dim: number, num_chunks: number): Tensor;
export function _chunk_cat(tensors: readonly Tensor[], options: { dim: number; num_chunks: number }): Tensor;
export function _chunk_cat(tensors: readonly Tensor[], ...args: unknown[]): Tensor {
  type Args = { dim: number; num_chunks: number };
  const { dim, num_chunks } = bind<Args>("_chunk_cat", ["dim", "num_chunks"], [], args, 2);
  if (!(num_chunks >= 1)) throw new RuntimeError("_chunk_cat expects positive num_chunks");
  if (!Array.isArray(tensors) || tensors.length === 0) {
    throw new RuntimeError("_chunk_cat expects a non-empty input tensor list");
  }
  for (const each of tensors) {
    const { dtype } = expect_tensor("_chunk_cat", each, "tensors");
    if (dtype !== tensors[0].dtype) {
      throw new RuntimeError("_chunk_cat expects all input tensors with the same dtype");
    }
    if (each.numel() === 0) throw new RuntimeError("_chunk_cat expects non-empty tensor");
  }
  const least = Math.min(...tensors.map((each) => each.ndim));
  const at = dim < 0 ? normalize_dim(dim, tensors[0].ndim) : dim;
  if (dim < 0 && tensors.some((each) => each.ndim !== tensors[0].ndim)) {
    throw new RuntimeError("_chunk_cat expects same ndim for all tensors when dim is negative");
  }
  if (at >= least) {
    throw new RuntimeError("_chunk_cat expects dim < ndim for all input tensors");
  }
  const lead = tensors[0].shape.slice(0, at);
  if (tensors.some((each) => !same_shape(each.shape.slice(0, at), lead))) {
    throw new RuntimeError("_chunk_cat expects same sizes of 0,...,dim-1 dimensions for all tensors");
  }
  const rows = tensors.map((each) => {
    const size = each.shape[at];
    const rest = numel(each.shape.slice(at + 1));
    const whole = Math.ceil(size / num_chunks) * num_chunks;
    const flat = reshape(each, [...lead, size, rest]);
    const filled =
      whole === size ? flat : cat([flat, each.new_zeros([...lead, whole - size, rest])], lead.length);
    return reshape(filled, [...lead, num_chunks, (whole / num_chunks) * rest]);
  });
  return cat(rows, lead.length + 1);
}
