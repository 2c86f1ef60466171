/** @file Gradient rule of the recurrent layers, which calculate their way back themselves. */
import { recurrent_layer_backward, refuse_double_backward } from "../../ops/recurrent";
import type { Tensor } from "../../tensor";
import { is_grad_enabled } from "../grad-mode";
import type { Context, Grad, Rule } from "../node";
import { record_many } from "../tape";

export const recurrent: Record<string, Rule> = {
  recurrent: {
    name: "RecurrentLayer",
    backward: (grads: readonly Grad[], { saved, needs, attrs }: Context) => {
      const results = recurrent_layer_backward(grads, saved, needs, attrs);
      if (!is_grad_enabled()) return results;
      // The results depend on all of these; whoever differentiates them is told that it cannot be done.
      const found = results.filter((result): result is Tensor => result !== null);
      const sources = [...grads.filter((grad): grad is Tensor => grad !== null), ...saved];
      const marked = record_many(
        "recurrent_backward",
        found.map((result) => result.handle),
        sources,
      );
      let next = 0;
      return results.map((result) => (result === null ? null : marked[next++]));
    },
  },
  recurrent_backward: { name: "RecurrentLayerBackward", backward: refuse_double_backward },
};
