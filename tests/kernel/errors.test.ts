/** @file Errors of cells: before they run, while they run, and after. */
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { stripVTControlCharacters } from "node:util";
import { KernelClient } from "./client";

let kernel: KernelClient;
before(async () => {
  kernel = await KernelClient.start();
});
after(() => kernel.close());

const text = (traceback: string[]) => stripVTControlCharacters(traceback.join("\n"));

test("a run-time error shows the cell's own line with a caret", async () => {
  const { reply, error } = await kernel.execute(
    `interface Point { x: number }
const unused: Point = { x: 1 };
function broken(value: any): number {
  return value.inner.x;
}
broken({});`,
  );
  assert.equal(reply.status, "error");
  assert.equal(reply.ename, "TypeError");
  assert.match(reply.evalue, /Cannot read properties of undefined/);
  assert.deepEqual(error?.traceback, reply.traceback);
  const shown = text(reply.traceback);
  assert.match(shown, new RegExp(`Cell In\\[${reply.execution_count}\\], line 4:22, in broken`));
  assert.match(shown, /> 4 \| {3}return value\.inner\.x;\n +\| {22}\^/);
  assert.match(shown, new RegExp(`Cell In\\[${reply.execution_count}\\], line 6:1`));
  assert.doesNotMatch(shown, /runtime\/|node:vm/);
});

test("an error in an earlier cell's function shows that cell", async () => {
  const first = await kernel.execute('function fails() {\n  throw new RangeError("deep");\n}');
  const second = await kernel.execute("\nfails()");
  const shown = text(second.reply.traceback);
  assert.match(shown, new RegExp(`Cell In\\[${first.reply.execution_count}\\], line 2:9, in fails`));
  assert.match(shown, new RegExp(`Cell In\\[${second.reply.execution_count}\\], line 2:1`));
});

test("an error after an await shows its line", async () => {
  const { reply } = await kernel.execute('await null;\n\nthrow new Error("after")');
  assert.match(text(reply.traceback), /line 3:7/);
});

test("causes and the errors of an AggregateError are shown", async () => {
  const caused = await kernel.execute('throw new Error("outer", { cause: new TypeError("inner") })');
  assert.match(text(caused.reply.traceback), /Error: outer[\s\S]*Caused by:\n {2}TypeError: inner/);
  const many = await kernel.execute('throw new AggregateError([new Error("one"), "two"], "several")');
  assert.match(
    text(many.reply.traceback),
    /AggregateError: several[\s\S]*1 of 2[\s\S]*Error: one[\s\S]*2 of 2[\s\S]*'two'/,
  );
});

test("classes of errors keep their names, and anything may be thrown", async () => {
  const own = await kernel.execute('class ShapeError extends Error {}\nthrow new ShapeError("bad")');
  assert.equal(own.reply.ename, "ShapeError");
  const value = await kernel.execute("throw { code: 7 }");
  assert.equal(value.reply.ename, "Uncaught");
  assert.equal(value.reply.evalue, "{ code: 7 }");
  const nothing = await kernel.execute("throw undefined");
  assert.equal(nothing.reply.status, "error");
});

test("endless recursion is an error that says so once", async () => {
  const { reply } = await kernel.execute("function again(): number {\n  return 1 + again();\n}\nagain()");
  assert.equal(reply.ename, "RangeError");
  assert.match(text(reply.traceback), /repeated \d+ more times/);
});

test("a type error is reported before anything runs", async () => {
  const { reply, stdout, error } = await kernel.execute('console.log("ran");\nlet wrong: number = "text";');
  assert.equal(stdout, "");
  assert.equal(reply.status, "error");
  assert.equal(error?.ename, "TypeScriptError");
  const shown = text(reply.traceback);
  assert.match(shown, /TS2322[\s\S]*Type 'string' is not assignable to type 'number'/);
  assert.match(shown, new RegExp(`Cell In\\[${reply.execution_count}\\], line 2:5`));
  assert.match(shown, /let wrong: number = "text";\n.*\^/);
});

test("a syntax error is reported at its place", async () => {
  const { reply } = await kernel.execute("const a = ;");
  assert.equal(reply.ename, "TypeScriptError");
  assert.match(text(reply.traceback), /line 1:11/);
});

test("what a cell assigned before it threw is kept", async () => {
  await kernel.execute("let kept = 1;");
  await kernel.execute('kept = 2; const also = 3; throw new Error("stop"); const never = 4;');
  assert.equal((await kernel.execute("kept + also")).result, "5");
});

test("an error in a timer is shown under its cell and the kernel lives", async () => {
  const first = await kernel.execute('setTimeout(() => { throw new RangeError("late") }, 100)');
  await kernel.execute("1");
  const shown = await kernel.waitFor(({ content }) => content.evalue === "late", "the timer's error");
  assert.equal(shown.parent, first.id);
  assert.equal(shown.type, "error");
  assert.match(
    text(shown.content.traceback),
    new RegExp(`Cell In\\[${first.reply.execution_count}\\], line 1:26`),
  );
  assert.equal((await kernel.execute("2")).result, "2");
});

test("an unhandled rejection is shown under its cell and the kernel lives", async () => {
  const first = await kernel.execute(
    '(async () => { await new Promise((done) => setTimeout(done, 100)); throw new Error("nobody waits") })(); 1',
  );
  await kernel.execute("1");
  const shown = await kernel.waitFor(({ content }) => content.evalue === "nobody waits", "the rejection");
  assert.equal(shown.parent, first.id);
  assert.equal((await kernel.execute("2")).result, "2");
});

test("error.stack speaks of the cell's lines", async () => {
  const { stdout, reply } = await kernel.execute(
    'type A = 1;\ntype B = 2;\nconsole.log(new Error("x").stack)',
  );
  assert.match(stdout, new RegExp(`Error: x\n +at Cell In\\[${reply.execution_count}\\]:3:13`));
});
