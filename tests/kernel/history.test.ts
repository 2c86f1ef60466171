/** @file History over sessions, in a file that kernels share. */
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readdirSync, rmSync, utimesSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { type Content, KernelClient } from "./client";

let folder: string;
let env: NodeJS.ProcessEnv;
before(() => {
  folder = mkdtempSync(join(tmpdir(), "torchbook-history-"));
  env = { TORCHBOOK_HISTORY: join(folder, "deep", "history.sqlite") };
});
after(() => rmSync(folder, { recursive: true, force: true }));

async function ask(kernel: KernelClient, content: Content): Promise<unknown[]> {
  const request = { output: false, raw: true, ...content };
  const reply = await kernel.request("shell", "history_request", request);
  assert.equal(reply.status, "ok");
  return reply.history;
}

async function session(cells: string[]): Promise<void> {
  const kernel = await KernelClient.start({ env });
  for (const code of cells) await kernel.execute(code);
  await kernel.request("control", "shutdown_request", { restart: false });
  await kernel.exited();
  await kernel.close();
}

test("earlier sessions are found by tail, range and search", async () => {
  await session(["1 + 1", 'const 名 = "第一"']);
  await session(["1 + 1", "2 + 2"]);
  const kernel = await KernelClient.start({ env });
  try {
    await kernel.execute("3 + 3");
    assert.deepEqual(await ask(kernel, { hist_access_type: "tail", n: 3 }), [
      [2, 1, "1 + 1"],
      [2, 2, "2 + 2"],
      [3, 1, "3 + 3"],
    ]);
    assert.deepEqual(await ask(kernel, { hist_access_type: "range", session: 1, start: 2, stop: 3 }), [
      [1, 2, 'const 名 = "第一"'],
    ]);
    assert.deepEqual(await ask(kernel, { hist_access_type: "range", session: -1, start: 1, stop: null }), [
      [2, 1, "1 + 1"],
      [2, 2, "2 + 2"],
    ]);
    assert.deepEqual(
      await ask(kernel, { hist_access_type: "range", session: 0, start: 1, stop: 2, output: true }),
      [[0, 1, ["3 + 3", "6"]]],
    );
    const search = { hist_access_type: "search", pattern: "? + ?", n: 10 };
    assert.deepEqual(await ask(kernel, search), [
      [1, 1, "1 + 1"],
      [2, 1, "1 + 1"],
      [2, 2, "2 + 2"],
      [3, 1, "3 + 3"],
    ]);
    assert.deepEqual(await ask(kernel, { ...search, unique: true, output: true }), [
      [2, 1, ["1 + 1", "2"]],
      [2, 2, ["2 + 2", "4"]],
      [3, 1, ["3 + 3", "6"]],
    ]);
    assert.deepEqual(await ask(kernel, { ...search, n: 1 }), [[3, 1, "3 + 3"]]);
    assert.deepEqual(await ask(kernel, { ...search, pattern: "*第一*" }), [[1, 2, 'const 名 = "第一"']]);
    assert.deepEqual(await ask(kernel, { ...search, pattern: "50% [of]" }), []);
  } finally {
    await kernel.close();
  }
});

test("kernels share the file", async () => {
  const shared = { TORCHBOOK_HISTORY: join(folder, "shared.sqlite") };
  const kernels = await Promise.all([0, 1, 2].map(() => KernelClient.start({ env: shared })));
  try {
    for (let i = 0; i < 5; i++) {
      await Promise.all(
        kernels.map(async (kernel, k) => {
          await kernel.execute(`${i} + ${k}`);
          await ask(kernel, { hist_access_type: "tail", n: 1 });
        }),
      );
    }
    for (const kernel of kernels) {
      const all = (await ask(kernel, { hist_access_type: "search", pattern: "*" })) as [
        number,
        number,
        string,
      ][];
      assert.equal(all.length, 15, kernels.map(({ log }) => log).join(""));
      assert.equal(new Set(all.map(([number]) => number)).size, 3);
    }
  } finally {
    await Promise.all(kernels.map((kernel) => kernel.close()));
  }
});

test("a broken file is put aside, and a lock that a killed kernel left does not matter", async () => {
  const file = join(folder, "broken.sqlite");
  writeFileSync(file, "this is no database, whatever its name says\n".repeat(100));
  const lock = `${file}.lock`;
  mkdirSync(lock);
  const old = new Date(Date.now() - 60_000);
  utimesSync(lock, old, old);
  const kernel = await KernelClient.start({ env: { TORCHBOOK_HISTORY: file } });
  try {
    await kernel.execute("1 + 1");
    assert.deepEqual(await ask(kernel, { hist_access_type: "tail", n: 5 }), [[1, 1, "1 + 1"]]);
    assert.ok(readdirSync(folder).some((name) => name.startsWith("broken.sqlite.broken-")));
  } finally {
    await kernel.close();
  }
});

test("where nothing can be written this session is remembered all the same", async () => {
  const noFolder = join(folder, "file");
  writeFileSync(noFolder, "");
  const kernel = await KernelClient.start({ env: { TORCHBOOK_HISTORY: join(noFolder, "history.sqlite") } });
  try {
    await kernel.execute("1 + 1");
    await sleep(700);
    await kernel.execute("2 + 2");
    assert.deepEqual(await ask(kernel, { hist_access_type: "range", session: 0, start: 0 }), [
      [0, 1, "1 + 1"],
      [0, 2, "2 + 2"],
    ]);
    assert.equal((await ask(kernel, { hist_access_type: "search", pattern: "2*" })).length, 1);
    assert.match(kernel.log, /history cannot be used/);
  } finally {
    await kernel.close();
  }
});

test("keeping the history has nothing of SQLite optimised, which takes 45 MB and a second of a processor", () => {
  const store = join(__dirname, "..", "..", "kernel", "protocol", "history-store.js");
  const script = `
    const { HistoryStore } = require(${JSON.stringify(store)});
    const before = process.memoryUsage.rss();
    const store = HistoryStore.open(${JSON.stringify(join(folder, "memory.sqlite"))});
    for (let line = 1; line <= 30; line++) store.write([{ line, source: "1 + 1", output: "2" }]);
    setTimeout(() => console.log(process.memoryUsage.rss() - before), 1000);`;
  const grown = Number(execFileSync(process.execPath, ["-e", script], { encoding: "utf8" }));
  assert.ok(grown > 0 && grown < 42e6, `${grown} bytes`);
});
