/** @file Gradient rules of convolution: each of the three maps is linear in both of its tensors. */
import { type Conv, convolve, convolve_input, convolve_weight } from "../../ops/convolution/convolution";
import type { Tensor } from "../../tensor";
import type { Context, Rule } from "../node";

type Saved = Context<readonly [Tensor, Tensor], Conv>;

export const convolution: Record<string, Rule> = {
  convolution: {
    name: "Convolution",
    backward: (g: Tensor, { needs, saved: [input, weight], attrs, shapes }: Saved) => [
      needs[0] && convolve_input(g, weight, attrs, shapes[0]),
      needs[1] && convolve_weight(input, g, attrs, shapes[1]),
    ],
  },
  convolution_input: {
    name: "Convolution",
    backward: (g: Tensor, { needs, saved: [grad, weight], attrs, shapes }: Saved) => [
      needs[0] && convolve(g, weight, attrs),
      needs[1] && convolve_weight(g, grad, attrs, shapes[1]),
    ],
  },
  convolution_weight: {
    name: "ConvolutionBackward",
    backward: (g: Tensor, { needs, saved: [input, grad], attrs, shapes }: Saved) => [
      needs[0] && convolve_input(grad, g, attrs, shapes[0]),
      needs[1] && convolve(input, g, attrs),
    ],
  },
};
