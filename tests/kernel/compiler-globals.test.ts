/** @file The preloaded globals and the library as cells see them; what is checked here is types, nothing is run. */
import assert from "node:assert/strict";
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { after, before, test } from "node:test";
import type { Diagnostic } from "../../kernel/compiler/cell-compiler";
import { findPackageRoot } from "../../kernel/compiler/package-root";
import { loadTslabTypeScript } from "../../kernel/compiler/tslab-host";
import { makeLibrary } from "./compiler-library";
import { cursor, Session } from "./compiler-session";

let library: string;
let folder: string;
let session: Session;
let count = 0;

before(() => {
  library = makeLibrary();
  folder = mkdtempSync(path.join(tmpdir(), "torchbook-anywhere-"));
  session = new Session({ cwd: folder, packageRoot: library });
});

after(async () => {
  await session.close();
  for (const one of [library, folder]) rmSync(one, { recursive: true, force: true });
});

/** Compiles a cell as if it ran to its end. */
async function check(code: string): Promise<Diagnostic[]> {
  const executionCount = ++count;
  const compiled = await session.compiler.compile({ cell: executionCount, code });
  if (!compiled.ok) return compiled.diagnostics;
  await session.compiler.commit(executionCount, { ok: true, assigned: compiled.names });
  return [];
}

const messages = async (code: string): Promise<string[]> => (await check(code)).map((one) => one.message);

test("the tutorial's model class and its call type-check", async () => {
  const model = `class SimpleRNN extends nn.Module {
  rnn: nn.RNN; fc: nn.Linear;
  constructor(input_size: number, hidden_size: number, output_size: number) {
    super();
    this.rnn = new nn.RNN(input_size, hidden_size, { batch_first: true });
    this.fc = new nn.Linear(hidden_size, output_size);
  }
  forward(x: Tensor) {
    const [out, hidden] = this.rnn(x);
    return this.fc(out[":, -1, :"]);
  }
}
const model = new SimpleRNN(100, 128, 2);
const output = model(torch.randn(32, 10, 100));
print(output.shape);`;
  assert.deepEqual(await messages(model), []);
  assert.deepEqual(await messages("const shape: number[] = model(torch.randn(1)).shape;"), []);
});

test("modules of an earlier cell are called with forward's own types", async () => {
  await check(
    "class Two extends nn.Module { forward(x: Tensor, times: number) { return [x, times] as const; } }\nconst two = new Two();",
  );
  assert.deepEqual(
    await messages("const [left, right] = two(torch.tensor(1), 2); const n: number = right;"),
    [],
  );
  assert.deepEqual(await messages("two(1, 2)"), [
    "Argument of type 'number' is not assignable to parameter of type 'Tensor'.",
  ]);
  assert.deepEqual(
    await messages(
      "const lstm = new nn.LSTM(1, 2); const [out, [hidden, cell]] = lstm(torch.randn(1)); hidden[-1].item()",
    ),
    [],
  );
});

test("the library itself gives the tutorial's class its types, and parses with the TypeScript that compiles cells", async () => {
  const ts = loadTslabTypeScript();
  const declarations = path.join(findPackageRoot(), "dist", "src");
  for (const name of readdirSync(declarations, { recursive: true }) as string[]) {
    if (!name.endsWith(".d.ts")) continue;
    const text = readFileSync(path.join(declarations, name), "utf8");
    const file = ts.createSourceFile(name, text, ts.ScriptTarget.ES2022);
    const { parseDiagnostics } = file as unknown as { parseDiagnostics: { messageText: string }[] };
    assert.deepEqual(parseDiagnostics, [], name);
  }
  const real = new Session({ cwd: folder });
  try {
    const model = `class Net extends nn.Module {
  rnn: nn.RNN; fc: nn.Linear;
  constructor() { super(); this.rnn = new nn.RNN(4, 8, { batch_first: true }); this.fc = new nn.Linear(8, 2); }
  forward(x: Tensor) { const [out, hidden] = this.rnn(x); return this.fc(out[":, -1, :"]); }
}
const net = new Net(); const wrong: string = net(torch.randn(2, 3, 4));`;
    const compiled = await real.compiler.compile({ cell: 1, code: model });
    const problems = compiled.ok ? [] : compiled.diagnostics.map((one) => one.message);
    assert.deepEqual(problems, ["Type 'Tensor' is not assignable to type 'string'."]);
  } finally {
    await real.close();
  }
});

