/**
 * @file Random programs of the library with sizes at the edge (none, one, beside the vectors' lengths), views, changes in place,
 * gradients, collections of garbage in between. What is computed is looked at elsewhere; here nothing may read or write
 * where it should not, and a call that is refused throws an Error. `random-programs [programs] [seed]`.
 */
import "./other-addon";
import assert from "node:assert/strict";
import torch, { F, nn, type Tensor } from "../../src/index";

const programs = Number(process.argv[2] ?? 150);
let state = Number(process.argv[3] ?? 1);

function random(): number {
  state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
  return state / 2 ** 32;
}
const below = (count: number): number => Math.floor(random() * count);
const one_of = <T>(list: readonly T[]): T => list[below(list.length)];
const size = (): number => one_of([0, 1, 1, 2, 3, 5, 8, 15, 16, 17, 33, 64, 130]);
const some = (): number => Math.max(1, size());
const chance = (p: number): boolean => random() < p;

const plain = (shape: number[]): Tensor => {
  const x = torch.randn(shape, { dtype: one_of([torch.float32, torch.float64]) });
  if (chance(0.1)) x.mul_(Number.NaN);
  if (chance(0.1)) x.mul_(1e30);
  return x;
};

/** Not contiguous, or a view of something larger. */
function view(x: Tensor): Tensor {
  const kind = below(4);
  if (kind === 0 && x.dim() >= 2) return x.transpose(0, 1);
  if (kind === 1 && x.dim() >= 1 && x.shape[0] > 1) return x.narrow(0, 1, x.shape[0] - 1);
  if (kind === 2) return x.unsqueeze(0).expand(3, ...x.shape);
  return x;
}

/** Runs what may be refused, but with an Error and nothing less. */
function refusable(work: () => void): void {
  try {
    work();
  } catch (error) {
    assert.ok(error instanceof Error, String(error));
  }
}

const lengths = (batch: number, time: number): number[] =>
  Array.from({ length: batch }, () => 1 + below(time));

function elementwise(): void {
  let x = view(plain([size(), size()]))
    .detach()
    .requires_grad_(chance(0.5));
  const first = x;
  for (let i = 0; i < 6; i++) {
    const name = one_of(["tanh", "exp", "relu", "neg", "sigmoid", "t", "contiguous", "clone"] as const);
    x = view(x[name]());
    if (chance(0.3)) x = x.add(plain([1, one_of([1, x.shape.at(-1) ?? 1])]).to(x.dtype));
    if (chance(0.2)) x = x.softmax(-1);
  }
  if (first.requires_grad) x.sum().backward();
}

function in_place(): void {
  const x = plain([some(), some()]);
  const part = view(x);
  if (part.shape.length === 2) part.add_(1).mul_(2);
  x.index_fill_(0, torch.tensor([0]), 5);
  x.index_put_([torch.randint(-2, x.shape[0] + 1, [3])], torch.ones(1, { dtype: x.dtype }));
}

function recurrent(): void {
  const [batch, time, input, hidden] = [
    one_of([1, 2, 5, 7, 33]),
    one_of([1, 2, 9]),
    some(),
    one_of([1, 3, 16, 17, 33]),
  ];
  const options = {
    num_layers: 1 + below(2),
    bidirectional: chance(0.5),
    batch_first: chance(0.5),
    bias: chance(0.7),
  };
  const make = one_of([
    () => new nn.LSTM(input, hidden, options),
    () => new nn.GRU(input, hidden, options),
    () => new nn.RNN(input, hidden, options),
  ]);
  const layer = make() as nn.LSTM;
  const shape = options.batch_first ? [batch, time, input] : [time, batch, input];
  const x = torch.randn(shape).requires_grad_(chance(0.5));
  if (chance(0.5)) {
    const given = lengths(batch, time);
    // One in four is wrong.
    if (chance(0.25)) given[below(batch)] = one_of([0, -1, time + 1, 2 ** 31, 0.5]);
    refusable(() => {
      const packed = nn.utils.rnn.pack_padded_sequence(x, given, {
        batch_first: options.batch_first,
        enforce_sorted: false,
      });
      const [output] = layer.forward(packed);
      nn.utils.rnn
        .pad_packed_sequence(output, {
          batch_first: options.batch_first,
          total_length: one_of([null, time, time + 3, 1, -1]),
        })[0]
        .sum()
        .backward();
    });
  } else {
    layer
      .forward(chance(0.3) ? view(x) : x)[0]
      .sum()
      .backward();
  }
}

