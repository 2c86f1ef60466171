/** @file Datasets and loaders: PyTorch's orders, batches, and errors. */
import assert from "node:assert/strict";
import { test } from "node:test";
import torch, { type Tensor } from "../../src";

const {
  BatchSampler,
  ConcatDataset,
  DataLoader,
  Dataset,
  default_collate,
  IterableDataset,
  RandomSampler,
  random_split,
  Subset,
  SubsetRandomSampler,
  TensorDataset,
  WeightedRandomSampler,
} = torch.utils.data;

const numbers = (count: number): number[] => [...Array(count).keys()];
const lists = (loader: Iterable<Tensor[]>): unknown[] => [...loader].map(([batch]) => batch.tolist());

class Pairs extends Dataset<[Tensor, number]> {
  asked: number[] = [];
  constructor(readonly count: number) {
    super();
  }
  __len__(): number {
    return this.count;
  }
  __getitem__(idx: number): [Tensor, number] {
    this.asked.push(idx);
    return [torch.tensor([idx, idx * idx]), idx % 2];
  }
}

test("two passes are shuffled, and the generator left, as in PyTorch", () => {
  torch.manual_seed(7);
  const loader = new DataLoader(new TensorDataset(torch.arange(7)), { batch_size: 3, shuffle: true });
  assert.deepEqual(lists(loader), [[2, 0, 5], [6, 3, 4], [1]]);
  assert.deepEqual(lists(loader), [[4, 3, 2], [1, 5, 0], [6]]);
  assert.equal(torch.rand(1).item(), 0.36531615257263184);
});

test("the rows of a tensor are samples, also beside another's", () => {
  const rows: Tensor[] = [...new DataLoader(torch.arange(6).reshape(3, 2), { batch_size: 2 })];
  assert.deepEqual(
    rows.map((batch) => batch.tolist()),
    [
      [
        [0, 1],
        [2, 3],
      ],
      [[4, 5]],
    ],
  );
  const both = new ConcatDataset([torch.arange(2), torch.arange(10, 12)]);
  assert.deepEqual(
    [...new DataLoader(both, { batch_size: 4 })].map((batch) => batch.tolist()),
    [[0, 1, 10, 11]],
  );
  assert.throws(() => new DataLoader(torch.tensor(1)), /len\(\) of a 0-d tensor/);
});

test("with a generator the default one is left alone, as in PyTorch", () => {
  torch.manual_seed(7);
  const generator = new torch.Generator().manual_seed(3);
  const loader = new DataLoader(new TensorDataset(torch.arange(7)), {
    batch_size: 3,
    shuffle: true,
    generator,
  });
  assert.deepEqual(lists(loader), [[3, 4, 2], [0, 1, 6], [5]]);
  assert.deepEqual(lists(loader), [[6, 1, 2], [3, 4, 0], [5]]);
  assert.equal(torch.rand(1).item(), 0.5349225401878357);
  assert.equal(torch.rand(1, { generator }).item(), 0.12125527858734131);
});

test("a pass in order draws its seed too", () => {
  torch.manual_seed(7);
  const loader = new DataLoader(new TensorDataset(torch.arange(7)), { batch_size: 3 });
  assert.deepEqual(lists(loader), [[0, 1, 2], [3, 4, 5], [6]]);
  assert.deepEqual(lists(loader), [[0, 1, 2], [3, 4, 5], [6]]);
  assert.equal(torch.rand(1).item(), 0.23276156187057495);
});

test("samplers draw as in PyTorch", () => {
  torch.manual_seed(1);
  const source = numbers(5);
  assert.deepEqual(
    [...new RandomSampler(source, { replacement: true, num_samples: 40 })].join(""),
    "1204140041214302421423303113211403132430",
  );
  assert.deepEqual([...new RandomSampler(source, { num_samples: 12 })], [4, 1, 3, 0, 2, 4, 1, 3, 0, 2, 4, 3]);
  assert.deepEqual([...new SubsetRandomSampler([3, 1, 4, 15])], [15, 4, 3, 1]);
  assert.deepEqual([...new WeightedRandomSampler([0.1, 0.6, 0.3], 6)], [0, 1, 1, 1, 1, 2]);
  assert.deepEqual([...new WeightedRandomSampler([0.1, 0.6, 0.3], 3, false)], [2, 1, 0]);
  assert.equal(torch.rand(1).item(), 0.5239408016204834);
});

