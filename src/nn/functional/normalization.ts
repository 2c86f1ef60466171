/** @file Normalisation over features, channels, groups and batches. */

import { bind } from "../../args";
import { named } from "../../autograd/tape";
import { IndexError, RuntimeError, ValueError } from "../../errors";
import { move_towards, standardize } from "../../ops/layer/normalization";
import { add, mul, sub } from "../../ops/pointwise/elementwise";
import { rsqrt } from "../../ops/pointwise/unary";
import { reshape } from "../../ops/shape/movement";
import { expect_no_gradient, expect_tensor } from "../../ops/value/convert";
import { numel, range, type Shape, same_shape, size_text } from "../../shape";
import type { Tensor } from "../../tensor";

type MaybeTensor = Tensor | null;

function floating(name: string, input: Tensor): void {
  expect_tensor(name, input);
  if (!input.dtype.is_floating_point) {
    throw new RuntimeError(`"${name}" not implemented for '${input.dtype.scalar_type}'`);
  }
}

/** `x * weight + bias`, either of which may be left out. */
export function affine(x: Tensor, weight: MaybeTensor, bias: MaybeTensor): Tensor {
  const scaled = weight === null ? x : mul(x, weight);
  return bias === null ? scaled : add(scaled, bias);
}

/** Refuses a weight or bias of another dtype than the input's. */
function expect_parameter(what: string, tensor: MaybeTensor, input: Tensor): void {
  if (tensor === null || tensor.dtype === input.dtype) return;
  throw new RuntimeError(
    `mixed dtype (CPU): expect parameter to have scalar type of Float, but ${what} has ${tensor.dtype.scalar_type} and the ` +
      `input ${input.dtype.scalar_type}`,
  );
}

/** The dimensions that `normalized_shape` stands for. @throws RuntimeError when the sizes do not go together. */
export function normalized_dims(
  name: string,
  input: Tensor,
  shape: Shape,
  weight: MaybeTensor,
  bias: MaybeTensor,
): number[] {
  floating(name, input);
  if (shape.length === 0) {
    throw new RuntimeError(
      "Expected normalized_shape to be at least 1-dimensional, i.e., containing at least one element, but got normalized_shape = []",
    );
  }
  for (const [what, tensor] of [
    ["weight", weight],
    ["bias", bias],
  ] as const) {
    if (name !== "rms_norm") expect_parameter(what, tensor, input);
    if (tensor !== null && !same_shape(tensor.shape, shape)) {
      throw new RuntimeError(
        `Expected ${what} to be of same shape as normalized_shape, but got ${what} of shape ${size_text(tensor.shape)} and ` +
          `normalized_shape = ${size_text(shape)}`,
      );
    }
  }
  const lead = input.ndim - shape.length;
  if (lead < 0 || !same_shape(input.shape.slice(lead), shape)) {
    throw new RuntimeError(
      `Given normalized_shape=${size_text(shape)}, expected input with shape [*, ${shape.join(", ")}], but got input of ` +
        `size${size_text(input.shape)}`,
    );
  }
  return range(input.ndim).slice(lead);
}

/** Sizes given as a list or one number. */
export function size_list(size: number | Shape): number[] {
  return typeof size === "number" ? [size] : [...size];
}

/**
 * Layer normalisation (Ba et al., arXiv:1607.06450): over the last dimensions, which have the sizes `normalized_shape`.
 *
 * @param weight Scales the result; of `normalized_shape`.
 * @param bias Added to it; of `normalized_shape`.
 */
export function layer_norm(
  input: Tensor,
  normalized_shape: number | Shape,
  weight?: MaybeTensor,
  bias?: MaybeTensor | { bias?: MaybeTensor; eps?: number },
  eps?: number | { eps?: number },
): Tensor;
export function layer_norm(
  input: Tensor,
  normalized_shape: number | Shape,
  options: { weight?: MaybeTensor; bias?: MaybeTensor; eps?: number },
): Tensor;
export function layer_norm(
  input: Tensor,
  options: { normalized_shape: number | Shape; weight?: MaybeTensor; bias?: MaybeTensor; eps?: number },
): Tensor;
export function layer_norm(input: Tensor, ...args: unknown[]): Tensor {
  type Args = { normalized_shape: number | Shape; weight: MaybeTensor; bias: MaybeTensor; eps: number };
  const bound = bind<Args>("layer_norm", ["normalized_shape", "weight", "bias", "eps"], [], args);
  expect_tensor("layer_norm", input);
  const { weight = null, bias = null, eps = 1e-5 } = bound;
  const shape = size_list(bound.normalized_shape ?? []);
  const dims = normalized_dims("layer_norm", input, shape, weight, bias);
  return named("NativeLayerNormBackward0", affine(standardize(input, dims, eps).output, weight, bias), input);
}

