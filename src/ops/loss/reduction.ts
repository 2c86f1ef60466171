/** @file What becomes of the single losses: their mean, their sum, or nothing. */
import { ValueError } from "../../errors";
import type { Tensor } from "../../tensor";
import { mean, sum } from "../reduction/reduce";

/** What becomes of the elements' losses. */
export type Reduction = "none" | "mean" | "sum";

export interface Reduced {
  /** `"mean"` unless said otherwise. */
  reduction?: Reduction;
}

/** The losses as they are, their mean or their sum. @throws ValueError for another word. */
export function reduced(losses: Tensor, reduction: string): Tensor {
  if (reduction === "mean") return mean(losses);
  if (reduction === "sum") return sum(losses);
  if (reduction === "none") return losses;
  throw new ValueError(`${reduction} is not a valid value for reduction`);
}

export const old_style = ["size_average", "reduce", "reduction"] as const;