function field(): void {
  const [batch, time, tags] = [one_of([1, 2, 17]), one_of([1, 2, 9]), one_of([1, 2, 5, 17])];
  const crf = new nn.CRF(tags, { batch_first: true });
  const emissions = plain([batch, time, tags]).requires_grad_();
  const labels = torch.randint(0, tags, [batch, time]);
  if (chance(0.3)) labels.fill_(one_of([-1, tags, -100, 2 ** 40]));
  const mask = torch
    .arange(time)
    .unsqueeze(0)
    .lt(torch.tensor(lengths(batch, time)).unsqueeze(1));
  crf.forward(emissions, labels, mask).neg().backward();
  crf.decode(emissions, mask);
}

function embedding(): void {
  const [words, width] = [one_of([1, 2, 50, 3000]), one_of([1, 3, 16, 17])];
  const table = new nn.Embedding(words, width, { padding_idx: chance(0.3) ? 0 : null });

  const options = { lr: 0.1, weight_decay: chance(0.5) ? 0.1 : 0 };
  const optimizer = one_of([
    () => new torch.optim.Adam(table.parameters(), options),
    () => new torch.optim.AdamW(table.parameters(), options),
    () => new torch.optim.SGD(table.parameters(), options),
  ])();
  for (let i = 0; i < 3; i++) {
    const index = torch.randint(chance(0.1) ? -1 : 0, words + (chance(0.1) ? 1 : 0), [size(), size()]);
    optimizer.zero_grad();
    refusable(() => {
      table.forward(index).pow(2).sum().backward();
      if (chance(0.3)) nn.utils.clip_grad_norm_(table.parameters(), 1);
      optimizer.step();
    });
  }
}

function classes(): void {
  const [batch, count] = [size(), some()];
  const scores = plain([batch, count]).requires_grad_();
  const target = torch.randint(0, count, [batch]);
  if (batch > 0 && chance(0.3))
    target.index_fill_(0, torch.tensor([below(batch)]), one_of([-100, -1, count, 2 ** 33]));
  const weight = chance(0.5) ? torch.rand(count).to(scores.dtype) : null;
  const options = {
    weight,
    label_smoothing: one_of([0, 0.1, 1]),
    reduction: one_of(["mean", "sum", "none"] as const),
  };
  F.cross_entropy(scores, target, options).sum().backward();
}

function dropped(): void {
  const x = plain([size(), size()]).requires_grad_();
  F.dropout(x, one_of([0, 0.5, 1, 0.999]))
    .sum()
    .backward();
  torch.bernoulli(torch.rand(size(), size()));
  torch.randperm(size());
}

function gathered(): void {
  const x = view(plain([some(), some()]))
    .detach()
    .requires_grad_();
  const index = torch.randint(chance(0.2) ? -3 : 0, x.shape[0] + (chance(0.2) ? 2 : 0), [size()]);
  x.index_select(0, index).sum().backward();
  x.index(index, ":").sum().backward();
  torch
    .cat([x, x.detach()], one_of([0, 1, -1, 2]))
    .sort(0)[0]
    .sum()
    .backward();
}

function compiled(): void {
  const steps = Array.from({ length: 1 + below(5) }, () =>
    one_of(["tanh", "exp", "relu", "neg", "sigmoid"] as const),
  );
  const g = torch.compile((x: Tensor, y: Tensor) => {
    let z = x.mul(2).add(y);
    for (const step of steps) z = z[step]();
    return [z.sum(), z.mul(y)];
  });
  const shape = [size(), size()];
  for (let i = 0; i < 5; i++) {
    const x = torch.randn(i === 3 ? [2, 2] : shape).requires_grad_();
    g(x, torch.randn(x.shape))[0].backward();
  }
}

const kinds = [elementwise, in_place, recurrent, field, embedding, classes, dropped, gathered, compiled];
const ran = new Map<string, number>();
for (let i = 0; i < programs; i++) {
  const kind = i < kinds.length ? kinds[i] : one_of(kinds);
  refusable(() => {
    kind();
    ran.set(kind.name, (ran.get(kind.name) ?? 0) + 1);
  });
  if (i % 20 === 0) (globalThis as { gc?: () => void }).gc?.();
}
// Programs of which none gets through would show nothing.
for (const kind of kinds) assert.ok((ran.get(kind.name) ?? 0) > 0, `no program of ${kind.name} got through`);
console.log(
  `${programs} programs, ${[...ran.values()].reduce((sum, count) => sum + count)} of them to their end`,
);
