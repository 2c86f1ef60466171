/**
 * @file What users call: functions and methods that answer a wrong argument in PyTorch's words, never in JavaScript's own.
 *
 * A good call costs a frame: what `args.ts` does not bind is compared with the declarations once something was thrown. Methods of
 * modules, optimizers and the like, which are not called in inner loops, are compared before.
 */
import path from "node:path";
import { is_options, kind_of, unexpected } from "./args";
import { RuntimeError } from "./errors";
import { admits, type Signature, signature_of, type_of, words } from "./signatures";

type AnyFunction = (this: unknown, ...args: unknown[]) => unknown;

/** How V8 words what our code did with a value that it did not expect. */
const javascripts =
  /^Cannot (read|set|convert|mix|destructure|add|delete|redefine|assign|create|use 'in'|spread)|^(Invalid (array|typed array|array buffer|string) length)|^Array buffer allocation failed| is not (a function|iterable|a constructor|defined|extensible|an object)|^(object|undefined|null) .*is not|^Class constructor |^Reduce of empty array|^The (number|value) .* cannot be converted|^Found non-callable|^Iterator |^Invalid (count|time) value|^Method .* called on|must be called with|^toFixed\(\)|^Spread syntax|^Right-hand side of|^Private field|^Receiver must|^offset is out of bounds|^Start offset|^Unexpected (token|end)|^Derived constructor/;

const native = [TypeError, RangeError, SyntaxError, ReferenceError];
/** Where the library lies, and where its sources would: Node names those with `--enable-source-maps`. */
const library = [__dirname, path.resolve(__dirname, "..", "..", "src")];

/** Errors that were worded here already, by a function that the one asked for called. */
const worded = new WeakSet<Error>();

/** Whether the error began in the library, and not in a function that the user gave it. */
function is_ours({ stack = "" }: Error): boolean {
  const frame = stack
    .split("\n")
    .find((line) => /^\s+at .*[\\/].*:\d+:\d+\)?$/.test(line) && !line.includes("node:"));
  return frame === undefined || library.some((folder) => frame.includes(folder));
}

function is_foreign(error: Error): boolean {
  if (error.message.startsWith("TensorFlow's ")) return true;
  return native.some((kind) => error.constructor === kind) && javascripts.test(error.message);
}

const last_part = (path: string): string => path.slice(path.lastIndexOf(".") + 1);

/** What a message calls it: `add`, `Linear`, `Linear.forward`, as Python does. */
function called(key: string): string {
  const [of, name] = key.split(".").slice(-2);
  if (name === undefined) return of;
  if (!/^[A-Z]./.test(of) || of === "Tensor") return name;
  // Users know these parts of a module as the module.
  return `${/^(Holder|Stateful|Hooked|Callable)$/.test(of) ? "Module" : of}.${name}`;
}

function wrong(
  name: string,
  parameter: string,
  position: number | null,
  type: number,
  value: unknown,
): TypeError {
  const place = position === null ? "" : ` (position ${position})`;
  return new TypeError(
    `${name}(): argument '${parameter}'${place} must be ${words([type])}, not ${kind_of(value)}`,
  );
}

/** What is wrong with the arguments of a call by its declarations; null for nothing. */
function complaint(name: string, signature: Signature, args: readonly unknown[]): TypeError | null {
  const { order, places: taken, required, rest } = signature;
  let count = args.length;
  while (count > 0 && args[count - 1] === undefined) count--;
  const last = args[count - 1];
  const keywords = count > 0 && is_options(last) && takes_keywords(signature, count - 1) ? last : null;
  const places = keywords === null ? count : count - 1;
  for (let i = 0; i < places; i++) {
    const place = rest ? Math.min(i, order.length - 1) : i;
    if (place >= order.length) {
      return new TypeError(
        `${name}() takes ${order.length === 0 ? "no arguments" : `at most ${order.length} positional argument${order.length === 1 ? "" : "s"} (${order.join(", ")})`}, but ${places} ${places === 1 ? "was" : "were"} given`,
      );
    }
    if (!admits(taken[place], args[i])) return wrong(name, order[place], i + 1, taken[place], args[i]);
  }
  for (const [parameter, value] of Object.entries(keywords ?? {})) {
    const type = type_of(signature, parameter);
    if (type === undefined) {
      const known = Object.keys(signature.types).filter((each) => each !== "options" && each !== "args");
      return unexpected(name, parameter, known);
    }
    if (value !== undefined && !admits(type, value)) return wrong(name, parameter, null, type, value);
  }
  const missing = order.slice(places, required).filter((each) => keywords?.[each] === undefined);
  if (missing.length === 0) return null;
  return new TypeError(
    `${name}() missing ${missing.length} required positional argument${missing.length === 1 ? "" : "s"}: ` +
      missing.map((each) => `"${each}"`).join(", "),
  );
}

