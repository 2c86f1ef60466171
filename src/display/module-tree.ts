/** @file A model as a plain tree: counting its parameters, once each, and folding repeated layers. */

/** One parameter or buffer of a module. */
export interface ParameterInfo {
  name: string;
  shape: readonly number[];
  dtype: string;
  /** Number of values; the product of `shape` unless told. */
  count?: number;
  /** Whether it has `requires_grad`; false for a frozen parameter. */
  trainable: boolean;
  /** Identity of the parameter: one that occurs twice (tied weights) counts once. */
  id?: unknown;
}

/** A module with what it contains. */
export interface ModuleTree {
  /** The name under which its parent holds it; empty for the root. */
  name: string;
  /** Class name, such as `LSTM`. */
  type: string;
  /** What stands in the brackets of its repr: `100, 128, batch_first=True`. */
  extra_repr?: string;
  params: readonly ParameterInfo[];
  buffers?: readonly ParameterInfo[];
  children: readonly ModuleTree[];
  training?: boolean;
}

/** Parameter counts and bytes of a tree. */
export interface ModuleTotals {
  total: number;
  trainable: number;
  frozen: number;
  parameter_bytes: number;
  buffer_bytes: number;
}

/** Like consecutive children shown as one. */
export interface Layer {
  tree: ModuleTree;
  /** `0`, or `0-5` when six like layers are folded. */
  name: string;
  repeats: number;
}

const BYTES: Record<string, number> = {
  float64: 8,
  int64: 8,
  float32: 4,
  int32: 4,
  float16: 2,
  bfloat16: 2,
  int16: 2,
};

/** Number of values of a parameter. */
export function parameter_count(parameter: ParameterInfo): number {
  return parameter.count ?? parameter.shape.reduce((product, size) => product * size, 1);
}

function parameter_bytes(parameter: ParameterInfo): number {
  return parameter_count(parameter) * (BYTES[parameter.dtype.replace(/^torch\./, "")] ?? 1);
}

/** Counts a tree's parameters. Parameters with the same `id` count once, as `module.parameters()` yields them once. */
export function module_totals(root: ModuleTree): ModuleTotals {
  const totals: ModuleTotals = { total: 0, trainable: 0, frozen: 0, parameter_bytes: 0, buffer_bytes: 0 };
  const seen = new Set<unknown>();
  const fresh = (parameter: ParameterInfo): boolean => {
    if (parameter.id === undefined) return true;
    if (seen.has(parameter.id)) return false;
    seen.add(parameter.id);
    return true;
  };
  const visit = (tree: ModuleTree): void => {
    for (const parameter of tree.params.filter(fresh)) {
      const count = parameter_count(parameter);
      totals.total += count;
      if (parameter.trainable) totals.trainable += count;
      else totals.frozen += count;
      totals.parameter_bytes += parameter_bytes(parameter);
    }
    for (const buffer of (tree.buffers ?? []).filter(fresh)) totals.buffer_bytes += parameter_bytes(buffer);
    tree.children.forEach(visit);
  };
  visit(root);
  return totals;
}

/** Everything about a tree but its name: equal for layers that may be folded into one line. */
function signature(tree: ModuleTree): string {
  const parameters = [...tree.params, ...(tree.buffers ?? [])].map((p) => [
    p.name,
    p.shape,
    p.dtype,
    p.trainable,
  ]);
  const children = tree.children.map((child) => [child.name, signature(child)]);
  return JSON.stringify([tree.type, tree.extra_repr ?? "", parameters, children]);
}

/** The children of a module, with runs of like numbered layers (`0`, `1`, `2`, ...) folded into one, as PyTorch's repr does. */
export function folded_children(tree: ModuleTree): Layer[] {
  const layers: Layer[] = [];
  let previous = "";
  for (const child of tree.children) {
    const current = /^\d+$/.test(child.name) ? signature(child) : "";
    const last = layers.at(-1);
    if (last && current !== "" && current === previous) {
      last.repeats += 1;
      last.name = `${last.tree.name}-${child.name}`;
    } else layers.push({ tree: child, name: child.name, repeats: 1 });
    previous = current;
  }
  return layers;
}
