/** @file The public methods of tensors by name, for tests that go through all of them. */
import { Tensor } from "../src/index";

type Method = (this: Tensor, ...args: unknown[]) => unknown;

/** Names and functions, those of the classes below `Tensor` too. */
export function tensor_methods(): Map<string, Method> {
  const found = new Map<string, Method>();
  let prototype: object = Tensor.prototype;
  for (; prototype !== Object.prototype; prototype = Object.getPrototypeOf(prototype)) {
    for (const name of Object.getOwnPropertyNames(prototype)) {
      const value = Object.getOwnPropertyDescriptor(prototype, name)?.value;
      const hidden = name === "constructor" || name.startsWith("_") || found.has(name);
      if (typeof value === "function" && !hidden) found.set(name, value);
    }
  }
  return found;
}
