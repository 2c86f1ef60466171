/** @file Loaders over samples that take time: workers that fetch ahead, their order, errors and time limit. */
import assert from "node:assert/strict";
import { test } from "node:test";
import torch from "../../src";

const { DataLoader, IterableDataset } = torch.utils.data;

const sleep = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

test("workers fetch ahead, keep the order, and never run more than there are", async () => {
  let running = 0;
  let most = 0;
  let begun = 0;
  const slow = {
    __len__: () => 12,
    async __getitem__(index: number): Promise<number> {
      begun++;
      running++;
      most = Math.max(most, running);
      // Later samples come sooner: the order must not depend on it.
      await sleep(index % 3 === 0 ? 12 : 1);
      running--;
      return index;
    },
  };
  const started: number[] = [];
  const loader = new DataLoader(slow, {
    batch_size: 1,
    num_workers: 3,
    prefetch_factor: 2,
    persistent_workers: true,
    worker_init_fn: (id) => started.push(id),
    collate_fn: ([item]: unknown[]) => item as number,
  });
  const order: number[] = [];
  for await (const item of loader) {
    order.push(item);
    assert.ok(begun <= order.length + 6, `${begun} begun after ${order.length}`);
  }
  assert.deepEqual(
    order,
    Array.from({ length: 12 }, (_, i) => i),
  );
  assert.ok(most > 1 && most <= 3, `${most} at once`);
  for await (const _ of loader) break;
  assert.deepEqual(started, [0, 1, 2]);
});

test("workers draw the same order as none", async () => {
  const numbers = Array.from({ length: 10 }, (_, i) => i);
  const pass = async (num_workers: number): Promise<number[][]> => {
    torch.manual_seed(3);
    const batches: number[][] = [];
    for await (const batch of new DataLoader(numbers, { batch_size: 4, shuffle: true, num_workers })) {
      batches.push(batch.tolist() as number[]);
    }
    return batches;
  };
  assert.deepEqual(await pass(2), await pass(0));
});

test("an error of a worker comes in its place, also after later batches failed", async () => {
  const faulty = {
    __len__: () => 6,
    async __getitem__(index: number): Promise<number> {
      await sleep(6 - index);
      if (index === 2 || index === 4) throw new RangeError(`sample ${index}`);
      return index;
    },
  };
  const seen: unknown[] = [];
  await assert.rejects(async () => {
    for await (const batch of new DataLoader(faulty, { num_workers: 2 })) seen.push(batch);
  }, /sample 2/);
  assert.equal(seen.length, 2);
  const sampler = {
    *[Symbol.iterator]() {
      yield 0;
      throw new Error("sampler");
    },
  };
  await assert.rejects(async () => {
    for await (const _ of new DataLoader([1, 2], { num_workers: 1, sampler }));
  }, /sampler/);
});

test("a batch that does not come in time is an error", async () => {
  const stuck = { __len__: () => 1, __getitem__: () => sleep(300) };
  await assert.rejects(async () => {
    for await (const _ of new DataLoader(stuck, { num_workers: 1, timeout: 0.02 }));
  }, /DataLoader timed out after 0.02 seconds/);
});

test("async iterable datasets, chains and stacks", async () => {
  class Lines extends IterableDataset<number> {
    async *[Symbol.asyncIterator](): AsyncIterableIterator<number> {
      for (let i = 0; i < 5; i++) {
        await sleep(1);
        yield i;
      }
    }
  }
  const batches: unknown[] = [];
  for await (const batch of new DataLoader(new Lines(), { batch_size: 2 })) batches.push(batch.tolist());
  assert.deepEqual(batches, [[0, 1], [2, 3], [4]]);
  assert.throws(() => [...new DataLoader(new Lines())], /for await/);
  class Count extends IterableDataset<number> {
    constructor(readonly end: number) {
      super();
    }
    override *[Symbol.iterator](): IterableIterator<number> {
      for (let i = 0; i < this.end; i++) yield i;
    }
  }
  assert.deepEqual([...new Count(2).__add__(new Count(3))], [0, 1, 0, 1, 2]);
  const stack = new torch.utils.data.StackDataset<{ a: number; b: string }>({ a: [1, 2], b: ["x", "y"] });
  assert.deepEqual(stack[1], { a: 2, b: "y" });
  assert.deepEqual(
    [...new torch.utils.data.StackDataset([1, 2], ["x", "y"])],
    [
      [1, "x"],
      [2, "y"],
    ],
  );
  assert.throws(() => new torch.utils.data.StackDataset([1], [1, 2]), /Size mismatch/);
  assert.equal(torch.utils.data.get_worker_info(), null);
});
