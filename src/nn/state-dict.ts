/** @file Loads saved values into a module by name, with PyTorch's words for what does not fit. */
import { no_grad } from "../autograd/grad-mode";
import { RuntimeError } from "../errors";
import { cast } from "../ops/value/convert";
import { same_shape } from "../shape";
import { Tensor } from "../tensor";
import type { Module } from "./module";
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

/** See `Module.load_state_dict`. */
export function load_state_dict(
  module: Module,
  state_dict: unknown,
  strict: boolean,
  assign: boolean,
): IncompatibleKeys {
  const given = as_map(state_dict);
  const own = module.state_dict({ keep_vars: true });
  const missing = Object.keys(own).filter((key) => !given.has(key));
  const unexpected = [...given.keys()].filter((key) => !Object.hasOwn(own, key));
  const problems: string[] = [];
  if (strict) {
    const quoted = (keys: string[]): string => keys.map((key) => `"${key}"`).join(", ");
    if (missing.length > 0) problems.push(`Missing key(s) in state_dict: ${quoted(missing)}. `);
    if (unexpected.length > 0) problems.push(`Unexpected key(s) in state_dict: ${quoted(unexpected)}. `);
  }
  for (const [key, target] of Object.entries(own)) {
    let source = given.get(key);
    if (source === undefined) continue;
    if (!(source instanceof Tensor)) {
      problems.push(
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
      problems.push(
        `size mismatch for ${key}: copying a param with shape ${size(value)} from checkpoint, the shape in current model is ` +
          `${size(target)}.`,
      );
      continue;
    }
    no_grad(() => {
      target.data = assign ? value : cast(value, target.dtype);
    });
  }
  if (problems.length > 0) {
    throw new RuntimeError(
      `Error(s) in loading state_dict for ${module._get_name()}:\n\t${problems.join("\n\t")}`,
    );
  }
  return new IncompatibleKeys(missing, unexpected);
}
