/** @file Counting elements and finding their places: unique, bincount, histc, searchsorted, isin. */
import { bind, kind_of } from "../../args";
import { from_data } from "../../backend/engine";
import { bool, float32, float64, int32, int64, type TypedArray } from "../../dtype";
import { IndexError, RuntimeError } from "../../errors";
import { check_list, normalize_dim, same_shape, size_text } from "../../shape";
import { is_tensor, Tensor } from "../../tensor";
import { index_select } from "../position/gather";
import { movedim, reshape } from "../shape/movement";
import { dtype_of_number, expect_no_bool, expect_tensor, promote, type TensorLike } from "../value/convert";

function longs_of(values: readonly number[], shape: readonly number[] = [values.length]): Tensor {
  return new Tensor(from_data(shape, int64, BigInt64Array.from(values, BigInt)));
}

/** By value, NaN last. */
function by_value(a: number | bigint, b: number | bigint): number {
  if (a < b) return -1;
  if (a > b) return 1;
  return Number(Number.isNaN(a)) - Number(Number.isNaN(b));
}

interface UniqueOptions {
  sorted?: boolean;
  return_inverse?: boolean;
  return_counts?: boolean;
  dim?: number | null;
}

/** Slices along `dim` (or elements, for null): how many there are, an order of two, and a choice of some. */
interface Slices {
  readonly count: number;
  readonly shape: readonly number[];
  compare(i: number, j: number): number;
  pick(places: readonly number[]): Tensor;
}

function slices_of(input: Tensor, dim: number | null): Slices {
  if (dim === null) {
    const flat = reshape(input, [input.numel()]);
    const data = input.typed_array();
    return {
      count: data.length,
      shape: input.shape,
      compare: (i, j) => by_value(data[i], data[j]),
      pick: (places) => index_select(flat, 0, longs_of(places)),
    };
  }
  const at = normalize_dim(dim, input.ndim);
  const empty = input.shape.filter((size) => size === 0).length;
  if (empty > 1) {
    throw new RuntimeError("Number of zero sized dimensions is more than one, so unique cannot be applied ");
  }
  if (empty === 1 && input.shape[at] !== 0) {
    throw new RuntimeError(
      "There are 0 sized dimensions, and they aren't selected, so unique cannot be applied",
    );
  }
  const count = input.shape[at] ?? 1;
  const data = (input.ndim === 0 ? input : movedim(input, at, 0)).typed_array();
  const size = count === 0 ? 0 : data.length / count;
  return {
    count,
    shape: [count],
    compare(i, j) {
      for (let k = 0; k < size; k++) {
        const order = by_value(data[i * size + k], data[j * size + k]);
        if (order !== 0) return order;
      }
      return 0;
    },
    pick: (places) => index_select(input, at, longs_of(places)),
  };
}

/** What the caller asked for: the tensor alone, or a list. */
function answer(output: Tensor, inverse: Tensor | null, counts: Tensor | null): Tensor | Tensor[] {
  const rest = [inverse, counts].filter((tensor) => tensor !== null);
  return rest.length === 0 ? output : [output, ...rest];
}

/**
 * The different elements in order, or with `dim` the different slices along it.
 *
 * @returns The tensor; with `return_inverse` and `return_counts` a list: of it, where each element went, how often each comes.
 */
export function unique(
  input: Tensor,
  options?: UniqueOptions & { return_inverse?: false; return_counts?: false },
): Tensor;
export function unique(input: Tensor, options: UniqueOptions): Tensor[];
export function unique(
  input: Tensor,
  sorted: boolean,
  return_inverse?: boolean,
  return_counts?: boolean,
  dim?: number | null,
): Tensor | Tensor[];
export function unique(input: Tensor, ...args: unknown[]): Tensor | Tensor[] {
  const {
    return_inverse = false,
    return_counts = false,
    dim = null,
  } = bind<Required<UniqueOptions>>("unique", ["sorted", "return_inverse", "return_counts", "dim"], [], args);
  expect_tensor("unique", input);
  const slices = slices_of(input.detach(), dim);
  const order = Array.from({ length: slices.count }, (_, i) => i).sort(slices.compare);
  return runs(slices, order, return_inverse, return_counts);
}

