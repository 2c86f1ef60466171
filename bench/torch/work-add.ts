/** @file A small operation, whose cost is its dispatch. */
import torch, { type Tensor } from "../../src";

export interface AddArguments {
  grad: boolean;
}

export class Add {
  readonly #a: Tensor;
  readonly #b = torch.ones(32, 128);
  #sum: Tensor | null = null;

  constructor({ grad }: AddArguments) {
    this.#a = torch.ones(32, 128, { requires_grad: grad });
  }

  run(times: number): void {
    const a = this.#a;
    const b = this.#b;
    for (let i = 0; i < times; i++) this.#sum = a.add(b);
  }

  check(): number {
    this.run(1);
    return (this.#sum as Tensor).sum().item() as number;
  }
}
