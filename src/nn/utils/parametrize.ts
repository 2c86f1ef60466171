/** @file Parameters that are functions of others (PyTorch: `torch.nn.utils.parametrize`). */
import { bind, none } from "../../args";
import { no_grad } from "../../autograd/grad-mode";
import { RuntimeError, ValueError } from "../../errors";
import { same_shape, size_text } from "../../shape";
import { is_tensor, type Tensor } from "../../tensor";
import type { Module } from "../module";
import { ModuleDict } from "../module-dict";
import { ModuleList } from "../module-list";
import { Parameter } from "../parameter";
import { kind_of } from "../python-text";

/** A module that computes a parameter from one tensor, or from several. */
export interface Parametrization extends Module {
  /** What the parameter is computed from so that it has this value. */
  right_inverse?(value: Tensor): Tensor | readonly Tensor[];
}

let cache: Map<ParametrizationList, Tensor> | null = null;

/** A parameter's parametrizations, one after the other, and what they begin with: `original`, or `original0`, `original1`, ... */
export class ParametrizationList extends ModuleList<Parametrization> {
  is_tensor: boolean;
  ntensors: number;

  constructor(modules: readonly Parametrization[], original: Tensor) {
    super(modules);
    if (modules.length === 0) throw new ValueError("ParametrizationList requires one or more modules.");
    const start = no_grad(() => this._inverse(original));
    this.is_tensor = is_tensor(start);
    this.ntensors = is_tensor(start) ? 1 : start.length;
    const wanted = original.requires_grad;
    if (is_tensor(start)) {
      const same = start === original && original instanceof Parameter;
      this.register_parameter("original", same ? (original as Parameter) : new Parameter(start, wanted));
    } else {
      start.forEach((tensor, i) => {
        this.register_parameter(`original${i}`, new Parameter(tensor.detach(), wanted));
      });
    }
  }

  /** @internal What the first parametrization gets so that the last one gives `value`. */
  _inverse(value: Tensor): Tensor | readonly Tensor[] {
    let now: Tensor | readonly Tensor[] = value;
    for (const parametrization of [...this].reverse()) {
      if (parametrization.right_inverse === undefined) continue;
      if (!is_tensor(now)) {
        throw new ValueError("only the first parametrization may take several tensors");
      }
      now = parametrization.right_inverse(now);
    }
    return now;
  }

  /** @internal */
  get _originals(): Parameter[] {
    const fields = this as unknown as Record<string, Parameter>;
    if (this.is_tensor) return [fields.original];
    return Array.from({ length: this.ntensors }, (_, i) => fields[`original${i}`]);
  }

  /** Gives the parameter a value, by changing what it is computed from. @throws RuntimeError without `right_inverse`. */
  right_inverse(value: Tensor): void {
    const lacking = [...this].find((each) => each.right_inverse === undefined);
    if (lacking !== undefined) {
      throw new RuntimeError(
        `parametrization ${lacking._get_name()} does not implement right_inverse, so that the parameter cannot be assigned`,
      );
    }
    no_grad(() => {
      const start = this._inverse(value);
      const tensors = is_tensor(start) ? [start] : start;
      this._originals.forEach((original, i) => {
        original.data = tensors[i].detach();
      });
    });
  }

  /** The parameter's value. */
  override forward(): Tensor {
    const known = cache?.get(this);
    if (known !== undefined) return known;
    const [first, ...rest] = this;
    let value = first(...this._originals) as Tensor;
    for (const parametrization of rest) value = parametrization(value) as Tensor;
    cache?.set(this, value);
    return value;
  }
}

type WithParametrizations = Module & { parametrizations: ModuleDict<ParametrizationList> };

/** Whether a module, or its parameter of that name, is parametrized. */
export function is_parametrized(
  module: Module,
  ...args: [tensor_name?: string | null] | [options: { tensor_name?: string | null }]
): boolean {
  const { tensor_name = null } = bind<{ tensor_name: string | null }>(
    "is_parametrized",
    ["tensor_name"],
    [],
    args,
  );
  const { parametrizations } = module as WithParametrizations;
  if (!(parametrizations instanceof ModuleDict)) return false;
  return tensor_name === null ? parametrizations.size > 0 : parametrizations.has(tensor_name);
}

const as_class = (module: Module): (new () => Module) => module.constructor as new () => Module;

/** Makes a module one of a class of its own, with PyTorch's name for it. */
function change_class(module: Module): void {
  const Base = as_class(module);
  const name = `Parametrized${Base.name}`;
  const Changed = { [name]: class extends Base {} }[name];
  Object.setPrototypeOf(module, Changed.prototype);
  module.register_module("parametrizations", new ModuleDict<ParametrizationList>());
}

