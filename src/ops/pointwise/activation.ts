/** @file Activation functions that training leans on, as single operations with rules of their own. */
import { bind, none } from "../../args";
import { no_grad } from "../../autograd/grad-mode";
import { record } from "../../autograd/tape";
import { attr, execute } from "../../backend/engine";
import { bool, whole_number_hint } from "../../dtype";
import { RuntimeError } from "../../errors";
import type { Tensor } from "../../tensor";
import { cast, expect_no_bool, expect_tensor, to_floating } from "../value/convert";
import { execute_any } from "../value/fallback";
import { clamp } from "./bounds";
import { gt } from "./compare";
import { choose, div, mul } from "./elementwise";
import { erf, exp, sigmoid, tanh } from "./unary";

/** What `compute` gives, as one recorded operation instead of its many. */
function fused(rule: string, input: Tensor, attrs: unknown, compute: () => Tensor): Tensor {
  return record(rule, no_grad(compute).handle, [input], [input], attrs);
}

function floating(name: string, input: Tensor): Tensor {
  if (!input.dtype.is_floating_point) {
    throw new RuntimeError(
      `"${name}" not implemented for '${input.dtype.scalar_type}'${whole_number_hint(input.dtype)}`,
    );
  }
  return input;
}

/** `max(input, 0)`. */
export function relu(input: Tensor, ...more: []): Tensor {
  none("relu", more);
  expect_tensor("relu", input);
  if (input.dtype === bool) throw new RuntimeError("Boolean inputs not supported for relu");
  return record("relu", execute_any("Relu", [input.handle]), [input], [true]);
}

/** The gradient of {@link relu} from its output: `grad` where the output is above 0. */
export function relu_backward(grad: Tensor, y: Tensor): Tensor {
  return record("relu_backward", execute("ReluGrad", [grad.handle, y.handle]), [grad], [y]);
}

/** The standard normal's distribution function and density at x, and so GELU's value and slope. */
function normal_cdf(x: Tensor): Tensor {
  return mul(erf(mul(x, Math.SQRT1_2)).add(1), 0.5);
}

/** The slope of GELU: Φ(x) + x·φ(x), or that of its approximation by tanh. */
export function gelu_slope(x: Tensor, approximate: string): Tensor {
  if (approximate === "none") {
    const density = mul(exp(mul(x.square(), -0.5)), 1 / Math.sqrt(2 * Math.PI));
    return normal_cdf(x).add(mul(x, density));
  }
  const t = tanh(gelu_inner(x));
  const inner = mul(x.square(), 3 * 0.044715)
    .add(1)
    .mul(Math.sqrt(2 / Math.PI));
  return t
    .add(1)
    .mul(0.5)
    .add(mul(x, t.square().rsub(1)).mul(inner).mul(0.5));
}

function gelu_inner(x: Tensor): Tensor {
  return mul(x, mul(x.square(), 0.044715).add(1)).mul(Math.sqrt(2 / Math.PI));
}

/**
 * `x · Φ(x)` with the standard normal's distribution function Φ (Hendrycks and Gimpel, arXiv:1606.08415), or its
 * approximation for `approximate: "tanh"`.
 */
export function gelu(input: Tensor, options?: { approximate?: "none" | "tanh" }): Tensor;
export function gelu(input: Tensor, ...args: unknown[]): Tensor {
  const { approximate = "none" } = bind<{ approximate: string }>("gelu", [], ["approximate"], args);
  expect_tensor("gelu", input);
  if (approximate !== "none" && approximate !== "tanh") {
    throw new RuntimeError("approximate argument must be either none or tanh.");
  }
  const x = floating("GeluKernelImpl", input);
  return fused("gelu", x, approximate, () =>
    approximate === "none" ? mul(x, normal_cdf(x)) : mul(x, tanh(gelu_inner(x)).add(1)).mul(0.5),
  );
}

/** `x · sigmoid(x)`. */
export function silu(input: Tensor, ...more: []): Tensor {
  none("silu", more);
  expect_tensor("silu", input);
  const x = floating("silu_cpu", input);
  return fused("silu", x, null, () => mul(x, sigmoid(x)));
}

/** `log(1 + exp(beta · x)) / beta`; x itself where beta · x is above `threshold`. */
export function softplus(input: Tensor, beta?: number, threshold?: number): Tensor;
export function softplus(input: Tensor, beta: number, options: { threshold?: number }): Tensor;
export function softplus(input: Tensor, options: { beta?: number; threshold?: number }): Tensor;
export function softplus(input: Tensor, ...args: unknown[]): Tensor {
  type Args = { beta: number; threshold: number };
  const { beta = 1, threshold = 20 } = bind<Args>("softplus", ["beta", "threshold"], [], args);
  expect_tensor("softplus", input);
  const x = floating("softplus_cpu", input);
  const compute = (): Tensor => {
    const scaled = beta === 1 ? x : mul(x, beta);
    const soft = log_one_plus_exp(scaled);
    return choose(gt(scaled, threshold), x, beta === 1 ? soft : div(soft, beta));
  };
  return fused("softplus", x, { beta, threshold }, compute);
}

/** `log(1 + exp(x))` without overflow. */
export function log_one_plus_exp(input: Tensor): Tensor {
  const x = to_floating(input);
  return record("log_one_plus_exp", execute("Softplus", [x.handle]), [x], [x]);
}

/** x above 0, else `alpha · (exp(x) - 1)`. */
export function elu(input: Tensor, alpha?: number): Tensor;
export function elu(input: Tensor, options: { alpha?: number }): Tensor;
export function elu(input: Tensor, ...args: unknown[]): Tensor {
  const { alpha = 1 } = bind<{ alpha: number }>("elu", ["alpha"], [], args);
  expect_tensor("elu", input);
  const x = floating("elu_cpu", input);
  return fused("elu", x, alpha, () => choose(gt(x, 0), x, mul(x.expm1(), alpha)));
}

/** x above 0, else `negative_slope · x`. */
export function leaky_relu(input: Tensor, negative_slope?: number): Tensor;
export function leaky_relu(input: Tensor, options: { negative_slope?: number }): Tensor;
export function leaky_relu(input: Tensor, ...args: unknown[]): Tensor {
  const { negative_slope: slope = 0.01 } = bind<{ negative_slope: number }>(
    "leaky_relu",
    ["negative_slope"],
    [],
    args,
  );
  expect_tensor("leaky_relu", input);
  const x = floating("leaky_relu_cpu", input);
  if (x.dtype.itemsize === 4) {
    return record(
      "leaky_relu",
      execute("LeakyRelu", [x.handle], [attr.float("alpha", slope)]),
      [x],
      [x],
      slope,
    );
  }
  return fused("leaky_relu", x, slope, () => choose(gt(x, 0), x, mul(x, slope)));
}

/** x between `min_val` and `max_val`, those outside of them. */
export function hardtanh(input: Tensor, min_val?: number, max_val?: number): Tensor;
export function hardtanh(input: Tensor, min_val: number, options: { max_val?: number }): Tensor;
export function hardtanh(input: Tensor, options: { min_val?: number; max_val?: number }): Tensor;
export function hardtanh(input: Tensor, ...args: unknown[]): Tensor {
  type Args = { min_val: number; max_val: number };
  const { min_val = -1, max_val = 1 } = bind<Args>("hardtanh", ["min_val", "max_val"], [], args);
  expect_no_bool("hardtanh", expect_tensor("hardtanh", input));
  return cast(clamp(input, min_val, max_val), input.dtype);
}
