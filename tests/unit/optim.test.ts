/** @file Optimizers: steps against PyTorch's numbers, groups, state, errors. */
import assert from "node:assert/strict";
import { test } from "node:test";
import torch, { type Tensor } from "../../src";
import { ValueError } from "../../src/errors";

const { optim } = torch;

function close(actual: Tensor, expected: readonly number[], tolerance = 1e-9): void {
  const values = actual.tolist() as number[];
  assert.equal(values.length, expected.length);
  values.forEach((value, i) => {
    const limit = tolerance * (1 + Math.abs(expected[i]));
    assert.ok(Math.abs(value - expected[i]) <= limit, `element ${i}: ${value}, expected ${expected[i]}`);
  });
}

function parameter(values: number[], dtype = torch.float64): Tensor {
  return torch.tensor(values, { dtype }).requires_grad_();
}

// Eight steps from [1, -2, 0.5] with the gradient p ** 3 + [0.1, -0.3, 0.2] * (step - 2), in float64, in PyTorch 2.15.
const facts: [keyof typeof optim, Record<string, unknown>, number[]][] = [
  ["SGD", { lr: 0.1 }, [0.48214468268175137, -0.2941905370905532, 0.1773812537580135]],
  [
    "SGD",
    { lr: 0.1, momentum: 0.9, nesterov: true, weight_decay: 0.01 },
    [-0.4825453258392948, 1.1971449333114446, -0.4504667857055173],
  ],
  [
    "SGD",
    { lr: 0.01, momentum: 0.8, dampening: 0.3, maximize: true },
    [1.2084526591467746, -4.8604505262190605, 0.5399269733682394],
  ],
  ["Adam", {}, [0.9919147436167308, -1.9919506854359486, 0.49905538308299535]],
  [
    "Adam",
    { lr: 0.1, betas: [0.4, 0.8], weight_decay: 0.1, amsgrad: true },
    [0.26505175576866996, -1.2762959685883144, -0.0724853441184872],
  ],
  ["Adam", { lr: 0.1, maximize: true }, [1.7894027782823143, -2.8067410662421746, 0.47525467648789854]],
  ["AdamW", { lr: 0.1, weight_decay: 0.2 }, [0.1489311815629739, -0.998661892716272, 0.2071275736827236]],
  ["AdamW", { lr: 0.1, amsgrad: true }, [0.2290730075855322, -1.2139668127015304, 0.2699303915383263]],
  [
    "Adagrad",
    { lr: 0.1, lr_decay: 0.1, initial_accumulator_value: 0.5 },
    [0.7000355969677369, -1.661729288887906, 0.3476331262879134],
  ],
  [
    "Adadelta",
    { lr: 0.5, rho: 0.7, eps: 1e-3 },
    [0.7121620033929651, -1.7265818415194072, 0.25888138850730014],
  ],
  [
    "RMSprop",
    { lr: 0.05, alpha: 0.5, momentum: 0.5, centered: true },
    [-0.8973621060726626, -0.49758555541580485, -0.7385916549805853],
  ],
  ["Adamax", { lr: 0.1, weight_decay: 0.1 }, [0.3710644123656072, -1.3304020326192743, 0.3587065173841314]],
  [
    "NAdam",
    { lr: 0.1, weight_decay: 0.1, decoupled_weight_decay: true },
    [0.3576321314068517, -1.3001561598361615, -0.02148951220335318],
  ],
  ["RAdam", { lr: 0.1, betas: [0.9, 0.6] }, [0.4634862921071025, 0.36234449172866295, 0.39213846222004006]],
];

const tilt = torch.tensor([0.1, -0.3, 0.2], { dtype: torch.float64 });

function gradient(p: Tensor, step: number): Tensor {
  const value = p.detach();
  return value
    .mul(value)
    .mul(value)
    .add(tilt.mul(step - 2));
}

