/** @file A tensor's place in the autograd graph: what made it, and its gradient. `backward` and hooks are in `methods/autograd.ts`. */
import { bind, none } from "./args";
import { type Origin, refusal } from "./autograd/in-place";
import { is_inference, is_inference_mode_enabled } from "./autograd/inference";
import type { AccumulateGrad, Node } from "./autograd/node";
import { type DType, whole_number_hint } from "./dtype";
import { RuntimeError } from "./errors";
import { Indexable } from "./indexable";
import type { Tensor } from "./tensor";

/** Base of {@link Tensor}: a place in the graph, whatever the value is. */
export abstract class Recorded extends Indexable {
  /** @internal What {@link grad} gives, for those who do not keep it. */ _grad: Tensor | null = null;
  /** @internal Whether the gradient is this tensor's alone and was never handed out. */ _grad_unseen = false;
  /** @internal */ _history: Node | null = null;
  /** @internal */ _output_nr = 0;
  /** @internal */ _wants_grad = false;
  /** @internal The node that adds to `grad`, once there is one. */ _accumulator: AccumulateGrad | null =
    null;
  /** @internal How a view was made, where it may not be changed in place. */ _origin: Origin | null = null;
  /** @internal Whether such a view's history no longer belongs to its value. */ _stale = false;

  /** The gradient that `backward` added up, null before. */
  get grad(): Tensor | null {
    this._grad_unseen = false;
    return this._grad;
  }

  set grad(value: Tensor | null) {
    this._grad = value;
    this._grad_unseen = false;
  }

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

  // What follows is for the library alone.

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
