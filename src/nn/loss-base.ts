/** @file What losses share as layers. */
import { ValueError } from "../errors";
import type { Reduction } from "../ops/loss/reduction";
import type { Tensor } from "../tensor";
import { bind_layer } from "./factory";
import { Module } from "./module";

/** Keyword arguments of all losses. */
export interface LossOptions {
  /** What becomes of the single losses: their mean (default), their sum, or nothing. */
  reduction?: Reduction;
  /** The old way to say `reduction`. */
  size_average?: boolean | null;
  /** The old way to say `reduction`. */
  reduce?: boolean | null;
}

export const old = ["size_average", "reduce", "reduction"] as const;

/** What all losses share. */
export abstract class Loss<R extends string = Reduction> extends Module {
  reduction: R;

  /** @internal */
  constructor(options: { reduction?: R; size_average?: boolean | null; reduce?: boolean | null }) {
    super();
    const { size_average = null, reduce = null } = options;
    const said = size_average !== null || reduce !== null;
    const older = (reduce ?? true) ? ((size_average ?? true) ? "mean" : "sum") : "none";
    this.reduction = said ? (older as R) : (options.reduction ?? ("mean" as R));
    if (typeof this.reduction !== "string") {
      throw new ValueError(`${String(this.reduction)} is not a valid value for reduction`);
    }
  }
}

/** Losses with a weight for each class or element. */
export abstract class WeightedLoss extends Loss {
  declare weight: Tensor | null;

  /** @internal */
  constructor(options: LossOptions & { weight?: Tensor | null }) {
    super(options);
    this.register_buffer("weight", options.weight ?? null);
  }
}

/** Losses without other settings. */
export abstract class PlainLoss extends Loss {
  constructor(options?: LossOptions);
  constructor(...args: unknown[]) {
    // The name is for messages alone, and `this` is not there yet.
    super(bind_layer<LossOptions>("Loss", [], old, args));
  }
}

/** Keyword arguments of the binary cross entropies. */
export interface BCEOptions extends LossOptions {
  /** A weight for each element, broadcast. */
  weight?: Tensor | null;
}
