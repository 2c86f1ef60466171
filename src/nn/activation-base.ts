/** @file What activation layers share: working on their input itself, and their settings' text. */
import type { Tensor } from "../tensor";
import { bind_layer } from "./factory";
import { Module } from "./module";

/** Keyword arguments of layers that can change their input itself. */
export interface InplaceOptions {
  inplace?: boolean;
}

/** Runs `op`, on the input itself where that is wanted. */
export function run(input: Tensor, inplace: boolean, op: (input: Tensor) => Tensor): Tensor {
  return inplace ? input._assign(op(input._alias())) : op(input);
}

const flag = (inplace: boolean): string => (inplace ? "inplace=True" : "");

export const also_flag = (inplace: boolean): string => (inplace ? ", inplace=True" : "");

/** A setting's text: PyTorch's defaults are floats, while a whole number that was given is an int. */
export function setting(value: number, by_default: number): string {
  return value === by_default && Number.isInteger(value) ? `${value}.0` : String(value);
}

/** Layers whose only setting is `inplace`. */
export abstract class InplaceLayer extends Module {
  inplace: boolean;

  constructor(inplace: boolean | InplaceOptions = false) {
    super();
    this.inplace = bind_layer<InplaceOptions>(this._get_name(), [], ["inplace"], [inplace]).inplace ?? false;
  }

  /** @internal */
  abstract _op(input: Tensor): Tensor;

  override forward(input: Tensor): Tensor {
    return run(input, this.inplace, this._op);
  }

  override extra_repr(): string {
    return flag(this.inplace);
  }
}
