/** @file From padded batches to packed ones and back. */
import { bind, lead } from "../../args";
import { RuntimeError, ValueError } from "../../errors";
import { pick_rows, place_rows } from "../../ops/position/rows";
import { reshape } from "../../ops/shape/movement";
import { expect_tensor } from "../../ops/value/convert";
import { range } from "../../shape";
import type { Tensor } from "../../tensor";
import { index_vector, int64_vector, type Lengths, numbers_of } from "./lengths";
import { PackedSequence } from "./packed-sequence";

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
  const data = pick_rows(flat, index_vector(index));
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
  const rows = place_rows(data, index_vector(index), batch * time, padding_value);
  const padded = reshape(rows, [...(batch_first ? [batch, time] : [time, batch]), ...rest]);
  return [padded, int64_vector(lengths)];
}
