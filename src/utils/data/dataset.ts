/** @file Datasets: samples by number. */
import { is_options } from "../../args";
import { NotImplementedError, RuntimeError, ValueError } from "../../errors";
import { is_tensor, type Tensor } from "../../tensor";

/** Sees only names that neither the object nor its classes have: `dataset[3]` among them. */
const by_number: ProxyHandler<object> = {
  get(target, name, receiver) {
    if (typeof name === "string" && /^-?\d+$/.test(name)) {
      return (receiver as { __getitem__(index: number): unknown }).__getitem__(Number(name));
    }
    return Reflect.get(target, name, receiver);
  },
  set(_, name, value, receiver) {
    return Reflect.defineProperty(receiver, name, {
      value,
      writable: true,
      enumerable: true,
      configurable: true,
    });
  },
};

const ByNumber = (() => {
  const base = function ByNumber(): void {} as unknown as { new (): object; prototype: object };
  base.prototype = new Proxy(Object.create(Object.prototype), by_number);
  return base;
})();

/**
 * A dataset: extend it and say how many samples there are and how one of them is made.
 *
 * @example
 * class TextDataset extends Dataset<[Tensor, Tensor]> {
 *   constructor(readonly texts: string[], readonly labels: number[]) { super(); }
 *   __len__() { return this.texts.length; }
 *   __getitem__(idx: number): [Tensor, Tensor] {
 *     return [encode(this.texts[idx]), torch.tensor(this.labels[idx])];
 *   }
 * }
 */
// biome-ignore lint/suspicious/noUnsafeDeclarationMerging: the Proxy answers numeric names
export abstract class Dataset<Item = unknown> extends ByNumber {
  /** The sample of number `index`, from 0. */
  abstract __getitem__(index: number): Item;
  /** How many samples there are. */
  abstract __len__(): number;

  /** This dataset's samples and then another's. */
  __add__<Other>(other: DatasetLike<Other>): ConcatDataset<Item | Other> {
    return new ConcatDataset<Item | Other>([this, other]);
  }

  *[Symbol.iterator](): IterableIterator<Item> {
    const count = this.__len__();
    for (let i = 0; i < count; i++) yield this.__getitem__(i);
  }
}

/** `dataset[3]` is `dataset.__getitem__(3)`. */
export interface Dataset<Item> {
  readonly [index: number]: Item;
}

/**
 * What can stand for a dataset: a {@link Dataset}, an array or anything with `length` and numbered elements, or a tensor, whose
 * samples are its rows.
 */
export type DatasetLike<Item> = Dataset<Item> | MapStyle<Item> | ArrayLike<Item> | Rows<Item>;

/** What a tensor is as a dataset. */
export interface Rows<Item> {
  readonly shape: readonly number[];
  select(dim: number, index: number): Item;
}

/** An object that is a dataset without extending {@link Dataset}. */
export interface MapStyle<Item> {
  __getitem__(index: number): Item;
  __len__(): number;
}

/** @internal The number of samples. @throws TypeError for what is no dataset. */
export function dataset_length(dataset: unknown): number {
  if (is_tensor(dataset)) {
    if (dataset.ndim === 0) throw new TypeError("len() of a 0-d tensor");
    return dataset.shape[0];
  }
  const object = dataset as Partial<MapStyle<unknown>> & { length?: unknown };
  if (object !== null && typeof object === "object") {
    if (typeof object.__len__ === "function") return object.__len__();
    if (typeof object.length === "number") return object.length;
  }
  const kind = dataset === null || typeof dataset !== "object" ? String(dataset) : dataset.constructor?.name;
  throw new TypeError(`object of type '${kind}' has no __len__() and no length`);
}

/** @internal The sample of a number. */
export function dataset_item<Item>(dataset: DatasetLike<Item>, index: number): Item {
  if (is_tensor(dataset)) return (dataset as Rows<Item>).select(0, index);
  const object = dataset as Partial<MapStyle<Item>>;
  if (typeof object.__getitem__ === "function") return object.__getitem__(index);
  const array = dataset as ArrayLike<Item>;
  return array[index < 0 ? array.length + index : index];
}

/**
 * Tensors of the same first size, sample by sample: `dataset[i]` is `[x[i], y[i]]`.
 *
 * @throws RuntimeError where the first sizes differ.
 * @example
 * const dataset = new TensorDataset(X, Y);
 */
export class TensorDataset<Tensors extends Tensor[] = Tensor[]> extends Dataset<Tensors> {
  readonly tensors: Tensors;

  constructor(...tensors: Tensors) {
    super();
    if (tensors.length === 0) throw new ValueError("TensorDataset needs at least one tensor");
    for (const tensor of tensors) {
      if (tensor.ndim === 0) throw new RuntimeError("TensorDataset: a zero-dim tensor has no samples");
    }
    const sizes = tensors.map((tensor) => tensor.shape[0]);
    if (sizes.some((size) => size !== sizes[0])) {
      throw new RuntimeError(`Size mismatch between tensors: their first sizes are ${sizes.join(", ")}`);
    }
    this.tensors = tensors;
  }

  override __getitem__(index: number): Tensors {
    return this.tensors.map((tensor) => tensor.select(0, index)) as Tensors;
  }

  override __len__(): number {
    return this.tensors[0].shape[0];
  }

  get length(): number {
    return this.__len__();
  }
}

