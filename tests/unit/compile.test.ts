/** @file `torch.compile`: the same results and gradients as without, new recordings where they are due, and plain calls elsewhere. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { memory_stats } from "../../src/backend/engine";
import torch, { F, nn, type Tensor } from "../../src/index";

const near = (a: Tensor, b: Tensor, most = 1e-6): void => {
  assert.deepEqual(a.shape, b.shape);
  const difference = a.sub(b).abs().max().item() as number;
  assert.ok(difference <= most, `differ by ${difference}`);
};

/** Calls of a function, and how often the function itself ran. */
function counted<A extends unknown[], R>(f: (...args: A) => R): { f: (...args: A) => R; runs: () => number } {
  let runs = 0;
  return {
    f: (...args: A): R => {
      runs++;
      return f(...args);
    },
    runs: () => runs,
  };
}

test("after two calls the function runs no more, and results stay right for new values", () => {
  const { f, runs } = counted((x: Tensor, y: Tensor) => x.mul(2).add(y).tanh().matmul(y.t()));
  const g = torch.compile(f);
  for (let i = 0; i < 6; i++) {
    const x = torch.randn(4, 3);
    const y = torch.randn(4, 3);
    near(g(x, y), x.mul(2).add(y).tanh().matmul(y.t()));
  }
  assert.equal(runs(), 2);
});

test("gradients of arguments and of what is used from outside", () => {
  const w = torch.randn(3, 5).requires_grad_();
  const b = torch.randn(5).requires_grad_();
  const plain = (x: Tensor): Tensor => x.matmul(w).add(b).sigmoid().mul(x.sum()).tanh();
  const { f, runs } = counted(plain);
  const g = torch.compile(f);
  for (let i = 0; i < 5; i++) {
    const x = torch.randn(4, 3).requires_grad_();
    const weights = torch.randn(4, 5);
    const find = (h: (x: Tensor) => Tensor): Tensor[] =>
      torch.autograd.grad(h(x).mul(weights).sum(), [x, w, b]);
    const expected = find(plain);
    find(g).forEach((gradient, k) => {
      near(gradient, expected[k], 1e-5);
    });
    g(x).sum().backward();
    assert.ok(x.grad !== null);
  }
  assert.equal(runs(), 2);
});

test("a model trains as it does without", () => {
  const losses = (compiled: boolean): number[] => {
    torch.manual_seed(1);
    const model = new nn.Sequential(new nn.Linear(6, 16), new nn.Tanh(), new nn.Linear(16, 3));
    const called = compiled ? torch.compile(model) : model;
    const optimizer = new torch.optim.Adam(called.parameters(), { lr: 0.05 });
    const x = torch.randn(20, 6);
    const y = torch.randint(0, 3, [20]);
    return Array.from({ length: 12 }, () => {
      optimizer.zero_grad();
      const loss = F.cross_entropy(called(x), y);
      loss.backward();
      optimizer.step();
      return loss.item() as number;
    });
  };
  const expected = losses(false);
  losses(true).forEach((loss, i) => {
    assert.ok(Math.abs(loss - expected[i]) < 1e-5, `${loss}, not ${expected[i]}`);
  });
});

test("an embedding and an LSTM: gradients by rows still reach the optimizer", () => {
  const losses = (compiled: boolean): number[] => {
    torch.manual_seed(2);
    const embedding = new nn.Embedding(200, 40);
    const lstm = new nn.LSTM(40, 8, { batch_first: true });
    const f = (x: Tensor): Tensor => lstm(embedding(x))[0].mean();
    const called = compiled ? torch.compile(f) : f;
    const optimizer = new torch.optim.Adam([...embedding.parameters(), ...lstm.parameters()], { lr: 0.05 });
    return Array.from({ length: 6 }, () => {
      const x = torch.randint(0, 200, [3, 7]);
      optimizer.zero_grad();
      const loss = called(x);
      loss.backward();
      optimizer.step();
      return loss.item() as number;
    });
  };
  const expected = losses(false);
  losses(true).forEach((loss, i) => {
    assert.ok(Math.abs(loss - expected[i]) < 1e-5, `${loss}, not ${expected[i]}`);
  });
});

test("shapes, dtypes, requires_grad, grad mode and numbers are told apart", () => {
  const { f, runs } = counted((x: Tensor, k: number) => x.mul(k).sum(0));
  const g = torch.compile(f);
  const calls: [Tensor, number][] = [
    [torch.ones(2, 3), 2],
    [torch.ones(4, 3), 2],
    [torch.ones(2, 3, { dtype: torch.float64 }), 2],
    [torch.ones(2, 3).requires_grad_(), 2],
    [torch.ones(2, 3), 5],
  ];
  for (let i = 0; i < 4; i++) {
    for (const [x, k] of calls) {
      const y = g(x, k);
      near(y, x.mul(k).sum(0));
      assert.equal(y.dtype, x.dtype);
      assert.equal(y.requires_grad, x.requires_grad);
    }
  }
  assert.equal(runs(), 2 * calls.length);
  const [x, k] = calls[3];
  assert.equal(torch.no_grad(() => g(x, k)).requires_grad, false);
});

