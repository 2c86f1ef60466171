/** @file Running maxima over windows, and where they stand. */
import { no_grad } from "../../autograd/grad-mode";
import { from_data } from "../../backend/engine";
import { int32, int64 } from "../../dtype";
import { numel, range, type Shape } from "../../shape";
import { Tensor } from "../../tensor";
import { gt, isnan, logical_or } from "../pointwise/compare";
import { where } from "../position/masks";
import { take_rows } from "../position/rows";
import { reshape } from "../shape/movement";

/** The least value of a dtype, which no element is less than. */
function least(input: Tensor): number | bigint {
  const { dtype } = input;
  if (dtype.is_floating_point) return Number.NEGATIVE_INFINITY;
  if (dtype === int64) return -(2n ** 63n);
  if (dtype.name === "uint8" || dtype.name === "bool") return 0;
  return -(2 ** (8 * dtype.itemsize - 1));
}

/** A running maximum: what is greater, or not a number, takes the place of what was there. */
interface Best {
  value: Tensor;
  /** Places in the flattened last dimensions seen so far, int32. */
  index: Tensor;
}

function better(best: Best | null, value: Tensor, index: Tensor): Best {
  if (best === null) return { value, index };
  const above = gt(value, best.value);
  const wins = value.dtype.is_floating_point ? logical_or(above, isnan(value)) : above;
  return { value: where(wins, value, best.value), index: where(wins, index, best.index) };
}

/** A vector of whole numbers along dimension `dim` of `rank`. */
export function along(values: readonly number[], dim: number, rank: number): Tensor {
  const shape = new Array<number>(rank).fill(1);
  shape[dim] = values.length;
  return new Tensor(from_data(shape, int32, Int32Array.from(values)));
}

/**
 * Maxima and their places, one dimension after the other, the last one first: in each the first of equal ones counts, so that
 * it is the first in row-major order.
 *
 * @param place What dimension `dim` shows at the k-th place of each window, of values and of indices.
 */
export function maxima(
  input: Tensor,
  spatial: number,
  kernels: Shape,
  prepare: (value: Tensor, dim: number, i: number, fill: number | bigint | "edge") => Tensor,
  place: (value: Tensor, dim: number, i: number, k: number) => Tensor,
): Best {
  return no_grad(() => {
    const lead = input.ndim - spatial;
    let value = input.detach();
    let index: Tensor | null = null;
    let scale = 1;
    for (let i = spatial - 1; i >= 0; i--) {
      const dim = lead + i;
      const own = along(
        range(input.shape[dim]).map((at) => at * scale),
        dim,
        input.ndim,
      );
      const at: Tensor = index === null ? own : index.add(own);
      const values = prepare(value, dim, i, least(input));
      const places = prepare(at, dim, i, "edge");
      let best: Best | null = null;
      for (let k = 0; k < kernels[i]; k++) {
        best = better(best, place(values, dim, i, k), place(places, dim, i, k));
      }
      ({ value, index } = best as Best);
      scale *= input.shape[dim];
    }
    return { value, index: (index as Tensor).expand(value.shape) };
  });
}

/** The elements at `index` in the flattened last dimensions; gradients go to them alone. */
export function pick(input: Tensor, spatial: number, index: Tensor): Tensor {
  const lead = numel(input.shape.slice(0, input.ndim - spatial));
  const places = numel(input.shape.slice(input.ndim - spatial));
  const starts = along(
    range(lead).map((i) => i * places),
    0,
    2,
  );
  const flat = reshape(index, [lead, lead === 0 ? 0 : index.numel() / lead]).add(starts);
  const rows = take_rows(reshape(input, [input.numel()]), reshape(flat, [flat.numel()]).handle);
  return reshape(rows, index.shape);
}
