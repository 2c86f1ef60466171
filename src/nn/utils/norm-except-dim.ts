/** @file The lengths that weight normalisation takes apart. */
import { norm_dims } from "../../ops/reduction/statistics";
import { range } from "../../shape";
import type { Tensor } from "../../tensor";

/** The lengths of a weight's slices along `dim`, with sizes 1 elsewhere; -1 for that of the whole. */
export function norm_except_dim(weight: Tensor, dim: number): Tensor {
  if (dim === -1) return norm_dims(weight, 2, range(weight.ndim), false);
  return norm_dims(
    weight,
    2,
    range(weight.ndim).filter((each) => each !== dim),
    true,
  );
}
