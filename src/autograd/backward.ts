/** @file Walks the graph from the results back and adds up gradients (PyTorch: `torch.autograd`). */
import { bind } from "../args";
import { next_born } from "../backend/handle";
import { RuntimeError } from "../errors";
import { same_shape } from "../shape";
import type { Tensor } from "../tensor";
import { check_gradients } from "./anomaly";
import { enable_grad, no_grad } from "./grad-mode";
import { AccumulateGrad, accumulator_of, type Grad, type Node, RuleNode } from "./node";
import { OwnGradients } from "./own-gradients";
import { gradient_edge } from "./tape";

export interface BackwardOptions {
  /** Keep what the graph saved, so that it can be walked again. Default: `create_graph`. */
  retain_graph?: boolean;
  /** Record the gradients' own operations, for gradients of gradients. */
  create_graph?: boolean;
  /** Which tensors get a `grad`, instead of all leaves. */
  inputs?: Tensor | readonly Tensor[] | null;
}

/**
 * Adds the gradients of `tensors` to the `grad` of every leaf that they depend on.
 *
 * @param grad_tensors One gradient per tensor, of its shape; null or left out for scalars means 1.
 * @throws RuntimeError for a tensor without history, a non-scalar without gradient, or a second pass over a freed graph.
 */
export function backward(
  tensors: Tensor | readonly Tensor[],
  grad_tensors?: Tensor | readonly (Tensor | null)[] | null,
  options?: BackwardOptions,
): void;
export function backward(
  tensors: Tensor | readonly Tensor[],
  options: BackwardOptions & { grad_tensors?: Tensor | readonly (Tensor | null)[] | null },
): void;
export function backward(tensors: Tensor | readonly Tensor[], ...args: unknown[]): void {
  type Args = BackwardOptions & { grad_tensors?: Tensor | readonly (Tensor | null)[] | null };
  const parameters = ["grad_tensors", "retain_graph", "create_graph"] as const;
  const { grad_tensors, inputs, ...options } = bind<Args>("backward", parameters, ["inputs"], args, 0);
  const roots = as_list(tensors);
  const targets = inputs === undefined || inputs === null ? [] : as_list(inputs);
  if (inputs !== undefined && inputs !== null && targets.length === 0) {
    throw new RuntimeError("`inputs` argument to `backward()` cannot be empty.");
  }
  const found = walk(roots, initial_gradients(roots, grad_tensors), targets, options);
  if (targets.length === 0) return;
  const add = (): void => {
    targets.forEach((target, i) => {
      accumulate(target, found[i]);
    });
  };
  if (options.create_graph) enable_grad(add);
  else no_grad(add);
}

/** Adds to a tensor's `grad`, also where it is no leaf. */
function accumulate(target: Tensor, gradient: Grad): void {
  if (gradient === null) return;
  if (target.is_leaf) accumulator_of(target).apply([gradient]);
  else target.grad = target.grad === null ? gradient._alias() : target.grad.add(gradient);
}

/** @internal One tensor or several, as a list. */
export function as_list(tensors: Tensor | readonly Tensor[]): readonly Tensor[] {
  return Array.isArray(tensors) ? (tensors as readonly Tensor[]) : [tensors as Tensor];
}

/** @internal The gradients with which a pass begins: those given, or 1 for scalars. @throws RuntimeError */
export function initial_gradients(
  roots: readonly Tensor[],
  given: Tensor | readonly (Tensor | null)[] | null | undefined,
): Tensor[] {
  const list = given === null || given === undefined ? [] : Array.isArray(given) ? given : [given];
  if (list.length > 0 && list.length !== roots.length) {
    throw new RuntimeError(`got ${roots.length} tensors and ${list.length} gradients`);
  }
  return roots.map((root, i) => {
    if (!root.requires_grad) {
      throw new RuntimeError(`element ${i} of tensors does not require grad and does not have a grad_fn`);
    }
    const gradient: Tensor | null = list[i] ?? null;
    if (gradient === null) {
      if (root.numel() !== 1) {
        throw new RuntimeError("grad can be implicitly created only for scalar outputs");
      }
      return root.detach().new_ones(root.shape);
    }
    if (!same_shape(gradient.shape, root.shape)) {
      throw new RuntimeError(
        `Mismatch in shape: grad_output[${i}] has a shape of torch.Size([${gradient.shape.join(", ")}]) and output[${i}] ` +
          `has a shape of torch.Size([${root.shape.join(", ")}]).`,
      );
    }
    return gradient;
  });
}

