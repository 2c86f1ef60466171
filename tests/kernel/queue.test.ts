/** @file Many cells, and what their requests may ask for. */
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { KernelClient } from "./client";

let kernel: KernelClient;
before(async () => {
  kernel = await KernelClient.start();
});
after(() => kernel.close());

test("200 queued cells are answered in order", async () => {
  await kernel.execute("let total = 0;");
  const ids: string[] = [];
  for (let i = 0; i < 200; i++) ids.push(await kernel.submit(`total += 1; console.log("cell ${i}"); total`));
  const all = await Promise.all(ids.map((id) => kernel.finished(id)));
  all.forEach(({ reply, stdout, result }, i) => {
    assert.equal(reply.status, "ok");
    assert.equal(reply.execution_count, i + 2);
    assert.equal(stdout, `cell ${i}\n`);
    assert.equal(result, String(i + 1));
  });
});

test("an error aborts the queued cells, unless stop_on_error is false", async () => {
  const ids = [];
  for (const code of ['await null; throw new Error("x")', "1", "2"]) ids.push(await kernel.submit(code));
  const stopped = await Promise.all(ids.map((id) => kernel.finished(id)));
  assert.deepEqual(
    stopped.map(({ reply }) => reply.status),
    ["error", "aborted", "aborted"],
  );
  const more = [];
  for (const code of ['throw new Error("x")', "1"])
    more.push(await kernel.submit(code, { stop_on_error: false }));
  const went = await Promise.all(more.map((id) => kernel.finished(id)));
  assert.deepEqual(
    went.map(({ reply }) => reply.status),
    ["error", "ok"],
  );
});

test("a queued cell sees the types that the one before it left, whether that ended well or not", async () => {
  const run = async (cells: string[]) => {
    const ids = [];
    for (const code of cells) ids.push(await kernel.submit(code, { stop_on_error: false }));
    return Promise.all(ids.map((id) => kernel.finished(id)));
  };
  const wait = "await new Promise((resolve) => setTimeout(resolve, 300));";
  const replaced = await run([
    `let queued = 1; ${wait}`,
    `let queued = "text"; ${wait}`,
    "queued.toUpperCase()",
    "const length: number = queued; length",
  ]);
  assert.deepEqual(
    replaced.map(({ reply }) => reply.status),
    ["ok", "ok", "ok", "error"],
  );
  assert.equal(replaced[2].result, "'TEXT'");
  // The second declaration is never reached: what follows has the first one's type.
  const broken = await run([
    "let kept = 41",
    `${wait} throw new Error("before"); let kept = "text";`,
    "const answer: number = kept + 1; answer",
    "kept.toUpperCase()",
    "answer + 1",
  ]);
  assert.deepEqual(
    broken.map(({ reply }) => reply.status),
    ["ok", "error", "ok", "error", "ok"],
  );
  assert.equal(broken[4].result, "43");
});

test("a queued cell that was stopped behind an interrupted one declares nothing", async () => {
  const ids = [
    await kernel.submit('console.log("ready"); for (;;) {}'),
    await kernel.submit("const neverMade = 1; neverMade"),
  ];
  await kernel.printed(ids[0], "ready");
  await new Promise((resolve) => setTimeout(resolve, 300));
  await kernel.interrupt();
  const stopped = await Promise.all(ids.map((id) => kernel.finished(id)));
  assert.deepEqual(
    stopped.map(({ reply }) => reply.status),
    ["error", "aborted"],
  );
  assert.match((await kernel.execute("neverMade")).reply.evalue as string, /neverMade/);
});

test("a silent cell broadcasts nothing, counts nothing, is not remembered", async () => {
  const before = (await kernel.execute("1")).reply.execution_count;
  const { messages } = await kernel.execute('console.log("x"); 5', { silent: true });
  assert.deepEqual(
    messages.map(({ content }) => content.execution_state),
    ["busy", "idle"],
  );
  const next = await kernel.execute("1");
  assert.equal(next.reply.execution_count, before + 1);
});

test("store_history false does not count", async () => {
  const before = (await kernel.execute("1")).reply.execution_count;
  assert.equal((await kernel.execute("2 + 2", { store_history: false })).result, "4");
  assert.equal((await kernel.execute("1")).reply.execution_count, before + 1);
});

test("user_expressions are evaluated with the cells' variables", async () => {
  const { reply } = await kernel.execute("const base = 20;", {
    user_expressions: { sum: "base + 1", bad: "missing.x" },
  });
  assert.equal(reply.user_expressions.sum.status, "ok");
  assert.equal(reply.user_expressions.sum.data["text/plain"], "21");
  assert.equal(reply.user_expressions.bad.status, "error");
  assert.equal(reply.user_expressions.bad.ename, "ReferenceError");
});

test("a blank cell is answered and does not count", async () => {
  const before = (await kernel.execute("1")).reply.execution_count;
  const { reply, messages } = await kernel.execute("  \n ");
  assert.equal(reply.status, "ok");
  assert.ok(messages.every(({ type }) => type !== "execute_result" && type !== "error"));
  assert.equal((await kernel.execute("1")).reply.execution_count, before + 1);
});