test("random_split deals fractions out as PyTorch does", () => {
  torch.manual_seed(5);
  const parts = random_split(numbers(11), [0.5, 0.3, 0.2]);
  assert.deepEqual(
    parts.map((part) => [...part]),
    [
      [9, 5, 0, 8, 10, 2],
      [3, 6, 7],
      [1, 4],
    ],
  );
  assert.equal(parts[0].length, 6);
  assert.throws(() => random_split(numbers(5), [2, 2]), {
    message: "Sum of input lengths does not equal the length of the input dataset!",
  });
  assert.throws(() => random_split(numbers(5), [1.5, -0.5]), {
    message: "Fraction at index 0 is not between 0 and 1",
  });
});

test("a dataset of one's own gives typed batches", () => {
  const dataset = new Pairs(5);
  const loader = new DataLoader(dataset, { batch_size: 2 });
  assert.equal(loader.length, 3);
  const shapes: number[][] = [];
  for (const [x, y] of loader) {
    const both: [Tensor, Tensor] = [x, y];
    assert.equal(both[1].dtype, torch.int64);
    shapes.push(both[0].shape);
  }
  assert.deepEqual(shapes, [
    [2, 2],
    [2, 2],
    [1, 2],
  ]);
  assert.equal(new DataLoader(dataset, { batch_size: 2, drop_last: true }).length, 2);
  assert.deepEqual(dataset[3][0].tolist(), [3, 9]);
  assert.equal([...dataset].length, 5);
});

test("samples are only made for the batch that is asked for", () => {
  const dataset = new Pairs(100);
  for (const [x] of new DataLoader(dataset, { batch_size: 4 })) {
    assert.deepEqual(x.shape, [4, 2]);
    break;
  }
  assert.deepEqual(dataset.asked, [0, 1, 2, 3]);
});

test("arrays are datasets", () => {
  const loader = new DataLoader(["a", "b", "c"], { batch_size: 2 });
  const texts: string[][] = [...loader];
  assert.deepEqual(texts, [["a", "b"], ["c"]]);
  const [first] = new DataLoader([1.5, 2]);
  assert.deepEqual([first.tolist(), first.dtype], [[1.5], torch.float64]);
});

test("tensors in one go and one by one make the same batches", () => {
  class Slow extends TensorDataset<[Tensor, Tensor]> {
    override __getitem__(index: number): [Tensor, Tensor] {
      return super.__getitem__(index);
    }
  }
  const x = torch.arange(12).reshape(6, 2);
  const y = torch.tensor([0.5, 1, 1.5, 2, 2.5, 3]);
  const read = (dataset: torch.utils.data.DatasetLike<[Tensor, Tensor]>): unknown =>
    [...new DataLoader(dataset, { batch_size: 4, sampler: [5, 0, 3, 3, 1] })].map(([a, b]) => [
      a.tolist(),
      b.tolist(),
      String(b.dtype),
    ]);
  const fast = new TensorDataset(x, y);
  assert.deepEqual(read(fast), read(new Slow(x, y)));
  assert.deepEqual(
    read(new Subset(fast, [5, 4, 3, 2, 1, 0])),
    read(new Subset(new Slow(x, y), [5, 4, 3, 2, 1, 0])),
  );
  const grown = torch.ones(3).requires_grad_();
  const [[batch]] = new DataLoader(new TensorDataset(grown), { batch_size: 3 });
  batch.sum().backward();
  assert.deepEqual(grown.grad?.tolist(), [1, 1, 1]);
});

test("default_collate goes through arrays and objects", () => {
  const batch = default_collate([
    { a: 1, b: "x", c: [1.5, true] as [number, boolean] },
    { a: 2, b: "y", c: [2, false] as [number, boolean] },
  ]);
  const a: Tensor = batch.a;
  const b: string[] = batch.b;
  const c: [Tensor, Tensor] = batch.c;
  assert.deepEqual(
    [a.tolist(), b, c[0].tolist(), c[1].tolist()],
    [
      [1, 2],
      ["x", "y"],
      [1.5, 2],
      [true, false],
    ],
  );
  assert.equal(c[1].dtype, torch.bool);
  assert.throws(() => default_collate([torch.ones(3), torch.ones(5)]), {
    message: "stack expects each tensor to be equal size, but got [3] at entry 0 and [5] at entry 1",
  });
  assert.throws(() => default_collate([[1], [1, 2]]), {
    message: "each element in list of batch should be of equal size",
  });
  assert.throws(() => default_collate([new Date()]), /must contain tensors.*found Date/);
});

