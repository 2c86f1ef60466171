/** @file Losses of class scores by margins. */
import { bind, lead } from "../../args";
import { named } from "../../autograd/tape";
import { int64 } from "../../dtype";
import { IndexError, RuntimeError, ValueError } from "../../errors";
import { reduced } from "../../ops/loss/reduction";
import { log_one_plus_exp } from "../../ops/pointwise/activation";
import { clamp } from "../../ops/pointwise/bounds";
import { eq } from "../../ops/pointwise/compare";
import { add, choose, div, mul, neg, sub } from "../../ops/pointwise/elementwise";
import { square } from "../../ops/pointwise/unary";
import { gather } from "../../ops/position/gather";
import { mean, sum } from "../../ops/reduction/reduce";
import { reshape, unsqueeze } from "../../ops/shape/movement";
import { cast, expect_floating_kernel, expect_no_gradient, expect_tensor } from "../../ops/value/convert";
import { tensor as from_array } from "../../ops/value/create";
import { arange } from "../../ops/value/ranges";
import { same_shape, size_text } from "../../shape";
import { scalar_tensor, type Tensor } from "../../tensor";
import { type LossOptions, type Old, old } from "./loss-options";

/** `log(1 + exp(-target · input))`. */
export function soft_margin_loss(input: Tensor, target: Tensor, options?: LossOptions): Tensor;
export function soft_margin_loss(input: Tensor, options: { target: Tensor } & LossOptions): Tensor;
export function soft_margin_loss(input: Tensor, ...all: unknown[]): Tensor {
  const { target, args } = lead<{ target: Tensor }>("soft_margin_loss", ["target"], all);
  expect_tensor("soft_margin_loss", input);
  const { reduction = "mean" } = bind<Old>("soft_margin_loss", old, [], args);
  expect_tensor("soft_margin_loss", target, "target");
  expect_no_gradient("soft_margin_loss", "target", target);
  if (!input.dtype.is_floating_point) {
    throw new RuntimeError(
      `result type Float can't be cast to the desired output type ${input.dtype.scalar_type}`,
    );
  }
  const losses = log_one_plus_exp(mul(neg(target), input));
  return named("SoftMarginLossBackward0", reduced(losses, reduction), input);
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
  expect_floating_kernel("log_sigmoid_cpu", input);
  if (input.ndim === 0) throw new IndexError("Dimension specified as -1 but tensor has no dimensions");
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
  const result = single && reduction === "none" ? reshape(losses, []) : reduced(losses, reduction);
  return named("MultiMarginLossBackward0", result, input);
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
  expect_floating_kernel("multilabel_margin_loss_forward_out_frame", input);
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
  const result = single && reduction === "none" ? reshape(losses, []) : reduced(losses, reduction);
  return named("MultilabelMarginLossBackward0", result, input);
}
