/** @file Gradient rule of the conditional random field's log likelihood. */
import { crf_backward, refuse_crf_double_backward } from "../../ops/crf/crf";
import type { Tensor } from "../../tensor";
import { is_grad_enabled } from "../grad-mode";
import type { Context, Rule } from "../node";
import { record_many } from "../tape";

export const crf: Record<string, Rule> = {
  crf: {
    name: "CRFLogLikelihood",
    backward: (grad: Tensor, { saved, attrs }: Context) => {
      const results = crf_backward(grad, saved, attrs);
      if (!is_grad_enabled()) return results;
      // The results depend on all of these; whoever differentiates them is told that it cannot be done.
      return record_many(
        "crf_backward",
        results.map((result) => result.handle),
        [grad, ...saved],
      );
    },
  },
  crf_backward: { name: "CRFLogLikelihoodBackward", backward: refuse_crf_double_backward },
};
