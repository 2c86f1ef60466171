/** @file Parameters: tensors that a module owns and an optimizer changes. */
import { bind } from "../args";
import { no_grad } from "../autograd/grad-mode";
import { expect_tensor } from "../ops/value/convert";
import { Tensor } from "../tensor";

/**
 * A tensor that belongs to a module: as a field of an `nn.Module` it is among `parameters()` and in `state_dict()`.
 *
 * @param data The first value.
 * @param requires_grad Whether `backward` computes a gradient for it.
 * @throws RuntimeError for a dtype without gradients, unless `requires_grad` is false.
 * @example
 * this.scale = new nn.Parameter(torch.ones([128]));
 */
export class Parameter extends Tensor {
  /** @internal Tells parameters from other tensors in types: a plain tensor in a field would not be trained. */
  declare readonly _parameter: true;

  constructor(data: Tensor, requires_grad: boolean | { requires_grad?: boolean } = true) {
    super(expect_tensor("Parameter", data, "data").handle);
    const wanted = typeof requires_grad === "boolean" ? requires_grad : (requires_grad.requires_grad ?? true);
    if (wanted) this.requires_grad_();
  }

  override toString(): string {
    return `Parameter containing:\n${super.toString()}`;
  }
}

/**
 * A tensor that belongs to a module's state and is not trained: as a field of an `nn.Module` it is among `buffers()`.
 *
 * @param persistent Whether `state_dict()` has it.
 * @example
 * this.mean = new nn.Buffer(torch.zeros([128]));
 */
export class Buffer extends Tensor {
  /** @internal */ declare readonly persistent: boolean;

  constructor(data: Tensor, ...args: [persistent?: boolean] | [options: { persistent?: boolean }]) {
    super(expect_tensor("Buffer", data, "data").handle);
    const { persistent = true } = bind<{ persistent: boolean }>("Buffer", ["persistent"], [], args);
    Object.defineProperty(this, "persistent", { value: persistent });
  }
}

/** Replaces a tensor's value and dtype outside of the graph, its gradient's dtype too. */
export function convert_in_place(tensor: Tensor, convert: (tensor: Tensor) => Tensor): void {
  no_grad(() => {
    const { grad } = tensor;
    tensor.data = convert(tensor);
    if (grad !== null) tensor.grad = convert(grad);
  });
}
