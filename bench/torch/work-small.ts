/** @file Small operations, whose cost is their dispatch, and a chain of them, by itself and compiled. */
import torch, { F, type Tensor } from "../../src";

export interface SmallArguments {
  op:
    | "mul"
    | "matmul"
    | "index"
    | "sum"
    | "softmax"
    | "relu"
    | "cat"
    | "stack"
    | "item"
    | "chain"
    | "entropy";
  /** Whether `a` requires a gradient; a chain and cross entropy go back too then. */
  grad?: boolean;
  /** Whether our side goes through `torch.compile`; PyTorch's does not. */
  compiled?: boolean;
}

function chain(x: Tensor, w: Tensor): Tensor {
  let y = x;
  for (let i = 0; i < 5; i++) y = y.matmul(w).add(x).tanh().mul(0.5);
  return y.sum();
}

export class Small {
  readonly #call: () => Tensor | number;
  #last: Tensor | number = 0;

  constructor({ op, grad = false, compiled = false }: SmallArguments) {
    const a = torch.full([32, 32], 0.5, { requires_grad: grad });
    const b = torch.full([32, 32], 0.25);
    const one = torch.ones(1);
    const target = torch.zeros(32, { dtype: torch.int64 });
    const linked = compiled ? torch.compile(chain) : chain;
    const back = (loss: Tensor): Tensor => {
      if (grad) {
        a.grad = null;
        loss.backward();
      }
      return loss.detach();
    };
    const calls: Record<SmallArguments["op"], () => Tensor | number> = {
      mul: () => a.mul(b),
      matmul: () => a.matmul(b),
      index: () => a[3],
      sum: () => a.sum(),
      softmax: () => a.softmax(-1),
      relu: () => a.relu(),
      cat: () => torch.cat([a, b], 0),
      stack: () => torch.stack([a, b], 0),
      item: () => one.item() as number,
      chain: () => back(linked(a, b)),
      entropy: () => back(F.cross_entropy(a, target)),
    };
    this.#call = calls[op];
  }

  run(times: number): void {
    for (let i = 0; i < times; i++) this.#last = this.#call();
  }

  check(): number {
    this.run(1);
    return typeof this.#last === "number" ? this.#last : (this.#last.sum().item() as number);
  }
}
