/** @file Normalisations that give their statistics too, under the names that PyTorch's own code has for them. */
import { bind } from "../../args";
import { uint8 } from "../../dtype";
import { RuntimeError } from "../../errors";
import { move_towards } from "../../ops/layer/normalization";
import { add, div, mul, sub } from "../../ops/pointwise/elementwise";
import { rsqrt, square } from "../../ops/pointwise/unary";
import { mean } from "../../ops/reduction/reduce";
import { reshape } from "../../ops/shape/movement";
import { expect_tensor } from "../../ops/value/convert";
import { zeros } from "../../ops/value/create";
import { numel, range, type Shape } from "../../shape";
import type { Tensor } from "../../tensor";
import { affine, check_groups, check_statistics, normalized_dims, per_channel } from "./normalization";

type MaybeTensor = Tensor | null;

/** A tensor with mean 0 and variance 1 over `dims`, with what was taken out. */
function standard(input: Tensor, dims: Shape, eps: number): [Tensor, Tensor, Tensor] {
  const middle = mean(input, [...dims], true);
  const centered = sub(input, middle);
  const scale = rsqrt(add(mean(square(centered), [...dims], true), eps));
  return [mul(centered, scale), middle, scale];
}

/**
 * {@link layer_norm} with its mean and 1 / √(variance + eps), each with sizes 1 in the last dimensions.
 *
 * @throws RuntimeError for a weight or bias that is not of `normalized_shape`.
 */
export function native_layer_norm(
  input: Tensor,
  normalized_shape: Shape,
  weight: MaybeTensor,
  bias: MaybeTensor,
  eps: number,
): [Tensor, Tensor, Tensor];
export function native_layer_norm(input: Tensor, ...args: unknown[]): [Tensor, Tensor, Tensor] {
  const name = "native_layer_norm";
  type Args = { normalized_shape: Shape; weight: MaybeTensor; bias: MaybeTensor; eps: number };
  const bound = bind<Args>(name, ["normalized_shape", "weight", "bias", "eps"], [], args, 4);
  const { normalized_shape, weight, bias, eps } = bound;
  const dims = normalized_dims("layer_norm", input, normalized_shape, weight, bias);
  const [even, middle, scale] = standard(input, dims, eps);
  return [affine(even, weight, bias), middle.detach(), scale.detach()];
}

/**
 * {@link group_norm} with its mean and 1 / √(variance + eps), each (N, group).
 *
 * @param N Size of dimension 0.
 * @param C Size of dimension 1.
 * @param HxW Product of the other sizes.
 * @throws RuntimeError when the sizes do not go together.
 */
export function native_group_norm(
  input: Tensor,
  weight: MaybeTensor,
  bias: MaybeTensor,
  N: number,
  C: number,
  HxW: number,
  group: number,
  eps: number,
): [Tensor, Tensor, Tensor];
export function native_group_norm(input: Tensor, ...args: unknown[]): [Tensor, Tensor, Tensor] {
  const name = "native_group_norm";
  type Args = {
    weight: MaybeTensor;
    bias: MaybeTensor;
    N: number;
    C: number;
    HxW: number;
    group: number;
    eps: number;
  };
  const names = ["weight", "bias", "N", "C", "HxW", "group", "eps"] as const;
  const { weight, bias, N, C, HxW, group, eps } = bind<Args>(name, names, [], args, 7);
  check_groups(input, group, weight, bias);
  if (input.numel() !== N * C * HxW || input.shape[1] !== C) {
    throw new RuntimeError(
      `${name}: expected an input of ${N} x ${C} x ${HxW} elements, got ${input.numel()}`,
    );
  }
  const grouped = reshape(input, [N, group, C === 0 ? 0 : (C / group) * HxW]);
  const [even, middle, scale] = standard(grouped, [2], eps);
  const output = affine(
    reshape(even, input.shape),
    per_channel(weight, input.ndim),
    per_channel(bias, input.ndim),
  );
  // All outputs belong to one operation: what requires a gradient does so in all of them.
  const linked = (x: Tensor): Tensor =>
    output.requires_grad && !x.requires_grad ? add(x, mul(mean(output), 0)) : x;
  return [output, linked(reshape(middle, [N, group])), linked(reshape(scale, [N, group]))];
}

interface BatchArgs {
  weight: MaybeTensor;
  bias: MaybeTensor;
  running_mean: MaybeTensor;
  running_var: MaybeTensor;
  training: boolean;
  momentum: number;
  eps: number;
}

