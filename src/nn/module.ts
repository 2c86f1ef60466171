/** @file `nn.Module`, the base of all layers and models. */
import { inspect } from "node:util";
import { is_options } from "../args";
import { display_module, JUPYTER_DISPLAY, type MimeBundle } from "../display";
import { DType, float32, float64 } from "../dtype";
import { AttributeError, KeyError, NotImplementedError, ValueError } from "../errors";
import { cast } from "../ops/value/convert";
import { zeros_like } from "../ops/value/create";
import { Tensor } from "../tensor";
import { copy_value } from "./deepcopy";
import { check_device } from "./factory";
import { Hooked } from "./hooked";
import { convert_in_place, Parameter } from "./parameter";
import { kind_of } from "./python-text";
import { type IncompatibleKeys, load_state_dict, type StateDict } from "./state-dict";

/** Where a module is to go. */
export interface ToOptions {
  device?: string | null;
  dtype?: DType | null;
}

/**
 * Base of all layers and models. A subclass makes its layers in the constructor and says in `forward` what they do; the
 * model is then called as a function, with `forward`'s own types.
 *
 * Fields that hold a `Parameter` or another `Module` are found by themselves. Their order is that of the fields'
 * declarations (that of PyTorch is the order of assignment: declare fields in the order in which the constructor makes them).
 *
 * @example
 * class Net extends nn.Module {
 *   fc: nn.Linear;
 *   constructor() {
 *     super();
 *     this.fc = new nn.Linear(4, 2);
 *   }
 *   forward(x: Tensor) {
 *     return this.fc(x).relu();
 *   }
 * }
 * const y = new Net()(torch.randn(8, 4));
 */
// biome-ignore lint/suspicious/noUnsafeDeclarationMerging: the interface adds the call signature
export class Module extends Hooked {
  /** True between `train()` and `eval()`: dropout and batch norm work differently then. */
  training = true;
  /** Names of buffers, and whether `state_dict` has them. */
  readonly #buffers = new Map<string, boolean>();

  /**
   * What calling the module computes. Every subclass has its own.
   *
   * @throws NotImplementedError where it has not.
   */
  // biome-ignore lint/suspicious/noExplicitAny: subclasses give the types
  forward(..._args: any[]): any {
    throw new NotImplementedError(`Module [${this._get_name()}] is missing the required "forward" function`);
  }

  /** @internal The class's name. */
  _get_name(): string {
    return this.constructor.name;
  }

  /** @internal Fields in order; containers add what they hold. */
  _entries(): [string, unknown][] {
    return Object.entries(this);
  }

