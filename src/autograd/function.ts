/** @file Operations with a gradient of one's own (PyTorch: `torch.autograd.Function`). */
import { RuntimeError } from "../errors";
import { sum_to_size } from "../ops/reduction/reduce";
import { same_shape, size_text } from "../shape";
import { Tensor } from "../tensor";
import { no_grad } from "./grad-mode";
import { type Edge, type Grad, modified, Node, second_pass, version_of } from "./node";
import { gradient_edge, wants_grad } from "./tape";

/** What `forward` and `backward` of a {@link Function} share. */
export class FunctionCtx {
  /** Whether each argument of `forward` is a tensor that requires a gradient. */
  needs_input_grad: boolean[] = [];
  /** Whatever `forward` notes for `backward`; tensors are better given to {@link FunctionCtx.save_for_backward}. */
  [name: string]: unknown;
  /** @internal */ declare readonly _state: CtxState;

  constructor() {
    const state: CtxState = {
      saved: [],
      versions: [],
      released: false,
      plain: new Set(),
      dirty: new Set(),
      materialize: true,
    };
    Object.defineProperty(this, "_state", { value: state });
  }

  /** Keeps tensors (or null) for `backward`, where {@link FunctionCtx.saved_tensors} has them. */
  save_for_backward(...tensors: (Tensor | null)[]): void {
    for (const tensor of tensors) {
      if (tensor !== null && !(tensor instanceof Tensor)) {
        throw new TypeError(
          `save_for_backward can only save variables, but argument is of type ${typeof tensor}`,
        );
      }
    }
    this._state.saved = [...tensors];
  }

  /** The tensors that `forward` saved. @throws RuntimeError after they were freed, or where one was changed in place. */
  get saved_tensors(): Tensor[] {
    const { saved, versions, released } = this._state;
    if (released) throw new RuntimeError(second_pass);
    saved.forEach((tensor, i) => {
      if (tensor !== null && versions[i] !== undefined && tensor._version !== versions[i]) {
        throw modified(tensor, versions[i], tensor._history);
      }
    });
    return saved as Tensor[];
  }

  /** Names outputs that get no gradient. */
  mark_non_differentiable(...outputs: Tensor[]): void {
    for (const output of outputs) this._state.plain.add(output);
  }

  /** Names arguments that `forward` changed in place. */
  mark_dirty(...tensors: Tensor[]): void {
    for (const tensor of tensors) this._state.dirty.add(tensor);
  }

  /** Whether outputs that nothing depends on come to `backward` as zeros (the default) or as null. */
  set_materialize_grads(value: boolean): void {
    this._state.materialize = value;
  }
}

interface CtxState {
  saved: (Tensor | null)[];
  versions: number[];
  released: boolean;
  readonly plain: Set<Tensor>;
  readonly dirty: Set<Tensor>;
  materialize: boolean;
}

/** What `backward` gives: a gradient per argument of `forward`, null for those that need none; one alone as it is. */
export type FunctionGradients = Tensor | null | undefined | readonly (Tensor | null | undefined)[];

interface FunctionClass {
  readonly name: string;
  forward(...args: unknown[]): unknown;
  backward?(ctx: FunctionCtx, ...grads: unknown[]): FunctionGradients;
  setup_context?(ctx: FunctionCtx, inputs: unknown[], output: unknown): void;
}

class FunctionNode extends Node {
  readonly next: readonly (Edge | null)[];
  readonly #shapes: readonly (readonly number[] | null)[];

  constructor(
    readonly made_by: FunctionClass,
    readonly ctx: FunctionCtx,
    args: readonly unknown[],
    readonly results: readonly { shape: readonly number[]; dtype: Tensor["dtype"] }[],
  ) {
    super();
    this.next = args.map((arg) => (arg instanceof Tensor ? gradient_edge(arg) : null));
    this.#shapes = args.map((arg) => (arg instanceof Tensor ? arg.shape : null));
  }

  get outputs(): number {
    return this.results.length;
  }

  name(): string {
    return `${this.made_by.name}Backward`;
  }

  apply(grads: readonly Grad[]): readonly Grad[] {
    const { ctx } = this;
    const { materialize, released } = ctx._state;
    if (released) throw new RuntimeError(second_pass);
    const given = grads.map((grad, i) => {
      if (grad !== null || !materialize) return grad;
      const { shape, dtype } = this.results[i];
      return (grads.find((other) => other !== null) as Tensor).new_zeros(shape as number[], { dtype });
    });
    if (typeof this.made_by.backward !== "function") {
      throw new RuntimeError(
        "You must implement the backward function for custom autograd.Function to use it with backward()",
      );
    }
    const result = this.made_by.backward(ctx, ...given);
    const list = Array.isArray(result) ? [...(result as (Tensor | null | undefined)[])] : [result as Grad];
    const count = this.next.length;
    const extra = list.slice(count).some((grad) => grad !== null && grad !== undefined);
    if (extra || list.length < count) {
      throw new RuntimeError(
        `function ${this.name()} returned an incorrect number of gradients (expected ${count}, got ${list.length})`,
      );
    }
    return this.next.map((edge, i) => {
      const grad = list[i] ?? null;
      if (grad === null) return null;
      if (!(grad instanceof Tensor)) {
        throw new TypeError(
          `function ${this.name()} expected a Tensor or null as gradient ${i}, got ${typeof grad}`,
        );
      }
      const shape = this.#shapes[i];
      if (shape === null) {
        throw new RuntimeError(
          `function ${this.name()} returned a gradient different than None at position ${i + 1}, but the corresponding forward input ` +
            "was not a Variable",
        );
      }
      if (edge === null || same_shape(grad.shape, shape)) return grad;
      const lead = grad.ndim - shape.length;
      if (lead < 0 || shape.some((size, dim) => size !== 1 && size !== grad.shape[lead + dim])) {
        throw new RuntimeError(
          `Function ${this.name()} returned an invalid gradient at index ${i} - got ${size_text(grad.shape)} but expected shape ` +
            `compatible with ${size_text(shape)}`,
        );
      }
      return sum_to_size(grad, shape as number[]);
    });
  }

