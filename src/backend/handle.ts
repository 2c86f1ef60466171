/** @file A tensor's value: an immutable native tensor, freed by the garbage collector. */
import type { DType } from "../dtype";

/**
 * One native tensor. Nothing ever changes what a handle holds; an in-place operation gives its tensor another handle.
 * Only the engine makes handles, and their native memory goes with them when the collector finds them unreachable.
 */
export class Handle {
  constructor(
    /** The binding's number of the tensor. */
    readonly id: number,
    readonly shape: readonly number[],
    readonly dtype: DType,
  ) {}

  /** Number of elements. */
  get size(): number {
    let size = 1;
    for (const dim of this.shape) size *= dim;
    return size;
  }
}