/** Division by the root mean square of the last dimensions (Zhang and Sennrich, arXiv:1910.07467). */
export function rms_norm(
  input: Tensor,
  normalized_shape: number | Shape,
  weight?: MaybeTensor,
  eps?: number | null | { eps?: number | null },
): Tensor;
export function rms_norm(
  input: Tensor,
  normalized_shape: number | Shape,
  options: { weight?: MaybeTensor; eps?: number | null },
): Tensor;
export function rms_norm(
  input: Tensor,
  options: { normalized_shape: number | Shape; weight?: MaybeTensor; eps?: number | null },
): Tensor;
export function rms_norm(input: Tensor, ...args: unknown[]): Tensor {
  type Args = { normalized_shape: number | Shape; weight: MaybeTensor; eps: number | null };
  const bound = bind<Args>("rms_norm", ["normalized_shape", "weight", "eps"], [], args);
  expect_tensor("rms_norm", input);
  const { weight = null } = bound;
  const shape = size_list(bound.normalized_shape ?? []);
  const dims = normalized_dims("rms_norm", input, shape, weight, null);
  const eps = bound.eps ?? (input.dtype.itemsize === 8 ? 2 ** -52 : 2 ** -23);
  return named("MulBackward0", affine(standardize(input, dims, eps, false).output, weight, null), input);
}

/** A vector of the channels in a shape that broadcasts against (N, C, ...). */
export function per_channel(tensor: MaybeTensor, rank: number): MaybeTensor {
  return tensor === null ? null : reshape(tensor, [-1, ...new Array<number>(rank - 2).fill(1)]);
}

/** @throws RuntimeError when groups of channels cannot be normalised: sizes that do not go together. */
export function check_groups(
  input: Tensor,
  num_groups: number,
  weight: MaybeTensor,
  bias: MaybeTensor,
): void {
  floating("group_norm", input);
  if (input.ndim < 2) {
    throw new RuntimeError(`Expected at least 2 dimensions for input tensor but received ${input.ndim}`);
  }
  const [, channels, ...rest] = input.shape;
  if (channels === 0) throw new RuntimeError("Expected number of channels to be greater than 0, got 0");
  if (numel(rest) === 0) throw new RuntimeError(`Expected HxW to be greater than 0, got ${numel(rest)}`);
  if (!(num_groups > 0)) {
    throw new RuntimeError(`Expected num groups to be greater than 0, got ${num_groups}`);
  }
  if (channels % num_groups !== 0) {
    throw new RuntimeError(
      `Expected number of channels in input to be divisible by num_groups, but got input of shape ${size_text(input.shape)} and ` +
        `num_groups=${num_groups}`,
    );
  }
  for (const [what, tensor] of [
    ["weight", weight],
    ["bias", bias],
  ] as const) {
    expect_parameter(what, tensor, input);
    if (tensor !== null && (tensor.ndim !== 1 || tensor.numel() !== channels)) {
      throw new RuntimeError(
        `Expected ${what} to be a vector of size equal to the number of channels in input, but got ${what} of shape ` +
          `${size_text(tensor.shape)} and input of shape ${size_text(input.shape)}`,
      );
    }
  }
}

/** Normalisation over groups of channels (Wu and He, arXiv:1803.08494) of (N, C, ...). */
export function group_norm(
  input: Tensor,
  num_groups: number,
  weight?: MaybeTensor,
  bias?: MaybeTensor | { bias?: MaybeTensor; eps?: number },
  eps?: number | { eps?: number },
): Tensor;
export function group_norm(
  input: Tensor,
  num_groups: number,
  options: { weight?: MaybeTensor; bias?: MaybeTensor; eps?: number },
): Tensor;
export function group_norm(
  input: Tensor,
  options: { num_groups: number; weight?: MaybeTensor; bias?: MaybeTensor; eps?: number },
): Tensor;
export function group_norm(input: Tensor, ...args: unknown[]): Tensor {
  type Args = { num_groups: number; weight: MaybeTensor; bias: MaybeTensor; eps: number };
  const bound = bind<Args>("group_norm", ["num_groups", "weight", "bias", "eps"], [], args);
  expect_tensor("group_norm", input);
  const { num_groups, weight = null, bias = null, eps = 1e-5 } = bound;
  if (num_groups === undefined) throw new TypeError("group_norm() missing required argument: 'num_groups'");
  check_groups(input, num_groups, weight, bias);
  const [n, channels, ...rest] = input.shape;
  const grouped = reshape(input, [n, num_groups, (channels / num_groups) * numel(rest)]);
  const even = reshape(standardize(grouped, [2], eps).output, input.shape);
  return named(
    "NativeGroupNormBackward0",
    affine(even, per_channel(weight, input.ndim), per_channel(bias, input.ndim)),
    input,
  );
}