  override release(): void {
    const state = this.ctx._state;
    if (state.saved.length > 0) {
      state.saved = [];
      state.released = true;
    }
  }
}

/**
 * Base of operations with a gradient of one's own: a subclass has static methods `forward(ctx, ...args)` and
 * `backward(ctx, ...grads)`, which gives one gradient per argument of `forward`, null for those that are no tensors.
 * Nothing is recorded while `forward` runs.
 *
 * @example
 * class Exp extends torch.autograd.Function {
 *   static forward(ctx: FunctionCtx, x: Tensor) {
 *     const y = x.exp();
 *     ctx.save_for_backward(y);
 *     return y;
 *   }
 *   static backward(ctx: FunctionCtx, grad: Tensor) {
 *     const [y] = ctx.saved_tensors;
 *     return grad.mul(y);
 *   }
 * }
 * const y = Exp.apply(x);
 */
// biome-ignore lint/suspicious/noShadowRestrictedNames: PyTorch's name
// biome-ignore lint/complexity/noStaticOnlyClass: it is derived from
export abstract class Function {
  /** Runs the operation and records it. The arguments are those of `forward` without `ctx`. */
  static apply<A extends unknown[], R>(
    this: {
      forward(...args: A): R;
      setup_context(ctx: FunctionCtx, inputs: A, output: R): void;
    },
    ...args: A
  ): R;
  static apply<A extends unknown[], R>(
    // biome-ignore lint/suspicious/noExplicitAny: a subclass may give ctx a type of its own
    this: { forward(ctx: any, ...args: A): R },
    ...args: A
  ): R;
  static apply(...args: unknown[]): unknown {
    // biome-ignore lint/complexity/noThisInStatic: the subclass
    return run(this as unknown as FunctionClass, args);
  }
}

function run(made_by: FunctionClass, args: unknown[]): unknown {
  if (typeof made_by.forward !== "function") {
    throw new RuntimeError("You must implement the forward function for custom autograd.Function.");
  }
  const ctx = new FunctionCtx();
  const state = ctx._state;
  ctx.needs_input_grad = args.map((arg) => arg instanceof Tensor && arg.requires_grad);
  const output = no_grad(() => {
    if (made_by.setup_context === undefined) return made_by.forward(ctx, ...args);
    const result = made_by.forward(...args);
    made_by.setup_context(ctx, args, result);
    return result;
  });
  const list = (Array.isArray(output) ? output : [output]) as unknown[];
  const tensors = args.filter((arg): arg is Tensor => arg instanceof Tensor);
  list.forEach((item, i) => {
    if (!Array.isArray(output) && !(item instanceof Tensor)) {
      throw new TypeError(
        `${made_by.name}.forward: expected to return Tensor(s), got ${item === null ? "null" : typeof item}`,
      );
    }
    // What forward passes on as it came is an output of its own, unless it was changed in place.
    if (item instanceof Tensor && tensors.includes(item) && !state.dirty.has(item)) {
      list[i] = new Tensor(item.handle);
    }
  });
  if (wants_grad(tensors)) {
    const results = list.filter((item): item is Tensor => item instanceof Tensor);
    const shapes = results.map(({ shape, dtype }) => ({ shape, dtype }));
    const node = new FunctionNode(made_by, ctx, args, shapes);
    results.forEach((result, i) => {
      if (result.dtype.is_floating_point && !state.plain.has(result)) result._set_history(node, i);
    });
  }
  state.versions = state.saved.map((tensor) => (tensor === null ? 0 : version_of(tensor)));
  return Array.isArray(output) ? list : list[0];
}

/** Passes tensors on; their gradients go through `change` on the way back. */
export function through(
  name: string,
  tensors: readonly Tensor[],
  change: (grads: readonly Grad[]) => readonly Grad[],
): Tensor[] {
  if (!wants_grad(tensors)) return [...tensors];
  const node = new PassingNode(name, tensors, change);
  return tensors.map((tensor, i) => {
    const passed = new Tensor(tensor.handle);
    if (tensor.requires_grad) passed._set_history(node, i);
    return passed;
  });
}

class PassingNode extends Node {
  readonly next: readonly (Edge | null)[];
  readonly outputs: number;
  readonly #name: string;
  readonly #change: (grads: readonly Grad[]) => readonly Grad[];

  constructor(name: string, tensors: readonly Tensor[], change: (grads: readonly Grad[]) => readonly Grad[]) {
    super();
    this.#name = name;
    this.next = tensors.map(gradient_edge);
    this.outputs = tensors.length;
    this.#change = change;
  }

  name(): string {
    return this.#name;
  }

  apply(grads: readonly Grad[]): readonly Grad[] {
    return this.#change(grads);
  }
}
