/** @file The debugger: variables, values and expressions. */
import assert from "node:assert/strict";
import { after, afterEach, before, test } from "node:test";
import type { Content } from "./client";
import { DebugClient, texts } from "./debug-client";

let debug: DebugClient;
before(async () => {
  debug = await DebugClient.start();
});
afterEach(() => debug.reset());
after(() => debug.close());

/** Runs a cell to its breakpoint. */
async function stopIn(code: string, line: number): Promise<{ id: string; frames: Content[] }> {
  await debug.breakpoints(code, line);
  const id = await debug.kernel.submit(code);
  const { frames, lines } = await debug.stopped();
  assert.equal(lines[0], line);
  return { id, frames };
}

async function goOn(id: string): Promise<void> {
  await debug.body("continue", { threadId: 1 });
  await debug.finishes(id);
}

test("locals, closures, this, and the cells' variables by their own names", async () => {
  await debug.kernel.execute("const base = 100;\nlet unused: string | undefined;");
  const code = [
    "class Counter {",
    "  step = 2;",
    "  add(amount: number) {",
    "    const factor = 3;",
    "    return [1].map((one) => {",
    "      const sum = one + amount * factor + this.step + base;",
    "      return sum;",
    "    });",
    "  }",
    "}",
    "const counter = new Counter();",
    "counter.add(5)",
  ].join("\n");
  const { id, frames } = await stopIn(code, 7);
  assert.deepEqual(
    frames.map(({ name, line }) => `${name}:${line}`),
    ["(anonymous):7", "add:5", `${frames[2].name}:12`],
  );
  assert.match(frames[2].name, /^Cell In\[\d+\]$/);
  const [inner, method, cell] = frames.map((frame) => frame.id);
  assert.deepEqual(await debug.variables(inner, "Locals"), {
    one: "1",
    sum: "118",
    this: "Counter { step: 2 }",
  });
  assert.deepEqual(await debug.variables(inner, "Closure"), { amount: "5", factor: "3" });
  assert.deepEqual(await debug.variables(method, "Locals"), {
    amount: "5",
    factor: "3",
    this: "Counter { step: 2 }",
  });
  const globals = {
    Counter: "class Counter",
    base: "100",
    counter: "Counter { step: 2 }",
    unused: "undefined",
  };
  assert.deepEqual(await debug.variables(cell, "Globals"), globals);
  assert.deepEqual(await debug.variables(inner, "Globals"), globals);
  const { scopes } = await debug.body("scopes", { frameId: cell });
  assert.deepEqual(
    scopes.map(({ name }: Content) => name),
    ["Globals"],
  );
  await goOn(id);
});

test("expressions in a frame: plain names of cells, nearer names before them, assignments, types", async () => {
  await debug.kernel.execute("let size: number = 3;\nconst twice = (n: number) => n * 2;");
  const code =
    "function grow(by: number) {\n  const twice = 'mine';\n  return twice + by + size;\n}\ngrow(4)";
  const { id, frames } = await stopIn(code, 3);
  const frame = frames[0].id;
  assert.equal(await debug.evaluate("size + by", frame), "7");
  assert.equal(await debug.evaluate("twice", frame), "'mine'");
  assert.equal(await debug.evaluate("twice(4)", frames[1].id), "8");
  assert.equal(await debug.evaluate("{ size, by: by as number }", frame), "{ size: 3, by: 4 }");
  assert.equal(await debug.evaluate("[1, 2].map((n: number) => n + size)", frame), "[ 4, 5 ]");
  assert.equal(await debug.evaluate("const double = size * 2; double + 1", frame), "7");
  assert.equal(await debug.evaluate("size = 10", frame), "10");
  assert.equal(await debug.evaluate("by += 1", frame), "5");
  assert.match(
    await debug.refusal("evaluate", { expression: "nowhere + 1", frameId: frame }),
    /nowhere is not defined/,
  );
  assert.match(await debug.refusal("evaluate", { expression: "1 +", frameId: frame }), /expected/i);
  assert.match(await debug.refusal("evaluate", { expression: "await 1", frameId: frame }), /await/);
  await debug.body("continue", { threadId: 1 });
  const { result } = await debug.kernel.finished(id);
  assert.equal(result, "'mine510'");
  assert.equal(await debug.evaluate("size + 1"), "11");
  assert.equal(await debug.evaluate("await Promise.resolve(size)"), "10");
});

