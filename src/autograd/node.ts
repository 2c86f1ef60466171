/** @file The graph that backward walks: one node per recorded operation, one accumulator per leaf. */
import { RuntimeError } from "../errors";
import type { Tensor } from "../tensor";
import { is_grad_enabled } from "./grad-mode";
import { check_saved } from "./inference";
import { pending_rows, row_gradient } from "./row-gradient";

/** A gradient, or null where none flows. */
export type Grad = Tensor | null;

/** Where a gradient goes: the `index`-th output of `node`. */
export interface Edge {
  readonly node: Node;
  readonly index: number;
}

/** What a gradient rule gets beside the gradients of the outputs. */
export interface Context<Saved extends readonly (Tensor | null)[] = readonly Tensor[], Attrs = unknown> {
  /** The tensors that the operation saved. */
  readonly saved: Saved;
  /** What else the operation noted. */
  readonly attrs: Attrs;
  /** Shapes of the inputs. */
  readonly shapes: readonly (readonly number[])[];
  /** Which inputs want a gradient. */
  readonly needs: readonly boolean[];
}

/** How gradients flow back through one kind of operation. */
export interface Rule {
  /** The name that PyTorch prints, without `Backward0`. */
  readonly name: string;
  /** Whether results lie in the order of their operands; see `keep_layout` in `tape.ts`. */
  keeps_layout?: boolean;
  /** Whether PyTorch prints the name as it is. */
  readonly bare?: boolean;
  /**
   * Gradients of the inputs, one per input, from those of the outputs. A missing gradient of an output is null where the
   * operation has several. Written in tensor operations, so that it can be differentiated itself.
   */
  // biome-ignore lint/suspicious/noExplicitAny: each rule knows the type of its own context
  backward(grads: any, ctx: any): readonly (Grad | false | undefined)[];
  /** Called when what was saved is dropped: frees what nobody else knows of now, not when it is collected. */
  readonly release?: (saved: readonly (Tensor | null)[]) => void;
}

let sequence = 0;

/** A recorded operation. */
export abstract class Node {
  /** Nodes made later have greater numbers: a node's users all do. */
  readonly sequence: number = sequence++;
  /** Where the gradients of the inputs go, null for inputs without. */
  abstract readonly next: readonly (Edge | null)[];
  /** How many outputs the operation had. */
  abstract readonly outputs: number;
  /** Called with an output's gradient before it flows on; what they return takes its place. */
  hooks: Map<number, ((grad: Tensor) => Tensor | undefined)[]> | null = null;

  /** PyTorch's name where the operation was composed of others; see `named` in `tape.ts`. */
  label: string | null = null;

  /** What PyTorch calls it, e.g. `AddBackward0`. */
  abstract name(): string;
  /** Gradients of the inputs from those of the outputs. */
  abstract apply(grads: readonly Grad[]): readonly Grad[];
  /** Drops what was saved; a second pass is refused then. */
  release(): void {}

  add_hook(index: number, hook: (grad: Tensor) => Tensor | undefined): () => void {
    this.hooks ??= new Map();
    const hooks = this.hooks.get(index) ?? [];
    hooks.push(hook);
    this.hooks.set(index, hooks);
    return () => {
      const at = hooks.indexOf(hook);
      if (at >= 0) hooks.splice(at, 1);
    };
  }
}

/** What a second pass over a freed graph is told. */
export const second_pass =
  "Trying to backward through the graph a second time (or directly access saved tensors after they have already been " +
  "freed). Saved intermediate values of the graph are freed when you call .backward() or autograd.grad(). Specify " +
  "retain_graph=True if you need to backward through the graph a second time or if you need to access saved tensors " +
  "after calling backward.";

/** A tensor's type as PyTorch's messages have it. */
function type_name({ dtype }: Tensor): string {
  return dtype.category === 0 ? "CPUBoolType" : `torch.${dtype.scalar_type}Tensor`;
}

/** What is told of a tensor that was saved at `expected` and changed in place since. */
export function modified(tensor: Tensor, expected: number, history: Node | null): RuntimeError {
  const from =
    history === null
      ? ""
      : `, which is output ${tensor._output_nr} of ${history.name().replace(/Backward\d*$/, "")},`;
  return new RuntimeError(
    "one of the variables needed for gradient computation has been modified by an inplace operation: " +
      `[${type_name(tensor)} [${tensor.shape.join(", ")}]]${from} is at version ${tensor._version}; ` +
      `expected version ${expected} instead.`,
  );
}

