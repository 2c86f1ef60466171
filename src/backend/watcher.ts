/** @file Who is told what operations do, while `torch.compile` records a function. */
import type { Tensor } from "../tensor";
import type { Handle } from "./handle";

/** Told of everything that a recorded function does to tensors. */
export interface Watcher {
  /** An op ran; `op` is its number in the addon. */
  ran(op: number, inputs: readonly Handle[], outputs: readonly Handle[]): void;
  /** A value was made of numbers that JavaScript gave. */
  made(handle: Handle): void;
  /** Numbers were read from a value. */
  looked(): void;
  /** A tensor was given another value. */
  wrote(): void;
  /** A tensor came into being. */
  began(tensor: Tensor): void;
  /** A tensor's value was taken. */
  took(tensor: Tensor, handle: Handle): void;
  /** A module is called; `hooked` says whether it has hooks. */
  entered(module: object, hooked: boolean): void;
}

/** The present one, null most of the time. */
export let watcher: Watcher | null = null;

/** Sets who is told, null for nobody. */
export function set_watcher(next: Watcher | null): void {
  watcher = next;
}