/** Some samples of a dataset, by their numbers. */
export class Subset<Item> extends Dataset<Item> {
  constructor(
    readonly dataset: DatasetLike<Item>,
    readonly indices: ArrayLike<number>,
  ) {
    super();
  }

  override __getitem__(index: number): Item {
    const count = this.indices.length;
    if (!(index >= -count && index < count)) {
      throw new RangeError(`Subset: index ${index} is out of range for ${count} samples`);
    }
    return dataset_item(this.dataset, this.indices[index < 0 ? count + index : index]);
  }

  override __len__(): number {
    return this.indices.length;
  }

  get length(): number {
    return this.__len__();
  }
}

/** Datasets one after the other. */
export class ConcatDataset<Item> extends Dataset<Item> {
  readonly datasets: DatasetLike<Item>[];
  /** How many samples there are up to and with each dataset. */
  readonly cumulative_sizes: number[] = [];

  constructor(datasets: Iterable<DatasetLike<Item>>) {
    super();
    this.datasets = [...datasets];
    if (this.datasets.length === 0) throw new ValueError("datasets should not be an empty iterable");
    let total = 0;
    for (const dataset of this.datasets) {
      if (dataset instanceof IterableDataset) {
        throw new ValueError("ConcatDataset does not support IterableDataset");
      }
      total += dataset_length(dataset);
      this.cumulative_sizes.push(total);
    }
  }

  override __getitem__(index: number): Item {
    const count = this.__len__();
    if (!(index >= -count && index < count)) {
      throw new ValueError("absolute value of index should not exceed dataset length");
    }
    const at = index < 0 ? count + index : index;
    const which = this.cumulative_sizes.findIndex((size) => at < size);
    return dataset_item(this.datasets[which], at - (which === 0 ? 0 : this.cumulative_sizes[which - 1]));
  }

  override __len__(): number {
    return this.cumulative_sizes[this.cumulative_sizes.length - 1];
  }

  get length(): number {
    return this.__len__();
  }
}

/**
 * A dataset that yields its samples in its own order; extend it and write `*[Symbol.iterator]()`.
 *
 * @example
 * class Lines extends IterableDataset<string> {
 *   *[Symbol.iterator]() { yield* fs.readFileSync("corpus.txt", "utf8").split("\n"); }
 * }
 */
export abstract class IterableDataset<Item = unknown> implements Iterable<Item> {
  /** The samples. A dataset that can only wait for them has `async *[Symbol.asyncIterator]()` instead, for `for await`. */
  [Symbol.iterator](): Iterator<Item> {
    throw new NotImplementedError(
      Symbol.asyncIterator in this
        ? "this dataset's samples are awaited: write `for await (const batch of loader)`"
        : `${this.constructor.name} has neither *[Symbol.iterator]() nor async *[Symbol.asyncIterator]()`,
    );
  }

  /** This dataset's samples and then another's. */
  __add__<Other>(other: IterableDataset<Other>): ChainDataset<Item | Other> {
    return new ChainDataset<Item | Other>([this, other]);
  }
}

/** Iterable datasets one after the other. */
export class ChainDataset<Item> extends IterableDataset<Item> {
  readonly datasets: IterableDataset<Item>[];

  constructor(datasets: Iterable<IterableDataset<Item>>) {
    super();
    this.datasets = [...datasets];
    for (const dataset of this.datasets) {
      if (!(dataset instanceof IterableDataset)) {
        throw new TypeError("ChainDataset only supports IterableDataset");
      }
    }
  }

  override *[Symbol.iterator](): IterableIterator<Item> {
    for (const dataset of this.datasets) yield* dataset;
  }

  __len__(): number {
    return this.datasets.reduce((sum, dataset) => sum + dataset_length(dataset), 0);
  }
}

/**
 * Datasets side by side: sample `i` is a list (or object) of their samples `i`.
 *
 * @throws ValueError where their lengths differ.
 * @example
 * new StackDataset(images, texts)[0]; // [image, text]
 * new StackDataset({ image: images, text: texts })[0]; // { image, text }
 */
export class StackDataset<Item = unknown> extends Dataset<Item> {
  readonly datasets: readonly DatasetLike<unknown>[] | Readonly<Record<string, DatasetLike<unknown>>>;
  readonly #count: number;

  constructor(...datasets: DatasetLike<unknown>[] | [Record<string, DatasetLike<unknown>>]) {
    super();
    const [first] = datasets;
    this.datasets =
      datasets.length === 1 && is_options(first)
        ? (first as Record<string, DatasetLike<unknown>>)
        : (datasets as DatasetLike<unknown>[]);
    const sizes = Object.values(this.datasets).map((dataset) => dataset_length(dataset));
    if (sizes.length === 0) throw new ValueError("At least one dataset should be passed");
    if (sizes.some((size) => size !== sizes[0])) throw new ValueError("Size mismatch between datasets");
    this.#count = sizes[0];
  }

  override __getitem__(index: number): Item {
    if (Array.isArray(this.datasets)) {
      return this.datasets.map((dataset: DatasetLike<unknown>) => dataset_item(dataset, index)) as Item;
    }
    const named = Object.entries(this.datasets as Record<string, DatasetLike<unknown>>);
    return Object.fromEntries(named.map(([name, dataset]) => [name, dataset_item(dataset, index)])) as Item;
  }

  override __len__(): number {
    return this.#count;
  }

  get length(): number {
    return this.#count;
  }
}
