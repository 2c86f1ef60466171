/** @file Losses from distributions: divergence, and likelihoods of Poisson's and the normal one. */
import { bind, lead } from "../../args";
import { RuntimeError, ValueError } from "../../errors";
import { type Reduction, reduced } from "../../ops/loss/reduction";
import { clamp } from "../../ops/pointwise/bounds";
import { le } from "../../ops/pointwise/compare";
import { add, choose, div, mul, sub, xlogy } from "../../ops/pointwise/elementwise";
import { exp, log, square } from "../../ops/pointwise/unary";
import { sum } from "../../ops/reduction/reduce";
import { unsqueeze } from "../../ops/shape/movement";
import { expect_tensor } from "../../ops/value/convert";
import { same_shape } from "../../shape";
import { is_tensor, scalar_tensor, type Tensor } from "../../tensor";
import { type LossOptions, type Old, old } from "./loss-options";

/**
 * The Kullback-Leibler divergence: `target · (log target - input)`, with log-probabilities as input.
 *
 * @param options.log_target Whether the target is given as log-probabilities too.
 * @param options.reduction `"batchmean"` divides the sum by the batch size, as the definition has it.
 */
export function kl_div(
  input: Tensor,
  target: Tensor,
  options?: { reduction?: Reduction | "batchmean"; log_target?: boolean },
): Tensor;
export function kl_div(
  input: Tensor,
  options: { target: Tensor; reduction?: Reduction | "batchmean"; log_target?: boolean },
): Tensor;
export function kl_div(input: Tensor, ...all: unknown[]): Tensor {
  const { target, args } = lead<{ target: Tensor }>("kl_div", ["target"], all);
  type Args = { size_average: null; reduce: null; reduction: string; log_target: boolean };
  const bound = bind<Args>("kl_div", [...old, "log_target"], [], args);
  const { reduction = "mean", log_target = false } = bound;
  expect_tensor("kl_div", input);
  expect_tensor("kl_div", target, "target");
  if (!input.dtype.is_floating_point || !target.dtype.is_floating_point) {
    throw new RuntimeError("kl_div: Integral inputs not supported.");
  }
  const each = log_target
    ? mul(exp(target), sub(target, input))
    : sub(xlogy(target, target), mul(target, input));
  if (reduction === "batchmean") return input.ndim === 0 ? sum(each) : div(sum(each), input.shape[0]);
  return reduced(each, reduction);
}

/** `exp(input) - target · input`, or for `log_input: false` `input - target · log(input + eps)`. */
export function poisson_nll_loss(
  input: Tensor,
  target: Tensor,
  options?: LossOptions & { log_input?: boolean; full?: boolean; eps?: number },
): Tensor;
export function poisson_nll_loss(
  input: Tensor,
  options: { target: Tensor } & LossOptions & { log_input?: boolean; full?: boolean; eps?: number },
): Tensor;
export function poisson_nll_loss(input: Tensor, ...args: unknown[]): Tensor {
  type Args = Old & { log_input: boolean; full: boolean; eps: number };
  const {
    target,
    log_input = true,
    full = false,
    eps = 1e-8,
    reduction = "mean",
  } = bind<{ target: Tensor } & Partial<Args>>(
    "poisson_nll_loss",
    ["target", "log_input", "full", "size_average", "eps", "reduce", "reduction"],
    [],
    args,
    1,
  );
  expect_tensor("poisson_nll_loss", input);
  let each = log_input ? sub(exp(input), mul(target, input)) : sub(input, mul(target, log(add(input, eps))));
  if (full) {
    // Stirling's approximation of log(target!).
    const stirling = add(sub(mul(target, log(target)), target), mul(log(mul(target, 2 * Math.PI)), 0.5));
    each = add(each, choose(le(target, 1), scalar_tensor(0, stirling.dtype), stirling));
  }
  return reduced(each, reduction);
}

/** `½ (log var + (input - target)² / var)` for normally distributed targets. */
export function gaussian_nll_loss(
  input: Tensor,
  target: Tensor,
  variance: Tensor | number,
  options?: LossOptions & { full?: boolean; eps?: number },
): Tensor;
export function gaussian_nll_loss(
  input: Tensor,
  target: Tensor,
  options: { variance: Tensor | number } & LossOptions & { full?: boolean; eps?: number },
): Tensor;
export function gaussian_nll_loss(
  input: Tensor,
  options: { target: Tensor; variance: Tensor | number } & LossOptions & { full?: boolean; eps?: number },
): Tensor;
export function gaussian_nll_loss(input: Tensor, ...all: unknown[]): Tensor {
  const { target, variance, args } = lead<{ target: Tensor; variance: Tensor | number }>(
    "gaussian_nll_loss",
    ["target", "variance"],
    all,
  );
  expect_tensor("gaussian_nll_loss", input);
  type Args = { full: boolean; eps: number; reduction: string };
  const bound = bind<Args>("gaussian_nll_loss", ["full", "eps", "reduction"], [], args);
  const { full = false, eps = 1e-6, reduction = "mean" } = bound;
  if (!input.dtype.is_floating_point || (is_tensor(variance) && !variance.dtype.is_floating_point)) {
    const { scalar_type } = input.dtype.is_floating_point ? (variance as Tensor).dtype : input.dtype;
    throw new RuntimeError(`result type Float can't be cast to the desired output type ${scalar_type}`);
  }
  if (typeof variance === "boolean") {
    throw new TypeError("gaussian_nll_loss(): argument 'var' must be a Tensor or a number, not bool");
  }
  let spread = typeof variance === "number" ? input.detach().mul(0).add(variance) : variance;
  if (!same_shape(spread.shape, input.shape)) {
    const lead = input.shape.slice(0, -1);
    if (same_shape(lead, spread.shape)) spread = unsqueeze(spread, -1);
    else if (!(same_shape(lead, spread.shape.slice(0, -1)) && spread.shape[spread.ndim - 1] === 1)) {
      // Other shapes must broadcast against the input, with as many dimensions at most.
      const fits =
        spread.ndim <= input.ndim &&
        spread.shape.every((size, i) => {
          const other = input.shape[input.ndim - spread.ndim + i];
          return size === other || size === 1 || other === 1;
        });
      if (!fits) throw new ValueError("var is of incorrect size");
    }
  }
  if (reduction !== "none" && reduction !== "mean" && reduction !== "sum") {
    throw new ValueError(`${reduction} is not valid`);
  }
  if (spread.lt(0).any().item()) throw new ValueError("var has negative entry/entries");
  // The clamp counts for the value, not for the gradient.
  const held = add(spread, sub(clamp(spread.detach(), eps), spread.detach()));
  let each = mul(add(log(held), div(square(sub(input, target)), held)), 0.5);
  if (full) each = add(each, 0.5 * Math.log(2 * Math.PI));
  return reduced(each, reduction);
}
