/** @file Arithmetic and functions that work element by element, with broadcasting. */

import { bind } from "../args";
import { record } from "../autograd/tape";
import { execute } from "../backend/engine";
import { broadcast_shapes, same_shape } from "../shape";
import type { Tensor } from "../tensor";
import { promote, type TensorLike } from "./convert";

/** Checks that two operands broadcast, in PyTorch's words, before TensorFlow would in its own. */
function check(a: Tensor, b: Tensor): void {
  if (!same_shape(a.shape, b.shape)) broadcast_shapes(a.shape, b.shape);
}

/**
 * `input + alpha * other`, with broadcasting and type promotion.
 *
 * @example
 * torch.add(x, 1); x.add(y, { alpha: 2 })
 */
export function add(input: TensorLike, other: TensorLike, options?: { alpha?: number }): Tensor {
  let [a, b] = promote("add", input, other);
  if (options !== undefined) {
    const { alpha = 1 } = bind<{ alpha: number }>("add", [], ["alpha"], [options]);
    if (alpha !== 1) b = mul(b, alpha);
  }
  check(a, b);
  if (a.dtype.category === 0) return record("logical", execute("LogicalOr", [a.handle, b.handle]), []);
  return record("add", execute("AddV2", [a.handle, b.handle]), [a, b]);
}

/** `input * other`, with broadcasting and type promotion. */
export function mul(input: TensorLike, other: TensorLike): Tensor {
  const [a, b] = promote("mul", input, other);
  check(a, b);
  if (a.dtype.category === 0) return record("logical", execute("LogicalAnd", [a.handle, b.handle]), []);
  return record(
    "mul",
    execute("Mul", [a.handle, b.handle]),
    [a, b],
    [b.requires_grad ? a : null, a.requires_grad ? b : null],
  );
}

/** `-input`. */
export function neg(input: Tensor): Tensor {
  return record("neg", execute("Neg", [input.handle]), [input]);
}
