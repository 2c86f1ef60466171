/** @file Softmax and its logarithm. */
import { bind } from "../../args";
import { record } from "../../autograd/tape";
import { execute, ints } from "../../backend/engine";
import type { Handle } from "../../backend/handle";
import type { DType } from "../../dtype";
import { NotImplementedError, RuntimeError } from "../../errors";
import { normalize_dim, range, same_shape, size_text } from "../../shape";
import type { Tensor } from "../../tensor";
import { neg } from "../pointwise/elementwise";
import { cast, expect_tensor } from "../value/convert";

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
  if (!x.dtype.is_floating_point && x.numel() > 0) {
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

type Backward = { output: Tensor; dim: number; input_dtype?: DType };

function backward_args(
  name: string,
  grad_output: Tensor,
  args: readonly unknown[],
): [Tensor, Tensor, number] {
  const parameters = ["output", "dim", "input_dtype"] as const;
  const { output, dim } = bind<Backward>(name, parameters, [], args, 2);
  const g = expect_tensor(name, grad_output, "grad_output");
  const y = expect_tensor(name, output, "output");
  if (g.dtype !== y.dtype) {
    throw new RuntimeError(`expected scalar type ${g.dtype.scalar_type} but found ${y.dtype.scalar_type}`);
  }
  if (!g.dtype.is_floating_point) {
    throw new NotImplementedError(`"${name}" not implemented for '${g.dtype.scalar_type}'`);
  }
  if (!same_shape(g.shape, y.shape)) {
    throw new RuntimeError(
      `${name}(): grad_output and output must have the same shape, got ${size_text(g.shape)} and ${size_text(y.shape)}`,
    );
  }
  // Only from float32 to float16 is another `input_dtype` of account, and that is not among the dtypes here.
  return [g, y, normalize_dim(dim, y.ndim)];
}

/** The gradient of {@link softmax}'s input along `dim`, from that of its output and the output. */
export function _softmax_backward_data(
  grad_output: Tensor,
  output: Tensor,
  dim: number,
  input_dtype?: DType,
): Tensor;
export function _softmax_backward_data(grad_output: Tensor, ...args: unknown[]): Tensor {
  const [g, y, dim] = backward_args("_softmax_backward_data", grad_output, args);
  const weighted = g.mul(y);
  return weighted.sub(y.mul(weighted.sum(dim, true)));
}

/** The gradient of {@link log_softmax}'s input along `dim`, from that of its output and the output. */
export function _log_softmax_backward_data(
  grad_output: Tensor,
  output: Tensor,
  dim: number,
  input_dtype?: DType,
): Tensor;
export function _log_softmax_backward_data(grad_output: Tensor, ...args: unknown[]): Tensor {
  const [g, y, dim] = backward_args("_log_softmax_backward_data", grad_output, args);
  return g.sub(y.exp().mul(g.sum(dim, true)));
}
