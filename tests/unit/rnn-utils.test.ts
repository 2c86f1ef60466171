/** @file Packing and padding of sequences. */
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import torch, { nn, type Tensor } from "../../src/index";

const rnn = nn.utils.rnn;
const numbers = (...values: number[]): Tensor => torch.tensor(values);

describe("nn.utils.rnn", () => {
  it("packs step by step, the longest first", () => {
    const batch = torch.tensor([
      [1, 2, 0],
      [3, 4, 5],
      [6, 0, 0],
    ]);
    const packed = rnn.pack_padded_sequence(batch, [2, 3, 1], { batch_first: true, enforce_sorted: false });
    assert.deepEqual(packed.data.tolist(), [3, 1, 6, 4, 2, 5]);
    assert.deepEqual(packed.batch_sizes.tolist(), [3, 2, 1]);
    assert.deepEqual(packed.sorted_indices?.tolist(), [1, 0, 2]);
    assert.deepEqual(packed.unsorted_indices?.tolist(), [1, 0, 2]);
    const [data, sizes] = packed;
    assert.equal(data, packed.data);
    assert.equal(sizes, packed.batch_sizes);
    const [padded, lengths] = rnn.pad_packed_sequence(packed, true);
    assert.deepEqual(padded.tolist(), batch.tolist());
    assert.deepEqual(lengths.tolist(), [2, 3, 1]);
  });

  it("takes the time first, tensors as lengths, and keeps sorted batches as they are", () => {
    const batch = torch.tensor([
      [1, 2],
      [3, 4],
      [5, 0],
    ]);
    const packed = rnn.pack_padded_sequence(batch, numbers(3, 2));
    assert.deepEqual(packed.data.tolist(), [1, 2, 3, 4, 5]);
    assert.equal(packed.sorted_indices, null);
    const [padded] = rnn.pad_packed_sequence(packed, { padding_value: -1, total_length: 4 });
    assert.deepEqual(padded.tolist(), [
      [1, 2],
      [3, 4],
      [5, -1],
      [-1, -1],
    ]);
  });

  it("passes gradients to the elements and none to the padding", () => {
    const x = torch.ones(2, 3, 2).requires_grad_();
    const packed = rnn.pack_padded_sequence(x, [3, 1], { batch_first: true });
    const [padded] = rnn.pad_packed_sequence(packed, { batch_first: true, padding_value: 9 });
    padded.mul(2).sum().backward();
    assert.deepEqual(x.grad?.tolist(), [
      [
        [2, 2],
        [2, 2],
        [2, 2],
      ],
      [
        [2, 2],
        [0, 0],
        [0, 0],
      ],
    ]);
  });

  it("pads, packs and takes apart lists of sequences", () => {
    const list = [numbers(1, 2, 3), numbers(4), numbers(5, 6)];
    assert.deepEqual(rnn.pad_sequence(list, true).tolist(), [
      [1, 2, 3],
      [4, 0, 0],
      [5, 6, 0],
    ]);
    assert.deepEqual(
      rnn.pad_sequence(list, { batch_first: true, padding_value: 7, padding_side: "left" }).tolist(),
      [
        [1, 2, 3],
        [7, 7, 4],
        [7, 5, 6],
      ],
    );
    assert.deepEqual(rnn.pad_sequence(list).shape, [3, 3]);
    assert.deepEqual(rnn.pad_sequence([torch.zeros(2, 4), torch.zeros(5, 4)]).shape, [5, 2, 4]);
    const packed = rnn.pack_sequence(list, { enforce_sorted: false });
    assert.deepEqual(packed.data.tolist(), [1, 5, 4, 2, 6, 3]);
    const back = rnn.unpack_sequence(packed);
    assert.deepEqual(
      back.map((sequence) => sequence.tolist()),
      [[1, 2, 3], [4], [5, 6]],
    );
    const cut = rnn.unpad_sequence(rnn.pad_sequence(list), [3, 1, 2]);
    assert.deepEqual(
      cut.map((sequence) => sequence.tolist()),
      [[1, 2, 3], [4], [5, 6]],
    );
  });

  it("refuses lengths that do not fit", () => {
    const x = torch.zeros(3, 2);
    const refusals: [() => unknown, RegExp][] = [
      [() => rnn.pack_padded_sequence(x, [1, 2]), /must be sorted in decreasing order/],
      [() => rnn.pack_padded_sequence(x, [2, 0]), /Length of all samples has to be greater than 0/],
      [
        () => rnn.pack_padded_sequence(x, [2]),
        /Expected `len\(lengths\)` to be equal to batch_size, but got 1 \(batch_size=2\)/,
      ],
      [() => rnn.pack_padded_sequence(x, [4, 1]), /the input has only 3 time steps/],
      [() => rnn.pack_sequence([numbers(1), numbers(1, 2)]), /must be sorted in decreasing order/],
      [
        () => rnn.pad_packed_sequence(rnn.pack_padded_sequence(x, [3, 1]), { total_length: 2 }),
        /Expected total_length to be at least/,
      ],
      [() => rnn.pad_sequence([]), /received an empty list of sequences/],
      [
        () => rnn.pad_sequence([torch.zeros(2, 3), torch.zeros(2, 4)]),
        /same sizes after the first dimension/,
      ],
      [
        () => rnn.pad_packed_sequence(x as never),
        /pad_packed_sequence\(\): argument .sequence. \(position 1\) must be PackedSequence/,
      ],
    ];
    for (const [call, message] of refusals) assert.throws(call, message);
  });
});
