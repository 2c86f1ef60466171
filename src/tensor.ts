/** @file The tensor: PyTorch's properties and conversions, on a value with a place in the autograd graph. */
import { none } from "./args";
import { base_of } from "./autograd/in-place";
import { as_its_base } from "./autograd/inference";
import { device_name, read, scalar } from "./backend/engine";
import { watcher } from "./backend/watcher";
import { type DType, int64, type TypedArray } from "./dtype";
import { RuntimeError } from "./errors";
import type { TensorMethods } from "./methods";
import { numel } from "./shape";
import { Viewed } from "./viewed";

/** Numbers, booleans and nested arrays of them, as `tolist` gives and `torch.tensor` takes. */
export type NestedArray = number | bigint | boolean | NestedArray[];

/**
 * A multi-dimensional array with PyTorch's behaviour.
 *
 * Values are immutable natively; an in-place operation gives the tensor a new one. A view remembers how it comes from its
 * base: it takes its value anew once the base has changed, and writing to it writes to the base, as if memory were shared.
 * Methods beside those here come from `ops/` (see `methods/`).
 *
 * Indexing: `x[0]`, `x[-1]`, `` x[":, -1, :"] ``, assignment alike; {@link Tensor.index} takes tensors as indices.
 */
// biome-ignore lint/suspicious/noUnsafeDeclarationMerging: methods/ puts the operations on the prototype
export class Tensor extends Viewed {
  /** The value without history; writing to it changes this tensor, unseen by autograd. */
  get data(): Tensor {
    return this._detached(true);
  }

  set data(value: Tensor) {
    if (!(value instanceof Tensor)) throw new TypeError(`cannot assign ${typeof value} as tensor data`);
    const { handle } = value;
    const { requires_grad } = this;
    if (requires_grad && !handle.dtype.is_floating_point) {
      throw new RuntimeError("data set to a tensor that requires gradients must be floating point");
    }
    // From now on it has values of its own: what it was a view of neither follows nor gives any more.
    if (this._view !== null) {
      const version = this._version;
      this._view = null;
      this._counted = version;
    }
    this._handle = handle;
    handle.holders++;
    if (watcher !== null) watcher.wrote();
    this._own_version++;
  }

  /** The tensor that this one is a view of, at the end of all views; null for none. A detached tensor counts as none. */
  get _base(): Tensor | null {
    const base = base_of(this);
    return base === this ? null : base;
  }

  /** Bytes of all elements. */
  get nbytes(): number {
    return this.numel() * this.itemsize;
  }

  /** Bytes of an element. */
  get itemsize(): number {
    return this.dtype.itemsize;
  }

  /** The device's name, `"cpu"` or `"cuda:0"`: all tensors live where TensorFlow's runtime puts them. */
  get device(): string {
    return device_name();
  }

  /** The dimensions in reverse order. */
  get T(): Tensor {
    return this.permute([...this.shape.keys()].reverse());
  }

  /** A matrix with its dimensions swapped. @throws RuntimeError unless there are two dimensions (or none). */
  get H(): Tensor {
    if (this.ndim !== 0 && this.ndim !== 2) {
      throw new RuntimeError(
        `tensor.H is only supported on matrices (2-D tensors). Got ${this.ndim}-D tensor.` +
          (this.ndim > 2 ? " For batches of matrices, consider using tensor.mH" : ""),
      );
    }
    return this.t();
  }

  /** The last two dimensions swapped. @throws RuntimeError for a vector. */
  get mT(): Tensor {
    return this._turned("mT");
  }

  /** The last two dimensions swapped, as elements are real. @throws RuntimeError for a vector. */
  get mH(): Tensor {
    return this._turned("mH");
  }

  /** @internal */
  _turned(name: string): Tensor {
    if (this.ndim === 1) {
      throw new RuntimeError(
        `tensor.${name} is only supported on matrices or batches of matrices. Got 1-D tensor.`,
      );
    }
    return this.ndim === 0 ? this.t() : this.transpose(-2, -1);
  }

  get [Symbol.toStringTag](): string {
    return "Tensor";
  }

  /** Number of dimensions. */
  dim(...more: []): number {
    none("dim", more);
    return this.ndim;
  }

  /** Number of elements. */
  numel(...more: []): number {
    if (more.length > 0) none("numel", more);
    return numel(this.shape);
  }

  /** Bytes per element. */
  element_size(...more: []): number {
    none("element_size", more);
    return this.dtype.itemsize;
  }

  /** Whether the values are floating numbers. */
  is_floating_point(...more: []): boolean {
    none("is_floating_point", more);
    return this.dtype.is_floating_point;
  }

  /** The elements as a typed array, in row-major order; a copy. bool comes as a Uint8Array, int64 as a BigInt64Array. */
  typed_array(...more: []): TypedArray {
    none("typed_array", more);
    return read(this.handle);
  }

