/** @file What modules hold: parameters, buffers and other modules, by name. */
import { is_options } from "../args";
import { AttributeError, KeyError, ValueError } from "../errors";
import { Tensor } from "../tensor";
import { Hooked } from "./hooked";
import type { Module } from "./module";
import { Buffer, Parameter } from "./parameter";
import { kind_of } from "./python-text";

/** Keyword arguments of `named_parameters` and `named_buffers`. */
export interface NamedOptions {
  prefix?: string;
  recurse?: boolean;
  remove_duplicate?: boolean;
}

/** Base of {@link Module}: what is registered, and the ways to find it again. */
export abstract class Holder extends Hooked {
  /** Names of buffers, and whether `state_dict` has them. */
  readonly #buffers = new Map<string, boolean>();

  /** @internal The class's name. */
  _get_name(): string {
    return this.constructor.name;
  }

  /** @internal Fields in order; containers add what they hold. */
  _entries(): [string, unknown][] {
    return Object.entries(this);
  }

  /** Adds a parameter under `name`, or notes with null that there is none. @throws KeyError for a name that is taken. */
  register_parameter(name: string, param: Parameter | null): void {
    this.#check_name("parameter", name);
    if (param !== null && !is_parameter(param)) {
      throw new TypeError(
        `cannot assign '${kind_of(param)}' object to parameter '${name}' (torch.nn.Parameter or None required)`,
      );
    }
    if (param !== null && param.grad_fn !== null) {
      throw new ValueError(
        `Cannot assign non-leaf Tensor to parameter '${name}'. Model parameters must be created explicitly. To express ` +
          `'${name}' as a function of another Tensor, compute the value in the forward() method.`,
      );
    }
    this.#set(name, param);
  }

  /**
   * Adds a tensor that belongs to the module's state but is not trained, such as a running mean.
   *
   * @param persistent Whether `state_dict()` has it.
   * @throws KeyError for a name that is taken.
   */
  register_buffer(
    name: string,
    tensor: Tensor | null,
    persistent: boolean | { persistent?: boolean } = true,
  ): void {
    this.#check_name("buffer", name);
    if (tensor !== null && !(tensor instanceof Tensor)) {
      throw new TypeError(
        `cannot assign '${kind_of(tensor)}' object to buffer '${name}' (torch Tensor or None required)`,
      );
    }
    const kept = typeof persistent === "boolean" ? persistent : (persistent.persistent ?? true);
    this.#buffers.set(name, kept);
    this.#set(name, tensor);
  }

  /** Adds a module under `name`. @throws KeyError for a name that is taken. */
  add_module(name: string, module: Module | null): void {
    if (module !== null && !is_module(module)) {
      throw new TypeError(`${kind_of(module)} is not a Module subclass`);
    }
    this.#check_name("module", name);
    this.#set(name, module);
  }

  /** {@link add_module}. */
  register_module(name: string, module: Module | null): void {
    this.add_module(name, module);
  }

