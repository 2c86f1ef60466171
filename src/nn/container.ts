/** @file Modules that hold others: one after another, as a list, or by name. */
import { IndexError, KeyError } from "../errors";
import type { Tensor } from "../tensor";
import { add_indent, Module } from "./module";
import { Parameter } from "./parameter";

/**
 * `[-1]`, and `[0]` where a module has another name, for a class with `_at` and `_put`: getters on the prototype, up to the
 * greatest length seen, so that nothing else pays for them.
 */
function index_getters(prototype: object): (length: number) => void {
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
function place(index: number, length: number): number {
  if (!Number.isInteger(index)) throw new TypeError(`index must be an integer, got ${index}`);
  if (index < -length || index >= length) throw new IndexError(`index ${index} is out of range`);
  return index < 0 ? index + length : index;
}

/** What lists of modules or parameters share: elements are the fields "0", "1", ... */
abstract class Numbered<T> extends Module {
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

function expect_module(value: unknown): Module {
  if (value instanceof Module) return value;
  const kind = value === null ? "null" : Array.isArray(value) ? "array" : typeof value;
  throw new TypeError(`${kind} is not a Module subclass`);
}

/**
 * Calls modules one after another, each with the result of the one before.
 *
 * @example
 * const model = new nn.Sequential(new nn.Linear(4, 8), new nn.ReLU(), new nn.Linear(8, 2));
 * const named = new nn.Sequential({ fc: new nn.Linear(4, 8), act: new nn.ReLU() });
 * model[0]; model[-1]; model.length
 */
export class Sequential extends Module {
  [index: number]: Module;

  constructor(...modules: Module[]);
  constructor(modules: Readonly<Record<string, Module>> | ReadonlyMap<string, Module>);
  constructor(...args: unknown[]) {
    super();
    const only = args.length === 1 ? args[0] : null;
    if (only instanceof Map) for (const [name, module] of only) this.add_module(name, module);
    else if (typeof only === "object" && only !== null && !Array.isArray(only)) {
      for (const [name, module] of Object.entries(only)) this.add_module(name, expect_module(module));
    } else for (const module of args) this.append(module as Module);
    grow_sequential(this.length);
  }

  /** Number of modules. */
  override get length(): number {
    return this._modules.size;
  }

  /** @internal */
  _at(index: number): Module | undefined {
    const { length } = this;
    return index < -length || index >= length ? undefined : this.at(index);
  }

  /** @internal */
  _put(index: number, value: unknown): void {
    const name = [...this._modules.keys()][place(index, this.length)];
    this.add_module(name, expect_module(value));
  }

  /** The module at a position; negative ones count from the end. @throws IndexError when it is out of range. */
  at(index: number): Module {
    return [...this._modules.values()][place(index, this.length)];
  }

  /** Modules `start` to before `end`, as another Sequential that holds the same ones. */
  slice(start?: number, end?: number): Sequential {
    return new Sequential(Object.fromEntries([...this._modules].slice(start, end)));
  }

  /** Adds a module at the end. @returns this */
  append(module: Module): this {
    this.add_module(String(this.length), expect_module(module));
    grow_sequential(this.length);
    return this;
  }

  /** Adds the modules of a list at the end. @returns this */
  extend(modules: Iterable<Module>): this {
    for (const module of [...modules]) this.append(module);
    return this;
  }

  /** Adds a module before position `index`. @returns this */
  insert(index: number, module: Module): this {
    const list = [...this._modules.values()];
    if (index < -list.length || index > list.length) {
      throw new IndexError(`Index out of range: ${index}`);
    }
    list.splice(index, 0, expect_module(module));
    for (const name of this._modules.keys()) Reflect.deleteProperty(this, name);
    return this.extend(list);
  }

  override forward(input: Tensor): Tensor {
    let value: unknown = input;
    for (const module of this._modules.values()) value = module(value);
    return value as Tensor;
  }

  *[Symbol.iterator](): IterableIterator<Module> {
    yield* this._modules.values();
  }
}

const grow_sequential = index_getters(Sequential.prototype);

/**
 * A list of modules whose parameters count. It has no `forward`: call its elements.
 *
 * @example
 * this.layers = new nn.ModuleList([new nn.Linear(4, 4), new nn.Linear(4, 4)]);
 * for (const layer of this.layers) x = layer(x);
 */
export class ModuleList<M extends Module = Module> extends Numbered<M> {
  [index: number]: M;

  constructor(modules: Iterable<M> = []) {
    super();
    this.extend(modules);
  }

  /** @internal */
  _grow(length: number): void {
    grow_module_list(length);
  }

  /** @internal */
  _check(value: unknown): M {
    return expect_module(value) as M;
  }

  /** Adds a module at the end. @returns this */
  append(module: M): this {
    this._push(module);
    return this;
  }

  /** Adds the modules of a list at the end. @returns this */
  extend(modules: Iterable<M>): this {
    if (modules === null || typeof (modules as Iterable<M>)?.[Symbol.iterator] !== "function") {
      throw new TypeError(
        `ModuleList.extend should be called with an iterable, but got ${modules === null ? "null" : typeof modules}`,
      );
    }
    for (const module of [...modules]) this._push(module);
    return this;
  }

  /** Adds a module before position `index`. */
  insert(index: number, module: M): void {
    const list = this._list();
    list.splice(index, 0, this._check(module));
    this._replace(list);
  }

  /** Takes the module at a position out and returns it. */
  pop(index = -1): M {
    const list = this._list();
    const [taken] = list.splice(place(index, list.length), 1);
    this._replace(list);
    return taken;
  }

  /** Modules `start` to before `end`, as another list that holds the same ones. */
  slice(start?: number, end?: number): ModuleList<M> {
    return new ModuleList(this._list().slice(start, end));
  }

  /** Like runs of modules are printed once, with their count. */
  override _child_lines(): string[] {
    const texts = this._list().map(String);
    const lines: string[] = [];
    for (let start = 0; start < texts.length; ) {
      let end = start;
      while (end + 1 < texts.length && texts[end + 1] === texts[start]) end++;
      const label = end > start ? `(${start}-${end}): ${end - start + 1} x ` : `(${start}): `;
      lines.push(add_indent(label + texts[start], 2));
      start = end + 1;
    }
    return lines;
  }
}

const grow_module_list = index_getters(ModuleList.prototype);

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

/** A list of parameters; tensors become parameters. */
export class ParameterList extends Numbered<Parameter> {
  [index: number]: Parameter;

  constructor(values: Iterable<Tensor> = []) {
    super();
    this.extend(values);
  }

  /** @internal */
  _grow(length: number): void {
    grow_parameter_list(length);
  }

  /** @internal */
  _check(value: unknown): Parameter {
    return value instanceof Parameter ? value : new Parameter(value as Tensor);
  }

  /** Adds a parameter at the end. @returns this */
  append(value: Tensor): this {
    this._push(value);
    return this;
  }

  /** Adds the parameters of a list at the end. @returns this */
  extend(values: Iterable<Tensor>): this {
    for (const value of [...values]) this._push(value);
    return this;
  }

  override extra_repr(): string {
    return this._list().map(parameter_line).join("\n");
  }
}

const grow_parameter_list = index_getters(ParameterList.prototype);

function parameter_line(parameter: Parameter, name: number | string): string {
  const type = String(parameter.dtype);
  return `  (${name}): Parameter containing: [${type} of size ${parameter.shape.join("x")}]`;
}

/** Parameters by name, in order of entry; tensors become parameters. */
export class ParameterDict extends Module {
  /** @internal */ declare readonly _held: Map<string, Parameter>;

  constructor(values: Readonly<Record<string, Tensor>> | Iterable<readonly [string, Tensor]> = {}) {
    super();
    hold(this);
    const pairs =
      typeof (values as Iterable<unknown>)[Symbol.iterator] === "function"
        ? (values as Iterable<readonly [string, Tensor]>)
        : Object.entries(values as Record<string, Tensor>);
    for (const [name, value] of pairs) this.set(name, value);
  }

  override _entries(): [string, unknown][] {
    return [...super._entries(), ...this._held];
  }

  /** The parameter of a name. @throws KeyError where there is none. */
  get(name: string): Parameter {
    const found = this._held.get(name);
    if (found === undefined) throw new KeyError(`'${name}'`);
    return found;
  }

  /** Puts a parameter under a name. @returns this */
  set(name: string, value: Tensor): this {
    this._held.set(name, value instanceof Parameter ? value : new Parameter(value));
    return this;
  }

  has(name: string): boolean {
    return this._held.has(name);
  }

  /** Number of parameters. */
  get size(): number {
    return this._held.size;
  }

  keys(): IterableIterator<string> {
    return this._held.keys();
  }

  values(): IterableIterator<Parameter> {
    return this._held.values();
  }

  items(): IterableIterator<[string, Parameter]> {
    return this._held.entries();
  }

  [Symbol.iterator](): IterableIterator<string> {
    return this._held.keys();
  }

  override extra_repr(): string {
    return [...this._held].map(([name, parameter]) => parameter_line(parameter, name)).join("\n");
  }
}

/** Gives a container its map, as a field that is none of its own to `Object.keys`. */
function hold(container: Module): void {
  Object.defineProperty(container, "_held", { value: new Map(), configurable: true });
}