/** Like {@link unique}, of neighbours only: the elements stay in their order. */
export function unique_consecutive(
  input: Tensor,
  options?: Omit<UniqueOptions, "sorted"> & { return_inverse?: false; return_counts?: false },
): Tensor;
export function unique_consecutive(input: Tensor, options: Omit<UniqueOptions, "sorted">): Tensor[];
export function unique_consecutive(
  input: Tensor,
  return_inverse: boolean,
  return_counts?: boolean,
  dim?: number | null,
): Tensor | Tensor[];
export function unique_consecutive(input: Tensor, ...args: unknown[]): Tensor | Tensor[] {
  const {
    return_inverse = false,
    return_counts = false,
    dim = null,
  } = bind<Required<UniqueOptions>>(
    "unique_consecutive",
    ["return_inverse", "return_counts", "dim"],
    [],
    args,
  );
  expect_tensor("unique_consecutive", input);
  if (input.ndim === 0 && dim !== null) {
    throw new IndexError(`Dimension specified as ${dim} but tensor has no dimensions`);
  }
  const slices = slices_of(input.detach(), dim);
  const order = Array.from({ length: slices.count }, (_, i) => i);
  return runs(slices, order, return_inverse, return_counts);
}

function runs(
  slices: Slices,
  order: readonly number[],
  return_inverse: boolean,
  return_counts: boolean,
): Tensor | Tensor[] {
  const firsts: number[] = [];
  const counts: number[] = [];
  const inverse = new Array<number>(order.length);
  order.forEach((place, i) => {
    if (i === 0 || slices.compare(order[i - 1], place) !== 0) {
      firsts.push(place);
      counts.push(0);
    }
    counts[counts.length - 1]++;
    inverse[place] = firsts.length - 1;
  });
  return answer(
    slices.pick(firsts),
    return_inverse ? longs_of(inverse, slices.shape) : null,
    return_counts ? longs_of(counts) : null,
  );
}

/**
 * How often each whole number from 0 comes in a vector, or the sum of its weights.
 *
 * @throws RuntimeError for negative numbers, or for anything but a vector of whole numbers.
 */
export function bincount(input: Tensor, weights?: Tensor | null, minlength?: number): Tensor;
export function bincount(input: Tensor, weights: Tensor | null, options: { minlength?: number }): Tensor;
export function bincount(input: Tensor, options: { weights?: Tensor | null; minlength?: number }): Tensor;
export function bincount(input: Tensor, ...args: unknown[]): Tensor {
  type Args = { weights: Tensor | null; minlength: number };
  const { weights = null, minlength = 0 } = bind<Args>("bincount", ["weights", "minlength"], [], args);
  const data = expect_tensor("bincount", input).typed_array();
  if (input.ndim !== 1 || input.dtype.category !== 1) {
    throw new RuntimeError("bincount only supports 1-d non-negative integral inputs.");
  }
  if (minlength < 0) throw new RuntimeError("minlength should be >= 0");
  if (data.length === 0) return new Tensor(from_data([minlength], int64, new BigInt64Array(minlength)));
  if (weights !== null && !same_shape(weights.shape, input.shape)) {
    throw new RuntimeError("weights should be 1-d and have the same length as input");
  }
  let size = minlength;
  for (const value of data) {
    if (value < 0) throw new RuntimeError("bincount only supports 1-d non-negative integral inputs.");
    size = Math.max(size, Number(value) + 1);
  }
  check_list("bincount", [size]);
  const sums = new Float64Array(size);
  const shares = weights?.typed_array();
  data.forEach((value: number | bigint, i: number) => {
    sums[Number(value)] += shares === undefined ? 1 : Number(shares[i]);
  });
  if (weights === null) return new Tensor(from_data([size], int64, BigInt64Array.from(sums, BigInt)));
  return weights.dtype === float32
    ? new Tensor(from_data([size], float32, Float32Array.from(sums)))
    : new Tensor(from_data([size], float64, sums));
}

