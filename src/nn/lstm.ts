/** @file `nn.LSTM`: layers of long short-term memory. */
import { is_tensor, type Tensor } from "../tensor";
import { bind_arguments, type LSTMOptions, type RecurrentSizes, RNNBase } from "./rnn-base";
import type { PackedSequence } from "./utils/packed-sequence";

/** Long short-term memory's state: hidden state and cell. */
export type LSTMState = readonly [hidden: Tensor, cell: Tensor];

/**
 * Long short-term memory: gates i, f, o (sigmoid) and g (tanh) of W_ih x + b_ih + W_hh h + b_hh; c' = f c + i g; h' = o tanh(c').
 *
 * Takes (time, batch, input_size), with `batch_first` (batch, time, input_size), unbatched (time, input_size), or a
 * `PackedSequence`, and initial states `[h, c]`, each (num_layers * directions, batch, hidden_size), zeros by default. Gives the
 * last layer's outputs (time, batch, directions * hidden_size), placed as the input, and the final `[h, c]`.
 *
 * @example
 * const lstm = new nn.LSTM(100, 128, { batch_first: true });
 * const [out, [hidden, cell]] = lstm(torch.randn(32, 10, 100));  // (32, 10, 128), (1, 32, 128), (1, 32, 128)
 */
// biome-ignore lint/suspicious/noUnsafeDeclarationMerging: the interface adds the call signatures
export class LSTM extends RNNBase {
  /**
   * @param input_size Features of the input.
   * @param hidden_size Features of the hidden state.
   * @param num_layers Layers stacked on one another. Default 1.
   * @param bias Whether the layers have biases. Default true.
   * @param batch_first Whether batches are (batch, time, features). Default false.
   * @param dropout Dropout between layers. Default 0.
   * @param bidirectional Whether a second set of weights runs backwards. Default false.
   * @param proj_size Size that hidden states are projected to, 0 for none. Default 0.
   * @throws ValueError or TypeError for arguments that make no sense.
   */
  constructor(input_size: number, hidden_size: number, options?: LSTMOptions);
  constructor(
    input_size: number,
    hidden_size: number,
    num_layers: number,
    bias?: boolean | LSTMOptions,
    batch_first?: boolean | LSTMOptions,
    dropout?: number | LSTMOptions,
    bidirectional?: boolean | LSTMOptions,
    proj_size?: number | LSTMOptions,
  );
  constructor(options: RecurrentSizes & LSTMOptions);
  constructor(...args: unknown[]) {
    super(
      "lstm",
      bind_arguments(
        "LSTM",
        ["num_layers", "bias", "batch_first", "dropout", "bidirectional", "proj_size"],
        args,
      ),
    );
  }

  /** Runs all layers. @returns the outputs of all steps and the final `[h, c]` */
  override forward(input: Tensor, hx?: LSTMState | null): [Tensor, [Tensor, Tensor]];
  override forward(input: PackedSequence, hx?: LSTMState | null): [PackedSequence, [Tensor, Tensor]];
  override forward(
    input: Tensor | PackedSequence,
    hx?: LSTMState | null,
  ): [Tensor | PackedSequence, [Tensor, Tensor]] {
    let h0: Tensor | null = null;
    let c0: Tensor | null = null;
    if (hx !== null && hx !== undefined) {
      if (!Array.isArray(hx) || hx.length !== 2 || !hx.every(is_tensor)) {
        throw new TypeError("LSTM: hx must be a pair of Tensors, [h_0, c_0]");
      }
      [h0, c0] = hx;
    }
    const { output, hn, cn } = this._run(input, h0, c0);
    return [output, [hn, cn as Tensor]];
  }
}

/** Calls as `forward`, which cannot say it through one signature. */
export interface LSTM {
  (input: Tensor, hx?: LSTMState | null): [output: Tensor, state: [hidden: Tensor, cell: Tensor]];
  (
    input: PackedSequence,
    hx?: LSTMState | null,
  ): [output: PackedSequence, state: [hidden: Tensor, cell: Tensor]];
}
