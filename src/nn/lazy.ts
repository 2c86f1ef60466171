/** @file What lazy layers share: their first input tells them their sizes, then they are the layers that they stand for. */
import { RuntimeError } from "../errors";
import type { Tensor } from "../tensor";
import type { Module } from "./module";
import { is_uninitialized } from "./uninitialized";

/** A layer that its first input completes. */
export interface LazyModule extends Module {
  /** Gives the parameters their shapes after the input's. */
  initialize_parameters(input: Tensor): void;
}

/** Whether a layer has parameters or buffers whose shapes are still to come. */
export function has_uninitialized(module: Module): boolean {
  return [...module._parameters.values(), ...module._buffers.values()].some(is_uninitialized);
}

/** The first call of a lazy layer: completes it, makes it one of the class `kind`, and calls it. */
export function first_call(
  layer: LazyModule,
  kind: { readonly prototype: Module },
  args: readonly unknown[],
): unknown {
  layer.initialize_parameters(args[0] as Tensor);
  if (has_uninitialized(layer)) {
    throw new RuntimeError(`module ${layer._get_name()} has not been fully initialized`);
  }
  Object.setPrototypeOf(layer, kind.prototype);
  return layer._call(args);
}
