/** @file Facts about operations that compute: values, dtypes, shapes at the edges, and words for mistakes. */
import assert from "node:assert/strict";
import { test } from "node:test";
import torch, { type Tensor } from "../../src/index";
import { cross_entropy, nll_loss } from "../../src/ops/loss/class-loss";

const { tensor } = torch;
const inf = Number.POSITIVE_INFINITY;

function values(actual: Tensor, expected: unknown, dtype?: unknown): void {
  assert.deepEqual(actual.tolist(), expected);
  if (dtype !== undefined) assert.equal(actual.dtype, dtype);
}

test("arithmetic promotes as PyTorch does", () => {
  values(tensor([1, 2]).add(0.5), [1.5, 2.5], torch.float32);
  values(tensor([1, 2]).div(tensor([2, 4])), [0.5, 0.5], torch.float32);
  values(tensor([true]).add(tensor([true])), [true], torch.bool);
  values(tensor([1, 2], { dtype: torch.int32 }).mul(3), [3, 6], torch.int32);
  values(tensor([1.5]).mul(tensor(2, { dtype: torch.float64 })), [3], torch.float32);
  values(tensor([200], { dtype: torch.uint8 }).add(100), [44], torch.uint8);
  values(torch.pow(2, tensor([1, 3])), [2, 8], torch.int64);
});

test("division of whole numbers rounds as asked", () => {
  const a = tensor([7, -7]);
  values(a.floor_divide(2), [3, -4], torch.int64);
  values(a.div(2, { rounding_mode: "trunc" }), [3, -3], torch.int64);
  values(a.remainder(4), [3, 1]);
  values(a.fmod(4), [3, -3]);
  values(tensor([1]).double().floor_divide(0.1), [9]);
  assert.throws(() => a.floor_divide(0), { name: "RuntimeError", message: "ZeroDivisionError" });
  assert.throws(() => a.remainder(tensor([0, 1])), { message: "ZeroDivisionError" });
});

test("whole numbers beyond 2^53 stay exact", () => {
  const big = 9007199254740993n;
  values(tensor([big]).add(1), [9007199254740994n]);
  values(tensor([big, 1n]).max(), big);
  values(tensor([big, 1n]).sort(0).indices, [1, 0]);
});

test("NaN goes through extremes, and sorts last", () => {
  const x = tensor([1, Number.NaN, 3]);
  assert.ok(Number.isNaN(x.max().item()));
  values(x.argmax(), 1);
  values(x.argmin(), 1);
  assert.ok(Number.isNaN(x.maximum(tensor(5))[1].item()));
  values(torch.fmax(x, tensor(2)), [2, 2, 3]);
  values(x.argsort(), [0, 2, 1]);
  values(x.argsort({ descending: true }), [1, 2, 0]);
  values(x.isnan(), [false, true, false], torch.bool);
});

test("max has three forms", () => {
  const x = tensor([
    [1, 5, 5],
    [7, 2, 3],
  ]);
  values(x.max(), 7);
  const { values: greatest, indices } = x.max(1);
  values(greatest, [5, 7]);
  values(indices, [1, 0], torch.int64);
  values(x.max({ dim: 0, keepdim: true })[0], [[7, 5, 5]]);
  values(x.max(tensor(4)), [
    [4, 5, 5],
    [7, 4, 4],
  ]);
  assert.match(
    String(x.max(1)),
    /^torch\.return_types\.max\(\nvalues=tensor\(\[5, 7\]\),\nindices=tensor\(\[1, 0\]\)\)$/,
  );
});

test("equal greatest elements share the gradient of amax and max(), the first takes that of max(dim)", () => {
  const x = tensor([2, 5, 5]).double().requires_grad_();
  x.max().backward();
  values(x.grad as Tensor, [0, 0.5, 0.5]);
  x.grad = null;
  x.max(0)[0].backward();
  values(x.grad as unknown as Tensor, [0, 1, 0]);
});

test("reductions of nothing and of single numbers", () => {
  const none = torch.zeros(0, 3);
  values(none.sum(0), [0, 0, 0]);
  values(none.prod(), 1);
  assert.ok(Number.isNaN(none.mean().item()));
  values(none.all(), true);
  values(none.any(), false);
  values(tensor(3).sum(0), 3);
  values(tensor(3.5).mean(-1), 3.5);
  values(tensor(2).argmax(0), 0);
  values(tensor(2).cumsum(0), 2);
  assert.throws(() => none.max(), { message: /numel\(\) == 0/ });
  assert.throws(() => none.argmax(0), { name: "IndexError", message: /dim 0 to have non-zero size/ });
});

