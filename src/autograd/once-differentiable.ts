/** @file `torch.autograd.function`: what the gradients of one's own operations need beside {@link Function} itself. */
import { none } from "../args";
import { RuntimeError } from "../errors";
import { Tensor } from "../tensor";
import { type FunctionCtx, type FunctionGradients, through } from "./function";
import { is_grad_enabled, no_grad } from "./grad-mode";

export { FunctionCtx } from "./function";

const twice = (): never => {
  throw new RuntimeError(
    "trying to differentiate twice a function that was marked with @once_differentiable",
  );
};

/**
 * A `backward` whose own operations are not recorded: gradients of its gradients are refused.
 *
 * @example
 * static backward = torch.autograd.function.once_differentiable((ctx: FunctionCtx, grad: Tensor) => grad.mul(2));
 */
export function once_differentiable<Ctx extends FunctionCtx, Grads extends unknown[]>(
  backward: (ctx: Ctx, ...grads: Grads) => FunctionGradients,
  ...more: []
): (ctx: Ctx, ...grads: Grads) => FunctionGradients {
  none("once_differentiable", more);
  return (ctx, ...grads) => {
    const result = no_grad(() => backward(ctx, ...grads));
    const again = grads.some((grad) => grad instanceof Tensor && grad.requires_grad);
    if (!is_grad_enabled() || !again) return result;
    const refused = (grad: Tensor): Tensor => through("Error", [grad.detach().requires_grad_()], twice)[0];
    if (result instanceof Tensor) return refused(result);
    if (!Array.isArray(result)) return result;
    return result.map((grad: Tensor | null | undefined) => (grad instanceof Tensor ? refused(grad) : grad));
  };
}
