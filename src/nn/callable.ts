/** @file Makes the instances of a class functions, so that a model is called as in PyTorch: `model(x)`. */

/** What {@link Callable} calls. */
interface Called {
  _call(args: readonly unknown[]): unknown;
}

/**
 * Base of classes whose instances can be called; a call runs `_call`.
 *
 * The constructor returns a function with the class as its prototype, and the fields of the classes below are set on it. The
 * function's own `name` and `length` are taken away: they are names that a class may want for its fields.
 */
export abstract class Callable {
  constructor() {
    const self = (...args: unknown[]): unknown => (self as unknown as Called)._call(args);
    Reflect.deleteProperty(self, "name");
    Reflect.deleteProperty(self, "length");
    // biome-ignore lint/correctness/noConstructorReturn: an instance that is a function is the point
    return Object.setPrototypeOf(self, new.target.prototype);
  }
}
