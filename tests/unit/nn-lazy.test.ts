/** @file Lazy layers: their first input completes them. */
import * as assert from "node:assert/strict";
import { test } from "node:test";
import torch, { nn, optim, type Tensor } from "../../src/index";

test("a lazy layer becomes the layer that it stands for, with parameters that an optimizer has already", () => {
  const model = new nn.Sequential(new nn.LazyLinear(3), new nn.ReLU(), new nn.LazyLinear(1));
  const optimizer = new optim.SGD(model.parameters(), { lr: 0.1 });
  assert.equal(String(model[0]), "LazyLinear(in_features=0, out_features=3, bias=True)");
  assert.equal(String((model[0] as nn.LazyLinear).weight), "<UninitializedParameter>");
  model(torch.randn(2, 5)).sum().backward();
  assert.equal(String(model[0]), "Linear(in_features=5, out_features=3, bias=True)");
  assert.ok(!(model[0] instanceof nn.LazyLinear));
  const before = (model[2] as nn.Linear).bias?.item() as number;
  optimizer.step();
  assert.ok(Math.abs(((model[2] as nn.Linear).bias?.item() as number) - (before - 0.2)) < 1e-6);
});

test("the first call draws what the layer itself would draw", () => {
  torch.manual_seed(3);
  const lazy = new nn.LazyLinear(4);
  lazy(torch.zeros(1, 6));
  torch.manual_seed(3);
  const plain = new nn.Linear(6, 4);
  assert.deepEqual(lazy.weight.tolist(), plain.weight.tolist());
});

test("convolutions and norms take channels from the input", () => {
  const conv = new nn.LazyConv2d(4, 3, { groups: 2 });
  assert.equal(String(conv), "LazyConv2d(0, 4, kernel_size=(3, 3), stride=(1, 1), groups=2)");
  assert.throws(() => conv(torch.randn(1, 3, 5, 5)), /in_channels must be divisible by groups/);
  assert.deepEqual(conv(torch.randn(1, 6, 5, 5)).shape, [1, 4, 3, 3]);
  assert.deepEqual(conv.weight.shape, [4, 3, 3, 3]);
  const turned = new nn.LazyConvTranspose1d(2, 3);
  turned(torch.randn(1, 5, 4));
  assert.deepEqual(turned.weight.shape, [5, 2, 3]);
  const norm = new nn.LazyBatchNorm1d();
  norm(torch.randn(4, 7));
  assert.deepEqual([norm.num_features, norm.running_mean?.shape], [7, [7]]);
  assert.ok(new nn.LazyInstanceNorm2d().weight !== null);
});

test("a state_dict gives shapes to what has none", () => {
  const lazy = new nn.LazyLinear(3);
  lazy.load_state_dict(new nn.Linear(7, 3).state_dict());
  assert.deepEqual(lazy.weight.shape, [3, 7]);
  lazy(torch.randn(1, 7));
  assert.equal(lazy.in_features, 7);
});

test("a lazy layer takes another dtype before its first call", () => {
  const model = new nn.Sequential(new nn.LazyLinear(3), new nn.LazyBatchNorm1d());
  model.double();
  assert.equal((model[0] as nn.LazyLinear).weight.dtype, torch.float64);
  assert.equal(model(torch.randn([4, 2], { dtype: torch.float64 })).dtype, torch.float64);
  assert.equal((model[1] as nn.BatchNorm1d).running_mean?.dtype, torch.float64);
});

test("what has no values yet says so", () => {
  const lazy = new nn.LazyLinear(3);
  assert.throws(() => lazy.weight.shape, /Can't access the shape of an uninitialized parameter/);
  assert.throws(() => lazy.weight.add(1), /uninitialized parameter/);
  const copy = nn.utils.deepcopy(lazy);
  copy(torch.randn(1, 2));
  assert.equal(String(lazy), "LazyLinear(in_features=0, out_features=3, bias=True)");
});

test("a module takes its arguments by keyword", () => {
  const layer = new nn.Linear(2, 1);
  const x = torch.randn(3, 2);
  const call = layer as unknown as (options: { input: Tensor }) => Tensor;
  assert.deepEqual(call({ input: x }).tolist(), layer(x).tolist());
  const loss = new nn.MSELoss() as unknown as (input: Tensor, options: { target: Tensor }) => Tensor;
  assert.equal(loss(x, { target: x }).item(), 0);
});
