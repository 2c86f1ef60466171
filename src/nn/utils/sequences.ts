/** @file Lists of sequences of different lengths: padded, packed, and back. */
import { bind, none } from "../../args";
import { RuntimeError, ValueError } from "../../errors";
import { pick_rows, place_rows } from "../../ops/position/rows";
import { cat } from "../../ops/shape/join";
import { reshape } from "../../ops/shape/movement";
import { expect_tensor } from "../../ops/value/convert";
import { range, same_shape } from "../../shape";
import { is_tensor, type Tensor } from "../../tensor";
import { index_vector, type Lengths, numbers_of } from "./lengths";
import { pack_padded_sequence, pad_packed_sequence } from "./pack";
import type { PackedSequence } from "./packed-sequence";

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
  const rows = place_rows(values, index_vector(index), batch * time, padding_value);
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
    return pick_rows(flat, index_vector(index));
  });
}

/** The sequences of a packed batch, in the order that they had before packing. */
export function unpack_sequence(packed_sequences: PackedSequence, ...more: []): Tensor[] {
  none("unpack_sequence", more);
  const [padded, lengths] = pad_packed_sequence(packed_sequences, true);
  return unpad_sequence(padded, lengths, true);
}