test("elements of tensors take numbers, booleans and nested arrays, and nothing else that is no tensor", async () => {
  const real = new Session({ cwd: folder });
  let executionCount = 0;
  const problems = async (code: string): Promise<string[]> => {
    const compiled = await real.compiler.compile({ cell: ++executionCount, code });
    if (!compiled.ok) return compiled.diagnostics.map((one) => `TS${one.code} ${one.line}:${one.column}`);
    await real.compiler.commit(executionCount, { ok: true, assigned: compiled.names });
    return [];
  };
  try {
    await problems("const x = torch.zeros(3, 3), xs = [x]; let n: number | Tensor = 1 as number | Tensor;");
    for (const code of [
      "x[0] = 5",
      "x[1] = -0.5",
      "x[2] = 10n",
      'x[":, 1"] = [1, 2]',
      "x[0][1] = true",
      "x[0] = [[1, 2], [3, 4]]; x[0] = []; x[0] = [1, [true]]",
      "x[0] = x[1]; x[0] = n; x[0] = n ? 1 : x[1]",
      "x[0] = x[1] = 5; xs[0][0] = (print(x), 2)",
      "function zero(t: Tensor) { for (let i = 0; i < 3; i++) t[i] = i; } class Own extends Tensor {} (x as Own)[0] = 1",
      "const p = new nn.Parameter(x); p[0] = [1, 2, 3] as const",
      'x["..., 0"] = 7',
    ])
      assert.deepEqual(await problems(code), [], code);
    assert.deepEqual(await problems('x[0] = "a"'), ["TS2322 1:1"]);
    assert.deepEqual(await problems('x[0] = [1, "a"]'), ["TS2322 1:9", "TS2322 1:12"]);
    assert.deepEqual(await problems("const y: number = x[0]"), ["TS2322 1:7"]);
    assert.deepEqual(await problems("xs[0] = 5"), ["TS2322 1:1"]);
    assert.deepEqual(await problems("x[0] = null"), ["TS2322 1:1"]);
    assert.equal((await problems("x[0] = { a: 1 }")).length, 1);
    assert.deepEqual(await problems("x.data = 5"), ["TS2322 1:1"]);
    assert.deepEqual(await problems('x[0] = ((): number => { const s: number = "s"; return s; })()'), [
      "TS2322 1:31",
    ]);
    assert.deepEqual(await problems('const o = { k: x }; o["k"] = 5'), ["TS2322 1:21"]);
  } finally {
    await real.close();
  }
});

test("a training loop type-checks", async () => {
  const loop = `class Words extends Dataset<[Tensor, Tensor]> {
  constructor(private texts: string[]) { super(); }
  __len__() { return this.texts.length; }
  __getitem__(index: number): [Tensor, Tensor] { return [torch.tensor(jieba.lcut(this.texts[index])), torch.tensor(1)]; }
}
const loader = new DataLoader(new Words(["a"]), { batch_size: 2 });
const net = new nn.Linear(1, 2); const criterion = new nn.CrossEntropyLoss(); const optimizer = new optim.Adam(net.parameters());
for (const [batch_x, batch_y] of loader) { optimizer.zero_grad(); const loss = criterion(net(batch_x), batch_y); loss.backward(); optimizer.step(); }`;
  assert.deepEqual(await messages(loop), []);
});

test("globals are types as well as values, and torch has both inside", async () => {
  const code =
    "let a: Tensor; let b: torch.Tensor; let c: F.Linear; let d: Dataset<number>; let e: torch.nn.RNN; let f: typeof torch.nn;";
  assert.deepEqual(await messages(code), []);
  assert.deepEqual(await messages("const wrong: Tensor = 3;"), [
    "Type 'number' is not assignable to type 'Tensor'.",
  ]);
  assert.deepEqual(await messages("nn.Missing"), ["Property 'Missing' does not exist on type 'typeof nn'."]);
});

