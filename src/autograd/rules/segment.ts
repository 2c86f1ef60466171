/** @file Gradient rules of reductions by place. */
import type { Handle } from "../../backend/handle";
import { eq } from "../../ops/pointwise/compare";
import { choose, div, mul } from "../../ops/pointwise/elementwise";
import { add_rows, take_rows } from "../../ops/position/rows";
import { segment } from "../../ops/position/segment";
import { cast } from "../../ops/value/convert";
import { scalar_tensor, type Tensor } from "../../tensor";
import type { Context, Rule } from "../node";

type Saved = Context<readonly [Tensor, Tensor], Handle>;

/** To the elements that are the extreme of their place, in equal parts. */
function extreme(name: string): Rule {
  return {
    name,
    backward: (g: Tensor, { saved: [x, y], attrs: places }: Saved) => {
      const mask = cast(eq(x, take_rows(y, places)), g.dtype);
      const shares = add_rows(mask, places, y.shape[0]);
      const each = div(g, choose(eq(shares, 0), scalar_tensor(1, g.dtype), shares));
      return [mul(mask, take_rows(each, places))];
    },
  };
}

export const segment_rules: Record<string, Rule> = {
  segment_amax: extreme("ScatterReduce"),
  segment_amin: extreme("ScatterReduce"),
  segment_prod: {
    name: "ScatterReduce",
    backward: (g: Tensor, { saved: [x, y], attrs: places }: Saved) => {
      const count = y.shape[0];
      const zero = eq(x, 0);
      const one = scalar_tensor(1, x.dtype);
      // The product of the others: of all that are not 0, unless another one is 0.
      const rest = choose(zero, one, x);
      const product = segment("prod", rest, places, count);
      const zeros = take_rows(add_rows(cast(zero, g.dtype), places, count), places).sub(cast(zero, g.dtype));
      const others = choose(eq(zeros, 0), div(take_rows(product, places), rest), scalar_tensor(0, x.dtype));
      return [mul(take_rows(g, places), others)];
    },
  },
};
