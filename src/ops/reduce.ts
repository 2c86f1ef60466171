/** @file Reductions over dimensions: sums, means, extremes. */
import { bind } from "../args";
import { record } from "../autograd/tape";
import { attr, execute, ints } from "../backend/engine";
import { type DType, int64 } from "../dtype";
import { broadcast_dims, normalize_dims, type Shape, same_shape } from "../shape";
import type { Tensor } from "../tensor";
import { cast } from "./convert";
import { reshape } from "./movement";

/** One dimension, several, or null for all. */
export type Dims = number | readonly number[] | null;

/**
 * The sum over `dim` (all dimensions by default). Integers and bools add up as int64.
 *
 * @example
 * x.sum(); x.sum(-1, true); x.sum({ dim: [0, 1], dtype: torch.float64 })
 */
export function sum(input: Tensor, dim?: Dims, keepdim?: boolean, options?: { dtype?: DType }): Tensor;
export function sum(input: Tensor, options: { dim?: Dims; keepdim?: boolean; dtype?: DType }): Tensor;
export function sum(input: Tensor, ...args: unknown[]): Tensor {
  type Args = { dim: Dims; keepdim: boolean; dtype: DType };
  const { dim, keepdim = false, dtype } = bind<Args>("sum", ["dim", "keepdim"], ["dtype"], args);
  const target = dtype ?? (input.dtype.is_floating_point ? input.dtype : int64);
  return sum_dims(cast(input, target), normalize_dims(dim, input.ndim), keepdim);
}

const keep = [attr.bool("keep_dims", true)];
const drop = [attr.bool("keep_dims", false)];

/** The sum over dimensions that are known to be in order and in range. */
export function sum_dims(input: Tensor, dims: Shape, keepdim: boolean): Tensor {
  const handle = execute("Sum", [input.handle, ints(dims)], keepdim ? keep : drop);
  return record("sum", handle, [input], [], { dims, keepdim });
}

/** Sums over what broadcasting repeated: a gradient of a larger shape becomes one of `shape`. */
export function sum_to_size(input: Tensor, shape: Shape): Tensor {
  if (same_shape(input.shape, shape)) return input;
  const dims = broadcast_dims(input.shape, shape);
  const summed = dims.length > 0 ? sum_dims(input, dims, false) : input;
  return same_shape(summed.shape, shape) ? summed : reshape(summed, shape);
}
