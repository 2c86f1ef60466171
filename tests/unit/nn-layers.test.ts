/** @file Linear, Embedding, Dropout, initialisers, losses and gradient clipping against PyTorch's numbers. */

import assert from "node:assert/strict";
import { describe, it } from "node:test";
import torch, { nn, type Tensor } from "../../src";

const F = nn.functional;

function close(actual: Tensor | number, expected: unknown, tolerance = 1e-5): void {
  const a = [typeof actual === "number" ? actual : actual.tolist()].flat(9) as number[];
  const b = [expected].flat(9) as number[];
  assert.equal(a.length, b.length);
  a.forEach((value, i) => {
    assert.ok(Math.abs(value - b[i]) <= tolerance * (1 + Math.abs(b[i])), `${i}: ${value}, expected ${b[i]}`);
  });
}

function float(values: number[] | number[][]): Tensor {
  return torch.tensor(values, { dtype: torch.float32 });
}

describe("Linear", () => {
  it("starts with PyTorch's weights", () => {
    torch.manual_seed(0);
    const fc = new nn.Linear(4, 3);
    close(
      fc.weight,
      [
        [-0.0037, 0.2682, -0.4115, -0.368],
        [-0.1926, 0.1341, -0.0099, 0.3964],
        [-0.0444, 0.1323, -0.1511, -0.0983],
      ],
      1e-4,
    );
    close(fc.bias as Tensor, [-0.4777, -0.3311, -0.2061], 1e-4);
  });

  it("takes any number of leading dimensions and gives gradients", () => {
    const fc = new nn.Linear({ in_features: 2, out_features: 3, bias: false });
    assert.equal(fc.bias, null);
    assert.equal(String(fc), "Linear(in_features=2, out_features=3, bias=False)");
    fc.load_state_dict({
      weight: float([
        [1, 2],
        [3, 4],
        [5, 6],
      ]),
    });
    for (const shape of [[2], [5, 2], [2, 5, 2], [0, 2]]) {
      assert.deepEqual(fc(torch.ones(shape)).shape, [...shape.slice(0, -1), 3]);
    }
    const x = float([
      [1, -1],
      [2, 0.5],
    ]).requires_grad_();
    fc(x).pow(2).sum().backward();
    close(fc.weight.grad as Tensor, [
      [10, 5],
      [30, 10],
      [50, 15],
    ]);
    close(x.grad as Tensor, [
      [-18, -24],
      [184, 232],
    ]);
  });

  it("says what does not fit", () => {
    const fc = new nn.Linear(4, 3);
    assert.throws(() => fc(torch.ones([2, 5])), {
      message: "mat1 and mat2 shapes cannot be multiplied (2x5 and 4x3)",
    });
    assert.throws(() => fc(torch.tensor([[1, 2, 3, 4]])), /must have the same dtype, but got Long and Float/);
    // @ts-expect-error no such keyword
    assert.throws(() => new nn.Linear(4, 3, { bais: true }), /unexpected keyword argument 'bais'/);
    // @ts-expect-error the second size is missing
    assert.throws(() => new nn.Linear(4), /missing 1 required positional argument: 'out_features'/);
  });
});

