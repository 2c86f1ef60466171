/** @file Normalisation, attention, padding and copies of modules. */

import assert from "node:assert/strict";
import { describe, it } from "node:test";
import torch, { nn, type Tensor } from "../../src";

const F = nn.functional;

function close(actual: Tensor, expected: unknown, tolerance = 1e-4): void {
  const a = [actual.tolist()].flat(9) as number[];
  const b = [expected].flat(9) as number[];
  assert.equal(a.length, b.length);
  a.forEach((value, i) => {
    assert.ok(Math.abs(value - b[i]) <= tolerance, `${i}: ${value}, expected ${b[i]}`);
  });
}

function float(values: number[] | number[][]): Tensor {
  return torch.tensor(values, { dtype: torch.float32 });
}

describe("normalisation", () => {
  it("takes out mean and scale, with gradients of gradients", () => {
    const x = float([
      [1, 2, 3],
      [2, 2, 8],
    ])
      .double()
      .requires_grad_();
    const norm = new nn.LayerNorm(3, { eps: 0, dtype: torch.float64 });
    close(norm(x), [
      [-1.224745, 0, 1.224745],
      [-Math.SQRT1_2, -Math.SQRT1_2, Math.SQRT2],
    ]);
    const [first] = torch.autograd.grad(norm(x).pow(3).sum(), x, { create_graph: true });
    const [second] = torch.autograd.grad(first.pow(2).sum(), x);
    // Against differences of the first gradient's squares.
    const h = 1e-5;
    const at = (shift: number): number => {
      const moved = x
        .detach()
        .add(
          torch
            .tensor([
              [shift, 0, 0],
              [0, 0, 0],
            ])
            .double(),
        )
        .requires_grad_();
      const [g] = torch.autograd.grad(norm(moved).pow(3).sum(), moved);
      return g.pow(2).sum().item();
    };
    assert.ok(Math.abs((at(h) - at(-h)) / (2 * h) - second[0][0].item()) < 1e-3);
    assert.equal(
      String(new nn.LayerNorm(3)),
      "LayerNorm((3,), eps=1e-05, elementwise_affine=True, bias=True)",
    );
    assert.throws(
      () => new nn.LayerNorm(4)(float([[1, 2]])),
      /Given normalized_shape=\[4\], expected input with shape/,
    );
  });

  it("of batches keeps running statistics for evaluation", () => {
    const norm = new nn.BatchNorm1d(2, { momentum: 0.5 });
    const x = float([
      [1, 10],
      [3, 30],
    ]);
    close(norm(x), [
      [-1, -1],
      [1, 1],
    ]);
    close(norm.running_mean as Tensor, [1, 10]);
    close(norm.running_var as Tensor, [1.5, 100.5]);
    assert.equal((norm.num_batches_tracked as Tensor).item(), 1);
    norm.eval();
    close(norm(float([[1, 10]])), [[0, 0]]);
    assert.deepEqual(Object.keys(norm.state_dict()), [
      "weight",
      "bias",
      "running_mean",
      "running_var",
      "num_batches_tracked",
    ]);
    norm.train();
    assert.throws(() => norm(float([[1, 10]])), /Expected more than 1 value per channel when training/);
  });
});

describe("attention", () => {
  it("looks only where it may", () => {
    const x = float([
      [1, 0],
      [0, 1],
      [1, 1],
    ]);
    const causal = F.scaled_dot_product_attention(x, x, x, { is_causal: true });
    close(causal[0], [1, 0]);
    const nowhere = torch.zeros([3, 3], { dtype: torch.bool });
    close(F.scaled_dot_product_attention(x, x, x, { attn_mask: nowhere }), [
      [0, 0],
      [0, 0],
      [0, 0],
    ]);
    const heads = new nn.MultiheadAttention(4, 2, { batch_first: true });
    const batch = torch.randn(3, 5, 4);
    const padding = torch.tensor([[false, false, false, true, true]]).expand(3, 5);
    const [out, weights] = heads(batch, batch, batch, { key_padding_mask: padding });
    assert.deepEqual(out.shape, [3, 5, 4]);
    close((weights as Tensor)[":, :, 3:"].sum(), 0);
    const [plain, none] = heads(batch, batch, batch, { key_padding_mask: padding, need_weights: false });
    assert.equal(none, null);
    close(plain.sub(out).abs().max(), 0);
    assert.throws(() => new nn.MultiheadAttention(4, 3), /embed_dim must be divisible by num_heads/);
  });

  it("makes Transformers whose layers are copies", () => {
    const layer = new nn.TransformerEncoderLayer(4, 2, 8, 0, { batch_first: true });
    const encoder = new nn.TransformerEncoder(layer, 2);
    assert.equal(encoder.parameters().length, 24);
    close(encoder.layers[1].linear1.weight.sub(layer.linear1.weight).abs().max(), 0);
    assert.notEqual(encoder.layers[0].linear1.weight, encoder.layers[1].linear1.weight);
    const mask = nn.Transformer.generate_square_subsequent_mask(3);
    const x = torch.randn(2, 3, 4);
    const longer = encoder(x, { mask });
    const shorter = encoder(x[":, :2"], { mask: mask[":2, :2"] });
    close(longer[":, :2"].sub(shorter).abs().max(), 0);
    longer.sum().backward();
  });
});

describe("pad", () => {
  it("fills in every mode", () => {
    const x = torch.arange(3).reshape(1, 3);
    assert.deepEqual(F.pad(x, [1, 2]).tolist(), [[0, 0, 1, 2, 0, 0]]);
    assert.deepEqual(F.pad(x, [-1, 1], "constant", 9).tolist(), [[1, 2, 9]]);
    assert.deepEqual(F.pad(x, [2, 1], { mode: "reflect" }).tolist(), [[2, 1, 0, 1, 2, 1]]);
    assert.deepEqual(F.pad(x, [1, 1], { mode: "circular" }).tolist(), [[2, 0, 1, 2, 0]]);
    assert.deepEqual(F.pad(x, [0, 0, 1, 0], { mode: "replicate" }).tolist(), [
      [0, 1, 2],
      [0, 1, 2],
    ]);
    assert.throws(() => F.pad(x, [3, 0], { mode: "reflect" }), /less than the corresponding input dimension/);
  });
});

describe("a deep copy", () => {
  it("has parameters and buffers of its own and keeps what is shared shared", () => {
    const shared = new nn.Linear(2, 2);
    const model = new nn.Sequential(
      shared,
      new nn.BatchNorm1d(2),
      shared,
      new nn.ModuleDict({ a: new nn.Linear(1, 1) }),
    );
    const copy = nn.utils.deepcopy(model);
    assert.equal(String(copy), String(model));
    assert.equal(copy[0], copy[2]);
    torch.no_grad(() => shared.weight.mul_(0).add_(7));
    assert.ok((copy[0] as nn.Linear).weight.max().item() < 7);
    assert.deepEqual(Object.keys(copy.state_dict()), Object.keys(model.state_dict()));
  });
});
