/** @file What the operations of conditional random fields take: the chain in tensors, and how a batch lies. */
import type { Tensor } from "../../tensor";

/** The chain's parameters. */
export interface ChainTensors {
  /** (tags) */
  readonly start: Tensor;
  /** (tags) */
  readonly end: Tensor;
  /** (tags, tags), from row to column. */
  readonly transitions: Tensor;
}

/** How emissions lie, and how long each sequence is. */
export interface ChainLayout {
  /** Whether emissions are (batch, time, tags) instead of (time, batch, tags). */
  readonly batch_first: boolean;
  /** Steps of each sequence, at least 1. */
  readonly lengths: readonly number[];
}
