/** @file Covariance and correlation of variables. */
import { bind, none } from "../../args";
import { float64 } from "../../dtype";
import { RuntimeError } from "../../errors";
import type { Tensor } from "../../tensor";
import { div, mul, sub } from "../pointwise/elementwise";
import { sqrt } from "../pointwise/unary";
import { sum } from "../reduction/reduce";
import { diagonal } from "../shape/diagonals";
import { permute, reshape, squeeze } from "../shape/movement";
import { cast, expect_tensor, to_floating } from "../value/convert";
import { matmul } from "./linalg";

/** Weights of observations, one per column. */
interface Weights {
  /** How many times each observation counts, whole numbers. */
  fweights?: Tensor | null;
  /** How much each observation weighs, floating point. */
  aweights?: Tensor | null;
}

/** The weight of each observation and, with its correction, of all: what sums of squares are divided by. */
function weigh(
  observations: number,
  { fweights, aweights }: Weights,
  correction: number,
): { weights: Tensor | null; norm: Tensor | number } {
  const check = (kind: string, w: Tensor, fits: boolean, wanted: string): void => {
    expect_tensor("cov", w, kind);
    if (w.ndim > 1) {
      throw new RuntimeError(
        `cov(): expected ${kind} to have one or fewer dimensions but got ${kind} with ${w.ndim} dimensions`,
      );
    }
    if (!fits) {
      throw new RuntimeError(
        `cov(): expected ${kind} to have ${wanted} dtype but got ${kind} with ${w.dtype.scalar_type} dtype`,
      );
    }
    if (w.numel() !== observations) {
      throw new RuntimeError(
        `cov(): expected ${kind} to have the same numel as there are observations in the input but got ${w.numel()} != ${observations}`,
      );
    }
    if (w.numel() > 0 && w.detach().min().item() < 0)
      throw new RuntimeError(`cov(): ${kind} cannot be negative`);
  };
  if (fweights) check("fweights", fweights, fweights.dtype.category === 1, "integral");
  if (aweights) check("aweights", aweights, aweights.dtype.is_floating_point, "floating point");
  if (!fweights && !aweights) return { weights: null, norm: Math.max(observations - correction, 0) };
  const weights = fweights && aweights ? mul(fweights, aweights) : (fweights ?? (aweights as Tensor));
  const total = sum(weights);
  if (total.item() === 0 && aweights)
    throw new RuntimeError("cov(): weights sum to zero, can't be normalized");
  if (!aweights) return { weights, norm: sub(total, correction).clamp_min(0) };
  if (correction === 0) return { weights, norm: total };
  return { weights, norm: sub(total, div(mul(sum(mul(weights, aweights)), correction), total)).clamp_min(0) };
}

/**
 * The covariance matrix of the variables in the rows of `input`, whose columns are observations.
 *
 * @param input (variables, observations), or a vector of observations. Whole numbers become floating point.
 * @param options `correction` 1 divides by one less than the number of observations; `fweights` counts and `aweights` weighs
 *   the observations.
 * @returns (variables, variables); a zero-dim tensor for one variable.
 * @throws RuntimeError for more than two dimensions, and for weights of a wrong size or dtype or below 0.
 */
export function cov(input: Tensor, options?: { correction?: number } & Weights): Tensor;
export function cov(input: Tensor, ...args: unknown[]): Tensor {
  type Args = { correction: number } & Weights;
  const {
    correction = 1,
    fweights = null,
    aweights = null,
  } = bind<Args>("cov", [], ["correction", "fweights", "aweights"], args);
  expect_tensor("cov", input);
  if (input.dtype.category === 0) throw new RuntimeError("cov(): bool dtype is not supported for input");
  if (input.ndim > 2) {
    throw new RuntimeError(
      `cov(): expected input to have two or fewer dimensions but got an input with ${input.ndim} dimensions`,
    );
  }
  const rows = to_floating(input.ndim < 2 ? reshape(input, [1, input.numel()]) : input);
  const { weights, norm } = weigh(rows.shape[1], { fweights, aweights }, correction);
  const weighted = weights === null ? rows : mul(rows, weights);
  const mean = div(sum(weighted, 1, true), weights === null ? rows.shape[1] : sum(weights));
  const centered = sub(rows, mean);
  const left = weights === null ? centered : mul(centered, weights);
  // float64 weights make the left side float64, which the result then is.
  const right = left.dtype === float64 ? cast(centered, float64) : centered;
  return squeeze(div(matmul(left, permute(right, [1, 0])), norm));
}

/** The correlation coefficients of the variables in the rows of `input`: {@link cov} over the standard deviations. */
export function corrcoef(input: Tensor, ...more: []): Tensor {
  none("corrcoef", more);
  expect_tensor("corrcoef", input);
  if (input.ndim > 2) {
    throw new RuntimeError(
      `corrcoef(): expected input to have two or fewer dimensions but got an input with ${input.ndim} dimensions`,
    );
  }
  const c = cov(input);
  if (c.ndim === 0) return div(c, c);
  const deviation = sqrt(diagonal(c));
  const n = deviation.numel();
  return div(div(c, reshape(deviation, [n, 1])), reshape(deviation, [1, n])).clamp(-1, 1);
}
