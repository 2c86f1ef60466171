/** @file The step that compiles: resumed after a kill, mended when outputs are gone, type errors told by their place. */
import assert from "node:assert/strict";
import { cpSync, existsSync, mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, test } from "node:test";
import { ProjectCopy, root } from "./project-copy";

const copy = new ProjectCopy();
after(() => copy.remove());
symlinkSync(join(root, "node_modules"), copy.path("node_modules"));
cpSync(join(root, "tsconfig.json"), copy.path("tsconfig.json"));
const only = ["--only", "compile"];
const one = copy.path("src", "one.ts");
const output = copy.path("dist", "src", "one.js");
mkdirSync(copy.path("tests"));
writeFileSync(one, "export const one: number = 1;\n");
writeFileSync(copy.path("tests", "two.test.ts"), 'import { one } from "../src/one";\nconsole.log(one);\n');

test("killed while it compiles, it compiles again", async () => {
  const run = copy.start(only);
  await run.saying("[1/1]");
  await run.kill();
  assert.ok(!existsSync(copy.path(".cache", "setup", "compile.json")));
  const result = await copy.run(only);
  assert.equal(result.code, 0, result.output);
  assert.match(readFileSync(output, "utf8"), /exports.one = 1/);
});

test("an output that is gone is made again though no source has changed", async () => {
  rmSync(output);
  const result = await copy.run(only);
  assert.equal(result.code, 0, result.output);
  assert.ok(existsSync(output));
  assert.match((await copy.run(only)).output, /up to date/);
});

test("a type error is told by its place, and the step is not taken for done", async () => {
  writeFileSync(one, 'export const one: number = "1";\n');
  for (let i = 0; i < 2; i++) {
    const result = await copy.run(only);
    assert.equal(result.code, 1, result.output);
    assert.match(result.output, /1 type errors?:\n +src\/one\.ts\(1,14\): error TS2322/);
  }
  writeFileSync(one, "export const one: number = 2;\n");
  assert.equal((await copy.run(only)).code, 0);
});

test("what was compiled from a source that is gone goes too", async () => {
  rmSync(copy.path("tests", "two.test.ts"));
  const result = await copy.run(only);
  assert.equal(result.code, 0, result.output);
  assert.ok(!existsSync(copy.path("dist", "tests", "two.test.js")));
  assert.ok(existsSync(output));
});

test("Ctrl-C ends the step's commands and gives the lock back", {
  skip: process.platform !== "linux" && "needs /proc",
}, async () => {
  writeFileSync(one, "export const one: number = 3;\n");
  const run = copy.start(only);
  await run.saying("[1/1]");
  const result = await run.interrupt();
  assert.equal(result.code, 130, result.output);
  assert.match(result.output, /broken off by SIGINT/);
  assert.ok(!existsSync(copy.path(".cache", "setup", "lock.json")));
  assert.equal((await copy.run(only)).code, 0);
});
