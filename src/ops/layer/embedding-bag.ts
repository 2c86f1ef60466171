/** @file Sums, means and maxima over bags of rows of a table. */
import { bind } from "../../args";
import { from_data } from "../../backend/engine";
import { int32, int64 } from "../../dtype";
import { NotImplementedError, RuntimeError, ValueError } from "../../errors";
import { range, size_text } from "../../shape";
import { is_tensor, Tensor } from "../../tensor";
import { index_select } from "../position/gather";
import { add_rows, take_rows } from "../position/rows";
import { reshape } from "../shape/movement";
import { cast, expect_tensor } from "../value/convert";
import { embedding, padding_index } from "./embedding";

/** What becomes of a bag's rows. */
export type BagMode = "sum" | "mean" | "max";

/** Keyword arguments of {@link embedding_bag}. */
export interface EmbeddingBagOptions {
  /** Where each bag starts in a one-dimensional input, (B). */
  offsets?: Tensor | null;
  /** Rows that are looked up and longer than this are scaled to it first, in the table itself. */
  max_norm?: number | null;
  norm_type?: number;
  /** Divides each row's gradient by how often the row came. */
  scale_grad_by_freq?: boolean;
  /** Default: `"mean"`. */
  mode?: BagMode;
  /** Not offered: gradients are dense. */
  sparse?: boolean;
  /** A factor for each row, in the shape of the input; for `"sum"` only. */
  per_sample_weights?: Tensor | null;
  /** Whether the last offset is the input's length, not the start of a bag. */
  include_last_offset?: boolean;
  /** The row that counts for nothing. */
  padding_idx?: number | null;
}

/**
 * For each bag of row numbers the sum, mean or maximum of those rows of `weight`.
 *
 * @param input int64 or int32: (B, N) for B bags of N rows, or (N) with `offsets`.
 * @param weight (num_embeddings, embedding_dim)
 * @returns (B, embedding_dim); zeros for empty bags.
 * @throws RuntimeError for a number that the table does not have.
 */
export function embedding_bag(input: Tensor, weight: Tensor, options?: EmbeddingBagOptions): Tensor;
export function embedding_bag(
  input: Tensor,
  weight: Tensor,
  offsets: Tensor | null,
  options?: Omit<EmbeddingBagOptions, "offsets">,
): Tensor;
export function embedding_bag(
  input: Tensor,
  weight: Tensor,
  offsets: Tensor | null,
  max_norm: number | null,
  norm_type?: number | EmbeddingBagOptions,
  scale_grad_by_freq?: boolean | EmbeddingBagOptions,
  mode?: BagMode | EmbeddingBagOptions,
  sparse?: boolean | EmbeddingBagOptions,
  per_sample_weights?: Tensor | null | EmbeddingBagOptions,
  include_last_offset?: boolean | EmbeddingBagOptions,
  padding_idx?: number | null | EmbeddingBagOptions,
): Tensor;
export function embedding_bag(input: Tensor, weight: Tensor, ...args: unknown[]): Tensor {
  expect_tensor("embedding_bag", input);
  expect_tensor("embedding_bag", weight, "weight");
  const {
    offsets = null,
    max_norm = null,
    norm_type = 2,
    scale_grad_by_freq = false,
    mode = "mean",
    sparse = false,
    per_sample_weights = null,
    include_last_offset = false,
    padding_idx = null,
  } = bind<EmbeddingBagOptions>(
    "embedding_bag",
    [
      "offsets",
      "max_norm",
      "norm_type",
      "scale_grad_by_freq",
      "mode",
      "sparse",
      "per_sample_weights",
      "include_last_offset",
      "padding_idx",
    ],
    [],
    args,
  );
  // As in PyTorch, where the two once stood the other way round.
  if (input.dtype.is_floating_point && weight.dtype === int64) [input, weight] = [weight, input];
  if (input.dtype !== int64 && input.dtype !== int32) {
    throw new RuntimeError(
      "Expected tensor for argument #1 'indices' to have one of the following scalar types: Long, Int; but got " +
        `torch.${input.dtype.scalar_type}Tensor instead (while checking arguments for embedding_bag)`,
    );
  }
  if (mode !== "sum" && mode !== "mean" && mode !== "max") {
    throw new ValueError("mode has to be one of sum, mean or max");
  }
  if (sparse) {
    throw new NotImplementedError("embedding_bag(): sparse gradients are not offered; leave sparse out");
  }
  if (weight.ndim !== 2) throw new RuntimeError("'weight' must be 2-D");
  if (mode === "max" && scale_grad_by_freq) {
    throw new ValueError("max mode does not support scaling the gradient by the frequency");
  }
  if (per_sample_weights !== null) {
    expect_tensor("embedding_bag", per_sample_weights, "per_sample_weights");
    if (size_text(per_sample_weights.shape) !== size_text(input.shape)) {
      throw new ValueError(
        `embedding_bag: If per_sample_weights (torch.Size(${size_text(per_sample_weights.shape)})) is not None, then it must have the ` +
          `same shape as the input (torch.Size(${size_text(input.shape)}))`,
      );
    }
    if (mode !== "sum") {
      throw new NotImplementedError(
        "embedding_bag: per_sample_weights was not None. per_sample_weights is only supported for mode='sum' " +
          `(got mode='${mode}').`,
      );
    }
  }
  const starts = bag_starts(input, offsets, include_last_offset);
  const rows = weight.shape[0];
  const padding = padding_index(padding_idx, rows);
  const numbers = Array.from(input.typed_array() as Int32Array, Number);
  numbers.forEach((number, i) => {
    if (number < 0 || number >= rows) {
      throw new RuntimeError(
        `embedding_bag(): Index ${i} of input takes value ${number} which is not in the valid range [0, ${rows})`,
      );
    }
  });
  const bags = starts.length;
  let bag = -1;
  const bags_of_all = numbers.map((_, i) => {
    while (bag + 1 < bags && starts[bag + 1] <= i) bag++;
    return bag;
  });
  const counted = range(numbers.length).filter((i) => numbers[i] !== padding && bags_of_all[i] >= 0);
  const all = counted.length === numbers.length;
  const bag_of = counted.map((i) => bags_of_all[i]);
  let flat = reshape(input, [numbers.length]);
  if (!all) flat = index_select(flat, 0, counted);
  let found = embedding(flat, weight, { max_norm, norm_type, scale_grad_by_freq });
  if (mode === "max") {
    const places = counted.map((i) => numbers[i]);
    return maxima(weight, found, places, bag_of, bags);
  }
  if (per_sample_weights !== null) {
    let factors = reshape(per_sample_weights, [numbers.length]);
    if (!all) factors = index_select(factors, 0, counted);
    found = found.mul(reshape(factors, [counted.length, 1]));
  }
  const sums = add_rows(found, vector(bag_of).handle, bags);
  if (mode === "sum") return sums;
  const counts = new Array<number>(bags).fill(0);
  for (const at of bag_of) counts[at]++;
  const divisors = vector(counts.map((count) => Math.max(1, count)));
  return sums.div(reshape(cast(divisors, weight.dtype), [bags, 1]));
}

