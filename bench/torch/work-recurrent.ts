/** @file One recurrent layer, forward or forward and backward with the input's gradient. */
import torch, { nn, type Tensor } from "../../src";

export interface RecurrentArguments {
  cell: "LSTM" | "GRU" | "RNN";
  B: number;
  T: number;
  I: number;
  H: number;
  backward: boolean;
  bidirectional?: boolean;
  nonlinearity?: "tanh" | "relu";
  /** Lengths of the sequences; packed then. */
  lengths?: number[];
}

export class Recurrent {
  readonly #layer: nn.LSTM | nn.GRU | nn.RNN;
  readonly #input: Tensor;
  readonly #grad: Tensor;
  readonly #lengths: Tensor | null;
  readonly #backward: boolean;
  #output: Tensor | null = null;

  constructor({
    cell,
    B,
    T,
    I,
    H,
    backward,
    bidirectional = false,
    nonlinearity,
    lengths,
  }: RecurrentArguments) {
    torch.manual_seed(0);
    const options = { batch_first: true, bidirectional };
    this.#layer =
      cell === "RNN"
        ? new nn.RNN(I, H, { ...options, nonlinearity: nonlinearity ?? "tanh" })
        : new nn[cell](I, H, options);
    this.#input = torch.randn(B, T, I);
    this.#lengths = lengths === undefined ? null : torch.tensor(lengths);
    this.#backward = backward;
    const width = H * (bidirectional ? 2 : 1);
    const rows = lengths?.reduce((sum, length) => sum + length, 0);
    this.#grad = rows === undefined ? torch.ones(B, T, width) : torch.ones(rows, width);
    if (backward) this.#input.requires_grad_();
  }

  run(times: number): void {
    for (let i = 0; i < times; i++) {
      if (!this.#backward) {
        this.#output = torch.no_grad(() => this.#forward());
        continue;
      }
      this.#input.grad = null;
      for (const parameter of this.#layer.parameters()) parameter.grad = null;
      this.#output = this.#forward();
      this.#output.backward(this.#grad);
    }
  }

  #forward(): Tensor {
    const layer = this.#layer as nn.LSTM;
    if (this.#lengths === null) return layer(this.#input)[0];
    const packed = nn.utils.rnn.pack_padded_sequence(this.#input, this.#lengths, true, false);
    return layer(packed)[0].data;
  }

  check(): number {
    this.run(1);
    const result = this.#backward ? this.#input.grad : this.#output;
    return (result as Tensor).abs().sum().item() as number;
  }
}
