/** @file Convolution over sequences whose first dimension is the time. */
import { bind } from "../../args";
import { RuntimeError } from "../../errors";
import type { Tensor } from "../../tensor";
import { permute } from "../shape/movement";
import { conv1d } from "./conv";

/**
 * Convolution over the first dimension (PyTorch: `torch.conv_tbc`).
 *
 * @param input (L, N, in_channels)
 * @param weight (kernel_size, in_channels, out_channels)
 * @param bias (out_channels)
 * @param pad How many zeros stand at both ends. Default: 0.
 * @returns (L + 2 pad - kernel_size + 1, N, out_channels)
 * @throws RuntimeError for other numbers of dimensions, or sizes that do not go together.
 * @example
 * torch.conv_tbc(torch.randn(50, 20, 16), torch.randn(3, 16, 33), torch.zeros(33), 1).shape; // [50, 20, 33]
 */
export function conv_tbc(input: Tensor, weight: Tensor, bias: Tensor, pad?: number): Tensor;
export function conv_tbc(input: Tensor, weight: Tensor, bias: Tensor, options: { pad?: number }): Tensor;
export function conv_tbc(input: Tensor, options: { weight: Tensor; bias: Tensor; pad?: number }): Tensor;
export function conv_tbc(input: Tensor, ...args: unknown[]): Tensor {
  type Args = { weight: Tensor; bias: Tensor; pad: number };
  const { weight, bias, pad = 0 } = bind<Args>("conv_tbc", ["weight", "bias", "pad"], [], args, 2);
  if (input.ndim !== 3) throw new RuntimeError("Input must have 3 dims: time, batch, in_channel");
  if (weight.ndim !== 3) {
    throw new RuntimeError("Weight tensor must have 3 dims: kernel_width, in_channels, out_channels.");
  }
  if (bias.ndim !== 1) throw new RuntimeError("Bias must be 1-D");
  if (input.shape[2] !== weight.shape[1]) {
    throw new RuntimeError("Input dim 2 (input channels) == Weight dim 1 (input channels)");
  }
  if (bias.shape[0] !== weight.shape[2]) {
    throw new RuntimeError("Bias size must equal dim 2 in the weight tensor (output channels).");
  }
  const output = conv1d(permute(input, [1, 2, 0]), permute(weight, [2, 1, 0]), { bias, padding: pad });
  return permute(output, [2, 0, 1]);
}
