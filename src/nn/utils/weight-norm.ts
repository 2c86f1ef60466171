/** @file Weight normalisation in its older form, with the parameters `weight_g` and `weight_v`. */
import { bind } from "../../args";
import { no_grad } from "../../autograd/grad-mode";
import { ValueError } from "../../errors";
import { div, mul } from "../../ops/pointwise/elementwise";
import type { Tensor } from "../../tensor";
import type { Module } from "../module";
import { Parameter } from "../parameter";
import { add_rule, type Rule, rules_of, settle } from "./computed";
import { norm_except_dim } from "./norm-except-dim";

class WeightNorm implements Rule {
  constructor(
    readonly field: string,
    readonly dim: number,
  ) {}

  compute(module: Module): Tensor {
    const g = module.get_parameter(`${this.field}_g`);
    const v = module.get_parameter(`${this.field}_v`);
    return mul(v, div(g, norm_except_dim(v, this.dim)));
  }
}

function find(module: Module, name: string): WeightNorm | undefined {
  return rules_of(module).find(
    (rule): rule is WeightNorm => rule instanceof WeightNorm && rule.field === name,
  );
}

/**
 * Weight normalisation (Salimans and Kingma, arXiv:1602.07868): before each `forward`, `weight` becomes `weight_g` times the
 * direction of `weight_v`. New code uses `nn.utils.parametrizations.weight_norm`.
 *
 * @param dim Along which each slice has a length of its own; null for one length of the whole.
 * @returns module
 * @throws ValueError where the parameter is normalised already.
 */
export function weight_norm<M extends Module>(
  module: M,
  name?: string,
  dim?: number | null | { dim?: number | null },
): M;
export function weight_norm<M extends Module>(module: M, options: { name?: string; dim?: number | null }): M;
export function weight_norm<M extends Module>(module: M, ...args: unknown[]): M {
  type Args = { name: string; dim: number | null };
  const { name = "weight", dim = 0 } = bind<Args>("weight_norm", ["name", "dim"], [], args);
  if (find(module, name) !== undefined) {
    throw new ValueError(`Cannot register two weight_norm hooks on the same parameter ${name}`);
  }
  const rule = new WeightNorm(name, dim ?? -1);
  const weight = module.get_parameter(name);
  Reflect.deleteProperty(module, name);
  module.register_parameter(`${name}_g`, new Parameter(no_grad(() => norm_except_dim(weight, rule.dim))));
  module.register_parameter(`${name}_v`, new Parameter(weight.detach()));
  add_rule(module, rule, rule.compute(module));
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
  const rule = find(module, name);
  if (rule === undefined) throw new ValueError(`weight_norm of '${name}' not found in ${String(module)}`);
  settle(
    module,
    rule,
    no_grad(() => rule.compute(module)),
    [`${name}_g`, `${name}_v`],
  );
  return module;
}
