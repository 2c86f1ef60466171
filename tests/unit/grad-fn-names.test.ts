/** @file Nodes of the graph have PyTorch's names, also where an operation is composed of others. */
import * as assert from "node:assert/strict";
import { test } from "node:test";
import torch, { F, type Tensor } from "../../src/index";

const x = torch
  .tensor([
    [0.5, 0.25],
    [0.75, 0.125],
  ])
  .requires_grad_();
const y = torch.tensor([
  [0.3, 0.6],
  [0.2, 0.9],
]);

const names: [string, () => Tensor][] = [
  ["AddBackward0", () => x.add(1)],
  ["PowBackward0", () => x.pow(2)],
  ["SumBackward0", () => x.sum()],
  ["SumBackward1", () => x.sum(0)],
  ["MeanBackward0", () => x.mean()],
  ["MeanBackward1", () => x.mean(-1)],
  ["MaxBackward1", () => x.max()],
  ["MinBackward1", () => x.min()],
  ["ClampBackward1", () => x.clamp(0.2, 0.6)],
  ["SelectBackward0", () => x[0]],
  ["SelectBackward0", () => x[-1]],
  ["SelectBackward0", () => x[":, -1"]],
  ["SliceBackward0", () => x["0:1"]],
  ["UnsqueezeBackward0", () => x.unsqueeze(0)],
  ["SqueezeBackward0", () => x.squeeze()],
  ["SqueezeBackward1", () => x.squeeze(0)],
  ["TransposeBackward0", () => x.transpose(0, 1)],
  ["TBackward0", () => x.t()],
  ["PermuteBackward0", () => x.permute(1, 0)],
  ["ViewBackward0", () => x.view(4)],
  ["MseLossBackward0", () => F.mse_loss(x, y)],
  ["HuberLossBackward0", () => F.huber_loss(x, y)],
  ["SmoothL1LossBackward0", () => F.smooth_l1_loss(x, y)],
  ["BinaryCrossEntropyBackward0", () => F.binary_cross_entropy(x, y)],
  ["BinaryCrossEntropyWithLogitsBackward0", () => F.binary_cross_entropy_with_logits(x, y)],
  ["NllLossBackward0", () => F.cross_entropy(x, torch.tensor([0, 1]))],
  ["NllLossBackward0", () => F.nll_loss(x, torch.tensor([0, 1]))],
  ["EluBackward0", () => F.selu(x)],
  ["CeluBackward0", () => F.celu(x)],
  ["MishBackward0", () => F.mish(x)],
  ["HardtanhBackward0", () => F.relu6(x)],
  ["HardswishBackward0", () => F.hardswish(x)],
  ["LogSigmoidBackward0", () => F.logsigmoid(x)],
  ["GluBackward0", () => F.glu(x)],
  ["NativeBatchNormBackward0", () => F.batch_norm(x, null, null, null, null, true)],
  ["NativeGroupNormBackward0", () => F.group_norm(x, 1)],
  ["PowBackward1", () => x.pow(y)],
  ["MvBackward0", () => x.mv(y[0])],
  ["DotBackward0", () => x[0].dot(y[0])],
  ["UnsafeViewBackward0", () => x.unsqueeze(0).matmul(y)],
  ["AddmmBackward0", () => F.linear(x, y, y[0])],
  ["MmBackward0", () => F.linear(x, y)],
  ["AddmmBackward0", () => x.addmm(x, y)],
  ["NativeLayerNormBackward0", () => F.layer_norm(x, [2], y[0], y[1])],
  ["NativeBatchNormBackward0", () => F.batch_norm(x, y[0], y[1])],
  ["MaxPool2DWithIndicesBackward0", () => F.max_pool2d(x.unsqueeze(0), 2)],
  ["AvgPool2DBackward0", () => F.avg_pool2d(x.unsqueeze(0), 2)],
  ["UpsampleNearest2DBackward0", () => F.interpolate(x.reshape(1, 1, 2, 2), { scale_factor: 2 })],
  ["ConstantPadNdBackward0", () => F.pad(x, [1, 1])],
  ["VarBackward0", () => x.var()],
  ["StdBackward0", () => x.std(0)],
  ["MedianBackward0", () => x.median()],
  ["SortBackward0", () => x.sort().values],
  ["TopkBackward0", () => x.topk(1).values],
  ["GatherBackward0", () => x.gather(0, torch.tensor([[0, 1]]))],
  ["MaskedFillBackward0", () => x.masked_fill(y.gt(0.5), 0)],
  ["TriuBackward0", () => x.triu()],
  ["ScatterAddBackward0", () => x.scatter_add(0, torch.tensor([[0, 1]]), y)],
  ["IndexAddBackward0", () => x.index_add(0, torch.tensor([0, 1]), y)],
  ["LerpBackward0", () => x.lerp(y, 0.5)],
  ["CeilBackward0", () => x.ceil()],
  ["Log2Backward0", () => x.log2()],
  ["ConvolutionBackward0", () => F.conv1d(x.unsqueeze(0), y.unsqueeze(2))],
];

for (const [name, compute] of names) {
  test(`${compute.toString().slice(6)} is ${name}`, () => {
    assert.match(String(compute().unsqueeze(0).squeeze(0).grad_fn?.name()), /Squeeze/);
    assert.equal(compute().grad_fn?.name(), name);
  });
}

test("an operation that gives its input back leaves its input's name alone", () => {
  const z = x.mul(2);
  z.sum(-1);
  z.clamp({ min: -5 });
  z.squeeze();
  assert.equal(z.grad_fn?.name(), "MulBackward0");
});
