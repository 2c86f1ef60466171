/** @file Activation functions, each on a new tensor or, with `inplace`, on its input itself. */

import { bind, none, operand } from "../../args";
import { named } from "../../autograd/tape";
import { from_data } from "../../backend/engine";
import { float64 } from "../../dtype";
import { RuntimeError, ValueError } from "../../errors";
import { log_softmax, softmax } from "../../ops/layer/softmax";
import * as activation from "../../ops/pointwise/activation";
import { gt, le, lt } from "../../ops/pointwise/compare";
import { add, choose, div, mul, sub } from "../../ops/pointwise/elementwise";
import * as unary from "../../ops/pointwise/unary";
import { reshape } from "../../ops/shape/movement";
import { chunk } from "../../ops/shape/splits";
import { as_element, cast, expect_no_bool, expect_tensor } from "../../ops/value/convert";
import { rand } from "../../ops/value/random";
import { exponential_ } from "../../ops/value/random-fill";
import { normalize_dim, size_text } from "../../shape";
import { scalar_tensor, Tensor } from "../../tensor";

/** Keyword argument of activations that can change their input itself. */
export interface InplaceOptions {
  inplace?: boolean;
}

interface InplaceArgs {
  inplace: boolean;
}

function run(input: Tensor, inplace: boolean | undefined, op: (input: Tensor) => Tensor): Tensor {
  return inplace ? input._assign(op(input._alias())) : op(input);
}

/** An activation whose one setting is `inplace`. */
function simple(name: string, plain: (input: Tensor) => Tensor, label?: string) {
  const op = label === undefined ? plain : (x: Tensor): Tensor => named(label, plain(x), x);
  return (input: Tensor, inplace?: boolean | InplaceOptions): Tensor => {
    expect_tensor(name, input);
    if (inplace === undefined || inplace === false) return op(input);
    return run(input, bind<InplaceArgs>(name, ["inplace"], [], [inplace]).inplace, op);
  };
}

function floating(name: string, input: Tensor): Tensor {
  expect_tensor(name, input);
  if (!input.dtype.is_floating_point) {
    throw new RuntimeError(`"${name}" not implemented for '${input.dtype.scalar_type}'`);
  }
  return input;
}

/** `max(x, 0)`. */
export const relu = simple("relu", activation.relu);

/** `min(max(x, 0), 6)`. */
export const relu6 = simple("relu6", (x) => activation.hardtanh(x, 0, 6), "HardtanhBackward0");

/** x where it is not above 0, else 0; at 0 itself the gradient is x's, where clamp would give none. */
function not_above_0(x: Tensor): Tensor {
  return choose(gt(x, 0), scalar_tensor(0, x.dtype), x);
}

const selu_alpha = 1.6732632423543772;
const selu_scale = 1.0507009873554805;

/** `scale · (x if x > 0 else alpha · (exp(x) - 1))` with the constants of Klambauer et al. (arXiv:1706.02515). */
export const selu = simple(
  "selu",
  (x) => mul(choose(gt(floating("selu", x), 0), x, mul(unary.expm1(not_above_0(x)), selu_alpha)), selu_scale),
  "EluBackward0",
);

/** `x · sigmoid(x)`. */
export const silu = simple("silu", activation.silu);

/** `x · tanh(log(1 + exp(x)))` (Misra, arXiv:1908.08681). */
export const mish = simple(
  "mish",
  (x) => mul(x, unary.tanh(activation.log_one_plus_exp(floating("mish", x)))),
  "MishBackward0",
);

/** `relu6(x + 3) / 6`. */
export const hardsigmoid = simple(
  "hardsigmoid",
  (x) => div(activation.hardtanh(floating("hardsigmoid", x).add(3), 0, 6), 6),
  "HardsigmoidBackward0",
);

/** `x · relu6(x + 3) / 6`. */
export const hardswish = simple(
  "hardswish",
  (x) => div(mul(x, activation.hardtanh(floating("hardswish", x).add(3), 0, 6)), 6),
  "HardswishBackward0",
);

/** `1 / (1 + exp(-x))`. */
export function sigmoid(input: Tensor, ...more: []): Tensor {
  none("sigmoid", more);
  return unary.sigmoid(expect_tensor("sigmoid", input));
}

/** Hyperbolic tangent. */
export function tanh(input: Tensor, ...more: []): Tensor {
  none("tanh", more);
  return unary.tanh(expect_tensor("tanh", input));
}

