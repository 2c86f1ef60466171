/** @file Taking out mean and scale over dimensions, as one recorded operation with a compact gradient. */
import { is_grad_enabled, no_grad } from "../../autograd/grad-mode";
import { record } from "../../autograd/tape";
import { attr, execute, ints, scalar } from "../../backend/engine";
import type { Shape } from "../../shape";
import { Tensor } from "../../tensor";
import { mul, sub } from "../pointwise/elementwise";
import { rsqrt, square } from "../pointwise/unary";
import { mean } from "../reduction/reduce";

const kept = [attr.bool("keep_dims", true)];

/** What {@link standardize} gives beside its result: without history, sizes 1 where dimensions were reduced. */
export interface Standardized {
  output: Tensor;
  mean: Tensor;
  /** Over n, not n - 1. */
  variance: Tensor;
}

/** @internal */
export interface StandardizeAttrs {
  dims: Shape;
  eps: number;
  center: boolean;
}

/**
 * `(input - mean) / √(variance + eps)` over `dims`; without `center` the mean is taken as 0 (RMS normalisation).
 */
export function standardize(input: Tensor, dims: Shape, eps: number, center = true): Standardized {
  const { dtype } = input;
  const axes = ints(dims);
  const middle = center ? execute("Mean", [input.handle, axes], kept) : scalar(0, dtype);
  const centered = center ? execute("Sub", [input.handle, middle]) : input.handle;
  const variance = execute("Mean", [execute("Square", [centered]), axes], kept);
  const scale = execute("Rsqrt", [execute("AddV2", [variance, scalar(eps, dtype)])]);
  const attrs: StandardizeAttrs = { dims, eps, center };
  const saved = [input, true, new Tensor(scale)] as const;
  const output = record("standardize", execute("Mul", [centered, scale]), [input], saved, attrs);
  return { output, mean: new Tensor(middle), variance: new Tensor(variance) };
}

/** The gradient of {@link standardize}. */
export function standardize_backward(
  grad: Tensor,
  input: Tensor,
  output: Tensor,
  scale: Tensor,
  { dims, eps, center }: StandardizeAttrs,
): Tensor {
  // For gradients of gradients the scale must depend on the input.
  const factor = is_grad_enabled() ? scale_of(input, dims, eps, center) : scale;
  const along = mul(output, mean(mul(grad, output), [...dims], true));
  const flat = center ? sub(grad, mean(grad, [...dims], true)) : grad;
  return mul(sub(flat, along), factor);
}

function scale_of(input: Tensor, dims: Shape, eps: number, center: boolean): Tensor {
  const centered = center ? sub(input, mean(input, [...dims], true)) : input;
  return rsqrt(mean(square(centered), [...dims], true).add(eps));
}

/** Moves a running statistic towards a new one, in place: `(1 - factor) · running + factor · now`. */
export function move_towards(running: Tensor, now: Tensor, factor: number): void {
  no_grad(() => running._assign(mul(running, 1 - factor).add(mul(now, factor))));
}
