/** @file Sums with weights: between two tensors, and of products and quotients. */
import { bind } from "../../args";
import { named } from "../../autograd/tape";
import { bool } from "../../dtype";
import { NotImplementedError, RuntimeError } from "../../errors";
import { is_tensor, type Tensor } from "../../tensor";
import { expect_tensor, result_type } from "../value/convert";
import { add, div, mul, sub } from "./elementwise";

/** `input + weight * (end - input)`. */
export function lerp(input: Tensor, end: Tensor, weight: number | Tensor): Tensor;
export function lerp(input: Tensor, end: Tensor, options: { weight: number | Tensor }): Tensor;
export function lerp(input: Tensor, options: { end: Tensor; weight: number | Tensor }): Tensor;
export function lerp(input: Tensor, ...args: unknown[]): Tensor {
  const { end, weight } = bind<{ end: Tensor; weight: number | Tensor }>(
    "lerp",
    ["end", "weight"],
    [],
    args,
    2,
  );
  expect_tensor("lerp", input);
  expect_tensor("lerp", end, "end");
  for (const [argument, other] of [
    ["end", end],
    ["weight", weight],
  ] as const) {
    if (is_tensor(other) && other.dtype !== input.dtype) {
      throw new RuntimeError(
        `expected dtype ${input.dtype.name} for \`${argument}\` but got dtype ${other.dtype.name}`,
      );
    }
  }
  if (!input.dtype.is_floating_point) {
    throw new NotImplementedError(`"lerp_kernel" not implemented for '${input.dtype.scalar_type}'`);
  }
  return named("LerpBackward0", add(input, mul(sub(end, input), weight)), input);
}

/** `input + value * tensor1 * tensor2`. */
export function addcmul(
  input: Tensor,
  tensor1: Tensor,
  tensor2: Tensor,
  options?: { value?: number },
): Tensor;
export function addcmul(input: Tensor, tensor1: Tensor, options: { tensor2: Tensor; value?: number }): Tensor;
export function addcmul(input: Tensor, options: { tensor1: Tensor; tensor2: Tensor; value?: number }): Tensor;
export function addcmul(input: Tensor, ...args: unknown[]): Tensor {
  const {
    tensor1,
    tensor2,
    value = 1,
  } = bind<{ tensor1: Tensor; tensor2: Tensor; value?: number }>(
    "addcmul",
    ["tensor1", "tensor2"],
    ["value"],
    args,
    2,
  );
  expect_tensor("addcmul", input);
  if (result_type(input, tensor1, tensor2) === bool) {
    throw new NotImplementedError("\"addcmul_cpu_out\" not implemented for 'Bool'");
  }
  const product = mul(tensor1, tensor2);
  // Between whole numbers `value` becomes one.
  const whole = !result_type(input, product).is_floating_point;
  const factor = whole ? Math.trunc(value) : value;
  return named("AddcmulBackward0", add(input, factor === 1 ? product : mul(product, factor)), input);
}

/** `input + value * tensor1 / tensor2`. */
export function addcdiv(
  input: Tensor,
  tensor1: Tensor,
  tensor2: Tensor,
  options?: { value?: number },
): Tensor;
export function addcdiv(input: Tensor, tensor1: Tensor, options: { tensor2: Tensor; value?: number }): Tensor;
export function addcdiv(input: Tensor, options: { tensor1: Tensor; tensor2: Tensor; value?: number }): Tensor;
export function addcdiv(input: Tensor, ...args: unknown[]): Tensor {
  const {
    tensor1,
    tensor2,
    value = 1,
  } = bind<{ tensor1: Tensor; tensor2: Tensor; value?: number }>(
    "addcdiv",
    ["tensor1", "tensor2"],
    ["value"],
    args,
    2,
  );
  expect_tensor("addcdiv", input);
  if (!tensor1.dtype.is_floating_point && !tensor2.dtype.is_floating_point) {
    throw new RuntimeError(
      "Integer division with addcdiv is no longer supported, nor is a true division: say " +
        "(input + value * torch.trunc(tensor1 / tensor2)), or make one of them floating point",
    );
  }
  const quotient = div(tensor1, tensor2);
  return named("AddcdivBackward0", add(input, value === 1 ? quotient : mul(quotient, value)), input);
}
