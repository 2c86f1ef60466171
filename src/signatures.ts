/**
 * @file What functions, constructors and methods take, by their own declarations: `signatures.json`, which the build reads from
 * the types. So a wrong argument is told as one, whatever the code would have met first.
 */
import { readFileSync } from "node:fs";
import { join } from "node:path";

/** A parameter's type: what it admits, as `scripts/setup/signatures.mjs` writes it. */
type Kinds = readonly string[];

/** What a callable takes. */
export interface Signature {
  /** Names of the parameters that may come by position. */
  readonly order: readonly string[];
  /** What each of those places takes, whatever overloads call it: a place in the list of types. */
  readonly places: readonly number[];
  /** How many must be there. */
  readonly required: number;
  /** Whether the last one takes all that follow. */
  readonly rest?: boolean;
  /** The type of each parameter, keywords included, as a place in the list of types. */
  readonly types: Readonly<Record<string, number>>;
}

interface Written {
  readonly types: readonly Kinds[];
  readonly shapes: readonly Signature[];
  readonly callables: Readonly<Record<string, number>>;
}

let read: Written | null = null;

function written(): Written {
  read ??= JSON.parse(readFileSync(join(__dirname, "signatures.json"), "utf8")) as Written;
  return read;
}

/** The signature of `nn.init.zeros_`, `LSTM` or `Module.to`; null for what has none. */
export function signature_of(key: string): Signature | null {
  const { callables, shapes } = written();
  return Object.hasOwn(callables, key) ? shapes[callables[key]] : null;
}

/** What a signature says of a parameter; undefined for one that it does not know. */
export function type_of(signature: Signature, parameter: string): number | undefined {
  return Object.hasOwn(signature.types, parameter) ? signature.types[parameter] : undefined;
}

/** The callables of one name, in whatever namespace. */
let keys_by_name: Map<string, string[]> | null = null;

function keys_of(name: string): readonly string[] {
  if (keys_by_name === null) {
    keys_by_name = new Map();
    for (const key of Object.keys(written().callables)) {
      // Those of torch.masked, with mask and dims of their own, are named in full.
      const last = key.startsWith("masked.") ? key : key.slice(key.lastIndexOf(".") + 1);
      const keys = keys_by_name.get(last);
      if (keys === undefined) keys_by_name.set(last, [key]);
      else keys.push(key);
    }
  }
  return keys_by_name.get(name) ?? [];
}

const by_name = new Map<string, ReadonlyMap<string, readonly number[]>>();

/** The types that the callables of one name, in whatever namespace, give their parameters; gathered when first asked for. */
export function types_by_name(name: string): ReadonlyMap<string, readonly number[]> {
  const known = by_name.get(name);
  if (known !== undefined) return known;
  const parameters = new Map<string, number[]>();
  const { callables, shapes } = written();
  for (const key of keys_of(name)) {
    for (const [parameter, type] of Object.entries(shapes[callables[key]].types)) {
      const types = parameters.get(parameter);
      if (types === undefined) parameters.set(parameter, [type]);
      else if (!types.includes(type)) types.push(type);
    }
  }
  by_name.set(name, parameters);
  return parameters;
}

/** Whether a value is a tensor, asked without loading the tensors' module. */
export function looks_like_tensor(value: unknown): boolean {
  return typeof value === "object" && value !== null && "_handle" in value;
}

/** Whether a value is an options object: a plain object, not a tensor, array, module or other class instance. */
export function is_options(value: unknown): value is Record<string, unknown> {
  if (typeof value !== "object" || value === null) return false;
  const prototype = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
}

function is_instance(value: unknown, name: string): boolean {
  if ((typeof value !== "object" && typeof value !== "function") || value === null) return false;
  for (let at = Object.getPrototypeOf(value); at !== null; at = Object.getPrototypeOf(at)) {
    if (Object.hasOwn(at, "constructor") && at.constructor?.name === name) return true;
  }
  return false;
}

function is_iterable(value: unknown): boolean {
  if (typeof value !== "object" && typeof value !== "function") return false;
  return value !== null && (Symbol.iterator in value || Symbol.asyncIterator in value);
}

function is_of(kind: string, value: unknown): boolean {
  switch (kind) {
    case "any":
      return true;
    case "Tensor":
      return looks_like_tensor(value);
    case "null":
      return value === null;
    case "options":
      // None in their place is PyTorch's oldest way to leave the rest at its defaults.
      return value === null || is_options(value);
    case "iterable":
      return is_iterable(value);
    case "undefined":
    case "number":
    case "boolean":
    case "string":
    case "bigint":
    case "function":
      return typeof value === kind;
  }
  // Which text it may be is for the function to say, with a ValueError.
  if (kind.startsWith("'")) return typeof value === "string";
  if (kind.startsWith("class ")) return is_instance(value, kind.slice(6));
  const element = Number(kind.slice(5));
  return Array.isArray(value) && value.every((each) => admits(element, each));
}

/** Whether a parameter of this type takes the value. */
export function admits(type: number, value: unknown): boolean {
  for (const kind of written().types[type]) if (is_of(kind, value)) return true;
  return false;
}

const said: Readonly<Record<string, string>> = {
  boolean: "bool",
  "class DType": "torch.dtype",
  "class Generator": "torch.Generator",
};

const is_list = (kind: string): boolean => kind.startsWith("list ");

function word(kind: string): string {
  if (is_list(kind)) {
    const inner = words([Number(kind.slice(5))]);
    return inner === "anything" ? "a list" : `a list of ${inner}`;
  }
  return said[kind] ?? kind.replace(/^class /, "");
}

/** What parameters of these types take, for a message: "Tensor, number or a list of number". */
export function words(types: readonly number[]): string {
  const kinds = new Set(types.flatMap((type) => written().types[type]));
  if (kinds.has("any")) return "anything";
  // Named values take one place of the list, after the rest; what may be left out need not be named.
  const named = [...kinds].filter((kind) => kind !== "undefined" && kind !== "options");
  const plain = [...named.filter((kind) => !is_list(kind)), ...named.filter(is_list)].map(word);
  if (kinds.has("options") && plain.length === 0) return "an object of keyword arguments";
  const last = plain.pop() ?? "left out";
  return plain.length === 0 ? last : `${plain.join(", ")} or ${last}`;
}
