/** @file `nn.Module`, the base of all layers and models. */
import { inspect } from "node:util";
import { is_options } from "../args";
import { display_module, JUPYTER_DISPLAY, type MimeBundle } from "../display";
import { DType, float32, float64 } from "../dtype";
import { AttributeError, KeyError, NotImplementedError, RuntimeError, ValueError } from "../errors";
import { cast } from "../ops/convert";
import { zeros_like } from "../ops/create";
import { Tensor } from "../tensor";
import { with_backward_hooks } from "./backward-hooks";
import { Callable } from "./callable";
import { check_device } from "./factory";
import { convert_in_place, Parameter } from "./parameter";
import { type IncompatibleKeys, load_state_dict, type StateDict } from "./state-dict";

/** Takes a hook away again. */
export interface RemovableHandle {
  remove(): void;
}

/** Runs before `forward`; what it returns (a list, or one value) takes the arguments' place. */
// biome-ignore lint/suspicious/noExplicitAny: the arguments are those of any forward
export type ForwardPreHook = (module: Module, args: any[]) => unknown;
/** Runs after `forward`; what it returns takes the output's place. */
// biome-ignore lint/suspicious/noExplicitAny: the arguments and the output are those of any forward
export type ForwardHook = (module: Module, args: any[], output: any) => unknown;

/** Runs before `forward` with keyword arguments apart; may return both anew, as `[args, kwargs]`. */
export type ForwardPreHookWithKwargs = (
  module: Module,
  // biome-ignore lint/suspicious/noExplicitAny: the arguments are those of any forward
  args: any[],
  // biome-ignore lint/suspicious/noExplicitAny: the arguments are those of any forward
  kwargs: Record<string, any>,
) => unknown;
/** Runs after `forward` with keyword arguments apart; what it returns takes the output's place. */
export type ForwardHookWithKwargs = (
  module: Module,
  // biome-ignore lint/suspicious/noExplicitAny: the arguments are those of any forward
  args: any[],
  // biome-ignore lint/suspicious/noExplicitAny: the arguments are those of any forward
  kwargs: Record<string, any>,
  // biome-ignore lint/suspicious/noExplicitAny: the output is that of any forward
  output: any,
) => unknown;
/**
 * Runs once the gradients of the module's inputs are there: one per positional argument, null for those without. What it
 * returns (as many) takes their place.
 */
export type BackwardHook = (
  module: Module,
  grad_input: (Tensor | null)[],
  grad_output: (Tensor | null)[],
) => (Tensor | null)[] | Tensor | null | undefined | void;
/** Runs when the gradients of the module's outputs have come; what it returns takes their place. */
export type BackwardPreHook = (
  module: Module,
  grad_output: (Tensor | null)[],
) => (Tensor | null)[] | Tensor | null | undefined | void;

/** A hook, and how it wants to be called. */
interface Hooked<T> {
  readonly hook: T;
  readonly with_kwargs?: boolean;
  readonly always_call?: boolean;
}

/** How a hook is registered. */
export interface HookOptions {
  /** Whether it runs before those that are there. */
  prepend?: boolean;
  /** Whether keyword arguments (a plain object in the last place) come apart. */
  with_kwargs?: boolean;
  /** Whether it runs even when `forward` throws. */
  always_call?: boolean;
}

