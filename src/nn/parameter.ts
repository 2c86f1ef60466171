/** @file Parameters: tensors that a module owns and an optimizer changes. */
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

/** Replaces a tensor's value and dtype outside of the graph, its gradient's dtype too. */
export function convert_in_place(tensor: Tensor, convert: (tensor: Tensor) => Tensor): void {
  no_grad(() => {
    const { grad } = tensor;
    tensor.data = convert(tensor);
    if (grad !== null) tensor.grad = convert(grad);
  });
}
