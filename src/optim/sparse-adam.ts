/** @file The optimizer for sparse gradients, which there are none of here. */
import { NotImplementedError } from "../errors";
import type { AdamOptions } from "./adam";
import { Optimizer, type Params } from "./optimizer";

/** Refused: gradients are dense. */
export class SparseAdam extends Optimizer<AdamOptions> {
  /** @throws NotImplementedError always. */
  constructor(_params: Params<AdamOptions>, ..._options: unknown[]) {
    throw new NotImplementedError("SparseAdam is not offered: gradients are dense here; use Adam");
    // biome-ignore lint/correctness/noUnreachable: TypeScript wants a call of super
    super([], {} as AdamOptions);
  }
}
