/** @file Pruning of parameters (PyTorch: `torch.nn.utils.prune`). */
import { bind, lead, none } from "../../args";
import { no_grad } from "../../autograd/grad-mode";
import { AssertionError, ValueError } from "../../errors";
import { ones_like } from "../../ops/value/create";
import { same_shape, size_text } from "../../shape";
import type { Tensor } from "../../tensor";
import type { Module } from "../module";
import { add_rule, drop_rule, rules_of, settle } from "./computed";
import { parameters_to_vector } from "./parameters";
import {
  type Amount,
  BasePruningMethod,
  CustomFromMask,
  Identity,
  L1Unstructured,
  LnStructured,
  PruningContainer,
  RandomStructured,
  RandomUnstructured,
} from "./pruning-methods";

export {
  BasePruningMethod,
  CustomFromMask,
  Identity,
  L1Unstructured,
  LnStructured,
  PruningContainer,
  RandomStructured,
  RandomUnstructured,
} from "./pruning-methods";

function find(module: Module, name: string): BasePruningMethod | undefined {
  return rules_of(module).find(
    (rule): rule is BasePruningMethod => rule instanceof BasePruningMethod && rule.field === name,
  );
}

const value_of = (module: Module, name: string): Tensor => {
  const value = (module as unknown as Record<string, Tensor | undefined>)[name];
  if (value === undefined) throw new ValueError(`${module._get_name()} has no attribute '${name}'`);
  return value;
};

/** Prunes a parameter; what was pruned already stays so. */
function prune<M extends Module>(
  module: M,
  name: string,
  method: BasePruningMethod,
  importance_scores?: Tensor | null,
): M {
  const before = find(module, name);
  const value = value_of(module, name);
  const scores = importance_scores ?? value;
  if (!same_shape(scores.shape, value.shape)) {
    throw new AssertionError(
      `importance_scores should have the same shape as parameter ${name} of ${String(module)}, got ` +
        `torch.Size(${size_text(scores.shape)}) vs torch.Size(${size_text(value.shape)})`,
    );
  }
  method.field = name;
  let rule = method;
  if (before !== undefined) {
    rule = before instanceof PruningContainer ? before : new PruningContainer(before);
    (rule as PruningContainer).add_pruning_method(method);
  }
  const mask = no_grad(() =>
    rule.compute_mask(
      scores.detach(),
      before === undefined ? ones_like(value.detach()) : module.get_buffer(`${name}_mask`).clone(),
    ),
  );
  if (before === undefined) {
    const parameter = module.get_parameter(name);
    Reflect.deleteProperty(module, name);
    module.register_parameter(`${name}_orig`, parameter);
  } else drop_rule(module, before);
  module.register_buffer(`${name}_mask`, mask);
  add_rule(module, rule, rule.compute(module));
  return module;
}

/** Gives a parameter the form of a pruned one, and prunes nothing. @returns module */
export function identity<M extends Module>(module: M, name: string, ...more: []): M {
  none("identity", more);
  return prune(module, name, new Identity());
}

/**
 * Prunes `amount` elements of a parameter at random.
 *
 * @param amount A whole number, or a fraction between 0 and 1.
 * @returns module
 * @throws ValueError for an amount that is too large.
 */
export function random_unstructured<M extends Module>(module: M, name: string, amount: Amount): M;
export function random_unstructured<M extends Module>(
  module: M,
  options: { name: string; amount: Amount },
): M;
export function random_unstructured<M extends Module>(
  module: M,
  name: string,
  options: { amount: Amount },
): M;
export function random_unstructured<M extends Module>(module: M, ...args: unknown[]): M {
  type Args = { name: string; amount: Amount };
  const { name, amount } = bind<Args>("random_unstructured", ["name", "amount"], [], args, 2);
  return prune(module, name, new RandomUnstructured(amount));
}

/**
 * Prunes the `amount` elements of a parameter that are smallest by absolute value.
 *
 * @param amount A whole number, or a fraction between 0 and 1.
 * @param importance_scores What is compared instead of the parameter, of its shape.
 * @returns module
 * @throws ValueError for an amount that is too large.
 * @example
 * const layer = nn.utils.prune.l1_unstructured(new nn.Linear(4, 2), "weight", 0.5);
 * layer.weight_mask; // half ones, half zeros
 */
export function l1_unstructured<M extends Module>(
  module: M,
  name: string,
  amount: Amount,
  importance_scores?: Tensor | null | { importance_scores?: Tensor | null },
): M;
export function l1_unstructured<M extends Module>(
  module: M,
  options: { name: string; amount: Amount; importance_scores?: Tensor | null },
): M;
export function l1_unstructured<M extends Module>(
  module: M,
  name: string,
  options: { amount: Amount; importance_scores?: Tensor | null },
): M;
export function l1_unstructured<M extends Module>(module: M, ...args: unknown[]): M {
  type Args = { name: string; amount: Amount; importance_scores: Tensor | null };
  const names = ["name", "amount", "importance_scores"] as const;
  const { name, amount, importance_scores } = bind<Args>("l1_unstructured", names, [], args, 2);
  return prune(module, name, new L1Unstructured(amount), importance_scores);
}

/**
 * Prunes `amount` slices along `dim` of a parameter at random.
 *
 * @returns module
 * @throws ValueError for an amount that is too large or a vector.
 */