test("means want floats, sums of bools count", () => {
  assert.throws(() => tensor([1, 2]).mean(), {
    message:
      /^mean\(\): could not infer output dtype. Input dtype must be either a floating point or complex dtype. Got: Long/,
  });
  values(tensor([true, true, false]).sum(), 2, torch.int64);
  values(tensor([1, 2]).mean({ dtype: torch.float32 }), 1.5);
});

test("softmax along any dimension, logarithms without overflow", () => {
  const x = tensor([
    [1000, 0],
    [1000, 0],
  ]).float();
  values(x.softmax(0), [
    [0.5, 0.5],
    [0.5, 0.5],
  ]);
  values(x.log_softmax(1), [
    [0, -1000],
    [0, -1000],
  ]);
  values(tensor([-inf, -inf]).logsumexp(0), -inf);
  values(tensor([inf, 0]).logsumexp(0), inf);
  assert.throws(() => tensor([1, 2]).softmax(0), { message: /not implemented for 'Long'/ });
  assert.throws(() => x.softmax(2), { name: "IndexError", message: /Dimension out of range/ });
});

test("matmul takes every pair of ranks", () => {
  const shapes: [number[], number[], number[]][] = [
    [[3], [3], []],
    [[2, 3], [3], [2]],
    [[3], [3, 2], [2]],
    [
      [2, 3],
      [3, 4],
      [2, 4],
    ],
    [
      [5, 2, 3],
      [3, 4],
      [5, 2, 4],
    ],
    [[5, 2, 3], [3], [5, 2]],
    [[3], [5, 3, 2], [5, 2]],
    [
      [2, 3],
      [5, 3, 4],
      [5, 2, 4],
    ],
    [
      [6, 1, 2, 3],
      [5, 3, 4],
      [6, 5, 2, 4],
    ],
    [
      [0, 3],
      [3, 2],
      [0, 2],
    ],
    [
      [2, 0],
      [0, 2],
      [2, 2],
    ],
  ];
  for (const [a, b, expected] of shapes) {
    const product = torch.ones(a).matmul(torch.ones(b));
    assert.deepEqual(product.shape, expected);
    assert.ok(
      product
        .eq(a[a.length - 1])
        .all()
        .item(),
    );
  }
  values(tensor([[1, 2]]).matmul(tensor([[3], [4]])), [[11]], torch.int64);
});

test("matmul says what does not fit", () => {
  const message = "mat1 and mat2 shapes cannot be multiplied (3x4 and 5x6)";
  assert.throws(() => torch.ones(3, 4).matmul(torch.ones(5, 6)), { name: "RuntimeError", message });
  assert.throws(() => torch.ones(3, 4).mm(torch.ones(5, 6)), { message });
  assert.throws(() => torch.ones(7, 3, 4).matmul(torch.ones(7, 5, 6)), {
    message: /\[7, 4\] but got: \[7, 5\]/,
  });
  assert.throws(() => torch.ones(2, 2).matmul(torch.ones(2, 2).long()), {
    message: /same dtype.*float != long/,
  });
  assert.throws(() => torch.ones(2).matmul(tensor(1)), { message: /at least 1D/ });
});

test("operands that do not broadcast are named", () => {
  assert.throws(() => torch.ones(2, 3).add(torch.ones(4)), {
    name: "RuntimeError",
    message: "The size of tensor a (3) must match the size of tensor b (4) at non-singleton dimension 1",
  });
  assert.throws(() => torch.ones(2).lt(torch.ones(3)), { message: /must match/ });
  assert.throws(() => tensor([true]).sub(tensor([true])), { message: /two bool tensors is not supported/ });
  assert.throws(() => tensor([2]).pow(-1), {
    message: "Integers to negative integer powers are not allowed.",
  });
  assert.throws(() => torch.add("1" as never, tensor(1)), { name: "TypeError", message: /add\(\).*string/ });
});

