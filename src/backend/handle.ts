/** @file A tensor's value: an immutable native tensor, freed by the garbage collector. */
import { type DType, float32 } from "../dtype";

let made = 0;

/** The number that the next handle gets. */
export function next_born(): number {
  return made;
}

/**
 * One native tensor. Nothing ever changes what a handle holds; an in-place operation gives its tensor another handle.
 * Only the engine makes handles and fills them, once; their native memory goes with them when the collector finds them
 * unreachable.
 */
export class Handle {
  /** @internal Where the addon keeps the tensor, -1 before. */
  slot = -1;
  shape: readonly number[] = no_shape;
  dtype: DType = float32;
  /** Handles made later have greater numbers. */
  readonly born: number = made++;
  /** How many tensors were ever given this value: while one alone was, an optimizer may change it where it is. */
  holders = 0;

  /** Number of elements. */
  get size(): number {
    let size = 1;
    for (const dim of this.shape) size *= dim;
    return size;
  }
}

const no_shape: readonly number[] = [];
