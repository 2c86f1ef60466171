/** @file Gradient rule of the connectionist temporal classification loss. */
import { RuntimeError } from "../../errors";
import type { Problem } from "../../ops/loss/ctc";
import type { Tensor } from "../../tensor";
import { is_grad_enabled } from "../grad-mode";
import type { Context, Rule } from "../node";
import { record } from "../tape";

export const ctc: Record<string, Rule> = {
  ctc_loss: {
    name: "CtcLoss",
    backward: (g: Tensor, { attrs: problem }: Context<[], Problem>) => {
      const result = problem.gradient(g);
      return [is_grad_enabled() ? record("ctc_loss_backward", result.handle, [g]) : result];
    },
  },
  ctc_loss_backward: {
    name: "CtcLossBackward",
    backward: () => {
      throw new RuntimeError("the derivative for '_ctc_loss_backward' is not implemented.");
    },
  },
};
