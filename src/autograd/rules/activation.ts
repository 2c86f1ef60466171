/** @file Gradient rules of activation functions and softmax. */

import { gelu_slope, relu_backward } from "../../ops/pointwise/activation";
import { gt } from "../../ops/pointwise/compare";
import { choose, mul } from "../../ops/pointwise/elementwise";
import { exp, sigmoid } from "../../ops/pointwise/unary";
import { sum_dims } from "../../ops/reduction/reduce";
import type { Tensor } from "../../tensor";
import type { Context, Rule } from "../node";

type Saved<A = unknown> = Context<readonly [Tensor], A>;

/** The sum along one dimension, which stays; a zero-dim tensor is its own sum. */
function sum_along(x: Tensor, dim: number): Tensor {
  return x.ndim === 0 ? x : sum_dims(x, [dim], true);
}

export const activation: Record<string, Rule> = {
  relu: { name: "Relu", backward: (g: Tensor, { saved: [y] }: Saved) => [relu_backward(g, y)] },
  relu_backward: {
    name: "ReluBackward",
    backward: (gg: Tensor, { saved: [y] }: Saved) => [relu_backward(gg, y)],
  },
  gelu: {
    name: "Gelu",
    backward: (g: Tensor, { saved: [x], attrs }: Saved<string>) => [mul(g, gelu_slope(x, attrs))],
  },
  silu: {
    name: "Silu",
    backward: (g: Tensor, { saved: [x] }: Saved) => {
      const s = sigmoid(x);
      return [mul(g, mul(s, mul(x, s.rsub(1)).add(1)))];
    },
  },
  softplus: {
    name: "Softplus",
    backward: (g: Tensor, { saved: [x], attrs }: Saved<{ beta: number; threshold: number }>) => {
      const scaled = attrs.beta === 1 ? x : mul(x, attrs.beta);
      return [choose(gt(scaled, attrs.threshold), g, mul(g, sigmoid(scaled)))];
    },
  },
  elu: {
    name: "Elu",
    backward: (g: Tensor, { saved: [x], attrs: alpha }: Saved<number>) => [
      choose(gt(x, 0), g, mul(g, mul(exp(x), alpha))),
    ],
  },
  leaky_relu: {
    name: "LeakyRelu",
    backward: (g: Tensor, { saved: [x], attrs: slope }: Saved<number>) => [
      choose(gt(x, 0), g, mul(g, slope)),
    ],
  },
  softmax: {
    name: "Softmax",
    backward: (g: Tensor, { saved: [y], attrs: dim }: Saved<number>) => {
      // The difference first: where one share is almost all, the others' gradients are almost nothing.
      return [mul(y, g.sub(sum_along(mul(g, y), dim)))];
    },
  },
  log_softmax: {
    name: "LogSoftmax",
    backward: (g: Tensor, { saved: [y], attrs: dim }: Saved<number>) => [
      g.sub(mul(exp(y), sum_along(g, dim))),
    ],
  },
};