test("globals that only preload has get their types from there", async () => {
  assert.deepEqual(
    await messages(
      "const s: string = index(3); const words: string[] = jieba.lcut('x'); const deep: number = extra.deep;",
    ),
    [],
  );
  assert.deepEqual(await messages("jieba.lcut(3)"), [
    "Argument of type 'number' is not assignable to parameter of type 'string'.",
  ]);
});

test("a cell may declare the name of a global", async () => {
  assert.deepEqual(await messages("const F = 4; const print = 'p'; function optim() { return 1; }"), []);
  assert.deepEqual(await messages("const sum: number = F + optim(); print.length"), []);
  assert.deepEqual(await messages("const torch = { mine: 1 }; torch.mine"), []);
  assert.deepEqual(await messages('import torch, { nn, Tensor, DataLoader } from "torchbook";'), []);
  assert.deepEqual(
    await messages(
      "const lin: nn.Linear = new nn.Linear(1, 2); const t: Tensor = torch.randn(1); let dl: DataLoader<number>;",
    ),
    [],
  );
});

test("import from torchbook gives default, named and whole", async () => {
  const code =
    'import tt, { nn as layers, random_split } from "torchbook"; import * as all from "torchbook";\nconst l = new layers.Linear(1, 2); const x: all.Tensor = tt.randn(2); const parts = random_split(new all.TensorDataset(x), [1]);';
  assert.deepEqual(await messages(code), []);
  assert.match(
    (await messages('import { Missing } from "torchbook"'))[0],
    /has no exported member 'Missing'/,
  );
});

test("the kernel's own globals are typed", async () => {
  assert.deepEqual(
    await messages(
      'display({ "text/html": "<b>x</b>" }); clear_output({ wait: true }); const name: string = input("name? ");',
    ),
    [],
  );
  assert.deepEqual(await messages("const n: number = prompt('x');"), [
    "Type 'string' is not assignable to type 'number'.",
  ]);
});

test("tslab's display may be imported", async () => {
  assert.deepEqual(await messages('import { display as show } from "tslab"; show.html("<b>x</b>");'), []);
});

test("completion offers the library's members with kinds", async () => {
  const offered = async (marked: string) => {
    const { types } = await session.compiler.complete(...cursor(marked));
    return types.map(({ text, type }) => `${type} ${text}`);
  };
  assert.deepEqual(await offered("nn.L|"), ["class Linear", "class LSTM"]);
  assert.deepEqual(await offered("torch.rand|"), ["function randn"]);
  assert.deepEqual(await offered("torch.randn(2).sh|"), ["property shape"]);
  assert.deepEqual(await offered("torch.randn(2).cl|"), ["method clone"]);
  assert.deepEqual(await offered("torch.randn(2)._h|"), ["property _handle"]);
  assert.ok(!(await offered("torch.randn(2).|")).includes("property _handle"));
  assert.deepEqual(await offered("let l: nn.Lin|"), ["class Linear"]);
  assert.deepEqual(await offered("class M extends nn.Mod|"), ["class Module"]);
  assert.deepEqual(await offered("new nn.Linear(1, 2, { bi| })"), ["property bias"]);
  assert.deepEqual(await offered("clear_o|"), ["function clear_output"]);
  assert.deepEqual(await offered('import { random_s| } from "torchbook"'), ["function random_split"]);
});

test("inspection shows the library's documentation", async () => {
  const { found, text, markdown } = await session.compiler.inspect(
    ...cursor("const l2 = new nn.Lin|ear(1, 2)"),
    0,
  );
  assert.equal(found, true);
  assert.match(text, /constructor Linear\(in_features: number, out_features: number/);
  assert.match(text, /Applies a linear transformation\./);
  assert.match(text, /@param in_features size of each input sample/);
  assert.match(markdown, /```typescript\nnew nn\.Linear\(20, 30\)\n```/);
  const inCall = await session.compiler.inspect(...cursor("nn; all.randn(2, |"), 0);
  assert.match(inCall.text, /randn\(\.\.\.size: number\[\]\): (?:torch\.)?Tensor[\s\S]*Normally distributed/);
  const global = await session.compiler.inspect(...cursor("clear_out|put"), 0);
  assert.match(global.text, /^(?:function )?clear_output\([\s\S]*Clears the cell's output/);
});