/** `log(sigmoid(x))`, without overflow. */
export function logsigmoid(input: Tensor, ...more: []): Tensor {
  none("logsigmoid", more);
  expect_tensor("logsigmoid", input);
  return named(
    "LogSigmoidBackward0",
    activation.log_one_plus_exp(floating("logsigmoid", input).neg()).neg(),
    input,
  );
}

/** `x - tanh(x)`. */
export function tanhshrink(input: Tensor, ...more: []): Tensor {
  none("tanhshrink", more);
  return sub(expect_tensor("tanhshrink", input), unary.tanh(input));
}

/** `x / (1 + |x|)`. */
export function softsign(input: Tensor, ...more: []): Tensor {
  none("softsign", more);
  return div(expect_tensor("softsign", input), unary.abs(input).add(1));
}

/** `x · Φ(x)`; `{ approximate: "tanh" }` takes the approximation by tanh. */
export function gelu(input: Tensor, approximate?: "none" | "tanh"): Tensor;
export function gelu(input: Tensor, options: { approximate?: "none" | "tanh" }): Tensor;
export function gelu(input: Tensor, ...args: unknown[]): Tensor {
  const { approximate } = bind<{ approximate?: "none" | "tanh" }>("gelu", ["approximate"], [], args);
  return activation.gelu(expect_tensor("gelu", input), { approximate });
}

/** x above 0, else `negative_slope · x`. */
export function leaky_relu(input: Tensor, negative_slope?: number, inplace?: boolean): Tensor;
export function leaky_relu(input: Tensor, negative_slope: number, options: { inplace?: boolean }): Tensor;
export function leaky_relu(input: Tensor, options: { negative_slope?: number; inplace?: boolean }): Tensor;
export function leaky_relu(input: Tensor, ...args: unknown[]): Tensor {
  type Args = InplaceArgs & { negative_slope: number };
  const bound = bind<Args>("leaky_relu", ["negative_slope", "inplace"], [], args);
  expect_tensor("leaky_relu", input);
  return run(input, bound.inplace, (x) => activation.leaky_relu(x, bound.negative_slope ?? 0.01));
}

/** x above 0, else `alpha · (exp(x) - 1)`. */
export function elu(input: Tensor, alpha?: number, inplace?: boolean): Tensor;
export function elu(input: Tensor, alpha: number, options: { inplace?: boolean }): Tensor;
export function elu(input: Tensor, options: { alpha?: number; inplace?: boolean }): Tensor;
export function elu(input: Tensor, ...args: unknown[]): Tensor {
  const bound = bind<InplaceArgs & { alpha: number }>("elu", ["alpha", "inplace"], [], args);
  expect_tensor("elu", input);
  return run(input, bound.inplace, (x) => activation.elu(x, bound.alpha ?? 1));
}

/** x above 0, else `alpha · (exp(x / alpha) - 1)`. */
export function celu(input: Tensor, alpha?: number, inplace?: boolean): Tensor;
export function celu(input: Tensor, alpha: number, options: { inplace?: boolean }): Tensor;
export function celu(input: Tensor, options: { alpha?: number; inplace?: boolean }): Tensor;
export function celu(input: Tensor, ...args: unknown[]): Tensor {
  const { alpha = 1, inplace } = bind<InplaceArgs & { alpha: number }>(
    "celu",
    ["alpha", "inplace"],
    [],
    args,
  );
  expect_tensor("celu", input);
  floating("celu", input);
  if (alpha === 0) throw new RuntimeError("ZeroDivisionError: alpha cannot be 0 for CELU");
  return run(input, inplace, (x) => {
    const low = unary.expm1(div(not_above_0(x), alpha));
    return named("CeluBackward0", choose(gt(x, 0), x, mul(low, alpha)), x);
  });
}