export function random_structured<M extends Module>(module: M, name: string, amount: Amount, dim: number): M;
export function random_structured<M extends Module>(
  module: M,
  options: { name: string; amount: Amount; dim: number },
): M;
export function random_structured<M extends Module>(
  module: M,
  name: string,
  options: { amount: Amount; dim: number },
): M;
export function random_structured<M extends Module>(module: M, ...args: unknown[]): M {
  type Args = { name: string; amount: Amount; dim: number };
  const names = ["name", "amount", "dim"] as const;
  const { name, amount, dim } = bind<Args>("random_structured", names, [], args, 3);
  return prune(module, name, new RandomStructured(amount, dim));
}

/**
 * Prunes the `amount` slices along `dim` of a parameter whose `n`-norm is least.
 *
 * @param n Which norm: a number, Infinity, `"fro"` or `"nuc"`.
 * @returns module
 * @throws ValueError for an amount that is too large or a vector.
 */
export function ln_structured<M extends Module>(
  module: M,
  name: string,
  amount: Amount,
  n: number | "fro" | "nuc",
  dim: number,
  importance_scores?: Tensor | null | { importance_scores?: Tensor | null },
): M;
export function ln_structured<M extends Module>(
  module: M,
  name: string,
  options: { amount: Amount; n: number | "fro" | "nuc"; dim: number; importance_scores?: Tensor | null },
): M;
export function ln_structured<M extends Module>(module: M, ...args: unknown[]): M {
  type Args = {
    name: string;
    amount: Amount;
    n: number | "fro" | "nuc";
    dim: number;
    importance_scores: Tensor | null;
  };
  const names = ["name", "amount", "n", "dim", "importance_scores"] as const;
  const { name, amount, n, dim, importance_scores } = bind<Args>("ln_structured", names, [], args, 4);
  return prune(module, name, new LnStructured(amount, n, dim), importance_scores);
}

/** Prunes the elements of a parameter for which `mask` has zeros. @returns module */
export function custom_from_mask<M extends Module>(
  module: M,
  name: string,
  mask: Tensor | { mask: Tensor },
  ...more: []
): M {
  const { mask: given } = bind<{ mask: Tensor }>("custom_from_mask", ["mask"], [], [mask, ...more], 1);
  return prune(module, name, new CustomFromMask(given));
}

/**
 * Prunes several parameters as if they were one.
 *
 * @param parameters Pairs of a module and a parameter's name.
 * @param pruning_method A class such as {@link L1Unstructured}.
 * @throws TypeError for a method that does not choose single elements.
 * @example
 * prune.global_unstructured([[model.fc1, "weight"], [model.fc2, "weight"]], prune.L1Unstructured, { amount: 0.2 });
 */
export function global_unstructured(
  parameters: Iterable<readonly [Module, string]>,
  pruning_method: new (options: { amount: Amount }) => BasePruningMethod,
  options: { amount: Amount; importance_scores?: Map<readonly [Module, string], Tensor> | null },
): void;
export function global_unstructured(
  parameters: Iterable<readonly [Module, string]>,
  ...args: unknown[]
): void {
  type Method = new (options: { amount: Amount }) => BasePruningMethod;
  const led = lead<{ pruning_method: Method }>("global_unstructured", ["pruning_method"], args);
  type Options = { amount: Amount; importance_scores: Map<readonly [Module, string], Tensor> | null };
  const names = ["importance_scores", "amount"] as const;
  const { amount, importance_scores } = bind<Options>("global_unstructured", [], names, led.args);
  const pairs = [...parameters];
  const method = new led.pruning_method({ amount: amount as Amount });
  if (method.PRUNING_TYPE !== "unstructured") {
    throw new TypeError(
      `Only "unstructured" PRUNING_TYPE supported for the \`pruning_method\`. Found method ${led.pruning_method.name} of type ` +
        method.PRUNING_TYPE,
    );
  }
  const scores = pairs.map((pair) => importance_scores?.get(pair) ?? value_of(...(pair as [Module, string])));
  const masks = pairs.map(([module, name]) => {
    return module._buffers.get(`${name}_mask`) ?? ones_like(value_of(module, name).detach());
  });
  const mask = no_grad(() =>
    new PruningContainer(method).compute_mask(
      parameters_to_vector(scores).detach(),
      parameters_to_vector(masks),
    ),
  );
  let at = 0;
  for (const [module, name] of pairs) {
    const { shape } = value_of(module, name);
    const size = shape.reduce((product, each) => product * each, 1);
    custom_from_mask(module, name, mask.narrow(0, at, size).reshape(shape));
    at += size;
  }
}

/**
 * Makes a pruned parameter a plain one, with zeros where it was pruned.
 *
 * @returns module
 * @throws ValueError where it is not pruned.
 */
export function remove<M extends Module>(module: M, name: string, ...more: []): M {
  none("remove", more);
  const rule = find(module, name);
  if (rule === undefined) {
    throw new ValueError(
      `Parameter '${name}' of module ${String(module)} has to be pruned before pruning can be removed`,
    );
  }
  const parameter = module.get_parameter(`${name}_orig`);
  parameter.data = no_grad(() => rule.compute(module)).detach();
  settle(module, rule, parameter, [`${name}_orig`, `${name}_mask`]);
  return module;
}

/** Whether a parameter of a module, or of one below it, is pruned. */
export function is_pruned(module: Module, ...more: []): boolean {
  none("is_pruned", more);
  return module.modules().some((each) => rules_of(each).some((rule) => rule instanceof BasePruningMethod));
}
