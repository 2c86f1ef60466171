/** @file What tells calls apart that need recordings of their own: kinds, shapes and plain values of the arguments. */
import { is_grad_enabled } from "../autograd/grad-mode";
import { get_default_dtype } from "../dtype";
import { Tensor } from "../tensor";

/** A call's signature, and the tensors in its arguments in order. */
export interface Signature {
  readonly key: string;
  readonly tensors: readonly Tensor[];
}

const objects = new WeakMap<object, number>();
let count = 0;

function number_of(object: object): number {
  let number = objects.get(object);
  if (number === undefined) {
    number = count++;
    objects.set(object, number);
  }
  return number;
}

function is_plain(value: object): boolean {
  const prototype = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
}

/** The signature of a call; null where an argument is neither tensor, plain value, function, nor list or record of those. */
export function signature(self: unknown, args: readonly unknown[]): Signature | null {
  const tensors: Tensor[] = [];
  const text = (value: unknown): string | null => {
    if (value instanceof Tensor) {
      const before = tensors.indexOf(value);
      if (before >= 0) return `t${before}`;
      tensors.push(value);
      return `${value.dtype.name}[${value.shape}]${value.requires_grad ? "g" : ""}`;
    }
    if (Array.isArray(value)) return list(value.map(text));
    if (typeof value === "function") return `f${number_of(value)}`;
    if (typeof value !== "object" || value === null) {
      return typeof value === "string"
        ? JSON.stringify(value)
        : `${typeof value}${Object.is(value, -0) ? "-0" : String(value)}`;
    }
    if (!is_plain(value)) return null;
    const entries = Object.entries(value);
    return list(
      entries.map(([name, each]) => {
        const part = text(each);
        return part === null ? null : `${JSON.stringify(name)}:${part}`;
      }),
      "{}",
    );
  };
  const list = (parts: readonly (string | null)[], ends = "[]"): string | null =>
    parts.includes(null) ? null : `${ends[0]}${parts.join(",")}${ends[1]}`;
  const own =
    self === undefined || self === null
      ? ""
      : typeof self === "object" || typeof self === "function"
        ? `${number_of(self)}`
        : String(self);
  const all = text(args);
  if (all === null) return null;
  return { key: `${own} ${is_grad_enabled() ? "g" : ""}${get_default_dtype().name}${all}`, tensors };
}
