/** @file Softmax and its logarithm. */
import { bind } from "../args";
import { record } from "../autograd/tape";
import { execute, ints } from "../backend/engine";
import type { Handle } from "../backend/handle";
import type { DType } from "../dtype";
import { RuntimeError } from "../errors";
import { normalize_dim, range } from "../shape";
import type { Tensor } from "../tensor";
import { cast, expect_tensor } from "./convert";
import { neg } from "./elementwise";

/** Runs an op that works along the last dimension along another. */
function along(op: string, input: Tensor, dim: number): Handle {
  const rank = input.ndim;
  if (input.numel() === 0) return input.handle;
  if (rank === 0) {
    return execute("Reshape", [execute(op, [execute("Reshape", [input.handle, ints([1])])]), ints([])]);
  }
  if (dim === rank - 1) return execute(op, [input.handle]);
  const swap = range(rank);
  [swap[dim], swap[rank - 1]] = [rank - 1, dim];
  const turned = execute("Transpose", [input.handle, ints(swap)]);
  return execute("Transpose", [execute(op, [turned]), ints(swap)]);
}

type Args = { dim: number | null; dtype: DType | null };

function prepare(name: string, input: Tensor, args: unknown[]): [Tensor, number] {
  const { dim, dtype } = bind<Args>(name, ["dim"], ["dtype"], args);
  if (dim === undefined || dim === null) {
    throw new TypeError(`${name}() missing 1 required positional arguments: "dim"`);
  }
  const x = cast(input, dtype ?? input.dtype);
  if (!x.dtype.is_floating_point) {
    throw new RuntimeError(`"${name}_lastdim_kernel_impl" not implemented for '${x.dtype.scalar_type}'`);
  }
  return [x, normalize_dim(dim, x.ndim)];
}

/**
 * Exponentials along `dim`, scaled to sum to 1.
 *
 * @param options `dtype`: computes in it.
 */
export function softmax(input: Tensor, dim: number, options?: { dtype?: DType | null }): Tensor;
export function softmax(input: Tensor, options: { dim: number; dtype?: DType | null }): Tensor;
export function softmax(input: Tensor, ...args: unknown[]): Tensor {
  const [x, dim] = prepare("softmax", input, args);
  return record("softmax", along("Softmax", x, dim), [x], [true], dim);
}

/** The logarithm of {@link softmax}, without overflow. */
export function log_softmax(input: Tensor, dim: number, options?: { dtype?: DType | null }): Tensor;
export function log_softmax(input: Tensor, options: { dim: number; dtype?: DType | null }): Tensor;
export function log_softmax(input: Tensor, ...args: unknown[]): Tensor {
  const [x, dim] = prepare("log_softmax", input, args);
  return record("log_softmax", along("LogSoftmax", x, dim), [x], [true], dim);
}

/** {@link softmax} of the negative. */
export function softmin(input: Tensor, dim: number, options?: { dtype?: DType | null }): Tensor;
export function softmin(input: Tensor, options: { dim: number; dtype?: DType | null }): Tensor;
export function softmin(input: Tensor, ...args: unknown[]): Tensor {
  const { dim, dtype } = bind<{ dim: number; dtype?: DType | null }>("softmin", ["dim"], ["dtype"], args, 1);
  expect_tensor("softmin", input);
  return softmax(neg(input), dim, { dtype });
}