test("train and eval mode, other fields and new parameters of modules are noticed", () => {
  const layer = new nn.Linear(3, 3);
  const drop = new nn.Dropout(0.5);
  const g = torch.compile((x: Tensor) => drop(layer(x)));
  const x = torch.ones(64, 3);
  drop.eval();
  for (let i = 0; i < 4; i++) near(g(x), layer(x));
  drop.train();
  for (let i = 0; i < 4; i++) assert.ok((g(x).eq(0).sum().item() as number) > 20, "nothing was dropped");
  assert.ok((g(x).sub(g(x)).abs().max().item() as number) > 0, "the same mask twice");
  drop.eval();
  near(g(x), layer(x));
  const h = torch.compile((x: Tensor) => layer(x));
  for (let i = 0; i < 3; i++) h(x);
  layer.weight = new nn.Parameter(torch.zeros(3, 3));
  near(h(x), layer(x));
  torch.no_grad(() => layer.weight.fill_(2));
  near(h(x), layer(x));
});

test("what reads numbers, draws, makes data or writes in place runs as it is", () => {
  const branch = torch.compile((x: Tensor) => ((x.sum().item() as number) > 0 ? x.mul(2) : x.neg()));
  const noise = torch.compile((x: Tensor) => x.add(torch.rand(3)));
  let calls = 0;
  const data = torch.compile((x: Tensor) => x.add(torch.tensor([calls++, 0, 0])));
  const counter = torch.zeros(3);
  const write = torch.compile((x: Tensor) => counter.add_(x).clone());
  for (let i = 1; i <= 5; i++) {
    const x = torch.ones(3).mul(i % 2 === 0 ? 1 : -1);
    near(branch(x), i % 2 === 0 ? x.mul(2) : x.neg());
    assert.ok((noise(x).sub(noise(x)).abs().max().item() as number) > 0);
    assert.deepEqual(data(torch.zeros(3)).tolist(), [i - 1, 0, 0]);
    assert.deepEqual(write(torch.ones(3)).tolist(), [i, i, i]);
  }
  let changing = 0;
  const differs = torch.compile((x: Tensor) => x.mul(++changing));
  for (let i = 1; i < 5; i++) assert.equal(differs(torch.ones(1)).item(), i);
});

test("hooks of modules and of tensors are called", () => {
  const layer = new nn.Linear(2, 2);
  let called = 0;
  layer.register_forward_hook(() => void called++);
  let seen = 0;
  const g = torch.compile((x: Tensor) => {
    const y = layer(x);
    y.register_hook(() => void seen++);
    return y.mul(2);
  });
  for (let i = 0; i < 4; i++) g(torch.ones(1, 2)).sum().backward();
  assert.equal(called, 4);
  assert.equal(seen, 4);
});

test("lists and records, tensors passed through, several results of which some have no gradient", () => {
  const g = torch.compile((x: Tensor, { y }: { y: Tensor[] }) => ({
    all: [x.add(y[0]), x],
    at: x.argmax(1),
    n: x.ndim,
  }));
  for (let i = 0; i < 4; i++) {
    const x = torch.randn(3, 4).requires_grad_();
    const y = torch.randn(3, 4);
    const { all, at, n } = g(x, { y: [y] });
    near(all[0], x.add(y));
    assert.equal(all[1], x);
    assert.deepEqual(at.tolist(), x.argmax(1).tolist());
    assert.equal(at.requires_grad, false);
    assert.equal(n, 2);
    all[0].sum().backward();
    near(x.grad as Tensor, torch.ones(3, 4));
  }
});

test("saved tensors are checked, and a graph is walked once", () => {
  const g = torch.compile((x: Tensor) => x.mul(x).sum());
  for (let i = 0; i < 3; i++) {
    const x = torch.ones(3).requires_grad_();
    const y = x.mul(1);
    const loss = g(y);
    y.add_(1);
    assert.throws(() => loss.backward(), /modified by an inplace operation/);
    const again = g(x);
    again.backward();
    assert.throws(() => again.backward(), /second time/);
  }
  const x = torch.ones(3).requires_grad_();
  assert.throws(() => torch.autograd.grad(g(x), x, { create_graph: true }), /double backward/);
});

test("errors are those of the function itself", () => {
  const g = torch.compile((x: Tensor, index: Tensor) => F.embedding(index, x));
  const table = torch.randn(5, 2);
  for (let i = 0; i < 3; i++)
    near(g(table, torch.tensor([1, 4])), table.index_select(0, torch.tensor([1, 4])));
  assert.throws(() => g(table, torch.tensor([1, 5])), /out of range/);
  assert.throws(() => torch.compile(5 as never), TypeError);
});

