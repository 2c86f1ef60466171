/** @file Losses of two tensors of one shape: squared, absolute, smooth and Huber's. */

import { bind, lead } from "../../args";
import { named, watch } from "../../autograd/tape";
import { RuntimeError } from "../../errors";
import type { Tensor } from "../../tensor";
import { le, lt } from "../pointwise/compare";
import { check_broadcast, choose, div, mul, sub } from "../pointwise/elementwise";
import { abs, square } from "../pointwise/unary";
import { sum } from "../reduction/reduce";
import { expect_floating_kernel, expect_tensor, promote } from "../value/convert";
import { old_style, type Reduced, reduced } from "./reduction";

/** Operands of an element-wise loss, with the reduction; sizes that differ must broadcast. */
function pair(
  name: string,
  input: Tensor,
  target: Tensor,
  args: readonly unknown[],
  extra: readonly string[] = [],
): { a: Tensor; b: Tensor; options: Record<string, unknown>; reduction: string; weight: Tensor | null } {
  const options = bind<Record<string, unknown>>(name, [...extra], ["size_average", "reduce", "weight"], args);
  const [a, b] = promote(name, input, target);
  check_broadcast(a, b);
  return {
    a,
    b,
    options,
    reduction: (options.reduction as string) ?? "mean",
    weight: (options.weight as Tensor | null) ?? null,
  };
}

export function weighted(losses: Tensor, weight: Tensor | null): Tensor {
  return weight === null ? losses : mul(losses, weight);
}

export interface PairOptions extends Reduced {
  weight?: Tensor | null;
}

/** The squared differences. */
export function mse_loss(input: Tensor, target: Tensor, options?: PairOptions): Tensor;
export function mse_loss(input: Tensor, options: { target: Tensor } & PairOptions): Tensor;
export function mse_loss(input: Tensor, ...all: unknown[]): Tensor {
  const { target, args } = lead<{ target: Tensor }>("mse_loss", ["target"], all);
  expect_tensor("mse_loss", input);
  const { a, b, reduction, weight } = pair("mse_loss", input, target, args, old_style);
  expect_floating_kernel("mse_cpu", a, b);
  if (weight !== null && reduction === "mean") {
    const each = mul(square(sub(a, b)), weight);
    return div(sum(each), sum(weight.expand(each.shape)));
  }
  return watch(
    named("MseLossBackward0", reduced(weighted(square(sub(a, b)), weight), reduction), input),
    a,
    b,
  );
}

/** The absolute differences. */
export function l1_loss(input: Tensor, target: Tensor, options?: PairOptions): Tensor;
export function l1_loss(input: Tensor, options: { target: Tensor } & PairOptions): Tensor;
export function l1_loss(input: Tensor, ...all: unknown[]): Tensor {
  const { target, args } = lead<{ target: Tensor }>("l1_loss", ["target"], all);
  expect_tensor("l1_loss", input);
  const { a, b, reduction, weight } = pair("l1_loss", input, target, args, old_style);
  if (weight !== null && reduction === "mean") {
    const each = mul(abs(sub(a, b)), weight);
    return div(sum(each), sum(weight.expand(each.shape)));
  }
  return reduced(weighted(abs(sub(a, b)), weight), reduction);
}

/** Squares of differences below `beta` (halved, over beta), absolute ones less `beta / 2` above. */
export function smooth_l1_loss(input: Tensor, target: Tensor, options?: Reduced & { beta?: number }): Tensor;
export function smooth_l1_loss(
  input: Tensor,
  options: { target: Tensor } & Reduced & { beta?: number },
): Tensor;
export function smooth_l1_loss(input: Tensor, ...all: unknown[]): Tensor {
  const { target, args } = lead<{ target: Tensor }>("smooth_l1_loss", ["target"], all);
  expect_tensor("smooth_l1_loss", input);
  const { a, b, reduction, options } = pair("smooth_l1_loss", input, target, args, [...old_style, "beta"]);
  expect_floating_kernel("smooth_l1_cpu", a, b);
  const beta = (options.beta as number) ?? 1;
  if (beta < 0) throw new RuntimeError("smooth_l1_loss does not support negative values for beta.");
  if (beta === 0) return reduced(abs(sub(a, b)), reduction);
  const difference = abs(sub(a, b));
  const small = mul(square(difference), 0.5 / beta);
  return named(
    "SmoothL1LossBackward0",
    reduced(choose(lt(difference, beta), small, sub(difference, 0.5 * beta)), reduction),
    input,
  );
}

/** Halved squares of differences up to `delta`, `delta * (|difference| - delta / 2)` above. */
export function huber_loss(input: Tensor, target: Tensor, options?: PairOptions & { delta?: number }): Tensor;
export function huber_loss(
  input: Tensor,
  options: { target: Tensor } & PairOptions & { delta?: number },
): Tensor;
export function huber_loss(input: Tensor, ...all: unknown[]): Tensor {
  const { target, args } = lead<{ target: Tensor }>("huber_loss", ["target"], all);
  expect_tensor("huber_loss", input);
  const { a, b, reduction, weight, options } = pair("huber_loss", input, target, args, [
    "reduction",
    "delta",
  ]);
  expect_floating_kernel("huber_cpu", a, b);
  const delta = (options.delta as number) ?? 1;
  if (delta <= 0) throw new RuntimeError("huber_loss does not support non-positive values for delta.");
  const difference = abs(sub(a, b));
  const small = mul(square(difference), 0.5);
  const each = weighted(
    choose(le(difference, delta), small, mul(sub(difference, 0.5 * delta), delta)),
    weight,
  );
  if (weight !== null && reduction === "mean") return div(sum(each), sum(weight.expand(each.shape)));
  return named("HuberLossBackward0", reduced(each, reduction), input);
}
