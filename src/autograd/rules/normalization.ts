/** @file The gradient rule of normalisation layers. */
import { type StandardizeAttrs, standardize_backward } from "../../ops/layer/normalization";
import type { Tensor } from "../../tensor";
import type { Context, Rule } from "../node";

export const normalization: Record<string, Rule> = {
  standardize: {
    name: "NativeLayerNorm",
    backward: (
      g: Tensor,
      { saved: [input, output, scale], attrs }: Context<readonly [Tensor, Tensor, Tensor], StandardizeAttrs>,
    ) => [standardize_backward(g, input, output, scale, attrs)],
  },
};
