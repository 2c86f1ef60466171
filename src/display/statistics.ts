/** @file What a tensor's header says of its values, gathered in one pass. */

/** Values in row-major order: any typed array, or an array of numbers or booleans. */
export type ArrayData = ArrayLike<number> | ArrayLike<bigint> | ArrayLike<boolean>;

/** Statistics of an array. `min`, `max`, `mean`, `std` and `rms` cover the finite values only and are NaN when there are none. */
export interface ArrayStatistics {
  count: number;
  finite: number;
  nan: number;
  pos_inf: number;
  neg_inf: number;
  zeros: number;
  min: number;
  max: number;
  /** Where the first smallest and largest finite value are (-1 without one): the exact text of an int64 is read there. */
  min_index: number;
  max_index: number;
  mean: number;
  /** Sample standard deviation (n - 1), as `torch.std`; NaN for fewer than two values. */
  std: number;
  /** Root mean square. */
  rms: number;
  /** Every finite value is a whole number. */
  whole: boolean;
}

/** Gathers the statistics of `data` in one pass; sums are shifted by the first finite value, so that a large mean does not drown the deviation. */
export function array_statistics(data: ArrayData, length: number = data.length): ArrayStatistics {
  const numbers = data as ArrayLike<number>;
  const convert = length > 0 && typeof data[0] !== "number";
  let [nan, pos_inf, neg_inf, zeros, finite] = [0, 0, 0, 0, 0];
  let [shift, sum, squares] = [0, 0, 0];
  let min = Number.POSITIVE_INFINITY;
  let max = Number.NEGATIVE_INFINITY;
  let [min_index, max_index] = [-1, -1];
  let whole = true;
  for (let i = 0; i < length; i++) {
    const value = convert ? Number(numbers[i]) : (numbers[i] as number);
    // Only NaN and the infinities give NaN here, and the common case pays one test.
    if (Number.isNaN(value - value)) {
      if (Number.isNaN(value)) nan += 1;
      else if (value > 0) pos_inf += 1;
      else neg_inf += 1;
      continue;
    }
    if (finite === 0) shift = value;
    finite += 1;
    if (value === 0) zeros += 1;
    if (value < min) {
      min = value;
      min_index = i;
    }
    if (value > max) {
      max = value;
      max_index = i;
    }
    const offset = value - shift;
    sum += offset;
    squares += offset * offset;
    if (whole && !Number.isInteger(value)) whole = false;
  }
  const offset_mean = sum / finite;
  const variance = Math.max(0, squares / finite - offset_mean * offset_mean);
  const mean = shift + offset_mean;
  return {
    count: length,
    finite,
    nan,
    pos_inf,
    neg_inf,
    zeros,
    min: finite > 0 ? min : Number.NaN,
    max: finite > 0 ? max : Number.NaN,
    min_index,
    max_index,
    mean,
    std: finite > 1 ? Math.sqrt((variance * finite) / (finite - 1)) : Number.NaN,
    rms: Math.sqrt(variance + mean * mean),
    whole,
  };
}
