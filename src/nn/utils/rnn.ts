/** @file Batches of sequences of different lengths (PyTorch: `torch.nn.utils.rnn`). */
import { bind, lead, none } from "../../args";
import { from_data } from "../../backend/engine";
import type { Handle } from "../../backend/handle";
import { type DType, float32, float64, int32, int64 } from "../../dtype";
import { RuntimeError, ValueError } from "../../errors";
import { cast, expect_tensor } from "../../ops/convert";
import { full } from "../../ops/create";
import { cat } from "../../ops/join";
import { reshape } from "../../ops/movement";
import { put_rows, take_rows } from "../../ops/rows";
import { range, same_shape } from "../../shape";
import { is_tensor, Tensor } from "../../tensor";

/** Lengths of sequences: a vector of integers or a list of numbers. */
export type Lengths = Tensor | readonly number[];

function int64_vector(values: readonly number[]): Tensor {
  return new Tensor(from_data([values.length], int64, BigInt64Array.from(values, BigInt)));
}

function index_vector(values: Int32Array): Handle {
  return from_data([values.length], int32, values);
}

function numbers_of(name: string, values: Lengths): number[] {
  if (!is_tensor(values)) {
    if (Array.isArray(values)) return values.map(Number);
    throw new TypeError(`${name}(): lengths must be a Tensor or a list of numbers, not ${typeof values}`);
  }
  if (values.ndim !== 1 || values.dtype.category !== 1) {
    throw new RuntimeError(
      `${name}(): 'lengths' should be a 1-D tensor of integers, but got a ${values.ndim}-D ${values.dtype} tensor`,
    );
  }
  return Array.from(values.typed_array(), Number);
}

/**
 * A batch of sequences of different lengths without padding: the first elements of all sequences, then all second ones, and so
 * on, the longest sequence first. `RNN`, `LSTM` and `GRU` take it and do no work on padding.
 *
 * Made by {@link pack_padded_sequence} and {@link pack_sequence}.
 */
export class PackedSequence {
  /** How many sequences have an element at each step, int64. */
  readonly batch_sizes: Tensor;
  /** @internal The same as numbers. */ readonly _sizes: readonly number[];

  /**
   * @param data The elements, (sum of the lengths, ...).
   * @param batch_sizes How many sequences have an element at each step.
   * @param sorted_indices Which sequence stands where, longest first; null when they came in that order.
   * @param unsorted_indices The way back; calculated where it is left out.
   * @throws ValueError for batch sizes that do not add up to the rows of `data` or that grow.
   */
  constructor(
    readonly data: Tensor,
    batch_sizes: Lengths,
    readonly sorted_indices: Tensor | null = null,
    readonly unsorted_indices: Tensor | null = invert_permutation(sorted_indices),
  ) {
    const sizes = numbers_of("PackedSequence", batch_sizes);
    const total = sizes.reduce((sum, size) => sum + size, 0);
    if (total !== data.shape[0]) {
      throw new ValueError(
        `PackedSequence: batch_sizes add up to ${total}, but data has ${data.shape[0]} rows`,
      );
    }
    if (sizes.some((size, t) => size < 1 || (t > 0 && size > sizes[t - 1]))) {
      throw new ValueError("PackedSequence: batch_sizes must be positive and never grow");
    }
    this._sizes = sizes;
    this.batch_sizes = is_tensor(batch_sizes) ? batch_sizes : int64_vector(sizes);
  }

  /** `data, batch_sizes, sorted_indices, unsorted_indices`, so that it can be taken apart as in PyTorch. */
  *[Symbol.iterator](): IterableIterator<Tensor | null> {
    yield this.data;
    yield this.batch_sizes;
    yield this.sorted_indices;
    yield this.unsorted_indices;
  }

  /** The same packing of other elements. */
  private with_data(data: Tensor): PackedSequence {
    return new PackedSequence(data, this.batch_sizes, this.sorted_indices, this.unsorted_indices);
  }

  /** The elements in another dtype. */
  to(dtype: DType | { dtype?: DType }): PackedSequence {
    const target = "itemsize" in dtype ? dtype : (dtype.dtype ?? this.data.dtype);
    return this.with_data(cast(this.data, target));
  }

  /** {@link to}(torch.float32). */
  float(): PackedSequence {
    return this.to(float32);
  }

  /** {@link to}(torch.float64). */
  double(): PackedSequence {
    return this.to(float64);
  }

  /** {@link to}(torch.int64). */
  long(): PackedSequence {
    return this.to(int64);
  }

  /** The sequence as it is: tensors live where TensorFlow's runtime runs. */
  cpu(): PackedSequence {
    return this;
  }

