/** @file A recorded function as one operation: programs forward and back, and what must still hold for them. */
import { grad as gradients_of } from "../autograd/grad";
import type { Node } from "../autograd/node";
import { RuleNode } from "../autograd/node";
import { pending_rows, row_gradient } from "../autograd/row-gradient";
import { gradient_edge, record_many } from "../autograd/tape";
import { execute, ints, op_generation, scalar } from "../backend/engine";
import type { Handle } from "../backend/handle";
import { set_watcher } from "../backend/watcher";
import type { DType } from "../dtype";
import { same_shape } from "../shape";
import { Tensor } from "../tensor";
import type { Modules } from "./modules";
import { outline } from "./outline";
import { Program } from "./program";
import { Recording, type Source, type Step } from "./recording";
import { Refusal } from "./refusal";

/** How a gradient comes out of the program back. */
type Way =
  | null
  | { readonly kind: "value"; readonly at: Place }
  | { readonly kind: "rows"; readonly values: Place; readonly index: Place; readonly height: number };

/** A value of the way back: a result of its program, or one of its inputs. */
type Place = { readonly result: number } | { readonly input: Input };

/** Where an input of the program back comes from. */
type Input =
  | { readonly kind: "grad"; readonly index: number }
  | { readonly kind: "saved"; readonly index: number }
  | { readonly kind: "constant"; readonly handle: Handle };

/** @internal What the gradient rule gets. */
export interface CompiledAttrs {
  readonly back: Program;
  readonly inputs: readonly Input[];
  readonly ways: readonly Way[];
  /** What the outputs are that have a gradient. */
  readonly outputs: readonly { readonly shape: readonly number[]; readonly dtype: DType }[];
  /** How many of what is saved are the caller's tensors. */
  readonly outside: number;
}

/** What a call returns of a tensor: a result of the program, or a tensor that was there before, or a constant. */
type Output = { readonly result: number; readonly grad: number } | { readonly source: Source };

/** A recorded function, ready to be called again. */
export class Graph {
  readonly #modules: Modules;
  readonly #forward: Program;
  readonly #sources: readonly Source[];
  readonly #fill: (tensors: readonly Tensor[]) => unknown;
  readonly #outputs: readonly Output[];
  /** Results that the way back wants, by number. */
  readonly #saved: readonly number[];
  readonly #leaves: readonly Source[];
  /** The caller's tensors that the way back wants. */
  readonly #kept: readonly Source[];
  readonly #attrs: CompiledAttrs | null = null;
  readonly #grad_results: readonly number[];
  readonly #shapes = new Map<Tensor, { shape: readonly number[]; dtype: unknown; grad: boolean }>();
  readonly #generation = op_generation();

