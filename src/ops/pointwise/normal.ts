/** @file The error function's kin: the normal distribution, scaled errors, entropies (PyTorch: `torch.special`). */
import { none, operand } from "../../args";
import { record } from "../../autograd/tape";
import { execute } from "../../backend/engine";
import type { Tensor } from "../../tensor";
import { expect_tensor, promote_floating, type TensorLike, to_floating } from "../value/convert";
import { chebyshev_sum, map_elements } from "./element-map";
import { check_broadcast, mul } from "./elementwise";
import { erfc } from "./unary";

// Chebyshev coefficients, fitted in 50 digits, of (1 + 2x) erfcx(x) in t = (x - 3.75) / (x + 3.75): M. Shepherd and
// J. Laframboise, Chebyshev approximation of (1 + 2x) exp(x²) erfc x, Mathematics of Computation 36 (1981).
const scaled_errors = [
  1.1775789345674017, -0.004590054580646478, -0.08424913336651792, 0.05920993999819189, -0.026658668435305753,
  0.009074997670705265, -0.002413163540417608, 0.0004907758365258086, -6.916973302501207e-5,
  4.13902798607301e-6, 7.74038306619849e-7, -2.1886401049234397e-7, 1.076499946567091e-8,
  4.521959811218287e-9, -7.754400208831351e-10, -6.318088340886684e-11, 2.86879501093067e-11,
  1.9455868545777347e-13, -9.65469674843344e-13, 3.25254814814874e-14, 3.3478119482868056e-14,
  -1.864562880419313e-15, -1.2507950530688648e-15, 7.418235256624044e-17, 5.068148904796111e-17,
];

function erfcx_of(x: number): number {
  if (x < 0) return 2 * Math.exp(x * x) - erfcx_of(-x);
  if (x > 1e15) return 1 / (Math.sqrt(Math.PI) * x);
  return chebyshev_sum(scaled_errors, (x - 3.75) / (x + 3.75)) / (1 + 2 * x);
}

function log_ndtr_of(x: number): number {
  const z = x * Math.SQRT1_2;
  // Below -1 the probability is small and its logarithm far from 0; above, it is near 1.
  return x < -1 ? Math.log(erfcx_of(-z) / 2) - z * z : Math.log1p((-Math.exp(-z * z) * erfcx_of(z)) / 2);
}

function entr_of(x: number): number {
  if (x > 0) return -x * Math.log(x);
  return x < 0 ? Number.NEGATIVE_INFINITY : x === 0 ? 0 : x;
}

/** The scaled complementary error function `exp(input²) * erfc(input)`. */
export function erfcx(input: Tensor, ...more: []): Tensor {
  none("special.erfcx", more);
  const x = to_floating(expect_tensor("special.erfcx", input));
  return record("erfcx", map_elements(x.handle, erfcx_of), [x], [x, true]);
}

/** The normal distribution's probability of less than `input`: `erfc(-input / √2) / 2`. */
export function ndtr(input: Tensor, ...more: []): Tensor {
  none("special.ndtr", more);
  const x = to_floating(expect_tensor("special.ndtr", input));
  return mul(erfc(mul(x, -Math.SQRT1_2)), 0.5);
}

/** The logarithm of {@link ndtr}, exact far below 0 too. */
export function log_ndtr(input: Tensor, ...more: []): Tensor {
  none("special.log_ndtr", more);
  const x = to_floating(expect_tensor("special.log_ndtr", input));
  return record("log_ndtr", map_elements(x.handle, log_ndtr_of), [x], [x]);
}

/** The quantile of the normal distribution, the inverse of {@link ndtr}: ±∞ at 0 and 1, NaN outside. */
export function ndtri(input: Tensor, ...more: []): Tensor {
  none("special.ndtri", more);
  const x = to_floating(expect_tensor("special.ndtri", input));
  return record("ndtri", execute("Ndtri", [x.handle]), [x], [true]);
}

/** `-input * log(input)`: 0 at 0, -∞ below. */
export function entr(input: Tensor, ...more: []): Tensor {
  none("special.entr", more);
  const x = to_floating(expect_tensor("special.entr", input));
  return record("entr", map_elements(x.handle, entr_of), [x], [x]);
}

/** `input * log1p(other)`, 0 where `input` is 0, unless `other` is NaN. @throws TypeError for two numbers. */
export function xlog1py(input: TensorLike, other: TensorLike): Tensor;
export function xlog1py(input: TensorLike, options: { other: TensorLike }): Tensor;
export function xlog1py(input: TensorLike, ...args: unknown[]): Tensor {
  const other = operand<TensorLike>("special.xlog1py", "other", args);
  const [a, b] = promote_floating("special.xlog1py", input, other);
  check_broadcast(a, b);
  const product = execute("Xlog1py", [a.handle, b.handle]);
  // TensorFlow gives 0 for 0 times NaN.
  const nan = execute("IsNan", [b.handle]);
  const handle = execute("SelectV2", [nan, b.handle, product]);
  return record("xlog1py", handle, [a, b], [a, b]);
}
