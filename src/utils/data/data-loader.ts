/** @file The data loader: batches of a dataset's samples. */

import { is_options } from "../../args";
import { ValueError } from "../../errors";
import { default_generator, Generator, random_int64 } from "../../random";
import { type Collated, default_collate, default_convert } from "./collate";
import { type DatasetLike, dataset_item, dataset_length, IterableDataset } from "./dataset";
import { BatchSampler, RandomSampler, SequentialSampler } from "./sampler";
import { whole_batch } from "./whole-batch";

/** Keyword arguments of {@link DataLoader}. */
export interface DataLoaderOptions<Item, Batch> {
  /** How many samples a batch has, 1 by default. null: samples come one by one, without collating. */
  batch_size?: number | null;
  /** Draw a new order for every pass. */
  shuffle?: boolean | null;
  /** In which order to take the samples. */
  sampler?: Iterable<number> | null;
  /** Which samples make up which batch; excludes batch_size, shuffle, sampler and drop_last. */
  batch_sampler?: Iterable<readonly number[]> | null;
  /** Taken for PyTorch's sake: samples are made in this process whatever the number. */
  num_workers?: number;
  /** Makes a batch of samples; {@link default_collate} by default. */
  collate_fn?: ((samples: Item[]) => Batch) | null;
  /** Without effect: tensors live where TensorFlow put its runtime. */
  pin_memory?: boolean;
  /** Leave the last batch out when it is smaller than the others. */
  drop_last?: boolean;
  /** Where random orders come from; torch's default generator otherwise. */
  generator?: Generator | null;
  /** Without effect, as num_workers. */
  timeout?: number;
  /** Without effect, as num_workers. */
  prefetch_factor?: number | null;
  /** Without effect, as num_workers. */
  persistent_workers?: boolean;
}

const option_names = [
  ...[
    "batch_size",
    "shuffle",
    "sampler",
    "batch_sampler",
    "num_workers",
    "collate_fn",
    "pin_memory",
    "drop_last",
  ],
  ...["generator", "timeout", "prefetch_factor", "persistent_workers", "worker_init_fn"],
  ...["multiprocessing_context", "pin_memory_device", "in_order"],
];

/** How one pass gets a batch: the samples' numbers in, the batch out. */
type Fetch<Batch> = (indices: readonly number[]) => Batch | PromiseLike<Batch>;

function is_promise(value: unknown): value is PromiseLike<unknown> {
  return typeof (value as { then?: unknown } | null)?.then === "function";
}

/**
 * Batches of a dataset's samples, in order or shuffled, with PyTorch's own random orders.
 *
 * @throws ValueError for options that contradict each other or are out of range.
 * @example
 * const loader = new DataLoader(dataset, { batch_size: 32, shuffle: true });
 * for (const [batch_x, batch_y] of loader) { ... }
 * for await (const [batch_x, batch_y] of loader) { ... }  // samples may be promises; the event loop gets its turn
 */
export class DataLoader<Item, Batch = Collated<Item>> implements Iterable<Batch>, AsyncIterable<Batch> {
  readonly batch_size: number | null;
  readonly drop_last: boolean;
  readonly sampler: Iterable<number> | null;
  readonly batch_sampler: Iterable<readonly number[]> | null;
  readonly num_workers: number;
  readonly generator: Generator | null;
  readonly collate_fn: (samples: Item[]) => Batch;
  readonly #default_collate: boolean;

