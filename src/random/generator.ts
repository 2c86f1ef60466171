/** @file PyTorch's CPU random generator: a Mersenne Twister whose streams match `torch.Generator` bit for bit. */

const N = 624;
const M = 397;
const DEFAULT_SEED = 67280421310721n;
const STATE_BYTES = 5056;
const MAX_UINT64 = (1n << 64n) - 1n;
const MIN_INT64 = -(1n << 63n);

/** A number where it is exact, else a bigint (seeds may need all 64 bits). */
function to_integer(value: bigint): number | bigint {
  return value <= BigInt(Number.MAX_SAFE_INTEGER) ? Number(value) : value;
}

/** Checks a user's seed and maps negative ones into uint64, as PyTorch does. */
function to_seed(seed: number | bigint): bigint {
  if (typeof seed !== "bigint" && !(typeof seed === "number" && Number.isInteger(seed))) {
    throw new TypeError(`manual_seed expected an integer, but got ${String(seed)}`);
  }
  const value = BigInt(seed);
  if (value < MIN_INT64 || value > MAX_UINT64) {
    throw new RangeError(`Overflow when unpacking seed: ${value} is not in [-2^63, 2^64 - 1]`);
  }
  return BigInt.asUintN(64, value);
}

/** A seed nobody can foresee, of 53 bits so that it prints as a plain number. */
function entropy_seed(): bigint {
  const words = globalThis.crypto.getRandomValues(new Uint32Array(2));
  return BigInt(words[0] & 0x1fffff) * 0x100000000n + BigInt(words[1]);
}

/**
 * A source of random numbers, equal to PyTorch's CPU `torch.Generator`.
 *
 * Until it is seeded it starts from PyTorch's fixed default seed (67280421310721).
 *
 * @example
 * const g = new Generator().manual_seed(0);
 * torch.rand([2], { generator: g });
 */
export class Generator {
  // Int32Array, not Uint32Array: the engine keeps int32 values unboxed, and only the bits matter.
  private readonly state = new Int32Array(N);
  private left = 1;
  private next = 0;
  private current_seed = DEFAULT_SEED;
  /** The second half of the last Box-Muller pair drawn by the scalar normal path; NaN when there is none. */
  private cached_normal = Number.NaN;

  /** @param device only "cpu": every stream is the CPU generator's. */
  constructor(device: string | { type: string } = "cpu") {
    const type = typeof device === "string" ? device : device.type;
    if (type !== "cpu") throw new Error(`Generator: expected device "cpu", but got "${type}"`);
    this.reseed();
  }

  toString(): string {
    return `Generator(device="cpu", initial_seed=${this.initial_seed()})`;
  }

  [Symbol.for("nodejs.util.inspect.custom")](): string {
    return this.toString();
  }

  /** Always "cpu". */
  get device(): string {
    return "cpu";
  }

  /**
   * Starts the stream that belongs to `seed`.
   * @param seed an integer in [-2^63, 2^64); negative seeds wrap, as in PyTorch.
   * @returns this generator
   */
  manual_seed(seed: number | bigint): this {
    this.current_seed = to_seed(seed);
    this.reseed();
    return this;
  }

  /** Seeds from the operating system's entropy and returns the seed. */
  seed(): number | bigint {
    this.manual_seed(entropy_seed());
    return this.initial_seed();
  }

  /** The seed the current stream started from. */
  initial_seed(): number | bigint {
    return to_integer(this.current_seed);
  }

  /** A new generator at the same place of the same stream. */
  clone(): Generator {
    return new Generator().set_state(this.get_state());
  }

  /** The state as bytes, in the layout of PyTorch's `Generator.get_state()` (5056 bytes). */
  get_state(): Uint8Array {
    const bytes = new Uint8Array(STATE_BYTES);
    const view = new DataView(bytes.buffer);
    view.setBigUint64(0, this.current_seed, true);
    view.setInt32(8, this.left, true);
    view.setInt32(12, 1, true);
    view.setBigUint64(16, BigInt(this.next), true);
    for (let i = 0; i < N; i++) view.setUint32(24 + 8 * i, this.state[i], true);
    const tail = 24 + 8 * N;
    if (!Number.isNaN(this.cached_normal)) {
      view.setFloat64(tail + 8, this.cached_normal, true);
      view.setInt32(tail + 24, 1, true);
    }
    return bytes;
  }

