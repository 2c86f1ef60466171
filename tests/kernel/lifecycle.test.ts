/** @file The kernel's end: shutdown, exit, a parent that dies. */
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { after, test } from "node:test";
import { KERNEL_MAIN, KernelClient } from "./client";

const started: KernelClient[] = [];
after(async () => {
  for (const kernel of started) await kernel.close();
});

async function start(env?: NodeJS.ProcessEnv): Promise<KernelClient> {
  const kernel = await KernelClient.start({ env });
  started.push(kernel);
  return kernel;
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

test("shutdown is answered and leaves no process", async () => {
  const kernel = await start();
  await kernel.execute("1");
  assert.deepEqual(await kernel.request("control", "shutdown_request", { restart: false }), {
    status: "ok",
    restart: false,
  });
  assert.equal(await kernel.exited(), 0);
  assert.equal(kernel.log, "");
});

test("shutdown for a restart ends a kernel that is busy", async () => {
  const kernel = await start();
  const id = await kernel.submit('console.log("busy"); for (;;) {}');
  await kernel.printed(id, "busy");
  const reply = await kernel.request("control", "shutdown_request", { restart: true });
  assert.equal(reply.restart, true);
  const asked = performance.now();
  await kernel.exited();
  assert.ok(performance.now() - asked < 5000);
});

test("process.exit in a cell sends what was printed, answers, and ends the kernel", async () => {
  const kernel = await start();
  const id = await kernel.submit('console.log("last words"); process.exit(0); console.log("never")');
  const { stdout, reply } = await kernel.finished(id);
  assert.equal(stdout, "last words\n");
  assert.equal(reply.status, "ok");
  assert.equal(await kernel.exited(), 0);
});

test("process.exit lets listeners have their last words, and aborts the queue", async () => {
  const kernel = await start();
  const ids = [];
  for (const code of [
    'process.on("exit", (code) => { console.log(`left with ${code}`); throw new Error("ignored"); });',
    "process.exit(3)",
    "1",
  ])
    ids.push(await kernel.submit(code));
  assert.equal(await kernel.exited(), 3);
  const [, left, never] = await Promise.all(
    ids.map((id) => kernel.waitFor(({ parent, type }) => parent === id && type === "execute_reply")),
  );
  assert.equal(left.content.evalue, "3");
  assert.equal(never.content.status, "aborted");
  const text = kernel.of(ids[1]).filter(({ type }) => type === "stream");
  assert.equal(text.map(({ content }) => content.text).join(""), "left with 3\n");
});

test("a kernel whose parent dies ends itself, busy or not", async () => {
  const parent = spawn(process.execPath, ["-e", "setInterval(() => {}, 1000)"], { stdio: "ignore" });
  const kernel = await start({ JPY_PARENT_PID: String(parent.pid) });
  const id = await kernel.submit('console.log("busy"); for (;;) {}');
  await kernel.printed(id, "busy");
  parent.kill("SIGKILL");
  await once(parent, "exit");
  await kernel.exited();
  assert.equal(isAlive(kernel.process.pid as number), false);
});

test("a missing connection file is named", async () => {
  const child = spawn(process.execPath, [KERNEL_MAIN, "/no/such/file.json"], {
    stdio: ["ignore", "ignore", "pipe"],
  });
  let text = "";
  child.stderr?.on("data", (data) => {
    text += data;
  });
  const [code] = await once(child, "exit");
  assert.equal(code, 2);
  assert.match(text, /no connection file \/no\/such\/file\.json/);
});
