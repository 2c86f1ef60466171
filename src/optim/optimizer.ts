/** @file The optimizer base: parameter groups, per-parameter state, and their dictionaries. */
import { inspect } from "node:util";
import { enable_grad, no_grad } from "../autograd/grad-mode";
import { forget_gradient } from "../autograd/own-gradients";
import type { Handle } from "../backend/handle";
import { NotImplementedError, RuntimeError, ValueError } from "../errors";
import { zeros_like } from "../ops/value/create";
import { is_tensor, Tensor } from "../tensor";
import { repr } from "./repr";
import { load_optimizer_state, type OptimizerStateDict, optimizer_state_dict } from "./state-dict";
import { StepMath } from "./step-math";

/** Options that every optimizer has. */
export interface OptimizerOptions {
  /** Learning rate. */
  lr: number;
  /** Climb instead of descending. */
  maximize: boolean;
  /** Taken for PyTorch's sake, without effect: there is one implementation. */
  foreach: boolean | null;
  /** Always false here: steps are not recorded. */
  differentiable: boolean;
}

/** A learning rate: a number, or a tensor with one element, whose number is taken. */
export type Rate = number | Tensor;

/** Options as a constructor takes them. */
export type Given<Options extends { lr: number }> = Partial<Omit<Options, "lr">> & { lr?: Rate };

/** Parameters: a list of tensors, or of names with tensors as `named_parameters()` gives. */
export type ParamList = Iterable<Tensor> | Iterable<readonly [string, Tensor]>;

/** Parameters with options of their own, as given to an optimizer. */
export type ParamGroupInput<Options> = Partial<Options> & { params: Tensor | ParamList };

/** What an optimizer takes first: parameters, or groups of them. */
export type Params<Options> = ParamList | Iterable<ParamGroupInput<Options>>;

/** Parameters with their options, as an optimizer holds them. */
export type ParamGroup<Options> = Options & {
  params: Tensor[];
  param_names?: string[];
  /** The learning rate at the start, noted by schedulers. */
  initial_lr?: number;
};

/** What an optimizer remembers of a parameter: counters as numbers, moments as tensors. */
export type ParamState = Record<string, Tensor | number | null | undefined>;

/** A parameter in a step. */
export interface StepEntry<State> {
  readonly param: Tensor;
  readonly grad: Tensor;
  readonly state: State;
}

/** Called around a step. */
export type StepHook = (optimizer: Optimizer) => void;

/**
 * Base of the optimizers. One of your own extends it and overrides `step()`, or `update_parameter()` alone.
 *
 * @param params `model.parameters()`, or groups such as `[{ params: model.fc.parameters(), lr: 0.01 }]`.
 * @param defaults Options of groups that do not say otherwise.
 * @throws ValueError for no parameters, or one that is in two groups or no leaf; TypeError for what is no tensor.
 */
export class Optimizer<
  Options extends { lr: number } = { lr: number },
  State extends ParamState = ParamState,
