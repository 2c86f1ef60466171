/** @file A batch of sequences of different lengths without padding. */
import { none } from "../../args";
import { type DType, float32, float64, int64 } from "../../dtype";
import { ValueError } from "../../errors";
import { cast } from "../../ops/value/convert";
import { is_tensor, type Tensor } from "../../tensor";
import { int64_vector, type Lengths, numbers_of } from "./lengths";

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