for (const [name, options, expected] of facts) {
  test(`${name}(${JSON.stringify(options)}) takes PyTorch's steps`, () => {
    const p = parameter([1, -2, 0.5]);
    const make = optim[name] as unknown as new (
      params: Tensor[],
      options: object,
    ) => InstanceType<typeof optim.SGD>;
    const optimizer = new make([p], options);
    for (let step = 0; step < 8; step++) {
      p.grad = gradient(p, step);
      optimizer.step();
    }
    close(p, expected);
    assert.ok(p.is_leaf && p.requires_grad);
  });
}

test("positional arguments come in PyTorch's order", () => {
  const p = parameter([1]);
  const adam = new optim.Adam([p], 0.5, [0.1, 0.2], 1e-3, 0.25, true, { maximize: true });
  const [group] = adam.param_groups;
  assert.deepEqual(
    [group.lr, group.betas, group.eps, group.weight_decay, group.amsgrad, group.maximize],
    [0.5, [0.1, 0.2], 1e-3, 0.25, true, true],
  );
  assert.equal(new optim.SGD([p], 0.5).param_groups[0].lr, 0.5);
  assert.equal(new optim.Adam([p]).param_groups[0].lr, 0.001);
});

test("a step trains through backward, and zero_grad forgets", () => {
  const w = parameter([2], torch.float32);
  const optimizer = new optim.SGD([w], { lr: 0.1 });
  const loss = w.mul(w).sum();
  loss.backward();
  optimizer.step();
  close(w, [1.6], 1e-6);
  optimizer.zero_grad({ set_to_none: false });
  assert.deepEqual(w.grad?.tolist(), [0]);
  optimizer.zero_grad();
  assert.equal(w.grad, null);
  optimizer.step();
  close(w, [1.6], 1e-6);
});

test("a closure computes the loss with gradients, also inside of no_grad", () => {
  const w = parameter([2], torch.float32);
  const optimizer = new optim.SGD([w], { lr: 0.1 });
  const loss = torch.no_grad(() =>
    optimizer.step(() => {
      optimizer.zero_grad();
      const value = w.mul(w).sum();
      value.backward();
      return value;
    }),
  );
  assert.equal(loss.item(), 4);
  close(w, [1.6], 1e-6);
});

test("groups keep options of their own", () => {
  const [a, b] = [parameter([1]), parameter([1])];
  const optimizer = new optim.SGD([{ params: [a] }, { params: b, lr: 0.5 }], { lr: 0.1 });
  for (const p of [a, b]) p.grad = torch.tensor([1], { dtype: torch.float64 });
  optimizer.step();
  close(a, [0.9]);
  close(b, [0.5]);
  const c = parameter([1]);
  optimizer.add_param_group({ params: [c], lr: 2 });
  assert.equal(optimizer.param_groups.length, 3);
  assert.equal(optimizer.param_groups[2].momentum, 0);
});

test("named parameters are taken with their names", () => {
  const optimizer = new optim.Adam([["w", parameter([1])]]);
  assert.deepEqual(optimizer.param_groups[0].param_names, ["w"]);
});

for (const amsgrad of [true, false])
  test(`a state_dict carries training over to another optimizer (amsgrad: ${amsgrad})`, () => {
    const run = (change: boolean): Tensor => {
      const p = parameter([1, -2, 0.5]);
      let optimizer = new optim.Adam([p], { lr: 0.1, amsgrad });
      for (let step = 0; step < 6; step++) {
        if (change && step === 3) {
          const saved = optimizer.state_dict();
          assert.deepEqual(saved.param_groups[0].params, [0]);
          assert.equal((saved.state[0].step as Tensor).item(), 3);
          optimizer = new optim.Adam([p], { lr: 5 });
          optimizer.load_state_dict(saved);
        }
        p.grad = gradient(p, step);
        optimizer.step();
      }
      return p;
    };
    assert.deepEqual(run(true).tolist(), run(false).tolist());
  });