test("tensors by their text; rows open one by one", async () => {
  const code =
    "const grid = torch.arange(6).reshape([2, 3]);\nconst model = new nn.Linear(2, 1);\ngrid.shape";
  const { id, frames } = await stopIn(code, 3);
  const { scopes } = await debug.body("scopes", { frameId: frames[0].id });
  const variables = await debug.children(scopes[0].variablesReference);
  const grid = variables.find(({ name }) => name === "grid") as Content;
  assert.equal(grid.value, "tensor([[0, 1, 2], [3, 4, 5]])");
  assert.equal(grid.type, "Tensor");
  const rows = await debug.children(grid.variablesReference);
  assert.deepEqual(texts(rows), {
    "0": "tensor([0, 1, 2])",
    "1": "tensor([3, 4, 5])",
    shape: "[ 2, 3 ]",
    dtype: "torch.int64",
    requires_grad: "false",
    grad: "null",
  });
  assert.deepEqual(
    (await debug.children(rows[1].variablesReference)).slice(0, 3).map(({ value }) => value),
    ["tensor(3)", "tensor(4)", "tensor(5)"],
  );
  const model = variables.find(({ name }) => name === "model") as Content;
  assert.match(model.value, /^Linear\(in_features=2/);
  assert.equal(await debug.evaluate("grid.sum().item()", frames[0].id), "15");
  const rich = await debug.body("richInspectVariables", { variableName: "grid", frameId: frames[0].id });
  assert.match(rich.data["text/html"], /torchbook-tensor/);
  await goOn(id);
});

test("long lists in parts, or as the client asks; maps, sets, getters and errors", async () => {
  await debug.kernel.execute(
    [
      "const long = Array.from({ length: 12345 }, (_, i) => i);",
      "const floats = new Float32Array(250);",
      "const map = new Map([['a', { deep: 1 }]]);",
      "const set = new Set([7, 8]);",
      "const lazy = { get now() { return long.length } };",
      "const wrong = new RangeError('too far');",
      "const holes = [, 1];",
    ].join("\n"),
  );
  const { variables } = await debug.body("inspectVariables");
  const of = (name: string): Content => variables.find((one: Content) => one.name === name);
  const list = of("long");
  assert.equal(list.indexedVariables, 12345);
  const parts = await debug.children(list.variablesReference);
  assert.equal(parts.length, 2);
  assert.equal(parts[1].name, "[10000 … 12344]");
  const inner = await debug.children(parts[1].variablesReference);
  assert.equal(inner.length, 24);
  const last = await debug.children(inner[23].variablesReference);
  assert.deepEqual([last.length, last.at(-1)?.name, last.at(-1)?.value], [45, "12344", "12344"]);
  const paged = await debug.children(list.variablesReference, { filter: "indexed", start: 500, count: 3 });
  assert.deepEqual(texts(paged), { 500: "500", 501: "501", 502: "502" });
  assert.deepEqual(await debug.children(list.variablesReference, { filter: "named" }), []);
  assert.equal((await debug.children(of("floats").variablesReference)).length, 3);
  const [entry] = await debug.children(of("map").variablesReference);
  assert.deepEqual([entry.name, entry.value], ["'a'", "{ deep: 1 }"]);
  assert.deepEqual(texts(await debug.children(entry.variablesReference)), { deep: "1" });
  assert.deepEqual(texts(await debug.children(of("set").variablesReference)), { 0: "7", 1: "8" });
  const [getter] = await debug.children(of("lazy").variablesReference);
  assert.deepEqual([getter.name, getter.value, getter.presentationHint], ["now", "(…)", { lazy: true }]);
  assert.deepEqual(texts(await debug.children(getter.variablesReference)), { value: "12345" });
  assert.match(of("wrong").value, /^RangeError: too far/);
  assert.match(await debug.refusal("variables", { variablesReference: 999_999 }), /reference 999999/);
});

test("copies a local to the cells' variables, for later cells to use", async () => {
  const code = "function inner() {\n  const secret = { code: 42 };\n  return secret.code;\n}\ninner()";
  const { id, frames } = await stopIn(code, 3);
  await debug.body("copyToGlobals", {
    srcVariableName: "secret",
    dstVariableName: "kept",
    srcFrameId: frames[0].id,
  });
  assert.equal((await debug.variables(frames[0].id, "Globals")).kept, "{ code: 42 }");
  await goOn(id);
  assert.equal((await debug.kernel.execute("kept.code + 1")).result, "43");
});

test("completes names of the frame, of cells and of objects", async () => {
  await debug.kernel.execute("const colourful = { red: 1, green: 2 };");
  const code = "function paint(colour: string) {\n  return colour.length;\n}\npaint('red')";
  const { id, frames } = await stopIn(code, 2);
  const complete = async (text: string): Promise<string[]> => {
    const args = { text, column: text.length + 1, frameId: frames[0].id };
    return (await debug.body("completions", args)).targets.map(({ label }: Content) => label);
  };
  assert.deepEqual(await complete("1 + col"), ["colour", "colourful"]);
  assert.deepEqual(await complete("colourful.gr"), ["green"]);
  assert.ok((await complete("colour.toU")).includes("toUpperCase"));
  await goOn(id);
});

test("while a cell runs its variables are listed, and nothing of the user's is called", async () => {
  await debug.kernel.execute(
    "let calls = 0;\nconst spy = { [Symbol.for('nodejs.util.inspect.custom')]() { calls++; return 'called' } };",
  );
  const id = await debug.kernel.submit(
    "console.log('busy'); for (const end = Date.now() + 1500; Date.now() < end; ) {}\ncalls",
  );
  await debug.kernel.printed(id, "busy");
  const { variables } = await debug.body("inspectVariables");
  const { spy, calls } = texts(variables);
  assert.deepEqual([spy, calls], ["Object", "0"]);
  assert.match(await debug.refusal("evaluate", { expression: "calls" }), /running/);
  assert.equal((await debug.kernel.finished(id)).result, "0");
  assert.equal(texts((await debug.body("inspectVariables")).variables).spy, "called");
});

test("JupyterLab, which shows types in place of values, gets values", async () => {
  await debug.body("disconnect");
  await debug.attach("jupyterlab");
  await debug.kernel.execute("const word = 'text';");
  const { variables } = await debug.body("inspectVariables");
  const word = variables.find(({ name }: Content) => name === "word");
  assert.deepEqual([word.value, word.type], ["'text'", undefined]);
});
