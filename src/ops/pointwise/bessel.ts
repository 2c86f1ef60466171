/** @file Bessel functions of orders 0 and 1 (PyTorch: `torch.special`). */
import { none } from "../../args";
import { record } from "../../autograd/tape";
import { execute, scalar } from "../../backend/engine";
import { Tensor } from "../../tensor";
import { expect_tensor, to_floating } from "../value/convert";
import { choose, div } from "./elementwise";
import { sin } from "./unary";

/** One of TensorFlow's functions, whose rule has the function's own name. */
function bessel(
  name: string,
  op: string,
  rule: string | null,
  input: Tensor,
  more: readonly never[],
): Tensor {
  none(name, more);
  const x = to_floating(expect_tensor(name, input));
  const value = execute(op, [x.handle]);
  // TensorFlow has NaN for the second kind's of order 1 at 0.
  if (op === "BesselY1") {
    const pole = scalar(Number.NEGATIVE_INFINITY, x.dtype);
    return record(rule ?? name, execute("SelectV2", [x.eq(0).handle, pole, value]), [x], [x, true]);
  }
  // TensorFlow has ∞ for some of the functions below 0 where they are not defined.
  const handle = op.startsWith("BesselK")
    ? execute("SelectV2", [x.lt(0).handle, scalar(Number.NaN, x.dtype), value])
    : value;
  return rule === null ? new Tensor(handle) : record(rule, handle, [x], [x, true]);
}

/** The modified Bessel function of the first kind, of order 0. */
export function i0(input: Tensor, ...more: []): Tensor {
  return bessel("i0", "BesselI0", "i0", input, more);
}

/** `exp(-|input|) * i0(input)`, which does not overflow. */
export function i0e(input: Tensor, ...more: []): Tensor {
  return bessel("special.i0e", "BesselI0e", "i0e", input, more);
}

/** The modified Bessel function of the first kind, of order 1. */
export function i1(input: Tensor, ...more: []): Tensor {
  return bessel("special.i1", "BesselI1", "i1", input, more);
}

/** `exp(-|input|) * i1(input)`, which does not overflow. */
export function i1e(input: Tensor, ...more: []): Tensor {
  return bessel("special.i1e", "BesselI1e", "i1e", input, more);
}

/** The Bessel function of the first kind, of order 0. */
export function bessel_j0(input: Tensor, ...more: []): Tensor {
  return bessel("special.bessel_j0", "BesselJ0", "bessel_j0", input, more);
}

/** The Bessel function of the first kind, of order 1. */
export function bessel_j1(input: Tensor, ...more: []): Tensor {
  return bessel("special.bessel_j1", "BesselJ1", "bessel_j1", input, more);
}

/** The Bessel function of the second kind, of order 0: -∞ at 0, NaN below. */
export function bessel_y0(input: Tensor, ...more: []): Tensor {
  return bessel("special.bessel_y0", "BesselY0", "bessel_y0", input, more);
}

/** The Bessel function of the second kind, of order 1: -∞ at 0, NaN below. */
export function bessel_y1(input: Tensor, ...more: []): Tensor {
  return bessel("special.bessel_y1", "BesselY1", "bessel_y1", input, more);
}

/** {@link i0}. */
export function modified_bessel_i0(input: Tensor, ...more: []): Tensor {
  return bessel("special.modified_bessel_i0", "BesselI0", "modified_bessel_i0", input, more);
}

/** {@link i1}. */
export function modified_bessel_i1(input: Tensor, ...more: []): Tensor {
  return bessel("special.modified_bessel_i1", "BesselI1", "modified_bessel_i1", input, more);
}

/** The modified Bessel function of the second kind, of order 0: ∞ at 0, NaN below. */
export function modified_bessel_k0(input: Tensor, ...more: []): Tensor {
  return bessel("special.modified_bessel_k0", "BesselK0", "modified_bessel_k0", input, more);
}

/** The modified Bessel function of the second kind, of order 1: ∞ at 0, NaN below. */
export function modified_bessel_k1(input: Tensor, ...more: []): Tensor {
  return bessel("special.modified_bessel_k1", "BesselK1", "modified_bessel_k1", input, more);
}

/** `exp(input) * modified_bessel_k0(input)`. No gradient flows, as in PyTorch. */
export function scaled_modified_bessel_k0(input: Tensor, ...more: []): Tensor {
  return bessel("special.scaled_modified_bessel_k0", "BesselK0e", null, input, more);
}

/** `exp(input) * modified_bessel_k1(input)`. No gradient flows, as in PyTorch. */
export function scaled_modified_bessel_k1(input: Tensor, ...more: []): Tensor {
  return bessel("special.scaled_modified_bessel_k1", "BesselK1e", null, input, more);
}

/** The spherical Bessel function of order 0: `sin(input) / input`, 1 at 0. No gradient flows, as in PyTorch. */
export function spherical_bessel_j0(input: Tensor, ...more: []): Tensor {
  none("special.spherical_bessel_j0", more);
  const x = to_floating(expect_tensor("special.spherical_bessel_j0", input)).detach();
  const quotient = div(sin(x), x);
  return choose(x.eq(0), x.new_ones([]), choose(x.isinf(), x.new_zeros([]), quotient));
}