  constructor(dataset: DatasetLike<Item> | IterableDataset<Item>, options?: DataLoaderOptions<Item, Batch>);
  constructor(
    dataset: DatasetLike<Item> | IterableDataset<Item>,
    batch_size: number | null,
    options?: Omit<DataLoaderOptions<Item, Batch>, "batch_size">,
  );
  constructor(
    readonly dataset: DatasetLike<Item> | IterableDataset<Item>,
    first?: number | null | DataLoaderOptions<Item, Batch>,
    second?: DataLoaderOptions<Item, Batch>,
  ) {
    const options = read_options<Item, Batch>(first, second);
    const {
      sampler = null,
      batch_sampler = null,
      generator = null,
      collate_fn = null,
      num_workers = 0,
    } = options;
    let { batch_size = 1, drop_last = false } = options;
    check_workers(num_workers, options);
    if (dataset instanceof IterableDataset) check_iterable(options);
    else dataset_length(dataset);
    if (sampler !== null && options.shuffle) {
      throw new ValueError("sampler option is mutually exclusive with shuffle");
    }
    if (batch_sampler !== null) {
      if (batch_size !== 1 || options.shuffle || sampler !== null || drop_last) {
        throw new ValueError(
          "batch_sampler option is mutually exclusive with batch_size, shuffle, sampler, and drop_last",
        );
      }
      batch_size = null;
      drop_last = false;
    } else if (batch_size === null && drop_last) {
      throw new ValueError(
        "batch_size=None option disables auto-batching and is mutually exclusive with drop_last",
      );
    }
    if (generator !== null && !(generator instanceof Generator)) {
      throw new TypeError("generator must be a torch.Generator");
    }
    if (collate_fn !== null && typeof collate_fn !== "function") {
      throw new TypeError(`collate_fn must be a function, but got ${typeof collate_fn}`);
    }
    let order = sampler;
    if (order === null && !(dataset instanceof IterableDataset)) {
      order = options.shuffle ? new RandomSampler(dataset, { generator }) : new SequentialSampler(dataset);
    }
    this.sampler = order;
    const batched = batch_size !== null && batch_sampler === null;
    this.batch_sampler = batched
      ? new BatchSampler(order ?? [], batch_size as number, drop_last)
      : batch_sampler;
    this.batch_size = batch_size;
    this.drop_last = drop_last;
    this.num_workers = num_workers;
    this.generator = generator;
    this.#default_collate = collate_fn === null;
    this.collate_fn = collate_fn ?? (default_collate as unknown as (samples: Item[]) => Batch);
  }

  /** How many batches one pass gives. */
  get length(): number {
    return this.__len__();
  }

  /** How many batches one pass gives. @throws TypeError for an iterable dataset without `__len__`. */
  __len__(): number {
    if (this.dataset instanceof IterableDataset) {
      const count = dataset_length(this.dataset);
      if (this.batch_size === null) return count;
      return this.drop_last ? Math.floor(count / this.batch_size) : Math.ceil(count / this.batch_size);
    }
    return dataset_length(this.batch_sampler ?? this.sampler);
  }

  /** Batches, one by one. The order is drawn when the pass begins. */
  [Symbol.iterator](): IterableIterator<Batch> {
    const pass = this.#pass();
    return refuse_promises(pass);
  }

  /** Batches, one by one, between which the event loop gets its turn; samples and batches may be promises. */
  async *[Symbol.asyncIterator](): AsyncIterableIterator<Batch> {
    for (const batch of this.#pass(true)) {
      yield await batch;
      await new Promise<void>((resolve) => setImmediate(resolve));
    }
  }

