/** @file What complex numbers have for real ones, which all elements are here: real parts, conjugates, adjoints. */
import { none } from "../args";
import type { Tensor } from "../tensor";
import { expect_tensor } from "./convert";
import { clone } from "./fill";

/** The real part: the input itself. */
export function real(input: Tensor, ...more: []): Tensor {
  none("real", more);
  return expect_tensor("real", input);
}

/** The conjugate: the input itself. */
export function conj(input: Tensor, ...more: []): Tensor {
  none("conj", more);
  return expect_tensor("conj", input);
}

/** The conjugate as a tensor of its own. */
export function conj_physical(input: Tensor, ...more: []): Tensor {
  none("conj_physical", more);
  return clone(expect_tensor("conj_physical", input));
}

/** The input itself: it never waits for conjugation. */
export function resolve_conj(input: Tensor, ...more: []): Tensor {
  none("resolve_conj", more);
  return expect_tensor("resolve_conj", input);
}

/** The input itself: it never waits for its sign to change. */
export function resolve_neg(input: Tensor, ...more: []): Tensor {
  none("resolve_neg", more);
  return expect_tensor("resolve_neg", input);
}

/** The last two dimensions swapped, as elements are real. @throws RuntimeError for a vector. */
export function adjoint(input: Tensor, ...more: []): Tensor {
  none("adjoint", more);
  return expect_tensor("adjoint", input)._turned("adjoint()");
}
