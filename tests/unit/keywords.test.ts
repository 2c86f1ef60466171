/** @file Every public function and method takes its parameters by keyword and refuses keywords that it does not know. */
import * as assert from "node:assert/strict";
import { test } from "node:test";
import torch, { type Tensor } from "../../src/index";
import { tensor_methods } from "../tensor-methods";

type AnyFunction = (...args: unknown[]) => unknown;

/** What a function may want first; one of them has to get it to the point where it looks at keywords. */
const firsts = (): unknown[][] => [
  [torch.ones([2, 2])],
  [torch.ones([2, 2]), torch.ones([2, 2])],
  [torch.ones([2, 2]), torch.ones([2, 2]), torch.ones([2, 2])],
  [torch.ones([2, 2, 2])],
  [torch.ones([2, 2, 2]), torch.ones([2]), torch.ones([2]), torch.ones([2])],
  [torch.ones([1]), "a path"],
  [(x: Tensor) => x.sum(), torch.ones([1], { requires_grad: true })],
  [(x: Tensor) => x.sum(), torch.ones([1], { requires_grad: true }), null],
  [[torch.ones([2])]],
  [torch.nn.utils.rnn.pack_sequence([torch.ones([2])])],
  ["linear"],
  [() => 1],
  [true],
  [1],
  [],
];

/** Functions that take anything, one value after the other, or objects as values. */
const open = new Set([
  "is_tensor",
  "utils.data.default_convert",
  "nn.utils.deepcopy",
  "nn.utils.skip_init",
  "nn.utils.rnn.PackedSequence",
]);

function* functions_of(
  namespace: object,
  path: string,
  seen: Set<unknown>,
): Generator<[string, AnyFunction]> {
  for (const [name, value] of Object.entries(namespace)) {
    const is_class = typeof value === "function" && /^class\b/.test(Function.prototype.toString.call(value));
    if (typeof value === "function" && !is_class && !/^[A-Z]/.test(name))
      yield [path + name, value as AnyFunction];
    else if (typeof value === "object" && value !== null && !seen.has(value)) {
      if (Object.getPrototypeOf(value) !== Object.prototype) continue;
      seen.add(value);
      yield* functions_of(value, `${path}${name}.`, seen);
    }
  }
}

/** Methods by another name. */
const aliases: Record<string, string> = Object.fromEntries(
  Object.entries(torch).flatMap(([name, value]) =>
    typeof value === "function" ? [[name, value.name] as const, [`${name}_`, value.name] as const] : [],
  ),
);

function refusal(call: () => unknown, name: string, keyword: string, other = name): string | null {
  try {
    call();
  } catch (error) {
    const { message } = error as Error;
    if (!message.includes(keyword)) return `${(error as Error).name}: ${message.slice(0, 100)}`;
    if (!(error instanceof TypeError)) return `no TypeError but ${(error as Error).name}`;
    const last = name.split(".").pop() as string;
    // An alias may say the name of what it is.
    return message.includes(last.replace(/_$/, "")) || message.includes(other)
      ? null
      : `does not name ${last}: ${message.slice(0, 100)}`;
  }
  return "takes it in silence";
}

for (const keyword of ["bogus", "out"]) {
  test(`every function refuses the keyword ${keyword}`, () => {
    const wrong: string[] = [];
    let count = 0;
    for (const [name, call] of functions_of(torch, "", new Set([torch]))) {
      if (open.has(name)) continue;
      count++;
      const found = firsts().map((first) =>
        refusal(() => call(...first, { [keyword]: torch.ones([2, 2]) }), name, keyword, call.name),
      );
      if (!found.includes(null)) wrong.push(`${name}: ${found[0]}`);
    }
    assert.deepEqual(wrong, []);
    assert.ok(count > 400, `only ${count} functions found`);
  });

  test(`every method refuses the keyword ${keyword}`, () => {
    const wrong: string[] = [];
    let count = 0;
    for (const [name, value] of tensor_methods()) {
      if (name === "toJSON" || name === "toString") continue;
      count++;
      const tensor = torch.ones([2, 2], { requires_grad: !name.endsWith("_") });
      const found = [[], [() => null]].map((first) =>
        refusal(() => value.call(tensor, ...first, { [keyword]: 1 }), name, keyword, aliases[name]),
      );
      if (!found.includes(null)) wrong.push(`${name}: ${found[0]}`);
    }
    assert.deepEqual(wrong, []);
    assert.ok(count > 300, `only ${count} methods found`);
  });
}

test("diagonals and windows are views", () => {
  const x = torch.zeros([2, 3]);
  x.diagonal(1).fill_(4);
  assert.deepEqual(x.tolist(), [
    [0, 4, 0],
    [0, 0, 4],
  ]);
  const y = torch.zeros([4]);
  y.unfold(0, 2, 1)[1].fill_(1);
  assert.deepEqual(y.tolist(), [0, 1, 1, 0]);
});

test("a tensor whose data is set is no view any more", () => {
  const x = torch.ones([2]).mul(2).detach();
  x.data = torch.zeros([2]);
  assert.deepEqual(x.tolist(), [0, 0]);
});

test("parameters come by position or by keyword", () => {
  const x = torch.arange(6).reshape(2, 3);
  const same = (a: Tensor, b: Tensor): void => assert.deepEqual(a.tolist(), b.tolist());
  same(x.transpose(0, 1), x.transpose({ dim0: 0, dim1: 1 }));
  same(x.transpose(0, 1), x.transpose(0, { dim1: 1 }));
  same(x.reshape(3, 2), x.reshape({ shape: [3, 2] }));
  same(x.add(1), x.add({ other: 1 }));
  same(x.add(2), x.add({ other: 1, alpha: 2 }));
  same(x.sum(1, true), x.sum(1, { keepdim: true }));
  same(x.gather(1, torch.tensor([[0], [2]])), x.gather(1, { index: torch.tensor([[0], [2]]) }));
  same(torch.where(x.gt(2), x, 0), torch.where(x.gt(2), { input: x, other: 0 }));
  same(torch.zeros([2, 1]), torch.zeros({ size: [2, 1] }));
  same(torch.full([2], 3), torch.full({ size: [2], fill_value: 3 }));
  same(torch.eye(2, 3), torch.eye({ n: 2, m: 3 }));
  same(torch.linspace(0, 1, 3), torch.linspace(0, 1, { steps: 3 }));
  const logits = torch.tensor([[0.5, 1.5]]);
  const target = torch.tensor([1]);
  same(
    torch.nn.functional.cross_entropy(logits, target),
    torch.nn.functional.cross_entropy(logits, { target, reduction: "mean" }),
  );
});

test("required parameters, too many arguments and double ones are told", () => {
  const x = torch.ones([2, 2]) as unknown as Record<string, AnyFunction>;
  const refused = (call: () => unknown, words: RegExp): void => {
    assert.throws(call, (error: Error) => error instanceof TypeError && words.test(error.message));
  };
  refused(() => x.transpose(0), /transpose\(\) missing 1 required positional argument: "dim1"/);
  refused(() => x.exp(1), /exp\(\) takes no further arguments/);
  refused(() => x.mul(1, 2), /mul\(\) takes at most 1/);
  refused(() => x.softmax(1, { dim: 1 }), /softmax\(\) got multiple values for argument 'dim'/);
  refused(() => x.sum({ dim: 0, keepdims: true }), /sum\(\) got an unexpected keyword argument 'keepdims'/);
  refused(() => x.add(1, { out: x }), /add\(\): out= is not offered/);
});
