/** @file Gradient rules against central differences in float64, every rule of the tables, and gradients of gradients. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { type Node, type Rule, RuleNode } from "../../src/autograd/node";
import { activation } from "../../src/autograd/rules/activation";
import { decomposition } from "../../src/autograd/rules/decomposition";
import { elementwise } from "../../src/autograd/rules/elementwise";
import { linalg } from "../../src/autograd/rules/linalg";
import { loss } from "../../src/autograd/rules/loss";
import { reduce } from "../../src/autograd/rules/reduce";
import { segment_rules } from "../../src/autograd/rules/segment";
import { special } from "../../src/autograd/rules/special";
import { unary } from "../../src/autograd/rules/unary";
import torch, { type Tensor } from "../../src/index";
import { batch_product, product } from "../../src/ops/algebra/linalg";
import * as binary_losses from "../../src/ops/loss/binary-loss";
import * as class_losses from "../../src/ops/loss/class-loss";
import * as pair_losses from "../../src/ops/loss/pair-loss";
import * as activations from "../../src/ops/pointwise/activation";
import { choose } from "../../src/ops/pointwise/elementwise";
import { polygamma } from "../../src/ops/pointwise/gamma";
import { sigmoid_backward, tanh_backward } from "../../src/ops/pointwise/unary";
import { take_along } from "../../src/ops/reduction/sort";
import {
  above_one,
  any,
  type Case,
  fraction,
  matrix_cases,
  one,
  other,
  positive,
  row,
  special_cases,
  unit,
  with_zero,
} from "./gradient-cases";

const classes = torch.tensor([2, 0]);

const cases: Case[] = [
  { name: "add", inputs: [any, row], f: (a, b) => a.add(b, { alpha: 2 }) },
  { name: "sub", inputs: [any, row], f: (a, b) => a.sub(b, { alpha: 3 }) },
  { name: "rsub", inputs: [any, row], f: (a, b) => a.rsub(b) },
  { name: "mul", inputs: [any, row], f: (a, b) => a.mul(b) },
  { name: "div", inputs: [any, row], f: (a, b) => a.div(b) },
  {
    name: "div rounded",
    inputs: [any, row],
    f: (a, b) => a.div(b, { rounding_mode: "trunc" }),
    twice: false,
  },
  { name: "remainder", inputs: [any, row], f: (a, b) => a.remainder(b) },
  { name: "fmod", inputs: [any, row], f: (a, b) => a.fmod(b) },
  { name: "neg", inputs: [any], f: (a) => a.neg().mul(a) },
  { name: "pow", inputs: [positive, row], f: (a, b) => a.pow(b) },
  one("pow 3", any, (x) => x.pow(3)),
  one("pow 2", any, (x) => x.pow(2)),
  one("pow 0.5", positive, (x) => x.pow(0.5)),
  one("pow -1", positive, (x) => x.pow(-1)),
  one("number to a power", any, (x) => torch.pow(2, x)),
  { name: "maximum", inputs: [any, other], f: (a, b) => a.mul(a).maximum(b.mul(b)) },
  { name: "minimum", inputs: [any, other], f: (a, b) => a.mul(a).minimum(b.mul(b)) },
  one("clamp", any, (x) => x.clamp(-1, 1.8).mul(x)),
  { name: "clamp by tensors", inputs: [any, row], f: (x, low) => x.clamp(low, 1.5).mul(x) },
  { name: "where", inputs: [any, row], f: (a, b) => choose(a.gt(0), a.mul(b), b.exp()) },
  { name: "xlogy", inputs: [any, positive], f: (a, b) => a.xlogy(b) },
  { name: "atan2", inputs: [any, other], f: (a, b) => a.atan2(b) },
  { name: "lerp", inputs: [any, other, row], f: (a, b, w) => a.lerp(b, w) },
  { name: "addcdiv", inputs: [any, other, row], f: (a, b, c) => a.addcdiv(b, c, { value: 0.5 }) },
  one("cast", any, (x) => x.mul(x).float().double()),
  one("exp", any, (x) => x.exp()),
  one("expm1", any, (x) => x.expm1()),
  one("log", positive, (x) => x.log()),
  one("log1p", positive, (x) => x.log1p()),
  one("sqrt", positive, (x) => x.sqrt()),
  one("rsqrt", positive, (x) => x.rsqrt()),
  one("reciprocal", positive, (x) => x.reciprocal()),
  one("abs", any, (x) => x.abs().mul(x)),
  one("sin", any, (x) => x.sin()),
  one("cos", any, (x) => x.cos()),
  one("tan", unit, (x) => x.tan()),
  one("asin", unit, (x) => x.asin()),
  one("acos", unit, (x) => x.acos()),
  one("atan", any, (x) => x.atan()),
  one("sinh", any, (x) => x.sinh()),
  one("cosh", any, (x) => x.cosh()),
  one("asinh", any, (x) => x.asinh()),
  one("acosh", above_one, (x) => x.acosh()),
  one("atanh", unit, (x) => x.atanh()),
  one("erf", any, (x) => x.erf()),
  one("erfc", any, (x) => x.erfc()),
  one("erfinv", unit, (x) => x.erfinv()),
  one("lgamma", positive, (x) => x.lgamma()),
  one("digamma", any, (x) => x.digamma()),
  one("polygamma", positive, (x) => polygamma(2, x)),
  one("sigmoid", any, (x) => x.sigmoid()),
  { name: "sigmoid_backward", inputs: [any, fraction], f: (g, y) => sigmoid_backward(g, y) },
  one("tanh", any, (x) => x.tanh()),
  { name: "tanh_backward", inputs: [any, fraction], f: (g, y) => tanh_backward(g, y) },
  { name: "floor", inputs: [any], f: (x) => x.floor().add(x.round()).add(x.ceil()), twice: false },
  one("sinc", any, (x) => x.sinc()),
  one("logit", fraction, (x) => x.logit()),
  one("relu", any, (x) => x.relu().mul(x)),
  one("relu_backward", any, (x) =>
    activations.relu_backward(
      x.mul(x),
      torch.tensor([any, any]).reshape(-1).index(torch.slice(0, 6)).reshape(2, 3).double(),
    ),
  ),
  one("gelu", any, (x) => activations.gelu(x)),
  one("gelu tanh", any, (x) => activations.gelu(x, { approximate: "tanh" })),
  one("silu", any, (x) => activations.silu(x)),
  one("softplus", any, (x) => activations.softplus(x, 2, 3)),
  one("log_one_plus_exp", any, (x) => activations.log_one_plus_exp(x)),
  one("elu", any, (x) => activations.elu(x, 0.7)),
  one("leaky_relu", any, (x) => activations.leaky_relu(x.mul(x.abs()), 0.2)),
  one("softmax", any, (x) => x.softmax(0)),
  one("softmax last", any, (x) => x.softmax(-1)),
  one("log_softmax", any, (x) => x.log_softmax(0)),
  one("log_softmax last", any, (x) => x.log_softmax(1)),
  one("sum", any, (x) => x.mul(x).sum(0)),
  one("mean", any, (x) => x.mul(x).mean(1, true)),
  one("prod", any, (x) => x.prod()),
  one("prod dim", any, (x) => x.prod(1)),
  one("prod with zeros", with_zero, (x) => x.prod(0)),
  one("prod of all with zeros", [0, 1.1, 2.1, 0.7, 1.6, 2.4], (x) => x.prod()),
  one("amax", any, (x) => x.mul(x).amax(1)),
  one("amin", any, (x) => x.mul(x).amin()),
  one("max", any, (x) => x.mul(x).max(1)[0]),
  one("min", any, (x) => x.mul(x).min(0, true).values),
  one("logsumexp", any, (x) => x.logsumexp([0, 1])),
  one("logsumexp dim", any, (x) => x.logsumexp(1, true)),
  one("cumsum", any, (x) => x.mul(x).cumsum(1)),
  one("cumprod", any, (x) => x.cumprod(1)),
  one("cumprod with zeros", with_zero, (x) => x.cumprod(1)),
  one("std", any, (x) => x.std(1)),
  one("var", any, (x) => x.var({ dim: 1, correction: 0 })),
  one("norm", any, (x) => x.norm()),
  one("norm 3", any, (x) => x.norm(3, 1)),
  one("norm 1.5", any, (x) => x.norm(1.5, 0, true)),
  { name: "norm 0", inputs: [any], f: (x) => x.norm(0), twice: false },
  one("norm inf", any, (x) => x.norm(Number.POSITIVE_INFINITY)),
  one("sort", any, (x) => x.mul(x).sort(1, true).values),
  one("topk", any, (x) => x.mul(x).topk(2, 0).values.cumsum(1)),
  one("along and back", any, (x) => {
    const taken = take_along(
      x.mul(x),
      torch.tensor([
        [0, 2],
        [1, 1],
      ]),
      1,
    );
    const [gradient] = torch.autograd.grad(taken.mul(taken).sum(), x, { create_graph: true });
    return gradient;
  }),
  ...[0, 1, 2, 3].map((flags) => ({
    name: `product ${flags}`,
    inputs: [any, other],
    f: (a: Tensor, b: Tensor) => {
      const ta = (flags & 1) !== 0;
      const tb = (flags & 2) !== 0;
      const left = ta ? a.reshape(3, 2) : a;
      return product(left, tb ? b : b.reshape(3, 2), ta, tb);
    },
  })),
  ...[0, 1, 2, 3].map((flags) => ({
    name: `batch_product ${flags}`,
    inputs: [any, other],
    f: (a: Tensor, b: Tensor) => {
      const ta = (flags & 1) !== 0;
      const tb = (flags & 2) !== 0;
      const left = ta ? a.reshape(1, 3, 2) : a.reshape(1, 2, 3);
      return batch_product(
        left,
        (tb ? b.reshape(2, 3) : b.reshape(3, 2)).expand(4, ...(tb ? [2, 3] : [3, 2])),
        ta,
        tb,
      );
    },
  })),
  { name: "matmul of vectors", inputs: [row, row], f: (a, b) => a.reshape(3).matmul(b.reshape(3)) },
  {
    name: "matmul of a vector and batches",
    inputs: [row, any],
    f: (a, b) => a.reshape(3).matmul(b.reshape(2, 3, 1)),
  },
  {
    name: "addmm",
    inputs: [row, any, other],
    f: (c, a, b) => c.addmm(a, b.reshape(3, 2).matmul(b), { beta: 0.5 }),
  },
  ...(["mean", "sum", "none"] as const).map((reduction) => ({
    name: `cross_entropy ${reduction}`,
    inputs: [any],
    f: (x: Tensor) => class_losses.cross_entropy(x, classes, { reduction }),
  })),
  one("cross_entropy smoothed", any, (x) =>
    class_losses.cross_entropy(x, classes, {
      label_smoothing: 0.2,
      weight: torch.tensor([0.5, 1, 2]).double(),
    }),
  ),
  {
    name: "cross_entropy of probabilities",
    inputs: [any, fraction],
    f: (x, p) => class_losses.cross_entropy(x, p),
  },
  one("nll_loss", any, (x) => class_losses.nll_loss(x.mul(x), classes, { ignore_index: 0 })),
  { name: "mse_loss", inputs: [any, other], f: (a, b) => pair_losses.mse_loss(a, b) },
  { name: "l1_loss", inputs: [any, other], f: (a, b) => pair_losses.l1_loss(a, b) },
  {
    name: "smooth_l1_loss",
    inputs: [any, other],
    f: (a, b) => pair_losses.smooth_l1_loss(a, b, { beta: 2 }),
  },
  { name: "huber_loss", inputs: [any, other], f: (a, b) => pair_losses.huber_loss(a, b, { delta: 1.3 }) },
  {
    name: "binary_cross_entropy",
    inputs: [fraction, [0.2, 0.9, 0.1, 0.6, 0.5, 0.3]],
    f: (p, y) => binary_losses.binary_cross_entropy(p, y),
  },
  {
    name: "binary_cross_entropy_with_logits",
    inputs: [any, fraction],
    f: (x, y) =>
      binary_losses.binary_cross_entropy_with_logits(x, y, { pos_weight: torch.tensor(row).double().exp() }),
  },
];

const square = (x: Tensor): Tensor => x.matmul(x.reshape(3, 2)).add(torch.eye(2).double().mul(2));
const symmetric = (x: Tensor): Tensor => x.matmul(x.mT).add(torch.eye(2).double());

const places = torch.tensor([
  [0, 1, 1],
  [1, 0, 1],
]);

cases.push(
  ...(["sum", "prod", "mean", "amax", "amin"] as const).map((how) => ({
    name: `scatter_reduce ${how}`,
    inputs: [any, other],
    f: (x: Tensor, y: Tensor) => x.scatter_reduce(0, places, y, how, { include_self: how !== "amin" }),
  })),
  {
    name: "scatter_reduce prod with zeros",
    inputs: [any, with_zero],
    f: (x, y) => x.scatter_reduce(1, places, y, "prod"),
    twice: false,
  },
  one("inv", any, (x) => torch.linalg.inv(square(x))),
  one("det", any, (x) => torch.linalg.det(square(x))),
  { name: "solve", inputs: [any, other], f: (a, b) => torch.linalg.solve(square(a), b) },
  one("cholesky", any, (x) => torch.linalg.cholesky(symmetric(x), { upper: true })),
  { name: "svdvals", inputs: [any], f: (x) => torch.linalg.svdvals(x), twice: false },
  {
    name: "matrix norms",
    inputs: [any],
    f: (x) => torch.linalg.norm(x, "nuc").add(torch.linalg.norm(x, 2)),
    twice: false,
  },
  one("logcumsumexp", any, (x) => x.logcumsumexp(1)),
  one("cummax", any, (x) => x.mul(x).cummax(1).values),
  { name: "logaddexp", inputs: [any, row], f: (a, b) => a.logaddexp(b) },
  { name: "hypot", inputs: [any, row], f: (a, b) => a.hypot(b) },
  { name: "copysign", inputs: [any, row], f: (a, b) => a.mul(a).copysign(b), twice: false },
  { name: "einsum", inputs: [any, other], f: (a, b) => torch.einsum("ij,kj->ki", a, b) },
  {
    name: "einsum of three",
    inputs: [any, other, row],
    f: (a, b, c) => torch.einsum("ij,ik,...k->...j", a, b, c),
  },
  {
    name: "dropout",
    inputs: [any],
    f: (a) => {
      torch.manual_seed(5);
      // Enough elements for the native op.
      return torch.nn.functional.dropout(a.repeat(50, 1), 0.4);
    },
  },
  { name: "cdist", inputs: [any, other], f: (a, b) => torch.cdist(a, b) },
  { name: "cross", inputs: [any, other], f: (a, b) => a.cross(b, 1) },
  one("quantile", any, (x) => x.mul(x).quantile(0.3, 1)),
);

const tables: Record<string, Rule>[] = [
  activation,
  decomposition,
  elementwise,
  linalg,
  loss,
  reduce,
  segment_rules,
  special,
  unary,
];
const reached = new Set<Rule>();

function note_rules(output: Tensor): void {
  const seen = new Set<Node>();
  const visit = (node: Node | null): void => {
    if (node === null || seen.has(node)) return;
    seen.add(node);
    if (node instanceof RuleNode) reached.add(node.rule);
    for (const edge of node.next) visit(edge?.node ?? null);
  };
  visit(output.grad_fn);
}

function leaf(values: readonly number[] | readonly (readonly number[])[], at = -1, step = 0): Tensor {
  const nested = typeof values[0] === "object";
  const flat = (nested ? (values as number[][]).flat() : [...(values as number[])]) as number[];
  if (at >= 0) flat[at] += step;
  return torch
    .tensor(flat, { dtype: torch.float64 })
    .reshape(nested ? [values.length, flat.length / values.length] : [2, 3])
    .detach();
}

/** Fixed weights that make one number of any output. */
function weigh(output: Tensor): Tensor {
  const weights = torch.arange(output.numel(), { dtype: torch.float64 }).mul(0.37).add(0.5).cos();
  return output.double().reshape(-1).mul(weights).sum();
}