  /** @throws Refusal where the recorded call did what cannot be replayed. */
  constructor(recording: Recording, result: unknown) {
    if (recording.reason !== null) throw new Refusal(recording.reason);
    this.#modules = recording.modules;
    const { tensors, fill } = outline(result);
    this.#fill = fill;
    for (const tensor of tensors) check_output(tensor, recording);

    const with_grad = tensors.filter((tensor) => tensor.requires_grad && !recording.is_outside(tensor));
    const outs = [...new Set(with_grad)];
    const leaves = outs.length === 0 ? [] : outside_leaves(recording, outs);
    const back = outs.length === 0 ? null : record_back(recording, outs, leaves);

    // What both sides want of the steps forward.
    const results: Handle[] = [];
    const result_of = (handle: Handle): number => {
      const before = results.indexOf(handle);
      return before >= 0 ? before : results.push(handle) - 1;
    };
    this.#grad_results = outs.map((tensor) => result_of(tensor.handle));
    this.#outputs = tensors.map((tensor): Output => {
      if (!recording.is_outside(tensor) && recording.is_produced(tensor.handle)) {
        return { result: result_of(tensor.handle), grad: outs.indexOf(tensor) };
      }
      return { source: source_of(recording, tensor.handle) };
    });

    const saved: number[] = [];
    const kept: Source[] = [];
    if (back !== null) {
      const input = (handle: Handle): Input => {
        const index = back.grads.indexOf(handle);
        if (index >= 0) return { kind: "grad", index };
        if (recording.is_produced(handle)) {
          const number = result_of(handle);
          if (!saved.includes(number)) saved.push(number);
          return { kind: "saved", index: -1 - saved.indexOf(number) };
        }
        const source = source_of(recording, handle);
        if (source.kind === "constant") return source;
        let at = kept.findIndex((one) => one === source || same(one, source));
        if (at < 0) at = kept.push(source) - 1;
        return { kind: "saved", index: at };
      };
      const made = new Set(back.steps.flatMap(({ outputs }) => outputs));
      const wanted: Handle[] = [];
      const place = (handle: Handle): Place => {
        if (!made.has(handle)) return { input: input(handle) };
        const before = wanted.indexOf(handle);
        return { result: before >= 0 ? before : wanted.push(handle) - 1 };
      };
      const ways = back.gradients.map((gradient): Way => {
        if (gradient === null) return null;
        const rows = pending_rows(gradient);
        if (rows === null) return { kind: "value", at: place(gradient.handle) };
        return { kind: "rows", values: place(rows.values), index: place(rows.index), height: rows.height };
      });
      const { program, inputs: taken } = Program.of(back.steps, wanted);
      const inputs = taken.map(input);
      // What the steps forward made stands behind the caller's tensors.
      const settle = (one: Input): Input =>
        one.kind === "saved" && one.index < 0 ? { kind: "saved", index: kept.length - 1 - one.index } : one;
      const settle_place = (one: Place): Place => ("input" in one ? { input: settle(one.input) } : one);
      this.#attrs = {
        back: program,
        inputs: inputs.map(settle),
        ways: ways.map((way) => {
          if (way === null) return null;
          if (way.kind === "value") return { kind: "value", at: settle_place(way.at) };
          return { ...way, values: settle_place(way.values), index: settle_place(way.index) };
        }),
        outputs: outs.map(({ shape, dtype }) => ({ shape, dtype })),
        outside: kept.length,
      };
    }
    this.#saved = saved;
    this.#kept = kept;
    this.#leaves = leaves;
    const { program, inputs } = Program.of(recording.steps, results);
    this.#forward = program;
    this.#sources = inputs.map((handle) => source_of(recording, handle));
    for (const source of [...this.#sources, ...leaves]) {
      if (source.kind !== "tensor") continue;
      const { tensor } = source;
      this.#shapes.set(tensor, { shape: tensor.shape, dtype: tensor.dtype, grad: tensor.requires_grad });
    }
  }

  /** Whether what was not an argument is as it was: modules' fields, and kinds and shapes of tensors. */
  holds(): boolean {
    if (op_generation() !== this.#generation || !this.#modules.are_same()) return false;
    for (const [tensor, { shape, dtype, grad }] of this.#shapes) {
      if (tensor.requires_grad !== grad || tensor.dtype !== dtype || !same_shape(tensor.shape, shape))
        return false;
    }
    return true;
  }

  /** Calls it with other tensors of the same kinds and shapes. */
  call(given: readonly Tensor[]): unknown {
    const tensor_of = (source: Source): Tensor => {
      if (source.kind === "argument") return given[source.index];
      return source.kind === "tensor" ? source.tensor : new Tensor(source.handle);
    };
    const handle_of = (source: Source): Handle =>
      source.kind === "constant" ? source.handle : tensor_of(source).handle;
    const results = this.#forward.run(this.#sources.map(handle_of));
    const attrs = this.#attrs;
    const recorded =
      attrs === null
        ? []
        : record_many(
            "compiled",
            this.#grad_results.map((number) => results[number]),
            this.#leaves.map(tensor_of),
            () => [...this.#kept.map(tensor_of), ...this.#saved.map((number) => new Tensor(results[number]))],
            attrs,
          );
    return this.#fill(
      this.#outputs.map((output) => {
        if ("source" in output) return tensor_of(output.source);
        return output.grad >= 0 ? recorded[output.grad] : new Tensor(results[output.result]);
      }),
    );
  }
}

function same(a: Source, b: Source): boolean {
  if (a.kind === "argument") return b.kind === "argument" && a.index === b.index;
  return a.kind === "tensor" && b.kind === "tensor" && a.tensor === b.tensor;
}

function source_of(recording: Recording, handle: Handle): Source {
  const source = recording.source(handle);
  if (source === null) throw new Refusal("it uses a value whose origin is unknown");
  return source;
}

