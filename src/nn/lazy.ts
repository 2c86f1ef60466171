/** @file What lazy layers share: their first input tells them their sizes, then they are the layers that they stand for. */
import { RuntimeError } from "../errors";
import type { Tensor } from "../tensor";
import type { Module } from "./module";
import { is_uninitialized } from "./uninitialized";

/** A layer whose parameters can be drawn anew. */
interface Resettable extends Module {
  reset_parameters(): void;
}

/** What lazy layers have beside what the layers have that they stand for. */
export interface Lazy {
  /** Gives parameters and buffers their shapes after the input's. */
  initialize_parameters(input: Tensor): void;
}

/** How a kind of layer is made without its sizes, and gets them. */
export interface LazyForm<Layer> {
  /** The layer's own arguments, with no size yet, from those of the lazy one of this name. */
  bind(name: string, args: readonly unknown[]): object;
  /** The size that the first input says, 0 before. */
  size(layer: Layer): number;
  /** Takes the shapes of parameters and buffers away. */
  forget(layer: Layer): void;
  /** Gives them back after the first input's. */
  complete(layer: Layer, input: Tensor): void;
}

/** Whether a layer has parameters or buffers whose shapes are still to come. */
export function has_uninitialized(module: Module): boolean {
  return [...module._parameters.values(), ...module._buffers.values()].some(is_uninitialized);
}

/**
 * The base of a lazy layer's class.
 *
 * @typeParam Constructor How the lazy layer is made, and that it is one of `eager`.
 * @param eager The class that it stands for, and of which it is from its first call on.
 */
export function lazy<Constructor, Layer extends Resettable>(
  eager: { readonly name: string; readonly prototype: Layer },
  form: LazyForm<Layer>,
): Constructor {
  const Base = eager as unknown as new (options: object) => Resettable;
  class LazyLayer extends Base implements Lazy {
    constructor(...args: unknown[]) {
      super(form.bind(`Lazy${eager.name}`, args));
      form.forget(this as unknown as Layer);
    }

    /** Draws the parameters anew, once they have shapes. */
    override reset_parameters(): void {
      if (form.size(this as unknown as Layer) !== 0 && !has_uninitialized(this)) super.reset_parameters();
    }

    initialize_parameters(input: Tensor): void {
      form.complete(this as unknown as Layer, input);
    }

    /** @internal The first call completes it; after that its class has another. */
    override _call(args: readonly unknown[]): unknown {
      this.initialize_parameters(args[0] as Tensor);
      if (has_uninitialized(this)) {
        throw new RuntimeError(`module ${this._get_name()} has not been fully initialized`);
      }
      Object.setPrototypeOf(this, eager.prototype);
      return this._call(args);
    }
  }
  return LazyLayer as unknown as Constructor;
}
