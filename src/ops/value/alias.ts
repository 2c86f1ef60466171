/** @file Other names of operations, which PyTorch has for NumPy's sake. */
import { none, operand } from "../../args";
import { bool, float64 } from "../../dtype";
import { NotImplementedError, RuntimeError } from "../../errors";
import { is_tensor, scalar_tensor, type Tensor } from "../../tensor";
import { pow } from "../pointwise/elementwise";
import { acos, acosh, asin, asinh, atan, atanh, sign } from "../pointwise/unary";
import { sort } from "../reduction/sort";
import { cat, vstack } from "../shape/join";
import { movedim, reshape, transpose } from "../shape/movement";
import { expect_tensor, type TensorLike } from "./convert";
import { contiguous } from "./fill";

/** {@link movedim}. */
export const moveaxis: typeof movedim = movedim;

/** {@link cat}. */
export const concatenate: typeof cat = cat;

/** {@link vstack}. */
export const row_stack: typeof vstack = vstack;

/** {@link transpose}. */
export const swapaxes: typeof transpose = transpose;

/** {@link transpose}. */
export const swapdims: typeof transpose = transpose;

/** {@link acos}. */
export const arccos: typeof acos = acos;

/** {@link asin}. */
export const arcsin: typeof asin = asin;

/** {@link atan}. */
export const arctan: typeof atan = atan;

/** {@link acosh}. */
export const arccosh: typeof acosh = acosh;

/** {@link asinh}. */
export const arcsinh: typeof asinh = asinh;

/** {@link atanh}. */
export const arctanh: typeof atanh = atanh;

/** {@link sign}, as all numbers here are real. */
export const sgn: typeof sign = sign;

/** All elements as a vector. */
export function ravel(input: Tensor, ...more: []): Tensor {
  none("ravel", more);
  return reshape(contiguous(expect_tensor("ravel", input)), [input.numel()]);
}

/** The input itself; `+x`. */
export function positive(input: Tensor, ...more: []): Tensor {
  none("positive", more);
  if (expect_tensor("positive", input).dtype.name === "bool") {
    throw new TypeError("The `+` operator, on a bool tensor is not supported.");
  }
  return input;
}

/** The elements in order along the first dimension. */
export function msort(input: Tensor, ...more: []): Tensor {
  none("msort", more);
  return sort(expect_tensor("msort", input), 0).values;
}

/** {@link pow} in float64, of which one may be a number. @throws TypeError for two numbers. */
export function float_power(input: TensorLike, exponent: TensorLike): Tensor;
export function float_power(input: TensorLike, options: { exponent: TensorLike }): Tensor;
export function float_power(input: TensorLike, ...args: unknown[]): Tensor {
  const exponent = operand<TensorLike>("float_power", "exponent", args);
  const wide = (x: TensorLike): TensorLike => (is_tensor(x) ? x.double() : x);
  const number = (x: TensorLike): TensorLike => (is_tensor(x) ? x : scalar_tensor(Number(x), float64));
  if (!is_tensor(input)) expect_tensor("float_power", exponent, "exponent");
  return pow(is_tensor(input) ? wide(input) : number(input), wide(exponent));
}

/**
 * `input` times 2 to the power of `other`.
 *
 * @throws NotImplementedError for a floating `input` and a bool `other`.
 */
export function ldexp(input: Tensor, other: Tensor): Tensor;
export function ldexp(input: Tensor, options: { other: Tensor }): Tensor;
export function ldexp(input: Tensor, ...args: unknown[]): Tensor {
  const other = expect_tensor("ldexp", operand<Tensor>("ldexp", "other", args), "other");
  expect_tensor("ldexp", input);
  if (other.dtype.is_floating_point) return input.mul(pow(2, other));
  if (!input.dtype.is_floating_point) return input.mul(pow(2, other.float()));
  if (other.dtype === bool) throw new NotImplementedError("\"ldexp_cpu\" not implemented for 'Bool'");
  return input.mul(pow(2, other.to(input.dtype)));
}

/** {@link float_power} in place. @throws RuntimeError unless the tensor is float64. @returns the input */
export function float_power_(input: Tensor, exponent: TensorLike): Tensor;
export function float_power_(input: Tensor, options: { exponent: TensorLike }): Tensor;
export function float_power_(input: Tensor, ...args: unknown[]): Tensor {
  const exponent = operand<TensorLike>("float_power_", "exponent", args);
  if (expect_tensor("float_power_", input).dtype !== float64) {
    throw new RuntimeError(
      `float_power_(): the base given to float_power_ has dtype ${input.dtype.scalar_type} but the operation's result ` +
        "requires dtype Double",
    );
  }
  input._check_in_place();
  return input._assign(float_power(input._alias(), exponent));
}
