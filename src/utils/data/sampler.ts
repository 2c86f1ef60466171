/** @file Samplers: in which order samples are taken. */
import { bind } from "../../args";
import { ValueError } from "../../errors";
import { default_generator, Generator, multinomial, permutation, randint, random_int64 } from "../../random";
import { is_tensor, type Tensor } from "../../tensor";
import { dataset_length, type Rows } from "./dataset";

/** A source of sample numbers, or of batches of them. */
export abstract class Sampler<Index = number> implements Iterable<Index> {
  abstract [Symbol.iterator](): Iterator<Index>;
  /** How many numbers (or batches) one pass gives. */
  abstract __len__(): number;

  get length(): number {
    return this.__len__();
  }
}

/** Whatever has a length: samplers only ask how many samples there are. */
export type Sized = ArrayLike<unknown> | { __len__(): number } | Rows<unknown>;

/** All samples in order. */
export class SequentialSampler extends Sampler {
  constructor(readonly data_source: Sized) {
    super();
  }

  override *[Symbol.iterator](): IterableIterator<number> {
    const count = dataset_length(this.data_source);
    for (let i = 0; i < count; i++) yield i;
  }

  override __len__(): number {
    return dataset_length(this.data_source);
  }
}

/** Keyword arguments of {@link RandomSampler}. */
export interface RandomSamplerOptions {
  /** Draw each number anew, so that one may come twice. */
  replacement?: boolean;
  /** How many numbers one pass gives; as many as there are samples by default. */
  num_samples?: number | null;
  generator?: Generator | null;
}

/** Numbers are drawn 32 at a time with replacement, as PyTorch does. */
const DRAWN_AT_ONCE = 32;

function expect_count(value: unknown): asserts value is number {
  if (typeof value !== "number" || !Number.isInteger(value) || value <= 0) {
    throw new ValueError(`num_samples should be a positive integer value, but got num_samples=${value}`);
  }
}

function expect_boolean(name: string, value: unknown): asserts value is boolean {
  if (typeof value !== "boolean") {
    throw new TypeError(`${name} should be a boolean value, but got ${name}=${value}`);
  }
}

/**
 * The samples in random order, drawn as PyTorch draws them: without a generator, each pass seeds one of its own from the
 * default generator.
 */
export class RandomSampler extends Sampler {
  readonly replacement: boolean;
  readonly generator: Generator | null;
  readonly #num_samples: number | null;

  constructor(data_source: Sized, options?: RandomSamplerOptions);
  constructor(
    data_source: Sized,
    replacement?: boolean,
    num_samples?: number | null | RandomSamplerOptions,
    generator?: Generator | null | RandomSamplerOptions,
  );
  constructor(
    readonly data_source: Sized,
    ...args: unknown[]
  ) {
    super();
    const given = bind<Required<RandomSamplerOptions>>(
      "RandomSampler",
      ["replacement", "num_samples", "generator"],
      [],
      args,
    );
    this.replacement = given.replacement ?? false;
    this.generator = given.generator ?? null;
    this.#num_samples = given.num_samples ?? null;
    expect_boolean("replacement", this.replacement);
    expect_count(this.num_samples);
  }

  /** How many numbers one pass gives. */
  get num_samples(): number {
    return this.#num_samples ?? dataset_length(this.data_source);
  }

  override *[Symbol.iterator](): IterableIterator<number> {
    const count = dataset_length(this.data_source);
    const wanted = this.num_samples;
    const generator = this.generator ?? new Generator().manual_seed(random_int64(default_generator));
    if (this.replacement) {
      for (let left = wanted; left > 0; left -= DRAWN_AT_ONCE) {
        // PyTorch's last draw is as long as the rest.
        for (const value of randint(generator, Math.min(left, DRAWN_AT_ONCE), 0, count)) yield Number(value);
      }
      return;
    }
    for (let whole = Math.floor(wanted / count); whole > 0; whole--) yield* permutation(generator, count);
    // PyTorch permutes once more, for no number at all as a rule; a generator of the user's moves on by it.
    yield* permutation(generator, count).subarray(0, wanted % count);
  }

