/** @file A tensor's value, and how it shares that with the tensor that it is a view of. */
import { enable_grad, is_grad_enabled, no_grad } from "./autograd/grad-mode";
import { base_of, check_history } from "./autograd/in-place";
import { as_its_base, began, is_inference, is_inference_mode_enabled } from "./autograd/inference";
import type { Handle } from "./backend/handle";
import { watcher } from "./backend/watcher";
import type { DType } from "./dtype";
import { RuntimeError } from "./errors";
import { contiguous_strides, fills_block, type Geometry, overlaps, places, row_major } from "./geometry";
import { Recorded } from "./recorded";
import { numel, type Shape, same_shape, size_text } from "./shape";
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
   *
   * @param before The view's value until now: what stays as it is is not written. Left out to write all.
   */
  place?(root: Tensor, at: Int32Array, value: Tensor, before?: Handle): Tensor;
  /** Detached views share values, not history. */
  readonly detached?: boolean;
  /** Which of the views it is that one call gave. */
  readonly nth?: number;
  /** Those that count their changes by themselves, as `data` does. */
  readonly apart?: boolean;
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
  /** @internal How often the value has changed: what views follow. */ _own_version = 0;
  /** @internal How many of those changes autograd heard of. */ _counted = 0;
  /** @internal Strides that PyTorch gives a tensor of its own, where they are not those of row-major order. */ _layout: Shape | null =
    null;
  /** @internal Whether it may lie in an order that results take over: a permuted view, or a view of what does. */ _permuted = false;

  /** @internal Tensors are made by functions such as `torch.tensor` and `torch.zeros`. */
  constructor(handle: Handle) {
    super();
    this._handle = handle;
    handle.holders++;
    if (watcher !== null) watcher.began(this as unknown as Tensor);
    began(this as unknown as Tensor);
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

  /** @internal Grows with every in-place change of this tensor or one that shares its value, but for those by way of `data`. */
  get _version(): number {
    if (is_inference(this as unknown as Tensor)) {
      throw new RuntimeError("Inference tensors do not track version counter.");
    }
    return this._counter()._counted;
  }

  /** @internal The tensor that counts the changes of this one. */
  _counter(): Viewed {
    let counter: Viewed = this;
    while (counter._view !== null && !counter._view.apart) counter = counter._view.base;
    return counter;
  }

  /** @internal Whether this is a view of what requires a gradient. */
  _base_wants_grad(): boolean {
    const view = this._view;
    return view !== null && !view.detached && view.base.requires_grad;
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
    output._seen = this._root()._own_version;
    output._permuted = this._permuted;
    as_its_base(output, this as unknown as Tensor);
    if (!view.detached) {
      const unrecorded = is_inference_mode_enabled() ? "inference" : "no_grad";
      output._origin = is_grad_enabled() ? this._origin : unrecorded;
    }
    return output;
  }

  /** @internal Brings a view up to date with its base. */
  _follow(): void {
    const view = this._view;
    if (view === null) return;
    const version = this._root()._own_version;
    if (this._seen === version) return;
    this._seen = version;
    // Also where nothing is recorded just now: a view that had a history keeps having one.
    const guard = view.detached ? no_grad : this._history !== null ? enable_grad : null;
    const fresh = guard === null ? view.replay(view.base) : guard(() => view.replay(view.base));
    this._handle = fresh._handle;
    if (view.detached) return;
    if (this._origin !== null) this._stale = true;
    else if (fresh._wants_grad || this._history !== null) {
      this._take_history(fresh);
      // What PyTorch makes anew, it makes by strides.
      if (fresh._history !== null) fresh._history.label = "AsStridedBackward0";
    }
  }

  /** @internal */
  _bump(): void {
    this._root()._own_version++;
    this._counter()._counted++;
  }

  /** @internal Where the elements lie among those of the root. What strides cannot say counts as a tensor of its own. */
  _geometry(): Geometry {
    const view = this._view;
    if (view?.geometry === undefined) {
      return { strides: this._layout ?? contiguous_strides(this.shape), offset: 0 };
    }
    return view.geometry(view.base._geometry(), view.base.shape);
  }

  /**
   * @internal Refuses what autograd could not follow, and elements that share a place.
   *
   * @param operands Refused too where they share some of their places with this tensor, not all.
   */
  _check_in_place(operands: readonly Tensor[] = []): void {
    this._check_history();
    if (operands.some((other) => (other as Viewed) !== this && this._partly(other))) {
      throw new RuntimeError(shares("some elements of the input tensor and the written-to tensor refer"));
    }
    if (this._view !== null && overlaps(this.shape, this._geometry().strides)) {
      throw new RuntimeError(shares("more than one element of the written-to tensor refers"));
    }
  }

  /** @internal Whether both lie in one storage, in stretches that overlap without being the same (PyTorch: `get_overlap_status`). */
  _partly(other: Viewed): boolean {
    if ((this._view === null && other._view === null) || this._root() !== other._root()) return false;
    const [a, b] = [this._geometry(), other._geometry()];
    if (!fills_block(this.shape, a.strides) || !fills_block(other.shape, b.strides)) return false;
    const [end_a, end_b] = [a.offset + numel(this.shape), b.offset + numel(other.shape)];
    if (a.offset === b.offset && end_a === end_b) return !same_shape(a.strides, b.strides);
    return a.offset < end_b && b.offset < end_a;
  }

  /** @internal Refuses changes of leaves that autograd could not follow. */
  _check_history(): void {
    check_history(this as unknown as Tensor, this.requires_grad);
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
    if (value._wants_grad) check_history(this as unknown as Tensor, true);
    if (uniform) this._check_history();
    else this._check_in_place();
    this._write(value);
    return this;
  }

  /**
   * @internal The way to write by places, where elements of this view or of one on the way to the tensor that holds them can
   * share them; with that tensor.
   */
  _shared_link(): { place: NonNullable<View["place"]>; owner: Tensor } | null {
    let place: View["place"];
    let owner = this as unknown as Tensor;
    for (let link = owner._view; link?.geometry !== undefined; link = owner._view) {
      if (link.detached && place === undefined) return null;
      place ??= link.place;
      owner = link.base;
    }
    return place === undefined ? null : { place, owner };
  }

  /** @internal */
  _write(value: Tensor): void {
    this._put(value);
    this._counter()._counted++;
  }

  /** @internal */
  _put(value: Tensor): void {
    const view = this._view;
    const handle = value.handle;
    const recorded = is_grad_enabled() && value._wants_grad;
    if (view !== null) {
      const shared = this._shared_link();
      const write = (): void => {
        if (shared === null) {
          view.base._put(view.scatter(view.base, value));
          return;
        }
        const { place, owner } = shared;
        const lie = places(this.shape, this._geometry());
        const at = owner._layout === null ? lie : row_major(lie, owner.shape, owner._layout);
        owner._put(place(owner, at, value, recorded ? undefined : this._handle));
      };
      if (view.detached) no_grad(write);
      else write();
    }
    this._handle = handle;
    handle.holders++;
    if (watcher !== null) watcher.wrote();
    // Under no_grad a change leaves the history as it is, as in PyTorch.
    if (recorded) this._take_history(value);
    if (view === null) {
      this._own_version++;
      return;
    }
    this._seen = this._root()._own_version;
    if (this._origin !== null) this._stale = true;
    if (!recorded || view.detached) return;
    // From now on the history is that of the base, of which this takes a part.
    const { _history: history } = base_of(this as unknown as Tensor);
    if (history !== null && history !== value._history) history.label = "torch::autograd::CopySlices";
    this._seen = -1;
  }
}

function shares(what: string): string {
  return (
    `unsupported operation: ${what} to a single memory location. Please clone() the tensor before performing the ` +
    "operation."
  );
}
