/** @file `nn.RNN`: recurrent layers without gates (Elman). */
import { ValueError } from "../errors";
import type { Tensor } from "../tensor";
import { bind_arguments, optional_state, type RecurrentSizes, RNNBase, type RNNOptions } from "./rnn-base";
import type { PackedSequence } from "./utils/packed-sequence";

/**
 * An Elman network: h' = tanh(W_ih x + b_ih + W_hh h + b_hh), or relu instead of tanh.
 *
 * Takes (time, batch, input_size), with `batch_first` (batch, time, input_size), unbatched (time, input_size), or a
 * `PackedSequence`, and initial states (num_layers * directions, batch, hidden_size), zeros by default. Gives the last layer's
 * outputs (time, batch, directions * hidden_size), placed as the input, and the final states, shaped as the initial ones.
 *
 * @example
 * const rnn = new nn.RNN(100, 128, { batch_first: true });
 * const [out, hidden] = rnn(torch.randn(32, 10, 100));  // (32, 10, 128) and (1, 32, 128)
 */
// biome-ignore lint/suspicious/noUnsafeDeclarationMerging: the interface adds the call signatures
export class RNN extends RNNBase {
  readonly nonlinearity: "tanh" | "relu";

  /**
   * @param input_size Features of the input.
   * @param hidden_size Features of the hidden state.
   * @param num_layers Layers stacked on one another. Default 1.
   * @param nonlinearity "tanh" or "relu". Default "tanh".
   * @param bias Whether the layers have biases. Default true.
   * @param batch_first Whether batches are (batch, time, features). Default false.
   * @param dropout Dropout between layers. Default 0.
   * @param bidirectional Whether a second set of weights runs backwards. Default false.
   * @throws ValueError or TypeError for arguments that make no sense.
   */
  constructor(input_size: number, hidden_size: number, options?: RNNOptions);
  constructor(
    input_size: number,
    hidden_size: number,
    num_layers: number,
    nonlinearity?: "tanh" | "relu" | RNNOptions,
    bias?: boolean | RNNOptions,
    batch_first?: boolean | RNNOptions,
    dropout?: number | RNNOptions,
    bidirectional?: boolean | RNNOptions,
  );
  constructor(options: RecurrentSizes & RNNOptions);
  constructor(...args: unknown[]) {
    const given = bind_arguments(
      "RNN",
      ["num_layers", "nonlinearity", "bias", "batch_first", "dropout", "bidirectional"],
      args,
    );
    const { nonlinearity = "tanh" } = given;
    if (nonlinearity !== "tanh" && nonlinearity !== "relu") {
      throw new ValueError(`Unknown nonlinearity '${String(nonlinearity)}'. Select from 'tanh' or 'relu'.`);
    }
    super(nonlinearity === "tanh" ? "rnn_tanh" : "rnn_relu", given);
    this.nonlinearity = nonlinearity;
  }

  /** Runs all layers. @returns the outputs of all steps and the final states */
  override forward(input: Tensor, hx?: Tensor | null): [Tensor, Tensor];
  override forward(input: PackedSequence, hx?: Tensor | null): [PackedSequence, Tensor];
  override forward(input: Tensor | PackedSequence, hx?: Tensor | null): [Tensor | PackedSequence, Tensor] {
    const { output, hn } = this._run(input, optional_state("RNN", hx), null);
    return [output, hn];
  }
}

/** Calls as `forward`, which cannot say it through one signature. */
export interface RNN {
  (input: Tensor, hx?: Tensor | null): [output: Tensor, hidden: Tensor];
  (input: PackedSequence, hx?: Tensor | null): [output: PackedSequence, hidden: Tensor];
}