test("fullgraph says why not; disable leaves all as it is; without a function there is a decorator", () => {
  const reads = torch.compile((x: Tensor) => x.item(), { fullgraph: true });
  assert.throws(() => reads(torch.ones(1)), /reads a tensor's numbers/);
  const f = (x: Tensor): Tensor => x.add(1);
  assert.equal(torch.compile(f, { disable: true }), f);
  assert.equal(torch.compile({ fullgraph: true })(f)(torch.ones(1)).item(), 2);
});

test("aliases that part later are not mixed up", () => {
  const x = torch.ones(2);
  const y = x.detach();
  const g = torch.compile((a: Tensor) => a.mul(2).add(y));
  for (let i = 0; i < 3; i++) assert.deepEqual(g(x).tolist(), [3, 3]);
  assert.deepEqual(g(torch.full([2], 10)).tolist(), [21, 21]);
});

test("random operations, conditions and changing shapes give what the function gives", () => {
  // One generator for all choices: numbers from 0 below `n`.
  let state = 7;
  const pick = (n: number): number => {
    state = (state * 1103515245 + 12345) % 2 ** 31;
    return Math.floor((state / 2 ** 31) * n);
  };
  const steps: ((x: Tensor, y: Tensor) => Tensor)[] = [
    (x, y) => x.mul(y),
    (x, y) => x.sub(y.mean(0, true)),
    (x) => x.tanh(),
    (x) => x.clone().mul_(0.5),
    (x) => x.softmax(-1),
    (x, y) => torch.cat([x, y], 0).narrow(0, 0, x.shape[0]),
    (x) => x.t().contiguous().t(),
    (x) => (x.shape[0] > 3 ? x.neg() : x.add(1)),
    (x) => ((x.sum().item() as number) > 0 ? x.relu() : x.abs()),
    (x, y) => torch.where(x.gt(y), x, y),
    (x) => x.cumsum(0),
    (x) => F.layer_norm(x, [x.shape[1]]),
  ];
  for (let program = 0; program < 40; program++) {
    const chosen = Array.from({ length: 1 + pick(6) }, () => steps[pick(steps.length)]);
    const plain = (x: Tensor, y: Tensor): Tensor => chosen.reduce((value, step) => step(value, y), x);
    const compiled = torch.compile(plain);
    for (let call = 0; call < 8; call++) {
      const [rows, columns] = [2 + pick(3), 2 + pick(2)];
      const grad = pick(2) === 1;
      const x = torch.randn(rows, columns);
      const y = torch.randn(rows, columns);
      const run = (f: typeof plain): [Tensor, Tensor | null] => {
        const leaf = x.clone().requires_grad_(grad);
        const result = f(leaf, y);
        if (result.requires_grad) result.square().sum().backward();
        return [result.detach(), leaf.grad];
      };
      const [expected, expected_grad] = run(plain);
      const [result, result_grad] = run(compiled);
      near(result, expected, 1e-5);
      assert.equal(result_grad === null, expected_grad === null);
      if (result_grad !== null && expected_grad !== null) near(result_grad, expected_grad, 1e-5);
    }
  }
});

test("statistics of BatchNorm and masks of dropout go on as without", () => {
  const trained = (compiled: boolean): Tensor[] => {
    torch.manual_seed(3);
    const model = new nn.Sequential(
      new nn.Linear(4, 8),
      new nn.BatchNorm1d(8),
      new nn.Dropout(0.5),
      new nn.Linear(8, 2),
    );
    const called = compiled ? torch.compile(model) : model;
    const optimizer = new torch.optim.SGD(model.parameters(), { lr: 0.1 });
    for (let i = 0; i < 6; i++) {
      optimizer.zero_grad();
      (called(torch.randn(16, 4)) as Tensor).square().mean().backward();
      optimizer.step();
    }
    model.eval();
    const result = called(torch.ones(3, 4)) as Tensor;
    return [result, ...Object.values(model.state_dict() as unknown as Record<string, Tensor>)].filter(
      (value) => typeof value?.shape === "object",
    );
  };
  const expected = trained(false);
  trained(true).forEach((value, i) => {
    near(value.to(torch.float32), expected[i].to(torch.float32), 1e-5);
  });
});

test("programs go with their function", async () => {
  const before = memory_stats().programs;
  let functions = Array.from({ length: 20 }, (_, i) => torch.compile((x: Tensor) => x.mul(i).tanh().add(i)));
  const x = torch.ones(3);
  for (const f of functions) for (let i = 0; i < 3; i++) f(x);
  assert.ok(memory_stats().programs >= before + 20, `${memory_stats().programs} programs`);
  functions = [];
  const collect = v8_collector();
  for (let i = 0; i < 50 && memory_stats().programs > before + 2; i++) {
    collect();
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
  assert.ok(memory_stats().programs <= before + 2, `${memory_stats().programs} programs, ${before} before`);
});

/** V8's own collection, which a flag brings to light. */
function v8_collector(): () => void {
  setFlagsFromString("--expose-gc");
  return runInNewContext("gc") as () => void;
}
