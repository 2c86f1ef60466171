/** @file Convolution, pooling, CTC and bags: gradients against differences, and what the layers refuse. */
import assert from "node:assert/strict";
import { test } from "node:test";
import torch, { nn, type Tensor } from "../../src/index";

const F = nn.functional;
const { gradcheck, gradgradcheck } = torch.autograd;

/** Numbers without ties, the same every time. */
function numbers(...shape: number[]): Tensor {
  const count = shape.reduce((product, n) => product * n, 1);
  const values = Array.from({ length: count }, (_, i) => Math.sin(12.9898 * (i + 1)) * 2 + 1e-3 * i);
  return torch.tensor(values, { dtype: torch.float64 }).reshape(shape).detach().requires_grad_();
}

const convolutions: [string, (x: Tensor, w: Tensor) => Tensor, number[], number[]][] = [
  ["conv1d", (x, w) => F.conv1d(x, w, { stride: 2, padding: 1 }), [2, 2, 6], [3, 2, 3]],
  [
    "conv1d with gaps",
    (x, w) => F.conv1d(x, w, { dilation: 2, padding: 3, stride: 2 }),
    [1, 2, 7],
    [2, 2, 2],
  ],
  ["conv2d in groups", (x, w) => F.conv2d(x, w, { groups: 2, padding: "same" }), [1, 2, 3, 4], [2, 1, 2, 3]],
  ["conv2d", (x, w) => F.conv2d(x, w, { padding: [1, 0], stride: [1, 2] }), [1, 2, 3, 5], [2, 2, 2, 3]],
  ["conv3d", (x, w) => F.conv3d(x, w), [1, 1, 2, 3, 3], [2, 1, 2, 2, 2]],
  [
    "conv_transpose1d",
    (x, w) => F.conv_transpose1d(x, w, { stride: 3, padding: 1, output_padding: 2 }),
    [1, 2, 3],
    [2, 2, 3],
  ],
  [
    "conv_transpose2d with gaps",
    (x, w) => F.conv_transpose2d(x, w, { dilation: 2, stride: 2 }),
    [1, 1, 2, 3],
    [1, 2, 2, 2],
  ],
];
for (const [name, run, input, weight] of convolutions) {
  test(`${name}: gradients, and gradients of gradients`, () => {
    const args = [numbers(...input), numbers(...weight)];
    assert.ok(gradcheck(run, args));
    assert.ok(gradgradcheck(run, args));
  });
}

test("a convolution is the sum that it should be", () => {
  const x = torch.arange(6, { dtype: torch.float32 }).reshape(1, 1, 6);
  const w = torch.tensor([[[1, 10, 100]]], { dtype: torch.float32 });
  assert.deepEqual(F.conv1d(x, w).tolist(), [[[210, 321, 432, 543]]]);
  assert.deepEqual(F.conv1d(x, w, { padding: "same" }).tolist(), [[[100, 210, 321, 432, 543, 54]]]);
  assert.deepEqual(F.conv1d(x.long(), w.long()).tolist(), [[[210, 321, 432, 543]]]);
  const whole = F.conv_transpose1d(torch.ones([1, 1, 2]), w, { stride: 3 });
  assert.deepEqual(whole.tolist(), [[[1, 10, 100, 1, 10, 100]]]);
});

const pools: [string, (x: Tensor) => Tensor | Tensor[], number[]][] = [
  ["max_pool1d", (x) => F.max_pool1d(x, 3, { stride: 2, padding: 1, ceil_mode: true }), [2, 2, 6]],
  ["max_pool2d", (x) => F.max_pool2d(x, 2, { dilation: 2, stride: 1 }), [1, 2, 4, 5]],
  ["avg_pool1d", (x) => F.avg_pool1d(x, 3, { stride: 2, padding: 1, count_include_pad: false }), [1, 2, 7]],
  ["avg_pool2d", (x) => F.avg_pool2d(x, [2, 3], { divisor_override: 2 }), [1, 2, 4, 6]],
  ["adaptive_avg_pool2d", (x) => F.adaptive_avg_pool2d(x, [3, null]), [1, 2, 5, 4]],
  ["adaptive_max_pool1d", (x) => F.adaptive_max_pool1d(x, 4), [2, 2, 7]],
  ["lp_pool1d", (x) => F.lp_pool1d(x.abs(), 3, 2), [1, 2, 6]],
  ["unfold", (x) => F.unfold(x, 2, { padding: 1, stride: 2 }), [1, 2, 4, 4]],
  ["fold", (x) => F.fold(x, [4, 4], 2, { stride: 1 }), [1, 4, 9]],
  ["interpolate", (x) => F.interpolate(x, { scale_factor: 1.5, mode: "bicubic" }), [1, 1, 3, 4]],
  ["instance_norm", (x) => F.instance_norm(x), [2, 2, 5]],
  ["local_response_norm", (x) => F.local_response_norm(x, 2), [1, 3, 4]],
];
for (const [name, run, input] of pools) {
  test(`${name}: gradients`, () => {
    assert.ok(gradcheck(run, [numbers(...input)]));
  });
}

