/** @file Records operations: an output that depends on what requires a gradient remembers how it came about. */
import type { Handle } from "../backend/handle";
import { Tensor } from "../tensor";
import { is_grad_enabled } from "./grad-mode";
import { type Edge, type Rule, RuleNode } from "./node";

const rules = new Map<string, Rule>();

/** Makes gradient rules known. @throws Error for a name that has a rule already. */
export function define_rules(table: Readonly<Record<string, Rule>>): void {
  for (const [name, rule] of Object.entries(table)) {
    if (rules.has(name)) throw new Error(`two gradient rules for ${name}`);
    rules.set(name, rule);
  }
}

/** Names of all gradient rules. */
export function rule_names(): string[] {
  return [...rules.keys()];
}

const nothing: readonly never[] = [];

/** Where the gradient of a tensor goes, null when it has none. */
export function gradient_edge(tensor: Tensor): Edge | null {
  if (!tensor.requires_grad) return null;
  const grad_fn = tensor.grad_fn;
  if (grad_fn !== null) return { node: grad_fn, index: tensor._output_nr };
  return { node: tensor._grad_accumulator(), index: 0 };
}

/** Whether an operation on these inputs is recorded. */
export function wants_grad(inputs: readonly Tensor[]): boolean {
  if (!is_grad_enabled()) return false;
  for (const input of inputs) if (input.requires_grad) return true;
  return false;
}

/**
 * The tensor of an operation's result.
 *
 * @param rule Name of the gradient rule, one of those that `autograd/rules` defines.
 * @param handle The result.
 * @param inputs The tensors that it depends on, in the order in which the rule gives their gradients.
 * @param saved What the rule needs of the tensors; `true` stands for the output itself.
 * @param attrs What else the rule needs.
 */
export function record(
  rule: string,
  handle: Handle,
  inputs: readonly Tensor[],
  saved: readonly (Tensor | true | null)[] = nothing,
  attrs?: unknown,
): Tensor {
  const output = new Tensor(handle);
  if (wants_grad(inputs) && handle.dtype.is_floating_point) {
    const kept = saved.length === 0 ? nothing : saved.map((tensor) => (tensor === true ? output : tensor));
    output._set_history(make_node(rule, inputs, kept, attrs, 1), 0);
  }
  return output;
}

/** Like {@link record} for an operation with several results; the rule gets an array of gradients, null where none came. */
export function record_many(
  rule: string,
  handles: readonly Handle[],
  inputs: readonly Tensor[],
  save: (outputs: readonly Tensor[]) => readonly (Tensor | null)[] = () => nothing,
  attrs?: unknown,
): Tensor[] {
  const outputs = handles.map((handle) => new Tensor(handle));
  if (wants_grad(inputs)) {
    const node = make_node(rule, inputs, save(outputs), attrs, outputs.length);
    outputs.forEach((output, index) => {
      if (output.dtype.is_floating_point) output._set_history(node, index);
    });
  }
  return outputs;
}

function make_node(
  name: string,
  inputs: readonly Tensor[],
  saved: readonly (Tensor | null)[],
  attrs: unknown,
  outputs: number,
): RuleNode {
  const rule = rules.get(name);
  if (rule === undefined) throw new Error(`no gradient rule for ${name}`);
  const count = inputs.length;
  const next = new Array<Edge | null>(count);
  const shapes = new Array<readonly number[]>(count);
  const needs = new Array<boolean>(count);
  for (let i = 0; i < count; i++) {
    const edge = gradient_edge(inputs[i]);
    next[i] = edge;
    shapes[i] = inputs[i].shape;
    needs[i] = edge !== null;
  }
  return new RuleNode(rule, next, outputs, saved, attrs, shapes, needs);
}

/**
 * Gives the last operation of which `output` was composed from `input` PyTorch's name for the whole.
 *
 * @param label Such as `"MseLossBackward0"`.
 * @returns output
 */
export function named(label: string, output: Tensor, input: Tensor): Tensor {
  const node = output._history;
  if (node !== null && node !== input._history) node.label = label;
  return output;
}