function batch_norm(name: string, input: Tensor, given: BatchArgs): [Tensor, Tensor, Tensor] {
  const { weight, bias, running_mean, running_var, training, momentum, eps } = given;
  const channels = check_statistics(name, input, running_mean, running_var, weight, bias);
  const rank = input.ndim;
  const spread = (x: MaybeTensor): MaybeTensor => per_channel(x, rank);
  if (!training) {
    if (running_mean === null || running_var === null) {
      throw new RuntimeError("Expected running_mean and running_var to be defined when training=False");
    }
    const centered = sub(input, spread(running_mean) as Tensor);
    const even = mul(centered, spread(rsqrt(add(running_var, eps))) as Tensor);
    const none = zeros([0], { dtype: input.dtype });
    return [affine(even, spread(weight), spread(bias)), none, none];
  }
  const dims = range(rank).filter((dim) => dim !== 1);
  const [even, middle, scale] = standard(input, dims, eps);
  const count = numel(dims.map((dim) => input.shape[dim]));
  const [save_mean, save_scale] = [middle, scale].map((x) => reshape(x.detach(), [channels]));
  if (running_mean !== null && count > 0) move_towards(running_mean, save_mean, momentum);
  if (running_var !== null && count > 0) {
    const variance = sub(div(1, square(save_scale)), eps);
    move_towards(running_var, mul(variance, count / (count - 1)), momentum);
  }
  return [affine(even, spread(weight), spread(bias)), save_mean, save_scale];
}

const batch_names = ["weight", "bias", "running_mean", "running_var", "training", "momentum", "eps"] as const;

/**
 * {@link batch_norm}, in PyTorch's older order of arguments, with the batch's mean and 1 / √(variance + eps), each (C), or empty
 * where the running ones were used.
 *
 * @throws RuntimeError when the sizes do not go together.
 */
export function native_batch_norm(
  input: Tensor,
  weight: MaybeTensor,
  bias: MaybeTensor,
  running_mean: MaybeTensor,
  running_var: MaybeTensor,
  training: boolean,
  momentum: number,
  eps: number,
): [Tensor, Tensor, Tensor];
export function native_batch_norm(input: Tensor, ...args: unknown[]): [Tensor, Tensor, Tensor] {
  const name = "native_batch_norm";
  expect_tensor(name, input);
  return batch_norm(name, input, bind<BatchArgs>(name, batch_names, [], args, 7));
}

/** {@link native_batch_norm}; without running statistics where `training` comes in their place. */
export function _native_batch_norm_legit(
  input: Tensor,
  weight: MaybeTensor,
  bias: MaybeTensor,
  running_mean: Tensor | null,
  running_var: Tensor | null,
  training: boolean,
  momentum: number,
  eps: number,
): [Tensor, Tensor, Tensor];
export function _native_batch_norm_legit(
  input: Tensor,
  weight: MaybeTensor,
  bias: MaybeTensor,
  training: boolean,
  momentum: number,
  eps: number,
): [Tensor, Tensor, Tensor];
export function _native_batch_norm_legit(input: Tensor, ...args: unknown[]): [Tensor, Tensor, Tensor] {
  const name = "_native_batch_norm_legit";
  expect_tensor(name, input);
  const all = typeof args[2] === "boolean" ? [args[0], args[1], null, null, ...args.slice(2)] : args;
  return batch_norm(name, input, bind<BatchArgs>(name, batch_names, [], all, 7));
}

/** {@link native_batch_norm} in training, and what backward would need on other devices: an empty tensor here. */
export function _batch_norm_with_update(
  input: Tensor,
  weight: MaybeTensor,
  bias: MaybeTensor,
  running_mean: Tensor | null,
  running_var: Tensor | null,
  momentum: number,
  eps: number,
): [Tensor, Tensor, Tensor, Tensor];
export function _batch_norm_with_update(input: Tensor, ...args: unknown[]): [Tensor, Tensor, Tensor, Tensor] {
  const name = "_batch_norm_with_update";
  expect_tensor(name, input);
  const names = ["weight", "bias", "running_mean", "running_var", "momentum", "eps"] as const;
  const bound = bind<Omit<BatchArgs, "training">>(name, names, [], args, 6);
  return [...batch_norm(name, input, { ...bound, training: true }), zeros([0], { dtype: uint8 })];
}
