/** @file Questions to the user. */
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { KernelClient } from "./client";

let kernel: KernelClient;
before(async () => {
  kernel = await KernelClient.start();
});
after(() => kernel.close());

async function question(id: string) {
  return kernel.waitFor(({ type, parent }) => type === "input_request" && parent === id, "the question");
}

async function answer(value: string): Promise<void> {
  await kernel.send("stdin", "input_reply", { status: "ok", value });
}

test("input asks and gives the answer", async () => {
  const id = await kernel.submit('console.log("first"); const name = input("Name? "); "hello " + name', {
    allow_stdin: true,
  });
  const { content, channel } = await question(id);
  assert.equal(channel, "stdin");
  assert.deepEqual(content, { prompt: "Name? ", password: false });
  await answer("小明");
  const { result, stdout } = await kernel.finished(id);
  assert.equal(result, "'hello 小明'");
  assert.equal(stdout, "first\n");
});

test("input may be awaited, prompt is the same, several in a row", async () => {
  const id = await kernel.submit(
    'const one = await input("1"); const two = prompt("2", { password: true }); one + two',
    { allow_stdin: true },
  );
  await question(id);
  await answer("a");
  const second = await kernel.waitFor(({ content }) => content.prompt === "2", "the second question");
  assert.equal(second.content.password, true);
  await answer("b");
  assert.equal((await kernel.finished(id)).result, "'ab'");
});

test("without allow_stdin input is a clear error", async () => {
  const { reply } = await kernel.execute("input()", { allow_stdin: false });
  assert.equal(reply.status, "error");
  assert.match(reply.evalue, /allow_stdin/);
});

test("an interrupt ends a question, and a late answer harms nobody", async () => {
  const id = await kernel.submit('let before = 5; input("?")', { allow_stdin: true });
  await question(id);
  await kernel.interrupt();
  assert.equal((await kernel.finished(id)).reply.ename, "KeyboardInterrupt");
  await answer("too late");
  assert.equal((await kernel.execute("before")).result, "5");
  const next = await kernel.submit('input("again")', { allow_stdin: true });
  await question(next);
  await answer("in time");
  assert.equal((await kernel.finished(next)).result, "'in time'");
});
