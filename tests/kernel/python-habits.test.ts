/** @file What is said to those who write Python in a cell: for each habit, what to write instead. */
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { Session } from "./compiler-session";

/** What is typed, and the help that stands first. */
type Habit = [code: string, help: RegExp];

/** Nothing of it is run, so the library need not be there. */
const START = `
const x = null as unknown as Tensor;
const y = null as unknown as Tensor;
const model = null as unknown as nn.Linear;
const list = [1, 2];
const text = "abc";
const record = { a: 1 };
`;

const SYNTAX: Habit[] = [
  ['print(f"x is {x}")', /backquotes takes values/],
  ["print(`${0.5:.4f}`)", /toFixed\(4\)/],
  ['"""a\ntext"""', /comments begin with \/\//],
  ["'''a text'''", /comments begin with \/\//],
  ["# a comment\n1", /comments begin with \/\//],
  ["const a = 1;  # a comment", /comments begin with \/\//],
  ["for i in range(10):\n    print(i)", /for \(const x of list\)/],
  ["for a, b in list:\n    pass", /for \(const x of list\)/],
  ["while True:\n    break", /while \(condition\)/],
  ["if x is None: pass", /if \(condition\).* ===.* is,/],
  ["if not list: print(1)", /if \(condition\)/],
  ["if (not list) print(1)", /!condition/],
  ["if (true and false) print(1)", /a && b/],
  ["elif true:", /\} else if/],
  ["else:\n    print(1)", /\} else \{/],
  ["try:\n    1\nexcept ValueError as e:\n    print(e)", /try \{ … \} catch/],
  ["const odd = [i for i in list if i % 2]", /list\.map\(\(x\) => …\), after list\.filter/],
  ["const squares = {i: i * i for i in range(3)}", /list\.map/],
  ["1 if list else 2", /condition \? value : otherwise/],
  ["lambda z: z + 1", /\(x\) => value/],
  ["def f(x):\n    return x", /function name\(x: Tensor\)/],
  ["    def forward(self, x):\n        return x", /without self/],
  ["    def __init__(self):\n        pass", /constructor\(size: number\)/],
  ["class Net(nn.Module):\n    pass", /class Net extends nn\.Module/],
  ["with torch.no_grad():\n    print(1)", /torch\.no_grad\(\(\) =>/],
  ["async with x: pass", /using name/],
  ["import torch", /are there already/],
  ["import torch.nn as nn", /are there already/],
  ["from torch import nn", /are there already/],
  ["x[:, 0]", /slices are text/],
  ["list[1:]", /list\.slice\(1, 3\)/],
  ["x[..., 0]", /x\["\.\.\., 0"\]/],
  ["x @ y.T", /a\.matmul\(b\)/],
  ["const z = x @ y", /a\.matmul\(b\)/],
  ["new nn.LSTM(4, 6 // 2,\n  { num_layers: 1 })", /Math\.floor\(a \/ b\)/],
  ["assert x.shape[0] == 3", /throw new Error/],
  ['raise ValueError("x")', /throw new Error/],
  ["del x", /freed/],
  ["global x", /without saying so/],
  ["print x", /print\(x\)/],
  ["const a, b = 1, 2", /const \[a, b\]/],
  ["const [a, (b, c)] = list", /const \[out, \[hidden, cell\]\]/],
  ["not x", /!condition/],
  ["f(*list, **record)", /\.\.\.list/],
];

const NAMES: Habit[] = [
  ["const flag = True", /write true/],
  ["const nothing = None", /write null/],
  ["len(list)", /list\.length, or tensor\.size\(0\)/],
  ["for (const i of range(3)) print(i)", /for \(let i = 0; i < n; i\+\+\)/],
  ["str(3)", /String\(x\)/],
  ['int("3")', /Number\(text\)/],
  ["max(1, 2)", /Math\.max\(a, b\)/],
  ["sum(list)", /list\.reduce/],
  ["sorted(list)", /toSorted/],
  ["enumerate(list)", /list\.entries\(\)/],
  ["zip(list, list)", /list\.map\(\(x, i\)/],
  ["isinstance(x, Tensor)", /x instanceof Type/],
  ["type(x)", /typeof x/],
  ['open("file.txt")', /readFileSync/],
  ["np.zeros(3)", /torch\.tensor\(list\)/],
  ["plt.plot(list)", /plot_curve/],
  ["self.x = 3", /write this/],
  ["pass", /block may be empty/],
  ["counter = 0", /declared at first: const counter = …, or let counter/],
  ["model = new nn.Linear(1, 1)", /let model = …/],
];

const CALLS: Habit[] = [
  ["new optim.Adam(model.parameters(), lr=0.1)", /one object at the end: \{ lr: 0\.1 \}/],
  ["new nn.LSTM(4, 6, batch_first=True, num_layers=2)", /at the end: \{ batch_first: true, num_layers: 2 \}/],
  ["torch.zeros(2, 3, dtype=torch.float64)", /at the end: \{ dtype: torch\.float64 \}/],
  ["x.sum(dim=1)", /at the end: \{ dim: 1 \}/],
  ['print("a", end="")', /process\.stdout\.write/],
  ["nn.Linear(4, 2)", /new nn\.Linear\(4, 2\)/],
  ["new nn.Sequential(new nn.Linear(4, 2), nn.ReLU())", /new nn\.ReLU\(\)/],
  ["torch.cat((x, y))", /in brackets: \[x, y\]/],
  ["torch.zeros((2, 3))", /in brackets: \[2, 3\]/],
  ['torch.zeros(2, { dtype: "float64" })', /torch\.float64/],
  ["(a, b) = list", /const \[a, b\]/],
  ["a, b = 1, 2", /const \[a, b\]/],
  ["for (const [k, v] in record) {}", /Object\.entries/],
  ["list.append(3)", /list\.push\(x\)/],
  ["list.extend(list)", /list\.push\(\.\.\.other\)/],
  ["record.items()", /Object\.entries\(record\)/],
  ["text.upper()", /text\.toUpperCase\(\)/],
  ['", ".join(["a"])', /list\.join\(", "\)/],
  ['"{} items".format(3)', /backquotes/],
  ['"%d items" % 3', /backquotes/],
  ["[0] * 3", /Array\(n\)\.fill\(x\)/],
];

const CLASSES: Habit[] = [
  ["class A extends nn.Module { constructor() { super().__init__(); } }", /super\(…\) alone/],
  [
    "class B extends nn.Module { constructor() { super(); this.fc = new nn.Linear(4, 2); } }",
    /before the constructor: fc: nn\.Linear;/,
  ],
  ["class C extends nn.Module { forward(self, x: Tensor) { return x; } }", /methods have no self/],
  ["class D extends nn.Module { forward(x) { return x; } }", /parameters need a type: x: Tensor/],
  ["@torch.no_grad()\nfunction evaluate() {}", /torch\.no_grad\(\(\) => \{ … \}\) inside/],
];

const TENSORS: Habit[] = [
  ["x + 1", /x\.add\(1\)/],
  ["x ** 2", /x\.pow\(2\)/],
  ["x == 0", /x\.eq\(0\)/],
  ["(x == y).sum()", /torch\.eq\(x, y\) for each element/],
  ["x[0, 1]", /x\.index\(0, 1\)/],
  ["x[x.gt(0)]", /x\.index\(x\.gt\(0\)\)/],
  ["x.numpy()", /\.tolist\(\)/],
  ["if (x.gt(0)) print(1)", /\.item\(\)/],
  ["list[-1]", /list\.at\(-1\)/],
];

describe("Python in a cell", () => {
  let session: Session;
  before(async () => {
    session = new Session();
    await session.run(START);
  });
  after(() => session.close());

  for (const [kind, habits] of Object.entries({ SYNTAX, NAMES, CALLS, CLASSES, TENSORS }))
    test(`${kind.toLowerCase()}: each is answered with what to write`, async () => {
      const wrong: string[] = [];
      for (const [code, help] of habits) {
        const { diagnostics } = await session.run(code);
        const said = diagnostics.map(({ message }) => message).join("\n");
        if (!help.test(/\nhelp: (.*)/.exec(said)?.[1] ?? "")) wrong.push(`${code}\n${said}`);
      }
      assert.deepEqual(wrong, []);
    });

  test("TypeScript that only looks like Python is let through", async () => {
    for (const code of [
      'const said = "for x in y: not a and b"; said',
      "x === y",
      "list.at(-1)",
      "let later = 1; later = 2; Math.max(later = 3, 1)",
      "const range = (n: number) => [...Array(n).keys()]; range(3)",
      "for (const key in record) key.length",
      "record['a']",
      "const half = 7; // 2",
    ]) {
      const { diagnostics } = await session.run(code);
      assert.deepEqual(diagnostics, [], code);
    }
  });

  test("names of modules' files are left out", async () => {
    const { diagnostics } = await session.run("torch.nothing_of_that_name");
    assert.match(diagnostics[0].message, /does not exist on type 'typeof torch'/);
  });
});
