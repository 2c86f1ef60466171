/** @file index_reduce: rows that share a position become their product, mean or extreme. */
import { bind } from "../../args";
import { int32, int64 } from "../../dtype";
import { IndexError, RuntimeError } from "../../errors";
import { normalize_dim, same_shape, size_text } from "../../shape";
import type { Tensor } from "../../tensor";
import { reshape } from "../shape/movement";
import { expect_no_bool, expect_tensor } from "../value/convert";
import { scatter_reduce } from "./segment";

/** What becomes of rows that share a position. */
export type IndexReduce = "prod" | "mean" | "amax" | "amin";

type Args = { dim: number; index: Tensor; source: Tensor; reduce: IndexReduce; include_self?: boolean };

/**
 * The input with the rows of `source` reduced into the positions `index` of dimension `dim`, together with what the input
 * has there unless `include_self` is false.
 *
 * @param index A vector of int32 or int64, as long as `source` along `dim`.
 * @throws RuntimeError for another reduction, dtype or shape; IndexError for positions out of range.
 */
export function index_reduce(
  input: Tensor,
  dim: number,
  index: Tensor,
  source: Tensor,
  reduce: IndexReduce,
  options?: { include_self?: boolean },
): Tensor;
export function index_reduce(
  input: Tensor,
  dim: number,
  options: { index: Tensor; source: Tensor; reduce: IndexReduce; include_self?: boolean },
): Tensor;
export function index_reduce(input: Tensor, options: Args): Tensor;
export function index_reduce(input: Tensor, ...args: unknown[]): Tensor {
  const parameters = ["dim", "index", "source", "reduce"] as const;
  const bound = bind<Args>("index_reduce", parameters, ["include_self"], args, 4);
  const { dim, index, source, reduce, include_self = true } = bound;
  expect_tensor("index_reduce", input);
  expect_tensor("index_reduce", index, "index");
  expect_tensor("index_reduce", source, "source");
  if (!["prod", "mean", "amax", "amin"].includes(reduce)) {
    throw new RuntimeError(
      `index_reduce(): Expected reduce to be one of prod, mean, amax or amin but got ${String(reduce)}.`,
    );
  }
  const at = normalize_dim(dim, input.ndim);
  if (index.ndim > 1) {
    throw new IndexError(
      `index_reduce(): Index is supposed to be a vector, but got dim: ${index.ndim} with type: ` +
        `${index.dtype.scalar_type} and size: ${size_text(index.shape)}`,
    );
  }
  if (index.dtype !== int64 && index.dtype !== int32) {
    throw new RuntimeError(
      `index_reduce(): Expected dtype int32/int64 for index but got: ${index.dtype.scalar_type}`,
    );
  }
  if (source.dtype !== input.dtype) {
    throw new RuntimeError(
      `index_reduce(): self (${input.dtype.scalar_type}) and source (${source.dtype.scalar_type}) must have the same scalar type`,
    );
  }
  const count = index.numel();
  if ((source.shape[at] ?? 1) !== count) {
    throw new RuntimeError(
      `index_reduce(): Number of indices (${count}) should be equal to source.size(dim): (${source.shape[at] ?? 1}), for dim: ${at}`,
    );
  }
  const expected = input.shape.map((size, d) => (d === at ? count : size));
  if (!same_shape(source.shape, expected) && !(input.ndim === 0 && source.numel() === 1)) {
    throw new RuntimeError(
      "index_reduce(): source tensor shape must match self tensor shape, excluding the specified dimension. Got " +
        `self.shape = ${size_text(input.shape)} source.shape = ${size_text(source.shape)}`,
    );
  }
  if (input.numel() === 0 && count > 0) {
    throw new IndexError(
      `select(): index 0 out of range for tensor of size ${size_text(input.shape)} at dimension ${at}`,
    );
  }
  if (reduce === "mean") expect_no_bool("div_floor_cpu", input);
  const shape = expected.length === 0 ? [] : expected;
  const line = shape.map((_, d) => (d === at ? count : 1));
  const everywhere = reshape(index, line).expand(shape);
  return scatter_reduce(input, at, everywhere, reshape(source, shape), reduce, { include_self });
}
