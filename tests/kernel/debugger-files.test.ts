/** @file Debugging the `.ts` files beside the notebook: breakpoints, steps, variables, expressions, edited files. */
import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import path from "node:path";
import { after, before, test } from "node:test";
import type { Content } from "./client";
import { DebugClient } from "./debug-client";

const MODEL = `import { helper } from "./helper";
interface T { a: number }

export const scale: number = 3;
const hidden = 7;
export function work(t: T): number {
  let total = 0;
  for (let i = 0; i < 2; i++) {
    total += helper(t.a) * scale + hidden;
  }
  return total;
}
`;
const HELPER = `type N = number;
export function helper(n: N): N {
  const doubled = n * 2;
  return doubled;
}
await null;
export const after = 5;
`;
const CELL = 'import { work } from "./model";\nconst worked = work({ a: 5 });\nworked';

let debug: DebugClient;
let model: string;
let helper: string;

before(async () => {
  debug = await DebugClient.start();
  const { result = "" } = await debug.kernel.execute("__dirname");
  model = path.join(result.slice(1, -1), "model.ts");
  helper = path.join(result.slice(1, -1), "helper.ts");
  writeFileSync(model, MODEL);
  writeFileSync(helper, HELPER);
});
after(() => debug.kernel.close());

async function stopped(): Promise<{ where: string[]; frameId: number }> {
  await debug.event("stopped");
  const { stackFrames } = await debug.body("stackTrace", { threadId: 1 });
  const where = stackFrames.map(
    ({ name, line, source }: Content) =>
      `${name} ${path.extname(source.name) ? source.name : "cell"}:${line}`,
  );
  return {
    where: where.map((one: string) => one.replace(/Cell In\[\d+\]/, "cell")),
    frameId: stackFrames[0].id,
  };
}

const setIn = (file: string, ...breakpoints: object[]) =>
  debug.body("setBreakpoints", { source: { path: file }, breakpoints, sourceModified: false });
const go = (command: string) => debug.body(command, { threadId: 1 });

test("breakpoints in files, set before they are loaded; steps go in and out of them", async () => {
  await setIn(helper, { line: 7 });
  await debug.breakpoints(CELL, 2);
  const id = await debug.kernel.submit(CELL);
  assert.deepEqual((await stopped()).where, ["helper.ts helper.ts:7"]);
  await go("continue");
  assert.deepEqual((await stopped()).where, ["cell cell:2"]);
  await go("stepIn");
  assert.deepEqual((await stopped()).where, ["work model.ts:7", "cell cell:2"]);
  await go("next");
  await stopped();
  await go("next");
  const { where, frameId } = await stopped();
  assert.deepEqual(where, ["work model.ts:9", "cell cell:2"]);
  const values: Record<string, string> = {
    total: "0",
    "t.a": "5",
    scale: "3",
    hidden: "7",
    "helper(2) + scale": "7",
    "[1].map((scale) => scale + hidden)[0]": "8",
  };
  for (const [expression, value] of Object.entries(values))
    assert.equal((await debug.body("evaluate", { expression, frameId })).result, value, expression);
  await go("stepIn");
  assert.deepEqual((await stopped()).where, ["helper helper.ts:3", "work model.ts:9", "cell cell:2"]);
  await go("stepOut");
  await stopped();
  assert.equal((await debug.body("source", { source: { path: model } })).content, MODEL);
  await setIn(model, { line: 9, condition: "total > 1000 || scale > 5" });
  await go("continue");
  assert.equal((await debug.kernel.finished(id)).result, "74");
});

test("a step over a line that loads a file ends on the next line", async () => {
  await debug.reset();
  const code = 'const loaded = await import("./model");\nloaded.work({ a: 1 });';
  writeFileSync(model, `${MODEL}\n`);
  await debug.breakpoints(code, 1);
  const id = await debug.kernel.submit(code);
  assert.deepEqual((await stopped()).where, ["cell cell:1"]);
  await go("next");
  assert.deepEqual((await stopped()).where, ["cell cell:2"]);
  await go("continue");
  await debug.kernel.finished(id);
});

test("an edited file stops on its own lines, and so does what is left of the old one", async () => {
  await debug.reset();
  await debug.kernel.execute('import { work as old } from "./model";');
  writeFileSync(model, "// one\n\nexport function work(t: { a: number }): number {\n  return t.a;\n}\n");
  await setIn(model, { line: 4 });
  const id = await debug.kernel.submit('import { work as edited } from "./model"; edited({ a: 2 })');
  assert.deepEqual((await stopped()).where, ["work model.ts:4", "cell cell:1"]);
  await go("continue");
  assert.equal((await debug.kernel.finished(id)).result, "2");
  await setIn(model);
  assert.equal((await debug.kernel.execute("old({ a: 5 })")).result, "74");
});