/** x above 0, else x times its slope: one for all, or one per channel (dimension 1). */
export function prelu(input: Tensor, weight: Tensor): Tensor;
export function prelu(input: Tensor, options: { weight: Tensor }): Tensor;
export function prelu(input: Tensor, ...args: unknown[]): Tensor {
  const weight = operand<Tensor>("prelu", "weight", args);
  expect_tensor("prelu", input);
  const slopes = expect_tensor("prelu", (weight as { weight?: Tensor }).weight ?? weight, "weight") as Tensor;
  floating("prelu", input);
  if (slopes.ndim > 1) {
    throw new RuntimeError(
      `prelu: Expected \`weight\` to be a scalar or 1D tensor, but got: ndim = ${slopes.ndim}`,
    );
  }
  if (slopes.dtype !== input.dtype) {
    throw new RuntimeError(
      `prelu: Type promoting not supported. Got ${input.dtype.scalar_type} and ${slopes.dtype.scalar_type}`,
    );
  }
  const count = slopes.numel();
  let shaped = slopes;
  if (count !== 1) {
    if (input.ndim === 0) throw new RuntimeError("Not allow zero-dim input tensor.");
    const channels = input.ndim >= 2 ? input.shape[1] : 1;
    if (channels !== count) {
      throw new RuntimeError(
        `Mismatch of parameter numbers and input channel size. Found parameter numbers = ${count} and channel size = ${channels}.`,
      );
    }
    shaped = reshape(
      slopes,
      input.shape.map((_, i) => (i === 1 ? count : 1)),
    );
  } else shaped = reshape(slopes, []);
  return named("PreluKernelBackward0", choose(gt(input, 0), input, mul(input, shaped)), input);
}

/** {@link leaky_relu} with a slope drawn uniformly from [lower, upper] per element in training, their mean otherwise. */
export function rrelu(
  input: Tensor,
  ...args:
    | [lower?: number, upper?: number, training?: boolean, inplace?: boolean]
    | [options: InplaceOptions & { lower?: number; upper?: number; training?: boolean }]
): Tensor {
  type Args = InplaceArgs & { lower: number; upper: number; training: boolean };
  const {
    lower = 1 / 8,
    upper = 1 / 3,
    training = false,
    inplace,
  } = bind<Args>("rrelu", ["lower", "upper", "training", "inplace"], [], args);
  expect_tensor("rrelu", input);
  floating("rrelu", input);
  if (lower > upper)
    throw new RuntimeError("rrelu(): Lower bound should be less than or equal to the upper bound");
  return run(input, inplace, (x) => {
    if (!training) return activation.leaky_relu(x, (lower + upper) / 2);
    // One number of double precision per element that is not above 0, in order.
    const values = x.detach().typed_array() as ArrayLike<number>;
    const drawn = rand([Array.from(values).filter((value) => value <= 0).length], { dtype: float64 });
    const numbers = drawn.typed_array() as ArrayLike<number>;
    let next = 0;
    const slopes = Float64Array.from(values, (value) =>
      value <= 0 ? numbers[next++] * (upper - lower) + lower : 1,
    );
    return mul(x, cast(new Tensor(from_data(x.shape, float64, slopes)), x.dtype));
  });
}

/** `log(1 + exp(beta · x)) / beta`; x itself where `beta · x > threshold`. */
export const softplus: typeof activation.softplus = activation.softplus;

/** x cut to [min_val, max_val]. */
export function hardtanh(
  input: Tensor,
  min_val?: number,
  max_val?: number,
  inplace?: boolean | { inplace?: boolean },
): Tensor;
export function hardtanh(
  input: Tensor,
  min_val: number,
  options: { max_val?: number; inplace?: boolean },
): Tensor;
export function hardtanh(
  input: Tensor,
  options: { min_val?: number; max_val?: number; inplace?: boolean },
): Tensor;
export function hardtanh(input: Tensor, ...args: unknown[]): Tensor {
  type Args = InplaceArgs & { min_val: number; max_val: number };
  const {
    min_val = -1,
    max_val = 1,
    inplace,
  } = bind<Args>("hardtanh", ["min_val", "max_val", "inplace"], [], args);
  expect_tensor("hardtanh", input);
  if (min_val > max_val) throw new ValueError("min_val cannot be greater than max_val");
  return run(input, inplace, (x) => named("HardtanhBackward0", activation.hardtanh(x, min_val, max_val), x));
}

/** x brought nearer to 0 by `lambd`, 0 within. @throws RuntimeError for a negative `lambd`. */
export function softshrink(input: Tensor, lambd?: number): Tensor;
export function softshrink(input: Tensor, options: { lambd?: number }): Tensor;
export function softshrink(input: Tensor, ...args: unknown[]): Tensor {
  const { lambd: by = 0.5 } = bind<{ lambd?: number }>("softshrink", ["lambd"], [], args);
  expect_tensor("softshrink", input);
  floating("softshrink", input);
  if (by < 0) throw new RuntimeError(`lambda must be greater or equal to 0, but found to be ${by}.`);
  const outside = choose(
    gt(input, by),
    sub(input, by),
    choose(lt(input, -by), add(input, by), mul(input, 0)),
  );
  return named("SoftshrinkBackward0", outside, input);
}

