/** @file Normal values held between two bounds, as `nn.init.trunc_normal_` draws them. */

import { type FloatArray, fill_uniform } from "./distributions";
import type { Generator } from "./generator";

const TWO_OVER_ROOT_PI = 2 / Math.sqrt(Math.PI);

/** erf(x) for |x| < 2.5 by its series; every term is added up, so the result is good to a few ulps. */
function erf_series(x: number): number {
  const square = x * x;
  let term = x;
  let sum = x;
  for (let n = 1; Math.abs(term) > Math.abs(sum) * 1e-17; n++) {
    term *= (2 * square) / (2 * n + 1);
    sum += term;
  }
  return TWO_OVER_ROOT_PI * Math.exp(-square) * sum;
}

/** erfc(x) for x >= 2.5 by Laplace's continued fraction. */
function erfc_fraction(x: number): number {
  let fraction = x;
  for (let n = 60; n > 0; n--) fraction = x + n / 2 / fraction;
  return Math.exp(-x * x) / (fraction * Math.sqrt(Math.PI));
}

/** The error function. */
export function erf(x: number): number {
  if (Math.abs(x) < 2.5) return erf_series(x);
  return x < 0 ? erfc_fraction(-x) - 1 : 1 - erfc_fraction(x);
}

function erfc(x: number): number {
  return x < 2.5 ? 1 - erf(x) : erfc_fraction(x);
}

/** The inverse error function: ±Infinity at ±1, NaN outside [-1, 1]. */
export function erfinv(x: number): number {
  const size = Math.abs(x);
  if (!(size < 1)) return size === 1 ? x * Number.POSITIVE_INFINITY : Number.NaN;
  // Winitzki's closed form is good to 3 digits; each of Halley's steps trebles them.
  const log = Math.log1p(-size * size);
  const half = 2 / (Math.PI * 0.147) + log / 2;
  let y = Math.sqrt(Math.sqrt(half * half - log / 0.147) - half);
  for (let step = 0; step < 2; step++) {
    // Near 1 only the complement keeps its digits.
    const error = size > 0.5 ? 1 - size - erfc(y) : erf(y) - size;
    const newton = error / (TWO_OVER_ROOT_PI * Math.exp(-y * y));
    y -= newton / (1 + y * newton);
  }
  return x < 0 ? -y : y;
}

/**
 * Normal values between `a` and `b`: a uniform draw within the bounds' probabilities, sent through the
 * normal quantile function.
 * @param std above 0
 * @throws Error when the bounds leave nothing between them
 */
export function fill_trunc_normal<A extends FloatArray>(
  gen: Generator,
  out: A,
  mean = 0,
  std = 1,
  a = -2,
  b = 2,
): A {
  const low = erf((a - mean) / std / Math.SQRT2);
  const high = erf((b - mean) / std / Math.SQRT2);
  if (!(low <= high)) throw new Error(`trunc_normal_: no value lies between a=${a} and b=${b}`);
  const round = out instanceof Float64Array ? (x: number) => x : Math.fround;
  const scale = round(std * Math.SQRT2);
  fill_uniform(gen, out, low, high);
  for (let i = 0; i < out.length; i++) {
    const value = round(round(round(erfinv(out[i])) * scale) + round(mean));
    out[i] = Math.min(Math.max(value, a), b);
  }
  return out;
}