/** Whether an object in this place is keyword arguments, and not a value that the parameter there takes. */
function takes_keywords(signature: Signature, place: number): boolean {
  const { order, places, rest } = signature;
  if (order.length === 0 || (place >= order.length && !rest)) return true;
  return !words([places[Math.min(place, order.length - 1)]]).includes("anything");
}

/** A value in a word or two, with a tensor's shape. */
function described(value: unknown): string {
  const { shape } = (value ?? {}) as { shape?: unknown };
  return kind_of(value) === "Tensor" && Array.isArray(shape)
    ? `Tensor of shape [${shape.join(", ")}]`
    : kind_of(value);
}

/** What is to be thrown in the place of what was. */
function explained(error: unknown, key: string, args: readonly unknown[], name = called(key)): unknown {
  if (!(error instanceof Error)) return error;
  const foreign = is_foreign(error) && is_ours(error);
  if (!foreign && !worded.has(error)) {
    // Our own words for a wrong argument may name a function that this one called; layers have words of their own.
    if (error.constructor !== TypeError || !is_ours(error) || name.endsWith(".forward")) return error;
    const about = /^[\w.]+(?=\(\))/.exec(error.message)?.[0] ?? "";
    if (last_part(about) === last_part(name)) return error;
  }
  const signature = signature_of(key);
  let better: Error | null = signature === null ? null : complaint(name, signature, args);
  if (better === null && foreign) {
    const more = error.message.startsWith("TensorFlow's ") ? ` (${error.message})` : "";
    better = new RuntimeError(
      `${name}(): these arguments do not go together: ${args.map(described).join(", ") || "none"}${more}`,
    );
  }
  if (better === null) return error;
  better.cause = error;
  worded.add(better);
  return better;
}

/** How many arguments a call may have, keyword arguments counted as one. */
function most_of(key: string): number {
  const signature = signature_of(key);
  if (signature === null || signature.rest === true) return Number.POSITIVE_INFINITY;
  return signature.order.length;
}

/** Functions and what guards them; a guard stands for itself. */
const guards = new WeakMap<object, Map<string, AnyFunction>>();

function guard_of(call: object, name: string): AnyFunction | undefined {
  return guards.get(call)?.get(name);
}

function remember(call: object, name: string, guard: AnyFunction): void {
  for (const each of [call, guard]) {
    const made = guards.get(each) ?? new Map<string, AnyFunction>();
    guards.set(each, made.set(name, guard));
  }
}

function guarded(key: string, call: AnyFunction, first = false): AnyFunction {
  const made = guard_of(call, last_part(key));
  if (made !== undefined) return made;
  let most: number | null = null;
  const guard: AnyFunction = function (...args) {
    // One argument too many, which JavaScript would pass over, is seen by their number.
    most ??= most_of(key);
    if (first || args.length > most) {
      const signature = signature_of(key);
      const found = signature === null ? null : complaint(called(key), signature, args);
      if (found !== null) throw found;
    }
    try {
      return call.apply(this, args);
    } catch (error) {
      throw explained(error, key, args);
    }
  };
  Object.defineProperties(guard, {
    name: { value: call.name, configurable: true },
    length: { value: call.length, configurable: true },
    // A model called with keywords reads the names of forward's parameters.
    toString: { value: () => Function.prototype.toString.call(call), configurable: true },
  });
  remember(call, last_part(key), guard);
  return guard;
}

/** A method of tensors that runs an operation of the same name on them; it is guarded where it is made, and costs no frame more. */
export function method_of(
  name: string,
  run: (...args: unknown[]) => unknown,
): (this: unknown, ...args: unknown[]) => unknown {
  const operation = name.replace(/_$/, "");
  const method: AnyFunction = function (...args) {
    try {
      return run(this, ...args);
    } catch (error) {
      const own = `Tensor.${name}`;
      const first = signature_of(own) === null ? signature_of(operation)?.order[0] : undefined;
      throw first === "input" || first === "self"
        ? explained(error, operation, [this, ...args], name)
        : explained(error, own, args);
    }
  };
  remember(method, name, method);
  return method;
}

