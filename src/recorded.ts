/** @file A tensor's place in the autograd graph: what made it, its gradient, and who is told of it. */
import { bind, none } from "./args";
import { type BackwardOptions, backward } from "./autograd/backward";
import { type Origin, refusal } from "./autograd/in-place";
import { is_inference, is_inference_mode_enabled } from "./autograd/inference";
import { AccumulateGrad, type Node } from "./autograd/node";
import { type DType, whole_number_hint } from "./dtype";
import { RuntimeError } from "./errors";
import { Indexable } from "./indexable";
import type { Tensor } from "./tensor";

/** Base of {@link Tensor}: a place in the graph, whatever the value is. */
export abstract class Recorded extends Indexable {
  /** The gradient that `backward` added up, null before. */
  grad: Tensor | null = null;
  /** @internal */ _history: Node | null = null;
  /** @internal */ _output_nr = 0;
  /** @internal */ _wants_grad = false;
  /** @internal */ _accumulator: AccumulateGrad | null = null;
  /** @internal How a view was made, where it may not be changed in place. */ _origin: Origin | null = null;
  /** @internal Whether such a view's history no longer belongs to its value. */ _stale = false;

  abstract get dtype(): DType;

  /** @internal Brings history and value up to date with what the tensor is a view of. */
  abstract _follow(): void;

  /** @internal Whether this is a view of what requires a gradient. */
  abstract _base_wants_grad(): boolean;

  /** Whether operations on this tensor are recorded for `backward`. Set it on leaves only. */
  get requires_grad(): boolean {
    this._follow();
    return this._wants_grad || this._base_wants_grad();
  }

  set requires_grad(value: boolean) {
    this.requires_grad_(value);
  }

  /** The operation that made this tensor, null for leaves. */
  get grad_fn(): Node | null {
    this._follow();
    if (this._stale && this.requires_grad) {
      const what = "its base or another view of its base has been";
      throw refusal(this as unknown as Tensor, this._origin as Origin, what);
    }
    return this._history;
  }

  /** Whether nothing recorded made this tensor: `backward` ends here. */
  get is_leaf(): boolean {
    return this.grad_fn === null;
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
    const bound = bind<Args>("backward", parameters, ["inputs"], [gradient, options], 0);
    const { gradient: given = null, ...rest } = bound;
    backward(this as unknown as Tensor, given, rest);
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
    if (value && is_inference(this as unknown as Tensor) && !is_inference_mode_enabled()) {
      throw new RuntimeError(
        "Setting requires_grad=True on inference tensor outside InferenceMode is not allowed.",
      );
    }
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

  // What follows is for the library alone.

  /** @internal The node that adds to this leaf's grad. */
  _grad_accumulator(): AccumulateGrad {
    this._accumulator ??= new AccumulateGrad(this as unknown as Tensor);
    return this._accumulator;
  }

  /** @internal */
  _set_history(node: Node, output_nr: number): void {
    this._history = node;
    this._output_nr = output_nr;
    this._wants_grad = true;
  }

  /** @internal */
  _take_history(from: Recorded): void {
    this._history = from._history;
    this._output_nr = from._output_nr;
    this._wants_grad = from._wants_grad;
  }
}
