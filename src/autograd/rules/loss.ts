/** @file Gradient rules of losses. */

import { softmax } from "../../ops/layer/softmax";
import { div, mul } from "../../ops/pointwise/elementwise";
import { place_along } from "../../ops/reduction/sort";
import { reshape } from "../../ops/shape/movement";
import { cast } from "../../ops/value/convert";
import { ones_like } from "../../ops/value/create";
import type { Tensor } from "../../tensor";
import { is_grad_enabled } from "../grad-mode";
import type { Context, Rule } from "../node";

export const loss: Record<string, Rule> = {
  cross_entropy: {
    name: "NllLoss",
    backward: (
      g: Tensor,
      {
        saved: [scores, classes, slope],
        attrs: reduction,
      }: Context<readonly [Tensor, Tensor, Tensor], string>,
    ) => {
      const [rows, count] = scores.shape;
      const each = reduction === "none" ? reshape(g, [rows, 1]) : reduction === "mean" ? div(g, rows) : g;
      if (!is_grad_enabled()) return [mul(slope, each)];
      // For gradients of gradients the slope must say how it depends on the scores.
      const at = reshape(classes, [rows, 1]);
      const hot = place_along(cast(ones_like(at), scores.dtype), at, 1, count);
      return [mul(softmax(scores, 1).sub(hot), each)];
    },
  },
  log_held: {
    // PyTorch's own: dividing by at least 1e-12 keeps the gradient finite where the logarithm is held.
    name: "BinaryCrossEntropy",
    backward: (g: Tensor, { saved: [x] }: Context<readonly [Tensor]>) => [div(g, x.clamp_min(1e-12))],
  },
};
