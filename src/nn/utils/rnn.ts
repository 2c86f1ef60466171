/** @file Batches of sequences of different lengths (PyTorch: `torch.nn.utils.rnn`). */
export type { Lengths } from "./lengths";
export {
  type PackOptions,
  type PadPackedOptions,
  pack_padded_sequence,
  pad_packed_sequence,
} from "./pack";
export { invert_permutation, PackedSequence } from "./packed-sequence";
export { type PadOptions, pack_sequence, pad_sequence, unpack_sequence, unpad_sequence } from "./sequences";