function check_output(tensor: Tensor, recording: Recording): void {
  if (recording.is_outside(tensor)) return;
  if (tensor._view !== null && recording.is_outside(tensor._root()))
    throw new Refusal("it returns a view of a tensor that was there before");
  if (!recording.is_produced(tensor.handle) && tensor.requires_grad)
    throw new Refusal("it returns another tensor of the same value");
  if (!recording.is_produced(tensor.handle) && recording.source(tensor.handle)?.kind !== "constant")
    throw new Refusal("it returns another tensor of the same value");
  if (tensor.requires_grad && tensor.grad_fn === null)
    throw new Refusal("it makes a leaf that requires a gradient");
}

/** The outside tensors that take part and want a gradient. @throws Refusal for hooks, and functions with a way back of their own */
function outside_leaves(recording: Recording, outs: readonly Tensor[]): Source[] {
  const leaves: Source[] = [];
  for (const { inputs } of recording.steps) {
    for (const input of inputs) {
      if (recording.is_produced(input)) continue;
      const source = recording.source(input);
      if (source === null || source.kind === "constant" || leaves.some((leaf) => same(leaf, source)))
        continue;
      const tensor = source.kind === "argument" ? recording.given[source.index] : source.tensor;
      if (tensor.requires_grad) leaves.push(source);
    }
  }
  const ends = new Set<Node>();
  for (const leaf of leaves) {
    const edge = gradient_edge(
      leaf.kind === "argument" ? recording.given[leaf.index] : (leaf as { tensor: Tensor }).tensor,
    );
    if (edge !== null) {
      if (ends.has(edge.node)) throw new Refusal("two of its tensors come from the same operation");
      ends.add(edge.node);
    }
  }
  const seen = new Set<Node>();
  const waiting = outs.map((tensor) => tensor.grad_fn as Node);
  for (let node = waiting.pop(); node !== undefined; node = waiting.pop()) {
    if (seen.has(node) || ends.has(node)) continue;
    seen.add(node);
    if (node.hooks !== null || !(node instanceof RuleNode))
      throw new Refusal("its way back has hooks or functions of the caller's");
    for (const edge of node.next) if (edge !== null) waiting.push(edge.node);
  }
  return leaves;
}

interface Back {
  readonly steps: readonly Step[];
  readonly grads: readonly Handle[];
  readonly gradients: readonly (Tensor | null)[];
}

/** Records the way back from `outs` to `leaves`; the graph stays. */
function record_back(recording: Recording, outs: readonly Tensor[], leaves: readonly Source[]): Back {
  const tensors = leaves.map((leaf) =>
    leaf.kind === "argument" ? recording.given[leaf.index] : (leaf as { tensor: Tensor }).tensor,
  );
  const grads = outs.map(
    (tensor) => new Tensor(execute("Fill", [ints(tensor.shape), scalar(1, tensor.dtype)])),
  );
  const back = new Recording(grads, false);
  set_watcher(back);
  let gradients: (Tensor | null)[];
  try {
    gradients = gradients_of(outs, tensors, { grad_outputs: grads, retain_graph: true, allow_unused: true });
  } finally {
    set_watcher(null);
  }
  if (back.reason !== null) throw new Refusal(`on its way back ${back.reason}`);
  return { steps: back.steps, grads: grads.map((tensor) => tensor.handle), gradients };
}

/** @internal Gradients of a compiled call's leaves. */
export function compiled_backward(
  grads: readonly (Tensor | null)[],
  saved: readonly Tensor[],
  { back, inputs, ways, outputs }: CompiledAttrs,
): (Tensor | null)[] {
  const input = (one: Input): Handle => {
    if (one.kind === "constant") return one.handle;
    if (one.kind === "saved") return saved[one.index].handle;
    const { shape, dtype } = outputs[one.index];
    return grads[one.index]?.handle ?? execute("Fill", [ints(shape), scalar(0, dtype)]);
  };
  const results = back.run(inputs.map(input));
  const at = (place: Place): Handle => ("input" in place ? input(place.input) : results[place.result]);
  return ways.map((way) => {
    if (way === null) return null;
    if (way.kind === "value") return new Tensor(at(way.at));
    return row_gradient({ values: at(way.values), index: at(way.index), height: way.height });
  });
}
