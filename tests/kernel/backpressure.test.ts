/** @file A cell that prints without end, while nobody reads. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { after, before, test } from "node:test";
import { Subscriber } from "zeromq";
import { KernelClient } from "./client";

let kernel: KernelClient;
before(async () => {
  kernel = await KernelClient.start();
});
after(() => kernel.close());

test("endless printing stays in bounds, can be stopped, and loses no line", async () => {
  // 1 KB a line, as fast as the kernel takes it.
  const id = await kernel.submit(
    'let n = 0; const text = "x".repeat(1000); while (true) { console.log(n + " " + text); n++ }',
  );
  await kernel.printed(id, "0 x");
  let peak = 0;
  for (let i = 0; i < 5; i++) {
    await new Promise((resolve) => setTimeout(resolve, 300));
    peak = Math.max(peak, residentMegabytes(kernel.process.pid as number));
  }
  await kernel.interrupt();
  const { messages, reply } = await kernel.finished(id);
  assert.equal(reply.ename, "KeyboardInterrupt");
  // Not joined: it may be more than a string can hold.
  let next = 0;
  let rest = "";
  for (const { type, content } of messages) {
    if (type !== "stream") continue;
    const lines = (rest + content.text).split("\n");
    rest = lines.pop() ?? "";
    for (const line of lines) assert.equal(Number.parseInt(line, 10), next++);
  }
  assert.ok(next > 1000, `${next} lines`);
  const printed = Number((await kernel.execute("n")).result);
  assert.ok(Math.abs(printed - next) <= 1, `${printed} printed, ${next} arrived`);
  assert.ok(peak < 1200, `${peak} MB`);
});

test("a subscriber that never reads does not keep cells from being answered", async () => {
  const lazy = new Subscriber({ receiveHighWaterMark: 1, linger: 0 });
  lazy.connect(kernel.iopub.lastEndpoint as string);
  lazy.subscribe();
  try {
    await kernel.execute('for (let i = 0; i < 20; i++) process.stdout.write("y".repeat(1_000_000))');
    for (let i = 0; i < 20; i++) assert.equal((await kernel.execute(`${i}`)).result, `${i}`);
  } finally {
    lazy.close();
  }
});

function residentMegabytes(pid: number): number {
  const pages = Number(readFileSync(`/proc/${pid}/statm`, "utf8").split(" ")[1]);
  return (pages * 4096) / 1e6;
}
