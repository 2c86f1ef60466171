/** @file Less common functions of elements: hypot, logaddexp, copysign, nan_to_num. */
import { bind, operand } from "../../args";
import { beside, named } from "../../autograd/tape";
import { execute } from "../../backend/engine";
import type { DType } from "../../dtype";
import { broadcast_shapes } from "../../shape";
import { scalar_tensor, Tensor } from "../../tensor";
import { logsumexp } from "../reduction/extreme";
import { stack } from "../shape/join";
import { expand } from "../shape/movement";
import {
  cast,
  expect_floating_kernel,
  expect_tensor,
  promote_floating,
  type TensorLike,
} from "../value/convert";
import { isnan } from "./compare";
import { check_broadcast, choose, div, mul, neg } from "./elementwise";
import { abs, sqrt } from "./unary";

/** `log(exp(input) + exp(other))`, without overflow. */
export function logaddexp(input: Tensor, other: Tensor): Tensor;
export function logaddexp(input: Tensor, options: { other: Tensor }): Tensor;
export function logaddexp(input: Tensor, ...args: unknown[]): Tensor {
  const other = operand<Tensor>("logaddexp", "other", args);
  expect_tensor("logaddexp", input);
  expect_tensor("logaddexp", other, "other");
  expect_floating_kernel("logaddexp_cpu", input, other);
  const [a, b] = promote_floating("logaddexp", input, other);
  const shape = broadcast_shapes(a.shape, b.shape);
  return named("LogaddexpBackward0", logsumexp(stack([expand(a, shape), expand(b, shape)]), 0), input);
}

/** `log2(2 ** input + 2 ** other)`, without overflow. */
export function logaddexp2(input: Tensor, other: Tensor): Tensor;
export function logaddexp2(input: Tensor, options: { other: Tensor }): Tensor;
export function logaddexp2(input: Tensor, ...args: unknown[]): Tensor {
  const other = operand<Tensor>("logaddexp2", "other", args);
  expect_tensor("logaddexp2", input);
  expect_tensor("logaddexp2", other, "other");
  expect_floating_kernel("logaddexp2_cpu", input, other);
  const [a, b] = promote_floating("logaddexp2", input, other);
  return named("Logaddexp2Backward0", div(logaddexp(mul(a, Math.LN2), mul(b, Math.LN2)), Math.LN2), input);
}

/** The length of the hypotenuse: `sqrt(input² + other²)`. */
export function hypot(input: Tensor, other: Tensor): Tensor;
export function hypot(input: Tensor, options: { other: Tensor }): Tensor;
export function hypot(input: Tensor, ...args: unknown[]): Tensor {
  const other = operand<Tensor>("hypot", "other", args);
  expect_tensor("hypot", input);
  expect_tensor("hypot", other, "other");
  expect_floating_kernel("hypot_cpu", input, other);
  const [a, b] = promote_floating("hypot", input, other);
  check_broadcast(a, b);
  return named("HypotBackward0", sqrt(mul(a, a).add(mul(b, b))), input);
}

/** The magnitude of `input` with the sign of `other`, that of -0 included. */
export function copysign(input: Tensor, other: TensorLike): Tensor;
export function copysign(input: Tensor, options: { other: TensorLike }): Tensor;
export function copysign(input: Tensor, ...args: unknown[]): Tensor {
  const other = operand<TensorLike>("copysign", "other", args);
  const [a, b] = promote_floating("copysign", expect_tensor("copysign", input), other);
  const shape = broadcast_shapes(a.shape, b.shape);
  const magnitude = abs(expand(a, shape));
  const zero = execute("ZerosLike", [b.handle]);
  const sign = execute("SelectV2", [
    execute("Equal", [b.handle, zero]),
    execute("Reciprocal", [b.handle]),
    b.handle,
  ]);
  const result = choose(new Tensor(execute("Less", [sign, zero])), neg(magnitude), magnitude);
  // The sign does not change by steps: its gradient is 0 wherever it is.
  return beside(named("CopysignBackward0", result, a), b);
}

interface Replacements {
  nan?: number;
  posinf?: number | null;
  neginf?: number | null;
}

function greatest(dtype: DType): number {
  return dtype.itemsize === 4 ? 3.4028234663852886e38 : Number.MAX_VALUE;
}

/** NaN becomes `nan` (0), infinities the greatest and least finite numbers, or what is given. */
export function nan_to_num(
  input: Tensor,
  nan?: number,
  posinf?: number | null,
  neginf?: number | null | { neginf?: number | null },
): Tensor;
export function nan_to_num(
  input: Tensor,
  nan: number,
  options: { posinf?: number | null; neginf?: number | null },
): Tensor;
export function nan_to_num(
  input: Tensor,
  options: { nan?: number; posinf?: number | null; neginf?: number | null },
): Tensor;
export function nan_to_num(input: Tensor, ...args: unknown[]): Tensor {
  const {
    nan = 0,
    posinf,
    neginf,
  } = bind<Required<Replacements>>("nan_to_num", ["nan", "posinf", "neginf"], [], args);
  expect_tensor("nan_to_num", input);
  if (!input.dtype.is_floating_point) return cast(input, input.dtype).clone();
  const limit = greatest(input.dtype);
  const constant = (value: number): Tensor => scalar_tensor(value, input.dtype);
  let result = choose(isnan(input), constant(nan), input);
  result = choose(input.eq(Number.POSITIVE_INFINITY), constant(posinf ?? limit), result);
  return named(
    "NanToNumBackward0",
    choose(input.eq(Number.NEGATIVE_INFINITY), constant(neginf ?? -limit), result),
    input,
  );
}
