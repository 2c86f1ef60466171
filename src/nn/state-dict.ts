/** @file Loads saved values into a module by name, with PyTorch's words for what does not fit. */
import { no_grad } from "../autograd/grad-mode";
import { RuntimeError } from "../errors";
import { cast } from "../ops/value/convert";
import { same_shape } from "../shape";
import { Tensor } from "../tensor";
import type { Module } from "./module";
import { Parameter } from "./parameter";
import { is_uninitialized } from "./uninitialized";

/** Tensors by their dotted names, in order. */
export type StateDict = Record<string, Tensor>;

/** What `load_state_dict` could not match. */
export class IncompatibleKeys {
  constructor(
    readonly missing_keys: string[],
    readonly unexpected_keys: string[],
  ) {}

  toString(): string {
    if (this.missing_keys.length + this.unexpected_keys.length === 0)
      return "<All keys matched successfully>";
    const list = (keys: string[]): string => `[${keys.map((key) => `'${key}'`).join(", ")}]`;
    return `_IncompatibleKeys(missing_keys=${list(this.missing_keys)}, unexpected_keys=${list(this.unexpected_keys)})`;
  }

  [Symbol.for("nodejs.util.inspect.custom")](): string {
    return this.toString();
  }
}

function as_map(state_dict: unknown): Map<string, unknown> {
  if (state_dict instanceof Map) return new Map(state_dict);
  if (
    typeof state_dict === "object" &&
    state_dict !== null &&
    !(state_dict instanceof Tensor) &&
    !Array.isArray(state_dict)
  ) {
    return new Map(Object.entries(state_dict));
  }
  const kind = state_dict === null ? "null" : Array.isArray(state_dict) ? "array" : typeof state_dict;
  throw new TypeError(`Expected state_dict to be dict-like, got ${kind}.`);
}

const size = (tensor: Tensor): string => `torch.Size([${tensor.shape.join(", ")}])`;

/** What loading one module after the other finds. */
interface Findings {
  readonly missing: string[];
  readonly unexpected: string[];
  readonly errors: string[];
}

/** Puts a tensor itself in a parameter's or buffer's place. */
function put(module: Module, name: string, target: Tensor, value: Tensor): void {
  const fields = module as unknown as Record<string, Tensor>;
  // What containers hold is no field.
  if (!Object.hasOwn(module, name)) target.data = value;
  else if (!(target instanceof Parameter)) fields[name] = value;
  else if (value instanceof Parameter) fields[name] = value.requires_grad_(target.requires_grad);
  else fields[name] = new Parameter(value, target.requires_grad);
}

/** Loads a module's own parameters and buffers. */
function load_own(
  module: Module,
  state: Record<string, unknown>,
  prefix: string,
  assign: boolean,
  { missing, unexpected, errors }: Findings,
): void {
  for (const { hook } of module._load_hooks.pre) {
    hook(module, state as StateDict, prefix, {}, true, missing, unexpected, errors);
  }
  const kept = [...module._buffers].filter(([name]) => module._is_persistent(name));
  const own = new Map<string, Tensor>([...module._parameters, ...kept]);
  for (const [name, target] of own) {
    const key = prefix + name;
    let source = state[key];
    if (source === undefined) {
      missing.push(key);
      continue;
    }
    if (!(source instanceof Tensor)) {
      errors.push(
        `While copying the parameter named "${key}", expected torch.Tensor or Tensor-like object from checkpoint but received ${
          source === null ? "null" : typeof source
        }`,
      );
      continue;
    }
    const scalar = !is_uninitialized(target) && !is_uninitialized(source) && target.ndim === 0;
    if (scalar && source.ndim === 1 && source.numel() === 1) source = source.select(0, 0);
    const value = source as Tensor;
    if (is_uninitialized(target)) {
      if (is_uninitialized(value)) continue;
      target.materialize(value.shape);
    }
    if (!same_shape(value.shape, target.shape)) {
      errors.push(
        `size mismatch for ${key}: copying a param with shape ${size(value)} from checkpoint, the shape in current model is ` +
          `${size(target)}.`,
      );
      continue;
    }
    no_grad(() => {
      if (assign) put(module, name, target, value);
      else target.data = cast(value, target.dtype);
    });
  }
  const extra = `${prefix}_extra_state`;
  if (module.set_extra_state !== undefined) {
    if (Object.hasOwn(state, extra)) module.set_extra_state(state[extra]);
    else missing.push(extra);
  } else if (Object.hasOwn(state, extra)) unexpected.push(extra);
  for (const key of Object.keys(state)) {
    if (!key.startsWith(prefix) || key === extra) continue;
    const [name, ...below] = key.slice(prefix.length).split(".");
    if (!(below.length > 0 ? module._modules.has(name) : own.has(name))) unexpected.push(key);
  }
}

/** See `Module.load_state_dict`. */
export function load_state_dict(
  module: Module,
  state_dict: unknown,
  strict: boolean,
  assign: boolean,
): IncompatibleKeys {
  const missing: string[] = [];
  const unexpected: string[] = [];
  const errors: string[] = [];
  const keys = new IncompatibleKeys(missing, unexpected);
  const load = (each: Module, state: Record<string, unknown>, prefix: string): void => {
    load_own(each, state, prefix, assign, { missing, unexpected, errors });
    for (const [name, child] of each._modules) {
      const below = `${prefix}${name}.`;
      const part = Object.entries(state).filter(([key]) => key.startsWith(below));
      load(child, Object.fromEntries(part), below);
    }
    for (const { hook } of each._load_hooks.post) hook(each, keys);
  };
  load(module, Object.fromEntries(as_map(state_dict)), "");
  if (strict) {
    const quoted = (list: string[]): string => list.map((key) => `"${key}"`).join(", ");
    if (unexpected.length > 0) errors.unshift(`Unexpected key(s) in state_dict: ${quoted(unexpected)}. `);
    if (missing.length > 0) errors.unshift(`Missing key(s) in state_dict: ${quoted(missing)}. `);
  }
  if (errors.length > 0) {
    throw new RuntimeError(
      `Error(s) in loading state_dict for ${module._get_name()}:\n\t${errors.join("\n\t")}`,
    );
  }
  return keys;
}