test("in-place forms change the tensor and refuse what its dtype cannot hold", () => {
  const x = tensor([4, 9]).float();
  assert.equal(x.sqrt_().mul_(2).clamp_(0, 5), x);
  values(x, [4, 5]);
  assert.throws(() => tensor([1]).add_(0.5), { message: /result type Float can't be cast/ });
});

test("cross entropy ignores, weighs, smooths, and checks its classes", () => {
  const x = tensor([
    [1, 2, 3],
    [1, 1, 1],
  ]).float();
  const third = Math.log(3);
  const near = (actual: Tensor, expected: number): void =>
    assert.ok(Math.abs(actual.item() - expected) < 1e-6, `${actual.item()} for ${expected}`);
  near(cross_entropy(x, tensor([-100, 1])), third);
  near(cross_entropy(x, tensor([2, 1]), { ignore_index: 2 }), third);
  near(cross_entropy(x, tensor([2, 1]), { reduction: "sum" }), third + 0.40760596);
  near(cross_entropy(x, tensor([2, 1]), { label_smoothing: 1 }), (third + 1.40760596) / 2);
  near(cross_entropy(x[1], tensor(0)), third);
  assert.deepEqual(
    cross_entropy(torch.zeros(2, 3, 4, 5), torch.zeros(2, 4, 5).long(), { reduction: "none" }).shape,
    [2, 4, 5],
  );
  assert.throws(() => cross_entropy(x, tensor([0, 3])), {
    name: "IndexError",
    message: "Target 3 is out of bounds.",
  });
  assert.throws(() => cross_entropy(x, tensor([0, -1])), { message: "Target -1 is out of bounds." });
  assert.throws(() => cross_entropy(x, tensor([0, 1, 2])), {
    message: "Expected input batch_size (2) to match target batch_size (3).",
  });
  assert.throws(() => nll_loss(x, tensor([0, 1]), { weight: torch.ones(2) }), { message: /all 3 classes/ });
  assert.throws(() => cross_entropy(x, tensor([0, 1]), { reduction: "max" as never }), {
    message: "max is not a valid value for reduction",
  });
});

test("keywords are checked by name", () => {
  const x = torch.ones(2, 2);
  values(x.sum({ dim: 0, keepdim: true }), [[2, 2]]);
  assert.throws(() => x.sum({ axis: 0 } as never), { message: /unexpected keyword argument 'axis'/ });
  assert.throws(() => x.sum(0, false, { dim: 1 } as never), {
    message: /multiple values for argument 'dim'/,
  });
  assert.throws(() => x.topk(3), { message: "selected index k out of range" });
});

test("einsum names dimensions", () => {
  const a = torch.arange(6).reshape(2, 3);
  values(torch.einsum("ij->ji", a), a.T.tolist());
  values(torch.einsum("ij,ij", a, a), 55);
  values(torch.einsum("ii->i", torch.arange(9).reshape(3, 3)), [0, 4, 8]);
  values(torch.einsum("i,j->ij", tensor([1, 2]), tensor([3, 4])), [
    [3, 4],
    [6, 8],
  ]);
  assert.deepEqual(
    torch.einsum("...ij,...jk->...ik", torch.ones(5, 1, 2, 3), torch.ones(4, 3, 2)).shape,
    [5, 4, 2, 2],
  );
  assert.throws(() => torch.einsum("ij,jk->ik", a, a), { message: /size 2 .*previously seen size 3/ });
  assert.throws(() => torch.einsum("ij", tensor([1])), { message: /number of subscripts/ });
  assert.throws(() => torch.einsum("i,j->k", tensor([1]), tensor([1])), { message: /output subscript k/ });
});

test("unique, counts and places", () => {
  const x = tensor([3, 1, 3, 2, 1]);
  const [found, inverse, counts] = x.unique({ return_inverse: true, return_counts: true });
  values(found, [1, 2, 3]);
  values(inverse, [2, 0, 2, 1, 0]);
  values(counts, [2, 1, 2]);
  values(x.unique_consecutive() as Tensor, [3, 1, 3, 2, 1]);
  values(x.bincount(), [0, 2, 1, 2]);
  values(torch.searchsorted(tensor([1, 3, 5]), tensor([0, 3, 6])), [0, 1, 3]);
  values(torch.bucketize(tensor([3]), tensor([1, 3, 5]), { right: true }), [2]);
  values(torch.isin(x, tensor([1, 2])), [false, true, false, true, true]);
  values(tensor([1, 2, 2, 3, 3]).mode().values, 2);
  values(torch.zeros(0).unique() as Tensor, []);
});

test("linear systems", () => {
  const a = tensor([
    [2, 0],
    [0, 4],
  ]).double();
  values(torch.linalg.inv(a), [
    [0.5, 0],
    [0, 0.25],
  ]);
  assert.ok(Math.abs(torch.linalg.det(a).item() - 8) < 1e-12);
  values(torch.linalg.solve(a, tensor([2, 2]).double()), [1, 0.5]);
  assert.throws(() => torch.linalg.inv(torch.zeros(2, 2)), { name: "LinAlgError", message: /singular/ });
  assert.throws(() => torch.linalg.cholesky(a.neg()), {
    name: "LinAlgError",
    message: /not positive-definite/,
  });
  assert.throws(() => torch.linalg.inv(torch.ones(2, 3)), { message: /must be batches of square matrices/ });
});