  /**
   * @internal A copy with parameters and buffers of its own; `memo` has what was copied already, so that what is shared
   * stays shared.
   */
  _copy(memo: Map<unknown, unknown>): this {
    const copy = Reflect.construct(Module, [], this.constructor as typeof Module) as this;
    memo.set(this, copy);
    for (const [name, persistent] of this.#buffers) copy.#buffers.set(name, persistent);
    copy._take_hooks(this);
    for (const key of Reflect.ownKeys(this)) {
      const field = Reflect.getOwnPropertyDescriptor(this, key) as PropertyDescriptor;
      if ("value" in field) field.value = copy_value(field.value, memo);
      Object.defineProperty(copy, key, field);
    }
    return copy;
  }

  // Registering

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
    if (module !== null && !(module instanceof Module)) {
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
      before instanceof Tensor ? is_parameter(before) || this.#buffers.has(name) : before instanceof Module;
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
    return found;
  }

  /** @internal Modules directly below, each under every name that it has. */
  get _modules(): Map<string, Module> {
    return new Map(this._entries().filter((entry): entry is [string, Module] => entry[1] instanceof Module));
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
    visit(this, prefix);
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
      : [[prefix, this] as const]) {
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
    let module: Module = this;
    if (target === "") return module;
    for (const part of target.split(".")) {
      const found = module._entries().find(([name]) => name === part);
      if (found === undefined || found[1] === undefined) {
        throw new AttributeError(`${module._get_name()} has no attribute \`${part}\``);
      }
      if (!(found[1] instanceof Module)) throw new AttributeError(`\`${part}\` is not an nn.Module`);
      module = found[1];
    }
    return module;
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

  // Changing

  /** Calls `fn` with every module below, then with this one: to initialise weights, say. @returns this */
  apply(fn: (module: Module) => void): this {
    for (const child of this.children()) child.apply(fn);
    fn(this);
    return this;
  }

  /** Sets training mode here and below. @returns this */
  train(mode = true): this {
    if (typeof mode !== "boolean") throw new ValueError("training mode is expected to be boolean");
    this.training = mode;
    for (const child of this.children()) child.train(mode);
    return this;
  }

  /** Sets evaluation mode: no dropout, running statistics. @returns this */
  eval(): this {
    return this.train(false);
  }

  /** Says whether the parameters are to be trained; false freezes them. @returns this */
  requires_grad_(requires_grad = true): this {
    for (const parameter of this.parameters()) parameter.requires_grad_(requires_grad);
    return this;
  }

  /** Forgets all gradients. With `set_to_none` false they become zeros. */
  zero_grad(set_to_none: boolean | { set_to_none?: boolean } = true): void {
    const forget = typeof set_to_none === "boolean" ? set_to_none : (set_to_none.set_to_none ?? true);
    for (const parameter of this.parameters()) {
      if (parameter.grad !== null) parameter.grad = forget ? null : zeros_like(parameter.grad);
    }
  }

  /**
   * Changes the dtype of floating parameters and buffers, in place. The one device is that of TensorFlow's runtime.
   *
   * @returns this
   * @throws TypeError for a dtype that is not floating point.
   * @example
   * model.to(torch.float64); model.to("cpu"); model.to({ dtype: torch.float64 })
   */
  to(target: DType | Tensor | string | ToOptions, dtype?: DType): this {
    let wanted = dtype ?? null;
    if (target instanceof DType) wanted = target;
    else if (target instanceof Tensor) wanted = target.dtype;
    else if (typeof target === "string") check_device(target);
    else {
      check_device(target.device);
      wanted = target.dtype ?? wanted;
    }
    if (wanted === null) return this;
    if (!wanted.is_floating_point) {
      throw new TypeError(
        `nn.Module.to only accepts floating point or complex dtypes, but got desired dtype=${String(wanted)}`,
      );
    }
    const goal = wanted;
    return this._convert((tensor) => (tensor.dtype.is_floating_point ? cast(tensor, goal) : tensor));
  }

  /** @internal Replaces the values of all parameters and buffers. */
  _convert(convert: (tensor: Tensor) => Tensor): this {
    for (const tensor of [...this.parameters(), ...this.buffers()]) convert_in_place(tensor, convert);
    return this;
  }

  /** {@link to}(torch.float32). */
  float(): this {
    return this.to(float32);
  }

  /** {@link to}(torch.float64). */
  double(): this {
    return this.to(float64);
  }

  /** The module as it is: tensors live where TensorFlow's runtime runs. */
  cpu(): this {
    return this.to("cpu");
  }

  /** @throws RuntimeError where TensorFlow's runtime has no GPU. */
  cuda(): this {
    return this.to("cuda");
  }

  // State

  /**
   * Parameters and persistent buffers by their dotted names, detached; they share their values with the module.
   *
   * @example
   * torch.save(model.state_dict(), "model.safetensors");
   */
  state_dict(options: { destination?: StateDict; prefix?: string; keep_vars?: boolean } = {}): StateDict {
    const { destination = {}, prefix = "", keep_vars = false } = options;
    const kept = [...this._buffers].filter(([name]) => this.#buffers.get(name));
    for (const [name, tensor] of [...this._parameters, ...kept]) {
      destination[prefix + name] = keep_vars ? tensor : tensor.detach();
    }
    for (const [name, child] of this._modules) {
      child.state_dict({ destination, prefix: `${prefix}${name}.`, keep_vars });
    }
    return destination;
  }

  /**
   * Copies values into the parameters and buffers, by name.
   *
   * @param strict Whether every name must be there on both sides.
   * @returns Which names were missing and which were left over.
   * @throws RuntimeError listing every missing and unexpected name (if strict) and every shape that differs.
   */
  load_state_dict(
    state_dict: StateDict | ReadonlyMap<string, Tensor>,
    strict: boolean | { strict?: boolean; assign?: boolean } = true,
    options: { assign?: boolean } = {},
  ): IncompatibleKeys {
    const given = typeof strict === "boolean" ? { strict, ...options } : strict;
    return load_state_dict(this, state_dict, given.strict ?? true, given.assign ?? false);
  }

  // Showing

  /** What stands between the brackets of the text form, such as `in_features=4, out_features=2`. */
  extra_repr(): string {
    return "";
  }

  /** The module and its layers as PyTorch prints them. */
  override toString(): string {
    const extra = this.extra_repr();
    const extra_lines = extra === "" ? [] : extra.split("\n");
    const child_lines = this._child_lines();
    let inner = "";
    if (extra_lines.length === 1 && child_lines.length === 0) inner = extra_lines[0];
    else if (extra_lines.length + child_lines.length > 0) {
      inner = `\n  ${[...extra_lines, ...child_lines].join("\n  ")}\n`;
    }
    return `${this._get_name()}(${inner})`;
  }

  /** @internal One text per layer, indented as inside of this module's. */
  _child_lines(): string[] {
    return [...this._modules].map(([name, module]) => `(${name}): ${add_indent(String(module), 2)}`);
  }

  [inspect.custom](): string {
    return this.toString();
  }

  /** What a notebook shows: the layers with their parameter counts. */
  [JUPYTER_DISPLAY](): MimeBundle {
    return display_module(this);
  }
}

/** Modules are functions of what `forward` takes. */
export interface Module {
  // biome-ignore lint/style/useShorthandFunctionType: it merges with the class
  (...args: Parameters<this["forward"]>): ReturnType<this["forward"]>;
}

/** Keyword arguments of `named_parameters` and `named_buffers`. */
export interface NamedOptions {
  prefix?: string;
  recurse?: boolean;
  remove_duplicate?: boolean;
}

function is_parameter(value: unknown): value is Parameter {
  return value instanceof Parameter;
}

/** Indents all lines but the first. */
export function add_indent(text: string, spaces: number): string {
  return text.replaceAll("\n", `\n${" ".repeat(spaces)}`);
}

function join(prefix: string, name: string): string {
  return prefix === "" ? name : `${prefix}.${name}`;
}

function distinct<T>(named: readonly [string, T][]): [string, T][] {
  const seen = new Set<T>();
  return named.filter(([, value]) => !seen.has(value) && seen.add(value) !== undefined);
}
