/** @file Gradient rules of what is drawn at random. */
import type { Tensor } from "../../tensor";
import type { Context, Rule } from "../node";

export const random: Record<string, Rule> = {
  // As in PyTorch, the parameters of the distribution get zeros.
  drawn: {
    name: "Normal",
    backward: (g: Tensor, { shapes }: Context) => shapes.map((shape) => g.new_zeros(shape)),
  },
};