test("averages that were looked at stay those of the optimizer", () => {
  const run = (look: boolean): [Tensor, Tensor | undefined] => {
    const p = parameter([1, -2, 0.5]);
    const optimizer = new optim.Adam([p], { lr: 0.1 });
    let seen: Tensor | undefined;
    for (let step = 0; step < 6; step++) {
      if (look && step === 3) seen = optimizer.state.get(p)?.exp_avg;
      p.grad = gradient(p, step);
      optimizer.step();
    }
    return [p, look ? seen : optimizer.state.get(p)?.exp_avg];
  };
  const [[p, seen], [q, unseen]] = [run(true), run(false)];
  assert.deepEqual(p.tolist(), q.tolist());
  assert.deepEqual(seen?.tolist(), unseen?.tolist());
});

test("a saved state_dict does not change with later steps", () => {
  const p = parameter([1, 2, 3]);
  const optimizer = new optim.Adam([p]);
  p.grad = torch.tensor([1, 1, 1], { dtype: torch.float64 });
  optimizer.step();
  const saved = optimizer.state_dict().state[0].exp_avg as Tensor;
  const before = saved.tolist();
  optimizer.step();
  assert.deepEqual(saved.tolist(), before);
});

test("a loaded state is a copy", () => {
  const p = parameter([1, 2, 3]);
  const first = new optim.Adam([p]);
  p.grad = torch.tensor([1, 1, 1], { dtype: torch.float64 });
  first.step();
  const second = new optim.Adam([p]);
  second.load_state_dict(first.state_dict());
  const before = second.state.get(p)?.exp_avg?.tolist();
  first.step();
  assert.deepEqual(second.state.get(p)?.exp_avg?.tolist(), before);
});

test("the text is PyTorch's", () => {
  assert.equal(
    String(new optim.Adam([parameter([1])], { lr: 0.00001 })),
    [
      "Adam (",
      "Parameter Group 0",
      "    amsgrad: False",
      "    betas: (0.9, 0.999)",
      "    capturable: False",
      "    decoupled_weight_decay: False",
      "    differentiable: False",
      "    eps: 1e-08",
      "    foreach: None",
      "    fused: None",
      "    lr: 1e-05",
      "    maximize: False",
      "    weight_decay: 0",
      ")",
    ].join("\n"),
  );
});

test("wrong arguments are refused in PyTorch's words", () => {
  const p = parameter([1]);
  const Any = optim.Adam as unknown as new (...args: unknown[]) => unknown;
  assert.throws(() => new optim.Adam([]), { message: "optimizer got an empty parameter list" });
  assert.throws(() => new optim.Adam([p], { lr: -1 }), ValueError);
  assert.throws(() => new optim.Adam([p], { lr: -1 }), { message: "Invalid learning rate: -1" });
  assert.throws(() => new optim.Adam([p], { lr: Number.NaN }), { message: "Invalid learning rate: NaN" });
  assert.throws(() => new optim.Adam([p], { betas: [0.9, 1] }), {
    message: "Invalid beta parameter at index 1: 1",
  });
  assert.throws(() => new optim.SGD([p], { nesterov: true }), {
    message: "Nesterov momentum requires a momentum and zero dampening",
  });
  assert.throws(() => new optim.SGD([p], { momentum: -1 }), { message: "Invalid momentum value: -1" });
  assert.throws(() => new optim.Adadelta([p], { rho: 1.5 }), { message: "Invalid rho value: 1.5" });
  assert.throws(() => new Any([p], { learning_rate: 1 }), /unexpected keyword argument 'learning_rate'/);
  assert.throws(() => new Any(p), /should be an iterable of Tensors or dicts/);
  assert.throws(() => new Any([p, 3]), /can only optimize Tensors, but one of the params is number/);
  assert.throws(() => new optim.Adam([p.mul(2)]), { message: "can't optimize a non-leaf Tensor" });
  assert.throws(() => new optim.Adam([{ params: [p] }, { params: [p] }]), {
    message: "some parameters appear in more than one parameter group",
  });
  assert.throws(() => new Any([p], { differentiable: true }), /differentiable/);
  const other = new optim.Adam([p, parameter([2])]);
  assert.throws(() => other.load_state_dict(new optim.Adam([p]).state_dict()), {
    message: "loaded state dict contains a parameter group that doesn't match the size of optimizer's group",
  });
});
