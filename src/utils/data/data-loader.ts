/** @file The data loader: batches of a dataset's samples. */

import { is_options } from "../../args";
import { ValueError } from "../../errors";
import { default_generator, Generator, random_int64 } from "../../random";
import { type Collated, default_collate, default_convert } from "./collate";
import { type DatasetLike, dataset_item, dataset_length, IterableDataset } from "./dataset";
import { prefetched } from "./prefetch";
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
  /**
   * How many batches `for await` fetches at the same time, ahead of the one in use; 0 by default, for none ahead.
   *
   * The workers are no processes: datasets are made of closures, which cannot be sent to one. What gains is waiting, as for
   * files and requests in an async `__getitem__`; computing takes turns in this process. Plain `for` makes each batch when it
   * is asked for. An iterable dataset is read once, not once per worker.
   */
  num_workers?: number;
  /** Makes a batch of samples; {@link default_collate} by default. */
  collate_fn?: ((samples: Item[]) => Batch) | null;
  /** Without effect: tensors live where TensorFlow put its runtime. */
  pin_memory?: boolean;
  /** Leave the last batch out when it is smaller than the others. */
  drop_last?: boolean;
  /** Where random orders come from; torch's default generator otherwise. */
  generator?: Generator | null;
  /** Seconds that `for await` waits for a batch of the workers; 0, the default, for as long as it takes. */
  timeout?: number;
  /** How many batches each worker has ready or under way; 2 by default where there are workers. */
  prefetch_factor?: number | null;
  /** Whether `worker_init_fn` is called for the first pass only. */
  persistent_workers?: boolean;
  /** Called with each worker's number before a pass of `for await`. */
  worker_init_fn?: ((worker_id: number) => void) | null;
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
  readonly prefetch_factor: number | null;
  readonly persistent_workers: boolean;
  readonly timeout: number;
  readonly worker_init_fn: ((worker_id: number) => void) | null;
  readonly #default_collate: boolean;
  #workers_ready = false;

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
    this.prefetch_factor = options.prefetch_factor ?? (num_workers > 0 ? 2 : null);
    this.persistent_workers = options.persistent_workers ?? false;
    this.timeout = options.timeout ?? 0;
    this.worker_init_fn = options.worker_init_fn ?? null;
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
  [Symbol.asyncIterator](): AsyncIterableIterator<Batch> {
    // The draw comes at once, as PyTorch's does, not with the first batch.
    random_int64(this.generator ?? default_generator);
    return this.#awaited();
  }

  async *#awaited(): AsyncIterableIterator<Batch> {
    const { dataset } = this;
    const breathe = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
    if (dataset instanceof IterableDataset && Symbol.asyncIterator in dataset) {
      yield* this.#awaited_stream(dataset as unknown as AsyncIterable<Item>);
      return;
    }
    if (this.num_workers === 0 || dataset instanceof IterableDataset) {
      for (const batch of dataset instanceof IterableDataset
        ? this.#stream(dataset, true)
        : this.#numbered(dataset, true)) {
        yield await batch;
        await breathe();
      }
      return;
    }
    if (this.worker_init_fn !== null && !(this.persistent_workers && this.#workers_ready)) {
      for (let worker = 0; worker < this.num_workers; worker++) this.worker_init_fn(worker);
      this.#workers_ready = true;
    }
    const factor = Math.max(1, this.prefetch_factor ?? 2);
    const { num_workers: workers, timeout } = this;
    yield* prefetched(this.#tasks(dataset), { workers, factor, timeout });
  }

  /** Batches of a dataset whose samples come by waiting. */
  async *#awaited_stream(dataset: AsyncIterable<Item>): AsyncIterableIterator<Batch> {
    let samples: Item[] = [];
    for await (const item of dataset) {
      if (this.batch_size === null) {
        yield await this.#single(item);
        continue;
      }
      samples.push(item);
      if (samples.length < this.batch_size) continue;
      yield await this.#collated(samples, true);
      samples = [];
    }
    if (samples.length > 0 && !this.drop_last) yield await this.#collated(samples, true);
  }

  /** One pass. The draw comes at once, as PyTorch's does, not with the first batch. */
  #pass(): IterableIterator<Batch | PromiseLike<Batch>> {
    // The seed that PyTorch hands to its workers, spent also where there are none.
    random_int64(this.generator ?? default_generator);
    return this.dataset instanceof IterableDataset
      ? this.#stream(this.dataset, false)
      : this.#numbered(this.dataset, false);
  }

  *#numbered(dataset: DatasetLike<Item>, wait: boolean): IterableIterator<Batch | PromiseLike<Batch>> {
    for (const task of this.#tasks(dataset, wait)) yield task();
  }

  /** What makes each batch. */
  *#tasks(dataset: DatasetLike<Item>, wait = true): IterableIterator<() => Batch | PromiseLike<Batch>> {
    if (this.batch_sampler === null) {
      for (const index of this.sampler as Iterable<number>) {
        yield () => {
          const item: unknown = dataset_item(dataset, index);
          if (wait && is_promise(item)) return item.then((value) => this.#single(value as Item));
          return this.#single(item as Item);
        };
      }
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
    for (const indices of this.batch_sampler) yield () => fetch(indices);
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
