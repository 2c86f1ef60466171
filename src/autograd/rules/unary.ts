/** @file Gradient rules of functions of one operand. */

import { mul, neg, pow } from "../../ops/pointwise/elementwise";
import { polygamma } from "../../ops/pointwise/gamma";
import {
  cos,
  cosh,
  digamma,
  exp,
  rsqrt,
  sigmoid,
  sigmoid_backward,
  sign,
  sin,
  sinh,
  tanh_backward,
} from "../../ops/pointwise/unary";
import { zeros_like } from "../../ops/value/create";
import type { Tensor } from "../../tensor";
import type { Context, Rule } from "../node";

type Saved = Context<readonly [Tensor]>;

/** A rule that multiplies the gradient by the derivative at what was saved: the input, or the output. */
function slope(name: string, derivative: (saved: Tensor) => Tensor): Rule {
  return { name, backward: (g: Tensor, { saved: [value] }: Saved) => [mul(g, derivative(value))] };
}

/** A rule that divides the gradient by the inverse of the derivative. */
function over(name: string, inverse: (saved: Tensor) => Tensor): Rule {
  return { name, backward: (g: Tensor, { saved: [value] }: Saved) => [g.div(inverse(value))] };
}

const root_pi = Math.sqrt(Math.PI);

export const unary: Record<string, Rule> = {
  exp: slope("Exp", (y) => y),
  expm1: slope("Expm1", (y) => y.add(1)),
  log: over("Log", (x) => x),
  log1p: over("Log1P", (x) => x.add(1)),
  sqrt: over("Sqrt", (y) => mul(y, 2)),
  rsqrt: slope("Rsqrt", (y) => mul(pow(y, 3), -0.5)),
  reciprocal: slope("Reciprocal", (y) => neg(mul(y, y))),
  abs: slope("Abs", sign),
  sin: slope("Sin", cos),
  cos: slope("Cos", (x) => neg(sin(x))),
  tan: slope("Tan", (y) => mul(y, y).add(1)),
  asin: slope("Asin", (x) => rsqrt(mul(x, x).rsub(1))),
  acos: slope("Acos", (x) => neg(rsqrt(mul(x, x).rsub(1)))),
  atan: over("Atan", (x) => mul(x, x).add(1)),
  sinh: slope("Sinh", cosh),
  cosh: slope("Cosh", sinh),
  asinh: slope("Asinh", (x) => rsqrt(mul(x, x).add(1))),
  acosh: slope("Acosh", (x) => rsqrt(mul(x, x).sub(1))),
  atanh: over("Atanh", (x) => mul(x, x).rsub(1)),
  erf: slope("Erf", (x) => mul(exp(neg(mul(x, x))), 2 / root_pi)),
  erfc: slope("Erfc", (x) => mul(exp(neg(mul(x, x))), -2 / root_pi)),
  erfinv: slope("Erfinv", (y) => mul(exp(mul(y, y)), root_pi / 2)),
  lgamma: slope("Lgamma", digamma),
  digamma: slope("Digamma", (x) => polygamma(1, x)),
  sigmoid: {
    name: "Sigmoid",
    backward: (g: Tensor, { saved: [y] }: Saved) => [sigmoid_backward(g, y)],
  },
  sigmoid_backward: {
    name: "SigmoidBackward",
    backward: (gg: Tensor, { needs, saved: [g, y] }: Context<readonly [Tensor, Tensor]>) => [
      needs[0] && sigmoid_backward(gg, y),
      needs[1] && mul(mul(gg, g), mul(y, -2).add(1)),
    ],
  },
  tanh: { name: "Tanh", backward: (g: Tensor, { saved: [y] }: Saved) => [tanh_backward(g, y)] },
  tanh_backward: {
    name: "TanhBackward",
    backward: (gg: Tensor, { needs, saved: [g, y] }: Context<readonly [Tensor, Tensor]>) => [
      needs[0] && tanh_backward(gg, y),
      needs[1] && mul(mul(gg, g), mul(y, -2)),
    ],
  },
  log_one_plus_exp: slope("Softplus", sigmoid),
  // Steps: flat between their jumps.
  flat: { name: "Round", backward: (g: Tensor) => [zeros_like(g)] },
};
