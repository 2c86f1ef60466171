/** @file Output that does not come from JavaScript: child processes and native code that write to descriptors 1 and 2. */
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { KernelClient } from "./client";

let kernel: KernelClient;
before(async () => {
  kernel = await KernelClient.start();
  await kernel.execute('import { execSync, spawn } from "node:child_process"; import fs from "node:fs";');
});
after(() => kernel.close());

test("a child with inherited stdio writes into the cell, in its place", async () => {
  const code = `console.log("before");
execSync("echo child; echo oops >&2", { stdio: "inherit" });
console.log("between");
execSync("echo again", { stdio: "inherit" });
console.log("after");`;
  for (let i = 0; i < 10; i++) {
    const { stdout, stderr } = await kernel.execute(code);
    assert.equal(stdout, "before\nchild\nbetween\nagain\nafter\n");
    assert.equal(stderr, "oops\n");
  }
});

test("children, the descriptors and JavaScript write in turns, and all stays in order", async () => {
  const { stdout, stderr, reply } = await kernel.execute(`for (let i = 0; i < 3000; i++) {
  fs.writeSync(1, \`a\${i}\\n\`);
  console.log("b" + i);
  fs.writeSync(2, \`d\${i}\\n\`);
  console.error("e" + i);
  if (i % 100 === 0) execSync("echo c" + i, { stdio: "inherit" });
  if (i % 500 === 0) await new Promise((resolve) => spawn("echo", ["f" + i], { stdio: "inherit" }).on("exit", resolve));
}`);
  assert.equal(reply.status, "ok");
  const numbers = Array.from({ length: 3000 }, (_, i) => i);
  const lines = (make: (i: number) => string) => numbers.map(make).join("");
  const children = (i: number) => (i % 100 === 0 ? `c${i}\n` : "") + (i % 500 === 0 ? `f${i}\n` : "");
  assert.equal(
    stdout,
    lines((i) => `a${i}\nb${i}\n${children(i)}`),
  );
  assert.equal(
    stderr,
    lines((i) => `d${i}\ne${i}\n`),
  );
});

test("writes to the descriptors themselves reach the notebook before idle", async () => {
  for (let i = 0; i < 20; i++) {
    const { stdout, stderr, messages } = await kernel.execute(
      'fs.writeSync(1, "你好\\n"); fs.writeSync(2, "err\\n"); 1',
    );
    assert.equal(stdout, "你好\n");
    assert.equal(stderr, "err\n");
    assert.equal(messages.at(-1)?.content.execution_state, "idle");
  }
});

test("a megabyte from a child arrives whole", async () => {
  const { stdout } = await kernel.execute(
    `execSync("yes 0123456789abcde | head -n 65536", { stdio: "inherit", shell: "/bin/sh" });`,
  );
  assert.equal(stdout, "0123456789abcde\n".repeat(65_536));
});

test("a child that is not waited for is shown under the cell that runs when it writes", async () => {
  const { id } = await kernel.execute(
    'spawn("sh", ["-c", "sleep 0.4; echo later"], { stdio: "inherit" }); 1',
  );
  await kernel.printed(id, "later");
});

test("an endless writer can be interrupted with its cell", async () => {
  const id = await kernel.submit(
    'const yes = spawn("yes", [], { stdio: "inherit" }); await new Promise<void>(() => {})',
  );
  await kernel.printed(id, "y");
  await kernel.interrupt();
  assert.equal((await kernel.finished(id)).reply.ename, "KeyboardInterrupt");
  await kernel.execute("yes.kill()");
  assert.equal((await kernel.execute("1 + 1")).result, "2");
});

test("a cell that closes a descriptor leaves nothing spinning", async () => {
  const { result } = await kernel.execute(`fs.closeSync(1);
const before = process.cpuUsage();
await new Promise((resolve) => setTimeout(resolve, 1000));
const { user, system } = process.cpuUsage(before);
console.log("said");
user + system < 500_000`);
  assert.equal(result, "true");
});
