/** @file Keyword arguments that all losses take. */
import type { Reduction } from "../../ops/loss/reduction";

/** Keyword argument of all losses. */
export interface LossOptions {
  /** What becomes of the single losses: their mean (default), their sum, or nothing. */
  reduction?: Reduction;
}

export const old = ["size_average", "reduce", "reduction"] as const;

export type Old = { size_average: null; reduce: null; reduction: Reduction };
