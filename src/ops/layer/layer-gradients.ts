/** @file Layers' gradients as functions of their own, under the names that PyTorch's own code has for them. */
import { bind } from "../../args";
import { get_default_dtype } from "../../dtype";
import { RuntimeError } from "../../errors";
import { broadcast_shapes, numel } from "../../shape";
import type { Tensor } from "../../tensor";
import { mul } from "../pointwise/elementwise";
import { type MaxPoolOptions, max_pool2d } from "../pooling/max-pool";
import type { PerDim } from "../pooling/sliding";
import { reshape } from "../shape/movement";
import { cast, expect_floating_kernel, expect_tensor } from "../value/convert";
import { ones_like } from "../value/create";
import { bernoulli } from "../value/random";

/**
 * The gradient of {@link max_pool2d}'s sum with respect to its input: how many windows each element is the greatest of.
 *
 * @param input (N, C, H, W), or (C, H, W)
 * @returns In the shape of the input.
 */
export function max_pool2d_with_indices_backward(
  input: Tensor,
  options: MaxPoolOptions & { kernel_size: PerDim },
): Tensor;
export function max_pool2d_with_indices_backward(input: Tensor, ...args: unknown[]): Tensor {
  const name = "max_pool2d_with_indices_backward";
  type Args = MaxPoolOptions & { kernel_size: PerDim };
  const names = ["kernel_size", "stride", "padding", "dilation", "ceil_mode", "return_indices"] as const;
  const { kernel_size, return_indices: _, ...settings } = bind<Args>(name, names, [], args, 1);
  expect_tensor(name, input);
  expect_floating_kernel("max_pool2d_backward", input);
  const [output, index] = max_pool2d(input, kernel_size, { ...settings, return_indices: true });
  const lead = input.shape.slice(0, -2);
  const area = numel(input.shape.slice(-2));
  const zeros = reshape(mul(input, 0), [...lead, area]);
  const flat = reshape(index, [...lead, index.numel() / Math.max(1, numel(lead))]);
  const ones = reshape(output.detach().mul(0).add(1), flat.shape);
  return reshape(zeros.scatter_add(lead.length, flat, ones), input.shape);
}

/**
 * The gradient of dropout: `grad_output` where the mask is true, times `scale`.
 *
 * @param mask bool, broadcast against `grad_output`.
 * @throws RuntimeError for shapes that do not broadcast.
 */
export function native_dropout_backward(grad_output: Tensor, mask: Tensor, scale: number): Tensor;
export function native_dropout_backward(grad_output: Tensor, ...args: unknown[]): Tensor {
  const name = "native_dropout_backward";
  const { mask, scale } = bind<{ mask: Tensor; scale: number }>(name, ["mask", "scale"], [], args, 2);
  expect_tensor(name, grad_output, "grad_output");
  expect_tensor(name, mask, "mask");
  broadcast_shapes(grad_output.shape, mask.shape);
  const grad = grad_output.dtype.is_floating_point ? grad_output : cast(grad_output, get_default_dtype());
  return mul(mul(grad, cast(mask, grad.dtype)), scale);
}

/**
 * Dropout with the mask of what was kept.
 *
 * @param p Share of the elements that become 0.
 * @param train Whether anything is dropped.
 * @returns The result, and a bool mask of its shape.
 */
export function native_dropout(input: Tensor, p: number, train: boolean | null): [Tensor, Tensor];
export function native_dropout(input: Tensor, ...args: unknown[]): [Tensor, Tensor] {
  const name = "native_dropout";
  const { p, train } = bind<{ p: number; train: boolean | null }>(name, ["p", "train"], [], args, 2);
  expect_tensor(name, input);
  if (!(p >= 0 && p <= 1)) {
    throw new RuntimeError(`dropout probability has to be between 0 and 1, but got ${p}`);
  }
  const all = ones_like(input.detach());
  if (train === false || p === 0) return [mul(input, 1), all.ne(0)];
  const kept = bernoulli(all.mul(1 - p));
  const scale = p === 1 ? 0 : 1 / (1 - p);
  return [mul(mul(input, kept), scale), kept.ne(0)];
}
