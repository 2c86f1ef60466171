/** @file Keeps gradients from growing too large. */
import { bind, operand } from "../../args";
import { no_grad } from "../../autograd/grad-mode";
import { execute, ints, scalar } from "../../backend/engine";
import type { Handle } from "../../backend/handle";
import { get_default_dtype } from "../../dtype";
import { RuntimeError } from "../../errors";
import { mul } from "../../ops/pointwise/elementwise";
import { cast_handle } from "../../ops/value/fallback";
import { range } from "../../shape";
import { scalar_tensor, Tensor } from "../../tensor";

/** Keyword arguments of {@link clip_grad_norm_}. */
export interface ClipNormOptions {
  /** Which norm: 2, 1, Infinity, ... */
  norm_type?: number;
  /** Whether an infinite or undefined norm is an error. */
  error_if_nonfinite?: boolean;
  /** For PyTorch's sake; it changes nothing here. */
  foreach?: boolean | null;
}

function gradients(parameters: Tensor | Iterable<Tensor>): Tensor[] {
  const list = parameters instanceof Tensor ? [parameters] : [...parameters];
  return list.flatMap(({ _grad }) => (_grad === null ? [] : [_grad]));
}

/** The share of one tensor in a norm: the sum of |x|^p, or the greatest |x|. */
function share(tensor: Tensor, norm_type: number): Handle {
  const { handle } = tensor;
  if (norm_type === 2) return execute("L2Loss", [handle]);
  const size = execute("Abs", [handle]);
  const axes = ints(range(tensor.ndim));
  if (norm_type === Number.POSITIVE_INFINITY) return execute("Max", [size, axes]);
  if (norm_type === 1) return execute("Sum", [size, axes]);
  return execute("Sum", [execute("Pow", [size, scalar(norm_type, tensor.dtype)]), axes]);
}

function total_norm(tensors: readonly Tensor[], norm_type: number): Tensor {
  if (tensors.length === 0) return scalar_tensor(0, get_default_dtype())._alias();
  if (!(norm_type > 0)) throw new RuntimeError(`norm_type must be positive, got ${norm_type}`);
  const { dtype } = tensors[0];
  const full = tensors.filter((tensor) => tensor.numel() > 0);
  if (full.length === 0) return scalar_tensor(0, dtype)._alias();
  const shares = full.map((tensor) => cast_handle(share(tensor, norm_type), dtype));
  if (norm_type === Number.POSITIVE_INFINITY) {
    return new Tensor(shares.reduce((a, b) => execute("Maximum", [a, b])));
  }
  const sum = shares.reduce((a, b) => execute("AddV2", [a, b]));
  // L2Loss is half of the sum of squares.
  if (norm_type === 2) return new Tensor(execute("Sqrt", [execute("AddV2", [sum, sum])]));
  if (norm_type === 1) return new Tensor(sum);
  return new Tensor(execute("Pow", [sum, scalar(1 / norm_type, dtype)]));
}

function check_finite(norm: Tensor, norm_type: number): void {
  if (Number.isFinite(norm.item())) return;
  throw new RuntimeError(
    `The total norm of order ${norm_type} for gradients from \`parameters\` is non-finite, so it cannot be clipped. To ` +
      "disable this error and scale the gradients by the non-finite norm anyway, set `error_if_nonfinite=False`",
  );
}

/** The norm of all elements of all tensors together. */
export function get_total_norm(
  tensors: Tensor | Iterable<Tensor>,
  norm_type?: number,
  error_if_nonfinite?: boolean,
): Tensor;
export function get_total_norm(
  tensors: Tensor | Iterable<Tensor>,
  norm_type: number,
  options: { error_if_nonfinite?: boolean },
): Tensor;
export function get_total_norm(
  tensors: Tensor | Iterable<Tensor>,
  options: { norm_type?: number; error_if_nonfinite?: boolean },
): Tensor;
export function get_total_norm(tensors: Tensor | Iterable<Tensor>, ...args: unknown[]): Tensor {
  const { norm_type = 2, error_if_nonfinite = false } = bind<{
    norm_type?: number;
    error_if_nonfinite?: boolean;
  }>("get_total_norm", ["norm_type", "error_if_nonfinite"], [], args);
  const norm = total_norm(tensors instanceof Tensor ? [tensors] : [...tensors], norm_type);
  if (error_if_nonfinite) check_finite(norm, norm_type);
  return norm;
}