  #check_name(what: string, name: string): void {
    if (typeof name !== "string") throw new TypeError(`${what} name should be a string. Got ${typeof name}`);
    if (name.includes("."))
      throw new KeyError(`${what} name can't contain "."${what === "module" ? `, got: ${name}` : ""}`);
    if (name === "") {
      throw new KeyError(
        what === "module" ? 'module name can\'t be empty string ""' : `${what} name can't be empty string ""`,
      );
    }
    // A field that was declared without a value is there already, undefined.
    const before = (this as Record<string, unknown>)[name];
    const again =
      before instanceof Tensor
        ? is_parameter(before) || before instanceof Buffer || this.#buffers.has(name)
        : is_module(before);
    if (before !== undefined && before !== null && !again)
      throw new KeyError(`attribute '${name}' already exists`);
  }

  #set(name: string, value: unknown): void {
    Object.defineProperty(this, name, { value, writable: true, enumerable: true, configurable: true });
  }

  // Looking through

  /** @internal This module's own parameters. */
  get _parameters(): Map<string, Parameter> {
    return new Map(this._entries().filter((entry): entry is [string, Parameter] => is_parameter(entry[1])));
  }

  /** @internal This module's own buffers. */
  get _buffers(): Map<string, Tensor> {
    const found = new Map<string, Tensor>();
    for (const name of this.#buffers.keys()) {
      const value = (this as Record<string, unknown>)[name];
      if (value instanceof Tensor) found.set(name, value);
    }
    for (const [name, value] of this._entries()) if (value instanceof Buffer) found.set(name, value);
    return found;
  }

  /** @internal Whether `state_dict` has a buffer. */
  _is_persistent(name: string): boolean {
    const value = (this as Record<string, unknown>)[name];
    return this.#buffers.get(name) ?? (value instanceof Buffer && value.persistent);
  }

  /** @internal Takes the names of another one's buffers over. */
  _take_buffers(from: Holder): void {
    for (const [name, persistent] of from.#buffers) this.#buffers.set(name, persistent);
  }

  /** @internal Modules directly below, each under every name that it has. */
  get _modules(): Map<string, Module> {
    return new Map(this._entries().filter((entry): entry is [string, Module] => is_module(entry[1])));
  }

  /** Modules directly below, with their names; one that has two names once. */
  named_children(): [string, Module][] {
    return distinct([...this._modules]);
  }

  /** Modules directly below. */
  children(): Module[] {
    return this.named_children().map(([, module]) => module);
  }

  /** This module and all below it, with their dotted names; each once. */
  named_modules(options: { prefix?: string; remove_duplicate?: boolean } = {}): [string, Module][] {
    const { prefix = "", remove_duplicate = true } = options;
    const found: [string, Module][] = [];
    const seen = new Set<Module>();
    const visit = (module: Module, name: string): void => {
      if (remove_duplicate && seen.has(module)) return;
      seen.add(module);
      found.push([name, module]);
      for (const [key, child] of module._modules) visit(child, join(name, key));
    };
    visit(this as unknown as Module, prefix);
    return found;
  }

  /** This module and all below it; each once. */
  modules(): Module[] {
    return this.named_modules().map(([, module]) => module);
  }

  #named<T>(own: (module: Module) => Iterable<[string, T]>, args: readonly unknown[]): [string, T][] {
    const last = args[args.length - 1];
    const options = (is_options(last) ? last : {}) as NamedOptions;
    const place = is_options(last) ? args.slice(0, -1) : args;
    const prefix = (place[0] as string | undefined) ?? options.prefix ?? "";
    const recurse = (place[1] as boolean | undefined) ?? options.recurse ?? true;
    const remove_duplicate = (place[2] as boolean | undefined) ?? options.remove_duplicate ?? true;
    const found: [string, T][] = [];
    for (const [name, module] of recurse
      ? this.named_modules({ prefix, remove_duplicate })
      : [[prefix, this as unknown as Module] as const]) {
      for (const [key, value] of own(module)) found.push([join(name, key), value]);
    }
    return remove_duplicate ? distinct(found) : found;
  }

  /** The parameters of this module and those below it, with dotted names; a shared one once, under its first name. */
  named_parameters(prefix?: string, recurse?: boolean, remove_duplicate?: boolean): [string, Parameter][];
  named_parameters(options: NamedOptions): [string, Parameter][];
  named_parameters(...args: unknown[]): [string, Parameter][] {
    return this.#named((module) => module._parameters, args);
  }

  /** The parameters of this module and (unless `recurse` is false) those below it; each once. For an optimizer. */
  parameters(recurse: boolean | { recurse?: boolean } = true): Parameter[] {
    const deep = typeof recurse === "boolean" ? recurse : (recurse.recurse ?? true);
    return this.named_parameters({ recurse: deep }).map(([, parameter]) => parameter);
  }

  /** Like {@link named_parameters}, for buffers. */
  named_buffers(prefix?: string, recurse?: boolean, remove_duplicate?: boolean): [string, Tensor][];
  named_buffers(options: NamedOptions): [string, Tensor][];
  named_buffers(...args: unknown[]): [string, Tensor][] {
    return this.#named((module) => module._buffers, args);
  }

  /** Like {@link parameters}, for buffers. */
  buffers(recurse: boolean | { recurse?: boolean } = true): Tensor[] {
    const deep = typeof recurse === "boolean" ? recurse : (recurse.recurse ?? true);
    return this.named_buffers({ recurse: deep }).map(([, buffer]) => buffer);
  }

  /** The module of a dotted name; this one for "". @throws AttributeError where there is none. */
  get_submodule(target: string): Module {
    let module = this as unknown as Module;
    if (target === "") return module;
    for (const part of target.split(".")) {
      const found = module._entries().find(([name]) => name === part);
      if (found === undefined || found[1] === undefined) {
        throw new AttributeError(`${module._get_name()} has no attribute \`${part}\``);
      }
      if (!is_module(found[1])) throw new AttributeError(`\`${part}\` is not an nn.Module`);
      module = found[1];
    }
    return module;
  }

  /**
   * Puts a module in the place of a dotted name, whose last part may be new unless `strict`.
   *
   * @throws AttributeError where the place, or with `strict` the module that is there now, does not exist.
   */
  set_submodule(target: string, module: Module, strict: boolean | { strict?: boolean } = false): void {
    if (target === "") throw new ValueError("Cannot set the submodule without a target name!");
    if (!is_module(module)) {
      throw new ValueError(`"module" is not an nn.Module, found ${kind_of(module)}`);
    }
    const must = typeof strict === "boolean" ? strict : (strict.strict ?? false);
    const [parent, name] = this.#owner(target);
    if (must && !parent._modules.has(name)) {
      throw new AttributeError(`${parent._get_name()} has no attribute \`${name}\``);
    }
    parent.add_module(name, module);
  }

  /** The parameter of a dotted name. @throws AttributeError where there is none. */
  get_parameter(target: string): Parameter {
    const [module, name] = this.#owner(target);
    const value = module._entries().find(([key]) => key === name);
    if (value === undefined) throw new AttributeError(`${module._get_name()} has no attribute \`${name}\``);
    if (!is_parameter(value[1])) throw new AttributeError(`\`${name}\` is not an nn.Parameter`);
    return value[1];
  }

  /** The buffer of a dotted name. @throws AttributeError where there is none. */
  get_buffer(target: string): Tensor {
    const [module, name] = this.#owner(target);
    const found = module._buffers.get(name);
    if (found !== undefined) return found;
    const there = module._entries().some(([key]) => key === name);
    throw new AttributeError(
      there ? `\`${name}\` is not a buffer` : `${module._get_name()} has no attribute \`${name}\``,
    );
  }

  #owner(target: string): [Module, string] {
    const at = target.lastIndexOf(".");
    return [this.get_submodule(at < 0 ? "" : target.slice(0, at)), target.slice(at + 1)];
  }
}

/** Whatever holds something is a module. */
function is_module(value: unknown): value is Module {
  return value instanceof Holder;
}

function is_parameter(value: unknown): value is Parameter {
  return value instanceof Parameter;
}

function join(prefix: string, name: string): string {
  return prefix === "" ? name : `${prefix}.${name}`;
}

function distinct<T>(named: readonly [string, T][]): [string, T][] {
  const seen = new Set<T>();
  return named.filter(([, value]) => !seen.has(value) && seen.add(value) !== undefined);
}
