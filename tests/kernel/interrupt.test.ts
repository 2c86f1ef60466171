/** @file Stop: whatever a cell is doing, within a second, with the variables kept. */
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { KernelClient } from "./client";

let kernel: KernelClient;
before(async () => {
  kernel = await KernelClient.start();
  await kernel.execute("let kept = 0;");
});
after(() => kernel.close());

const LIMIT_MS = 1000;
let round = 0;

/** Runs a cell that never ends by itself, stops it, and looks whether the kernel is whole. */
async function stops(code: string): Promise<void> {
  round++;
  const id = await kernel.submit(`kept = ${round}; console.log("started"); ${code}`);
  await kernel.printed(id, "started");
  await new Promise((resolve) => setTimeout(resolve, 200));
  const asked = performance.now();
  assert.equal((await kernel.interrupt()).status, "ok");
  const { reply, error, messages } = await kernel.finished(id);
  const took = performance.now() - asked;
  assert.equal(reply.status, "error");
  assert.equal(reply.ename, "KeyboardInterrupt");
  assert.equal(error?.ename, "KeyboardInterrupt");
  assert.ok(took < LIMIT_MS, `stopped after ${took} ms`);
  assert.equal(messages.filter(({ content }) => content.execution_state === "idle").length, 1);
  assert.equal((await kernel.execute("kept")).result, String(round));
}

test("a busy loop", () => stops("while (true) {}"));
test("a busy loop that catches everything", () =>
  stops("while (true) { try { while (true) {} } catch {} finally { while (true) {} } }"));
test("a busy loop after an await", () => stops("await null; while (true) {}"));
test("an endless chain of awaits", () => stops("while (true) await null;"));
test("a promise that never settles", () => stops("await new Promise(() => {});"));
test("a loop of timers", () => stops("while (true) await new Promise((done) => setTimeout(done, 10));"));
test("a wait that blocks the thread", () =>
  stops("Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0);"));
test("a loop that prints without end", () =>
  stops('while (true) console.log("a line of text that fills the pipes of the kernel");'));
test("a busy loop in a timer of the cell", () =>
  stops("setTimeout(() => { while (true) {} }, 50); await new Promise(() => {});"));

test("a busy loop below an AsyncLocalStorage of the cell", () =>
  stops(
    'import { AsyncLocalStorage } from "node:async_hooks"; const store = new AsyncLocalStorage<number>(); ' +
      "await store.run(1, async () => { await null; while (true) {} });",
  ));
test("a busy loop in a tick", () =>
  stops("process.nextTick(() => { while (true) {} }); await new Promise(() => {});"));
test("a busy loop in the callback of a read", () =>
  stops(
    'import { readFile } from "node:fs"; readFile("/etc/hostname", () => { while (true) {} }); await new Promise(() => {});',
  ));
test("a busy loop after an asynchronous read", () =>
  stops('import { promises } from "node:fs"; await promises.readFile("/etc/hostname"); while (true) {}'));

test("a regular expression that backtracks without end", () =>
  stops(`/^(a+)+$/.test("a".repeat(60) + "b");`));

test("stopping again and again", async () => {
  for (let i = 0; i < 5; i++) await stops(i % 2 ? "await null; for (;;) {}" : "for (;;) {}");
});

test("several interrupts at once stop one cell only", async () => {
  const id = await kernel.submit('console.log("started"); for (;;) {}');
  await kernel.printed(id, "started");
  await Promise.all([kernel.interrupt(), kernel.interrupt(), kernel.interrupt()]);
  assert.equal((await kernel.finished(id)).reply.ename, "KeyboardInterrupt");
  assert.equal((await kernel.execute("1 + 1")).result, "2");
});

test("an idle kernel takes an interrupt without harm", async () => {
  assert.equal((await kernel.interrupt()).status, "ok");
  assert.equal((await kernel.execute("1 + 1")).result, "2");
});

test("a child process that the cell waits for is stopped with it; earlier ones live on", async () => {
  await kernel.execute(
    "import { execSync, spawn } from 'node:child_process'; const server = spawn('sleep', ['60']); await new Promise((done) => server.once('spawn', done)); 0",
  );
  await stops("execSync('sleep 60');");
  await stops("for (;;) {}");
  assert.equal((await kernel.execute("[server.exitCode, server.signalCode]")).result, "[ null, null ]");
  await kernel.execute("server.kill()");
});

test("a timer's busy loop is stopped when no cell runs, and said so where it came from", async () => {
  const id = await kernel.submit('setInterval(() => { console.log("spins"); for (;;) {} }, 10); 1');
  await kernel.finished(id);
  await kernel.printed(id, "spins");
  assert.equal((await kernel.interrupt()).status, "ok");
  assert.equal((await kernel.execute("1 + 1")).result, "2");
  const error = await kernel.waitFor(({ parent, type }) => parent === id && type === "error");
  assert.equal(error.content.ename, "KeyboardInterrupt");
});

test("a timer's question is given up when no cell runs", async () => {
  const id = await kernel.submit('setTimeout(() => console.log(input("late? ")), 10); 1', {
    allow_stdin: true,
  });
  await kernel.finished(id);
  await kernel.waitFor(({ parent, type }) => parent === id && type === "input_request");
  await kernel.interrupt();
  assert.equal((await kernel.execute("1 + 1")).result, "2");
});

test("a timer that is not busy outlives an interrupt of the idle kernel", async () => {
  const id = await kernel.submit('setTimeout(() => console.log("rang"), 200); 1');
  await kernel.finished(id);
  await kernel.interrupt();
  await kernel.printed(id, "rang");
});

test("cells queued behind the one that is stopped are aborted, later ones run", async () => {
  const ids = [];
  for (const code of ['console.log("started"); for (;;) {}', "2", "3"]) ids.push(await kernel.submit(code));
  await kernel.printed(ids[0], "started");
  await kernel.interrupt();
  const replies = await Promise.all(ids.map((id) => kernel.finished(id)));
  assert.deepEqual(
    replies.map(({ reply }) => reply.status),
    ["error", "aborted", "aborted"],
  );
  assert.equal((await kernel.execute("4")).result, "4");
});

test("what is left of a stopped cell cannot print into later cells", async () => {
  const id = await kernel.submit(
    'import { setTimeout as pause } from "node:timers/promises"; console.log("started"); while (true) { await pause(50); console.log("ghost") }',
  );
  await kernel.printed(id, "started");
  await kernel.interrupt();
  await kernel.finished(id);
  const before = kernel.of(id).length;
  const next = await kernel.execute("await new Promise((done) => setTimeout(done, 300)); 5");
  assert.equal(next.stdout, "");
  assert.equal(next.result, "5");
  assert.equal(kernel.of(id).length, before);
});

test("a signal from outside stops a busy cell and never the kernel", async () => {
  kernel.process.kill("SIGINT");
  const id = await kernel.submit('console.log("started"); for (;;) {}');
  await kernel.printed(id, "started");
  kernel.process.kill("SIGINT");
  assert.equal((await kernel.finished(id)).reply.ename, "KeyboardInterrupt");
  assert.equal((await kernel.execute("1 + 1")).result, "2");
});
