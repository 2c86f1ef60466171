/** @file What schedulers share that move momentum against the learning rate. */
import { ValueError } from "../../errors";
import type { AnyOptimizer } from "./scheduler";

/** One number per parameter group. @throws ValueError for a list of another length. */
export function per_group(
  name: string,
  optimizer: AnyOptimizer,
  value: number | readonly number[],
): number[] {
  const count = optimizer.param_groups.length;
  if (typeof value === "number") return Array(count).fill(value);
  if (!Array.isArray(value)) throw new TypeError(`${name} must be a number or an array of them`);
  if (value.length !== count) {
    throw new ValueError(
      `${name} must have the same length as optimizer.param_groups: expected ${count}, got ${value.length}`,
    );
  }
  return [...value];
}

/** Checks that there is a momentum to move, and starts the groups at the greatest. */
export function start_momentum(
  optimizer: AnyOptimizer,
  base: readonly number[],
  max: readonly number[],
  fresh: boolean,
): void {
  if (!("momentum" in optimizer.defaults) && !("betas" in optimizer.defaults)) {
    throw new ValueError("optimizer must support momentum or beta1 with `cycle_momentum` option enabled");
  }
  if (!fresh) return;
  optimizer.param_groups.forEach((group, i) => {
    set_momentum(group, max[i]);
    group.max_momentum = max[i];
    group.base_momentum = base[i];
  });
}

/** Sets a group's momentum, or Adam's first beta. */
export function set_momentum(group: Record<string, unknown>, momentum: number): void {
  if (Array.isArray(group.betas)) group.betas = [momentum, group.betas[1]];
  else group.momentum = momentum;
}