test("max pooling keeps NaN, gives places, and unpooling puts back", () => {
  const x = torch.tensor([[1, 5, 2, Number.NaN, 3, 3]]);
  const [values, places] = F.max_pool1d(x, 2, { return_indices: true });
  assert.deepEqual(values.tolist(), [[5, Number.NaN, 3]]);
  assert.deepEqual(places.tolist(), [[1, 3, 4]]);
  const back = F.max_unpool1d(torch.tensor([[5, 7, 3]], { dtype: torch.float32 }), places, 2);
  assert.deepEqual(back.tolist(), [[0, 5, 0, 7, 3, 0]]);
});

test("ctc_loss: the gradient through log_softmax", () => {
  const scores = numbers(6, 2, 4);
  const targets = torch.tensor([
    [1, 2, 2],
    [3, 1, 0],
  ]);
  const loss = (x: Tensor): Tensor => F.ctc_loss(x.log_softmax(2), targets, [6, 5], [3, 2]);
  assert.ok(gradcheck(loss, [scores]));
  const short = F.ctc_loss(scores.log_softmax(2), targets, [2, 5], [3, 2], { reduction: "none" });
  assert.equal(short.tolist<number[]>()[0], Number.POSITIVE_INFINITY);
});

test("embedding_bag: gradients of table and factors; bags without rows are zeros", () => {
  const index = torch.tensor([1, 2, 4, 1]);
  const offsets = torch.tensor([0, 2, 2]);
  const sum = (w: Tensor, factors: Tensor): Tensor =>
    F.embedding_bag(index, w, { offsets, mode: "sum", per_sample_weights: factors });
  assert.ok(gradcheck(sum, [numbers(5, 3), numbers(4)]));
  for (const mode of ["mean", "max"] as const) {
    const bag = (w: Tensor): Tensor => F.embedding_bag(index, w, { offsets, mode });
    assert.ok(gradcheck(bag, [numbers(5, 3)]));
    assert.deepEqual(bag(numbers(5, 3)).tolist<number[][]>()[1], [0, 0, 0]);
  }
});

test("mistakes are told in PyTorch's words", () => {
  const x = torch.zeros([1, 2, 5]);
  const w = torch.zeros([3, 2, 2]);
  assert.throws(() => F.conv1d(x, torch.zeros([3, 4, 2])), /to have 4 channels, but got 2 channels instead/);
  assert.throws(() => F.conv1d(x, w, { stride: 0 }), /non-positive stride is not supported/);
  assert.throws(() => F.conv1d(torch.zeros([1, 2, 1]), w), /Kernel size can't be greater than actual input/);
  assert.throws(() => F.conv1d(x, w, { bias: torch.zeros([4]) }), /expected bias to be 1-dimensional with 3/);
  assert.throws(() => F.conv1d(x.long(), w), /Input type \(long int\) and weight type \(float\)/);
  assert.throws(() => F.max_pool1d(x, 2, { padding: 2 }), /pad should be at most half of effective kernel/);
  assert.throws(() => F.avg_pool1d(torch.zeros([1, 1, 1]), 2), /Output size is too small/);
  assert.throws(() => new nn.Conv1d(3, 4, 2, { groups: 2 }), /in_channels must be divisible by groups/);
  assert.throws(() => new nn.Conv2d(3, 4, 2, { paddin: 1 } as never), /unexpected keyword argument 'paddin'/);
  assert.throws(() => F.interpolate(x, {}), /either size or scale_factor should be defined/);
});

test("layers print as in PyTorch", () => {
  assert.equal(
    String(new nn.Conv1d(4, 4, 5, 2, 3, 2, 2, false, "circular")),
    "Conv1d(4, 4, kernel_size=(5,), stride=(2,), padding=(3,), dilation=(2,), groups=2, bias=False, padding_mode=circular)",
  );
  assert.equal(
    String(new nn.MaxPool2d([3, 2], 2, 1, { ceil_mode: true } as never)),
    "MaxPool2d(kernel_size=(3, 2), stride=2, padding=1, dilation=1, ceil_mode=True)",
  );
  assert.equal(String(new nn.Upsample({ size: [3, 4] })), "Upsample(size=(3, 4), mode='nearest')");
  assert.equal(String(new nn.EmbeddingBag(4, 3)), "EmbeddingBag(4, 3, mode='mean')");
});

test("layers work after deepcopy", () => {
  const conv = nn.utils.deepcopy(new nn.Conv1d(2, 2, 3, { padding: 1, padding_mode: "circular" }));
  assert.deepEqual(conv(torch.randn(1, 2, 5)).shape, [1, 2, 5]);
  const up = nn.utils.deepcopy(new nn.ConvTranspose1d(2, 2, 2, { stride: 2 }));
  assert.deepEqual(up(torch.randn(1, 2, 5), { output_size: [11] }).shape, [1, 2, 11]);
  const soft = nn.utils.deepcopy(new nn.AdaptiveLogSoftmaxWithLoss(8, 20, [5]));
  const { output, loss } = soft(torch.randn(2, 8), torch.tensor([1, 9]));
  assert.ok(Math.abs(loss.item() + output.mean().item()) < 1e-6);
  assert.ok(torch.allclose(soft.log_prob(torch.randn(3, 8)).exp().sum(1), torch.ones([3])));
});
