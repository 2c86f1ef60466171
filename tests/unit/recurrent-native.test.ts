/** @file The native recurrent ops in float32 against TensorFlow's operations in float64, on each set of instructions. */
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { describe, it } from "node:test";
import { backward } from "../../src/autograd/backward";
import { no_grad } from "../../src/autograd/grad-mode";
import { float64 } from "../../src/dtype";
import torch, { Tensor } from "../../src/index";
import { type RecurrentMode, recurrent_layer, type Weights } from "../../src/ops/recurrent/recurrent";

const gates: Record<RecurrentMode, number> = { rnn_tanh: 1, rnn_relu: 1, gru: 3, lstm: 4 };
/** Set in a child that repeats the comparison with other kernels. */
const child = process.env.TORCHBOOK_TEST_CHILD === "1";

interface Case {
  readonly batch: number;
  readonly time: number;
  readonly input: number;
  readonly hidden: number;
  readonly directions: 1 | 2;
  readonly layout: "time" | "batch" | "packed";
  /** Whether there are biases, and whether initial states. */
  readonly biases: boolean;
  readonly states: boolean;
}

// Hidden sizes on both sides of whole vectors and tiles, single rows and steps, rows that do not divide evenly.
const cases: Case[] = [
  { batch: 1, time: 1, input: 1, hidden: 1, directions: 1, layout: "time", biases: true, states: false },
  { batch: 3, time: 5, input: 2, hidden: 3, directions: 2, layout: "packed", biases: true, states: true },
  { batch: 7, time: 4, input: 5, hidden: 16, directions: 2, layout: "batch", biases: true, states: true },
  { batch: 13, time: 6, input: 3, hidden: 17, directions: 1, layout: "packed", biases: false, states: true },
  { batch: 5, time: 3, input: 70, hidden: 33, directions: 2, layout: "time", biases: false, states: false },
  { batch: 32, time: 8, input: 20, hidden: 64, directions: 2, layout: "batch", biases: true, states: false },
  { batch: 2, time: 9, input: 4, hidden: 130, directions: 1, layout: "batch", biases: true, states: true },
  // Weights beyond the second cache, where the threads share units and not rows.
  { batch: 7, time: 4, input: 30, hidden: 420, directions: 2, layout: "packed", biases: true, states: true },
];

interface Given {
  readonly x: Tensor;
  readonly h0: Tensor | null;
  readonly c0: Tensor | null;
  readonly weights: readonly Weights<Tensor>[];
  readonly sizes: readonly number[] | null;
}

function draw(mode: RecurrentMode, one: Case): Given {
  const { batch, time, input, hidden, directions, layout } = one;
  const sizes =
    layout === "packed" ? Array.from({ length: time }, (_, t) => Math.max(1, batch - 2 * t)) : null;
  const rows = sizes?.reduce((sum, size) => sum + size, 0) ?? 0;
  const shapes = { time: [time, batch, input], batch: [batch, time, input], packed: [rows, input] };
  const scaled = (...shape: number[]): Tensor => torch.randn(shape).mul(1 / Math.sqrt(hidden));
  const units = gates[mode] * hidden;
  return {
    x: torch.randn(shapes[layout]),
    h0: one.states ? torch.randn(directions, batch, hidden) : null,
    c0: one.states && mode === "lstm" ? torch.randn(directions, batch, hidden) : null,
    weights: Array.from({ length: directions }, () => ({
      w_ih: scaled(units, input),
      w_hh: scaled(units, hidden),
      b_ih: one.biases ? scaled(units) : null,
      b_hh: one.biases ? scaled(units) : null,
      w_hr: null,
    })),
    sizes,
  };
}

