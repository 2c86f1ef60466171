/** @file A tensor's value, and how it shares that with the tensor that it is a view of. */
import { enable_grad, is_grad_enabled, no_grad } from "./autograd/grad-mode";
import type { Handle } from "./backend/handle";
import { watcher } from "./backend/watcher";
import type { DType } from "./dtype";
import { RuntimeError } from "./errors";
import { contiguous_strides, type Geometry, overlaps, places } from "./geometry";
import { Recorded } from "./recorded";
import { type Shape, same_shape, size_text } from "./shape";
import type { Tensor } from "./tensor";

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

/** Base of {@link Tensor}: a value that changes in place, for its views and its base too. */
export abstract class Viewed extends Recorded {
  /** @internal */ _handle: Handle;
  /** @internal */ _link: View | null = null;
  /** @internal How often the base had changed its shape in place when this became a view of it. */ _link_at = 0;
  /** @internal What this tensor was before each change of its shape in place: its views follow that. */ _former:
    | Tensor[]
    | null = null;
  /** @internal The root's version that a view's value belongs to. */ _seen = 0;
  /** @internal */ _own_version = 0;

  /** @internal Tensors are made by functions such as `torch.tensor` and `torch.zeros`. */
  constructor(handle: Handle) {
    super();
    this._handle = handle;
    handle.holders++;
    if (watcher !== null) watcher.began(this as unknown as Tensor);
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
    if (watcher !== null) watcher.took(this as unknown as Tensor, this._handle);
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

  /** @internal Grows with every in-place change of this tensor or one that shares its value. */
  get _version(): number {
    return this._root()._own_version;
  }

  /** @internal */
  _root(): Tensor {
    let root: Viewed = this;
    while (root._view !== null) root = root._view.base;
    return root as Tensor;
  }

  /** @internal Makes `output` a view. */
  _make_view(output: Tensor, view: View): Tensor {
    output._view = view;
    output._seen = this._version;
    return output;
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
