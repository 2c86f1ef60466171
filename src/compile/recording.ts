/** @file What a function did to tensors in one call: its ops in order, and where their inputs came from. */
import { is_lasting } from "../backend/engine";
import type { Handle } from "../backend/handle";
import type { Watcher } from "../backend/watcher";
import type { Tensor } from "../tensor";
import { Modules } from "./modules";

/** Where a value that no op of the recording made comes from. */
export type Source =
  | { readonly kind: "argument"; readonly index: number }
  | { readonly kind: "tensor"; readonly tensor: Tensor }
  | { readonly kind: "constant"; readonly handle: Handle };

/** An op that ran. */
export interface Step {
  readonly op: number;
  readonly inputs: readonly Handle[];
  readonly outputs: readonly Handle[];
}

/** Records until it is set aside; `reason` says why what it saw cannot be replayed. */
export class Recording implements Watcher {
  readonly steps: Step[] = [];
  readonly modules = new Modules();
  reason: string | null = null;
  /** The outside tensor that had each value. */
  readonly #tensors = new Map<Handle, Tensor>();
  readonly #produced = new Set<Handle>();
  readonly #inner = new Set<Tensor>();

  /**
   * @param given The tensors among the function's arguments.
   * @param strict Whether values must tell tensors apart: two tensors may part later.
   */
  constructor(
    readonly given: readonly Tensor[],
    readonly strict = true,
  ) {
    for (const tensor of given) this.took(tensor, tensor.handle);
  }

  refuse(reason: string): void {
    this.reason ??= reason;
  }

  ran(op: number, inputs: readonly Handle[], outputs: readonly Handle[]): void {
    this.steps.push({ op, inputs: [...inputs], outputs: [...outputs] });
    for (const output of outputs) this.#produced.add(output);
  }

  made(): void {
    this.refuse("it makes a tensor from numbers (new data, or random draws)");
  }

  looked(): void {
    this.refuse("it reads a tensor's numbers, so that what it does may depend on them");
  }

  wrote(): void {
    this.refuse("it changes a tensor in place");
  }

  began(tensor: Tensor): void {
    this.#inner.add(tensor);
  }

  took(tensor: Tensor, handle: Handle): void {
    if (this.#inner.has(tensor) || this.#produced.has(handle)) return;
    const known = this.#tensors.get(handle);
    if (known === undefined) this.#tensors.set(handle, tensor);
    else if (known !== tensor && this.strict) this.refuse("two of its tensors have the very same value");
  }

  entered(module: object, hooked: boolean): void {
    if (hooked) this.refuse("a module has hooks");
    this.modules.add(module);
  }

  /** Whether an op of the recording made it. */
  is_produced(handle: Handle): boolean {
    return this.#produced.has(handle);
  }

  /** Whether the tensor was there before. */
  is_outside(tensor: Tensor): boolean {
    return !this.#inner.has(tensor);
  }

  /** Where a value comes from that no op of the recording made; null where that is unknown. */
  source(handle: Handle): Source | null {
    const tensor = this.#tensors.get(handle);
    if (is_lasting(handle)) return { kind: "constant", handle };
    if (tensor === undefined) return null;
    const index = this.given.indexOf(tensor);
    return index < 0 ? { kind: "tensor", tensor } : { kind: "argument", index };
  }
}

function same_source(a: Source | null, b: Source | null): boolean {
  if (a === null || b === null) return a === b;
  if (a.kind === "argument") return b.kind === "argument" && a.index === b.index;
  if (a.kind === "tensor") return b.kind === "tensor" && a.tensor === b.tensor;
  return b.kind === "constant" && a.handle === b.handle;
}

/** Whether two recordings did the same ops to the same things. */
export function same_recording(a: Recording, b: Recording): boolean {
  if (a.steps.length !== b.steps.length) return false;
  const numbers: Map<Handle, number>[] = [new Map(), new Map()];
  for (let i = 0; i < a.steps.length; i++) {
    const [s, t] = [a.steps[i], b.steps[i]];
    if (s.op !== t.op || s.inputs.length !== t.inputs.length || s.outputs.length !== t.outputs.length)
      return false;
    for (let k = 0; k < s.inputs.length; k++) {
      const [m, n] = [numbers[0].get(s.inputs[k]), numbers[1].get(t.inputs[k])];
      if (m !== n) return false;
      if (m === undefined && !same_source(a.source(s.inputs[k]), b.source(t.inputs[k]))) return false;
    }
    s.outputs.forEach((output, k) => {
      numbers[0].set(output, numbers[0].size);
      numbers[1].set(t.outputs[k], numbers[1].size);
    });
  }
  return true;
}
