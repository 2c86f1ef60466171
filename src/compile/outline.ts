/** @file How tensors lie in a function's result: alone, or in lists and records, with plain values between them. */
import { Tensor } from "../tensor";
import { Refusal } from "./refusal";

/** A result without its tensors. */
export interface Outline {
  /** The tensors, in order. */
  readonly tensors: readonly Tensor[];
  /** A new result with other tensors in their places. */
  fill(tensors: readonly Tensor[]): unknown;
}

/** @throws Refusal for results of other kinds. */
export function outline(result: unknown): Outline {
  const tensors: Tensor[] = [];
  const build = (value: unknown): ((tensors: readonly Tensor[]) => unknown) => {
    if (value instanceof Tensor) {
      const at = tensors.push(value) - 1;
      return (given) => given[at];
    }
    if (Array.isArray(value) && Object.getPrototypeOf(value) === Array.prototype) {
      const parts = value.map(build);
      return (given) => parts.map((part) => part(given));
    }
    if (typeof value === "object" && value !== null) {
      if (Object.getPrototypeOf(value) !== Object.prototype)
        throw new Refusal("it returns an object that is no list or record");
      const parts = Object.entries(value).map(([name, each]) => [name, build(each)] as const);
      return (given) => Object.fromEntries(parts.map(([name, part]) => [name, part(given)]));
    }
    if (typeof value === "function") throw new Refusal("it returns a function");
    return () => value;
  };
  const fill = build(result);
  return { tensors, fill };
}
