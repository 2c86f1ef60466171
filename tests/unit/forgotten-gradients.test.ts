/** @file Gradients that nobody looked at are freed by zero_grad; those that somebody has stay what they are. */
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { memory_stats } from "../../src/backend/engine";
import torch, { F, nn, optim, type Tensor } from "../../src/index";

class Classifier extends nn.Module {
  embedding = new nn.Embedding(5000, 40);
  fc = new nn.Linear(40, 300);
  override forward(x: Tensor): Tensor {
    return this.fc(this.embedding(x).mean(1));
  }
}

const x = torch.randint(0, 5000, [200, 100]);
const y = torch.randint(0, 300, [200]);

/** Bytes that one training step leaves to the collector, as the least of several. */
function left(
  optimizer: (params: Iterable<Tensor>) => optim.Optimizer,
  look: (model: nn.Module) => void,
): number {
  const model = new Classifier();
  const optim = optimizer(model.parameters());
  let least = Number.POSITIVE_INFINITY;
  for (let i = 0; i < 6; i++) {
    const before = memory_stats().bytes;
    optim.zero_grad();
    F.cross_entropy(model(x), y).backward();
    look(model);
    optim.step();
    if (i > 1) least = Math.min(least, Math.abs(memory_stats().bytes - before));
  }
  return least;
}

describe("zero_grad", () => {
  const rows = 200 * 100 * 40 * 4;
  const adam = (params: Iterable<Tensor>) => new optim.Adam(params, { lr: 0.01 });

  it("frees the embedding's rows, which are the largest of a step's gradients", () => {
    // The looked-up rows stay, and what is small; the gradient's rows would be as much again.
    const unseen = left(adam, () => {});
    const seen = left(adam, (model) => {
      for (const parameter of model.parameters()) void parameter.grad;
    });
    assert.ok(seen - unseen > 0.9 * rows, `${unseen} bytes, ${seen} where gradients were looked at`);
    assert.ok(
      left(
        (params) => new optim.SGD(params, { lr: 0.01 }),
        () => {},
      ) <
        1.5 * rows,
    );
  });

  it("leaves a gradient alone that was taken before", () => {
    const model = new Classifier();
    const optimizer = adam(model.parameters());
    F.cross_entropy(model(x), y).backward();
    const kept = [...model.parameters()].map(({ grad }) => grad as Tensor);
    const values = kept.map((grad) => grad.clone());
    optimizer.zero_grad();
    model.zero_grad();
    kept.forEach((grad, i) => {
      assert.ok(grad.equal(values[i]));
    });
    for (const parameter of model.parameters()) assert.equal(parameter.grad, null);
  });

  it("leaves alone what hooks, optimizers, clones and other leaves hold", () => {
    const w = torch.randn(6, 700).requires_grad_();
    const v = torch.randn(6, 700).requires_grad_();
    const held: Tensor[] = [];
    const hook = w.register_hook((grad) => {
      held.push(grad);
      return undefined;
    });
    const optimizer = new optim.SGD([w, v], { lr: 0.1, momentum: 0.9 });
    const index = torch.tensor([0, 3, 3]);
    for (let i = 0; i < 3; i++) {
      optimizer.zero_grad();
      // One gradient for both.
      F.embedding(index, w.add(v)).sum().backward();
      optimizer.step();
    }
    hook.remove();
    const expected = [1, 0, 0, 2, 0, 0];
    for (const grad of held) assert.deepEqual(grad.mean(1).tolist(), expected);
    const buffer = optimizer.state.get(w)?.momentum_buffer as Tensor;
    assert.ok(Math.abs((buffer[0].mean().item() as number) - 2.71) < 1e-5);
    optimizer.zero_grad();
    F.embedding(index, w.add(v)).sum().backward();
    w.grad = null;
    assert.deepEqual(v.grad?.mean(1).tolist(), expected);
  });

  it("frees nothing that two leaves share", () => {
    const w = torch.randn(6, 700).requires_grad_();
    const v = torch.randn(6, 700).requires_grad_();
    const first = new optim.Adam([w], { lr: 0.1 });
    F.embedding(torch.tensor([0, 3, 3]), w.add(v))
      .sum()
      .backward();
    first.zero_grad();
    assert.deepEqual(v.grad?.mean(1).tolist(), [1, 0, 0, 2, 0, 0]);
    const a = torch.ones(50, 50).requires_grad_();
    const b = torch.ones(50, 50).requires_grad_();
    const both = new optim.SGD([a], { lr: 1 });
    a.mul(3).sum().add(b.mul(3).sum()).backward();
    a.add(b).sum().backward();
    both.zero_grad();
    assert.equal(b.grad?.sum().item(), 4 * 2500);
  });

  it("keeps what backward adds up over several passes", () => {
    const layer = new nn.Linear(30, 30);
    const input = torch.ones(4, 30);
    layer(input).sum().backward();
    layer(input).sum().backward();
    nn.utils.clip_grad_norm_(layer.parameters(), 1e9);
    assert.equal(layer.weight.grad?.sum().item(), 2 * 4 * 900);
    layer.zero_grad();
    layer(input).sum().backward();
    nn.utils.clip_grad_norm_(layer.parameters(), 1e-3);
    layer.zero_grad();
    layer(input).sum().backward();
    assert.equal(layer.weight.grad?.sum().item(), 4 * 900);
  });
});
