/** @file Rprop, ASGD, L-BFGS and cyclic learning rates against PyTorch's own numbers. */
import assert from "node:assert/strict";
import { test } from "node:test";
import torch, { optim, type Tensor } from "../../src/index";

const start = (): Tensor => torch.tensor([-1.2, 1, 0.3], { dtype: torch.float64 }).requires_grad_();

/** Rosenbrock's function of the first two numbers, and a square of the third. */
function valley(p: Tensor): Tensor {
  const [a, b, c] = p.unbind();
  return a
    .rsub(1)
    .pow(2)
    .add(b.sub(a.pow(2)).pow(2).mul(100))
    .add(c.sub(1).pow(2));
}

function close(p: Tensor, expected: readonly number[]): void {
  p.tolist<number[]>().forEach((value, i) => {
    assert.ok(Math.abs(value - expected[i]) < 1e-5, `${value} for ${expected[i]}`);
  });
}

type Stepper = { step(closure: () => Tensor): unknown; zero_grad(): void };

function run(p: Tensor, optimizer: Stepper, steps = 5): number {
  let calls = 0;
  for (let i = 0; i < steps; i++) {
    optimizer.step(() => {
      calls++;
      optimizer.zero_grad();
      const loss = valley(p);
      loss.backward();
      return loss;
    });
  }
  return calls;
}

const facts: [string, (p: Tensor) => Stepper, number, number[]][] = [
  [
    "Rprop { lr: 0.1, etas: [0.3, 1.5], step_sizes: [1e-3, 0.2] }",
    (p) => new optim.Rprop([p], { lr: 0.1, etas: [0.3, 1.5], step_sizes: [1e-3, 0.2] }),
    5,
    [-1.0625, 1.1375, 1.15],
  ],
  [
    "ASGD { lr: 0.001, t0: 1, weight_decay: 0.1, lambd: 0.01 }",
    (p) => new optim.ASGD([p], { lr: 0.001, t0: 1, weight_decay: 0.1, lambd: 0.01 }),
    5,
    [-1.02492641, 1.05856234, 0.30680612],
  ],
  [
    "LBFGS { history_size: 2, max_iter: 7, lr: 0.3 }",
    (p) => new optim.LBFGS([p], { history_size: 2, max_iter: 7, lr: 0.3 }),
    35,
    [0.88293046, 0.53595194, 1.49821014],
  ],
  [
    "LBFGS { line_search_fn: 'strong_wolfe', max_iter: 8 }",
    (p) => new optim.LBFGS([p], { line_search_fn: "strong_wolfe", max_iter: 8 }),
    51,
    [0.99975037, 0.99948913, 1.00010074],
  ],
  [
    "LBFGS { line_search_fn: 'strong_wolfe', lr: 10, max_iter: 4, history_size: 3 }",
    (p) => new optim.LBFGS([p], { line_search_fn: "strong_wolfe", lr: 10, max_iter: 4, history_size: 3 }),
    27,
    [-0.53776362, 0.28920822, 1.0512471],
  ],
];

for (const [name, make, calls, expected] of facts) {
  test(`${name} steps as in PyTorch`, () => {
    const p = start();
    assert.equal(run(p, make(p)), calls);
    close(p, expected);
  });
}

test("L-BFGS wants a closure and one group; SparseAdam is refused", () => {
  const p = start();
  assert.throws(() => new optim.LBFGS([p]).step(), /missing 1 required positional argument: 'closure'/);
  assert.throws(
    () => new optim.LBFGS([{ params: [p] }, { params: [start()] }]),
    /doesn't support per-parameter options/,
  );
  assert.throws(() => new optim.LBFGS([p], { line_search_fn: "x" as never }), /only 'strong_wolfe'/);
  assert.throws(() => new optim.Rprop([p], { etas: [0.5, 0.9] }), /Invalid eta values: 0.5, 0.9/);
  assert.throws(() => new optim.SparseAdam([p]), /gradients are dense/);
});

test("CyclicLR goes up and down, momentum against it", () => {
  const optimizer = new optim.SGD([start()], { lr: 0.1, momentum: 0.9 });
  const scheduler = new optim.lr_scheduler.CyclicLR(optimizer, 0.01, 0.1, {
    step_size_up: 3,
    mode: "triangular2",
  });
  const seen: number[][] = [];
  for (let i = 0; i < 8; i++) {
    optimizer.step();
    scheduler.step();
    const { lr, momentum } = optimizer.param_groups[0];
    seen.push([lr, momentum].map((value) => Number(value.toFixed(6))));
  }
  assert.deepEqual(seen, [
    [0.04, 0.866667],
    [0.07, 0.833333],
    [0.1, 0.8],
    [0.07, 0.833333],
    [0.04, 0.866667],
    [0.01, 0.9],
    [0.025, 0.883333],
    [0.04, 0.866667],
  ]);
  assert.throws(
    () => new optim.lr_scheduler.CyclicLR(new optim.Rprop([start()]), 0.01, 0.1),
    /must support momentum/,
  );
  assert.throws(
    () => new optim.lr_scheduler.CyclicLR(optimizer, 0.01, 0.1, { mode: "x" as never }),
    /mode is invalid and scale_fn is None/,
  );
});
