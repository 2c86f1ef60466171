/** @file Gradient rules of special functions: Bessel, gamma, error functions and their kin. */
import { NotImplementedError } from "../../errors";
import {
  bessel_j0,
  bessel_j1,
  bessel_y0,
  bessel_y1,
  i0,
  i0e,
  i1,
  i1e,
  modified_bessel_k0,
  modified_bessel_k1,
} from "../../ops/pointwise/bessel";
import { choose, div, mul, neg, sub } from "../../ops/pointwise/elementwise";
import { polygamma, zeta } from "../../ops/pointwise/gamma";
import { erfcx } from "../../ops/pointwise/normal";
import { exp, exp2, lgamma, log, log1p, sign } from "../../ops/pointwise/unary";
import { sum_to_size } from "../../ops/reduction/reduce";
import { scalar_tensor, type Tensor } from "../../tensor";
import type { Context, Rule } from "../node";

type One = Context<readonly [Tensor]>;
type Both = Context<readonly [Tensor, Tensor]>;

/** A rule that multiplies the gradient by the derivative at the input, or at input and output. */
function slope(name: string, derivative: (x: Tensor, y: Tensor) => Tensor): Rule {
  return { name, backward: (g: Tensor, { saved: [x, y] }: Both) => [mul(g, derivative(x, y))] };
}

/** `value(x)`, but `limit` at 0, where it would divide by 0. */
function mended(x: Tensor, limit: number, value: (x: Tensor) => Tensor): Tensor {
  const zero = x.eq(0);
  const safe = choose(zero, scalar_tensor(1, x.dtype), x);
  return choose(zero, scalar_tensor(limit, x.dtype), value(safe));
}

const order_1 = (x: Tensor): Tensor => mended(x, 0.5, (z) => sub(i0(z), div(i1(z), z)));

function none_for(what: string): never {
  throw new NotImplementedError(`the derivative for '${what}' is not implemented.`);
}

/** The density of the gamma distribution of the order `a`: how an incomplete gamma function grows. */
const gamma_density = (a: Tensor, x: Tensor): Tensor => exp(sub(sub(mul(a.sub(1), log(x)), x), lgamma(a)));

function incomplete(name: string, rule: string, direction: 1 | -1): Rule {
  return {
    name,
    backward: (g: Tensor, { needs, saved: [a, x], shapes }: Both) => {
      if (needs[0]) none_for(`${rule}: input`);
      return [null, sum_to_size(mul(g, mul(gamma_density(a, x), direction)), shapes[1])];
    },
  };
}

const root_two_pi = Math.sqrt(2 * Math.PI);

export const special: Record<string, Rule> = {
  i0: slope("I0", (x) => i1(x)),
  i0e: slope("SpecialI0E", (x, y) => sub(i1e(x), mul(sign(x), y))),
  i1: slope("SpecialI1", (x) => order_1(x)),
  i1e: slope("SpecialI1E", (x) =>
    mended(x, 0.5, (z) => sub(i0e(z), mul(i1e(z), sign(z).add(z.reciprocal())))),
  ),
  modified_bessel_i0: slope("SpecialModifiedBesselI0", (x) => i1(x)),
  modified_bessel_i1: slope("SpecialModifiedBesselI1", order_1),
  modified_bessel_k0: slope("SpecialModifiedBesselK0", (x) => neg(modified_bessel_k1(x))),
  modified_bessel_k1: slope("SpecialModifiedBesselK1", (x, y) => neg(modified_bessel_k0(x).add(div(y, x)))),
  bessel_j0: slope("SpecialBesselJ0", (x) => neg(bessel_j1(x))),
  bessel_j1: slope("SpecialBesselJ1", (x) => mended(x, 0.5, (z) => sub(bessel_j0(z), div(bessel_j1(z), z)))),
  bessel_y0: slope("SpecialBesselY0", (x) => neg(bessel_y1(x))),
  bessel_y1: slope("SpecialBesselY1", (x, y) => sub(bessel_y0(x), div(y, x))),
  erfcx: slope("SpecialErfcx", (x, y) => sub(mul(mul(x, y), 2), 2 / Math.sqrt(Math.PI))),
  log_ndtr: slope("SpecialLogNdtr", (x) =>
    div(scalar_tensor(Math.sqrt(2 / Math.PI), x.dtype), erfcx(mul(x, -Math.SQRT1_2))),
  ),
  ndtri: slope("SpecialNdtri", (y) => mul(exp(mul(mul(y, y), 0.5)), root_two_pi)),
  entr: {
    name: "SpecialEntr",
    backward: (g: Tensor, { saved: [x] }: One) => {
      const below = choose(
        x.eq(0),
        scalar_tensor(Number.POSITIVE_INFINITY, x.dtype),
        scalar_tensor(Number.NaN, x.dtype),
      );
      return [mul(g, choose(x.gt(0), neg(log(x)).sub(1), below))];
    },
  },
  xlog1py: {
    name: "SpecialXlog1Py",
    backward: (g: Tensor, { needs, saved: [a, b], shapes }: Both) => {
      const flat = a.eq(0).logical_and(b.le(-1));
      return [
        needs[0] && sum_to_size(mul(g, choose(flat, scalar_tensor(0, g.dtype), log1p(b))), shapes[0]),
        needs[1] && sum_to_size(mul(g, div(a, b.add(1))), shapes[1]),
      ];
    },
  },
  frexp: {
    name: "Frexp",
    backward: ([g]: [Tensor | null, null], { saved: [exponent] }: One) => [
      g !== null && div(g, exp2(exponent.to(g.dtype))),
    ],
  },
  nextafter: {
    name: "Nextafter",
    backward: (g: Tensor, { needs, saved: [a, b], shapes }: Both) => {
      // The neighbour of a number moves with it.
      const zero = scalar_tensor(0, g.dtype);
      return [
        needs[0] && sum_to_size(choose(a.eq(b), zero, g), shapes[0]),
        needs[1] && sum_to_size(mul(g, 0), shapes[1]),
      ];
    },
  },
  angle: { name: "Angle", backward: (g: Tensor) => [mul(g, 0)] },
  igamma: incomplete("Igamma", "igamma", 1),
  igammac: incomplete("Igammac", "igammac", -1),
  zeta: {
    name: "SpecialZeta",
    backward: (g: Tensor, { needs, saved: [s, q], shapes }: Both) => {
      if (needs[0]) none_for("zeta");
      return [null, sum_to_size(mul(g, mul(neg(s), zeta(s.add(1), q))), shapes[1])];
    },
  },
  polygamma: {
    name: "Polygamma",
    backward: (g: Tensor, { saved: [x], attrs: n }: Context<readonly [Tensor], number>) => [
      mul(g, polygamma(n + 1, x)),
    ],
  },
};
