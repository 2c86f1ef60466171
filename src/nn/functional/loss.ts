/** @file Losses beside the common ones of `ops/loss`: margins, divergences, embeddings. */
import { bind, lead } from "../../args";
import { int64 } from "../../dtype";
import { IndexError, RuntimeError, ValueError } from "../../errors";
import { log_one_plus_exp } from "../../ops/activation";
import { eq, le } from "../../ops/compare";
import { cast, expect_tensor } from "../../ops/convert";
import { arange, tensor as from_array } from "../../ops/create";
import { add, choose, clamp, div, maximum, minimum, mul, neg, sub, xlogy } from "../../ops/elementwise";
import { gather } from "../../ops/gather";
import { type Reduction, reduced } from "../../ops/loss";
import { reshape, unsqueeze } from "../../ops/movement";
import { mean, sum } from "../../ops/reduce";
import { exp, log, square } from "../../ops/unary";
import { same_shape, size_text } from "../../shape";
import { scalar_tensor, type Tensor } from "../../tensor";
import { pairwise_distance } from "./distance";

/** Keyword argument of all losses. */
export interface LossOptions {
  /** What becomes of the single losses: their mean (default), their sum, or nothing. */
  reduction?: Reduction;
}

const old = ["size_average", "reduce", "reduction"] as const;
type Old = { size_average: null; reduce: null; reduction: Reduction };

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
  let spread = typeof variance === "number" ? input.detach().mul(0).add(variance) : variance;
  if (!same_shape(spread.shape, input.shape)) {
    const lead = input.shape.slice(0, -1);
    if (same_shape(lead, spread.shape)) spread = unsqueeze(spread, -1);
    else if (!(same_shape(lead, spread.shape.slice(0, -1)) && spread.shape[spread.ndim - 1] === 1)) {
      // Other shapes must broadcast against the input.
      const fits = spread.shape.every((size, i) => {
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

/** x for targets 1, `max(0, margin - x)` for targets -1. */
export function hinge_embedding_loss(
  input: Tensor,
  target: Tensor,
  options?: LossOptions & { margin?: number },
): Tensor;
export function hinge_embedding_loss(
  input: Tensor,
  options: { target: Tensor } & LossOptions & { margin?: number },
): Tensor;
export function hinge_embedding_loss(input: Tensor, ...args: unknown[]): Tensor {
  const {
    target,
    margin = 1,
    reduction = "mean",
  } = bind<{ target: Tensor } & Partial<Old & { margin: number }>>(
    "hinge_embedding_loss",
    ["target", "margin", ...old],
    [],
    args,
    1,
  );
  expect_tensor("hinge_embedding_loss", input);
  const zero = scalar_tensor(0, input.dtype);
  const far = choose(eq(target, 1), zero, clamp(add(neg(input), margin), 0));
  const near = choose(eq(target, -1), zero, input);
  return reduced(add(far, near), reduction);
}

/** `1 - cos` for targets 1, `max(0, cos - margin)` for targets -1. */
export function cosine_embedding_loss(
  input1: Tensor,
  input2: Tensor,
  target: Tensor,
  options?: LossOptions & { margin?: number },
): Tensor;
export function cosine_embedding_loss(
  input1: Tensor,
  input2: Tensor,
  options: { target: Tensor } & LossOptions & { margin?: number },
): Tensor;
export function cosine_embedding_loss(
  input1: Tensor,
  options: { input2: Tensor; target: Tensor } & LossOptions & { margin?: number },
): Tensor;
export function cosine_embedding_loss(input1: Tensor, ...args: unknown[]): Tensor {
  const {
    input2,
    target,
    margin = 0,
    reduction = "mean",
  } = bind<{ input2: Tensor; target: Tensor } & Partial<Old & { margin: number }>>(
    "cosine_embedding_loss",
    ["input2", "target", "margin", ...old],
    [],
    args,
    2,
  );
  expect_tensor("cosine_embedding_loss", input1, "input1");
  if (target.ndim > 1) {
    throw new RuntimeError("0D or 1D target tensor expected, multi-target not supported");
  }
  if (input1.ndim !== target.ndim + 1 || input2.ndim !== target.ndim + 1) {
    throw new RuntimeError(
      `${target.ndim}D target tensor expects ${target.ndim + 1}D input tensors, but found inputs with sizes ${size_text(input1.shape)} and ${size_text(input2.shape)}.`,
    );
  }
  const last = input1.ndim - 1;
  const epsilon = 1e-12;
  const dot = sum(mul(input1, input2), last);
  const lengths = mul(add(sum(square(input1), last), epsilon), add(sum(square(input2), last), epsilon));
  const cosine = div(dot, lengths.sqrt());
  const zero = scalar_tensor(0, cosine.dtype);
  const near = choose(eq(target, 1), sub(1, cosine), zero);
  const far = choose(eq(target, -1), clamp(sub(cosine, margin), 0), zero);
  return reduced(add(near, far), reduction);
}

/** `max(0, -target · (input1 - input2) + margin)`. */
export function margin_ranking_loss(
  input1: Tensor,
  input2: Tensor,
  target: Tensor,
  options?: LossOptions & { margin?: number },
): Tensor;
export function margin_ranking_loss(
  input1: Tensor,
  input2: Tensor,
  options: { target: Tensor } & LossOptions & { margin?: number },
): Tensor;
export function margin_ranking_loss(
  input1: Tensor,
  options: { input2: Tensor; target: Tensor } & LossOptions & { margin?: number },
): Tensor;
export function margin_ranking_loss(input1: Tensor, ...args: unknown[]): Tensor {
  const {
    input2,
    target,
    margin = 0,
    reduction = "mean",
  } = bind<{ input2: Tensor; target: Tensor } & Partial<Old & { margin: number }>>(
    "margin_ranking_loss",
    ["input2", "target", "margin", ...old],
    [],
    args,
    2,
  );
  expect_tensor("margin_ranking_loss", input1, "input1");
  if (input1.ndim !== input2.ndim || input1.ndim !== target.ndim) {
    const size = (x: Tensor): string => `torch.Size(${size_text(x.shape)})`;
    throw new RuntimeError(
      `margin_ranking_loss : All input tensors should have same dimension but got sizes: input1: ${size(input1)}, input2: ` +
        `${size(input2)}, target: ${size(target)} `,
    );
  }
  return reduced(clamp(add(mul(neg(target), sub(input1, input2)), margin), 0), reduction);
}

/** `log(1 + exp(-target · input))`. */
export function soft_margin_loss(input: Tensor, target: Tensor, options?: LossOptions): Tensor;
export function soft_margin_loss(input: Tensor, options: { target: Tensor } & LossOptions): Tensor;
export function soft_margin_loss(input: Tensor, ...all: unknown[]): Tensor {
  const { target, args } = lead<{ target: Tensor }>("soft_margin_loss", ["target"], all);
  expect_tensor("soft_margin_loss", input);
  const { reduction = "mean" } = bind<Old>("soft_margin_loss", old, [], args);
  return reduced(log_one_plus_exp(mul(neg(target), input)), reduction);
}

/** The mean over classes of the binary cross entropy with logits. */
export function multilabel_soft_margin_loss(
  input: Tensor,
  target: Tensor,
  options?: LossOptions & { weight?: Tensor | null },
): Tensor;
export function multilabel_soft_margin_loss(
  input: Tensor,
  options: { target: Tensor } & LossOptions & { weight?: Tensor | null },
): Tensor;
export function multilabel_soft_margin_loss(input: Tensor, ...args: unknown[]): Tensor {
  type Args = Old & { weight: Tensor | null };
  const {
    target,
    weight = null,
    reduction = "mean",
  } = bind<{ target: Tensor } & Partial<Args>>(
    "multilabel_soft_margin_loss",
    ["target", "weight", ...old],
    [],
    args,
    1,
  );
  expect_tensor("multilabel_soft_margin_loss", input);
  const hit = mul(target, log_one_plus_exp(neg(input)));
  const miss = mul(sub(1, target), log_one_plus_exp(input));
  let each = add(hit, miss);
  if (weight !== null) each = mul(each, weight);
  return reduced(mean(each, input.ndim - 1), reduction);
}

/** The mean over classes of `max(0, margin - x[y] + x[i])^p`, i ≠ y. */
export function multi_margin_loss(
  input: Tensor,
  target: Tensor,
  options?: LossOptions & { p?: number; margin?: number; weight?: Tensor | null },
): Tensor;
export function multi_margin_loss(
  input: Tensor,
  options: { target: Tensor } & LossOptions & { p?: number; margin?: number; weight?: Tensor | null },
): Tensor;
export function multi_margin_loss(input: Tensor, ...args: unknown[]): Tensor {
  type Args = Old & { p: number; margin: number; weight: Tensor | null };
  const {
    target,
    p = 1,
    margin = 1,
    weight = null,
    reduction = "mean",
  } = bind<{ target: Tensor } & Partial<Args>>(
    "multi_margin_loss",
    ["target", "p", "margin", "weight", ...old],
    [],
    args,
    1,
  );
  expect_tensor("multi_margin_loss", input);
  if (p !== 1 && p !== 2) throw new ValueError("only p == 1 and p == 2 supported");
  if (weight !== null && weight.ndim !== 1) throw new ValueError("weight must be one-dimensional");
  const single = input.ndim < 2;
  const x = single ? reshape(input, [1, input.numel()]) : input;
  const rows = x.shape[0];
  if (target.numel() !== rows || target.ndim > 1) {
    throw new RuntimeError(
      `multi_margin_loss: target tensor should be 1-D with size equal to the number of input samples (batch size). Expected ` +
        `target size [${rows}], but got ${size_text(target.shape)}. Input has shape ${size_text(input.shape)}.`,
    );
  }
  if (target.dtype !== int64) {
    throw new RuntimeError(`expected scalar type Long but found ${target.dtype.scalar_type}`);
  }
  const y = reshape(target, [rows, 1]);
  for (const value of y.typed_array()) {
    if (value < 0 || value >= x.shape[1]) throw new IndexError(`Target ${value} is out of bounds.`);
  }
  let each = clamp(add(sub(x, gather(x, 1, y)), margin), 0);
  if (p === 2) each = square(each);
  if (weight !== null) each = mul(each, gather(reshape(weight, [1, -1]).expand(rows, x.shape[1]), 1, y));
  const others = eq(reshape(arange(x.shape[1]), [1, -1]), y);
  each = choose(others, scalar_tensor(0, each.dtype), each);
  const losses = mean(each, 1);
  return single && reduction === "none" ? reshape(losses, []) : reduced(losses, reduction);
}

/** The mean of `max(0, 1 - (x[y] - x[i]))` over the target classes y (up to the first -1) and all other classes i. */
export function multilabel_margin_loss(input: Tensor, target: Tensor, options?: LossOptions): Tensor;
export function multilabel_margin_loss(input: Tensor, options: { target: Tensor } & LossOptions): Tensor;
export function multilabel_margin_loss(input: Tensor, ...all: unknown[]): Tensor {
  const { target, args } = lead<{ target: Tensor }>("multilabel_margin_loss", ["target"], all);
  expect_tensor("multilabel_margin_loss", input);
  const { reduction = "mean" } = bind<Old>("multilabel_margin_loss", old, [], args);
  if (input.numel() === 0 && (input.ndim < 2 || input.shape[1] === 0)) {
    throw new RuntimeError(
      `Expected non-empty vector or matrix with optional 0-dim batch size, but got: ${size_text(input.shape)}`,
    );
  }
  if (!same_shape(input.shape, target.shape)) {
    throw new RuntimeError(
      `inconsistent target size: ${size_text(target.shape)} for input of size: ${size_text(input.shape)}`,
    );
  }
  const single = input.ndim < 2;
  const count = single ? input.numel() : input.shape[1];
  const x = single ? reshape(input, [1, count]) : input;
  const rows = x.shape[0];
  // What counts is known from the targets alone: which are given, and which classes are none of them.
  const given = new Float64Array(rows * count);
  const wanted = new Float64Array(rows * count).fill(1);
  const places = new BigInt64Array(rows * count);
  const data = reshape(target, [rows, count]).typed_array();
  for (let i = 0; i < rows; i++) {
    for (let j = 0; j < count; j++) {
      const at = Number(data[i * count + j]);
      if (at < 0) break;
      if (at >= count) throw new IndexError(`Target ${at} is out of bounds.`);
      given[i * count + j] = 1;
      places[i * count + j] = BigInt(at);
      wanted[i * count + at] = 0;
    }
  }
  const as_tensor = (array: Float64Array | BigInt64Array): Tensor =>
    reshape(from_array(array), [rows, count]);
  const at_targets = unsqueeze(gather(x, 1, as_tensor(places)), 2);
  const each = clamp(add(sub(unsqueeze(x, 1), at_targets), 1), 0);
  const counts = mul(unsqueeze(as_tensor(given), 2), unsqueeze(as_tensor(wanted), 1));
  const losses = div(sum(mul(each, cast(counts, x.dtype)), [1, 2]), count);
  return single && reduction === "none" ? reshape(losses, []) : reduced(losses, reduction);
}

/** `max(0, d(anchor, positive) - d(anchor, negative) + margin)` with the `p`-norm as distance d. */
export function triplet_margin_loss(
  anchor: Tensor,
  positive: Tensor,
  negative: Tensor,
  options?: LossOptions & { margin?: number; p?: number; eps?: number; swap?: boolean },
): Tensor;
export function triplet_margin_loss(
  anchor: Tensor,
  positive: Tensor,
  options: { negative: Tensor } & LossOptions & { margin?: number; p?: number; eps?: number; swap?: boolean },
): Tensor;
export function triplet_margin_loss(
  anchor: Tensor,
  options: { positive: Tensor; negative: Tensor } & LossOptions & {
      margin?: number;
      p?: number;
      eps?: number;
      swap?: boolean;
    },
): Tensor;
export function triplet_margin_loss(anchor: Tensor, ...args: unknown[]): Tensor {
  type Args = Old & { margin: number; p: number; eps: number; swap: boolean };
  const {
    positive,
    negative,
    margin = 1,
    p = 2,
    eps = 1e-6,
    swap = false,
    reduction = "mean",
  } = bind<{ positive: Tensor; negative: Tensor } & Partial<Args>>(
    "triplet_margin_loss",
    ["positive", "negative", "margin", "p", "eps", "swap", ...old],
    [],
    args,
    2,
  );
  expect_tensor("triplet_margin_loss", anchor, "anchor");
  if (margin <= 0) throw new ValueError(`margin must be greater than 0, got ${margin}`);
  if (anchor.ndim !== positive.ndim || anchor.ndim !== negative.ndim) {
    throw new RuntimeError(
      `The anchor, positive, and negative tensors are expected to have the same number of dimensions, but got: anchor ` +
        `${anchor.ndim}D, positive ${positive.ndim}D, and negative ${negative.ndim}D inputs`,
    );
  }
  const near = pairwise_distance(anchor, positive, p, eps);
  let far = pairwise_distance(anchor, negative, p, eps);
  if (swap) far = minimum(far, pairwise_distance(positive, negative, p, eps));
  return reduced(clamp(add(sub(near, far), margin), 0), reduction);
}

/** Keyword arguments of {@link triplet_margin_with_distance_loss}. */
type DistanceLossOptions = LossOptions & {
  distance_function?: ((a: Tensor, b: Tensor) => Tensor) | null;
  margin?: number;
  swap?: boolean;
};

/** {@link triplet_margin_loss} with a distance of one's own. */
export function triplet_margin_with_distance_loss(
  anchor: Tensor,
  positive: Tensor,
  negative: Tensor,
  options?: DistanceLossOptions,
): Tensor;
export function triplet_margin_with_distance_loss(
  anchor: Tensor,
  options: { positive: Tensor; negative: Tensor } & DistanceLossOptions,
): Tensor;
export function triplet_margin_with_distance_loss(anchor: Tensor, ...args: unknown[]): Tensor {
  type Args = { positive: Tensor; negative: Tensor } & DistanceLossOptions;
  const keys = ["distance_function", "margin", "swap", "reduction"] as const;
  const {
    positive,
    negative,
    distance_function,
    margin = 1,
    swap = false,
    reduction = "mean",
  } = bind<Args>("triplet_margin_with_distance_loss", ["positive", "negative"], keys, args, 2);
  expect_tensor("triplet_margin_with_distance_loss", anchor, "anchor");
  if (margin <= 0) throw new ValueError(`margin must be greater than 0, got ${margin}`);
  const distance = distance_function ?? ((a: Tensor, b: Tensor) => pairwise_distance(a, b));
  const near = distance(anchor, positive);
  let far = distance(anchor, negative);
  if (swap) far = minimum(far, distance(positive, negative));
  return reduced(maximum(add(sub(near, far), margin), scalar_tensor(0, near.dtype)), reduction);
}
