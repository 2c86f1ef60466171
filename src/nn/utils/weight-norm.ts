/** @file Weight normalisation in its older form, with the parameters `weight_g` and `weight_v`. */
import { bind } from "../../args";
import { no_grad } from "../../autograd/grad-mode";
import { ValueError } from "../../errors";
import { div, mul } from "../../ops/pointwise/elementwise";
import type { Tensor } from "../../tensor";
import type { RemovableHandle } from "../hooks";
import type { Module } from "../module";
import { Parameter } from "../parameter";
import { norm_except_dim } from "./norm-except-dim";

const applied = new WeakMap<Module, Map<string, RemovableHandle>>();

type Fields = Record<string, Tensor>;

/** Sets a field that is neither parameter nor buffer. */
function set_plain(module: Module, name: string, value: Tensor): void {
  Object.defineProperty(module, name, { value, writable: true, configurable: true, enumerable: false });
}

/**
 * Weight normalisation (Salimans and Kingma, arXiv:1602.07868): before each `forward`, `weight` becomes `weight_g` times the
 * direction of `weight_v`. New code uses `nn.utils.parametrizations.weight_norm`.
 *
 * @param dim Along which each slice has a length of its own; null for one length of the whole.
 * @returns module
 * @throws ValueError where the parameter is normalised already.
 */
export function weight_norm<M extends Module>(module: M, name?: string, dim?: number | null): M;
export function weight_norm<M extends Module>(module: M, options: { name?: string; dim?: number | null }): M;
export function weight_norm<M extends Module>(module: M, ...args: unknown[]): M {
  const { name = "weight", dim = 0 } = bind<{ name: string; dim: number | null }>(
    "weight_norm",
    ["name", "dim"],
    [],
    args,
  );
  const own = applied.get(module) ?? new Map<string, RemovableHandle>();
  if (own.has(name)) {
    throw new ValueError(`Cannot register two weight_norm hooks on the same parameter ${name}`);
  }
  const along = dim ?? -1;
  const weight = module.get_parameter(name);
  Reflect.deleteProperty(module, name);
  module.register_parameter(`${name}_g`, new Parameter(no_grad(() => norm_except_dim(weight, along))));
  module.register_parameter(`${name}_v`, new Parameter(weight.detach()));
  const fields = module as unknown as Fields;
  const compute = (): void => {
    const [g, v] = [fields[`${name}_g`], fields[`${name}_v`]];
    set_plain(module, name, mul(v, div(g, norm_except_dim(v, along))));
  };
  compute();
  own.set(
    name,
    module.register_forward_pre_hook(() => compute()),
  );
  applied.set(module, own);
  return module;
}

/**
 * Makes the weight that {@link weight_norm} computes a plain parameter again.
 *
 * @returns module
 * @throws ValueError where it is none.
 */
export function remove_weight_norm<M extends Module>(
  module: M,
  ...args: [name?: string] | [{ name?: string }]
): M {
  const { name = "weight" } = bind<{ name: string }>("remove_weight_norm", ["name"], [], args);
  const hook = applied.get(module)?.get(name);
  if (hook === undefined) throw new ValueError(`weight_norm of '${name}' not found in ${String(module)}`);
  hook.remove();
  applied.get(module)?.delete(name);
  const value = (module as unknown as Fields)[name].detach();
  for (const field of [name, `${name}_g`, `${name}_v`]) Reflect.deleteProperty(module, field);
  module.register_parameter(name, new Parameter(value));
  return module;
}