test("collate_fn makes the batches, with its own type", () => {
  const loader = new DataLoader(numbers(5), {
    batch_size: 2,
    collate_fn: (samples) => samples.reduce((sum, value) => sum + value, 0),
  });
  const sums: number[] = [...loader];
  assert.deepEqual(sums, [1, 5, 4]);
});

test("samplers, batch samplers and batch_size null decide the batches", () => {
  assert.deepEqual(
    [...new DataLoader(numbers(6), { batch_sampler: [[5, 0], [1]] })].map((batch) => batch.tolist()),
    [[5, 0], [1]],
  );
  assert.deepEqual([...new DataLoader(numbers(3), { batch_size: null })] as unknown[], [0, 1, 2]);
  assert.deepEqual(
    [...new BatchSampler(numbers(5), 2, true)],
    [
      [0, 1],
      [2, 3],
    ],
  );
  assert.equal(new DataLoader(numbers(5), 2).length, 3);
});

test("concatenated and iterable datasets", () => {
  const joined = new ConcatDataset([numbers(2), numbers(3)]);
  assert.deepEqual([...joined], [0, 1, 0, 1, 2]);
  assert.equal(joined.__getitem__(-1), 2);
  class Count extends IterableDataset<number> {
    override *[Symbol.iterator](): IterableIterator<number> {
      yield* numbers(5);
    }
  }
  const loader = new DataLoader(new Count(), { batch_size: 2 });
  assert.deepEqual(
    [...loader].map((batch) => batch.tolist()),
    [[0, 1], [2, 3], [4]],
  );
  assert.throws(() => loader.length, /has no __len__/);
  assert.throws(() => new DataLoader(new Count(), { shuffle: true }), {
    message: "DataLoader with IterableDataset: expected unspecified shuffle option, but got shuffle=True",
  });
});

test("for await takes samples that are promises; plain iteration refuses them", async () => {
  class Later extends Dataset<Promise<number>> {
    __len__(): number {
      return 3;
    }
    async __getitem__(idx: number): Promise<number> {
      return idx;
    }
  }
  const loader = new DataLoader(new Later(), { batch_size: 2 });
  const seen: unknown[] = [];
  for await (const batch of loader) seen.push(batch.tolist());
  assert.deepEqual(seen, [[0, 1], [2]]);
  assert.throws(() => [...loader], /for await/);
});

test("options that contradict each other are refused in PyTorch's words", () => {
  const data = numbers(4);
  const cases: [object, string][] = [
    [{ batch_size: 0 }, "batch_size should be a positive integer value, but got batch_size=0"],
    [{ batch_size: 1.5 }, "batch_size should be a positive integer value, but got batch_size=1.5"],
    [{ shuffle: true, sampler: [0] }, "sampler option is mutually exclusive with shuffle"],
    [
      { batch_sampler: [[0]], batch_size: 2 },
      "batch_sampler option is mutually exclusive with batch_size, shuffle, sampler, and drop_last",
    ],
    [
      { batch_size: null, drop_last: true },
      "batch_size=None option disables auto-batching and is mutually exclusive with drop_last",
    ],
    [
      { num_workers: -1 },
      "num_workers option should be non-negative; use num_workers=0 to disable multiprocessing.",
    ],
  ];
  for (const [options, message] of cases) assert.throws(() => new DataLoader(data, options), { message });
  assert.throws(
    () => new DataLoader(data, { batchsize: 2 } as object),
    /unexpected keyword argument 'batchsize'/,
  );
  assert.throws(() => new DataLoader([], { shuffle: true }), /num_samples should be a positive integer/);
  assert.throws(() => new DataLoader(3 as unknown as number[]), /no __len__/);
  assert.throws(() => new TensorDataset(torch.ones(2), torch.ones(3)), /Size mismatch between tensors/);
  assert.deepEqual([...new DataLoader(data, { num_workers: 2, batch_size: 4 })].length, 1);
});
