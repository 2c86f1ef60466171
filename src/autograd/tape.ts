/** @file Records operations: an output that depends on what requires a gradient remembers how it came about. */
import type { Handle } from "../backend/handle";
import { is_turned } from "../geometry";
import { same_shape } from "../shape";
import { Tensor } from "../tensor";
import { is_grad_enabled } from "./grad-mode";
import { accumulator_of, type Edge, type Rule, RuleNode } from "./node";

const rules = new Map<string, Rule>();

/** Makes gradient rules known. @throws Error for a name that has a rule already. */
export function define_rules(table: Readonly<Record<string, Rule>>): void {
  for (const [name, rule] of Object.entries(table)) {
    if (rules.has(name)) throw new Error(`two gradient rules for ${name}`);
    rules.set(name, rule);
  }
}

/** Says of rules that their operations work element by element: results lie as their operands do. */
export function keep_layout(...tables: Readonly<Record<string, Rule>>[]): void {
  for (const table of tables) for (const rule of Object.values(table)) rule.keeps_layout = true;
}

const nothing: readonly never[] = [];

/** Where the gradient of a tensor goes, null when it has none. */
export function gradient_edge(tensor: Tensor): Edge | null {
  if (!tensor.requires_grad) return null;
  const grad_fn = tensor.grad_fn;
  if (grad_fn !== null) return { node: grad_fn, index: tensor._output_nr };
  return { node: accumulator_of(tensor), index: 0 };
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
  if (inputs.length > 0 && inputs.some(lies_turned) && rules.get(rule)?.keeps_layout) {
    output._layout = layout_after(output, inputs);
  }
  if (wants_grad(inputs) && handle.dtype.is_floating_point) {
    const kept = saved.length === 0 ? nothing : saved.map((tensor) => (tensor === true ? output : tensor));
    const node = make_node(rule, inputs, kept, attrs, 1);
    for (let i = 0; i < saved.length; i++) if (saved[i] === true) node.saved_own(i);
    output._set_history(node, 0);
  }
  return output;
}

function lies_turned(input: Tensor): boolean {
  return input._permuted || input._layout !== null;
}

/** Strides of a tensor that fills a block in another order than the row-major one, else null: what results take over. */
export function layout_of(input: Tensor): readonly number[] | null {
  const { strides } = input._geometry();
  return is_turned(input.shape, strides) ? strides : null;
}

/** How an element-wise result lies: as the first operand of its shape. */
function layout_after(output: Tensor, inputs: readonly Tensor[]): readonly number[] | null {
  const first = inputs.find((input) => same_shape(input.shape, output.shape));
  return first === undefined ? null : layout_of(first);
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
 * Has the operation that made `output` refuse its gradient once one of the tensors was changed in place: for what PyTorch
 * saves and an operation here has in another form.
 */
export function watch(output: Tensor, ...tensors: readonly Tensor[]): Tensor {
  const node = output._history;
  if (node instanceof RuleNode) for (const tensor of tensors) node.watch(tensor);
  return output;
}

/**
 * Has the gradient of `output` reach `others` too, on which its values do not hang: as zeros, where PyTorch's operation gives
 * zeros and not nothing.
 *
 * @returns output, or what stands for it in the graph.
 */
export function beside(output: Tensor, ...others: readonly Tensor[]): Tensor {
  const more = others.filter((tensor) => tensor.requires_grad);
  if (more.length === 0) return output;
  const dtypes = more.map((tensor) => tensor.dtype);
  const reached = record("beside", output.handle, [output, ...more], [], dtypes);
  const { grad_fn } = output;
  return grad_fn === null ? reached : named(grad_fn.name(), reached, output);
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