function check(name: string, before: Tensor, after: unknown): void {
  if (!is_tensor(after)) {
    throw new ValueError(`A parametrization must return a tensor. Got ${kind_of(after)}.`);
  }
  if (after.dtype !== before.dtype) {
    throw new ValueError(
      `Registering a parametrization may not change the dtype of the tensor, unless \`unsafe\` flag is enabled.\n` +
        `module.${name}.dtype: ${before.dtype}\nparametrization(module.${name}).dtype: ${after.dtype}`,
    );
  }
  if (!same_shape(after.shape, before.shape)) {
    throw new ValueError(
      `Registering a parametrization may not change the shape of the tensor, unless \`unsafe\` flag is enabled.\n` +
        `module.${name}.shape: ${size_text(before.shape)}\nparametrization(module.${name}).shape: ${size_text(after.shape)}`,
    );
  }
}

/**
 * Makes a parameter a function of what is trained instead: `module.weight` is from now on computed at each use by
 * `parametrization`, from `module.parametrizations.get("weight").original`. Several ones apply one after the other.
 *
 * @param unsafe Whether the parametrization may change shape and dtype.
 * @returns module
 * @throws ValueError where there is no such parameter, or the parametrization changes its shape or dtype.
 * @example
 * class Symmetric extends nn.Module {
 *   forward(x: Tensor) {
 *     return x.triu().add(x.triu(1).transpose(-1, -2));
 *   }
 * }
 * nn.utils.parametrize.register_parametrization(layer, "weight", new Symmetric());
 */
export function register_parametrization<M extends Module>(
  module: M,
  tensor_name: string,
  parametrization: Parametrization,
  options?: { unsafe?: boolean },
): M;
export function register_parametrization<M extends Module>(
  module: M,
  options: { tensor_name: string; parametrization: Parametrization; unsafe?: boolean },
): M;
export function register_parametrization<M extends Module>(module: M, ...args: unknown[]): M {
  type Args = { tensor_name: string; parametrization: Parametrization; unsafe: boolean };
  const {
    tensor_name,
    parametrization,
    unsafe = false,
  } = bind<Args>("register_parametrization", ["tensor_name", "parametrization"], ["unsafe"], args, 2);
  parametrization.train(module.training);
  const holder = module as unknown as WithParametrizations & Record<string, Tensor>;
  if (is_parametrized(module, tensor_name)) {
    if (!unsafe) {
      const value = holder[tensor_name];
      check(tensor_name, value, parametrization(value));
    }
    holder.parametrizations.get(tensor_name).append(parametrization);
    return module;
  }
  const original = module._parameters.get(tensor_name) ?? module._buffers.get(tensor_name);
  if (original === undefined) {
    throw new ValueError(
      `Module '${module._get_name()}' does not have a parameter, a buffer, or a parametrized element with name '${tensor_name}'`,
    );
  }
  const list = new ParametrizationList([parametrization], original);
  if (!unsafe) check(tensor_name, original, list());
  if (!is_parametrized(module)) change_class(module);
  Object.defineProperty(module, tensor_name, {
    configurable: true,
    enumerable: false,
    get(this: WithParametrizations) {
      return this.parametrizations.get(tensor_name)();
    },
    set(this: WithParametrizations, value: Tensor) {
      this.parametrizations.get(tensor_name).right_inverse(value);
    },
  });
  holder.parametrizations.set(tensor_name, list);
  return module;
}

/**
 * Makes a parametrized parameter a plain one again, with its present value, or with `leave_parametrized` false with what it
 * was computed from.
 *
 * @returns module
 * @throws ValueError where the parameter is not parametrized, or was computed from several tensors and they are wanted.
 */
export function remove_parametrizations<M extends Module>(
  module: M,
  tensor_name: string,
  leave_parametrized?: boolean | { leave_parametrized?: boolean },
): M;
export function remove_parametrizations<M extends Module>(
  module: M,
  options: { tensor_name: string; leave_parametrized?: boolean },
): M;
export function remove_parametrizations<M extends Module>(module: M, ...args: unknown[]): M {
  const { tensor_name, leave_parametrized: leave = true } = bind<{
    tensor_name: string;
    leave_parametrized: boolean;
  }>("remove_parametrizations", ["tensor_name", "leave_parametrized"], [], args, 1);
  if (!is_parametrized(module, tensor_name)) {
    throw new ValueError(`Module ${module._get_name()} does not have a parametrization on ${tensor_name}`);
  }
  const { parametrizations } = module as unknown as WithParametrizations;
  const list = parametrizations.get(tensor_name);
  if (!leave && !list.is_tensor) {
    throw new ValueError(
      "Cannot leave unparametrized (`leave_parametrized=False`) a tensor that is parametrized in terms of a sequence of tensors.",
    );
  }
  const [original] = list._originals;
  const value = leave
    ? new Parameter(
        no_grad(() => list().detach()),
        original.requires_grad,
      )
    : original;
  parametrizations.pop(tensor_name);
  Reflect.deleteProperty(module, tensor_name);
  module.register_parameter(tensor_name, value);
  if (parametrizations.size === 0) {
    Reflect.deleteProperty(module, "parametrizations");
    Object.setPrototypeOf(module, Object.getPrototypeOf(as_class(module).prototype));
  }
  return module;
}

/** Runs `body` with every parametrized parameter computed once only. */
export function cached<Result>(body: () => Result, ...more: []): Result {
  none("cached", more);
  const before = cache;
  cache ??= new Map();
  try {
    return body();
  } finally {
    cache = before;
  }
}
