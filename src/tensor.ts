/** @file The tensor: a value, its place in the autograd graph, and its relation to the tensor that it is a view of. */
import { bind, none } from "./args";
import { type BackwardOptions, backward } from "./autograd/backward";
import { enable_grad, is_grad_enabled, no_grad } from "./autograd/grad-mode";
import { AccumulateGrad, type Node } from "./autograd/node";
import { device_name, read, scalar } from "./backend/engine";
import type { Handle } from "./backend/handle";
import { watcher } from "./backend/watcher";
import { type DType, int64, type TypedArray, whole_number_hint } from "./dtype";
import { RuntimeError } from "./errors";
import { contiguous_strides, type Geometry, overlaps, places } from "./geometry";
import { Indexable } from "./indexable";
import type { TensorMethods } from "./methods";
import { numel, type Shape, same_shape, size_text } from "./shape";

/** Numbers, booleans and nested arrays of them, as `tolist` gives and `torch.tensor` takes. */
export type NestedArray = number | bigint | boolean | NestedArray[];

/** How a view follows its base and writes through to it. */
export interface View {
  /** The tensor that it is a view of, possibly a view itself. */
  readonly base: Tensor;
  /** Makes the view anew from the base's present value. */
  replay(base: Tensor): Tensor;
  /** The base's value once the view's has become `value`. */
  scatter(base: Tensor, value: Tensor): Tensor;
  /** Where the view's elements lie, from where the base's do; left out where strides cannot say it. */
  geometry?(of: Geometry, shape: Shape): Geometry;
  /**
   * The root's value once its elements at the given places have become `value`. There in views whose elements can share
   * places: what is below them is written to the root at once, as their own value cannot say which of them counts.
   */
  place?(root: Tensor, at: Int32Array, value: Tensor): Tensor;
  /** Detached views share values, not history. */
  readonly detached?: boolean;
}

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
export class Tensor extends Indexable {
  /** The gradient that `backward` added up, null before. */
  grad: Tensor | null = null;
  /** @internal */ _handle: Handle;
  /** @internal */ _link: View | null = null;
  /** @internal How often the base had changed its shape in place when this became a view of it. */ _link_at = 0;
  /** @internal What this tensor was before each change of its shape in place: its views follow that. */ _former:
    | Tensor[]
    | null = null;
  /** @internal The root's version that a view's value belongs to. */ _seen = 0;
  /** @internal */ _own_version = 0;
  /** @internal */ _history: Node | null = null;
  /** @internal */ _output_nr = 0;
  /** @internal */ _wants_grad = false;
  /** @internal */ _accumulator: AccumulateGrad | null = null;

  /** @internal Tensors are made by functions such as `torch.tensor` and `torch.zeros`. */
  constructor(handle: Handle) {
    super();
    this._handle = handle;
    handle.holders++;
    if (watcher !== null) watcher.began(this);
  }

  /** @internal */
  get _view(): View | null {
    const link = this._link;
    return link === null || link.base._former === null ? link : this._relinked(link, link.base._former);
  }

  /** @internal */
  _relinked(link: View, former: readonly Tensor[]): View {
    if (this._link_at === former.length) return link;
    this._link = { ...link, base: former[this._link_at] };
    this._link_at = former[this._link_at]._former?.length ?? 0;
    return this._link;
  }

  /** @internal */
  set _view(view: View | null) {
    this._link = view;
    this._link_at = view?.base._former?.length ?? 0;
  }

  /** @internal The present value. */
  get handle(): Handle {
    if (this._view !== null) this._follow();
    if (watcher !== null) watcher.took(this, this._handle);
    return this._handle;
  }

  /** Sizes of the dimensions. */
  get shape(): number[] {
    return this._handle.shape as number[];
  }

  get dtype(): DType {
    return this._handle.dtype;
  }

  /** Number of dimensions. */
  get ndim(): number {
    return this._handle.shape.length;
  }

  /** Whether operations on this tensor are recorded for `backward`. Set it on leaves only. */
  get requires_grad(): boolean {
    if (this._view !== null) this._follow();
    return this._wants_grad;
  }

  set requires_grad(value: boolean) {
    this.requires_grad_(value);
  }

  /** The operation that made this tensor, null for leaves. */
  get grad_fn(): Node | null {
    if (this._view !== null) this._follow();
    return this._history;
  }

  /** Whether nothing recorded made this tensor: `backward` ends here. */
  get is_leaf(): boolean {
    return this.grad_fn === null;
  }

  /** The value without history; writing to it changes this tensor, unseen by autograd. */
  get data(): Tensor {
    return this.detach();
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
      this._own_version = version;
    }
    this._handle = handle;
    handle.holders++;
    if (watcher !== null) watcher.wrote();
    this._bump();
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

