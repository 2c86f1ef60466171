/** @file One set-up at a time: the second waits, and the lock of a dead one is taken over. */
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { existsSync, mkdirSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, test } from "node:test";
import { ProjectCopy, root } from "./project-copy";

const copy = new ProjectCopy();
after(() => copy.remove());
symlinkSync(join(root, "node_modules"), copy.path("node_modules"));
mkdirSync(copy.path(".cache", "setup"), { recursive: true });
const lock = copy.path(".cache", "setup", "lock.json");
const only = ["--only", "packages"];

test("a living set-up is waited for", async () => {
  writeFileSync(lock, JSON.stringify({ pid: process.pid, groups: [] }));
  const run = copy.start(only);
  await run.saying(`another set-up of this project (process ${process.pid}) is running`);
  rmSync(lock);
  const result = await run.end();
  assert.equal(result.code, 0, result.output);
  assert.ok(!existsSync(lock));
});

test("the lock of a dead set-up is taken over, and what it left running is ended", async () => {
  const orphan = spawn(process.execPath, ["-e", "setInterval(() => {}, 1000)"], {
    detached: true,
    stdio: "ignore",
  });
  const ended = new Promise((resolve) => orphan.on("exit", (_code, signal) => resolve(signal)));
  const dead = spawn(process.execPath, ["-e", ""]);
  await new Promise((resolve) => dead.on("exit", resolve));
  writeFileSync(lock, JSON.stringify({ pid: dead.pid, groups: [{ pid: orphan.pid }] }));
  const result = await copy.run(only);
  assert.equal(result.code, 0, result.output);
  assert.equal(await ended, "SIGKILL");
  assert.ok(!existsSync(lock));
});

test("a broken lock file is no obstacle", async () => {
  writeFileSync(lock, '{"pid": 12');
  const result = await copy.run(only);
  assert.equal(result.code, 0, result.output);
});

test("several at once: all end well", async () => {
  const results = await Promise.all([1, 2, 3].map(() => copy.run(only)));
  for (const result of results) assert.equal(result.code, 0, result.output);
  assert.ok(!existsSync(lock));
});
