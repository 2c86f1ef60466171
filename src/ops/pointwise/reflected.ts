/** @file Python's operators with the tensor on the right, `other + input`, under the names of Python's methods. */
import { operand } from "../../args";
import type { Tensor } from "../../tensor";
import { matmul } from "../algebra/linalg";
import { expect_tensor, type TensorLike } from "../value/convert";
import { bitwise_and, bitwise_or, bitwise_xor } from "./compare";
import { add, floor_divide, mul, pow, remainder, sub } from "./elementwise";
import { reciprocal } from "./unary";

/** `other + input`. */
export function __radd__(input: Tensor, ...args: [other: TensorLike]): Tensor {
  return add(input, operand<TensorLike>("__radd__", "other", args));
}

/** `other - input`. */
export function __rsub__(input: Tensor, ...args: [other: TensorLike]): Tensor {
  return sub(operand<TensorLike>("__rsub__", "other", args), input);
}

/** `other * input`. */
export function __rmul__(input: Tensor, ...args: [other: TensorLike]): Tensor {
  return mul(input, operand<TensorLike>("__rmul__", "other", args));
}

/** `other / input`. */
export function __rdiv__(input: Tensor, ...args: [other: TensorLike]): Tensor {
  return mul(reciprocal(input), operand<TensorLike>("__rdiv__", "other", args));
}

/** `other / input`. */
export const __rtruediv__: typeof __rdiv__ = __rdiv__;

/** `other // input`. */
export function __rfloordiv__(input: Tensor, ...args: [other: TensorLike]): Tensor {
  return floor_divide(operand<TensorLike>("__rfloordiv__", "other", args), input);
}

/** `other % input`. */
export function __rmod__(input: Tensor, ...args: [other: TensorLike]): Tensor {
  return remainder(operand<TensorLike>("__rmod__", "other", args), input);
}

/** `other ** input`. */
export function __rpow__(input: Tensor, ...args: [other: TensorLike]): Tensor {
  return pow(operand<TensorLike>("__rpow__", "other", args), input);
}

/** `other @ input`. */
export function __rmatmul__(input: Tensor, ...args: [other: Tensor]): Tensor {
  const other = operand<Tensor>("__rmatmul__", "other", args);
  return matmul(expect_tensor("__rmatmul__", other, "other"), input);
}

/** `other & input`. */
export function __rand__(input: Tensor, ...args: [other: TensorLike]): Tensor {
  return bitwise_and(input, operand<TensorLike>("__rand__", "other", args));
}

/** `other | input`. */
export function __ror__(input: Tensor, ...args: [other: TensorLike]): Tensor {
  return bitwise_or(input, operand<TensorLike>("__ror__", "other", args));
}

/** `other ^ input`. */
export function __rxor__(input: Tensor, ...args: [other: TensorLike]): Tensor {
  return bitwise_xor(input, operand<TensorLike>("__rxor__", "other", args));
}
