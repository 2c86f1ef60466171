/** @file `nn.Sequential`: modules one after another. */
import { IndexError } from "../errors";
import type { Tensor } from "../tensor";
import { Module } from "./module";
import { expect_module, index_getters, place } from "./numbered";

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