  /**
   * Adds this tensor's gradients to the `grad` of the leaves that it depends on.
   *
   * @param gradient Gradient of this tensor, of its shape; may be left out for one element.
   * @throws RuntimeError without history, without a needed gradient, or when the graph was freed by an earlier pass.
   */
  backward(gradient?: Tensor | null, options?: BackwardOptions): void;
  backward(options: BackwardOptions & { gradient?: Tensor | null }): void;
  backward(
    gradient?: Tensor | null | (BackwardOptions & { gradient?: Tensor | null }),
    options?: BackwardOptions,
  ): void {
    type Args = BackwardOptions & { gradient?: Tensor | null };
    const parameters = ["gradient", "retain_graph", "create_graph"] as const;
    const bound = bind<Args>("backward", parameters, [], [gradient, options], 0);
    const { gradient: given = null, ...rest } = bound;
    backward(this, given, rest);
  }

  /** Says whether operations on this leaf are to be recorded. @returns this */
  requires_grad_(requires_grad?: boolean): this;
  requires_grad_(options: { requires_grad?: boolean }): this;
  requires_grad_(...args: unknown[]): this {
    const { requires_grad: value = true } = bind<{ requires_grad: boolean }>(
      "requires_grad_",
      ["requires_grad"],
      [],
      args,
    );
    if (this.grad_fn !== null) {
      if (value) return this;
      throw new RuntimeError(
        "you can only change requires_grad flags of leaf variables. If you want to use a computed variable in a subgraph " +
          "that doesn't require differentiation use var_no_grad = var.detach().",
      );
    }
    if (value && !this.dtype.is_floating_point) {
      throw new RuntimeError(
        `only Tensors of floating point dtype can require gradients${whole_number_hint(this.dtype)}`,
      );
    }
    this._wants_grad = value;
    return this;
  }

  /** Keeps the gradient of a tensor that is no leaf in `grad` too. */
  retain_grad(...more: []): void {
    none("retain_grad", more);
    if (!this.requires_grad) {
      throw new RuntimeError("can't retain_grad on Tensor that has requires_grad=False");
    }
    const grad_fn = this.grad_fn;
    if (grad_fn === null) return;
    grad_fn.add_hook(this._output_nr, (gradient) => {
      this.grad = gradient._alias();
      return undefined;
    });
  }

  /**
   * Calls `hook` with this tensor's gradient whenever one is computed; what it returns takes the gradient's place.
   *
   * @returns An object whose `remove()` takes the hook away.
   */
  register_hook(hook: (grad: Tensor) => Tensor | undefined, ...more: []): { remove(): void } {
    none("register_hook", more);
    if (typeof hook !== "function")
      throw new TypeError("register_hook(): argument 'hook' must be a function");
    if (!this.requires_grad) {
      throw new RuntimeError("cannot register a hook on a tensor that doesn't require gradient");
    }
    const node = this.grad_fn ?? this._grad_accumulator();
    return { remove: node.add_hook(this.grad_fn === null ? 0 : this._output_nr, hook) };
  }

  /**
   * Calls `hook` with this leaf whenever its `grad` has been added to.
   *
   * @returns An object whose `remove()` takes the hook away.
   */
  register_post_accumulate_grad_hook(hook: (tensor: Tensor) => void, ...more: []): { remove(): void } {
    none("register_post_accumulate_grad_hook", more);
    if (!this.requires_grad) {
      throw new RuntimeError("cannot register a hook on a tensor that doesn't require gradient");
    }
    if (this.grad_fn !== null) {
      throw new RuntimeError("post accumulate grad hooks cannot be registered on non-leaf tensors");
    }
    const accumulator = this._grad_accumulator();
    accumulator.post_hooks ??= [];
    const { post_hooks } = accumulator;
    post_hooks.push(hook);
    return {
      remove() {
        const at = post_hooks.indexOf(hook);
        if (at >= 0) post_hooks.splice(at, 1);
      },
    };
  }

