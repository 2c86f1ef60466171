/** @file What modules with numbered elements share: `[0]`, `[-1]`, lists that grow. */
import { IndexError } from "../errors";
import { Module } from "./module";

/**
 * `[-1]`, and `[0]` where a module has another name, for a class with `_at` and `_put`: getters on the prototype, up to the
 * greatest length seen, so that nothing else pays for them.
 */
export function index_getters(prototype: object): (length: number) => void {
  let defined = 0;
  const define = (index: number): void => {
    Object.defineProperty(prototype, String(index), {
      configurable: true,
      get(this: Indexed) {
        return this._at(index);
      },
      set(this: Indexed, value: unknown) {
        this._put(index, value);
      },
    });
  };
  return (length) => {
    for (; defined < length; defined++) {
      define(defined);
      define(-(defined + 1));
    }
  };
}

interface Indexed {
  _at(index: number): unknown;
  _put(index: number, value: unknown): void;
}

/** A numbered place, negative ones counted from the end. @throws IndexError when it is out of range. */
export function place(index: number, length: number): number {
  if (!Number.isInteger(index)) throw new TypeError(`index must be an integer, got ${index}`);
  if (index < -length || index >= length) throw new IndexError(`index ${index} is out of range`);
  return index < 0 ? index + length : index;
}

/** What lists of modules or parameters share: elements are the fields "0", "1", ... */
export abstract class Numbered<T> extends Module {
  /** @internal */
  abstract _grow(length: number): void;
  /** @internal */
  abstract _check(value: unknown): T;

  /** Number of elements. */
  override get length(): number {
    let length = 0;
    while (Object.hasOwn(this, String(length))) length++;
    return length;
  }

  /** @internal */
  _at(index: number): T | undefined {
    const { length } = this;
    return index < -length || index >= length ? undefined : this.at(index);
  }

  /** @internal */
  _put(index: number, value: unknown): void {
    const name = String(place(index, this.length));
    const element = this._check(value);
    Object.defineProperty(this, name, {
      value: element,
      writable: true,
      enumerable: true,
      configurable: true,
    });
  }

  /** @internal */
  _push(value: unknown): void {
    const at = this.length;
    const element = this._check(value);
    this._grow(at + 1);
    Object.defineProperty(this, String(at), {
      value: element,
      writable: true,
      enumerable: true,
      configurable: true,
    });
  }

  /** @internal Makes `elements` all that there is. */
  _replace(elements: readonly T[]): void {
    for (let at = this.length - 1; at >= elements.length; at--) Reflect.deleteProperty(this, String(at));
    elements.forEach((value, at) => {
      if (at < this.length) this._put(at, value);
      else this._push(value);
    });
  }

  /** The element at a position; negative ones count from the end. @throws IndexError when it is out of range. */
  at(index: number): T {
    return (this as unknown as T[])[place(index, this.length)];
  }

  /** @internal */
  _list(): T[] {
    return Array.from(this as unknown as ArrayLike<T>);
  }

  *[Symbol.iterator](): IterableIterator<T> {
    for (let at = 0; at < this.length; at++) yield (this as unknown as T[])[at];
  }
}

export function expect_module(value: unknown): Module {
  if (value instanceof Module) return value;
  const kind = value === null ? "null" : Array.isArray(value) ? "array" : typeof value;
  throw new TypeError(`${kind} is not a Module subclass`);
}
