/** @file Gradient rules of arithmetic and element-wise functions. */

import type { DType } from "../../dtype";
import { cast } from "../../ops/convert";
import { mul, neg } from "../../ops/elementwise";
import { sum_to_size } from "../../ops/reduce";
import type { Tensor } from "../../tensor";
import type { Context, Rule } from "../node";

type One = Context<readonly [Tensor]>;
type Two = Context<readonly [Tensor, Tensor]>;

export const elementwise: Record<string, Rule> = {
  cast: { name: "ToCopy", backward: (g: Tensor, { attrs }: Context<[], DType>) => [cast(g, attrs)] },
  add: {
    name: "Add",
    backward: (g: Tensor, { needs, shapes }: One) => [
      needs[0] && sum_to_size(g, shapes[0]),
      needs[1] && sum_to_size(g, shapes[1]),
    ],
  },
  mul: {
    name: "Mul",
    backward: (g: Tensor, { needs, saved: [a, b], shapes }: Two) => [
      needs[0] && sum_to_size(mul(g, b), shapes[0]),
      needs[1] && sum_to_size(mul(g, a), shapes[1]),
    ],
  },
  neg: { name: "Neg", backward: (g: Tensor) => [neg(g)] },
};
