/** @file The affine map of linear layers, as one recorded operation. */

import { bind } from "../../args";
import { named, record } from "../../autograd/tape";
import { attr, execute } from "../../backend/engine";
import { whole_number_hint } from "../../dtype";
import { RuntimeError } from "../../errors";
import { numel, size_text } from "../../shape";
import type { Tensor } from "../../tensor";
import { reshape } from "../shape/movement";
import { expect_tensor } from "../value/convert";
import { zeros } from "../value/create";
import { execute_any } from "../value/fallback";

const second_transposed = [attr.bool("transpose_b", true)];

/**
 * `input @ weight.T + bias`.
 *
 * @param input (..., in_features)
 * @param weight (out_features, in_features), or (in_features) for one output
 * @param bias (out_features), or null
 * @returns (..., out_features)
 * @throws RuntimeError when the sizes or dtypes do not go together.
 */
export function linear(input: Tensor, weight: Tensor, bias?: Tensor | null): Tensor;
export function linear(input: Tensor, weight: Tensor, options: { bias?: Tensor | null }): Tensor;
export function linear(input: Tensor, options: { weight: Tensor; bias?: Tensor | null }): Tensor;
export function linear(input: Tensor, ...args: unknown[]): Tensor {
  const { weight, bias = null } = bind<{ weight: Tensor; bias?: Tensor | null }>(
    "linear",
    ["weight", "bias"],
    [],
    args,
    1,
  );
  expect_tensor("linear", input);
  expect_tensor("linear", weight, "weight");
  if (bias !== null) expect_tensor("linear", bias, "bias");
  check(input, weight, bias);
  if (weight.ndim === 1) {
    const column = linear(input, reshape(weight, [1, -1]), bias === null ? null : reshape(bias, [1]));
    return reshape(column, input.shape.slice(0, -1));
  }
  const { shape } = input;
  const [features_out, features_in] = weight.shape;
  const rows = numel(shape.slice(0, -1));
  const flat = shape.length === 2 ? input : reshape(input, [rows, features_in]);
  if (input.dtype.category === 0 && (input.numel() === 0 || weight.numel() === 0)) {
    return zeros([...shape.slice(0, -1), features_out], { dtype: input.dtype });
  }
  let handle = execute_any("MatMul", [flat.handle, weight.handle], second_transposed);
  if (bias !== null) handle = execute("AddV2", [handle, bias.handle]);
  const output = record("linear", handle, bias === null ? [flat, weight] : [flat, weight, bias], [
    weight.requires_grad ? flat : null,
    flat.requires_grad ? weight : null,
  ]);
  if (shape.length === 2) return bias === null ? named("MmBackward0", output, input) : output;
  return named("UnsafeViewBackward0", reshape(output, [...shape.slice(0, -1), features_out]), input);
}

function check(input: Tensor, weight: Tensor, bias: Tensor | null): void {
  if (weight.ndim !== 1 && weight.ndim !== 2) {
    throw new RuntimeError(
      `linear(): weight must be a vector or a matrix, but got shape ${size_text(weight.shape)}`,
    );
  }
  if (input.ndim === 0)
    throw new RuntimeError("both arguments to linear need to be at least 1D, but they are 0D and 2D");
  const features_in = weight.shape[weight.ndim - 1];
  const given = input.shape[input.ndim - 1];
  if (given !== features_in) {
    const rows = numel(input.shape.slice(0, -1));
    throw new RuntimeError(
      weight.ndim === 1
        ? `size mismatch, got input (${rows}), mat (${rows}x${given}), vec (${features_in})`
        : input.ndim === 1
          ? `size mismatch, got input (${weight.shape[0]}), mat (${weight.shape[0]}x${features_in}), vec (${given})`
          : `mat1 and mat2 shapes cannot be multiplied (${rows}x${given} and ${features_in}x${weight.shape[0]})`,
    );
  }
  if (input.dtype !== weight.dtype) {
    throw new RuntimeError(
      `mat1 and mat2 must have the same dtype, but got ${input.dtype.scalar_type} and ${weight.dtype.scalar_type}${whole_number_hint(input.dtype)}`,
    );
  }
  if (bias === null) return;
  if (bias.dtype !== weight.dtype) {
    throw new RuntimeError(
      `self and mat2 must have the same dtype, but got ${bias.dtype.scalar_type} and ${weight.dtype.scalar_type}`,
    );
  }
  const out = weight.ndim === 1 ? 1 : weight.shape[0];
  const size = bias.ndim === 0 ? 1 : bias.ndim === 1 ? bias.shape[0] : -1;
  if (size !== out && size !== 1) {
    throw new RuntimeError(
      `The expanded size of the tensor (${out}) must match the existing size (${bias.shape.join(", ")}) at non-singleton dimension 1. ` +
        `linear(): bias has shape ${size_text(bias.shape)}, expected [${out}]`,
    );
  }
}