/** Every node below the roots, the latest first: by then all gradients of a node have arrived. */
function reachable(roots: readonly Node[]): Node[] {
  const seen = new Set<Node>(roots);
  const stack = [...seen];
  for (let node = stack.pop(); node !== undefined; node = stack.pop()) {
    for (const edge of node.next) {
      if (edge !== null && !seen.has(edge.node)) {
        seen.add(edge.node);
        stack.push(edge.node);
      }
    }
  }
  return [...seen].sort((a, b) => b.sequence - a.sequence);
}

/** @internal Goes back from the roots; gives the gradients of the targets, or without targets adds to the leaves. */
export function walk(
  roots: readonly Tensor[],
  gradients: readonly Tensor[],
  targets: readonly Tensor[],
  options: BackwardOptions,
): Grad[] {
  const create_graph = options.create_graph ?? false;
  const retain_graph = options.retain_graph ?? create_graph;
  const edges = roots.map((root) => gradient_edge(root));
  const order = reachable(edges.flatMap((edge) => (edge === null ? [] : [edge.node])));
  // Accumulators can be older than the operations that use them, never newer than their users: they go last.
  const inner = order.filter((node) => !(node instanceof AccumulateGrad));
  const leaves = order.filter((node) => node instanceof AccumulateGrad);

  const captures = new Map<Node, { index: number; at: number }[]>();
  targets.forEach((target, at) => {
    const edge = gradient_edge(target);
    if (edge === null) return;
    const list = captures.get(edge.node) ?? [];
    list.push({ index: edge.index, at });
    captures.set(edge.node, list);
  });
  const needed = targets.length > 0 ? leading_to(captures, order) : null;

  // With create_graph the gradients' own graph holds them.
  const own = create_graph ? null : new OwnGradients();
  const waiting = new Map<Node, Grad[]>();
  const deliver = (node: Node, index: number, gradient: Tensor): void => {
    let slots = waiting.get(node);
    if (slots === undefined) {
      slots = new Array<Grad>(node.outputs).fill(null);
      waiting.set(node, slots);
    }
    const before = slots[index];
    if (before === null) {
      slots[index] = gradient;
      return;
    }
    const since = next_born();
    const sum = before.add(gradient);
    slots[index] = sum;
    own?.made([sum], since);
    own?.used([before, gradient]);
  };
  const found = new Array<Grad>(targets.length).fill(null);

  const pass = (): void => {
    edges.forEach((edge, i) => {
      if (edge !== null) deliver(edge.node, edge.index, gradients[i]);
    });
    for (const node of [...inner, ...leaves]) {
      const slots = waiting.get(node);
      if (slots === undefined) continue;
      waiting.delete(node);
      const watched = node.hooks !== null || captures.has(node);
      const leaf = node instanceof AccumulateGrad ? node : null;
      const alone = !watched && leaf !== null && own?.take(slots[0]) === true;
      const seen = watched || !(node instanceof RuleNode);
      if (seen) own?.forget(slots);
      run_hooks(node, slots);
      for (const { index, at } of captures.get(node) ?? []) found[at] = slots[index];
      if (needed !== null && (!needed.has(node) || node instanceof AccumulateGrad)) continue;
      const since = next_born();
      const results = leaf === null ? node.apply(slots) : leaf.apply(slots, alone);
      check_gradients(node, results);
      if (!retain_graph) node.release();
      if (!seen) {
        own?.used(slots, results);
        own?.made(results, since, slots);
      } else if (own !== null) own.forget(results);
      for (let i = 0; i < results.length; i++) {
        const edge = node.next[i];
        const result = results[i];
        if (edge !== null && edge !== undefined && result !== null) deliver(edge.node, edge.index, result);
      }
    }
  };
  if (create_graph) enable_grad(pass);
  else no_grad(pass);
  return found;
}

function run_hooks(node: Node, slots: Grad[]): void {
  if (node.hooks === null) return;
  for (const [index, hooks] of node.hooks) {
    for (const hook of [...hooks]) {
      const gradient = slots[index];
      if (gradient !== null) slots[index] = hook(gradient) ?? gradient;
    }
  }
}

/** The nodes from which a captured node can be reached, those themselves left out unless they lead to another. */
function leading_to(captures: ReadonlyMap<Node, unknown>, order: readonly Node[]): Set<Node> {
  const leads = new Set<Node>();
  // A node's inputs are older, except that an accumulator may be newer than an operation on a sibling: leaves have no inputs.
  for (let i = order.length - 1; i >= 0; i--) {
    const node = order[i];
    for (const edge of node.next) {
      if (edge !== null && (captures.has(edge.node) || leads.has(edge.node))) {
        leads.add(node);
        break;
      }
    }
  }
  return leads;
}