  toString(): string {
    const optional = (tensor: Tensor | null): string => (tensor === null ? "None" : String(tensor));
    return (
      `PackedSequence(data=${this.data}, batch_sizes=${this.batch_sizes}, ` +
      `sorted_indices=${optional(this.sorted_indices)}, unsorted_indices=${optional(this.unsorted_indices)})`
    );
  }

  [Symbol.for("nodejs.util.inspect.custom")](): string {
    return this.toString();
  }
}

/** The permutation that undoes `permutation`; null for null. */
export function invert_permutation(permutation: Tensor | null, ...more: []): Tensor | null {
  none("invert_permutation", more);
  if (permutation === null) return null;
  const order = numbers_of("invert_permutation", permutation);
  const inverse = new Array<number>(order.length);
  order.forEach((to, from) => {
    inverse[to] = from;
  });
  return int64_vector(inverse);
}

/** Options of {@link pack_padded_sequence}. */
export interface PackOptions {
  batch_first?: boolean;
  enforce_sorted?: boolean;
}

/**
 * Packs a padded batch.
 *
 * @param input (time, batch, ...), or (batch, time, ...) with `batch_first`.
 * @param lengths How long each sequence is, at least 1.
 * @param batch_first Whether the batch is the first dimension. Default false.
 * @param enforce_sorted Whether the sequences must come longest first (the default); else they are sorted here.
 * @throws RuntimeError for lengths that do not fit the input, are below 1, or are not sorted.
 * @example
 * const packed = nn.utils.rnn.pack_padded_sequence(embedded, lengths, { batch_first: true, enforce_sorted: false });
 * const [output, [hidden]] = this.lstm(packed);
 */
export function pack_padded_sequence(
  input: Tensor,
  lengths: Lengths,
  batch_first?: boolean | PackOptions,
  enforce_sorted?: boolean | PackOptions,
): PackedSequence;
export function pack_padded_sequence(input: Tensor, ...all: unknown[]): PackedSequence {
  const { lengths, args } = lead<{ lengths: Lengths }>("pack_padded_sequence", ["lengths"], all);
  const name = "pack_padded_sequence";
  expect_tensor(name, input);
  const { batch_first = false, enforce_sorted = true } = bind<Required<PackOptions>>(
    name,
    ["batch_first", "enforce_sorted"],
    [],
    args,
  );
  if (input.ndim < 2)
    throw new RuntimeError(`${name}(): input must have at least 2 dimensions, got ${input.ndim}`);
  const [batch, time] = batch_first ? input.shape : [input.shape[1], input.shape[0]];
  const list = numbers_of(name, lengths);
  if (list.length !== batch) {
    throw new RuntimeError(
      `Expected \`len(lengths)\` to be equal to batch_size, but got ${list.length} (batch_size=${batch})`,
    );
  }
  if (batch === 0) throw new RuntimeError("Cannot pack empty tensors.");
  if (list.some((length) => !Number.isInteger(length) || length <= 0)) {
    throw new RuntimeError(
      "Length of all samples has to be greater than 0, but found an element in 'lengths' that is <= 0",
    );
  }
  const longest = Math.max(...list);
  if (longest > time) {
    throw new RuntimeError(
      `${name}(): the longest of 'lengths' is ${longest}, but the input has only ${time} time steps`,
    );
  }
  let order = range(batch);
  if (enforce_sorted) {
    if (list.some((length, i) => i > 0 && length > list[i - 1])) {
      throw new RuntimeError(
        "`lengths` array must be sorted in decreasing order when `enforce_sorted` is True. You can pass " +
          "`enforce_sorted=False` to pack_padded_sequence and/or pack_sequence to sidestep this requirement if you do not " +
          "need ONNX exportability.",
      );
    }
  } else order = order.sort((a, b) => list[b] - list[a]);

  const sizes: number[] = [];
  const index = new Int32Array(list.reduce((sum, length) => sum + length, 0));
  let at = 0;
  let alive = batch;
  for (let t = 0; t < longest; t++) {
    while (list[order[alive - 1]] <= t) alive--;
    sizes.push(alive);
    for (let j = 0; j < alive; j++) index[at++] = batch_first ? order[j] * time + t : t * batch + order[j];
  }
  const flat = reshape(input, [batch * time, ...input.shape.slice(2)]);
  const data = take_rows(flat, index_vector(index));
  return new PackedSequence(data, sizes, enforce_sorted ? null : int64_vector(order));
}