/** Scales the gradients of parameters so that a norm of `total` becomes at most `max_norm`. */
export function clip_grads_with_norm_(
  parameters: Tensor | Iterable<Tensor>,
  max_norm: number,
  total: Tensor,
): void;
export function clip_grads_with_norm_(
  parameters: Tensor | Iterable<Tensor>,
  max_norm: number,
  options: { total: Tensor },
): void;
export function clip_grads_with_norm_(
  parameters: Tensor | Iterable<Tensor>,
  options: { max_norm: number; total: Tensor },
): void;
export function clip_grads_with_norm_(parameters: Tensor | Iterable<Tensor>, ...args: unknown[]): void {
  const { max_norm, total } = bind<{ max_norm: number; total: Tensor }>(
    "clip_grads_with_norm_",
    ["max_norm", "total"],
    [],
    args,
    2,
  );
  no_grad(() => {
    const { dtype } = total;
    const room = execute("AddV2", [total.handle, scalar(1e-6, dtype)]);
    const wanted = execute("Div", [scalar(max_norm, dtype), room]);
    const factor = new Tensor(execute("Minimum", [wanted, scalar(1, dtype)]));
    for (const grad of gradients(parameters)) grad._assign(mul(grad, factor));
  });
}

/**
 * Scales the gradients of `parameters`, in place, so that the norm of all of them together is at most `max_norm`. To be
 * called between `backward()` and `step()`.
 *
 * @returns The norm before.
 * @example
 * nn.utils.clip_grad_norm_(model.parameters(), 1.0);
 */
export function clip_grad_norm_(
  parameters: Tensor | Iterable<Tensor>,
  max_norm: number,
  options?: ClipNormOptions,
): Tensor;
export function clip_grad_norm_(
  parameters: Tensor | Iterable<Tensor>,
  max_norm: number,
  norm_type: number,
  error_if_nonfinite?: boolean | ClipNormOptions,
): Tensor;
export function clip_grad_norm_(
  parameters: Tensor | Iterable<Tensor>,
  options: ClipNormOptions & { max_norm: number },
): Tensor;
export function clip_grad_norm_(parameters: Tensor | Iterable<Tensor>, ...args: unknown[]): Tensor {
  const {
    max_norm,
    norm_type = 2,
    error_if_nonfinite = false,
  } = bind<Required<ClipNormOptions> & { max_norm: number }>(
    "clip_grad_norm_",
    ["max_norm", "norm_type", "error_if_nonfinite", "foreach"],
    [],
    args,
  );
  if (typeof max_norm !== "number") {
    throw new TypeError("clip_grad_norm_() missing 1 required positional argument: 'max_norm'");
  }
  const list = parameters instanceof Tensor ? [parameters] : [...parameters];
  const norm = total_norm(gradients(list), norm_type);
  if (error_if_nonfinite) check_finite(norm, norm_type);
  clip_grads_with_norm_(list, max_norm, norm);
  return norm;
}

/** Cuts every element of the gradients of `parameters`, in place, to [-clip_value, clip_value]. */
export function clip_grad_value_(parameters: Tensor | Iterable<Tensor>, clip_value: number): void;
export function clip_grad_value_(
  parameters: Tensor | Iterable<Tensor>,
  options: { clip_value: number },
): void;
export function clip_grad_value_(parameters: Tensor | Iterable<Tensor>, ...args: unknown[]): void {
  const limit = operand<number>("clip_grad_value_", "clip_value", args);
  no_grad(() => {
    for (const grad of gradients(parameters)) {
      const bounds = [scalar(-limit, grad.dtype), scalar(limit, grad.dtype)];
      grad._assign(new Tensor(execute("ClipByValue", [grad.handle, ...bounds])));
    }
  });
}

/** {@link clip_grad_norm_} by its older name. */
export const clip_grad_norm = clip_grad_norm_;
