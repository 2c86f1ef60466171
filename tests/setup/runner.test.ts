/** @file The test runner's own promises: crashes, timeouts, skips and leftovers are told, never swallowed. */
import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { root } from "./project-copy";

interface Outcome {
  passed: number;
  failed: { name: string; error: string }[];
  skipped: { name: string; reason: string }[];
  output: string;
  leftovers: string[];
}

const folder = mkdtempSync(join(tmpdir(), "torchbook-runner-"));
after(() => rmSync(folder, { recursive: true }));
let runFile: (file: string, timeout: number) => Promise<Outcome>;
before(async () => {
  ({ runFile } = await import(`file://${join(root, "scripts", "test", "run-file.mjs")}`));
});

function run(text: string, timeout = 60_000): Promise<Outcome> {
  const file = join(folder, `${process.hrtime.bigint()}.test.js`);
  writeFileSync(
    file,
    `const { test, describe } = require("node:test"); const assert = require("node:assert");\n${text}`,
  );
  return runFile(file, timeout);
}

test("passed, failed and skipped tests are counted, with names, errors and reasons", async () => {
  const outcome = await run(`
    describe("group", () => { test("good", () => {}); test("bad", () => assert.equal(1, 2)); });
    test("left out", { skip: "no such device" }, () => {});
    test("later", { todo: "not written" }, () => {});`);
  assert.equal(outcome.passed, 1);
  assert.deepEqual(
    outcome.failed.map((failed) => failed.name),
    ["bad"],
  );
  assert.match(outcome.failed[0].error, /AssertionError[\s\S]*expected: 2/);
  assert.deepEqual(outcome.skipped, [
    { name: "left out", reason: "no such device" },
    { name: "later", reason: "to do: not written" },
  ]);
});

test("a file that crashes, or that holds no test, has failed", async () => {
  const crashed = await run(
    `test("good", () => {}); setTimeout(() => process.kill(process.pid, "SIGSEGV"), 50); setTimeout(() => {}, 5000);`,
  );
  assert.match(crashed.failed[0].error, /SIGSEGV/);
  const thrown = await run(`console.log("about to fail"); throw new Error("at load");`);
  assert.equal(thrown.failed.length, 1);
  assert.match(thrown.output, /about to fail[\s\S]*at load/);
  const empty = await run("");
  assert.match(empty.failed[0].error, /no test/);
});

test("a file that does not end is ended and has failed", async () => {
  const outcome = await run(`test("good", () => {}); test("endless", () => { for (;;); });`, 1500);
  assert.match(outcome.failed[0].error, /did not end within 1.5 s/);
});

test("processes that a file leaves behind are ended, also those in a session of their own", {
  skip: process.platform !== "linux" && "needs /proc",
}, async () => {
  const outcome = await run(`
    const { spawn } = require("node:child_process");
    test("starts one", () => {
      const child = spawn(process.execPath, ["-e", "setInterval(() => {}, 1000)"], { detached: true, stdio: "ignore" });
      child.unref();
      console.log("pid=" + child.pid);
    });`);
  assert.equal(outcome.passed, 1);
  assert.equal(outcome.leftovers.length, 1);
  const pid = Number(/pid=(\d+)/.exec(outcome.output)?.[1]);
  for (let i = 0; i < 50 && alive(pid); i++) await sleep(20);
  assert.ok(!alive(pid));
});

function alive(pid: number): boolean {
  try {
    return !readFileSync(`/proc/${pid}/stat`, "utf8").includes(") Z ");
  } catch {
    return false;
  }
}
