/** @file From tensors and modules to the plain data that is displayed. Needs only a part of either, so that it imports neither. */
import type { MimeBundle } from "./contract";
import { module_html } from "./module-html";
import type { ModuleTree, ParameterInfo } from "./module-tree";
import type { ArrayData } from "./statistics";
import { type TensorView, tensor_html } from "./tensor-html";

/** What display needs of a tensor. */
export interface TensorLike {
  readonly shape: readonly number[];
  readonly dtype: { toString(): string };
  readonly requires_grad: boolean;
  readonly grad_fn: { name(): string } | null;
  /** The values in row-major order. */
  typed_array(): ArrayData;
  /** PyTorch's text. */
  toString(): string;
}

/** A tensor without its values, as a parameter is described. */
export type ParameterLike = Pick<TensorLike, "shape" | "dtype" | "requires_grad">;

/** Named members, in order: a map or a plain object. Entries may be null, as an absent bias is. */
export type Members<T> =
  | ReadonlyMap<string, T | null | undefined>
  | Readonly<Record<string, T | null | undefined>>;

/** What display needs of a module. */
export interface ModuleLike {
  readonly training: boolean;
  readonly _parameters: Members<ParameterLike>;
  readonly _buffers: Members<ParameterLike>;
  readonly _modules: Members<ModuleLike>;
  /** What stands in the brackets of the repr. */
  extra_repr(): string;
  /** PyTorch's repr. */
  toString(): string;
}

/** The plain form of a tensor. */
export function tensor_view(tensor: TensorLike): TensorView {
  const type_name = tensor.constructor.name;
  return {
    shape: tensor.shape,
    dtype: tensor.dtype.toString(),
    data: tensor.typed_array(),
    requires_grad: tensor.requires_grad,
    grad_fn: tensor.grad_fn?.name() ?? null,
    type_name: type_name === "" || type_name === "Object" ? "Tensor" : type_name,
  };
}

/** What a tensor's `Jupyter.display` method returns: PyTorch's text and the HTML. */
export function display_tensor(tensor: TensorLike): MimeBundle {
  return { "text/plain": tensor.toString(), "text/html": tensor_html(tensor_view(tensor)) };
}

/** The plain form of a module and all that it contains. Parameters that occur twice count once. */
export function module_tree(module: ModuleLike, name = ""): ModuleTree {
  return {
    name,
    type: type_of(module),
    extra_repr: module.extra_repr(),
    params: entries(module._parameters).map(([key, parameter]) => parameter_info(key, parameter)),
    buffers: entries(module._buffers).map(([key, buffer]) => parameter_info(key, buffer)),
    children: entries(module._modules).map(([key, child]) => module_tree(child, key)),
    training: module.training,
  };
}

/** What a module's `Jupyter.display` method returns: PyTorch's repr and the expandable tree. */
export function display_module(module: ModuleLike): MimeBundle {
  return { "text/plain": module.toString(), "text/html": module_html(module_tree(module)) };
}

function type_of(module: ModuleLike): string {
  const named = module as { _get_name?: unknown };
  return typeof named._get_name === "function" ? String(named._get_name()) : module.constructor.name;
}

function entries<T>(members: Members<T>): [string, T][] {
  const all = members instanceof Map ? [...members] : Object.entries(members);
  return all.filter((entry): entry is [string, T] => entry[1] !== null && entry[1] !== undefined);
}

function parameter_info(name: string, parameter: ParameterLike): ParameterInfo {
  const { shape, dtype, requires_grad } = parameter;
  return { name, shape, dtype: dtype.toString(), trainable: requires_grad, id: parameter };
}
