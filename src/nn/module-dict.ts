/** @file `nn.ModuleDict`: modules by name. */
import { KeyError } from "../errors";
import { Module } from "./module";
import { expect_module } from "./numbered";

/**
 * Modules by name, in order of entry. It has no `forward`: call its elements.
 *
 * @example
 * this.heads = new nn.ModuleDict({ tag: new nn.Linear(8, 3), sentiment: new nn.Linear(8, 2) });
 * this.heads.get("tag")(x);
 */
export class ModuleDict<M extends Module = Module> extends Module {
  /** @internal */ declare readonly _held: Map<string, M>;

  constructor(modules: Readonly<Record<string, M>> | Iterable<readonly [string, M]> = {}) {
    super();
    hold(this);
    this.update(modules);
  }

  override _entries(): [string, unknown][] {
    return [...super._entries(), ...this._held];
  }

  /** The module of a name. @throws KeyError where there is none. */
  get(name: string): M {
    const found = this._held.get(name);
    if (found === undefined) throw new KeyError(`'${name}'`);
    return found;
  }

  /** Puts a module under a name. @returns this */
  set(name: string, module: M): this {
    if (typeof name !== "string") throw new TypeError(`module name should be a string. Got ${typeof name}`);
    if (name === "") throw new KeyError('module name can\'t be empty string ""');
    if (name.includes(".")) throw new KeyError(`module name can't contain ".", got: ${name}`);
    this._held.set(name, expect_module(module) as M);
    return this;
  }

  override add_module(name: string, module: Module | null): void {
    if (module !== null) this.set(name, module as M);
  }

  has(name: string): boolean {
    return this._held.has(name);
  }

  /** Takes the module of a name out and returns it. @throws KeyError where there is none. */
  pop(name: string): M {
    const found = this.get(name);
    this._held.delete(name);
    return found;
  }

  /** Takes all modules out. */
  clear(): void {
    this._held.clear();
  }

  /** Adds modules by name; those of the same name are replaced. */
  update(modules: Readonly<Record<string, M>> | Iterable<readonly [string, M]>): void {
    const pairs =
      typeof (modules as Iterable<unknown>)[Symbol.iterator] === "function"
        ? (modules as Iterable<readonly [string, M]>)
        : Object.entries(modules as Record<string, M>);
    for (const [name, module] of pairs) this.set(name, module);
  }

  /** Number of modules. */
  get size(): number {
    return this._held.size;
  }

  keys(): IterableIterator<string> {
    return this._held.keys();
  }

  values(): IterableIterator<M> {
    return this._held.values();
  }

  items(): IterableIterator<[string, M]> {
    return this._held.entries();
  }

  [Symbol.iterator](): IterableIterator<string> {
    return this._held.keys();
  }
}

/** Gives a container its map, as a field that is none of its own to `Object.keys`. */
export function hold(container: Module): void {
  Object.defineProperty(container, "_held", { value: new Map(), configurable: true });
}
