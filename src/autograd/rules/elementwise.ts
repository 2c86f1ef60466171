/** @file Gradient rules of arithmetic on two operands. */

import type { DType } from "../../dtype";
import { eq, ge, gt, le, lt } from "../../ops/pointwise/compare";
import { choose, div, floor_divide, mul, neg, pow } from "../../ops/pointwise/elementwise";
import { log, reciprocal, trunc } from "../../ops/pointwise/unary";
import { sum_to_size } from "../../ops/reduction/reduce";
import { cast, to_floating } from "../../ops/value/convert";
import { zeros, zeros_like } from "../../ops/value/create";
import { scalar_tensor, type Tensor } from "../../tensor";
import type { Context, Rule } from "../node";

type One = Context<readonly [Tensor]>;
type Two = Context<readonly [Tensor, Tensor]>;

/** The gradient where `mask` holds, else 0. */
function where_true(mask: Tensor, g: Tensor): Tensor {
  return choose(mask, g, scalar_tensor(0, g.dtype));
}

/** A mask as numbers of the gradient's dtype. */
function weight(mask: Tensor, g: Tensor): Tensor {
  return cast(mask, g.dtype);
}

/** The gradient of max(a, b) or min(a, b): to the one taken, in halves where they are equal. */
function extreme(name: string, taken: (a: Tensor, b: Tensor) => Tensor): Rule {
  return {
    name,
    backward: (g: Tensor, { needs, saved: [a, b], shapes }: Two) => {
      const half = mul(weight(eq(a, b), g), 0.5);
      return [
        needs[0] && sum_to_size(mul(g, weight(taken(a, b), g).add(half)), shapes[0]),
        needs[1] && sum_to_size(mul(g, weight(taken(b, a), g).add(half)), shapes[1]),
      ];
    },
  };
}

export const elementwise: Record<string, Rule> = {
  cast: { name: "ToCopy", backward: (g: Tensor, { attrs }: Context<[], DType>) => [cast(g, attrs)] },
  beside: {
    name: "Alias",
    backward: (g: Tensor, { attrs, needs, shapes }: Context<[], readonly DType[]>) => [
      needs[0] && g,
      ...attrs.map((dtype, i) => zeros(shapes[i + 1], { dtype })),
    ],
  },
  add: {
    name: "Add",
    backward: (g: Tensor, { needs, shapes }: One) => [
      needs[0] && sum_to_size(g, shapes[0]),
      needs[1] && sum_to_size(g, shapes[1]),
    ],
  },
  sub: {
    name: "Sub",
    backward: (g: Tensor, { needs, shapes }: One) => [
      needs[0] && sum_to_size(g, shapes[0]),
      needs[1] && sum_to_size(neg(g), shapes[1]),
    ],
  },
  mul: {
    name: "Mul",
    backward: (g: Tensor, { needs, saved: [a, b], shapes }: Two) => [
      needs[0] && sum_to_size(mul(g, b), shapes[0]),
      needs[1] && sum_to_size(mul(g, a), shapes[1]),
    ],
  },
  div: {
    name: "Div",
    backward: (g: Tensor, { needs, saved: [a, b], shapes }: Two) => [
      needs[0] && sum_to_size(div(g, b), shapes[0]),
      needs[1] && sum_to_size(neg(mul(g, div(div(a, b), b))), shapes[1]),
    ],
  },
  div_rounded: {
    name: "Div",
    backward: (g: Tensor, { needs, shapes }: Context) => [
      needs[0] && zeros(shapes[0], { dtype: g.dtype }),
      needs[1] && zeros(shapes[1], { dtype: g.dtype }),
    ],
  },
  remainder: {
    name: "Remainder",
    backward: (g: Tensor, { needs, saved: [a, b], shapes }: Two) => [
      needs[0] && sum_to_size(g, shapes[0]),
      needs[1] && sum_to_size(neg(mul(g, floor_divide(a.detach(), b.detach()))), shapes[1]),
    ],
  },
  fmod: {
    name: "Fmod",
    backward: (g: Tensor, { needs, saved: [a, b], shapes }: Two) => [
      needs[0] && sum_to_size(g, shapes[0]),
      needs[1] && sum_to_size(neg(mul(g, trunc(div(a.detach(), b.detach())))), shapes[1]),
    ],
  },
  neg: { name: "Neg", backward: (g: Tensor) => [neg(g)] },
  pow: {
    name: "Pow",
    backward: (
      g: Tensor,
      { needs, saved: [a, b, y], shapes }: Context<readonly [Tensor, Tensor, Tensor]>,
    ) => [
      needs[0] && sum_to_size(choose(eq(b, 0), zeros_like(g), mul(g, mul(b, pow(a, b.sub(1))))), shapes[0]),
      // 0 to a power of at least 0 stays 0 or 1: its logarithm must not reach the gradient.
      needs[1] &&
        sum_to_size(mul(g, choose(eq(a, 0).logical_and(ge(b, 0)), zeros_like(g), mul(y, log(a)))), shapes[1]),
    ],
  },
  pow_number: {
    name: "Pow",
    backward: (g: Tensor, { saved: [x], attrs: p }: Context<readonly [Tensor], number>) => {
      if (p === 0) return [zeros_like(g)];
      if (p === 1) return [g];
      if (p === 2) return [mul(g, mul(x, 2))];
      return [mul(g, mul(pow(x, p - 1), p))];
    },
  },
  maximum: extreme("Maximum", gt),
  minimum: extreme("Minimum", lt),
  clamp: {
    name: "Clamp",
    backward: (
      g: Tensor,
      { saved: [x], attrs }: Context<readonly [Tensor], { min: number | null; max: number | null }>,
    ) => {
      // As PyTorch does, none to elements at the bounds themselves.
      const low = attrs.min === null ? null : gt(x, attrs.min);
      const high = attrs.max === null ? null : lt(x, attrs.max);
      return [where_true(low === null ? (high as Tensor) : high === null ? low : low.logical_and(high), g)];
    },
  },
  xlogy: {
    name: "Xlogy",
    backward: (g: Tensor, { needs, saved: [x, y], shapes }: Two) => [
      needs[0] &&
        sum_to_size(
          choose(eq(x, 0).logical_and(le(y, 0)), zeros_like(g), mul(g, log(to_floating(y)))),
          shapes[0],
        ),
      needs[1] && sum_to_size(mul(g, div(x, y)), shapes[1]),
    ],
  },
  atan2: {
    name: "Atan2",
    backward: (g: Tensor, { needs, saved: [y, x], shapes }: Two) => {
      const scale = mul(g, reciprocal(mul(x, x).add(mul(y, y))));
      return [
        needs[0] && sum_to_size(mul(scale, x), shapes[0]),
        needs[1] && sum_to_size(neg(mul(scale, y)), shapes[1]),
      ];
    },
  },
};