  /**
   * The one element as a JavaScript number (bool: boolean; int64 beyond 2^53: bigint).
   *
   * @throws RuntimeError unless there is exactly one.
   */
  item(...more: []): number {
    none("item", more);
    if (this.numel() !== 1) {
      throw new RuntimeError(`a Tensor with ${this.numel()} elements cannot be converted to Scalar`);
    }
    return to_js(this.typed_array()[0], this.dtype) as number;
  }

  /** The elements as nested arrays; a number for a zero-dim tensor. */
  // biome-ignore lint/suspicious/noExplicitAny: how deeply the arrays nest follows from the shape, which types do not know
  tolist<T extends NestedArray = any>(...more: []): T {
    none("tolist", more);
    const data = this.typed_array();
    const shape = this.shape;
    let at = 0;
    const build = (dim: number): NestedArray => {
      if (dim === shape.length) return to_js(data[at++], this.dtype);
      return Array.from({ length: shape[dim] }, () => build(dim + 1));
    };
    return build(0) as T;
  }

  /** This value outside of the graph. It shares the value: writing to either changes both. */
  detach(...more: []): Tensor {
    if (more.length > 0) none("detach", more);
    return this._detached(false);
  }

  /** @internal */
  _detached(apart: boolean): Tensor {
    return this._make_view(new Tensor(this.handle), {
      base: this,
      detached: true,
      apart,
      replay: (base) => new Tensor(base.handle),
      scatter: (_, value) => value,
      geometry: (of) => of,
    });
  }

  /** Takes this tensor out of the graph. @returns this */
  detach_(...more: []): this {
    none("detach_", more);
    this._follow();
    if (this._view !== null && !this._view.detached) {
      throw new RuntimeError("Can't detach views in-place. Use detach() instead.");
    }
    this._history = null;
    this._wants_grad = false;
    return this;
  }

  /** Iterates over the first dimension, so that `const [a, b] = x` works. */
  *[Symbol.iterator](): IterableIterator<Tensor> {
    if (this.ndim === 0) throw new TypeError("iteration over a 0-d tensor");
    for (let i = 0; i < this.shape[0]; i++) yield this.select(0, i);
  }

  /** One element in arithmetic or a template: `+loss`, `` `${loss}` `` as in Python's f-strings; else PyTorch's text. */
  [Symbol.toPrimitive](hint: string): number | string {
    if (hint !== "string") {
      if (this.numel() === 1) return Number(this.item());
      throw new TypeError(
        `operators do not work on tensors of ${this.numel()} elements: write a.add(b), a.mul(b), a.neg(), a.lt(b), ...`,
      );
    }
    return this.ndim === 0 ? String(this.item()) : this.toString();
  }

  /** What `JSON.stringify` writes: {@link Tensor.tolist}. */
  toJSON(): NestedArray {
    return this.tolist();
  }

  // What follows is for the library alone.

  /** @internal Another tensor of the same value and history. */
  _alias(): Tensor {
    const alias = new Tensor(this.handle);
    if (this._history !== null) alias._set_history(this._history, this._output_nr);
    return alias;
  }

  /** @internal Another shape of the same elements, in place: what the tensor was becomes the base of what it is now. */
  _become(change: (from: Tensor) => Tensor): this {
    this._check_history();
    const from = new Tensor(this.handle);
    from._take_history(this);
    from._view = this._view;
    from._seen = this._seen;
    from._own_version = this._own_version;
    from._counted = this._counted;
    from._origin = this._origin;
    from._layout = this._layout;
    from._permuted = this._permuted;
    as_its_base(from, this);
    const now = change(from);
    this._former ??= [];
    this._former.push(from);
    this._view = now._view;
    this._layout = now._layout;
    this._permuted = now._permuted;
    this._handle = now.handle;
    this._handle.holders++;
    this._take_history(now);
    if (now._view === null) {
      this._own_version = from._root()._own_version;
      this._counted = from._counter()._counted;
    }
    this._bump();
    this._seen = this._root()._own_version;
    return this;
  }
}

/** The methods that `ops/` provide, with the tensor as their first argument. */
export interface Tensor extends TensorMethods {
  /** The element or part at a position of the first dimension; negative ones count from the end. */
  [index: number]: Tensor;
  /** Python's indexing as text: `` x[":, -1"] ``, `` x["..., 1:3"] ``. */
  [index: `${string}:${string}`]: Tensor;
  [index: `${string},${string}`]: Tensor;
  [index: `...${string}`]: Tensor;
}

function to_js(value: number | bigint, dtype: DType): number | bigint | boolean {
  if (dtype.category === 0) return value !== 0;
  if (dtype === int64) {
    const number = Number(value);
    return Number.isSafeInteger(number) ? number : (value as bigint);
  }
  return value as number;
}

/** A zero-dim tensor; made once per value and dtype, which is safe as values never change. */
export function scalar_tensor(value: number | bigint | boolean, dtype: DType): Tensor {
  return new Tensor(scalar(value, dtype));
}

/** Whether a value is a tensor. */
export function is_tensor(value: unknown): value is Tensor {
  return value instanceof Tensor;
}
