/** @file Parameters that are computed from others, and layers worked into one another. */
import * as assert from "node:assert/strict";
import { test } from "node:test";
import torch, { nn, optim, type Tensor } from "../../src/index";

const { parametrizations, parametrize } = nn.utils;

test("weight_norm keeps the weight's value and trains length and direction", () => {
  torch.manual_seed(1);
  const plain = new nn.Linear(3, 2);
  torch.manual_seed(1);
  const layer = parametrizations.weight_norm(new nn.Linear(3, 2));
  assert.ok(torch.allclose(layer.weight, plain.weight));
  assert.deepEqual(Object.keys(layer.state_dict()), [
    "bias",
    "parametrizations.weight.original0",
    "parametrizations.weight.original1",
  ]);
  assert.equal(
    String(layer),
    "ParametrizedLinear(\n  in_features=3, out_features=2, bias=True\n  (parametrizations): ModuleDict(\n" +
      "    (weight): ParametrizationList(\n      (0): _WeightNorm()\n    )\n  )\n)",
  );
  const optimizer = new optim.SGD(layer.parameters(), { lr: 0.1 });
  layer(torch.ones(1, 3)).sum().backward();
  const before = layer.weight.detach();
  optimizer.step();
  assert.ok(!torch.allclose(layer.weight, before));
  const now = layer.weight.detach();
  parametrize.remove_parametrizations(layer, "weight");
  assert.equal(String(layer), "Linear(in_features=3, out_features=2, bias=True)");
  assert.ok(torch.allclose(layer.weight, now));
});

test("spectral_norm makes the greatest singular value 1", () => {
  torch.manual_seed(0);
  const layer = parametrizations.spectral_norm(new nn.Linear(6, 4), { n_power_iterations: 30 });
  const gram = layer.weight.matmul(layer.weight.transpose(0, 1)).detach();
  let v = torch.ones([4]);
  for (let i = 0; i < 200; i++) v = nn.functional.normalize(gram.matmul(v), 2, 0);
  assert.ok(Math.abs((gram.matmul(v).norm().item() as number) - 1) < 1e-3);
  layer.eval();
  assert.deepEqual(layer.weight.tolist(), layer.weight.tolist());
  assert.throws(
    () => parametrizations.spectral_norm(new nn.Linear(2, 2), { n_power_iterations: 0 }),
    /n_power_iterations to be positive/,
  );
});

test("a parametrization of one's own", () => {
  class Symmetric extends nn.Module {
    override forward(x: Tensor): Tensor {
      return x.triu().add(x.triu(1).transpose(-1, -2));
    }
    right_inverse(x: Tensor): Tensor {
      return x.triu();
    }
  }
  const layer = parametrize.register_parametrization(new nn.Linear(3, 3), "weight", new Symmetric());
  assert.ok(torch.allclose(layer.weight, layer.weight.transpose(0, 1)));
  assert.ok(parametrize.is_parametrized(layer) && !parametrize.is_parametrized(layer, "bias"));
  (layer as unknown as { weight: Tensor }).weight = torch.eye(3).mul(2);
  assert.deepEqual(layer.weight.tolist(), torch.eye(3).mul(2).tolist());
  parametrize.cached(() => assert.equal(layer.weight, layer.weight));
  const copy = nn.utils.deepcopy(layer);
  (copy as unknown as { weight: Tensor }).weight = torch.eye(3);
  assert.deepEqual(layer.weight.tolist(), torch.eye(3).mul(2).tolist());
  class Halved extends nn.Module {
    override forward(x: Tensor): Tensor {
      return x.narrow(0, 0, 1);
    }
  }
  assert.throws(
    () => parametrize.register_parametrization(new nn.Linear(2, 2), "weight", new Halved()),
    /may not change the shape/,
  );
});

test("the older weight_norm has weight_g and weight_v", () => {
  const layer = nn.utils.weight_norm(new nn.Linear(3, 2));
  assert.deepEqual(Object.keys(layer.state_dict()), ["bias", "weight_g", "weight_v"]);
  layer(torch.ones(1, 3)).sum().backward();
  assert.ok(layer.parameters().every(({ grad }) => grad !== null));
  nn.utils.remove_weight_norm(layer);
  assert.deepEqual(Object.keys(layer.state_dict()), ["bias", "weight"]);
  assert.throws(() => nn.utils.remove_weight_norm(layer), /weight_norm of 'weight' not found/);
});

test("a batch normalisation worked into the layer before it changes nothing", () => {
  const conv = new nn.Conv2d(2, 3, 3);
  const norm = new nn.BatchNorm2d(3);
  const x = torch.randn(4, 2, 5, 5);
  norm(conv(x));
  conv.eval();
  norm.eval();
  const fused = nn.utils.fuse_conv_bn_eval(conv, norm);
  assert.ok(torch.allclose(fused(x), norm(conv(x)), { atol: 1e-5 }));
  assert.throws(() => nn.utils.fuse_conv_bn_eval(new nn.Conv2d(2, 3, 3), norm), /Fusion only for eval/);
});

test("skip_init draws nothing", () => {
  torch.manual_seed(4);
  const drawn = torch.rand(2).tolist();
  torch.manual_seed(4);
  nn.utils.skip_init(nn.Linear, 5, 3);
  assert.deepEqual(torch.rand(2).tolist(), drawn);
});