  /** One pass. The draw comes at once, as PyTorch's does, not with the first batch. */
  #pass(wait = false): IterableIterator<Batch | PromiseLike<Batch>> {
    // The seed that PyTorch hands to its workers, spent also where there are none.
    random_int64(this.generator ?? default_generator);
    return this.dataset instanceof IterableDataset
      ? this.#stream(this.dataset, wait)
      : this.#numbered(this.dataset, wait);
  }

  *#numbered(dataset: DatasetLike<Item>, wait: boolean): IterableIterator<Batch | PromiseLike<Batch>> {
    if (this.batch_sampler === null) {
      for (const index of this.sampler as Iterable<number>) yield this.#single(dataset_item(dataset, index));
      return;
    }
    const fetch: Fetch<Batch> = (indices) => {
      const whole = this.#default_collate ? whole_batch(dataset, indices) : null;
      if (whole !== null) return whole as Batch;
      const many = (dataset as { __getitems__?: (indices: readonly number[]) => Item[] }).__getitems__;
      const samples =
        typeof many === "function"
          ? many.call(dataset, indices)
          : indices.map((index) => dataset_item(dataset, index));
      return this.#collated(samples, wait);
    };
    for (const indices of this.batch_sampler) yield fetch(indices);
  }

  *#stream(dataset: IterableDataset<Item>, wait: boolean): IterableIterator<Batch | PromiseLike<Batch>> {
    if (this.batch_size === null) {
      for (const item of dataset) yield this.#single(item);
      return;
    }
    let samples: Item[] = [];
    for (const item of dataset) {
      samples.push(item);
      if (samples.length < this.batch_size) continue;
      yield this.#collated(samples, wait);
      samples = [];
    }
    if (samples.length > 0 && !this.drop_last) yield this.#collated(samples, wait);
  }

  #single(item: Item): Batch {
    return this.#default_collate
      ? (default_convert(item) as Batch)
      : this.collate_fn(item as unknown as Item[]);
  }

  #collated(samples: Item[], wait: boolean): Batch | PromiseLike<Batch> {
    if (samples.some(is_promise)) {
      if (!wait) throw new TypeError(promised);
      return Promise.all(samples).then((items) => this.collate_fn(items as Item[]));
    }
    return this.collate_fn(samples);
  }
}

const promised = "the dataset's samples are promises: write `for await (const batch of loader)`";

function* refuse_promises<Batch>(
  pass: IterableIterator<Batch | PromiseLike<Batch>>,
): IterableIterator<Batch> {
  for (const batch of pass) {
    if (is_promise(batch)) throw new TypeError(promised);
    yield batch as Batch;
  }
}

function read_options<Item, Batch>(
  first: number | null | undefined | DataLoaderOptions<Item, Batch>,
  second: DataLoaderOptions<Item, Batch> | undefined,
): DataLoaderOptions<Item, Batch> {
  const given = typeof first === "object" && first !== null ? first : { ...second, batch_size: first };
  if (!is_options(given)) throw new TypeError("DataLoader: options must be a plain object");
  for (const key of Object.keys(given)) {
    if (!option_names.includes(key)) {
      throw new TypeError(
        `DataLoader() got an unexpected keyword argument '${key}'; it takes ${option_names.join(", ")}`,
      );
    }
  }
  return given as DataLoaderOptions<Item, Batch>;
}

function check_workers(
  num_workers: number,
  options: Omit<DataLoaderOptions<unknown, unknown>, "collate_fn">,
): void {
  if (typeof num_workers !== "number" || !Number.isInteger(num_workers) || num_workers < 0) {
    throw new ValueError(
      "num_workers option should be non-negative; use num_workers=0 to disable multiprocessing.",
    );
  }
  const { timeout = 0, prefetch_factor = null, persistent_workers = false } = options;
  if (timeout < 0) throw new ValueError("timeout option should be non-negative");
  if (num_workers === 0 && prefetch_factor !== null) {
    throw new ValueError(
      "prefetch_factor option could only be specified in multiprocessing.let num_workers > 0 to enable " +
        "multiprocessing, otherwise set prefetch_factor to None.",
    );
  }
  if (prefetch_factor !== null && prefetch_factor < 0) {
    throw new ValueError("prefetch_factor option should be non-negative");
  }
  if (persistent_workers && num_workers === 0) {
    throw new ValueError("persistent_workers option needs num_workers > 0");
  }
}

function check_iterable(options: Omit<DataLoaderOptions<unknown, unknown>, "collate_fn">): void {
  for (const name of ["shuffle", "sampler", "batch_sampler"] as const) {
    const value = options[name];
    if (value === undefined || value === null || value === false) continue;
    const text = value === true ? "True" : (value.constructor?.name ?? "object");
    throw new ValueError(
      `DataLoader with IterableDataset: expected unspecified ${name} option, but got ${name}=${text}`,
    );
  }
}
