/**
 * @file Poisson and binomial numbers, drawn in PyTorch's CPU order.
 *
 * Large means: W. Hörmann, The transformed rejection method for generating Poisson random variables (PTRS), Insurance: Mathematics
 * and Economics 12 (1993), and The generation of binomial random variates (BTRS), Journal of Statistical Computation and Simulation
 * 46 (1993). Small ones: products of uniform numbers, and sums of geometric ones.
 */
import type { FloatArray } from "./distributions";
import type { Generator } from "./generator";

/** ln(k!) - (k + 1/2) ln(k + 1) + (k + 1) - ln(2π)/2, by Stirling's series, for small k from a table. */
const small_tails = [
  0.0810614667953272, 0.0413406959554092, 0.0276779256849983, 0.02079067210376509, 0.0166446911898211,
  0.0138761288230707, 0.0118967099458917, 0.010411265261972, 0.00925546218271273, 0.00833056343336287,
];

function stirling_tail(k: number): number {
  if (k <= 9) return small_tails[k];
  const square = (k + 1) * (k + 1);
  return (1 / 12 - (1 / 360 - 1 / 1260 / square) / square) / (k + 1);
}

const half_log_two_pi = Math.log(2 * Math.PI) / 2;

function log_factorial(k: number): number {
  return (k + 0.5) * Math.log(k + 1) - (k + 1) + half_log_two_pi + stirling_tail(k);
}

function one_poisson(gen: Generator, rate: number): number {
  if (rate === 0) return 0;
  if (rate < 10) {
    const least = Math.exp(-rate);
    let product = 1;
    for (let count = 0; ; count++) {
      product *= gen.uniform_double();
      if (!(product > least)) return count;
    }
  }
  const log_rate = Math.log(rate);
  const b = 0.931 + 2.53 * Math.sqrt(rate);
  const a = -0.059 + 0.02483 * b;
  const log_inverse_alpha = Math.log(1.1239 + 1.1328 / (b - 3.4));
  const safe = 0.9277 - 3.6224 / (b - 2);
  for (;;) {
    const u = gen.uniform_double() - 0.5;
    const v = gen.uniform_double();
    const edge = 0.5 - Math.abs(u);
    const k = Math.floor(((2 * a) / edge + b) * u + rate + 0.43);
    if (edge >= 0.07 && v <= safe) return k;
    if (k < 0 || (edge < 0.013 && v > edge)) continue;
    const height = Math.log(v) + log_inverse_alpha - Math.log(a / (edge * edge) + b);
    if (height <= -rate + k * log_rate - log_factorial(k)) return k;
  }
}

/**
 * Numbers of events, one for each rate.
 *
 * @throws Error for rates that are negative, NaN or infinite.
 */
export function fill_poisson<A extends FloatArray>(gen: Generator, out: A, rates: ArrayLike<number>): A {
  for (let i = 0; i < out.length; i++) {
    if (!(rates[i] >= 0 && rates[i] < Number.POSITIVE_INFINITY)) {
      throw new Error(`invalid Poisson rate, expected rate to be finite and non-negative, got ${rates[i]}`);
    }
    out[i] = one_poisson(gen, rates[i]);
  }
  return out;
}

/** Successes in `trials`, each of a chance of at most a half; `mean` is their product, rounded as the dtype asks. */
function one_binomial(gen: Generator, trials: number, chance: number, mean: number): number {
  if (mean < 10) {
    const log_failure = Math.log1p(-chance);
    let tried = 0;
    for (let count = 0; ; count++) {
      tried += Math.ceil(Math.log(gen.uniform_double()) / log_failure);
      if (!(tried <= trials)) return count;
    }
  }
  const deviation = Math.sqrt(trials * chance * (1 - chance));
  const b = 1.15 + 2.53 * deviation;
  const a = -0.0873 + 0.0248 * b + 0.01 * chance;
  const c = trials * chance + 0.5;
  const safe = 0.92 - 4.2 / b;
  const odds = chance / (1 - chance);
  const alpha = (2.83 + 5.1 / b) * deviation;
  const mode = Math.floor((trials + 1) * chance);
  for (;;) {
    const u = gen.uniform_double() - 0.5;
    const v = gen.uniform_double();
    const edge = 0.5 - Math.abs(u);
    const k = Math.floor(((2 * a) / edge + b) * u + c);
    if (edge >= 0.07 && v <= safe) return k;
    if (k < 0 || k > trials) continue;
    const height = Math.log((v * alpha) / (a / (edge * edge) + b));
    const bound =
      (mode + 0.5) * Math.log((mode + 1) / (odds * (trials - mode + 1))) +
      (trials + 1) * Math.log((trials - mode + 1) / (trials - k + 1)) +
      (k + 0.5) * Math.log((odds * (trials - k + 1)) / (k + 1)) +
      stirling_tail(mode) +
      stirling_tail(trials - mode) -
      stirling_tail(k) -
      stirling_tail(trials - k);
    if (height <= bound) return k;
  }
}

/** Numbers of successes, one for each count of trials and its chance; NaN where the chance is. */
export function fill_binomial<A extends FloatArray>(
  gen: Generator,
  out: A,
  trials: ArrayLike<number>,
  chances: ArrayLike<number>,
): A {
  const round = out instanceof Float64Array ? (x: number) => x : Math.fround;
  const draw = (count: number, chance: number): number =>
    one_binomial(gen, count, chance, round(count * chance));
  for (let i = 0; i < out.length; i++) {
    const count = trials[i];
    const chance = chances[i];
    if (!(count > 0) || chance <= 0) out[i] = 0;
    else if (chance >= 1) out[i] = count;
    else if (chance <= 0.5) out[i] = draw(count, chance);
    else if (chance > 0.5) out[i] = count - draw(count, round(1 - chance));
    else out[i] = Number.NaN;
  }
  return out;
}
