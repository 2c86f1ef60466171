/** @file `torch.compile`: records what a function does to tensors and does it again in one native call. */
import { bind } from "../args";
import { set_watcher, watcher } from "../backend/watcher";
import { RuntimeError } from "../errors";
import { Graph } from "./graph";
import { Recording, same_recording } from "./recording";
import { Refusal } from "./refusal";
import { type Signature, signature } from "./signature";

/** Keyword arguments of {@link compile}. */
export interface CompileOptions {
  /** Throw where the function cannot be compiled, instead of running it as it is. */
  fullgraph?: boolean;
  /** Run the function as it is, always. */
  disable?: boolean;
  /** Without effect here: each signature is recorded for itself. */
  dynamic?: boolean | null;
  /** Without effect here: there is one. */
  backend?: string;
  /** Without effect here. */
  mode?: string | null;
  /** Without effect here. */
  options?: Record<string, unknown> | null;
}

// biome-ignore lint/suspicious/noExplicitAny: any function
type Callable = (...args: any[]) => any;

/** What is known of one signature. */
interface Entry {
  /** The first of two calls that have to do the same. */
  first: Recording | null;
  graph: Graph | null;
  /** Why calls run as they are. */
  refusal: string | null;
  /** How often it was recorded anew. */
  again: number;
}

/** Signatures of one function, and recordings of one signature, beyond which calls run as they are. */
const most = 8;

class Compiled {
  readonly #entries = new Map<string, Entry>();

  constructor(
    readonly target: Callable,
    readonly fullgraph: boolean,
  ) {}

  call(self: unknown, args: readonly unknown[]): unknown {
    // Inside another recording it is part of that.
    if (watcher !== null) return this.#plainly(self, args);
    const found = signature(self, args);
    if (found === null) {
      return this.#give_up("an argument is neither tensor nor plain value, list or record", self, args);
    }
    let entry = this.#entries.get(found.key);
    if (entry === undefined) {
      if (this.#entries.size >= most)
        return this.#give_up(`it is called with more than ${most} signatures`, self, args);
      entry = { first: null, graph: null, refusal: null, again: 0 };
      this.#entries.set(found.key, entry);
    }
    if (entry.refusal !== null) return this.#give_up(entry.refusal, self, args);
    if (entry.graph !== null) {
      if (entry.graph.holds()) {
        try {
          return entry.graph.call(found.tensors);
        } catch {
          // Whatever is wrong, the function itself says it better.
          return this.#plainly(self, args);
        }
      }
      entry.graph = null;
      entry.first = null;
      if (++entry.again > most) entry.refusal = "what it uses beside its arguments changes again and again";
    }
    return this.#record(entry, found, self, args);
  }

  #plainly(self: unknown, args: readonly unknown[]): unknown {
    // Not target.apply: modules have a method of that name.
    return Reflect.apply(this.target, self, args);
  }

  #give_up(reason: string, self: unknown, args: readonly unknown[]): unknown {
    if (this.fullgraph)
      throw new RuntimeError(`torch.compile(fullgraph=True): the function cannot be compiled: ${reason}`);
    return this.#plainly(self, args);
  }

  /** Runs it and watches; the second time in a row that it does the same it becomes a graph. */
  #record(entry: Entry, { tensors }: Signature, self: unknown, args: readonly unknown[]): unknown {
    const recording = new Recording(tensors);
    set_watcher(recording);
    let result: unknown;
    try {
      result = this.#plainly(self, args);
    } finally {
      set_watcher(null);
    }
    const { first } = entry;
    try {
      if (recording.reason !== null) throw new Refusal(recording.reason);
      if (first === null) {
        entry.first = recording;
      } else if (same_recording(first, recording)) {
        entry.graph = new Graph(recording, result);
        entry.first = null;
      } else {
        throw new Refusal("it does not do the same in every call");
      }
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      entry.refusal = error.message;
      entry.first = null;
      if (this.fullgraph) {
        throw new RuntimeError(
          `torch.compile(fullgraph=True): the function cannot be compiled: ${error.message}`,
        );
      }
    }
    return result;
  }
}

/**
 * A function that does what `model` does, for less: what it does to tensors is recorded, once for each signature of its
 * arguments, and done again as one native call, its way back as another (PyTorch: `torch.compile`).
 *
 * A signature is made of shapes, dtypes and `requires_grad` of tensors, of all plain values, and of whether gradients are
 * recorded. Beside that, calls are recorded anew when a tensor that the function uses has changed in shape, dtype or
 * `requires_grad`, or a field of a module that it calls has changed, `training` among them. The first two calls run the
 * function as it is; only if both did the same it is compiled. It runs as it is for good when it reads numbers (`item()`, a
 * condition on values), draws at random, makes tensors from numbers, changes tensors in place, or calls modules with hooks.
 *
 * What JavaScript cannot show stays as it was recorded: numbers and flags that a function reads from outside itself, and
 * what it prints. Give such numbers as arguments.
 *
 * @param model A function of tensors, or a module; the module that comes back has the same parameters.
 * @throws RuntimeError with `fullgraph` where the function cannot be compiled.
 * @example
 * const gelu = torch.compile((x: Tensor) => x.mul(0.5).mul(x.div(Math.SQRT2).erf().add(1)));
 * gelu(x).sum().backward();
 */
export function compile<F extends Callable>(model: F, options?: CompileOptions): F;
export function compile(options?: CompileOptions): <F extends Callable>(model: F) => F;
export function compile(...args: unknown[]): unknown {
  const names = ["fullgraph", "dynamic", "backend", "mode", "options", "disable"] as const;
  type Args = CompileOptions & { model?: Callable };
  const { model, fullgraph = false, disable = false } = bind<Args>("compile", ["model"], names, args, 0);
  if (model === undefined || model === null) {
    const given = args.find((one) => typeof one === "object") as CompileOptions | undefined;
    return (target: Callable): Callable => compile(target, given ?? {});
  }
  if (typeof model !== "function")
    throw new TypeError(`compile(): a function or module expected, not ${typeof model}`);
  if (disable) return model;
  const compiled = new Compiled(model, fullgraph);
  if (!("forward" in model)) {
    return function (this: unknown, ...given: unknown[]): unknown {
      return compiled.call(this, given);
    };
  }
  // A module: itself in all but being called.
  return new Proxy(model, {
    apply: (_target, _self, given: unknown[]) => compiled.call(undefined, given),
    get: (target, name) => {
      const value: unknown = Reflect.get(target, name, target);
      const is_method = typeof value === "function" && !("forward" in value) && name !== "constructor";
      return is_method ? (value as Callable).bind(target) : value;
    },
    set: (target, name, value) => Reflect.set(target, name, value, target),
  });
}
