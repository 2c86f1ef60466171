/** @file Activation functions that change their input itself: `relu_(x)` is `relu(x, { inplace: true })`. */
import { bind, none } from "../../args";
import type { Tensor } from "../../tensor";
import { celu, elu, hardtanh, leaky_relu, relu, rrelu, selu, threshold } from "./activation";

/** {@link relu} on the input itself. */
export function relu_(input: Tensor, ...more: []): Tensor {
  none("relu_", more);
  return relu(input, true);
}

/** {@link selu} on the input itself. */
export function selu_(input: Tensor, ...more: []): Tensor {
  none("selu_", more);
  return selu(input, true);
}

/** {@link celu} on the input itself. */
export function celu_(input: Tensor, ...args: [alpha?: number] | [options: { alpha?: number }]): Tensor {
  return celu(input, { ...bind<{ alpha: number }>("celu_", ["alpha"], [], args), inplace: true });
}

/** {@link elu} on the input itself. */
export function elu_(input: Tensor, ...args: [alpha?: number] | [options: { alpha?: number }]): Tensor {
  return elu(input, { ...bind<{ alpha: number }>("elu_", ["alpha"], [], args), inplace: true });
}

/** {@link leaky_relu} on the input itself. */
export function leaky_relu_(
  input: Tensor,
  ...args: [negative_slope?: number] | [options: { negative_slope?: number }]
): Tensor {
  const bound = bind<{ negative_slope: number }>("leaky_relu_", ["negative_slope"], [], args);
  return leaky_relu(input, { ...bound, inplace: true });
}

/** {@link hardtanh} on the input itself. */
export function hardtanh_(
  input: Tensor,
  ...args: [min_val?: number, max_val?: number] | [options: { min_val?: number; max_val?: number }]
): Tensor {
  const bound = bind<{ min_val: number; max_val: number }>("hardtanh_", ["min_val", "max_val"], [], args);
  return hardtanh(input, { ...bound, inplace: true });
}

/** {@link threshold} on the input itself. */
export function threshold_(
  input: Tensor,
  ...args: [threshold: number, value: number] | [options: { threshold: number; value: number }]
): Tensor {
  type Args = { threshold: number; value: number };
  const bound = bind<Args>("threshold_", ["threshold", "value"], [], args, 2);
  return threshold(input, bound.threshold, bound.value, true);
}

/** {@link rrelu} on the input itself. */
export function rrelu_(
  input: Tensor,
  ...args:
    | [lower?: number, upper?: number, training?: boolean]
    | [options: { lower?: number; upper?: number; training?: boolean }]
): Tensor {
  type Args = { lower: number; upper: number; training: boolean };
  // The name without the underscore knows what "upper" is here.
  const bound = bind<Args>("rrelu", ["lower", "upper", "training"], [], args);
  return rrelu(input, { ...bound, inplace: true });
}
