/** @file Fills typed arrays with random values, drawing from the generator in exactly PyTorch's CPU order. */

import { log_float, sin_cos, sin_cos_float } from "./float-math";
import type { Generator } from "./generator";

/** Storage of a floating tensor. */
export type FloatArray = Float32Array | Float64Array;

/** The size from which a contiguous normal fill takes PyTorch's vectorised path. */
const NORMAL_BLOCK = 16;
const TWO_PI_FLOAT = Math.fround(2 * Math.PI);

/**
 * Uniform values in [from, to): one 32-bit draw per float32, one 64-bit draw per float64.
 * @throws Error when from > to or a bound is not finite
 */
export function fill_uniform<A extends FloatArray>(gen: Generator, out: A, from = 0, to = 1): A {
  if (!(from <= to)) {
    throw new Error(`uniform_ expects to return a [from, to) range, but found from=${from} > to=${to}`);
  }
  const range = to - from;
  if (!Number.isFinite(range)) {
    throw new Error(`uniform_ expects to-from to be a finite number, but found from=${from}, to=${to}`);
  }
  if (out instanceof Float64Array) {
    for (let i = 0; i < out.length; i++) out[i] = gen.uniform_double() * range + from;
    return out;
  }
  const low = Math.fround(from);
  const span = Math.fround(Math.fround(to) - low);
  // One rounding at the end, as PyTorch's build fuses the multiplication and the addition.
  for (let i = 0; i < out.length; i++) out[i] = gen.uniform_float() * span + low;
  return out;
}

/**
 * Normal values. From 16 values on PyTorch fills with uniforms first and turns each run of 16 into normals;
 * below, it draws pairs in float64 and keeps the odd one in the generator.
 * @param contiguous false takes the small path at every size, as PyTorch does for a strided tensor
 * @throws Error when std is negative
 */
export function fill_normal<A extends FloatArray>(
  gen: Generator,
  out: A,
  mean = 0,
  std = 1,
  contiguous = true,
): A {
  if (!(std >= 0)) throw new Error(`normal expects std >= 0.0, but found std ${std}`);
  const n = out.length;
  if (n < NORMAL_BLOCK || !contiguous) {
    for (let i = 0; i < n; i++) out[i] = gen.normal_double() * std + mean;
    return out;
  }
  fill_uniform(gen, out);
  const block = out instanceof Float64Array ? normal_block_double : normal_block_float;
  for (let i = 0; i + NORMAL_BLOCK <= n; i += NORMAL_BLOCK) block(out, i, mean, std);
  if (n % NORMAL_BLOCK !== 0) {
    // The last 16 are drawn anew, those already finished among them.
    fill_uniform(gen, out.subarray(n - NORMAL_BLOCK) as A);
    block(out, n - NORMAL_BLOCK, mean, std);
  }
  return out;
}

function normal_block_float(data: FloatArray, start: number, mean: number, std: number): void {
  const { fround } = Math;
  const m = fround(mean);
  const s = fround(std);
  for (let j = start; j < start + 8; j++) {
    const radius = fround(Math.sqrt(fround(-2 * log_float(1 - data[j]))));
    sin_cos_float(fround(TWO_PI_FLOAT * data[j + 8]));
    data[j] = fround(radius * sin_cos.cos) * s + m;
    data[j + 8] = fround(radius * sin_cos.sin) * s + m;
  }
}

function normal_block_double(data: FloatArray, start: number, mean: number, std: number): void {
  for (let j = start; j < start + 8; j++) {
    const radius = Math.sqrt(-2 * Math.log(1 - data[j]));
    const theta = 2 * Math.PI * data[j + 8];
    data[j] = radius * Math.cos(theta) * std + mean;
    data[j + 8] = radius * Math.sin(theta) * std + mean;
  }
}

/**
 * `n` zeros and ones. A scalar `p` draws 64 bits each (`x.bernoulli_(0.5)`, dropout); an array of
 * probabilities draws as wide as its own dtype (`torch.bernoulli(probabilities)`).
 * @throws Error when a probability is outside [0, 1]
 */
export function fill_bernoulli(gen: Generator, n: number, p: number | FloatArray): Uint8Array {
  const out = new Uint8Array(n);
  if (typeof p === "number") {
    if (!(p >= 0 && p <= 1)) throw new Error(`bernoulli_ expects p to be in [0, 1], but got p=${p}`);
    for (let i = 0; i < n; i++) out[i] = gen.uniform_double() < p ? 1 : 0;
    return out;
  }
  if (p.length !== n) throw new Error(`bernoulli: expected ${n} probabilities, but got ${p.length}`);
  for (let i = 0; i < n; i++) {
    if (!(p[i] >= 0 && p[i] <= 1)) throw new Error(`Expected p_in >= 0 && p_in <= 1, but got p=${p[i]}`);
  }
  if (p instanceof Float64Array) for (let i = 0; i < n; i++) out[i] = gen.uniform_double() < p[i] ? 1 : 0;
  else for (let i = 0; i < n; i++) out[i] = gen.uniform_float() < p[i] ? 1 : 0;
  return out;
}

/**
 * Exponential values with rate `lambd`, one 64-bit draw each.
 * @throws Error when the rate is not positive
 */
export function fill_exponential<A extends FloatArray>(gen: Generator, out: A, lambd = 1): A {
  if (!(lambd > 0)) throw new Error(`exponential_ expects lambda > 0.0, but found lambda=${lambd}`);
  for (let i = 0; i < out.length; i++) out[i] = (-1 / lambd) * Math.log1p(-gen.uniform_double());
  return out;
}

/**
 * exp of normal values, drawn by the small normal path at every size.
 * @throws Error when std is not positive
 */
export function fill_log_normal<A extends FloatArray>(gen: Generator, out: A, mean = 1, std = 2): A {
  if (!(std > 0)) throw new Error(`log_normal_ expects std > 0.0, but found std=${std}`);
  for (let i = 0; i < out.length; i++) out[i] = Math.exp(gen.normal_double() * std + mean);
  return out;
}

/**
 * Cauchy values, one 64-bit draw each.
 * @throws Error when sigma is not positive
 */
export function fill_cauchy<A extends FloatArray>(gen: Generator, out: A, median = 0, sigma = 1): A {
  if (!(sigma > 0)) throw new Error(`cauchy_ expects sigma > 0.0, but found sigma=${sigma}`);
  for (let i = 0; i < out.length; i++) {
    out[i] = median + sigma * Math.tan(Math.PI * (gen.uniform_double() - 0.5));
  }
  return out;
}

/**
 * Numbers of trials up to the first success, one 64-bit draw each.
 * @throws Error when p is not in (0, 1)
 */
export function fill_geometric<A extends FloatArray>(gen: Generator, out: A, p: number): A {
  if (!(p > 0 && p < 1)) throw new Error(`geometric_ expects p to be in (0, 1), but got p=${p}`);
  const denominator = Math.log1p(-p);
  for (let i = 0; i < out.length; i++) out[i] = Math.ceil(Math.log(gen.uniform_double()) / denominator);
  return out;
}
