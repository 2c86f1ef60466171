/** @file Fields of modules that are computed anew before each `forward`, from parameters that stand beside them. */
import type { Tensor } from "../../tensor";
import type { ForwardPreHook } from "../hooks";
import type { Module } from "../module";
import { Parameter } from "../parameter";

/** How a field is computed. */
export interface Rule {
  /** The field's name. */
  readonly field: string;
  /** Its present value. */
  compute(module: Module): Tensor;
}

type RuleHook = ForwardPreHook & { readonly rule: Rule };

function hooks_of(module: Module): RuleHook[] {
  return module._pre_hooks.filter((hook): hook is RuleHook => "rule" in hook);
}

/** The rules of a module, in order. */
export function rules_of(module: Module): Rule[] {
  return hooks_of(module).map((hook) => hook.rule);
}

/** Sets a field that is neither parameter nor buffer. */
function set_plain(module: Module, rule: Rule, value: Tensor): void {
  Object.defineProperty(module, rule.field, { value, writable: true, configurable: true, enumerable: false });
}

/** Has a field computed before each call; until then it is `first`. What was there under its name must be gone. */
export function add_rule(module: Module, rule: Rule, first: Tensor): void {
  set_plain(module, rule, first);
  const hook = (called: Module): void => set_plain(called, rule, rule.compute(called));
  module.register_forward_pre_hook(Object.assign(hook, { rule }));
}

/** Computes a field no more; it keeps its value. */
export function drop_rule(module: Module, rule: Rule): void {
  for (const hook of hooks_of(module)) if (hook.rule === rule) module._remove_pre_hook(hook);
}

/** Makes a computed field a plain parameter again, and takes the fields away that it came from. */
export function settle(module: Module, rule: Rule, value: Tensor, sources: readonly string[]): void {
  drop_rule(module, rule);
  for (const field of [rule.field, ...sources]) Reflect.deleteProperty(module, field);
  module.register_parameter(rule.field, value instanceof Parameter ? value : new Parameter(value.detach()));
}
