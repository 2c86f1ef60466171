/** @file How the input of a recurrent layer lies, and what the layer gives. */
import type { Tensor } from "../../tensor";

/** How the batch lies in memory. */
export interface Layout {
  /** Whether a 3-dimensional input is (batch, time, features) instead of (time, batch, features). */
  readonly batch_first: boolean;
  /** For packed input, (rows, features): how many rows each step has, never growing. */
  readonly batch_sizes: readonly number[] | null;
}

/** What a layer gives: `output` lies as the input, states are (directions, batch, hidden). */
export interface LayerResult {
  readonly output: Tensor;
  readonly hn: Tensor;
  readonly cn: Tensor | null;
}
