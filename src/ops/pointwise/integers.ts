/** @file Arithmetic of whole numbers: divisors, multiples, shifts. */
import { operand } from "../../args";
import { execute, from_data } from "../../backend/engine";
import type { Handle } from "../../backend/handle";
import { int64 } from "../../dtype";
import { NotImplementedError } from "../../errors";
import { scalar_tensor, Tensor } from "../../tensor";
import { expect_tensor, promote, type TensorLike } from "../value/convert";
import { execute_any } from "../value/fallback";
import { paired } from "./element-map";
import { check_broadcast } from "./elementwise";

function expect_whole(kernel: string, a: Tensor): void {
  if (a.dtype.category !== 1) {
    throw new NotImplementedError(`"${kernel}" not implemented for '${a.dtype.scalar_type}'`);
  }
}

/** The greatest common divisor of two whole numbers, by Euclid's algorithm. */
function common_divisor(a: bigint, b: bigint): bigint {
  let left = a < 0n ? -a : a;
  let right = b < 0n ? -b : b;
  while (right !== 0n) {
    if (left <= Number.MAX_SAFE_INTEGER && right <= Number.MAX_SAFE_INTEGER) {
      return BigInt(small_divisor(Number(left), Number(right)));
    }
    [left, right] = [right, left % right];
  }
  return left;
}

function small_divisor(a: number, b: number): number {
  let left = Math.abs(a);
  let right = Math.abs(b);
  while (right !== 0) [left, right] = [right, left % right];
  return left;
}

function divisors(a: Tensor, b: Tensor): Tensor {
  const { shape, left, right } = paired(a.handle, b.handle);
  if (a.dtype === int64) {
    const data = new BigInt64Array(left.length);
    for (let i = 0; i < data.length; i++) data[i] = common_divisor(left[i] as bigint, right[i] as bigint);
    return new Tensor(from_data(shape, int64, data));
  }
  const data = new a.dtype.array(left.length) as Int32Array;
  for (let i = 0; i < data.length; i++) data[i] = small_divisor(left[i] as number, right[i] as number);
  return new Tensor(from_data(shape, a.dtype, data));
}

function both(name: string, input: Tensor, args: readonly unknown[]): [Tensor, Tensor] {
  expect_tensor(name, input);
  const other = expect_tensor(name, operand<Tensor>(name, "other", args), "other");
  const [a, b] = promote(name, input, other);
  expect_whole(`${name}_cpu`, a);
  return [a, b];
}

/** The greatest common divisor, not negative; that of 0 and 0 is 0. @throws RuntimeError unless both are whole numbers. */
export function gcd(input: Tensor, other: Tensor): Tensor;
export function gcd(input: Tensor, options: { other: Tensor }): Tensor;
export function gcd(input: Tensor, ...args: unknown[]): Tensor {
  return divisors(...both("gcd", input, args));
}

/** The least common multiple, not negative; 0 where either is 0. @throws RuntimeError unless both are whole numbers. */
export function lcm(input: Tensor, other: Tensor): Tensor;
export function lcm(input: Tensor, options: { other: Tensor }): Tensor;
export function lcm(input: Tensor, ...args: unknown[]): Tensor {
  const [a, b] = both("lcm", input, args);
  const divisor = divisors(a, b);
  const safe = divisor.add(divisor.eq(0));
  return a.div(safe, { rounding_mode: "trunc" }).mul(b).abs();
}

function shift(name: string, kernel: string, input: TensorLike, args: readonly unknown[]): [Tensor, Tensor] {
  const other = operand<TensorLike>(name, "other", args);
  const [a, b] = promote(name, input, other);
  expect_whole(kernel, a);
  check_broadcast(a, b);
  return [a, b];
}

/** Where a shift is by less than 0 or by all of the bits, which processors do not agree on. */
function too_far(a: Tensor, b: Tensor): Handle {
  const bits = a.dtype.itemsize * 8 - (a.dtype.name.startsWith("u") ? 0 : 1);
  return b.lt(0).logical_or(b.ge(bits)).handle;
}

/** The bits of `input` shifted left by `other`; 0 where the shift is negative or as wide as the type. */
export function bitwise_left_shift(input: TensorLike, other: TensorLike): Tensor;
export function bitwise_left_shift(input: TensorLike, options: { other: TensorLike }): Tensor;
export function bitwise_left_shift(input: TensorLike, ...args: unknown[]): Tensor {
  const [a, b] = shift("bitwise_left_shift", "lshift_cpu", input, args);
  const bits = a.dtype.itemsize * 8;
  const far = b.lt(0).logical_or(b.ge(bits)).handle;
  const shifted = execute_any("LeftShift", [a.handle, b.handle]);
  return new Tensor(execute("SelectV2", [far, scalar_tensor(0, a.dtype).handle, shifted]));
}

/** The bits of `input` shifted right by `other`, the sign kept; a negative or too wide shift leaves the sign alone. */
export function bitwise_right_shift(input: TensorLike, other: TensorLike): Tensor;
export function bitwise_right_shift(input: TensorLike, options: { other: TensorLike }): Tensor;
export function bitwise_right_shift(input: TensorLike, ...args: unknown[]): Tensor {
  const [a, b] = shift("bitwise_right_shift", "rshift_cpu", input, args);
  const shifted = execute_any("RightShift", [a.handle, b.handle]);
  const sign = a.lt(0).to(a.dtype).neg().handle;
  return new Tensor(execute("SelectV2", [too_far(a, b), sign, shifted]));
}