describe("Embedding", () => {
  it("looks up, adds up gradients and leaves the padding row alone", () => {
    torch.manual_seed(0);
    const table = new nn.Embedding(5, 2, { padding_idx: 0 });
    close(table.weight.select(0, 0), [0, 0]);
    const out = table(
      torch.tensor([
        [1, 0, 3],
        [1, 0, 0],
      ]),
    );
    assert.deepEqual(out.shape, [2, 3, 2]);
    out
      .mul(float([1, 2]))
      .sum()
      .backward();
    close(table.weight.grad as Tensor, [
      [0, 0],
      [2, 4],
      [0, 0],
      [1, 2],
      [0, 0],
    ]);
    assert.deepEqual(table(torch.tensor(3)).shape, [2]);
  });

  it("names the index that the table does not have", () => {
    const table = new nn.Embedding(5, 2);
    assert.throws(() => table(torch.tensor([1, 5])), {
      name: "IndexError",
      message: /index out of range in self.* 5/,
    });
    assert.throws(() => table(torch.tensor([-1])), /index out of range in self/);
    assert.throws(() => table(torch.tensor([1.5])), /one of the following scalar types: Long, Int/);
    assert.throws(
      () => new nn.Embedding(5, 2, { padding_idx: 5 }),
      /Padding_idx must be within num_embeddings/,
    );
    assert.throws(() => new nn.Embedding(5, 2, { sparse: true }), /sparse gradients are not offered/);
  });

  it("takes vectors that were trained before, frozen unless told otherwise", () => {
    const values = float([
      [1, 2],
      [3, 4],
    ]);
    const frozen = nn.Embedding.from_pretrained(values);
    assert.equal(frozen.weight.requires_grad, false);
    close(frozen(torch.tensor([1])), [[3, 4]]);
    assert.equal(nn.Embedding.from_pretrained(values, false).weight.requires_grad, true);
    const short = nn.Embedding.from_pretrained(values, { max_norm: 1 });
    close(short(torch.tensor([1])), [[0.6, 0.8]]);
    close(short.weight, [
      [1, 2],
      [0.6, 0.8],
    ]);
    const by_count = nn.Embedding.from_pretrained(values, { freeze: false, scale_grad_by_freq: true });
    by_count(torch.tensor([0, 0, 1]))
      .sum()
      .backward();
    close(by_count.weight.grad as Tensor, [
      [1, 1],
      [1, 1],
    ]);
  });
});

describe("Dropout", () => {
  it("draws PyTorch's masks in training and does nothing in evaluation", () => {
    torch.manual_seed(0);
    const drop = new nn.Dropout(0.5);
    const y = drop(torch.ones([20]));
    close(y, [0, 0, 2, 0, 0, 0, 2, 2, 0, 2, 2, 2, 2, 0, 2, 2, 2, 2, 0, 0]);
    drop.eval();
    const x = torch.ones([3]);
    assert.equal(drop(x), x);
    assert.equal(String(drop), "Dropout(p=0.5, inplace=False)");
    close(F.dropout(x, 1), [0, 0, 0]);
    assert.throws(() => new nn.Dropout(1.5), /dropout probability has to be between 0 and 1, but got 1.5/);
    const z = torch.ones([4]);
    F.dropout(z, { p: 1, inplace: true });
    close(z, [0, 0, 0, 0]);
  });
});

describe("initialisers", () => {
  it("draw PyTorch's numbers", () => {
    torch.manual_seed(0);
    close(
      nn.init.xavier_uniform_(torch.zeros([2, 2])),
      [
        [-0.0092, 0.6574],
        [-1.0081, -0.9015],
      ],
      1e-3,
    );
    close(nn.init.orthogonal_(torch.zeros([2, 3])), [
      [-0.871765, 0.227438, -0.433933],
      [-0.412953, 0.135469, 0.900621],
    ]);
    const q = nn.init.orthogonal_(torch.zeros([3, 5]));
    close(q.matmul(q.t()), [
      [1, 0, 0],
      [0, 1, 0],
      [0, 0, 1],
    ]);
    close(nn.init.eye_(torch.zeros([2, 3])), [
      [1, 0, 0],
      [0, 1, 0],
    ]);
    close(nn.init.constant_(torch.zeros([2]), 1.5), [1.5, 1.5]);
  });

  it("change parameters without a trace in the graph", () => {
    const w = new nn.Parameter(torch.zeros([3, 4]));
    assert.equal(nn.init.normal_(w, { std: 0.1 }), w);
    assert.equal(w.grad_fn, null);
    assert.equal(w.requires_grad, true);
    assert.throws(
      () => nn.init.xavier_normal_(torch.zeros([3])),
      /can not be computed for tensor with fewer than 2/,
    );
    assert.equal(nn.init.calculate_gain("leaky_relu", 0.2), Math.sqrt(2 / 1.04));
    assert.throws(() => nn.init.calculate_gain("swish" as never), /Unsupported nonlinearity swish/);
    const cut = nn.init.trunc_normal_(torch.zeros([1000]), { a: -0.5, b: 0.5 });
    assert.ok(cut.abs().max().item() <= 0.5);
  });
});

