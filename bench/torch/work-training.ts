/** @file Whole training steps of the tutorial's LSTM classifier. */
import torch, { nn, type Tensor } from "../../src";

export interface TrainingArguments {
  V: number;
  E: number;
  H: number;
  B: number;
  T: number;
  /** PyTorch's own fused Adam instead of its default one; ours is the same in both cases. */
  fused?: boolean;
  /** Our model through `torch.compile`; PyTorch's runs as it is. */
  compiled?: boolean;
}

class Classifier extends nn.Module {
  embedding: nn.Embedding;
  lstm: nn.LSTM;
  fc: nn.Linear;

  constructor(V: number, E: number, H: number, classes: number) {
    super();
    this.embedding = new nn.Embedding(V, E);
    this.lstm = new nn.LSTM(E, H, { batch_first: true });
    this.fc = new nn.Linear(H, classes);
  }

  override forward(x: Tensor): Tensor {
    const [, [hidden]] = this.lstm(this.embedding(x));
    return this.fc(hidden[-1]);
  }
}

export class Training {
  /** The model, compiled or not. */
  readonly #call: (x: Tensor) => Tensor;
  readonly #criterion = new nn.CrossEntropyLoss();
  readonly #optimizer: torch.optim.Adam;
  readonly #batches: [Tensor, Tensor][] = [];
  #at = 0;
  #loss: Tensor | null = null;

  constructor({ V, E, H, B, T, compiled = false }: TrainingArguments) {
    torch.manual_seed(0);
    const model = new Classifier(V, E, H, 2);
    this.#call = compiled ? torch.compile(model) : model;
    this.#optimizer = new torch.optim.Adam(model.parameters(), { lr: 0.001 });
    for (let i = 0; i < 8; i++) this.#batches.push([torch.randint(0, V, [B, T]), torch.randint(0, 2, [B])]);
  }

  run(times: number): void {
    for (let i = 0; i < times; i++) {
      const [x, y] = this.#batches[this.#at++ % this.#batches.length];
      this.#optimizer.zero_grad();
      this.#loss = this.#criterion(this.#call(x), y);
      this.#loss.backward();
      this.#optimizer.step();
    }
  }

  check(): number {
    this.run(8);
    return (this.#loss as Tensor).item() as number;
  }
}
