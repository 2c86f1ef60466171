/** @file `nn.ModuleList`: a list of modules. */
import { add_indent, type Module } from "./module";
import { expect_module, index_getters, Numbered, place } from "./numbered";

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
