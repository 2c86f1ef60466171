/**
 * @file `x[-1]` and `` x[":, 0"] `` on tensors.
 *
 * A Proxy at the end of the prototype chain sees only the names that nothing before it has, so ordinary properties and
 * methods cost nothing. It hands those that read as indices to the tensor's own `_get_text` and `_set_text`.
 */

/** An index as text: a number, or parts between commas, among them slices, `...` and `None`. */
const index_text = /^\s*(?:[-+\d:[]|\.\.\.|None\b|null\b|True\b|False\b|[^:,]*[:,])/;

interface IndexedByText {
  _get_text(text: string): unknown;
  _set_text(text: string, value: unknown): void;
}

const traps: ProxyHandler<object> = {
  get(target, name, receiver) {
    if (typeof name === "string" && index_text.test(name)) {
      return (receiver as IndexedByText)._get_text(name);
    }
    return Reflect.get(target, name, receiver);
  },
  set(_, name, value, receiver) {
    if (typeof name === "string" && index_text.test(name)) {
      (receiver as IndexedByText)._set_text(name, value);
      return true;
    }
    // No index: an ordinary new property of the tensor itself.
    return Reflect.defineProperty(receiver, name, {
      value,
      writable: true,
      enumerable: true,
      configurable: true,
    });
  },
};

/** Base of the tensor, whose prototype ends in the Proxy. */
export const Indexable = (() => {
  const base = function Indexable(): void {} as unknown as { new (): object; prototype: object };
  base.prototype = new Proxy(Object.create(Object.prototype), traps);
  return base;
})();