> {
  /** The groups; a scheduler changes their `lr`. */
  param_groups: ParamGroup<Options>[] = [];
  /** What is remembered of each parameter. */
  state: Map<Tensor, State> = new Map();
  /** @internal How often `step` ran; schedulers warn when they run before it. */
  _step_count = 0;
  readonly #pre_hooks: StepHook[] = [];
  readonly #post_hooks: StepHook[] = [];

  constructor(
    params: Params<Options>,
    readonly defaults: Options,
  ) {
    if (is_tensor(params)) {
      throw new TypeError(
        `params argument given to the optimizer should be an iterable of Tensors or dicts, but got ${kind_of(params)}`,
      );
    }
    if (
      params === null ||
      typeof params !== "object" ||
      typeof (params as Iterable<unknown>)[Symbol.iterator] !== "function"
    ) {
      throw new TypeError(`${kind_of(params)} is not iterable: give model.parameters() or a list of groups`);
    }
    const given = [...(params as Iterable<unknown>)];
    if (given.length === 0) throw new ValueError("optimizer got an empty parameter list");
    if ((defaults as Partial<OptimizerOptions>).differentiable) {
      throw new NotImplementedError(
        "differentiable=True is not offered: steps are not recorded; use torch.autograd.grad with create_graph and " +
          "write the update in tensor operations",
      );
    }
    const grouped = is_group(given[0]);
    const groups = grouped ? given : [{ params: given }];
    for (const group of groups) this.add_param_group(group as ParamGroupInput<Options>);
  }

  /** Adds parameters, with options of their own, that are trained from now on. */
  add_param_group(param_group: ParamGroupInput<Options>): void {
    if (!is_group(param_group)) {
      throw new TypeError(`param_group must be a dict, but got ${kind_of(param_group)}`);
    }
    const given = param_group.params as unknown;
    if (given instanceof Set) {
      throw new TypeError(
        "optimizer parameters need to be organized in ordered collections, but the ordering of tensors in sets will " +
          "change between runs. Please use a list instead.",
      );
    }
    const items: unknown[] = is_tensor(given) ? [given] : [...(given as Iterable<unknown>)];
    const named = items.filter((item) => Array.isArray(item) && typeof item[0] === "string") as [
      string,
      unknown,
    ][];
    if (named.length > 0 && named.length < items.length) {
      throw new ValueError("all optimizer params should be with/without names. Some param names are missing");
    }
    const params = named.length > 0 ? named.map(([, tensor]) => tensor) : items;
    for (const param of params) {
      if (!is_tensor(param)) {
        throw new TypeError(
          `optimizer can only optimize Tensors, but one of the params is ${kind_of(param)}`,
        );
      }
      if (!param.is_leaf) throw new ValueError("can't optimize a non-leaf Tensor");
    }
    const tensors = params as Tensor[];
    if (new Set(tensors).size < tensors.length) {
      console.warn(
        "optimizer contains a parameter group with duplicate parameters; each step changes them twice",
      );
    }
    const group: ParamGroup<Options> = { ...this.defaults, ...param_group, params: tensors };
    const rate: unknown = group.lr;
    if (is_tensor(rate)) {
      if (rate.numel() !== 1) throw new ValueError("Tensor lr must be 1-element");
      group.lr = Number(rate.item());
    }
    if (named.length > 0) group.param_names = named.map(([name]) => name);
    for (const other of this.param_groups) {
      if ((other.param_names === undefined) !== (group.param_names === undefined)) {
        throw new ValueError(
          "all optimizer param groups should be with/without names. cannot add param group " +
            `${group.param_names === undefined ? "without" : "with"} names to the optimizer`,
        );
      }
      if (other.params.some((param) => tensors.includes(param))) {
        throw new ValueError("some parameters appear in more than one parameter group");
      }
    }
    this.param_groups.push(group);
  }

  /**
   * Forgets the gradients of all parameters. With `set_to_none` false they become zeros, which makes the next step
   * count as one with zero gradients.
   */
  zero_grad(set_to_none: boolean | { set_to_none?: boolean } = true): void {
    const forget = typeof set_to_none === "boolean" ? set_to_none : (set_to_none.set_to_none ?? true);
    for (const group of this.param_groups) {
      for (const param of group.params) {
        if (forget) forget_gradient(param);
        else if (param.grad !== null) param.grad = zeros_like(param.grad.detach());
      }
    }
  }

  /**
   * Changes every parameter that has a gradient, by that gradient.
   *
   * @param closure Computes the loss and its gradients anew; its result is returned.
   */
  step(): void;
  step<Loss>(closure: () => Loss): Loss;
  step<Loss>(closure?: () => Loss): Loss | undefined {
    for (const hook of this.#pre_hooks) hook(this as unknown as Optimizer);
    const loss = closure === undefined ? undefined : enable_grad(closure);
    no_grad(() => {
      for (const group of this.param_groups) {
        const entries: StepEntry<State>[] = [];
        for (const param of group.params) {
          const grad = param._grad;
          if (grad === null) continue;
          let state = this.state.get(param);
          if (state === undefined) {
            state = {} as State;
            this.state.set(param, state);
          }
          entries.push({ param, grad, state });
        }
        this._update_group(entries, group);
      }
    });
    this._step_count++;
    for (const hook of this.#post_hooks) hook(this as unknown as Optimizer);
    return loss;
  }

  /** @internal A group's part of a step. */
  protected _update_group(entries: readonly StepEntry<State>[], group: ParamGroup<Options>): void {
    for (const entry of entries) this._hand_out(entry, group);
  }

  /** @internal A parameter's part of a step where {@link update_parameter} may keep the gradient. */
  protected _hand_out({ param, grad, state }: StepEntry<State>, group: ParamGroup<Options>): void {
    param._grad_unseen = false;
    this.update_parameter(param, grad, state, group);
  }

  /** One parameter's part of a step; nothing is recorded while it runs. `state` is empty at the first step. */
  protected update_parameter(
    _param: Tensor,
    _grad: Tensor,
    _state: State,
    _group: ParamGroup<Options>,
  ): void {
    throw new NotImplementedError(`${this.constructor.name} lacks update_parameter() or step()`);
  }

  /**
   * @internal Runs a parameter's arithmetic natively.
   *
   * @param rule Computes the new values of the tensors by their names ("param" and names of `state`).
   */
  protected _compute(
    param: Tensor,
    grad: Tensor,
    state: State,
    rule: (math: StepMath, value: Handle, gradient: Handle) => Record<string, Handle | undefined>,
  ): void {
    if (grad.dtype !== param.dtype) {
      throw new RuntimeError(
        `expected a gradient of ${param.dtype}, the parameter's dtype, but got ${grad.dtype}`,
      );
    }
    const math = new StepMath(param.dtype);
    const fresh = rule(math, param.handle, grad.handle);
    const kept = Object.entries(fresh).filter((entry): entry is [string, Handle] => entry[1] !== undefined);
    math.finish(kept.map(([, handle]) => handle));
    for (const [name, handle] of kept) {
      const value = new Tensor(handle);
      if (name === "param") param._write(value);
      else {
        const before = state[name];
        if (is_tensor(before)) before._write(value);
        else (state as ParamState)[name] = value;
      }
    }
  }

  /** @internal A parameter's state as it is saved. */
  _saved(state: State): ParamState {
    return state;
  }

  /** @internal Told of a parameter's state that was loaded. */
  _restored(_state: State): void {}

  /** Options and state under numbers instead of parameters, to be saved with `torch.save`. */
  state_dict(): OptimizerStateDict {
    return optimizer_state_dict(this);
  }

  /**
   * Takes options and state from a {@link state_dict}, PyTorch's too. The groups must have the same sizes.
   *
   * @throws ValueError where they have not.
   */
  load_state_dict(state_dict: OptimizerStateDict): void {
    load_optimizer_state(this, state_dict);
  }

  /** Calls `hook(optimizer)` before every step. */
  register_step_pre_hook(hook: StepHook): { remove(): void } {
    return add_hook(this.#pre_hooks, hook);
  }

  /** Calls `hook(optimizer)` after every step. */
  register_step_post_hook(hook: StepHook): { remove(): void } {
    return add_hook(this.#post_hooks, hook);
  }

  /** The groups' options as PyTorch prints them. */
  toString(): string {
    let text = `${this.constructor.name} (`;
    this.param_groups.forEach((group, i) => {
      text += `\nParameter Group ${i}\n`;
      for (const key of Object.keys(group).sort()) {
        if (key !== "params") text += `    ${key}: ${repr((group as Record<string, unknown>)[key])}\n`;
      }
    });
    return `${text})`;
  }

  [inspect.custom](): string {
    return this.toString();
  }
}

function add_hook(hooks: StepHook[], hook: StepHook): { remove(): void } {
  hooks.push(hook);
  return {
    remove() {
      const at = hooks.indexOf(hook);
      if (at >= 0) hooks.splice(at, 1);
    },
  };
}

function is_group(value: unknown): value is { params: unknown } {
  return (
    typeof value === "object" &&
    value !== null &&
    !is_tensor(value) &&
    !Array.isArray(value) &&
    "params" in value
  );
}

function kind_of(value: unknown): string {
  if (value === null) return "null";
  if (is_tensor(value)) return "a Tensor";
  return typeof value === "object" ? (value.constructor?.name ?? "object") : typeof value;
}
