/** @file What convolutions of both directions check and share. */
import { int64 } from "../../dtype";
import { RuntimeError } from "../../errors";
import { numel, type Shape, size_text } from "../../shape";
import type { Tensor } from "../../tensor";
import type { PerDim } from "../pooling/sliding";
import { reshape } from "../shape/movement";
import { expect_floating_kernel, expect_tensor } from "../value/convert";

const c_names: Record<string, string> = {
  float32: "float",
  float64: "double",
  int64: "long int",
  int32: "int",
  int16: "short int",
  int8: "signed char",
  uint8: "unsigned char",
  bool: "bool",
};

const c_name = (tensor: Tensor): string => c_names[tensor.dtype.name] ?? tensor.dtype.name;

export function sizes(what: string, value: PerDim, rank: number): number[] {
  const list = Array.isArray(value) ? (value as number[]) : [value as number];
  for (const item of list) {
    if (typeof item !== "number" || !Number.isInteger(item)) {
      throw new TypeError(
        `conv${rank}d(): argument '${what}' must be tuple of ints, not ${typeof item === "number" ? "float" : typeof item}`,
      );
    }
  }
  if (list.length === 1) return new Array<number>(rank).fill(list[0]);
  if (list.length !== rank) {
    throw new RuntimeError(
      `expected ${what} to be a single integer value or a list of ${rank} values to match the convolution dimensions, but got ` +
        `${what}=${size_text(list)}`,
    );
  }
  return [...list];
}

export interface Checked {
  readonly stride: number[];
  readonly dilation: number[];
  readonly groups: number;
  /** Whether the input came without a batch. */
  readonly alone: boolean;
}

/** What convolutions of both directions need of their arguments, in PyTorch's order and words. */
export function check_convolution(
  name: string,
  rank: number,
  input: Tensor,
  weight: Tensor,
  bias: Tensor | null,
  stride: PerDim,
  dilation: PerDim,
  groups: number,
  transposed: boolean,
): Checked {
  expect_tensor(name, input);
  expect_tensor(name, weight, "weight");
  if (bias !== null) expect_tensor(name, bias, "bias");
  if (typeof groups !== "number" || !Number.isInteger(groups)) {
    throw new TypeError(`${name}(): argument 'groups' must be int, not ${typeof groups}`);
  }
  const alone = input.ndim === rank + 1;
  if (!alone && input.ndim !== rank + 2) {
    throw new RuntimeError(
      `Expected ${rank + 1}D (unbatched) or ${rank + 2}D (batched) input to ${name}, but got input of size: ${size_text(input.shape)}`,
    );
  }
  if (weight.ndim !== rank + 2) {
    if (weight.ndim < 3) throw new RuntimeError("weight should have at least three dimensions");
    const batch = alone ? [1, ...input.shape] : input.shape;
    throw new RuntimeError(
      `Expected ${weight.ndim}-dimensional input for ${weight.ndim}-dimensional weight ${size_text(weight.shape)}, but got ` +
        `${batch.length}-dimensional input of size ${size_text(batch)} instead`,
    );
  }
  const steps = sizes("stride", stride, rank);
  const gaps = sizes("dilation", dilation, rank);
  if (groups <= 0) throw new RuntimeError("non-positive groups is not supported");
  if (steps.some((step) => step <= 0)) throw new RuntimeError("non-positive stride is not supported");
  if (gaps.some((gap) => gap <= 0)) {
    throw new RuntimeError(`dilation should be greater than zero, but got ${size_text(gaps)}`);
  }
  const given = size_text(weight.shape);
  if (weight.shape[0] < groups) {
    throw new RuntimeError(
      `Given groups=${groups}, expected weight to be at least ${groups} at dimension 0, but got weight of size ${given} instead`,
    );
  }
  if (weight.shape[0] % groups !== 0) {
    throw new RuntimeError(
      `Given groups=${groups}, expected weight to be divisible by ${groups} at dimension 0, but got weight of size [${given}] instead`,
    );
  }
  const channels = input.shape[alone ? 0 : 1];
  const expected = transposed ? weight.shape[0] : weight.shape[1] * groups;
  if (channels !== expected) {
    throw new RuntimeError(
      `Given ${transposed ? "transposed=1" : `groups=${groups}`}, weight of size ${given}, expected ` +
        `input${size_text(alone ? [1, ...input.shape] : input.shape)} to have ${expected} channels, but got ${channels} channels instead`,
    );
  }
  const outputs = transposed ? weight.shape[1] * groups : weight.shape[0];
  if (bias !== null && (bias.ndim !== 1 || bias.shape[0] !== outputs)) {
    throw new RuntimeError(
      `Given ${transposed ? "transposed=1, " : ""}weight of size ${given}, expected bias to be 1-dimensional with ${outputs} elements, ` +
        `but got bias of size ${size_text(bias.shape)} instead`,
    );
  }
  for (const [what, tensor] of [
    ["weight", weight],
    ["bias", bias],
  ] as const) {
    if (tensor !== null && tensor.dtype !== input.dtype) {
      throw new RuntimeError(
        `Input type (${c_name(input)}) and ${what} type (${c_name(tensor)}) should be the same`,
      );
    }
  }
  // As PyTorch's kernels on the CPU have it: whole numbers other than int64 take the plain way alone.
  const kernel = transposed
    ? `slow_conv_transpose${Math.max(rank, 2)}d_out_cpu`
    : gaps.some((gap) => gap > 1)
      ? "slow_conv_dilated<>"
      : null;
  if (kernel !== null && input.dtype !== int64) expect_floating_kernel(kernel, input);
  if (input.numel() > 0 && transposed && weight.shape.slice(2).includes(0)) {
    throw new RuntimeError(
      `kernel size should be greater than zero, but got ${size_text(weight.shape.slice(2))}`,
    );
  }
  return { stride: steps, dilation: gaps, groups, alone };
}

/** Whether TensorFlow's Conv2D can do it; else windows are laid out and multiplied. */
export function direct(rank: number, input: Tensor, weight: Tensor, groups: number): boolean {
  return (
    rank <= 2 &&
    groups === 1 &&
    input.dtype.is_floating_point &&
    numel(input.shape) > 0 &&
    numel(weight.shape) > 0
  );
}

/** (a, b, size) as (a, b, 1, size), and a setting of one dimension as of two. */
export const as_image = (tensor: Tensor): Tensor =>
  tensor.ndim === 4 ? tensor : reshape(tensor, [tensor.shape[0], tensor.shape[1], 1, tensor.shape[2]]);

export const as_two = (values: Shape, missing: number): [number, number] =>
  values.length === 2 ? [values[0], values[1]] : [missing, values[0]];

export function with_bias(output: Tensor, bias: Tensor | null): Tensor {
  return bias === null
    ? output
    : output.add(reshape(bias, [1, -1, ...new Array<number>(output.ndim - 2).fill(1)]));
}