/** How many elements fall into each of `bins` equal intervals from `min` to `max` (both 0: those of the elements). */
export function histc(input: Tensor, bins?: number, min?: number, max?: number | { max?: number }): Tensor;
export function histc(input: Tensor, bins: number, options: { min?: number; max?: number }): Tensor;
export function histc(input: Tensor, options: { bins?: number; min?: number; max?: number }): Tensor;
export function histc(input: Tensor, ...args: unknown[]): Tensor {
  type Args = { bins: number; min: number; max: number };
  const { bins = 100, min = 0, max = 0 } = bind<Args>("histc", ["bins", "min", "max"], [], args);
  expect_tensor("histc", input);
  if (!input.dtype.is_floating_point) {
    throw new RuntimeError(`"histogram_cpu" not implemented for '${input.dtype.scalar_type}'`);
  }
  if (!Number.isInteger(bins))
    throw new TypeError(`histc(): argument 'bins' must be int, not ${kind_of(bins)}`);
  if (bins <= 0) throw new RuntimeError(`torch.histc(): bins must be > 0, but got ${bins}`);
  if (max < min) throw new RuntimeError("torch.histc(): max must be larger than min");
  const data = input.typed_array() as Float32Array;
  let [low, high] = [min, max];
  if (low === high && data.length > 0) {
    low = Number.POSITIVE_INFINITY;
    high = Number.NEGATIVE_INFINITY;
    for (const value of data) {
      low = Math.min(low, value);
      high = Math.max(high, value);
    }
  }
  if (low === high) {
    low -= 1;
    high += 1;
  }
  if (!Number.isFinite(low) || !Number.isFinite(high)) {
    throw new RuntimeError(`torch.histc(): range of [${low}, ${high}] is not finite`);
  }
  check_list("histc", [bins]);
  const counts = new input.dtype.array(bins) as Float32Array;
  // In the elements' own precision, so that those on an edge fall as in PyTorch.
  const round = input.dtype === float32 ? Math.fround : (value: number): number => value;
  for (const value of data) {
    if (!(value >= low && value <= high)) continue;
    const place = Math.floor(round(round(round(value - low) / round(high - low)) * bins));
    counts[Math.min(place, bins - 1)]++;
  }
  return new Tensor(from_data([bins], input.dtype, counts));
}

interface SearchOptions {
  out_int32?: boolean;
  right?: boolean;
  side?: "left" | "right" | null;
  sorter?: Tensor | null;
}

/**
 * Where the values would go in sorted sequences (the last dimension): before equal elements, after them with `right`.
 *
 * @param sorted_sequence A vector, or in all but the last dimension of the values' sizes.
 */
export function searchsorted(sorted_sequence: Tensor, values: TensorLike, options?: SearchOptions): Tensor;
export function searchsorted(
  sorted_sequence: Tensor,
  options: { values: TensorLike } & SearchOptions,
): Tensor;
export function searchsorted(sorted_sequence: Tensor, ...args: unknown[]): Tensor {
  const {
    values,
    out_int32 = false,
    right = false,
    side = null,
    sorter = null,
  } = bind<{ values: TensorLike } & SearchOptions>(
    "searchsorted",
    ["values"],
    ["out_int32", "right", "side", "sorter"],
    args,
    1,
  );
  if (side !== null && side !== "left" && side !== "right") {
    throw new RuntimeError(
      `torch.searchsorted(): side can only be 'left' or 'right' but got ${String(side)}`,
    );
  }
  if (side === "left" && right) {
    throw new RuntimeError(
      "torch.searchsorted(): side and right can't be set to opposites, got side of left while right was True",
    );
  }
  const wanted = is_tensor(values)
    ? values
    : new Tensor(promote("searchsorted", expect_tensor("searchsorted", sorted_sequence), values)[1].handle);
  expect_tensor("searchsorted", sorted_sequence);
  if (wanted.numel() > 0) expect_no_bool("searchsorted_out_cpu", sorted_sequence);
  if (sorted_sequence.ndim === 0)
    throw new RuntimeError("ArrayRef: attempted to access back() of empty list");
  const lead = sorted_sequence.shape.slice(0, -1);
  if (sorted_sequence.ndim !== 1 && !same_shape(lead, wanted.shape.slice(0, -1))) {
    throw new RuntimeError(
      "torch.searchsorted(): boundaries tensor should be 1 dimension or the first N-1 dimensions of boundaries tensor and " +
        `input value tensor must match, but we got boundaries tensor ${size_text(sorted_sequence.shape)} and input value ` +
        `tensor ${size_text(wanted.shape)}`,
    );
  }
  if (sorter !== null && !same_shape(sorter.shape, sorted_sequence.shape)) {
    throw new RuntimeError(
      `torch.searchsorted(): boundary and sorter must have the same size, but got boundary tensor ${size_text(sorted_sequence.shape)} ` +
        `and got sorter tensor ${size_text(sorter.shape)}`,
    );
  }
  const sequence = sorted_sequence.typed_array();
  const order = sorter?.typed_array();
  const data = wanted.typed_array();
  const length = sorted_sequence.shape[sorted_sequence.ndim - 1];
  const row = sorted_sequence.ndim === 1 ? data.length : wanted.shape[wanted.ndim - 1];
  const after = right || side === "right";
  const places = Array.from({ length: data.length }, (_, i) => {
    const start = sorted_sequence.ndim === 1 ? 0 : Math.floor(i / row) * length;
    const value = data[i];
    let low = 0;
    let high = length;
    while (low < high) {
      const middle = (low + high) >> 1;
      const at = start + (order === undefined ? middle : Number(order[start + middle]));
      const compared = by_value(sequence[at], value);
      if (compared < 0 || (after && compared === 0)) low = middle + 1;
      else high = middle;
    }
    return low;
  });
  if (out_int32) return new Tensor(from_data(wanted.shape, int32, Int32Array.from(places)));
  return longs_of(places, wanted.shape);
}