  override __len__(): number {
    return this.num_samples;
  }
}

/** The given numbers in random order. */
export class SubsetRandomSampler extends Sampler {
  readonly generator: Generator | null;

  constructor(
    readonly indices: ArrayLike<number>,
    generator?: Generator | null | { generator?: Generator | null },
  ) {
    super();
    this.generator =
      bind<{ generator: Generator | null }>("SubsetRandomSampler", ["generator"], [], [generator])
        .generator ?? null;
  }

  override *[Symbol.iterator](): IterableIterator<number> {
    for (const at of permutation(this.generator ?? default_generator, this.indices.length)) {
      yield this.indices[at];
    }
  }

  override __len__(): number {
    return this.indices.length;
  }
}

/** Numbers drawn by weight: `weights[i]` says how likely `i` is; the weights need not sum to one. */
export class WeightedRandomSampler extends Sampler {
  readonly weights: Float64Array;
  readonly num_samples: number;
  readonly replacement: boolean;
  readonly generator: Generator | null;

  constructor(
    weights: ArrayLike<number> | Tensor,
    num_samples: number,
    options?: Omit<RandomSamplerOptions, "num_samples">,
  );
  constructor(
    weights: ArrayLike<number> | Tensor,
    num_samples: number,
    replacement?: boolean,
    generator?: Generator | null | Omit<RandomSamplerOptions, "num_samples">,
  );
  constructor(weights: ArrayLike<number> | Tensor, num_samples: number, ...args: unknown[]) {
    super();
    const given = bind<{ replacement: boolean; generator: Generator | null }>(
      "WeightedRandomSampler",
      ["replacement", "generator"],
      [],
      args,
    );
    expect_count(num_samples);
    this.num_samples = num_samples;
    this.replacement = given.replacement ?? true;
    this.generator = given.generator ?? null;
    expect_boolean("replacement", this.replacement);
    if (is_tensor(weights) && weights.ndim !== 1) {
      throw new ValueError(
        `weights should be a 1d sequence but given weights have shape (${weights.shape.join(", ")})`,
      );
    }
    this.weights = Float64Array.from(
      is_tensor(weights) ? (weights.typed_array() as unknown as ArrayLike<number>) : weights,
      Number,
    );
  }

  override *[Symbol.iterator](): IterableIterator<number> {
    const generator = this.generator ?? default_generator;
    yield* draw(generator, this.weights, this.num_samples, this.replacement);
  }

  override __len__(): number {
    return this.num_samples;
  }
}

function* draw(
  generator: Generator,
  weights: Float64Array,
  count: number,
  replacement: boolean,
): IterableIterator<number> {
  for (const value of multinomial(generator, weights, 1, weights.length, count, replacement))
    yield Number(value);
}

/** Batches of another sampler's numbers. */
export class BatchSampler extends Sampler<number[]> {
  /** @throws ValueError unless `batch_size` is a whole number above 0. */
  constructor(
    readonly sampler: Iterable<number>,
    readonly batch_size: number,
    readonly drop_last: boolean,
  ) {
    super();
    if (typeof batch_size !== "number" || !Number.isInteger(batch_size) || batch_size <= 0) {
      throw new ValueError(`batch_size should be a positive integer value, but got batch_size=${batch_size}`);
    }
    if (typeof drop_last !== "boolean") {
      throw new ValueError(`drop_last should be a boolean value, but got drop_last=${drop_last}`);
    }
  }

  override *[Symbol.iterator](): IterableIterator<number[]> {
    let batch: number[] = [];
    for (const index of this.sampler) {
      batch.push(index);
      if (batch.length === this.batch_size) {
        yield batch;
        batch = [];
      }
    }
    if (batch.length > 0 && !this.drop_last) yield batch;
  }

  override __len__(): number {
    const count = dataset_length(this.sampler);
    return this.drop_last ? Math.floor(count / this.batch_size) : Math.ceil(count / this.batch_size);
  }
}
