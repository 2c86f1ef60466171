/** @file Keywords after some of the positional arguments, as in Python: they compile, and say the same as all by keyword. */
import assert from "node:assert/strict";
import { test } from "node:test";
import torch, { F, nn, optim, type Tensor } from "../../src/index";

const signal = torch.arange(64).reshape(2, 4, 8).sin();
const image = torch.arange(128).reshape(1, 2, 8, 8).cos();
const kernel = torch.arange(24).reshape(2, 4, 3).sin();
const table = torch.arange(20).reshape(5, 4).float();

/** The same call twice: with keywords from the middle on, and with all of them. */
const functions: Record<string, [Tensor, Tensor]> = {
  conv1d: [
    F.conv1d(signal, kernel, null, 2, { padding: 1 }),
    F.conv1d(signal, kernel, { stride: 2, padding: 1 }),
  ],
  max_pool1d: [
    F.max_pool1d(signal, 3, 1, { padding: 1 }) as Tensor,
    F.max_pool1d(signal, 3, { stride: 1, padding: 1 }) as Tensor,
  ],
  avg_pool2d: [
    F.avg_pool2d(image, 2, 1, { ceil_mode: true }),
    F.avg_pool2d(image, 2, { stride: 1, ceil_mode: true }),
  ],
  pad: [F.pad(signal, [1, 1], "constant", { value: 3 }), F.pad(signal, [1, 1], { value: 3 })],
  dropout: [F.dropout(signal, 0.5, { training: false }), F.dropout(signal, { training: false })],
  layer_norm: [F.layer_norm(signal, [8], null, { eps: 0.1 }), F.layer_norm(signal, [8], { eps: 0.1 })],
  group_norm: [F.group_norm(signal, 2, null, { eps: 0.1 }), F.group_norm(signal, 2, { eps: 0.1 })],
  interpolate: [
    F.interpolate(signal, 16, null, { mode: "linear", align_corners: true }),
    F.interpolate(signal, { size: 16, mode: "linear", align_corners: true }),
  ],
  normalize: [F.normalize(signal, 1, { dim: 0 }), F.normalize(signal, { p: 1, dim: 0 })],
  embedding: [
    F.embedding(torch.tensor([1, 0]), table, 0, { max_norm: 2 }),
    F.embedding(torch.tensor([1, 0]), table, { padding_idx: 0, max_norm: 2 }),
  ],
  median: [signal.median(1, { keepdim: true }).values, signal.median({ dim: 1, keepdim: true }).values],
  max: [signal.max(1, { keepdim: true }).values, signal.max({ dim: 1, keepdim: true }).values],
  kthvalue: [
    signal.kthvalue(2, 0, { keepdim: true }).values,
    signal.kthvalue(2, { dim: 0, keepdim: true }).values,
  ],
  diagonal: [
    torch.diagonal(image, 1, 2, { dim2: 3 }),
    torch.diagonal(image, { offset: 1, dim1: 2, dim2: 3 }),
  ],
  histc: [torch.histc(signal, 4, -1, { max: 1 }), torch.histc(signal, { bins: 4, min: -1, max: 1 })],
};

test("functions take keywords after some positional arguments", () => {
  for (const [name, [mixed, by_keyword]] of Object.entries(functions)) {
    assert.deepEqual(mixed.shape, by_keyword.shape, name);
    assert.ok(torch.equal(mixed, by_keyword), name);
  }
});

test("so do modules", () => {
  const texts: [nn.Module, nn.Module][] = [
    [new nn.Conv2d(3, 8, 3, 1, { padding: 1 }), new nn.Conv2d(3, 8, 3, { padding: 1 })],
    [
      new nn.ConvTranspose1d(3, 8, 3, 2, 1, { bias: false }),
      new nn.ConvTranspose1d(3, 8, 3, { stride: 2, padding: 1, bias: false }),
    ],
    [new nn.MaxPool2d(2, 1, { padding: 1 }), new nn.MaxPool2d(2, { stride: 1, padding: 1 })],
    [new nn.AvgPool1d(2, 1, { padding: 1 }), new nn.AvgPool1d(2, { stride: 1, padding: 1 })],
    [new nn.BatchNorm1d(4, 0.1, { affine: false }), new nn.BatchNorm1d(4, { eps: 0.1, affine: false })],
    [
      new nn.LayerNorm(4, 0.1, { elementwise_affine: false }),
      new nn.LayerNorm(4, { eps: 0.1, elementwise_affine: false }),
    ],
    [new nn.LSTM(4, 5, 2, { batch_first: true }), new nn.LSTM(4, 5, { num_layers: 2, batch_first: true })],
    [
      new nn.TransformerEncoderLayer(8, 2, 16, { dropout: 0, batch_first: true }),
      new nn.TransformerEncoderLayer(8, 2, { dim_feedforward: 16, dropout: 0, batch_first: true }),
    ],
  ];
  for (const [mixed, by_keyword] of texts) assert.equal(String(mixed), String(by_keyword));
});

test("so do optimizers and schedulers", () => {
  const weights = [new nn.Parameter(torch.ones(2))];
  const sgd = new optim.SGD(weights, 0.1, 0.9, { nesterov: true });
  assert.equal(String(sgd), String(new optim.SGD(weights, { lr: 0.1, momentum: 0.9, nesterov: true })));
  const adam = new optim.AdamW(weights, 0.1, [0.8, 0.9], { weight_decay: 0.5 });
  assert.equal(
    String(adam),
    String(new optim.AdamW(weights, { lr: 0.1, betas: [0.8, 0.9], weight_decay: 0.5 })),
  );
  const schedule = new optim.lr_scheduler.LinearLR(sgd, 0.5, { total_iters: 2 });
  sgd.step();
  schedule.step();
  assert.deepEqual(schedule.get_last_lr(), [0.1 * 0.75]);
});

test("a wrong keyword there is refused by name", () => {
  assert.throws(
    // @ts-expect-error -- the types refuse it too
    () => new nn.Conv2d(3, 8, 3, 1, { paddding: 1 }),
    /paddding/,
  );
  assert.throws(
    // @ts-expect-error -- the types refuse it too
    () => F.pad(signal, [1, 1], "constant", { valu: 3 }),
    /valu/,
  );
});