function is_class(value: unknown): value is { prototype: object } {
  return typeof value === "function" && /^class\b/.test(Function.prototype.toString.call(value));
}

/** Methods whose arguments are only looked at when something was thrown. */
const late = new Set(["forward", "__getitem__", "__getitems__"]);
const prototypes = new WeakSet<object>();

/** Guards the methods of a class and of those that it extends, where they are. */
function guard_methods(prototype: object, first: boolean): void {
  for (let at = prototype; at !== null && !prototypes.has(at); at = Object.getPrototypeOf(at)) {
    if (at === Object.prototype || at === Function.prototype || !Object.hasOwn(at, "constructor")) return;
    prototypes.add(at);
    for (const [name, property] of Object.entries(Object.getOwnPropertyDescriptors(at))) {
      if (/^(constructor|_.*|toString|toJSON)$/.test(name) || typeof property.value !== "function") continue;
      if (is_class(property.value)) continue;
      const value = guarded(`${at.constructor.name}.${name}`, property.value, first && !late.has(name));
      Object.defineProperty(at, name, { ...property, value });
    }
  }
}

/** Functions that no inner loop calls: their arguments are compared before the call. */
const seldom =
  /^(nn\.(init|utils)\.|autograd\.|utils\.|optim\.|cuda\.|linalg\.|masked\.|random_split$|arange$|is_inference$|result_type$|binomial$|poisson$|(set|get)_|no_grad$|enable_grad$|inference_mode$|manual_seed$|save$|load$)/;

/** Classes that users extend and that take what their own constructors like, and those that inner loops make or ask for. */
const bare = new Set(["Tensor", "Module", "Dataset", "IterableDataset", "Sampler", "Function", "DType"]);

/** A class whose constructor compares its arguments with its declarations first. */
function guarded_class<T extends { prototype: object }>(name: string, original: T & AnyFunction): T {
  const made = guard_of(original, name);
  if (made !== undefined) return made as unknown as T;
  const guard = new Proxy(original, {
    construct(target, args, new_target) {
      const signature = signature_of(name);
      const found = signature === null ? null : complaint(name, signature, args);
      if (found !== null) throw found;
      try {
        return Reflect.construct(target, args, new_target);
      } catch (error) {
        throw explained(error, name, args);
      }
    },
    apply() {
      throw new TypeError(`${name}() is a class: its objects are made with new, as in new ${name}(...)`);
    },
  });
  if (Object.hasOwn(original.prototype, "constructor")) {
    Object.defineProperty(original.prototype, "constructor", {
      value: guard,
      writable: true,
      configurable: true,
    });
  }
  remember(original, name, guard);
  return guard;
}

const spaces = new WeakMap<object, object>();

/** A namespace whose functions are guarded, and those of the namespaces in it; methods of classes are guarded where they are. */
export function guard_namespace<T extends object>(namespace: T, path = ""): T {
  const made = spaces.get(namespace);
  if (made !== undefined) return made as T;
  const space: Record<string, unknown> = {};
  // What `import` looks at to know a default export.
  if ("__esModule" in namespace) Object.defineProperty(space, "__esModule", { value: true });
  spaces.set(namespace, space);
  spaces.set(space, space);
  for (const [name, value] of Object.entries(namespace)) space[name] = guarded_value(value, name, path);
  return space as T;
}

function guarded_value(value: unknown, name: string, path: string): unknown {
  if (is_class(value)) {
    const { name: class_name } = value as unknown as AnyFunction;
    guard_methods(value.prototype, class_name !== "Tensor");
    const is_error = value.prototype instanceof Error;
    return bare.has(class_name) || is_error
      ? value
      : guarded_class(class_name, value as typeof value & AnyFunction);
  }
  if (typeof value === "function") {
    return guarded(`${path}${name}`, value as AnyFunction, seldom.test(`${path}${name}`));
  }
  if (typeof value !== "object" || value === null || Object.getPrototypeOf(value) !== Object.prototype)
    return value;
  // A namespace goes by the same path wherever it is met.
  return guard_namespace(value, name === "default" || name === "torch" ? "" : `${path}${name}.`);
}
