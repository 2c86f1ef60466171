/** @file The set-up broken off in every step, and its downloads spoilt: the next run goes on and uses nothing half made. */
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, readdirSync, statSync, truncateSync, writeFileSync } from "node:fs";
import { after, test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { ProjectCopy } from "./project-copy";

const steps = ["packages", "python", "tensorflow", "addons"];
const only = ["--only", steps.join(",")];
const copy = new ProjectCopy();
after(() => copy.remove());

const downloads = () => copy.path(".cache", "tensorflow", "downloads");
const wheelNames = () =>
  existsSync(downloads()) ? readdirSync(downloads()).filter((name) => name.endsWith(".whl")) : [];

/** Loads the built engine in a process of its own and computes with it. */
function useEngine(): string {
  const script = `
    const util = require("node:util");
    util.isNullOrUndefined ??= (value) => value === null || value === undefined;
    const tf = require("@tensorflow/tfjs-node-gpu");
    require("./build/native/torchbook.node");
    console.log(tf.add(tf.tensor([1, 2]), tf.tensor([3, 4])).dataSync().join(), require("nodejieba").cut("我来到北京").join("/"));`;
  const env = { ...process.env, TF_CPP_MIN_LOG_LEVEL: "3" };
  return execFileSync(process.execPath, ["-e", script], {
    cwd: copy.folder,
    env,
    encoding: "utf8",
    stdio: "pipe",
  }).trim();
}

test("a registry that cannot be reached: the step, the command and what to try are named", async () => {
  const env = {
    npm_config_registry: "http://127.0.0.1:9/",
    npm_config_fetch_retries: "0",
    npm_config_cache: copy.path("no-cache"),
  };
  const result = await copy.run(["--only", "packages"], env);
  assert.equal(result.code, 1, result.output);
  assert.match(result.output, /set-up step \[1\/1\] "npm packages[^"]*" failed after/);
  assert.match(result.output, / ci --ignore-scripts/);
  assert.match(result.output, /npm config set registry/);
});

for (const [index, step] of steps.entries()) {
  test(`killed in the step ${step}`, async () => {
    const run = copy.start(only);
    await run.saying(`[${index + 1}/${steps.length}]`);
    await sleep(step === "addons" ? 1500 : 700);
    const result = await run.kill();
    assert.ok(!result.output.includes("set-up: ready"), "it was killed before its end");
    const stamps = readdirSync(copy.path(".cache", "setup"));
    const done = {
      packages: "packages.begun",
      python: "python.json",
      tensorflow: "tensorflow-cpu.json",
      addons: "addon-torchbook.json",
    };
    const name = done[step as keyof typeof done];
    assert.equal(stamps.includes(name), step === "packages", `${name} among ${stamps}`);
  });
  if (step !== "python") continue;

  test("another file under the wheel's name on the index is refused", async () => {
    await copy.run(["--only", "packages,python"]);
    const index = copy.path("spoilt-index");
    mkdirSync(index);
    const name = await wheelName();
    writeFileSync(`${index}/${name}`, "this is no wheel");
    const result = await copy.run(only, { PIP_NO_INDEX: "1", PIP_FIND_LINKS: index, PIP_NO_CACHE_DIR: "1" });
    assert.equal(result.code, 1, result.output);
    assert.match(result.output, /set-up step \[3\/4\] "TensorFlow [^"]*" failed/);
    assert.ok(!existsSync(copy.path(".cache", "tensorflow", "cpu")), "nothing was unpacked");
    assert.deepEqual(wheelNames(), []);
  });

  test("a half-fetched wheel under its final name is thrown away", async () => {
    mkdirSync(downloads(), { recursive: true });
    writeFileSync(`${downloads()}/${await wheelName()}`, Buffer.alloc(1 << 20));
    const run = copy.start(only);
    await run.saying("its hash is wrong");
    await run.kill();
    assert.deepEqual(wheelNames(), []);
  });
}

test("the next run goes on to the end, and what it made works", async () => {
  const result = await copy.run(only);
  assert.equal(result.code, 0, result.output);
  assert.match(result.output, /set-up: ready/);
  assert.ok(
    !result.output.includes("[1/4]") && !result.output.includes("[2/4]"),
    "finished steps are not done again",
  );
  assert.equal(useEngine(), "4,6 我/来到/北京");
  const leftovers = readdirSync(copy.path(".cache", "tensorflow"), { recursive: true }).filter((name) =>
    String(name).endsWith(".tmp"),
  );
  assert.deepEqual(leftovers, []);
});

test("a second run has nothing to do and takes under 3 s", async () => {
  const result = await copy.run(only);
  assert.equal(result.code, 0, result.output);
  assert.match(result.output, /everything is up to date/);
  assert.ok(result.milliseconds < 3000, `${result.milliseconds} ms`);
});

test("an output that was cut short afterwards is made again", async () => {
  const addon = copy.path("node_modules", "nodejieba", "build", "Release", "nodejieba.node");
  const size = statSync(addon).size;
  truncateSync(addon, size / 2);
  const result = await copy.run(only);
  assert.equal(result.code, 0, result.output);
  assert.equal(statSync(addon).size, size);
  assert.equal(useEngine(), "4,6 我/来到/北京");
});

async function wheelName(): Promise<string> {
  const wheels = await import(`file://${copy.path("scripts", "setup", "wheels.mjs")}`);
  return wheels.wheelFor("cpu").file;
}
