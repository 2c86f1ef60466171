/** @file Adafactor and Muon, against numbers that PyTorch gave. */
import * as assert from "node:assert/strict";
import { test } from "node:test";
import torch, { optim, type Tensor } from "../../src/index";

function steps(make: (params: Tensor[]) => { step(): void }, expected: number[]): void {
  const w = torch
    .tensor([
      [0.5, -1.25, 2],
      [1.5, 0.25, -0.75],
    ])
    .requires_grad_();
  const optimizer = make([w]);
  for (const grad of [
    [
      [1, -2, 0.5],
      [0.25, 1.5, -1],
    ],
    [
      [-0.5, 1, 2],
      [1.25, -0.75, 0.1],
    ],
  ]) {
    w.grad = torch.tensor(grad);
    optimizer.step();
  }
  (w.flatten().tolist() as number[]).forEach((value, i) => {
    assert.ok(Math.abs(value - expected[i]) < 2e-5, `element ${i} is ${value} for ${expected[i]}`);
  });
}

test("Adafactor with {} steps as in PyTorch", () => {
  steps(
    (params) => new optim.Adafactor(params, {}),
    [0.49096, -1.245278, 1.976322, 1.474867, 0.2464, -0.733964],
  );
});

test("Adafactor with { lr: 0.1, weight_decay: 0.2, d: 1.5, beta2_decay: -0.5 } steps as in PyTorch", () => {
  steps(
    (params) => new optim.Adafactor(params, { lr: 0.1, weight_decay: 0.2, d: 1.5, beta2_decay: -0.5 }),
    [0.386997, -1.157955, 1.704205, 1.202199, 0.211389, -0.561581],
  );
});

test("Muon with { lr: 0.02 } steps as in PyTorch", () => {
  steps(
    (params) => new optim.Muon(params, { lr: 0.02 }),
    [0.482645, -1.234632, 1.977491, 1.465986, 0.241515, -0.732204],
  );
});

test('Muon with { lr: 0.02, nesterov: false, adjust_lr_fn: "match_rms_adamw" } steps as in PyTorch', () => {
  steps(
    (params) => new optim.Muon(params, { lr: 0.02, nesterov: false, adjust_lr_fn: "match_rms_adamw" }),
    [0.490989, -1.23958, 1.987629, 1.48365, 0.244284, -0.741045],
  );
});

test("a learning rate may be a tensor of one element", () => {
  const w = torch.ones([2], { requires_grad: true });
  const optimizer = new optim.SGD([w], { lr: torch.tensor(0.5) });
  w.grad = torch.ones([2]);
  optimizer.step();
  assert.deepEqual(w.tolist(), [0.5, 0.5]);
  assert.equal(optimizer.param_groups[0].lr, 0.5);
  assert.throws(() => new optim.Adam([w], { lr: torch.ones([2]) }), /Tensor lr must be 1-element/);
});

test("Muon takes matrices alone", () => {
  const w = torch.ones([3], { requires_grad: true });
  assert.throws(() => new optim.Muon([w], {}), /Muon only supports 2D parameters/);
  assert.throws(
    () => new optim.Muon([torch.ones([2, 2], { requires_grad: true })], { adjust_lr_fn: "no" as never }),
    /is not supported/,
  );
});
