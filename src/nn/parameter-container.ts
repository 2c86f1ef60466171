/** @file `nn.ParameterList` and `nn.ParameterDict`: parameters as a list and by name. */
import { KeyError } from "../errors";
import type { Tensor } from "../tensor";
import { Module } from "./module";
import { hold } from "./module-dict";
import { index_getters, Numbered } from "./numbered";
import { Parameter } from "./parameter";

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
