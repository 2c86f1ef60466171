/** @file Gradient rule of dropout by our own op: the input times a mask that nobody else knows. */
import { release_mask } from "../../ops/layer/dropout";
import { mul } from "../../ops/pointwise/elementwise";
import type { Tensor } from "../../tensor";
import { is_grad_enabled } from "../grad-mode";
import type { Context, Rule } from "../node";

export const dropout: Record<string, Rule> = {
  dropout: {
    name: "Mul",
    // An alias where gradients of gradients keep it: the mask is freed with this node.
    backward: (g: Tensor, { saved: [mask] }: Context<readonly [Tensor]>) => [
      mul(g, is_grad_enabled() ? mask._alias() : mask),
    ],
    release: release_mask,
  },
};
