/** @file The compiler's process and its snapshot: where the snapshot is missing or damaged, and where the process is killed. */
import assert from "node:assert/strict";
import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import {
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { after, before, test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { own } from "../../kernel/own-children";
import { signalYoungestChild } from "../../kernel/protocol/children";
import { KernelClient } from "./client";

const cache = mkdtempSync(path.join(tmpdir(), "torchbook-cache-"));
const env = { TORCHBOOK_CACHE: cache };
const builder = path.join(__dirname, "..", "..", "kernel", "compiler", "build-snapshot.js");
let snapshot = "";

before(() => {
  snapshot = build();
});
after(() => rmSync(cache, { recursive: true, force: true }));

/** Makes the snapshot unless it is there; gives its place. */
function build(): string {
  return execFileSync(process.execPath, [builder], {
    env: { ...process.env, ...env },
    encoding: "utf8",
  }).trim();
}

/** The compiler's process of a kernel; undefined where a thread compiles. */
function compilerOf(kernel: KernelClient): number | undefined {
  const lines = execFileSync("ps", ["-A", "-o", "pid=,ppid=,args="], { encoding: "utf8" }).split("\n");
  const fields = lines.map((line) => line.trim().split(/\s+/));
  const found = fields.find(
    ([, parent, ...args]) => Number(parent) === kernel.process.pid && args.includes("--snapshot-blob"),
  );
  return found && Number(found[0]);
}

function isAlive(pid: number): boolean {
  try {
    // One that has ended and that nobody has asked about yet is a zombie.
    return !/^State:\s+Z/m.test(readFileSync(`/proc/${pid}/status`, "utf8"));
  } catch {
    return false;
  }
}

async function isGone(pid: number): Promise<boolean> {
  for (let tries = 0; tries < 100 && isAlive(pid); tries++) await sleep(50);
  return !isAlive(pid);
}

async function withKernel(run: (kernel: KernelClient) => Promise<void>): Promise<void> {
  const kernel = await KernelClient.start({ env });
  try {
    await run(kernel);
  } finally {
    await kernel.close();
  }
}

async function compiles(kernel: KernelClient): Promise<void> {
  assert.equal((await kernel.execute("const answer: number = 6 * 7; answer")).result, "42");
  assert.match((await kernel.execute("const text: string = answer")).error?.evalue ?? "", /not assignable/);
}

test("a process from the snapshot compiles cells, and ends with the kernel", async () => {
  let pid: number | undefined;
  await withKernel(async (kernel) => {
    await compiles(kernel);
    pid = compilerOf(kernel);
    assert.ok(pid, "no process from the snapshot");
    assert.equal(kernel.log, "");
    await kernel.request("control", "shutdown_request", { restart: false });
    await kernel.exited();
  });
  assert.ok(await isGone(pid as unknown as number));
});

test("a kernel that is killed leaves no process, also when the compiler is busy", async () => {
  await withKernel(async (kernel) => {
    await compiles(kernel);
    const pid = compilerOf(kernel) as number;
    assert.ok(isAlive(pid));
    // Types that take half a minute.
    await kernel.submit(
      `type Grow<T extends 0[], N> = T["length"] extends N ? T : Grow<[...T, 0], N>;
${Array.from({ length: 400 }, (_, i) => `type T${i} = Grow<[], ${590 + i}>; const t${i}: T${i}["length"] = 1;`).join("\n")}`,
    );
    await sleep(300);
    assert.ok(isAlive(pid));
    kernel.process.kill("SIGKILL");
    await kernel.exited();
    // Elsewhere it ends when it has done what it is at.
    if (process.platform === "linux") assert.ok(await isGone(pid));
  });
});

test("what an interrupt signals is no process of the kernel's own", {
  skip: process.platform !== "linux" && "only on Linux are children found",
}, async () => {
  const sleeper = (): ChildProcess => spawn("sleep", ["60"], { stdio: "ignore" });
  const waitedFor = sleeper();
  await once(waitedFor, "spawn");
  await sleep(50);
  const younger = sleeper();
  own(younger);
  await once(younger, "spawn");
  signalYoungestChild("SIGINT", 60);
  assert.deepEqual(await once(waitedFor, "exit"), [null, "SIGINT"]);
  assert.equal(younger.exitCode ?? younger.signalCode, null);
  younger.kill();
});

test("a Ctrl-C for all processes is not the compiler's", async () => {
  await withKernel(async (kernel) => {
    await compiles(kernel);
    const pid = compilerOf(kernel) as number;
    process.kill(pid, "SIGINT");
    assert.equal((await kernel.execute("answer + 1")).result, "43");
    assert.equal(compilerOf(kernel), pid);
  });
});

test("when the compiler is killed another goes on with what the cells declared", async () => {
  await withKernel(async (kernel) => {
    await compiles(kernel);
    await kernel.execute("type Pair<T> = [T, T]; function twice<T>(one: T): Pair<T> { return [one, one] }");
    const pid = compilerOf(kernel) as number;
    // Before it could hear how the cell ended, and with a cell in between that it has not seen at all.
    await kernel.execute(`const answer = 'again'; process.kill(${pid}, "SIGKILL")`);
    assert.ok(await isGone(pid));
    assert.equal(
      (await kernel.execute("const pair: Pair<string> = twice(answer); pair.join()")).result,
      "'again,again'",
    );
    assert.match((await kernel.execute("const n: number = answer")).error?.evalue ?? "", /not assignable/);
    assert.match(kernel.log, /the compiler failed and is started again/);
  });
});

for (const [what, damage] of [
  ["is cut short", (file: string) => truncateSync(file, 1_000_000)],
  ["is no snapshot", (file: string) => writeFileSync(file, "no snapshot")],
  ["has other bytes in the middle", (file: string) => writeBytes(file)],
] as const) {
  test(`a snapshot that ${what} is removed, and a thread compiles`, async () => {
    build();
    damage(snapshot);
    await withKernel(async (kernel) => {
      await compiles(kernel);
      assert.equal(compilerOf(kernel), undefined);
      assert.match(kernel.log, /snapshot cannot be used/);
      assert.ok(!existsSync(snapshot));
    });
  });
}

function writeBytes(file: string): void {
  const bytes = readFileSync(file);
  bytes.fill(0x5a, bytes.length >> 1, (bytes.length >> 1) + 4096);
  writeFileSync(file, bytes);
}

test("without a snapshot a thread compiles and the kernel makes one when it has time", async () => {
  rmSync(snapshot, { force: true });
  await withKernel(async (kernel) => {
    await compiles(kernel);
    assert.equal(compilerOf(kernel), undefined);
    assert.equal(kernel.log, "");
    for (let tries = 0; tries < 1800 && !existsSync(snapshot); tries++) await sleep(100);
    assert.ok(existsSync(snapshot));
    assert.deepEqual(
      readdirSync(cache).filter((name) => /\.blob./.test(name)),
      [],
    );
  });
  await withKernel(async (kernel) => {
    await compiles(kernel);
    assert.ok(compilerOf(kernel));
  });
});

test("where nothing can be written a thread compiles", async () => {
  const file = path.join(cache, "a-file");
  writeFileSync(file, "");
  const kernel = await KernelClient.start({ env: { TORCHBOOK_CACHE: path.join(file, "folder") } });
  await compiles(kernel);
  await kernel.close();
});

test("several that make the snapshot at once leave a good one", async () => {
  rmSync(snapshot, { force: true });
  const { buildSnapshot } = require(path.join(path.dirname(builder), "snapshot.js")) as {
    buildSnapshot(): Promise<string>;
  };
  process.env.TORCHBOOK_CACHE = cache;
  const files = await Promise.all([buildSnapshot(), buildSnapshot()]);
  assert.deepEqual(new Set(files), new Set([snapshot]));
  await withKernel(async (kernel) => {
    await compiles(kernel);
    assert.ok(compilerOf(kernel));
  });
});
