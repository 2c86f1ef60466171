/** @file Pruning, older norms and orthogonal weights, with the numbers that PyTorch gives for the same seeds. */
import * as assert from "node:assert/strict";
import { test } from "node:test";
import torch, { nn, type Tensor } from "../../src/index";

const { prune, parametrizations } = nn.utils;

const zeros = (tensor: Tensor): number => tensor.numel() - tensor.count_nonzero().item();
const close = (a: Tensor, b: Tensor | number[]): void => {
  const other = Array.isArray(b) ? torch.tensor(b).reshape(a.shape) : b;
  assert.ok(torch.allclose(a, other, 1e-4, 1e-4), `${a} ${other}`);
};
const field = (module: object, name: string): Tensor => (module as Record<string, Tensor>)[name];

test("pruning keeps the largest elements, and what was pruned stays so", () => {
  const layer = new nn.Linear(4, 3);
  const before = layer.weight.detach().clone();
  prune.l1_unstructured(layer, "weight", 0.5);
  assert.deepEqual(Object.keys(layer.state_dict()), ["bias", "weight_orig", "weight_mask"]);
  const kept = before.abs().flatten().topk(6)[1].tolist().sort();
  assert.deepEqual(layer.weight.flatten().nonzero().flatten().tolist().sort(), kept);
  prune.random_unstructured(layer, "weight", { amount: 2 });
  assert.equal(zeros(layer.weight), 8);
  prune.ln_structured(layer, "weight", 1, 2, 1);
  assert.ok(field(layer, "weight_mask").sum(0).eq(0).any().item());
  layer(torch.ones(2, 4)).sum().backward();
  const gradient = (field(layer, "weight_orig").grad as Tensor).ne(0);
  assert.ok(gradient.eq(field(layer, "weight_mask").ne(0)).all().item());
  assert.ok(prune.is_pruned(new nn.Sequential(layer)));
  const pruned = layer.weight.detach().clone();
  prune.remove(layer, "weight");
  assert.ok(!prune.is_pruned(layer));
  assert.deepEqual(Object.keys(layer.state_dict()), ["bias", "weight"]);
  close(layer.weight, pruned);
});

test("several parameters are pruned as one, slices at random, by a mask or not at all", () => {
  const [a, b] = [new nn.Linear(3, 3), new nn.Linear(3, 2)];
  const pairs: [nn.Module, string][] = [
    [a, "weight"],
    [b, "weight"],
  ];
  prune.global_unstructured(pairs, prune.L1Unstructured, { amount: 0.4 });
  assert.equal(zeros(a.weight) + zeros(b.weight), 6);
  const conv = prune.random_structured(new nn.Conv2d(2, 4, 2), "weight", 0.5, 0);
  const counts = field(conv, "weight_mask").sum([1, 2, 3]).tolist();
  assert.deepEqual(counts.sort(), [0, 0, 8, 8]);
  const masked = prune.custom_from_mask(new nn.Linear(2, 1), "bias", torch.zeros(1));
  assert.equal(zeros(masked.bias as Tensor), 1);
  assert.equal(zeros(prune.identity(new nn.Linear(2, 1), "weight").weight), 0);
});

test("pruning says what is wrong", () => {
  const layer = new nn.Linear(3, 3);
  assert.throws(() => prune.remove(layer, "bias"), /Parameter 'bias' of module .* has to be pruned/s);
  assert.throws(() => prune.l1_unstructured(layer, "bias", 1.5), /float in the range \[0, 1\]/);
  assert.throws(() => prune.l1_unstructured(layer, "bias", 10), /smaller than the number of parameters/);
  assert.throws(() => prune.ln_structured(layer, "bias", 1, 2, 0), /multidimensional tensors/);
  assert.deepEqual(Object.keys(layer.state_dict()), ["weight", "bias"]);
});

test("a copy of a module computes its own weight", () => {
  const layer = nn.utils.weight_norm(new nn.Linear(2, 2));
  const copy = nn.utils.deepcopy(layer);
  torch.no_grad(() => field(copy, "weight_g").mul_(2));
  close(
    copy(torch.ones(1, 2)).sub(copy.bias as Tensor),
    layer(torch.ones(1, 2))
      .sub(layer.bias as Tensor)
      .mul(2),
  );
});

test("spectral normalisation in its older form divides by the greatest singular value", () => {
  const layer = nn.utils.spectral_norm(new nn.Linear(3, 4), { n_power_iterations: 50 });
  assert.deepEqual(Object.keys(layer.state_dict()), ["bias", "weight_orig", "weight_u", "weight_v"]);
  layer(torch.ones(1, 3)).sum().backward();
  assert.ok(field(layer, "weight_orig").grad !== null);
  close(torch.linalg.matrix_norm(layer.weight, 2), torch.tensor(1.0, { dtype: torch.float32 }));
  nn.utils.remove_spectral_norm(layer);
  assert.deepEqual(Object.keys(layer.state_dict()), ["bias", "weight"]);
  assert.throws(() => nn.utils.remove_spectral_norm(layer), /spectral_norm of 'weight' not found/);
});

test("orthogonal weights stay so whatever is trained", () => {
  for (const orthogonal_map of ["matrix_exp", "cayley", "householder"] as const) {
    for (const [inputs, outputs] of [
      [3, 3],
      [5, 3],
      [3, 5],
    ]) {
      const layer = parametrizations.orthogonal(new nn.Linear(inputs, outputs), { orthogonal_map });
      torch.no_grad(() => {
        for (const parameter of layer.parameters()) parameter.sub_(0.1);
      });
      const Q = inputs >= outputs ? layer.weight.T : layer.weight;
      close(Q.T.matmul(Q), torch.eye(Math.min(inputs, outputs)));
    }
  }
  const plain = parametrizations.orthogonal(new nn.Linear(4, 3), { use_trivialization: false });
  close(plain.weight.matmul(plain.weight.T), torch.eye(3));
  assert.throws(() => parametrizations.orthogonal(new nn.Linear(2, 2), "bias"), /Expected a matrix/);
});