/** The number of channels. @throws RuntimeError when input, statistics, weight and bias do not go together. */
export function check_statistics(
  name: string,
  input: Tensor,
  running_mean: MaybeTensor,
  running_var: MaybeTensor,
  weight: MaybeTensor,
  bias: MaybeTensor,
): number {
  floating(name, input);
  const rank = input.ndim;
  if (rank < 2) throw new RuntimeError(`${name}(): expected at least 2 dimensions, got ${rank}`);
  const channels = input.shape[1];
  const native = name === "batch_norm" ? "native_batch_norm" : name;
  // PyTorch does not look at them for an empty batch, but under the older names.
  if (native === name || input.numel() > 0) {
    expect_no_gradient(native, "running_mean", running_mean);
    expect_no_gradient(native, "running_var", running_var);
  }
  for (const [what, tensor] of [
    ["running_mean", running_mean],
    ["running_var", running_var],
    ["weight", weight],
    ["bias", bias],
  ] as const) {
    if (tensor !== null && tensor.numel() !== channels) {
      throw new RuntimeError(`${what} should contain ${channels} elements not ${tensor.numel()}`);
    }
  }
  return channels;
}

/** Keyword arguments of {@link batch_norm}. */
export interface BatchNormOptions {
  weight?: MaybeTensor;
  bias?: MaybeTensor;
  training?: boolean;
  momentum?: number;
  eps?: number;
}

/**
 * Normalisation of each channel (Ioffe and Szegedy, arXiv:1502.03167) of (N, C, ...): in training by the batch's own mean and
 * variance, towards which the running ones move; otherwise by the running ones.
 */
export function batch_norm(
  input: Tensor,
  running_mean: MaybeTensor,
  running_var: MaybeTensor,
  weight?: MaybeTensor,
  bias?: MaybeTensor | { bias?: MaybeTensor; training?: boolean; momentum?: number; eps?: number },
  training?: boolean | { training?: boolean; momentum?: number; eps?: number },
  momentum?: number | { momentum?: number; eps?: number },
  eps?: number | { eps?: number },
): Tensor;
export function batch_norm(
  input: Tensor,
  running_mean: MaybeTensor,
  running_var: MaybeTensor,
  options: { weight?: MaybeTensor; bias?: MaybeTensor; training?: boolean; momentum?: number; eps?: number },
): Tensor;
export function batch_norm(
  input: Tensor,
  options: {
    running_mean: MaybeTensor;
    running_var: MaybeTensor;
    weight?: MaybeTensor;
    bias?: MaybeTensor;
    training?: boolean;
    momentum?: number;
    eps?: number;
  },
): Tensor;
export function batch_norm(input: Tensor, ...args: unknown[]): Tensor {
  type Args = Required<BatchNormOptions> & { running_mean: MaybeTensor; running_var: MaybeTensor };
  const {
    running_mean = null,
    running_var = null,
    weight = null,
    bias = null,
    training = false,
    momentum = 0.1,
    eps = 1e-5,
  } = bind<Args>(
    "batch_norm",
    ["running_mean", "running_var", "weight", "bias", "training", "momentum", "eps"],
    [],
    args,
  );
  expect_tensor("batch_norm", input);
  const rank = input.ndim;
  // PyTorch lets an empty vector through, which has no channels.
  if (rank === 1 && input.numel() === 0) return mul(input, 1);
  if (input.numel() === 0 && input.shape[1] === 0 && running_mean !== null && training) {
    throw new IndexError("select(): index 0 out of range for tensor of size [0] at dimension 0");
  }
  const channels = check_statistics("batch_norm", input, running_mean, running_var, weight, bias);
  if (!training) {
    if (running_mean === null || running_var === null) {
      throw new RuntimeError("Expected running_mean and running_var to be defined when training=False");
    }
    const centered = sub(input, per_channel(running_mean, rank) as Tensor);
    const even = mul(centered, per_channel(rsqrt(add(running_var, eps)), rank) as Tensor);
    const output = affine(even, per_channel(weight, rank), per_channel(bias, rank));
    return named("NativeBatchNormBackward0", output, input);
  }
  const count = channels === 0 ? 0 : input.numel() / channels;
  if (count === 1) {
    throw new ValueError(
      `Expected more than 1 value per channel when training, got input size torch.Size(${size_text(input.shape)})`,
    );
  }
  const dims = range(rank).filter((dim) => dim !== 1);
  const { output, mean, variance } = standardize(input, dims, eps);
  if (running_mean !== null && count > 0) move_towards(running_mean, reshape(mean, [channels]), momentum);
  if (running_var !== null && count > 0) {
    move_towards(running_var, mul(reshape(variance, [channels]), count / (count - 1)), momentum);
  }
  return named(
    "NativeBatchNormBackward0",
    affine(output, per_channel(weight, rank), per_channel(bias, rank)),
    input,
  );
}
