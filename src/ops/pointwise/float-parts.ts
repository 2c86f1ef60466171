/** @file What floating point numbers are made of: sign, mantissa and exponent, neighbours; and the parts of real numbers. */
import { none, operand } from "../../args";
import { record, record_many } from "../../autograd/tape";
import { attr, execute } from "../../backend/engine";
import { bool, float64, int32, int64 } from "../../dtype";
import { NotImplementedError, RuntimeError } from "../../errors";
import { scalar_tensor, Tensor } from "../../tensor";
import { expect_tensor, promote_floating, to_floating } from "../value/convert";
import { ones } from "../value/create";
import { named } from "../value/named";
import { map_elements } from "./element-map";
import { check_broadcast, choose } from "./elementwise";

/** `[mantissa, exponent]` of {@link frexp}, also by name. */
export type MantissaExponent = [mantissa: Tensor, exponent: Tensor] & {
  readonly mantissa: Tensor;
  readonly exponent: Tensor;
};

const bits = new DataView(new ArrayBuffer(8));

/** The exponent e of a finite x = m 2^e with 1/2 <= |m| < 1; 0 for 0. */
function exponent_of(x: number): number {
  if (x === 0 || !Number.isFinite(x)) return 0;
  bits.setFloat64(0, x);
  const stored = (bits.getUint16(0) >> 4) & 0x7ff;
  return stored === 0 ? exponent_of(x * 2 ** 64) - 64 : stored - 1022;
}

/**
 * The mantissa, of magnitude in [0.5, 1), and the int32 exponent with `input = mantissa * 2 ** exponent`.
 *
 * @throws RuntimeError unless `input` is floating point.
 */
export function frexp(input: Tensor, ...more: []): MantissaExponent {
  none("frexp", more);
  const x = expect_tensor("frexp", input);
  if (!x.dtype.is_floating_point) {
    throw new RuntimeError("torch.frexp() only supports floating-point dtypes");
  }
  const mantissas = map_elements(x.handle, (value) => {
    const exponent = exponent_of(value);
    // In two steps: 2 ** -exponent alone may overflow.
    const half = exponent >> 1;
    return value * 2 ** -half * 2 ** (half - exponent);
  });
  const exponents = map_elements(x.handle, exponent_of, int32);
  const [mantissa, exponent] = record_many("frexp", [mantissas, exponents], [x], (outputs) => [outputs[1]]);
  return named("frexp", { mantissa, exponent });
}

/** The next number from `input` towards `other` that the dtype can hold. @throws RuntimeError for whole numbers. */
export function nextafter(input: Tensor, other: Tensor): Tensor;
export function nextafter(input: Tensor, options: { other: Tensor }): Tensor;
export function nextafter(input: Tensor, ...args: unknown[]): Tensor {
  expect_tensor("nextafter", input);
  const other = expect_tensor("nextafter", operand<Tensor>("nextafter", "other", args), "other");
  if (!input.dtype.is_floating_point && !other.dtype.is_floating_point) {
    throw new NotImplementedError(`"nextafter_cpu" not implemented for '${input.dtype.scalar_type}'`);
  }
  const [a, b] = promote_floating("nextafter", input, other);
  check_broadcast(a, b);
  return record("nextafter", execute("NextAfter", [a.handle, b.handle]), [a, b], [a, b]);
}

/** Whether the sign is that of a negative number, -0 and negative NaNs included. A bool tensor of the input's shape. */
export function signbit(input: Tensor, ...more: []): Tensor {
  none("signbit", more);
  const x = expect_tensor("signbit", input);
  if (!x.dtype.is_floating_point) return x.lt(0);
  const whole = x.dtype === float64 ? int64 : int32;
  return new Tensor(execute("Bitcast", [x.handle], [attr.type("type", whole)])).lt(0);
}

/** The angle of real numbers in the complex plane: π below 0, else 0; NaN stays. Whole numbers become floating point. */
export function angle(input: Tensor, ...more: []): Tensor {
  none("angle", more);
  const x = to_floating(expect_tensor("angle", input));
  const plain = choose(x.lt(0), scalar_tensor(Math.PI, x.dtype), scalar_tensor(0, x.dtype));
  const handle = choose(x.isnan(), x.detach(), plain).handle;
  return record("angle", handle, [x], []);
}

/** Whether an element has no imaginary part: true everywhere, as there are no complex tensors. */
export function isreal(input: Tensor, ...more: []): Tensor {
  none("isreal", more);
  return ones(expect_tensor("isreal", input).shape, { dtype: bool });
}

/** Whether a tensor is complex: never. */
export function is_complex(input: Tensor, ...more: []): boolean {
  none("is_complex", more);
  expect_tensor("is_complex", input);
  return false;
}

/** Whether a tensor is a conjugate view: never, as there are no complex tensors. */
export function is_conj(input: Tensor, ...more: []): boolean {
  none("is_conj", more);
  expect_tensor("is_conj", input);
  return false;
}

/** Whether a tensor is a negated view, which only complex ones have: never. */
export function is_neg(input: Tensor, ...more: []): boolean {
  none("is_neg", more);
  expect_tensor("is_neg", input);
  return false;
}

/** The real part: of a real tensor the tensor itself. */
export function real(input: Tensor, ...more: []): Tensor {
  none("real", more);
  return expect_tensor("real", input);
}

/** The complex conjugate: of a real tensor the tensor itself. */
export function conj(input: Tensor, ...more: []): Tensor {
  none("conj", more);
  return expect_tensor("conj", input);
}

/** {@link conj}. */
export function conj_physical(input: Tensor, ...more: []): Tensor {
  none("conj_physical", more);
  return expect_tensor("conj_physical", input);
}

/** {@link conj}: nothing is left to resolve. */
export function resolve_conj(input: Tensor, ...more: []): Tensor {
  none("resolve_conj", more);
  return expect_tensor("resolve_conj", input);
}

/** The tensor itself: a real one has no negation left to resolve. */
export function resolve_neg(input: Tensor, ...more: []): Tensor {
  none("resolve_neg", more);
  return expect_tensor("resolve_neg", input);
}
