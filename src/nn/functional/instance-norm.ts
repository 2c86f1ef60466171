/** @file Normalisation of each channel of each sample. */
import { bind } from "../../args";
import { no_grad } from "../../autograd/grad-mode";
import { RuntimeError, ValueError } from "../../errors";
import { expect_no_gradient, expect_tensor } from "../../ops/value/convert";
import { numel, size_text } from "../../shape";
import type { Tensor } from "../../tensor";
import { batch_norm } from "./normalization";

/** Keyword arguments of {@link instance_norm}. */
export interface InstanceNormOptions {
  running_mean?: Tensor | null;
  running_var?: Tensor | null;
  weight?: Tensor | null;
  bias?: Tensor | null;
  /** Whether each sample's own mean and variance are used, towards which the running ones move. Default: true. */
  use_input_stats?: boolean;
  momentum?: number;
  eps?: number;
}

/**
 * Normalisation of each channel of each sample of (N, C, ...) (Ulyanov et al., arXiv:1607.08022).
 *
 * @throws ValueError for samples of one element; RuntimeError for statistics of other sizes.
 */
export function instance_norm(input: Tensor, options?: InstanceNormOptions): Tensor;
export function instance_norm(
  input: Tensor,
  running_mean: Tensor | null,
  running_var?: Tensor | null | InstanceNormOptions,
  weight?: Tensor | null | InstanceNormOptions,
  bias?: Tensor | null | InstanceNormOptions,
  use_input_stats?: boolean | InstanceNormOptions,
  momentum?: number | InstanceNormOptions,
  eps?: number | InstanceNormOptions,
): Tensor;
export function instance_norm(input: Tensor, ...args: unknown[]): Tensor {
  const {
    running_mean = null,
    running_var = null,
    weight = null,
    bias = null,
    use_input_stats = true,
    momentum = 0.1,
    eps = 1e-5,
  } = bind<InstanceNormOptions>(
    "instance_norm",
    ["running_mean", "running_var", "weight", "bias", "use_input_stats", "momentum", "eps"],
    [],
    args,
  );
  expect_tensor("instance_norm", input);
  if (input.ndim < 3)
    throw new RuntimeError(`instance_norm(): expected at least 3 dimensions, got ${input.ndim}`);
  const [samples, channels, ...rest] = input.shape;
  if (use_input_stats && numel(rest) <= 1) {
    throw new ValueError(
      `Expected more than 1 spatial element when training, got input size torch.Size(${size_text(input.shape)})`,
    );
  }
  if (!use_input_stats && (running_mean === null || running_var === null)) {
    throw new RuntimeError(
      "Expected running_mean and running_var to be defined when use_input_stats is false",
    );
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
  expect_no_gradient("native_batch_norm", "running_mean", running_mean);
  expect_no_gradient("native_batch_norm", "running_var", running_var);
  // Every channel of every sample is a channel of one batch.
  const every = (tensor: Tensor | null): Tensor | null => (tensor === null ? null : tensor.repeat(samples));
  const mean = running_mean === null ? null : no_grad(() => running_mean.detach().repeat(samples));
  const variance = running_var === null ? null : no_grad(() => running_var.detach().repeat(samples));
  const flat = input.reshape([1, samples * channels, ...rest]);
  const output = batch_norm(flat, mean, variance, every(weight), every(bias), use_input_stats, momentum, eps);
  if (use_input_stats && samples > 0) {
    no_grad(() => {
      for (const [running, moved] of [
        [running_mean, mean],
        [running_var, variance],
      ] as const) {
        if (running !== null && moved !== null) running.copy_(moved.reshape([samples, channels]).mean(0));
      }
    });
  }
  return output.reshape(input.shape);
}
