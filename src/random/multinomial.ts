/** @file Samples category indices from rows of weights, drawn in PyTorch's CPU order. */

import { type FloatArray, fill_exponential } from "./distributions";
import type { Generator } from "./generator";

const MAX_CATEGORIES = 2 ** 24;

/**
 * Category indices from each row of weights (they need not sum to one).
 *
 * With replacement: a search in the row's cumulative weights, one 64-bit draw per sample. Without: the
 * largest `weight / q` with q exponential, one draw per weight; the order is by falling ratio.
 *
 * @param probs rows × cols weights, row by row
 * @returns rows × num_samples indices, row by row
 * @throws Error on weights that are negative, infinite or NaN, rows that sum to 0, or too many samples
 */
export function multinomial(
  gen: Generator,
  probs: FloatArray,
  rows: number,
  cols: number,
  num_samples: number,
  replacement = false,
): BigInt64Array {
  if (!(num_samples > 0)) throw new Error("cannot sample n_sample <= 0 samples");
  if (!replacement && num_samples > cols) {
    throw new Error(
      `cannot sample n_sample > prob_dist.size(-1) samples without replacement (${num_samples} > ${cols})`,
    );
  }
  if (cols > MAX_CATEGORIES) throw new Error("number of categories cannot exceed 2^24");
  const out = new BigInt64Array(rows * num_samples);
  // One sample alone is drawn the same way with and without replacement.
  if (replacement && num_samples > 1) with_replacement(gen, probs, rows, cols, num_samples, out);
  else without_replacement(gen, probs, rows, cols, num_samples, out);
  return out;
}

function with_replacement(
  gen: Generator,
  probs: FloatArray,
  rows: number,
  cols: number,
  num_samples: number,
  out: BigInt64Array,
): void {
  const round = probs instanceof Float64Array ? (x: number) => x : Math.fround;
  const cumulative = probs instanceof Float64Array ? new Float64Array(cols) : new Float32Array(cols);
  for (let row = 0; row < rows; row++) {
    let sum = 0;
    for (let j = 0; j < cols; j++) {
      const weight = probs[row * cols + j];
      if (weight < 0) {
        throw new Error("invalid multinomial distribution (encountering probability entry < 0)");
      }
      if (!Number.isFinite(weight)) {
        throw new Error(
          "invalid multinomial distribution (encountering probability entry = infinity or NaN)",
        );
      }
      sum = round(sum + weight);
      cumulative[j] = sum;
    }
    if (!(sum > 0)) throw new Error("invalid multinomial distribution (sum of probabilities <= 0)");
    for (let j = 0; j < cols; j++) cumulative[j] /= sum;
    cumulative[cols - 1] = 1;
    for (let k = 0; k < num_samples; k++) {
      const u = gen.uniform_double();
      let left = 0;
      let right = cols;
      while (left < right) {
        const middle = left + ((right - left) >> 1);
        if (cumulative[middle] < u) left = middle + 1;
        else right = middle;
      }
      out[row * num_samples + k] = BigInt(left);
    }
  }
}

function without_replacement(
  gen: Generator,
  probs: FloatArray,
  rows: number,
  cols: number,
  num_samples: number,
  out: BigInt64Array,
): void {
  for (let row = 0; row < rows; row++) {
    let sum = 0;
    for (let j = row * cols; j < (row + 1) * cols; j++) {
      if (!(probs[j] >= 0 && probs[j] < Number.POSITIVE_INFINITY)) {
        throw new Error("probability tensor contains either `inf`, `nan` or element < 0");
      }
      sum += probs[j];
    }
    if (sum === 0) throw new Error("invalid multinomial distribution (sum of probabilities <= 0)");
  }
  const ratio = fill_exponential(gen, probs.slice() as FloatArray);
  for (let i = 0; i < ratio.length; i++) ratio[i] = probs[i] / ratio[i];
  for (let row = 0; row < rows; row++) {
    const offset = row * cols;
    const order = Array.from({ length: cols }, (_, j) => j);
    order.sort((a, b) => ratio[offset + b] - ratio[offset + a]);
    for (let k = 0; k < num_samples; k++) out[row * num_samples + k] = BigInt(order[k]);
  }
}