/** Which of the intervals between `boundaries` (a sorted vector) each element falls into; see {@link searchsorted}. */
export function bucketize(
  input: TensorLike,
  boundaries: Tensor,
  options?: { out_int32?: boolean; right?: boolean },
): Tensor;
export function bucketize(
  input: TensorLike,
  options: { boundaries: Tensor; out_int32?: boolean; right?: boolean },
): Tensor;
export function bucketize(input: TensorLike, ...args: unknown[]): Tensor {
  const { boundaries, ...bound } = bind<{ boundaries: Tensor; out_int32?: boolean; right?: boolean }>(
    "bucketize",
    ["boundaries"],
    ["out_int32", "right"],
    args,
    1,
  );
  expect_tensor("bucketize", boundaries, "boundaries");
  if (boundaries.ndim !== 1) {
    throw new RuntimeError(`boundaries tensor must be 1 dimension, but got dim(${boundaries.ndim})`);
  }
  return searchsorted(boundaries, input, bound);
}

/** Where the elements are among `test_elements`; with `invert` where they are not. Either may be a number. */
export function isin(
  elements: TensorLike,
  test_elements: TensorLike,
  options?: { assume_unique?: boolean; invert?: boolean },
): Tensor;
export function isin(
  elements: TensorLike,
  options: { test_elements: TensorLike; assume_unique?: boolean; invert?: boolean },
): Tensor;
export function isin(elements: TensorLike, ...args: unknown[]): Tensor {
  type Args = { test_elements: TensorLike; assume_unique?: boolean; invert?: boolean };
  const { test_elements, invert = false } = bind<Args>(
    "isin",
    ["test_elements"],
    ["assume_unique", "invert"],
    args,
    1,
  );
  const data = (value: TensorLike): ArrayLike<number | bigint> =>
    is_tensor(value) ? value.typed_array() : [Number(value)];
  if (!is_tensor(elements) && !is_tensor(test_elements)) {
    throw new TypeError(`isin(): expected a Tensor, got two numbers (${dtype_of_number(elements)})`);
  }
  for (const side of [elements, test_elements]) {
    if (is_tensor(side) && side.dtype === bool) {
      throw new RuntimeError("Unsupported input type encountered for isin(): Bool");
    }
  }
  const among = new Set(Array.from(data(test_elements), Number));
  const mask = Uint8Array.from(
    Array.from(data(elements), (value) => Number(among.has(Number(value)) !== invert)),
  );
  return new Tensor(from_data(is_tensor(elements) ? elements.shape : [], bool, mask as TypedArray));
}