/** Which row of a padded batch each row of packed data is, in the batch's own order, and the lengths in that order. */
function places(
  sequence: PackedSequence,
  time: number,
  batch_first: boolean,
): { index: Int32Array; lengths: number[] } {
  const sizes = sequence._sizes;
  const batch = sizes[0] ?? 0;
  const order =
    sequence.sorted_indices === null
      ? range(batch)
      : numbers_of("pad_packed_sequence", sequence.sorted_indices);
  const index = new Int32Array(sequence.data.shape[0]);
  const lengths = new Array<number>(batch).fill(0);
  let at = 0;
  sizes.forEach((size, t) => {
    for (let j = 0; j < size; j++) {
      index[at++] = batch_first ? order[j] * time + t : t * batch + order[j];
      lengths[order[j]] = t + 1;
    }
  });
  return { index, lengths };
}

/** Options of {@link pad_packed_sequence}. */
export interface PadPackedOptions {
  batch_first?: boolean;
  padding_value?: number;
  total_length?: number | null;
}

/**
 * The padded batch of a packed one, in the order that it had before packing.
 *
 * @param batch_first Whether the result is (batch, time, ...) instead of (time, batch, ...).
 * @param padding_value What stands behind the ends. Default 0.
 * @param total_length Time steps of the result; those of the longest sequence by default.
 * @returns The batch, and the lengths as an int64 vector.
 * @throws ValueError for a total length below the longest sequence.
 */
export function pad_packed_sequence(
  sequence: PackedSequence,
  batch_first?: boolean | PadPackedOptions,
  padding_value?: number | PadPackedOptions,
  total_length?: number | null | PadPackedOptions,
): [Tensor, Tensor];
export function pad_packed_sequence(sequence: PackedSequence, ...args: unknown[]): [Tensor, Tensor] {
  if (!(sequence instanceof PackedSequence)) {
    throw new TypeError("pad_packed_sequence(): expected a PackedSequence");
  }
  const {
    batch_first = false,
    padding_value = 0,
    total_length = null,
  } = bind<Required<PadPackedOptions>>(
    "pad_packed_sequence",
    ["batch_first", "padding_value", "total_length"],
    [],
    args,
  );
  const longest = sequence._sizes.length;
  if (total_length !== null && total_length < longest) {
    throw new ValueError(
      "Expected total_length to be at least the length of the longest sequence in input, but got " +
        `total_length=${total_length} and max sequence length being ${longest}`,
    );
  }
  const time = total_length ?? longest;
  const batch = sequence._sizes[0] ?? 0;
  const { index, lengths } = places(sequence, time, batch_first);
  const { data } = sequence;
  const rest = data.shape.slice(1);
  const base = full([batch * time, ...rest], padding_value, { dtype: data.dtype });
  const rows = put_rows(base, index_vector(index), data);
  const padded = reshape(rows, [...(batch_first ? [batch, time] : [time, batch]), ...rest]);
  return [padded, int64_vector(lengths)];
}

/** Options of {@link pad_sequence}. */
export interface PadOptions {
  batch_first?: boolean;
  padding_value?: number;
  padding_side?: "right" | "left";
}

/**
 * Puts sequences (length, ...) into one padded batch (longest, sequences, ...).
 *
 * @param batch_first Whether the result is (sequences, longest, ...).
 * @param padding_value What stands behind the ends. Default 0.
 * @param padding_side "left" pads in front. Default "right".
 * @throws RuntimeError for no sequences, or sequences that differ beyond their first dimension.
 * @example
 * nn.utils.rnn.pad_sequence([torch.tensor([1, 2, 3]), torch.tensor([4])], { batch_first: true })  // [[1, 2, 3], [4, 0, 0]]
 */
export function pad_sequence(
  sequences: readonly Tensor[],
  batch_first?: boolean | PadOptions,
  padding_value?: number | PadOptions,
  padding_side?: "right" | "left" | PadOptions,
): Tensor;
export function pad_sequence(sequences: readonly Tensor[], ...args: unknown[]): Tensor {
  const name = "pad_sequence";
  const {
    batch_first = false,
    padding_value = 0,
    padding_side = "right",
  } = bind<Required<PadOptions>>(name, ["batch_first", "padding_value", "padding_side"], [], args);
  if (padding_side !== "right" && padding_side !== "left") {
    throw new ValueError(
      `${name}(): padding_side must be "left" or "right", got ${JSON.stringify(padding_side)}`,
    );
  }
  const list = sequence_list(name, sequences);
  const rest = list[0].shape.slice(1);
  const lengths = list.map((sequence) => sequence.shape[0]);
  const time = Math.max(...lengths);
  const batch = list.length;
  const index = new Int32Array(lengths.reduce((sum, length) => sum + length, 0));
  let at = 0;
  lengths.forEach((length, b) => {
    const start = padding_side === "left" ? time - length : 0;
    for (let t = start; t < start + length; t++) index[at++] = batch_first ? b * time + t : t * batch + b;
  });
  const values = cat(list);
  const base = full([batch * time, ...rest], padding_value, { dtype: values.dtype });
  const rows = put_rows(base, index_vector(index), values);
  return reshape(rows, [...(batch_first ? [batch, time] : [time, batch]), ...rest]);
}

