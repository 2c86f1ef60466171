/** @file Normal values held between two bounds, as `nn.init.trunc_normal_` draws them. */
import { type FloatArray, fill_normal, fill_uniform } from "./distributions";
import type { Generator } from "./generator";

/** The error function, to 16 digits where it is not 1: its series, whose terms are all positive, below 6. */
function erf(x: number): number {
  if (Math.abs(x) > 6) return Math.sign(x);
  const square = x * x;
  let term = x;
  let sum = x;
  for (let n = 1; Math.abs(term) > Math.abs(sum) * 1e-17; n++) {
    term *= (2 * square) / (2 * n + 1);
    sum += term;
  }
  return (2 / Math.sqrt(Math.PI)) * Math.exp(-square) * sum;
}

/**
 * Normal values between `a` and `b`. Where the bounds hold more than 0.3 of the probability, normal values are drawn for all until
 * each was once between them; else uniform ones, each of which is taken with its density in relation to the highest.
 *
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
  if (!(std > 0)) throw new Error(`trunc_normal_ expects std > 0.0, but found std ${std}`);
  if (!(a <= b)) throw new Error(`trunc_normal_: no value lies between a=${a} and b=${b}`);
  const probability = (erf((b - mean) / std / Math.SQRT2) - erf((a - mean) / std / Math.SQRT2)) / 2;
  if (probability > 0.3) by_normals(gen, out, mean, std, a, b);
  else by_uniforms(gen, out, mean, std, a, b);
  return out;
}

type Round = (x: number) => number;

function rounding(out: FloatArray): Round {
  return out instanceof Float64Array ? (x) => x : Math.fround;
}

function by_normals(gen: Generator, out: FloatArray, mean: number, std: number, a: number, b: number): void {
  const round = rounding(out);
  const [low, high] = [round(a), round(b)];
  fill_normal(gen, out, mean, std);
  const again = out.slice();
  while (out.some((value) => value < low || value > high)) {
    fill_normal(gen, again, mean, std);
    for (let i = 0; i < out.length; i++) if (out[i] < low || out[i] > high) out[i] = again[i];
  }
}

function by_uniforms(gen: Generator, out: FloatArray, mean: number, std: number, a: number, b: number): void {
  const round = rounding(out);
  const away = (Math.max(a, Math.min(mean, b)) - mean) / std;
  const peak = -0.5 * away * away;
  const waiting = new Uint8Array(out.length).fill(1);
  const [candidates, chances] = [out.slice(), out.slice()];
  let left = out.length;
  // Without an element there is still one draw of nothing.
  while (left > 0) {
    fill_uniform(gen, candidates, a, b);
    fill_uniform(gen, chances);
    for (let i = 0; i < out.length; i++) {
      if (waiting[i] === 0) continue;
      const distance = round(round(candidates[i] - round(mean)) / round(std));
      const density = round(round(round(distance * distance) * -0.5) - round(peak));
      out[i] = candidates[i];
      if (round(Math.log(chances[i])) > density) continue;
      waiting[i] = 0;
      left--;
    }
  }
}