/** Compares the gradients of a function of the inputs with central differences. */
function check(
  label: string,
  inputs: Case["inputs"],
  f: (...inputs: Tensor[]) => Tensor,
  tolerance: number,
  create_graph = false,
): void {
  const leaves = inputs.map((values) => leaf(values).requires_grad_());
  const output = f(...leaves);
  note_rules(output);
  const gradients = torch.autograd.grad(weigh(output), leaves, { allow_unused: true, create_graph });
  const step = 1e-5;
  inputs.forEach((values, i) => {
    const got = gradients[i]?.tolist().flat(2) as number[] | undefined;
    const count = (values as unknown[]).flat().length;
    for (let at = 0; at < count; at++) {
      const sides = [step, -step].map((move) => {
        const moved = inputs.map((all, j) => (j === i ? leaf(all, at, move) : leaf(all)).requires_grad_());
        return weigh(f(...moved)).item();
      });
      const slope = (sides[0] - sides[1]) / (2 * step);
      const value = got === undefined ? 0 : got[at];
      assert.ok(
        Math.abs(value - slope) <= tolerance * (1 + Math.abs(slope)),
        `${label}: gradient of input ${i} at ${at} is ${value}, differences give ${slope}`,
      );
    }
  });
}

test("the determinant's gradient where it is 0", () => {
  const x = torch.tensor(
    [
      [1, 2],
      [2, 4],
    ],
    { dtype: torch.float64, requires_grad: true },
  );
  torch.linalg.det(x).backward();
  const expected = torch.tensor(
    [
      [4, -2],
      [-2, 1],
    ],
    { dtype: torch.float64 },
  );
  assert.ok(torch.allclose(x.grad as Tensor, expected));
});

for (const { name, inputs, f, twice = true } of [...cases, ...special_cases, ...matrix_cases]) {
  test(`gradient of ${name}`, () => {
    // float32 in between leaves few digits.
    check(name, inputs, f, name === "cast" ? 0.05 : 1e-5);
    if (!twice || name === "cast") return;
    const first = (...leaves: Tensor[]): Tensor => {
      const gradients = torch.autograd.grad(weigh(f(...leaves)), leaves, {
        create_graph: true,
        allow_unused: true,
      });
      // The leaves take part, so that there is a graph even where the gradient is constant.
      const parts = gradients.map((gradient, i) =>
        (gradient ?? leaves[i].mul(0)).add(leaves[i].mul(1)).reshape(-1),
      );
      return torch.cat(parts);
    };
    check(`${name}, twice`, inputs, first, 1e-4);
  });
}

test("every rule of the tables is reached", () => {
  const missing = tables.flatMap((table) =>
    Object.entries(table).flatMap(([name, rule]) => (reached.has(rule) ? [] : [name])),
  );
  assert.deepEqual(missing, []);
});
