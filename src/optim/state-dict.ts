/** @file Optimizers' state under numbers instead of parameters, in PyTorch's form. */
import { no_grad } from "../autograd/grad-mode";
import { float32 } from "../dtype";
import { ValueError } from "../errors";
import { cast } from "../ops/value/convert";
import { is_tensor, scalar_tensor, Tensor } from "../tensor";
import type { Optimizer, ParamState } from "./optimizer";

/** An option of a group. */
export type OptionValue = number | boolean | string | null | readonly (number | string)[] | undefined;

/** What `Optimizer.state_dict()` gives: parameters stand as numbers, in the order of the groups. */
export interface OptimizerStateDict {
  state: Record<number, Record<string, Tensor | number | null>>;
  param_groups: ({ params: number[] } & Record<string, OptionValue>)[];
}

// biome-ignore lint/suspicious/noExplicitAny: any optimizer
type AnyOptimizer = Optimizer<any, any>;

/** See `Optimizer.state_dict`. Counters, numbers here, become zero-dim tensors as in PyTorch's files. */
export function optimizer_state_dict(optimizer: AnyOptimizer): OptimizerStateDict {
  const numbers = new Map<Tensor, number>();
  const param_groups = optimizer.param_groups.map((group) => {
    const params = group.params.map((param: Tensor) => {
      const known = numbers.get(param) ?? numbers.size;
      numbers.set(param, known);
      return known;
    });
    const options: Record<string, OptionValue> = {};
    for (const [key, value] of Object.entries(group)) {
      if (key !== "params") options[key] = Array.isArray(value) ? [...value] : (value as OptionValue);
    }
    return { ...options, params };
  });
  const state: OptimizerStateDict["state"] = {};
  for (const [param, values] of optimizer.state as Map<Tensor, ParamState>) {
    const number = numbers.get(param);
    if (number === undefined) continue;
    const entry: Record<string, Tensor | number | null> = {};
    for (const [key, value] of Object.entries(optimizer._saved(values) as ParamState)) {
      entry[key] = typeof value === "number" ? scalar_tensor(value, float32) : (value ?? null);
    }
    state[number] = entry;
  }
  return { state, param_groups };
}

/** Counters and products that are kept as plain numbers. */
const kept_as_number = new Set(["step", "mu_product", "eta", "mu", "func_evals", "n_iter"]);

function restored(param: Tensor, key: string, value: Tensor | number | null): Tensor | number | null {
  if (kept_as_number.has(key)) return is_tensor(value) ? Number(value.item()) : value;
  if (!is_tensor(value)) return value;
  return new Tensor(no_grad(() => cast(value.detach(), param.dtype)).handle);
}

/** See `Optimizer.load_state_dict`. */
export function load_optimizer_state(optimizer: AnyOptimizer, state_dict: OptimizerStateDict): void {
  const groups = state_dict?.param_groups;
  if (!Array.isArray(groups) || typeof state_dict.state !== "object") {
    throw new ValueError("expected an optimizer's state_dict: an object with state and param_groups");
  }
  if (groups.length !== optimizer.param_groups.length) {
    throw new ValueError("loaded state dict has a different number of parameter groups");
  }
  groups.forEach((group, i) => {
    if (group.params.length !== optimizer.param_groups[i].params.length) {
      throw new ValueError(
        "loaded state dict contains a parameter group that doesn't match the size of optimizer's group",
      );
    }
  });
  const params = new Map<number, Tensor>();
  optimizer.param_groups = groups.map((group, i) => {
    const own = optimizer.param_groups[i];
    group.params.forEach((number, j) => {
      params.set(number, own.params[j]);
    });
    const copy: Record<string, unknown> = {};
    for (const [key, value] of Object.entries(group)) copy[key] = Array.isArray(value) ? [...value] : value;
    // Options that the saving version did not know keep their present values.
    return { ...own, ...copy, params: own.params };
  });
  const state = new Map<Tensor, ParamState>();
  for (const [number, values] of Object.entries(state_dict.state)) {
    const param = params.get(Number(number));
    if (param === undefined) continue;
    const entry: ParamState = {};
    for (const [key, value] of Object.entries(values)) entry[key] = restored(param, key, value);
    optimizer._restored(entry);
    state.set(param, entry);
  }
  optimizer.state = state;
}