describe("losses", () => {
  const scores = float([
    [1, 2, 0.5],
    [0.1, -1, 3],
  ]);

  it("weigh, ignore and smooth as PyTorch's", () => {
    const target = torch.tensor([1, 0]);
    close(new nn.CrossEntropyLoss()(scores, target), 1.717572);
    close(new nn.CrossEntropyLoss({ ignore_index: 0 })(scores, target), 0.464369);
    close(new nn.CrossEntropyLoss({ weight: float([1, 3, 1]) })(scores, target), 1.09097);
    close(F.nll_loss(F.log_softmax(scores, 1), target), 1.717572);
    const smooth = { weight: float([1, 3, 1]), label_smoothing: 0.1 };
    close(new nn.CrossEntropyLoss(smooth)(scores, target), 1.149171);
    const criterion = new nn.CrossEntropyLoss({ weight: float([1, 3, 1]) });
    assert.deepEqual(Object.keys(criterion.state_dict()), ["weight"]);
    assert.equal(String(criterion), "CrossEntropyLoss()");
    assert.throws(() => new nn.CrossEntropyLoss()(scores, torch.tensor([1, 3])), /Target 3 is out of bounds/);
    assert.throws(
      () => new nn.CrossEntropyLoss()(scores, torch.tensor([1])),
      /Expected input batch_size \(2\) to match target batch_size \(1\)/,
    );
    // @ts-expect-error no such reduction
    const averaged = new nn.MSELoss({ reduction: "avg" });
    assert.throws(() => averaged(scores, scores), /avg is not a valid value for reduction/);
  });

  it("compare elements", () => {
    const a = float([0.5, 2]);
    const b = float([1, 0]);
    close(new nn.MSELoss()(a, b), 2.125);
    close(new nn.L1Loss({ reduction: "sum" })(a, b), 2.5);
    close(new nn.SmoothL1Loss()(a, b), 0.8125);
    close(new nn.BCEWithLogitsLoss({ pos_weight: float([2]) })(a, b), 1.537541, 1e-4);
    close(new nn.MSELoss(null as never)(a, b), 2.125);
  });
});

describe("gradient clipping", () => {
  it("scales all gradients together and returns the norm before", () => {
    const a = new nn.Parameter(torch.zeros([2]));
    const b = new nn.Parameter(torch.zeros([1]));
    const c = new nn.Parameter(torch.zeros([1]));
    a.grad = float([3, 0]);
    b.grad = float([4]);
    close(nn.utils.clip_grad_norm_([a, b, c], 1), 5);
    close(a.grad, [0.6, 0]);
    close(b.grad, [0.8]);
    close(nn.utils.clip_grad_norm_([a, b], { max_norm: 10, norm_type: Number.POSITIVE_INFINITY }), 0.8);
    close(b.grad, [0.8]);
    close(nn.utils.clip_grad_norm_(c, 1), 0);
    nn.utils.clip_grad_value_([a, b], 0.7);
    close(b.grad, [0.7]);
    b.grad = float([Number.POSITIVE_INFINITY]);
    assert.throws(
      () => nn.utils.clip_grad_norm_(b, 1, { error_if_nonfinite: true }),
      /The total norm of order 2 for gradients from `parameters` is non-finite/,
    );
    const vector = nn.utils.parameters_to_vector([a, b]);
    nn.utils.vector_to_parameters(vector.add(1), [a, b]);
    close(b, [1]);
  });
});