const no_versions: readonly number[] = [];

/** The version at which a tensor is saved. @throws RuntimeError for one made in inference mode */
export function version_of(tensor: Tensor): number {
  check_saved(tensor);
  return tensor._version;
}

/** An operation whose gradient is a {@link Rule}. */
export class RuleNode extends Node {
  #saved: readonly (Tensor | null)[] | null;
  #versions: readonly number[];
  /** Bits of those saved that are outputs. */
  #own = 0;

  constructor(
    readonly rule: Rule,
    readonly next: readonly (Edge | null)[],
    readonly outputs: number,
    saved: readonly (Tensor | null)[],
    readonly attrs: unknown,
    readonly shapes: readonly (readonly number[])[],
    readonly needs: readonly boolean[],
  ) {
    super();
    this.#saved = saved;
    this.#versions =
      saved.length === 0 ? no_versions : saved.map((tensor) => (tensor === null ? 0 : version_of(tensor)));
  }

  /** Refuses to go back once the tensor was changed in place. */
  watch(tensor: Tensor): void {
    if (this.#saved === null) return;
    this.#versions = [...this.#versions, version_of(tensor)];
    this.#saved = [...this.#saved, tensor];
  }

  /** A tensor takes the place of `output`, which became its value. */
  adopt(output: Tensor, tensor: Tensor): void {
    const at = this.#saved?.indexOf(output) ?? -1;
    if (this.#saved === null || at < 0) return;
    this.#saved = this.#saved.with(at, tensor);
    this.#versions = this.#versions.with(at, tensor._version);
    this.#own |= 1 << at;
  }

  /** Says that an output is among those saved. */
  saved_own(at: number): void {
    this.#own |= 1 << at;
  }

  name(): string {
    if (this.label !== null) return this.label;
    return this.rule.bare ? this.rule.name : `${this.rule.name}Backward0`;
  }

  apply(grads: readonly Grad[]): readonly Grad[] {
    const saved = this.#saved;
    if (saved === null) throw new RuntimeError(second_pass);
    for (let i = 0; i < saved.length; i++) {
      const tensor = saved[i];
      if (tensor !== null && tensor._version !== this.#versions[i]) {
        throw modified(tensor, this.#versions[i], (this.#own >> i) & 1 ? this : tensor._history);
      }
    }
    const ctx: Context = {
      saved: saved as readonly Tensor[],
      attrs: this.attrs,
      shapes: this.shapes,
      needs: this.needs,
    };
    const result = this.rule.backward(this.outputs === 1 ? grads[0] : grads, ctx);
    return result.map((grad) => grad || null);
  }

  override release(): void {
    // A node that saved nothing can be walked again, as in PyTorch.
    if (this.#saved === null || this.#saved.length === 0) return;
    this.rule.release?.(this.#saved);
    this.#saved = null;
  }
}

/** The end of the graph at a leaf: adds to the leaf's `grad`. */
export class AccumulateGrad extends Node {
  readonly next: readonly (Edge | null)[] = [];
  readonly outputs = 1;

  /** Called with the leaf once its gradient has been added. */
  post_hooks: ((variable: Tensor) => void)[] | null = null;

  constructor(readonly variable: Tensor) {
    super();
  }

  name(): string {
    return "AccumulateGrad";
  }

  /** @param alone Whether nobody else holds the arriving gradient. */
  apply(grads: readonly Grad[], alone = false): readonly Grad[] {
    const grad = grads[0];
    if (grad !== null) {
      const before = this.variable._grad;
      if (before === null) {
        // Others may hold the arriving tensor, and a leaf's grad is changed in place: it gets a tensor of its own.
        const rows = alone ? null : pending_rows(grad);
        this.variable.grad = alone ? grad : rows === null ? grad._alias() : row_gradient(rows);
        this.variable._grad_unseen = alone;
      } else if (is_grad_enabled()) this.variable.grad = before.add(grad);
      else before._assign(before.add(grad));
      if (this.post_hooks !== null) for (const hook of [...this.post_hooks]) hook(this.variable);
    }
    return [];
  }
}

/** The node that adds to a leaf's `grad`. */
export function accumulator_of(leaf: Tensor): AccumulateGrad {
  leaf._accumulator ??= new AccumulateGrad(leaf);
  return leaf._accumulator;
}
