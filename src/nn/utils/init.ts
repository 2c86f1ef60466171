/** @file Layers whose parameters are to be set otherwise. */
import { default_generator } from "../../random";
import type { Module } from "../module";

/**
 * A layer for whose parameters nothing is drawn from the random stream; their values are to be set.
 *
 * @example
 * const layer = nn.utils.skip_init(nn.Linear, 5, 3);
 */
export function skip_init<M extends Module>(module_cls: new (...args: never[]) => M, ...args: unknown[]): M {
  const state = default_generator.get_state();
  try {
    return new module_cls(...(args as never[]));
  } finally {
    default_generator.set_state(state);
  }
}
