/** @file Optimizers' native steps: gradients by rows, and values changed in place, unseen from outside. */
import assert from "node:assert/strict";
import { test } from "node:test";
import torch, { nn, type Tensor } from "../../src/index";

const rows = 300;
const width = 40;

function table(): { layer: nn.Embedding; optimizer: torch.optim.Adam } {
  torch.manual_seed(3);
  const layer = new nn.Embedding(rows, width, { padding_idx: 5 });
  return { layer, optimizer: new torch.optim.Adam(layer.parameters(), { lr: 0.1, weight_decay: 0.01 }) };
}

const numbers = (tensor: Tensor): number[] => Array.from(tensor.typed_array() as Float32Array);

/** Steps with the same batches; `look` sees the gradient before each. */
function train(steps: number, look: (grad: Tensor, step: number) => void): Tensor {
  const { layer, optimizer } = table();
  for (let step = 0; step < steps; step++) {
    const x = torch.randint(0, rows, [7, 20]);
    optimizer.zero_grad();
    layer(x).backward(torch.randn(7, 20, width));
    look(layer.weight.grad as Tensor, step);
    optimizer.step();
  }
  return layer.weight;
}

test("steps by rows give what steps by dense gradients give, also for rows that come twice or never", () => {
  const by_rows = train(5, () => {});
  const dense = train(5, (grad) => void grad.shape);
  const mixed = train(5, (grad, step) => step % 2 && grad.sum());
  assert.ok(by_rows.sub(dense).abs().max().item() < 1e-6);
  assert.ok(mixed.sub(dense).abs().max().item() < 1e-6);
});

test("a gradient by rows is a tensor like any other", () => {
  const { layer } = table();
  const x = torch.tensor([1, 1, 5, 299]);
  layer(x).sum().backward();
  const grad = layer.weight.grad as Tensor;
  assert.deepEqual(grad.shape, [rows, width]);
  assert.equal(grad.requires_grad, false);
  assert.equal(grad[1][0].item(), 2);
  assert.equal(grad[5].abs().sum().item(), 0);
  layer(x).sum().backward();
  assert.equal((layer.weight.grad as Tensor)[1][0].item(), 4);
  nn.utils.clip_grad_norm_(layer.parameters(), 1);
  assert.ok(Math.abs(Number((layer.weight.grad as Tensor).norm().item()) - 1) < 1e-5);
  layer.zero_grad();
  layer(x).sum().backward();
  (layer.weight.grad as Tensor).mul_(3);
  assert.equal((layer.weight.grad as Tensor)[299][0].item(), 3);
});

test("what was taken from a parameter before a step keeps its value", () => {
  const { layer, optimizer } = table();
  const step = (): void => {
    optimizer.zero_grad();
    layer(torch.tensor([1, 2, 3]))
      .sum()
      .backward();
    optimizer.step();
  };
  for (let i = 0; i < 3; i++) step();
  const before = numbers(layer.weight);
  const taken = [
    layer.weight.clone(),
    layer.weight.detach().clone(),
    layer.weight.reshape([-1]).clone(),
    layer.weight.detach().view([width, rows]).clone(),
    torch.tensor(layer.weight),
    layer.weight.detach().narrow(0, 0, rows).clone(),
    layer.weight.detach().unsqueeze(0).clone(),
  ];
  const other = new nn.Embedding(rows, width);
  other.load_state_dict(layer.state_dict());
  taken.push(other.weight);
  const shared = layer.weight.detach();
  for (let i = 0; i < 3; i++) step();
  for (const [i, tensor] of taken.entries()) assert.deepEqual(numbers(tensor), before, `copy ${i}`);
  assert.notDeepEqual(numbers(layer.weight), before);
  // A detached tensor shares the parameter's value, as in PyTorch.
  assert.deepEqual(numbers(shared), numbers(layer.weight));
});

test("a graph from before the step is refused, not computed with the new values", () => {
  const layer = new nn.Linear(4, 3);
  const optimizer = new torch.optim.Adam(layer.parameters());
  for (let i = 0; i < 2; i++) {
    optimizer.zero_grad();
    layer(torch.ones(2, 4)).sum().backward();
    optimizer.step();
  }
  const loss = layer(torch.ones(2, 4).requires_grad_()).sum();
  optimizer.step();
  assert.throws(() => loss.backward(), /modified by an inplace operation/);
});

test("SGD steps by rows as by dense gradients, and leaves other rows as they are", () => {
  const tables = [false, true].map((look) => {
    torch.manual_seed(1);
    const layer = new nn.Embedding(rows, width);
    const optimizer = new torch.optim.SGD(layer.parameters(), { lr: 0.5 });
    const before = layer.weight.clone();
    for (let i = 0; i < 4; i++) {
      optimizer.zero_grad();
      layer(torch.randint(0, rows - 1, [50])).backward(torch.randn(50, width));
      if (look) (layer.weight.grad as Tensor).sum();
      optimizer.step();
    }
    assert.deepEqual(numbers(layer.weight[rows - 1]), numbers(before[rows - 1]));
    assert.ok(!layer.weight.eq(before).all().item());
    return layer.weight;
  });
  assert.ok(tables[0].sub(tables[1]).abs().max().item() < 1e-6);
});
