/** @file Learning rate schedulers against PyTorch's rates. */
import assert from "node:assert/strict";
import { test } from "node:test";
import torch from "../../src";

const { lr_scheduler, SGD } = torch.optim;

type Optimizer = InstanceType<typeof SGD>;
type Scheduler = {
  step(): void;
  get_last_lr(): number[];
  state_dict(): object;
  load_state_dict(state: object): void;
};

function make(options: { momentum?: number } = {}): Optimizer {
  return new SGD([torch.zeros(1).requires_grad_()], { lr: 0.1, ...options });
}

function close(actual: readonly number[], expected: readonly number[]): void {
  assert.equal(actual.length, expected.length);
  actual.forEach((value, i) => {
    assert.ok(Math.abs(value - expected[i]) < 1e-11, `step ${i}: ${value}, expected ${expected[i]}`);
  });
}

/** The rate at the start and after each of `steps` steps. */
function rates(optimizer: Optimizer, scheduler: Scheduler, steps: number): number[] {
  const found = [optimizer.param_groups[0].lr];
  for (let i = 0; i < steps; i++) {
    optimizer.step();
    scheduler.step();
    found.push(optimizer.param_groups[0].lr);
    assert.deepEqual(scheduler.get_last_lr(), [optimizer.param_groups[0].lr]);
  }
  return found;
}

// Rates (and momenta) from 0.1 (0.9) on, in PyTorch 2.15.
const facts: [keyof typeof lr_scheduler, object, number[], number[] | null][] = [
  [
    "StepLR",
    { step_size: 3, gamma: 0.5 },
    [0.1, 0.1, 0.1, 0.05, 0.05, 0.05, 0.025, 0.025, 0.025, 0.0125, 0.0125, 0.0125],
    null,
  ],
  [
    "MultiStepLR",
    { milestones: [2, 5, 5, 9], gamma: 0.5 },
    [0.1, 0.1, 0.05, 0.05, 0.05, 0.0125, 0.0125, 0.0125, 0.0125, 0.00625, 0.00625, 0.00625],
    null,
  ],
  [
    "ExponentialLR",
    { gamma: 0.8 },
    [
      0.1, 0.08, 0.064, 0.0512, 0.04096, 0.032768, 0.0262144, 0.02097152, 0.016777216, 0.0134217728,
      0.01073741824, 0.008589934592,
    ],
    null,
  ],
  [
    "LinearLR",
    { start_factor: 0.25, end_factor: 0.75, total_iters: 4 },
    [0.025, 0.0375, 0.05, 0.0625, 0.075, 0.075, 0.075, 0.075, 0.075, 0.075, 0.075, 0.075],
    null,
  ],
  [
    "LinearLR",
    {},
    [0.033333333333, 0.046666666667, 0.06, 0.073333333333, 0.086666666667, 0.1, 0.1, 0.1, 0.1, 0.1, 0.1, 0.1],
    null,
  ],
  [
    "ConstantLR",
    { factor: 0.5, total_iters: 3 },
    [0.05, 0.05, 0.05, 0.1, 0.1, 0.1, 0.1, 0.1, 0.1, 0.1, 0.1, 0.1],
    null,
  ],
  [
    "PolynomialLR",
    { total_iters: 6, power: 2 },
    [
      0.1, 0.069444444444, 0.044444444444, 0.025, 0.011111111111, 0.002777777778, 0.0, 0.0, 0.0, 0.0, 0.0,
      0.0,
    ],
    null,
  ],
  [
    "CosineAnnealingLR",
    { T_max: 4, eta_min: 0.01 },
    [
      0.1, 0.086819805153, 0.055, 0.023180194847, 0.01, 0.023180194847, 0.055, 0.086819805153, 0.1,
      0.086819805153, 0.055, 0.023180194847,
    ],
    null,
  ],
  [
    "CosineAnnealingWarmRestarts",
    { T_0: 2, T_mult: 2, eta_min: 0.01 },
    [
      0.1, 0.055, 0.1, 0.086819805153, 0.055, 0.023180194847, 0.1, 0.096574578963, 0.086819805153,
      0.072220754456, 0.055, 0.037779245544,
    ],
    null,
  ],
  [
    "OneCycleLR",
    { max_lr: 0.5, total_steps: 12 },
    [
      0.02, 0.17489482711, 0.439642579561, 0.497207717725, 0.466506484921, 0.405872826975, 0.323689498848,
      0.231318551333, 0.141530499104, 0.066738765094, 0.017283493713, 2e-6,
    ],
    [
      0.95, 0.917730244352, 0.862574462591, 0.850558458689, 0.856698729811, 0.868825509907, 0.885262241279,
      0.903736504679, 0.921694186956, 0.936652593591, 0.946543687432, 0.95,
    ],
  ],
  [
    "OneCycleLR",
    {
      max_lr: 0.5,
      epochs: 4,
      steps_per_epoch: 3,
      three_phase: true,
      anneal_strategy: "linear",
      pct_start: 0.4,
    },
    [
      0.02, 0.146315789474, 0.272631578947, 0.398947368421, 0.474736842105, 0.348421052632, 0.222105263158,
      0.095789473684, 0.017647294118, 0.011765529412, 0.005883764706, 2e-6,
    ],
    [
      0.95, 0.923684210526, 0.897368421053, 0.871052631579, 0.855263157895, 0.881578947368, 0.907894736842,
      0.934210526316, 0.95, 0.95, 0.95, 0.95,
    ],
  ],
];

type Constructor = new (optimizer: Optimizer, options: object) => Scheduler;