function vector(values: readonly number[]): Tensor {
  return new Tensor(from_data([values.length], int32, Int32Array.from(values)));
}

/** The first place of each bag. */
function bag_starts(input: Tensor, offsets: Tensor | null, include_last_offset: boolean): number[] {
  if (input.ndim === 2) {
    if (offsets !== null) {
      throw new ValueError(
        "if input is 2D, then offsets has to be None, as input is treated is a mini-batch of fixed length sequences. However, " +
          "found offsets of type Tensor",
      );
    }
    return range(input.shape[0]).map((i) => i * input.shape[1]);
  }
  if (input.ndim !== 1) {
    throw new ValueError(`input has to be 1D or 2D Tensor, but got Tensor of dimension ${input.ndim}`);
  }
  if (!is_tensor(offsets)) throw new ValueError("offsets has to be a 1D Tensor but got None");
  if (offsets.ndim !== 1) throw new ValueError("offsets has to be a 1D Tensor");
  const starts = Array.from(offsets.typed_array() as Int32Array, Number);
  if (include_last_offset && starts.length === 0) {
    throw new RuntimeError("include_last_offset: number of offset should be at least 1");
  }
  if (starts.length > 0 && starts[0] !== 0) {
    throw new RuntimeError(
      `offsets[0] has to be 0, i.e., the first sequence in the mini-batch has to start from position 0. However, got ${starts[0]}`,
    );
  }
  const last = starts[starts.length - 1] ?? 0;
  if (last > input.shape[0]) {
    throw new RuntimeError(
      `offsets[-1] can not be greater than input's length ${input.shape[0]} but got offsets[-1] of ${last}`,
    );
  }
  starts.forEach((start, i) => {
    if (i > 0 && start < starts[i - 1]) throw new RuntimeError("embedding_bag(): offsets must not decrease");
  });
  return include_last_offset ? starts.slice(0, -1) : starts;
}

/** The greatest element of each bag and column, the first of equal ones; gradients go to it alone. */
function maxima(
  weight: Tensor,
  found: Tensor,
  numbers: readonly number[],
  bag_of: readonly number[],
  bags: number,
): Tensor {
  const size = weight.shape[1];
  const values = found.detach().typed_array() as Float32Array;
  const best = new Int32Array(bags * size).fill(-1);
  bag_of.forEach((bag, i) => {
    for (let j = 0; j < size; j++) {
      const at = bag * size + j;
      const before = best[at];
      if (before < 0 || values[i * size + j] > values[before * size + j]) best[at] = i;
    }
  });
  const places = best.map((i, at) => (i < 0 ? 0 : numbers[i] * size + (at % size)));
  const there = Float32Array.from(best, (i) => (i < 0 ? 0 : 1));
  const shape = [bags, size];
  const flat = reshape(weight, [weight.numel()]);
  const taken = take_rows(flat, from_data(shape, int32, places));
  if (there.every((one) => one === 1)) return taken;
  const mask = cast(new Tensor(from_data(shape, int32, Int32Array.from(there))), weight.dtype);
  return taken.mul(mask);
}
