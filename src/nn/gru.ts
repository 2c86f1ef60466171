/** @file `nn.GRU`: layers of gated recurrent units. */
import type { Tensor } from "../tensor";

import {
  bind_arguments,
  optional_state,
  type RecurrentOptions,
  type RecurrentSizes,
  RNNBase,
} from "./rnn-base";
import type { PackedSequence } from "./utils/packed-sequence";

/**
 * Gated recurrent units: r, z = sigmoid of W_ih x + b_ih + W_hh h + b_hh; n = tanh(W_in x + b_in + r (W_hn h + b_hn));
 * h' = (1 - z) n + z h.
 *
 * Inputs and results are those of {@link RNN}.
 *
 * @example
 * const gru = new nn.GRU(100, 128, 2, { bidirectional: true });
 * const [out, hidden] = gru(torch.randn(10, 32, 100));  // (10, 32, 256) and (4, 32, 128)
 */
// biome-ignore lint/suspicious/noUnsafeDeclarationMerging: the interface adds the call signatures
export class GRU extends RNNBase {
  /**
   * @param input_size Features of the input.
   * @param hidden_size Features of the hidden state.
   * @param num_layers Layers stacked on one another. Default 1.
   * @param bias Whether the layers have biases. Default true.
   * @param batch_first Whether batches are (batch, time, features). Default false.
   * @param dropout Dropout between layers. Default 0.
   * @param bidirectional Whether a second set of weights runs backwards. Default false.
   * @throws ValueError or TypeError for arguments that make no sense.
   */
  constructor(input_size: number, hidden_size: number, options?: RecurrentOptions);
  constructor(
    input_size: number,
    hidden_size: number,
    num_layers: number,
    bias?: boolean | RecurrentOptions,
    batch_first?: boolean | RecurrentOptions,
    dropout?: number | RecurrentOptions,
    bidirectional?: boolean | RecurrentOptions,
  );
  constructor(options: RecurrentSizes & RecurrentOptions);
  constructor(...args: unknown[]) {
    super(
      "gru",
      bind_arguments("GRU", ["num_layers", "bias", "batch_first", "dropout", "bidirectional"], args),
    );
  }

  /** Runs all layers. @returns the outputs of all steps and the final states */
  override forward(input: Tensor, hx?: Tensor | null): [Tensor, Tensor];
  override forward(input: PackedSequence, hx?: Tensor | null): [PackedSequence, Tensor];
  override forward(input: Tensor | PackedSequence, hx?: Tensor | null): [Tensor | PackedSequence, Tensor] {
    const { output, hn } = this._run(input, optional_state("GRU", hx), null);
    return [output, hn];
  }
}

/** Calls as `forward`, which cannot say it through one signature. */
export interface GRU {
  (input: Tensor, hx?: Tensor | null): [output: Tensor, hidden: Tensor];
  (input: PackedSequence, hx?: Tensor | null): [output: PackedSequence, hidden: Tensor];
}
