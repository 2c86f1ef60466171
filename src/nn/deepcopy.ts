/** @file Copies of modules and of what their fields hold. */
import { is_options } from "../args";
import { Tensor } from "../tensor";
import { Callable } from "./callable";
import type { Module } from "./module";
import { Buffer, Parameter } from "./parameter";
import { UninitializedBuffer, UninitializedParameter } from "./uninitialized";

/** A copy of a field's value; `memo` has what was copied already, so that what is shared stays shared. */
export function copy_value(value: unknown, memo: Map<unknown, unknown>): unknown {
  if (memo.has(value)) return memo.get(value);
  if (value instanceof Callable) return (value as Module)._copy(memo);
  let copy: unknown = value;
  if (value instanceof UninitializedParameter) {
    copy = new UninitializedParameter(value.requires_grad, { dtype: value.dtype });
  } else if (value instanceof UninitializedBuffer) copy = new UninitializedBuffer({ dtype: value.dtype });
  else if (value instanceof Tensor) {
    // Native values never change, so two tensors may have the same.
    if (value instanceof Parameter) copy = new Parameter(value, value.requires_grad);
    else if (value instanceof Buffer) copy = new Buffer(value, value.persistent);
    else copy = new Tensor(value.handle);
    const { grad } = value;
    if (grad !== null) (copy as Tensor).grad = new Tensor(grad.handle);
    if (!(value instanceof Parameter) && value.requires_grad) (copy as Tensor).requires_grad_();
  } else if (Array.isArray(value)) copy = value.map((item) => copy_value(item, memo));
  else if (value instanceof Map)
    copy = new Map([...value].map(([key, item]) => [key, copy_value(item, memo)]));
  else if (is_options(value)) {
    copy = Object.fromEntries(Object.entries(value).map(([key, item]) => [key, copy_value(item, memo)]));
  }
  memo.set(value, copy);
  return copy;
}

/**
 * A copy of a module with parameters and buffers of its own (Python: `copy.deepcopy(module)`). Nothing is drawn anew.
 *
 * @example
 * const best = nn.utils.deepcopy(model);
 */
export function deepcopy<M extends Module>(module: M): M {
  return module._copy(new Map());
}