function sequence_list(name: string, sequences: readonly Tensor[]): readonly Tensor[] {
  if (is_tensor(sequences)) return [...(sequences as Tensor)];
  if (!Array.isArray(sequences)) {
    throw new RuntimeError(
      `${name}: Expected iterable for input sequences, but got arg of type: ${typeof sequences}`,
    );
  }
  if (sequences.length === 0) throw new RuntimeError(`${name}(): received an empty list of sequences`);
  const rest = expect_tensor(name, sequences[0], "sequences").shape.slice(1);
  sequences.forEach((sequence, i) => {
    expect_tensor(name, sequence, "sequences");
    if (sequence.ndim === 0) throw new RuntimeError(`${name}(): sequence ${i} has no dimensions`);
    if (!same_shape(sequence.shape.slice(1), rest)) {
      throw new RuntimeError(
        `${name}(): all sequences must have the same sizes after the first dimension: sequence ${i} has ` +
          `[${sequence.shape.join(", ")}], the first one [${sequences[0].shape.join(", ")}]`,
      );
    }
  });
  return sequences;
}

/**
 * Packs sequences (length, ...), each at least one element long.
 *
 * @param enforce_sorted Whether they must come longest first (the default); else they are sorted here.
 */
export function pack_sequence(sequences: readonly Tensor[], enforce_sorted?: boolean): PackedSequence;
export function pack_sequence(
  sequences: readonly Tensor[],
  options: { enforce_sorted?: boolean },
): PackedSequence;
export function pack_sequence(sequences: readonly Tensor[], ...args: unknown[]): PackedSequence {
  const { enforce_sorted = true } = bind<{ enforce_sorted?: boolean }>(
    "pack_sequence",
    ["enforce_sorted"],
    [],
    args,
  );
  const list = sequence_list("pack_sequence", sequences);
  const lengths = list.map((sequence) => sequence.shape[0]);
  return pack_padded_sequence(pad_sequence(list), lengths, false, enforce_sorted);
}

/**
 * The sequences of a padded batch, each cut to its length.
 *
 * @param batch_first Whether the batch is the first dimension. Default false.
 */
export function unpad_sequence(padded_sequences: Tensor, lengths: Lengths, batch_first?: boolean): Tensor[];
export function unpad_sequence(
  padded_sequences: Tensor,
  lengths: Lengths,
  options: { batch_first?: boolean },
): Tensor[];
export function unpad_sequence(
  padded_sequences: Tensor,
  options: { lengths: Lengths; batch_first?: boolean },
): Tensor[];
export function unpad_sequence(padded_sequences: Tensor, ...args: unknown[]): Tensor[] {
  const { lengths, batch_first: first = false } = bind<{ lengths: Lengths; batch_first?: boolean }>(
    "unpad_sequence",
    ["lengths", "batch_first"],
    [],
    args,
    1,
  );
  const name = "unpad_sequence";
  const padded = expect_tensor(name, padded_sequences, "padded_sequences");
  if (padded.ndim < 2)
    throw new RuntimeError(`${name}(): input must have at least 2 dimensions, got ${padded.ndim}`);
  const list = numbers_of(name, lengths);
  const [batch, time] = first ? padded.shape : [padded.shape[1], padded.shape[0]];
  if (list.length !== batch) {
    throw new RuntimeError(`${name}(): expected ${batch} lengths, one per sequence, but got ${list.length}`);
  }
  const rest = padded.shape.slice(2);
  const flat = reshape(padded, [batch * time, ...rest]);
  return list.map((length, b) => {
    const index = Int32Array.from(range(Math.min(length, time)), (t) =>
      first ? b * time + t : t * batch + b,
    );
    return take_rows(flat, index_vector(index));
  });
}

/** The sequences of a packed batch, in the order that they had before packing. */
export function unpack_sequence(packed_sequences: PackedSequence, ...more: []): Tensor[] {
  none("unpack_sequence", more);
  const [padded, lengths] = pad_packed_sequence(packed_sequences, true);
  return unpad_sequence(padded, lengths, true);
}