/** x outside of [-lambd, lambd], 0 within. */
export function hardshrink(input: Tensor, lambd?: number): Tensor;
export function hardshrink(input: Tensor, options: { lambd?: number }): Tensor;
export function hardshrink(input: Tensor, ...args: unknown[]): Tensor {
  const { lambd: by = 0.5 } = bind<{ lambd?: number }>("hardshrink", ["lambd"], [], args);
  expect_tensor("hardshrink", input);
  floating("hardshrink", input);
  return named(
    "HardshrinkBackward0",
    choose(le(unary.abs(input), by), scalar_tensor(0, input.dtype), input),
    input,
  );
}

/** x above `threshold`, else `value`. */
export function threshold(
  input: Tensor,
  threshold: number,
  value: number,
  inplace?: boolean | InplaceOptions,
): Tensor;
export function threshold(
  input: Tensor,
  threshold: number,
  value: number,
  options: { inplace?: boolean | InplaceOptions },
): Tensor;
export function threshold(
  input: Tensor,
  options: { threshold: number; value: number; inplace?: boolean | InplaceOptions },
): Tensor;
export function threshold(input: Tensor, ...args: unknown[]): Tensor {
  type Args = InplaceArgs & { threshold: number; value: number };
  const bound = bind<Args>("threshold", ["threshold", "value", "inplace"], [], args);
  expect_tensor("threshold", input);
  const { threshold: above, value } = bound;
  if (above === undefined || value === undefined) {
    throw new TypeError(
      `threshold() missing required argument: '${above === undefined ? "threshold" : "value"}'`,
    );
  }
  expect_no_bool("threshold_cpu", input);
  const instead = as_element(value, input.dtype, "threshold");
  return run(input, bound.inplace, (x) => named("ThresholdBackward0", choose(le(x, above), instead, x), x));
}

/** The first half of dimension `dim` times the sigmoid of the second. @throws RuntimeError for an odd size. */
export function glu(input: Tensor, dim?: number): Tensor;
export function glu(input: Tensor, options: { dim?: number }): Tensor;
export function glu(input: Tensor, ...args: unknown[]): Tensor {
  const { dim: along = -1 } = bind<{ dim?: number }>("glu", ["dim"], [], args);
  expect_tensor("glu", input);
  floating("glu", input);
  if (input.ndim === 0) throw new RuntimeError("glu does not support 0-dimensional tensors");
  const at = normalize_dim(along, input.ndim);
  if (input.shape[at] % 2 !== 0) {
    throw new RuntimeError(`Halving dimension must be even, but dimension ${at} is size ${input.shape[at]}`);
  }
  const [a, b] = chunk(input, 2, at);
  return named("GluBackward0", mul(a, unary.sigmoid(b)), input);
}

/** Softmax over the channels of (N, C, H, W) or (C, H, W). */
export function softmax2d(input: Tensor, ...more: []): Tensor {
  none("softmax2d", more);
  expect_tensor("softmax2d", input);
  if (input.ndim !== 3 && input.ndim !== 4) {
    throw new ValueError(
      `Softmax2d: expected input to be 3D or 4D, got ${input.ndim}D instead, of size ${size_text(input.shape)}`,
    );
  }
  return softmax(input, -3);
}

/**
 * Samples of the Gumbel-Softmax distribution (Jang et al., arXiv:1611.01144).
 *
 * @param logits Unnormalised log-probabilities.
 * @param options.hard One-hot vectors whose gradient is that of the soft samples.
 */
export function gumbel_softmax(
  logits: Tensor,
  ...args:
    | [tau?: number, hard?: boolean, eps?: number, dim?: number]
    | [options: { tau?: number; hard?: boolean; eps?: number; dim?: number }]
): Tensor {
  type Args = { tau: number; hard: boolean; eps: number; dim: number };
  const {
    tau = 1,
    hard = false,
    dim = -1,
  } = bind<Args>("gumbel_softmax", ["tau", "hard", "eps", "dim"], [], args);
  expect_tensor("gumbel_softmax", logits, "logits");
  const noise = exponential_(logits.detach().mul(0)).log().neg();
  const soft = softmax(logits.add(noise).div(tau), dim);
  if (!hard) return soft;
  const at = soft.detach().argmax(dim, true);
  const one = soft.detach().mul(0).scatter(dim, at, 1);
  return one.sub(soft.detach()).add(soft);
}

export { log_softmax, softmax };
