/** @file Results, displays and variables of cells. */
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { type Execution, KernelClient } from "./client";

let kernel: KernelClient;
before(async () => {
  kernel = await KernelClient.start();
});
after(() => kernel.close());

const displays = ({ messages }: Execution) =>
  messages.filter(({ type }) => type === "display_data" || type === "update_display_data");

test("the last expression is the result", async () => {
  const { reply, messages, result } = await kernel.execute("1 + 1");
  assert.equal(result, "2");
  assert.equal(reply.status, "ok");
  const types = messages.map(({ type, content }) => content.execution_state ?? type);
  assert.deepEqual(types, ["busy", "execute_input", "execute_result", "idle"]);
  const shown = messages.find(({ type }) => type === "execute_result")?.content;
  assert.equal(shown?.execution_count, reply.execution_count);
});

test("objects, strings and null are shown as Node shows them; undefined is not shown", async () => {
  assert.equal((await kernel.execute("({ a: 1, b: [1, 2] })")).result, "{ a: 1, b: [ 1, 2 ] }");
  assert.equal((await kernel.execute('"text"')).result, "'text'");
  assert.equal((await kernel.execute("null")).result, "null");
  assert.equal((await kernel.execute("undefined")).result, undefined);
  assert.equal((await kernel.execute("const quiet = 5")).result, undefined);
});

test("variables, functions and classes are there in later cells", async () => {
  await kernel.execute(
    "let n = 1; function twice(x: number) { return 2 * x } class Box { constructor(readonly v: number) {} }",
  );
  assert.equal((await kernel.execute("n = 21; twice(n) + new Box(1).v")).result, "43");
});

test("top-level await", async () => {
  assert.equal((await kernel.execute("const waited = await Promise.resolve(7); waited + 1")).result, "8");
});

test("a Jupyter.display method gives the result's bundle, also by a promise", async () => {
  const sync = await kernel.execute(
    '({ [Symbol.for("Jupyter.display")]: () => ({ "text/plain": "p", "text/html": "<i>h</i>" }) })',
  );
  const bundle = sync.messages.find(({ type }) => type === "execute_result")?.content.data;
  assert.deepEqual(bundle, { "text/plain": "p", "text/html": "<i>h</i>" });
  const late = await kernel.execute(
    '({ [Symbol.for("Jupyter.display")]: async () => ({ "text/plain": "later" }) })',
  );
  assert.equal(late.result, "later");
});

test("a Jupyter.display method that throws does not hide the value", async () => {
  const { result, reply } = await kernel.execute(
    '({ kept: 1, [Symbol.for("Jupyter.display")]() { throw new Error("no") } })',
  );
  assert.equal(reply.status, "ok");
  assert.match(String(result), /kept: 1/);
});

test("display takes values, bundles and named forms", async () => {
  const execution = await kernel.execute(
    'display({ "text/html": "<b>x</b>" }); display.markdown("# t"); display([1, 2]); display.png(new Uint8Array([1, 2, 3])); display.json({ a: 1 })',
  );
  assert.deepEqual(
    displays(execution).map(({ content }) => content.data),
    [
      { "text/html": "<b>x</b>" },
      { "text/markdown": "# t" },
      { "text/plain": "[ 1, 2 ]" },
      { "image/png": "AQID" },
      { "application/json": { a: 1 }, "text/plain": '{\n  "a": 1\n}' },
    ],
  );
});

test("a display is updated by its id, also from a later cell", async () => {
  const first = await kernel.execute('const bar = display("one", { display_id: "bar" }); bar.update("two")');
  const second = await kernel.execute('display("three", { display_id: "bar", update: true }); bar');
  const all = [...displays(first), ...displays(second)];
  assert.deepEqual(
    all.map(({ type, content }) => [type, content.data["text/plain"], content.transient.display_id]),
    [
      ["display_data", "'one'", "bar"],
      ["update_display_data", "'two'", "bar"],
      ["update_display_data", "'three'", "bar"],
    ],
  );
  assert.equal(second.result, undefined);
});

test("the global hook for libraries sends displays", async () => {
  const execution = await kernel.execute(
    '(globalThis as any)[Symbol.for("Jupyter.display")]({ "text/plain": "50 %" }, { display_id: "p", metadata: { m: 1 } })',
  );
  assert.deepEqual(displays(execution)[0].content, {
    data: { "text/plain": "50 %" },
    metadata: { m: 1 },
    transient: { display_id: "p" },
  });
});

test("a display whose data come later is shown before idle", async () => {
  const execution = await kernel.execute(
    'display({ [Symbol.for("Jupyter.display")]: () => new Promise((done) => setTimeout(() => done({ "text/plain": "slow" }), 100)) })',
  );
  assert.equal(displays(execution)[0].content.data["text/plain"], "slow");
});

test("modules: Node's own, dynamic, CommonJS and ESM-only packages, JSON", async () => {
  assert.equal((await kernel.execute('import { join } from "node:path"; join("a", "b")')).result, "'a/b'");
  assert.equal(
    (await kernel.execute('const os = await import("node:os"); typeof os.cpus')).result,
    "'function'",
  );
  await kernel.execute(
    `import { mkdirSync, writeFileSync } from "node:fs";
mkdirSync("node_modules/only-esm", { recursive: true });
writeFileSync("node_modules/only-esm/package.json", JSON.stringify({ name: "only-esm", type: "module", exports: { ".": { import: "./main.js" } } }));
writeFileSync("node_modules/only-esm/main.js", "export const answer = 42; export default 'esm'");
mkdirSync("node_modules/old-style", { recursive: true });
writeFileSync("node_modules/old-style/package.json", JSON.stringify({ name: "old-style" }));
writeFileSync("node_modules/old-style/index.js", "module.exports = { kind: 'cjs' }");
writeFileSync("data.json", '{"rows": 3}')`,
  );
  const dynamic = await kernel.execute('const esm: any = await import("only-esm" as string); esm.answer');
  assert.equal(dynamic.result, "42");
  assert.equal(
    (await kernel.execute('(await import("old-style" as string) as any).default.kind')).result,
    "'cjs'",
  );
  assert.equal((await kernel.execute('require("old-style").kind')).result, "'cjs'");
  assert.equal((await kernel.execute('require("./data.json").rows')).result, "3");
  const [major, minor] = process.versions.node.split(".").map(Number);
  if (major > 22 || (major === 22 && minor >= 12) || (major === 20 && minor >= 19)) {
    assert.equal((await kernel.execute('require("only-esm").default')).result, "'esm'");
  }
});

test("a missing module says how to add it", async () => {
  const { error } = await kernel.execute('require("no-such-package")');
  assert.match(error?.evalue, /Cannot find module 'no-such-package'.*npm install no-such-package/);
});
