/** @file Many cells in one session: memory stays flat. 500 cells; `TORCHBOOK_SOAK=5000` runs as many as that says. */
import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { after, before, test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { KernelClient } from "./client";

const CELLS = Number(process.env.TORCHBOOK_SOAK ?? 500);
/** What the session may grow by after its first half, in MB: history, sources and types of the cells are kept. */
const GROWTH_MB = 60 + CELLS / 50;

let kernel: KernelClient;
before(async () => {
  kernel = await KernelClient.start();
});
after(() => kernel.close());

/** Resident memory of the kernel and of its compile process in MB, once they had time to collect. */
async function memory(): Promise<number[]> {
  await sleep(1000);
  const pid = kernel.process.pid as number;
  const tasks = readdirSync(`/proc/${pid}/task`);
  const children = tasks.flatMap((task) =>
    readFileSync(`/proc/${pid}/task/${task}/children`, "utf8").split(" ").filter(Boolean),
  );
  assert.equal(children.length, 1, "one compile process, and it lives");
  return [pid, ...children].map((one) => {
    const status = readFileSync(`/proc/${one}/status`, "utf8");
    return Number(/VmRSS:\s+(\d+)/.exec(status)?.[1]) / 1000;
  });
}

test(`${CELLS} cells leave memory flat`, { skip: process.platform !== "linux" }, async () => {
  await kernel.execute("let total = 0;");
  let half: number[] = [];
  for (let i = 0; i < CELLS; i++) {
    // The same few names again and again, as when a notebook's cells are run over and over.
    const code = [
      `total += ${i}; console.log(total)`,
      `const list = Array.from({ length: 1000 }, (_, k) => k + ${i}); list.length`,
      `function twice(n: number): number { return 2 * n + ${i} } twice(1)`,
      `class Point { constructor(readonly x = ${i}) {} } new Point().x`,
      `display.html("<b>${i}</b>")`,
    ][i % 5];
    const { reply } = await kernel.execute(code);
    assert.equal(reply.status, "ok");
    kernel.messages.length = 0;
    if (i === CELLS >> 1) half = await memory();
  }
  const end = await memory();
  for (const [at, name] of ["the kernel", "the compile process"].entries())
    assert.ok(
      end[at] - half[at] < GROWTH_MB,
      `${name}: ${Math.round(half[at])} MB after half of the cells, ${Math.round(end[at])} MB at the end`,
    );
});
