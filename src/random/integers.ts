/** @file Random integers and permutations, drawn in PyTorch's CPU order. */

import type { Generator } from "./generator";

/** From this width on PyTorch spends 64 bits on a value, to keep the modulo's skew small. */
const WIDE_RANGE = 2 ** 28;
const MIN_INT64 = -(1n << 63n);
const END_INT64 = 1n << 63n;
const LARGE_PERMUTATION = Math.floor(0xffffffff / 20);

/**
 * One value of `torch.empty((), dtype=int64).random_()`: 63 bits of one 64-bit draw.
 *
 * How PyTorch's data utilities spend the default generator, in this order:
 * 1. `iter(DataLoader)` draws one `random_int64` (the workers' base seed), shuffled or not, from the
 *    loader's `generator` option if it has one, else from the default generator;
 * 2. at the first batch, a `RandomSampler` without a generator draws one more `random_int64` from the
 *    default generator, seeds a generator of its own with it, and yields `randperm(n, own)`; with a
 *    generator, it draws no seed and permutes with that generator;
 * 3. after its last whole permutation a `RandomSampler` permutes once more for the remainder
 *    (`num_samples % n` values of it, none by default), which moves a generator the user gave.
 * `random_split(dataset, lengths)` is one `randperm(sum(lengths))`, cut in order.
 */
export function random_int64(gen: Generator): bigint {
  return gen.random64() & (END_INT64 - 1n);
}

/**
 * Integers in [low, high): one 32-bit draw each for ranges under 2^28, else one 64-bit draw.
 * @returns int64 values
 * @throws Error when the range is empty or outside int64
 */
export function randint(
  gen: Generator,
  n: number,
  low: number | bigint,
  high: number | bigint,
): BigInt64Array {
  const base = BigInt(low);
  const end = BigInt(high);
  if (base >= end) {
    throw new Error(`random_ expects 'from' to be less than 'to', but got from=${base} >= to=${end}`);
  }
  if (base < MIN_INT64 || end > END_INT64) {
    throw new Error(`random_: [${base}, ${end}) is out of bounds for int64`);
  }
  const out = new BigInt64Array(n);
  const range = end - base;
  if (range >= BigInt(WIDE_RANGE)) {
    for (let i = 0; i < n; i++) out[i] = (gen.random64() % range) + base;
    return out;
  }
  const width = Number(range);
  const small_base = Number(base);
  if (Number.isSafeInteger(small_base) && Math.abs(small_base) < 2 ** 31) {
    // A bigint per value would cost more than the draw: write the two halves of each int64.
    const halves = new Int32Array(out.buffer);
    for (let i = 0; i < n; i++) {
      const value = (gen.random() % width) + small_base;
      halves[2 * i] = value | 0;
      halves[2 * i + 1] = Math.floor(value / 4294967296);
    }
    return out;
  }
  for (let i = 0; i < n; i++) out[i] = BigInt(gen.random() % width) + base;
  return out;
}

/**
 * A random order of 0 … n-1 as plain numbers, `randperm(n)`.
 * @throws Error when n is negative or no integer
 */
export function permutation(gen: Generator, n: number): Int32Array {
  if (!Number.isInteger(n) || n < 0) throw new Error(`n must be non-negative, got ${n}`);
  if (n > 0x7fffffff) throw new Error(`randperm: n=${n} is too large, at most ${0x7fffffff}`);
  const order = new Int32Array(n);
  if (n < LARGE_PERMUTATION) {
    for (let i = 0; i < n; i++) order[i] = i;
    for (let i = 0; i < n - 1; i++) {
      const j = i + (gen.random() % (n - i));
      const held = order[i];
      order[i] = order[j];
      order[j] = held;
    }
    return order;
  }
  for (let i = 0; i < n; i++) {
    const j = Number(gen.random64() % BigInt(i + 1));
    order[i] = i;
    order[i] = order[j];
    order[j] = i;
  }
  return order;
}

/** `permutation` as int64 values. */
export function randperm(gen: Generator, n: number): BigInt64Array {
  const order = permutation(gen, n);
  const out = new BigInt64Array(n);
  const halves = new Int32Array(out.buffer);
  for (let i = 0; i < n; i++) halves[2 * i] = order[i];
  return out;
}

/**
 * What `random_()` without bounds draws: whole numbers from 0 to `2 ** bits - 1`, or to `2 ** bits` itself with `closed`, as
 * PyTorch does in floating point, where all of them are exact.
 */
export function full_range(gen: Generator, n: number, bits: number, closed: boolean): BigInt64Array {
  const range = (1n << BigInt(bits)) + (closed ? 1n : 0n);
  const wide = bits > 32;
  return BigInt64Array.from({ length: n }, () => (wide ? gen.random64() : BigInt(gen.random())) % range);
}
