/** @file Gradient rule of a compiled function. */
import { type CompiledAttrs, compiled_backward } from "../../compile/graph";
import { RuntimeError } from "../../errors";
import type { Tensor } from "../../tensor";
import { is_grad_enabled } from "../grad-mode";
import type { Context, Grad, Rule } from "../node";

export const compiled: Record<string, Rule> = {
  compiled: {
    name: "CompiledFunction",
    backward: (
      grads: Tensor | readonly Grad[],
      { saved, attrs }: Context<readonly Tensor[], CompiledAttrs>,
    ) => {
      if (is_grad_enabled()) {
        throw new RuntimeError("torch.compile with aot_autograd does not currently support double backward");
      }
      return compiled_backward(Array.isArray(grads) ? grads : [grads as Tensor], saved, attrs);
    },
  },
};
