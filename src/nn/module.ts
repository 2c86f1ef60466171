/** @file `nn.Module`, the base of all layers and models. */
import { inspect } from "node:util";
import { forget_gradient } from "../autograd/own-gradients";
import { display_module, JUPYTER_DISPLAY, type MimeBundle } from "../display";
import { DType, float32, float64 } from "../dtype";
import { NotImplementedError, RuntimeError, ValueError } from "../errors";
import { cast } from "../ops/value/convert";
import { zeros_like } from "../ops/value/create";
import { Tensor } from "../tensor";
import { copy_value } from "./deepcopy";
import { check_device } from "./factory";
import { convert_in_place } from "./parameter";
import { Stateful } from "./stateful";
import { is_uninitialized } from "./uninitialized";

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
export class Module extends Stateful {
  /** True between `train()` and `eval()`: dropout and batch norm work differently then. */
  training = true;
  /**
   * What calling the module computes. Every subclass has its own.
   *
   * @throws NotImplementedError where it has not.
   */
  // biome-ignore lint/suspicious/noExplicitAny: subclasses give the types
  forward(..._args: any[]): any {
    throw new NotImplementedError(`Module [${this._get_name()}] is missing the required "forward" function`);
  }

  /**
   * @internal A copy with parameters and buffers of its own; `memo` has what was copied already, so that what is shared
   * stays shared.
   */
  _copy(memo: Map<unknown, unknown>): this {
    const copy = Reflect.construct(Module, [], this.constructor as typeof Module) as this;
    memo.set(this, copy);
    copy._take_buffers(this);
    copy._take_hooks(this);
    copy._take_state_hooks(this);
    for (const key of Reflect.ownKeys(this)) {
      const field = Reflect.getOwnPropertyDescriptor(this, key) as PropertyDescriptor;
      if ("value" in field) field.value = copy_value(field.value, memo);
      Object.defineProperty(copy, key, field);
    }
    return copy;
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
      if (forget) forget_gradient(parameter);
      else if (parameter.grad !== null) parameter.grad = zeros_like(parameter.grad);
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
    for (const tensor of [...this.parameters(), ...this.buffers()]) {
      if (is_uninitialized(tensor)) tensor._convert(convert);
      else convert_in_place(tensor, convert);
    }
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

  /** @throws RuntimeError Half precision is not offered. */
  half(): never {
    throw new RuntimeError("half(): torch.float16 is not offered; float() and double() are");
  }

  /** @throws RuntimeError Half precision is not offered. */
  bfloat16(): never {
    throw new RuntimeError("bfloat16(): torch.bfloat16 is not offered; float() and double() are");
  }

  /** Casts all parameters and buffers, whole numbers too. @returns this */
  type(dst_type: DType): this {
    if (!(dst_type instanceof DType)) throw new TypeError("type(): argument 'dst_type' must be torch.dtype");
    return this._convert((tensor) => cast(tensor, dst_type));
  }

  /** New tensors of zeros for all parameters and buffers. @returns this */
  to_empty(options: { device: string | null; recurse?: boolean }): this {
    check_device(options.device);
    const { recurse = true } = options;
    for (const tensor of [...this.parameters(recurse), ...this.buffers(recurse)]) {
      convert_in_place(tensor, zeros_like);
    }
    return this;
  }

  /** The module as it is: there are no other processes to share with. @returns this */
  share_memory(): this {
    return this;
  }

  /** The module as it is: tensors live where TensorFlow's runtime runs. */
  cpu(): this {
    return this.to("cpu");
  }

  /** @throws RuntimeError where TensorFlow's runtime has no GPU. */
  cuda(): this {
    return this.to("cuda");
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

/** Indents all lines but the first. */
export function add_indent(text: string, spaces: number): string {
  return text.replaceAll("\n", `\n${" ".repeat(spaces)}`);
}