for (const [name, options, expected, momenta] of facts) {
  test(`${name}(${JSON.stringify(options)}) gives PyTorch's rates`, () => {
    const optimizer = make({ momentum: 0.9 });
    const scheduler = new (lr_scheduler[name] as unknown as Constructor)(optimizer, options);
    close(rates(optimizer, scheduler, 11), expected);
    if (momenta !== null) close([optimizer.param_groups[0].momentum], momenta.slice(-1));
  });

  test(`${name}(${JSON.stringify(options)}) goes on from its state`, () => {
    const Class = lr_scheduler[name] as unknown as Constructor;
    const before = make({ momentum: 0.9 });
    const first = new Class(before, options);
    rates(before, first, 4);
    const after = make({ momentum: 0.9 });
    const second = new Class(after, options);
    after.load_state_dict(before.state_dict());
    second.load_state_dict(JSON.parse(JSON.stringify(first.state_dict())));
    close(rates(after, second, 7), expected.slice(4));
  });
}

test("functions of the epoch", () => {
  let optimizer = make();
  close(
    rates(optimizer, new lr_scheduler.LambdaLR(optimizer, (epoch) => 0.5 ** epoch), 2),
    [0.1, 0.05, 0.025],
  );
  optimizer = make();
  close(
    rates(optimizer, new lr_scheduler.MultiplicativeLR(optimizer, { lr_lambda: () => 0.5 }), 2),
    [0.1, 0.05, 0.025],
  );
  assert.throws(() => new lr_scheduler.LambdaLR(optimizer, [() => 1, () => 1]), {
    message: "Expected 1 lr_lambdas, but got 2",
  });
});

test("schedulers one after the other, and at once", () => {
  const { ChainedScheduler, ConstantLR, ExponentialLR, LinearLR, SequentialLR } = lr_scheduler;
  let optimizer = make();
  const parts = [new LinearLR(optimizer, { total_iters: 3 }), new ExponentialLR(optimizer, 0.5)];
  close(
    rates(optimizer, new SequentialLR(optimizer, parts, [4]), 8),
    [0.033333333333, 0.055555555556, 0.077777777778, 0.1, 0.1, 0.05, 0.025, 0.0125, 0.00625],
  );
  optimizer = make();
  const both = [new ConstantLR(optimizer, 0.5, 3), new ExponentialLR(optimizer, 0.9)];
  close(
    rates(optimizer, new ChainedScheduler(both), 6),
    [0.05, 0.045, 0.0405, 0.0729, 0.06561, 0.059049, 0.0531441],
  );
});

test("ReduceLROnPlateau waits, decays, cools down", () => {
  const optimizer = make();
  const scheduler = new lr_scheduler.ReduceLROnPlateau(optimizer, {
    patience: 1,
    cooldown: 2,
    factor: 0.5,
    min_lr: 0.02,
  });
  const found = [1, 0.9, 0.9, 0.9, 0.95, 1, 1, 1, 1, 1, 0.1, 1, 1, 1, 1].map((loss) => {
    scheduler.step(torch.tensor(loss));
    return optimizer.param_groups[0].lr;
  });
  close(found, [0.1, 0.1, 0.1, 0.05, 0.05, 0.05, 0.05, 0.025, 0.025, 0.025, 0.025, 0.025, 0.02, 0.02, 0.02]);
  assert.throws(() => new lr_scheduler.ReduceLROnPlateau(optimizer, { factor: 1 }), {
    message: "Factor should be < 1.0.",
  });
});

test("CosineAnnealingWarmRestarts goes to fractions of epochs", () => {
  const optimizer = make();
  const scheduler = new lr_scheduler.CosineAnnealingWarmRestarts(optimizer, 3, 2);
  const found = [0.5, 1.5, 3.5, 8.9, 9, 12].map((epoch) => {
    scheduler.step(epoch);
    return optimizer.param_groups[0].lr;
  });
  close(found, [0.093301270189, 0.05, 0.098296291314, 6.8523262e-5, 0.1, 0.085355339059]);
});

test("each group keeps its own rate", () => {
  const [a, b] = [torch.zeros(1).requires_grad_(), torch.zeros(1).requires_grad_()];
  const optimizer = new SGD([{ params: [a] }, { params: [b], lr: 1 }], { lr: 0.1 });
  const scheduler = new lr_scheduler.StepLR(optimizer, 1);
  optimizer.step();
  scheduler.step();
  close(scheduler.get_last_lr(), [0.01, 0.1]);
  assert.deepEqual(scheduler.base_lrs, [0.1, 1]);
});

test("wrong arguments are refused", () => {
  const { LinearLR, OneCycleLR, StepLR } = lr_scheduler;
  const optimizer = make();
  assert.throws(
    () => new StepLR({} as Optimizer, 1),
    /StepLR\(\): argument 'optimizer' \(position 1\) must be Optimizer, not object/,
  );
  assert.throws(() => new StepLR(optimizer, undefined as unknown as number), /step_size/);
  assert.throws(
    () => new StepLR(optimizer, { step_size: 1, last_epoch: 3 }),
    /'initial_lr' is not specified/,
  );
  assert.throws(() => new LinearLR(optimizer, { start_factor: 0 }), /Starting multiplicative factor/);
  assert.throws(() => new OneCycleLR(optimizer, { max_lr: 1 }), /You must define either total_steps/);
  const plain = new torch.optim.Adagrad([torch.zeros(1).requires_grad_()]);
  assert.throws(() => new OneCycleLR(plain, { max_lr: 1, total_steps: 3 }), /must support momentum or beta1/);
  const short = new OneCycleLR(make({ momentum: 0.9 }), { max_lr: 1, total_steps: 2 });
  short.optimizer.step();
  short.step();
  short.step();
  assert.throws(() => short.step(), /Tried to step 3 times/);
});