  /** This value outside of the graph. It shares the value: writing to either changes both. */
  detach(...more: []): Tensor {
    if (more.length > 0) none("detach", more);
    return this._make_view(new Tensor(this.handle), {
      base: this,
      detached: true,
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
      throw new RuntimeError("Can't detach views in-place. Use detach() instead");
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

  /** @internal The node that adds to this leaf's grad. */
  _grad_accumulator(): AccumulateGrad {
    this._accumulator ??= new AccumulateGrad(this);
    return this._accumulator;
  }

  /** @internal Grows with every in-place change of this tensor or one that shares its value. */
  get _version(): number {
    return this._root()._own_version;
  }

  /** @internal */
  _root(): Tensor {
    let root: Tensor = this;
    while (root._view !== null) root = root._view.base;
    return root;
  }

  /** @internal */
  _set_history(node: Node, output_nr: number): void {
    this._history = node;
    this._output_nr = output_nr;
    this._wants_grad = true;
  }

  /** @internal Another tensor of the same value and history. */
  _alias(): Tensor {
    const alias = new Tensor(this.handle);
    if (this._history !== null) alias._set_history(this._history, this._output_nr);
    return alias;
  }

  /** @internal Makes `output` a view. */
  _make_view(output: Tensor, view: View): Tensor {
    output._view = view;
    output._seen = this._version;
    return output;
  }

  /** @internal Another shape of the same elements, in place: what the tensor was becomes the base of what it is now. */
  _become(change: (from: Tensor) => Tensor): this {
    this._check_history();
    const from = new Tensor(this.handle);
    from._take_history(this);
    from._view = this._view;
    from._seen = this._seen;
    from._own_version = this._own_version;
    const now = change(from);
    this._former ??= [];
    this._former.push(from);
    this._view = now._view;
    this._handle = now.handle;
    this._handle.holders++;
    this._take_history(now);
    if (now._view === null) this._own_version = from._version;
    this._bump();
    this._seen = this._version;
    return this;
  }

  /** @internal Brings a view up to date with its base. */
  _follow(): void {
    const view = this._view;
    if (view === null) return;
    const version = this._version;
    if (this._seen === version) return;
    this._seen = version;
    // Also where nothing is recorded just now: a view that had a history keeps having one.
    const guard = view.detached ? no_grad : this._history !== null ? enable_grad : null;
    const fresh = guard === null ? view.replay(view.base) : guard(() => view.replay(view.base));
    this._handle = fresh._handle;
    if (!view.detached) this._take_history(fresh);
  }

  /** @internal */
  _take_history(from: Tensor): void {
    this._history = from._history;
    this._output_nr = from._output_nr;
    this._wants_grad = from._wants_grad;
  }

  /** @internal */
  _bump(): void {
    this._root()._own_version++;
  }

  /** @internal Where the elements lie among those of the root. What strides cannot say counts as a tensor of its own. */
  _geometry(): Geometry {
    const view = this._view;
    if (view?.geometry === undefined) {
      return { strides: contiguous_strides(this.shape), offset: 0 };
    }
    return view.geometry(view.base._geometry(), view.base.shape);
  }

  /** @internal Refuses what autograd could not follow, and elements that share a place. */
  _check_in_place(): void {
    if (this._view !== null && overlaps(this.shape, this._geometry().strides)) {
      throw new RuntimeError(
        "unsupported operation: more than one element of the written-to tensor refers to a single memory location. Please " +
          "clone() the tensor before performing the operation.",
      );
    }
    this._check_history();
  }

  /** @internal Refuses changes of leaves that autograd could not follow. */
  _check_history(): void {
    if (!is_grad_enabled()) return;
    if (this._history === null && this._wants_grad) {
      throw new RuntimeError("a leaf Variable that requires grad is being used in an in-place operation.");
    }
    for (let view = this._view; view !== null && !view.detached; view = view.base._view) {
      const base = view.base;
      if (base._view === null && base._history === null && base._wants_grad) {
        throw new RuntimeError(
          "a view of a leaf Variable that requires grad is being used in an in-place operation.",
        );
      }
    }
  }

  /**
   * @internal Gives this tensor another value, its history included: the one way in which tensors change.
   *
   * @param value Of this tensor's shape and dtype.
   * @param uniform Whether all its elements are equal, so that those that share a place do not contradict each other.
   */
  _assign(value: Tensor, uniform = false): this {
    if (!same_shape(value.shape, this.shape)) {
      throw new RuntimeError(
        `output with shape ${size_text(this.shape)} doesn't match the broadcast shape ${size_text(value.shape)}`,
      );
    }
    if (value.dtype !== this.dtype) {
      throw new RuntimeError(
        `result type ${value.dtype.scalar_type} can't be cast to the desired output type ${this.dtype.scalar_type}`,
      );
    }
    if (uniform) this._check_history();
    else this._check_in_place();
    this._write(value);
    return this;
  }

  /** @internal The way to write by places, where elements of this view or of one on the way to the root can share them. */
  _shared_link(): NonNullable<View["place"]> | null {
    for (let link = this._view; link !== null; link = link.base._view) {
      if (link.place !== undefined) return link.detached ? null : link.place;
    }
    return null;
  }

  /** @internal */
  _write(value: Tensor): void {
    const view = this._view;
    const handle = value.handle;
    if (view !== null) {
      const shared = this._shared_link();
      const write = (): void => {
        if (shared === null) view.base._write(view.scatter(view.base, value));
        else {
          const root = this._root();
          root._write(shared(root, places(this.shape, this._geometry()), value));
        }
      };
      if (view.detached) no_grad(write);
      else write();
    }
    this._handle = handle;
    handle.holders++;
    if (watcher !== null) watcher.wrote();
    // Under no_grad a change leaves the history as it is, as in PyTorch.
    if (is_grad_enabled() && value._wants_grad) this._take_history(value);
    if (view === null) this._own_version++;
    else this._seen = this._version;
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
