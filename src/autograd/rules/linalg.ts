/** @file Gradient rules of matrix products. */

import { batch_product, product } from "../../ops/algebra/linalg";
import { sum_to_size } from "../../ops/reduction/reduce";
import type { Tensor } from "../../tensor";
import type { Context, Rule } from "../node";

type Product = (a: Tensor, b: Tensor, transpose_a?: boolean, transpose_b?: boolean) => Tensor;
type Saved = Context<readonly [Tensor, Tensor], number>;

/** Gradients of a product of which either operand may be taken transposed (bit 0: the first, bit 1: the second). */
function product_rule(name: string, times: Product): Rule {
  return {
    name,
    backward: (g: Tensor, { needs, saved: [a, b], attrs: flags, shapes }: Saved) => {
      const ta = (flags & 1) !== 0;
      const tb = (flags & 2) !== 0;
      return [
        needs[0] && sum_to_size(ta ? times(b, g, tb, true) : times(g, b, false, !tb), shapes[0]),
        needs[1] && sum_to_size(tb ? times(g, a, true, ta) : times(a, g, !ta, false), shapes[1]),
      ];
    },
  };
}

export const linalg: Record<string, Rule> = {
  mm: product_rule("Mm", product),
  bmm: product_rule("Bmm", batch_product),
};