/** Results, then the gradients of everything that went in. */
function run(mode: RecurrentMode, one: Case, given: Given, wide: boolean, cotangents: Tensor[]): Tensor[] {
  const leaves: Tensor[] = [];
  const leaf = (tensor: Tensor): Tensor => {
    const made = new Tensor((wide ? tensor.to(float64) : tensor).handle).requires_grad_();
    leaves.push(made);
    return made;
  };
  const or_null = (tensor: Tensor | null): Tensor | null => (tensor === null ? null : leaf(tensor));
  const x = leaf(given.x);
  const h0 = or_null(given.h0);
  const c0 = or_null(given.c0);
  const weights = given.weights.map((set) => ({
    w_ih: leaf(set.w_ih),
    w_hh: leaf(set.w_hh),
    b_ih: or_null(set.b_ih),
    b_hh: or_null(set.b_hh),
    w_hr: null,
  }));
  const layout = { batch_first: one.layout === "batch", batch_sizes: given.sizes };
  const forward = (): Tensor[] => {
    const { output, hn, cn } = recurrent_layer(mode, x, h0, c0, weights, layout);
    return cn === null ? [output, hn] : [output, hn, cn];
  };
  const results = forward();
  const plain = no_grad(forward);
  results.forEach((result, i) => {
    cotangents[i] ??= torch.randn(result.shape);
  });
  backward(
    results,
    results.map((_, i) => (wide ? cotangents[i].to(float64) : cotangents[i])),
  );
  return [...results, ...plain, ...leaves.map((tensor) => tensor.grad as Tensor)];
}

describe("native recurrent ops", () => {
  for (const mode of ["rnn_tanh", "rnn_relu", "gru", "lstm"] as const) {
    it(`${mode}: results and gradients equal those in float64`, () => {
      torch.manual_seed(11);
      for (const one of cases) {
        const given = draw(mode, one);
        const cotangents: Tensor[] = [];
        const narrow = run(mode, one, given, false, cotangents);
        const wide = run(mode, one, given, true, cotangents);
        narrow.forEach((tensor, k) => {
          assert.deepEqual(tensor.shape, wide[k].shape);
          const found = tensor.typed_array() as Float32Array;
          const expected = wide[k].typed_array() as Float64Array;
          const largest = expected.reduce((top, value) => Math.max(top, Math.abs(value)), 1e-3);
          found.forEach((value, i) => {
            const error = Math.abs(value - expected[i]) / largest;
            assert.ok(
              error < 3e-5,
              `${JSON.stringify(one)}, tensor ${k}, element ${i}: ${value}, not ${expected[i]}`,
            );
          });
        });
      }
    });
  }

  it("NaN and infinite inputs come through as they do in float64", () => {
    for (const mode of ["rnn_tanh", "gru", "lstm"] as const) {
      for (const [value, result] of [
        [Number.NaN, true],
        [Number.POSITIVE_INFINITY, false],
        [-1e30, false],
      ] as const) {
        const ones = (...shape: number[]): Tensor => torch.ones(shape);
        const units = gates[mode] * 20;
        const weights = [{ w_ih: ones(units, 3), w_hh: ones(units, 20), b_ih: null, b_hh: null, w_hr: null }];
        const layout = { batch_first: false, batch_sizes: null };
        const { output } = recurrent_layer(
          mode,
          torch.full([2, 7, 3], value, { dtype: torch.float32 }),
          null,
          null,
          weights,
          layout,
        );
        for (const number of output.typed_array()) {
          assert.equal(Number.isNaN(Number(number)), result, `${mode}: ${number} from ${value}`);
        }
      }
    }
  });

  for (const [what, env] of [
    ["with AVX2 at most", { TORCHBOOK_INSTRUCTIONS: "avx2" }],
    ["with the base instructions", { TORCHBOOK_INSTRUCTIONS: "base" }],
    ["without native ops", { TORCHBOOK_NATIVE: "0" }],
  ] as const) {
    it(`the same ${what}`, { skip: child }, () => {
      const { NODE_TEST_CONTEXT: _, ...rest } = process.env;
      const { status, stdout, stderr } = spawnSync(process.execPath, [__filename], {
        env: { ...rest, ...env, TORCHBOOK_TEST_CHILD: "1" },
        encoding: "utf8",
        timeout: 120_000,
      });
      assert.equal(status, 0, stdout + stderr);
    });
  }
});
