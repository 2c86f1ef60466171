/**
 * @file Every public function, method and constructor, called with arguments that its declarations do not admit: an error that
 * names it, never JavaScript's own words, never a result.
 */
import * as assert from "node:assert/strict";
import { test } from "node:test";
import torch from "../../src/index";
import { admits, type Signature, signature_of } from "../../src/signatures";
import { tensor_methods } from "../tensor-methods";

type Callable = (...args: unknown[]) => unknown;

/** How JavaScript words the mistakes of a library. */
const javascripts =
  /Cannot (read|set) propert|is not a function|is not iterable|Cannot (convert|mix|destructure)|is not a constructor|Invalid (typed )?array|Maximum call stack|Array buffer allocation|Class constructor|undefined \(|\(reading/;

/** Values of every kind, one of which no parameter admits. */
const values: Readonly<Record<string, () => unknown>> = {
  string: () => "abc",
  null: () => null,
  function: () => () => 1,
  symbol: () => Symbol("s"),
  bigint: () => 10n ** 30n,
  date: () => new Date(0),
  dtype: () => torch.float32,
  tensor: () => torch.arange(6).float().view(2, 3),
  list: () => [[1, 2], [3]],
  boolean: () => true,
  number: () => 1.5,
};

/** Something that a parameter takes, for the places before the wrong one. */
function fitting(type: number): unknown {
  const found = [
    1,
    torch.ones([2, 2]),
    [torch.ones([2])],
    [1],
    "linear",
    true,
    () => 1,
    torch.float32,
    null,
  ].find((value) => admits(type, value));
  return found;
}

/** What is wrong with the answer to a wrong argument; null where all is well. */
function fault(call: () => unknown, names: readonly string[]): string | null {
  try {
    call();
  } catch (error) {
    if (!(error instanceof Error)) return `throws ${String(error)}`;
    const said = error.message.toLowerCase();
    if (javascripts.test(error.message)) return `JavaScript's own: ${error.message.slice(0, 100)}`;
    if (error instanceof TypeError && !names.some((name) => said.includes(name.toLowerCase()))) {
      return `not named: ${error.message.slice(0, 100)}`;
    }
    return null;
  }
  return "a result";
}

/** The faults of a callable, each wrong value in each of its first three places. */
function* faults(
  signature: Signature,
  names: readonly string[],
  call: (args: unknown[]) => unknown,
  from = 0,
): Generator<string> {
  for (let place = from; place < Math.min(signature.order.length, from + 3); place++) {
    const before = signature.places.slice(from, place).map(fitting);
    const type = signature.places[place];
    for (const [kind, make] of Object.entries(values)) {
      if (admits(type, make())) continue;
      const found = fault(() => call([...before, make()]), names);
      if (found !== null) yield `${signature.order[place]} = ${kind}: ${found}`;
    }
  }
}

function* callables(
  namespace: object,
  path: string,
  seen: Set<unknown>,
): Generator<[path: string, value: Callable]> {
  for (const [name, value] of Object.entries(namespace)) {
    if (typeof value === "function") yield [path + name, value as Callable];
    else if (typeof value === "object" && value !== null && !seen.has(value)) {
      if (Object.getPrototypeOf(value) !== Object.prototype) continue;
      seen.add(value);
      yield* callables(value, `${path}${name}.`, seen);
    }
  }
}

const last = (path: string): string => path.slice(path.lastIndexOf(".") + 1);

test("functions and constructors name themselves where an argument is of the wrong kind", () => {
  const wrong: string[] = [];
  let count = 0;
  for (const [path, value] of callables(torch, "", new Set([torch]))) {
    const is_class = /^[A-Z]/.test(value.name) && value.prototype !== undefined;
    // Errors, dtypes and plain tensors are made by the library alone.
    if (value.name === "DType" || value.name === "Tensor" || value.prototype instanceof Error) continue;
    const signature = signature_of(is_class ? value.name : path);
    if (signature === null || last(path).startsWith("_")) continue;
    count++;
    const names = [last(path).replace(/_$/, ""), value.name];
    const call = is_class
      ? (args: unknown[]) => Reflect.construct(value, args)
      : (args: unknown[]) => value(...args);
    for (const each of faults(signature, names, call)) wrong.push(`${path}: ${each}`);
  }
  assert.equal(wrong.join("\n"), "");
  assert.ok(count > 700, `only ${count} callables`);
});

test("methods of tensors name themselves where an argument is of the wrong kind", () => {
  const wrong: string[] = [];
  let count = 0;
  for (const [name, method] of tensor_methods()) {
    const plain = name.replace(/_$/, "");
    const own = signature_of(`Tensor.${name}`);
    const signature = own ?? signature_of(plain);
    if (signature === null) continue;
    count++;
    const call = (args: unknown[]): unknown => method.apply(torch.ones([2, 3]), args);
    for (const each of faults(signature, [plain, method.name], call, own === null ? 1 : 0)) {
      wrong.push(`${name}: ${each}`);
    }
  }
  assert.equal(wrong.join("\n"), "");
  assert.ok(count > 350, `only ${count} methods`);
});

test("methods of modules, optimizers, schedulers and data name themselves, too", () => {
  const { nn, optim, utils } = torch;
  const optimizer = (): InstanceType<typeof optim.SGD> =>
    new optim.SGD(new nn.Linear(2, 2).parameters(), { lr: 0.1 });
  const dataset = new utils.data.TensorDataset(torch.arange(6).float());
  const makers: (() => object)[] = [
    () => new nn.Linear(3, 3),
    () => new nn.LSTM(3, 3),
    () => new nn.Sequential(new nn.Linear(3, 3)),
    () => new nn.ModuleList(),
    () => new nn.ModuleDict(),
    () => new nn.ParameterList(),
    () => new nn.ParameterDict(),
    () => new nn.MultiheadAttention(4, 2),
    optimizer,
    () => new optim.Adam([new nn.Parameter(torch.ones([2]))]),
    () => new optim.lr_scheduler.StepLR(optimizer(), 1),
    () => new utils.data.DataLoader(dataset),
    () => dataset,
    () => new torch.Generator(),
  ];
  const wrong: string[] = [];
  let count = 0;
  for (const make of makers) {
    for (let at = Object.getPrototypeOf(make()); at !== Object.prototype; at = Object.getPrototypeOf(at)) {
      if (at === Function.prototype || at === null) break;
      for (const [name, { value }] of Object.entries(Object.getOwnPropertyDescriptors(at))) {
        const signature = signature_of(`${at.constructor.name}.${name}`);
        if (signature === null || typeof value !== "function" || name === "toString") continue;
        count++;
        // What is in a Sequential speaks for itself.
        const call = (args: unknown[]): unknown => value.apply(make(), args);
        for (const each of faults(signature, [name, at.constructor.name, "linear"], call))
          wrong.push(`${at.constructor.name}.${name}: ${each}`);
      }
    }
  }
  assert.equal(wrong.join("\n"), "");
  assert.ok(count > 150, `only ${count} methods`);
});

test("a keyword that a constructor does not know is told, with the one that was meant", () => {
  const { nn, optim, utils } = torch;
  const parameters = [new nn.Parameter(torch.ones([2]))];
  const sgd = new optim.SGD(parameters, { lr: 0.1 });
  const data = new utils.data.TensorDataset(torch.arange(6).float());
  const calls: [name: string, meant: string, call: () => unknown][] = [
    ["LSTM", "batch_first", () => Reflect.construct(nn.LSTM, [3, 3, { batchFirst: true }])],
    ["Linear", "bias", () => Reflect.construct(nn.Linear, [3, 3, { bais: true }])],
    ["Dropout", "inplace", () => Reflect.construct(nn.Dropout, [0.5, { in_place: true }])],
    ["SGD", "momentum", () => Reflect.construct(optim.SGD, [parameters, { lr: 0.1, momentun: 0.9 }])],
    ["AdamW", "weight_decay", () => Reflect.construct(optim.AdamW, [parameters, { weightDecay: 0.1 }])],
    ["StepLR", "gamma", () => Reflect.construct(optim.lr_scheduler.StepLR, [sgd, 1, { gama: 0.1 }])],
    ["DataLoader", "batch_size", () => Reflect.construct(utils.data.DataLoader, [data, { batchsize: 2 }])],
    [
      "RandomSampler",
      "replacement",
      () => Reflect.construct(utils.data.RandomSampler, [data, { replacment: true }]),
    ],
    ["sum", "keepdim", () => (torch.sum as Callable)(torch.ones([2, 2]), 1, { keepdims: true })],
    ["softmax", "dim", () => (nn.functional.softmax as Callable)(torch.ones([2]), { dims: 0 })],
  ];
  for (const [name, meant, call] of calls) {
    assert.throws(call, (error: Error) => {
      assert.ok(error instanceof TypeError, String(error));
      assert.match(error.message, new RegExp(`^${name}\\(\\) got an unexpected keyword argument`));
      assert.match(error.message, new RegExp(`Did you mean '${meant}'\\?`));
      return true;
    });
  }
});

test("a function of the user's that fails keeps its own error", () => {
  const own = (): never => (undefined as unknown as { length: never }).length;
  assert.throws(() => torch.no_grad(own), /Cannot read properties of undefined/);
  assert.throws(() => new torch.nn.Linear(1, 1).apply(own), /Cannot read properties of undefined/);
});

test("one argument too many is told", () => {
  const call = torch.nn.Linear.prototype.forward as Callable;
  assert.throws(
    () => call.apply(new torch.nn.Linear(3, 3), [torch.ones([3]), 1]),
    /^TypeError: Linear\.forward\(\) takes at most 1 positional argument \(input\), but 2 were given/,
  );
});