/** What a module knows beside its fields. */
interface State {
  /** Names of buffers, and whether `state_dict` has them. */
  readonly buffers: Map<string, boolean>;
  pre_hooks: Hooked<ForwardPreHook | ForwardPreHookWithKwargs>[] | null;
  hooks: Hooked<ForwardHook | ForwardHookWithKwargs>[] | null;
  backward_pre_hooks: Hooked<BackwardPreHook>[] | null;
  backward_hooks: Hooked<BackwardHook>[] | null;
}

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
export class Module extends Callable {
  /** True between `train()` and `eval()`: dropout and batch norm work differently then. */
  training = true;
  readonly #state: State = {
    buffers: new Map(),
    pre_hooks: null,
    hooks: null,
    backward_pre_hooks: null,
    backward_hooks: null,
  };

  /**
   * What calling the module computes. Every subclass has its own.
   *
   * @throws NotImplementedError where it has not.
   */
  // biome-ignore lint/suspicious/noExplicitAny: subclasses give the types
  forward(..._args: any[]): any {
    throw new NotImplementedError(`Module [${this._get_name()}] is missing the required "forward" function`);
  }

  /** @internal What a call runs: `forward` between its hooks. */
  _call(args: readonly unknown[]): unknown {
    const state = this.#state;
    if (
      state.pre_hooks === null &&
      state.hooks === null &&
      state.backward_hooks === null &&
      state.backward_pre_hooks === null
    ) {
      return this.forward(...args);
    }
    let given = [...args];
    for (const { hook, with_kwargs } of [...(state.pre_hooks ?? [])]) {
      if (with_kwargs) {
        const [place, kwargs] = apart(given);
        const changed = (hook as ForwardPreHookWithKwargs)(this, place, kwargs);
        if (changed === undefined || changed === null) continue;
        if (!Array.isArray(changed) || changed.length !== 2 || !Array.isArray(changed[0])) {
          throw new RuntimeError(
            "forward pre-hook must return None or a tuple of (new_args, new_kwargs), but got " +
              `${Array.isArray(changed) ? `a list of ${changed.length}` : kind_of(changed)}.`,
          );
        }
        given = together(changed[0], changed[1] as Record<string, unknown>);
      } else {
        const changed = (hook as ForwardPreHook)(this, given);
        if (changed !== undefined && changed !== null) given = Array.isArray(changed) ? changed : [changed];
      }
    }
    const after = [...(state.hooks ?? [])];
    const run = (output: unknown, { hook, with_kwargs }: (typeof after)[number]): unknown => {
      let changed: unknown;
      if (with_kwargs) {
        const [place, kwargs] = apart(given);
        changed = (hook as ForwardHookWithKwargs)(this, place, kwargs, output);
      } else changed = (hook as ForwardHook)(this, given, output);
      return changed === undefined || changed === null ? output : changed;
    };
    try {
      const pass = (values: unknown[]): unknown => {
        let output: unknown = this.forward(...values);
        for (const one of after) output = run(output, one);
        return output;
      };
      const { backward_hooks, backward_pre_hooks } = state;
      if (backward_hooks === null && backward_pre_hooks === null) return pass(given);
      const plain = (hooks: Hooked<unknown>[] | null): never[] =>
        (hooks ?? []).map(({ hook }) => hook as never);
      return with_backward_hooks(this, given, pass, plain(backward_pre_hooks), plain(backward_hooks));
    } catch (error) {
      for (const one of after) if (one.always_call) run(undefined, one);
      throw error;
    }
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
    for (const [name, persistent] of this.#state.buffers) copy.#state.buffers.set(name, persistent);
    copy.#state.hooks = this.#state.hooks === null ? null : [...this.#state.hooks];
    copy.#state.pre_hooks = this.#state.pre_hooks === null ? null : [...this.#state.pre_hooks];
    const { backward_hooks, backward_pre_hooks } = this.#state;
    copy.#state.backward_hooks = backward_hooks === null ? null : [...backward_hooks];
    copy.#state.backward_pre_hooks = backward_pre_hooks === null ? null : [...backward_pre_hooks];
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
    this.#state.buffers.set(name, kept);
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
      before instanceof Tensor
        ? is_parameter(before) || this.#state.buffers.has(name)
        : before instanceof Module;
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
    for (const name of this.#state.buffers.keys()) {
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
    const kept = [...this._buffers].filter(([name]) => this.#state.buffers.get(name));
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

  // Hooks

  /**
   * Calls `hook(module, args)` before every `forward`; what it returns takes the arguments' place. With `with_kwargs` it is
   * called with `(module, args, kwargs)`, and returns both.
   */
  register_forward_pre_hook(
    hook: ForwardPreHook,
    options?: HookOptions & { with_kwargs?: false },
  ): RemovableHandle;
  register_forward_pre_hook(
    hook: ForwardPreHookWithKwargs,
    options: HookOptions & { with_kwargs: true },
  ): RemovableHandle;
  register_forward_pre_hook(
    hook: ForwardPreHook | ForwardPreHookWithKwargs,
    options: HookOptions = {},
  ): RemovableHandle {
    this.#state.pre_hooks ??= [];
    return add_hook(this.#state.pre_hooks, hook, options);
  }

  /**
   * Calls `hook(module, args, output)` after every `forward`; what it returns takes the output's place. With `with_kwargs` it
   * is called with `(module, args, kwargs, output)`; with `always_call` even when `forward` throws.
   */
  register_forward_hook(hook: ForwardHook, options?: HookOptions & { with_kwargs?: false }): RemovableHandle;
  register_forward_hook(
    hook: ForwardHookWithKwargs,
    options: HookOptions & { with_kwargs: true },
  ): RemovableHandle;
  register_forward_hook(
    hook: ForwardHook | ForwardHookWithKwargs,
    options: HookOptions = {},
  ): RemovableHandle {
    this.#state.hooks ??= [];
    return add_hook(this.#state.hooks, hook, options);
  }

  /**
   * Calls `hook(module, grad_input, grad_output)` in every backward pass, once the gradients of the module's inputs are there;
   * what it returns takes the place of `grad_input`.
   */
  register_full_backward_hook(
    hook: BackwardHook,
    prepend: boolean | { prepend?: boolean } = false,
  ): RemovableHandle {
    this.#state.backward_hooks ??= [];
    return add_hook(this.#state.backward_hooks, hook, typeof prepend === "boolean" ? { prepend } : prepend);
  }

  /**
   * Calls `hook(module, grad_output)` in every backward pass, when the gradients of the module's outputs have come; what it
   * returns takes their place.
   */
  register_full_backward_pre_hook(
    hook: BackwardPreHook,
    prepend: boolean | { prepend?: boolean } = false,
  ): RemovableHandle {
    this.#state.backward_pre_hooks ??= [];
    return add_hook(
      this.#state.backward_pre_hooks,
      hook,
      typeof prepend === "boolean" ? { prepend } : prepend,
    );
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

function copy_value(value: unknown, memo: Map<unknown, unknown>): unknown {
  if (memo.has(value)) return memo.get(value);
  if (value instanceof Module) return value._copy(memo);
  let copy: unknown = value;
  if (value instanceof Tensor) {
    // Native values never change, so two tensors may have the same.
    copy = is_parameter(value) ? new Parameter(value, value.requires_grad) : new Tensor(value.handle);
    const { grad } = value;
    if (grad !== null) (copy as Tensor).grad = new Tensor(grad.handle);
    if (!is_parameter(value) && value.requires_grad) (copy as Tensor).requires_grad_();
  } else if (Array.isArray(value)) copy = value.map((item) => copy_value(item, memo));
  else if (value instanceof Map)
    copy = new Map([...value].map(([key, item]) => [key, copy_value(item, memo)]));
  else if (is_options(value)) {
    copy = Object.fromEntries(Object.entries(value).map(([key, item]) => [key, copy_value(item, memo)]));
  }
  memo.set(value, copy);
  return copy;
}

/**
 * A copy of a module with parameters and buffers of its own (Python: `copy.deepcopy(module)`). Nothing is drawn anew.
 *
 * @example
 * const best = nn.utils.deepcopy(model);
 */
export function deepcopy<M extends Module>(module: M): M {
  return module._copy(new Map());
}

function is_parameter(value: unknown): value is Parameter {
  return value instanceof Parameter;
}

/** Indents all lines but the first. */
export function add_indent(text: string, spaces: number): string {
  return text.replaceAll("\n", `\n${" ".repeat(spaces)}`);
}

function kind_of(value: unknown): string {
  if (value === null) return "null";
  return typeof value === "object" ? value.constructor.name : typeof value;
}

function join(prefix: string, name: string): string {
  return prefix === "" ? name : `${prefix}.${name}`;
}

function distinct<T>(named: readonly [string, T][]): [string, T][] {
  const seen = new Set<T>();
  return named.filter(([, value]) => !seen.has(value) && seen.add(value) !== undefined);
}

/** Arguments, and the keyword arguments behind them: a plain object in the last place. */
function apart(args: readonly unknown[]): [unknown[], Record<string, unknown>] {
  const last = args[args.length - 1];
  return is_options(last) ? [args.slice(0, -1), { ...last }] : [[...args], {}];
}

function together(args: readonly unknown[], kwargs: Record<string, unknown> | undefined): unknown[] {
  return kwargs === undefined || Object.keys(kwargs).length === 0 ? [...args] : [...args, kwargs];
}

function add_hook<T>(hooks: Hooked<T>[], hook: T, options: HookOptions): RemovableHandle {
  if (typeof hook !== "function") throw new TypeError(`a hook must be a function, not ${kind_of(hook)}`);
  const { with_kwargs, always_call, prepend } = options;
  const entry: Hooked<T> = { hook, with_kwargs, always_call };
  if (prepend) hooks.unshift(entry);
  else hooks.push(entry);
  return {
    remove() {
      const at = hooks.indexOf(entry);
      if (at >= 0) hooks.splice(at, 1);
    },
  };
}