  /**
   * Continues from a state that `get_state()` gave, here or in PyTorch.
   * @throws Error when the bytes are not a CPU generator's state
   */
  set_state(state: Uint8Array): this {
    if (!(state instanceof Uint8Array) || state.byteLength !== STATE_BYTES) {
      const got = state instanceof Uint8Array ? `${state.byteLength} bytes` : String(state);
      throw new Error(`set_state: expected a CPU generator state of ${STATE_BYTES} bytes, but got ${got}`);
    }
    const view = new DataView(state.buffer, state.byteOffset, state.byteLength);
    const left = view.getInt32(8, true);
    const next = view.getBigUint64(16, true);
    if (view.getInt32(12, true) !== 1 || left < 1 || left > N || next > BigInt(N)) {
      throw new Error("set_state: invalid mt19937 state");
    }
    this.current_seed = view.getBigUint64(0, true);
    this.left = left;
    this.next = Number(next);
    for (let i = 0; i < N; i++) this.state[i] = view.getInt32(24 + 8 * i, true);
    const tail = 24 + 8 * N;
    this.cached_normal = view.getInt32(tail + 24, true) ? view.getFloat64(tail + 8, true) : Number.NaN;
    return this;
  }

  /** The stream's place as numbers, for draws elsewhere: 624 words, then how many draws are left plus one, and the next one. */
  words(): Int32Array {
    const words = new Int32Array(N + 2);
    words.set(this.state);
    words[N] = this.left;
    words[N + 1] = this.next;
    return words;
  }

  /** Goes on from where draws elsewhere left off; see {@link words}. */
  set_words(words: Int32Array): void {
    this.state.set(words.subarray(0, N));
    this.left = words[N];
    this.next = words[N + 1];
  }

  /** The next 32 bits, as a signed integer (cheapest when only some bits are used). */
  next_int32(): number {
    if (--this.left === 0) this.refill();
    let y = this.state[this.next++];
    y ^= y >>> 11;
    y ^= (y << 7) & 0x9d2c5680;
    y ^= (y << 15) & 0xefc60000;
    return y ^ (y >>> 18);
  }

  /** The next 32 bits, in [0, 2^32). */
  random(): number {
    return this.next_int32() >>> 0;
  }

  /** The next 64 bits, in [0, 2^64): two 32-bit draws, the first one high. */
  random64(): bigint {
    const high = this.random();
    return (BigInt(high) << 32n) | BigInt(this.random());
  }

  /** A float32 in [0, 1) from 24 bits of one 32-bit draw. */
  uniform_float(): number {
    return (this.next_int32() & 0xffffff) * 2 ** -24;
  }

  /** A float64 in [0, 1) from 53 bits of one 64-bit draw. */
  uniform_double(): number {
    const high = this.next_int32() & 0x1fffff;
    return (high * 4294967296 + this.random()) * 2 ** -53;
  }

  /** A standard normal value: Box-Muller in float64, its second value kept for the next call. */
  normal_double(): number {
    if (!Number.isNaN(this.cached_normal)) {
      const cached = this.cached_normal;
      this.cached_normal = Number.NaN;
      return cached;
    }
    const u1 = this.uniform_double();
    const u2 = this.uniform_double();
    const radius = Math.sqrt(-2 * Math.log1p(-u2));
    const theta = 2 * Math.PI * u1;
    this.cached_normal = radius * Math.sin(theta);
    return radius * Math.cos(theta);
  }

  private reseed(): void {
    const { state } = this;
    state[0] = Number(BigInt.asIntN(32, this.current_seed));
    for (let i = 1; i < N; i++) {
      const previous = state[i - 1] ^ (state[i - 1] >>> 30);
      state[i] = Math.imul(1812433253, previous) + i;
    }
    this.left = 1;
    this.next = 0;
    this.cached_normal = Number.NaN;
  }

  private refill(): void {
    const { state } = this;
    let i = 0;
    for (; i < N - M; i++) state[i] = state[i + M] ^ twist(state[i], state[i + 1]);
    for (; i < N - 1; i++) state[i] = state[i + M - N] ^ twist(state[i], state[i + 1]);
    state[N - 1] = state[M - 1] ^ twist(state[N - 1], state[0]);
    this.left = N;
    this.next = 0;
  }
}

function twist(u: number, v: number): number {
  return (((u & 0x80000000) | (v & 0x7fffffff)) >>> 1) ^ (v & 1 ? 0x9908b0df : 0);
}

/** The generator that every draw without a `generator` option uses; its first seed is unforeseeable. */
export const default_generator: Generator = new Generator();
default_generator.seed();
