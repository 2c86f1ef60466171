/** @file The library's names in cells: the lists agree, and they load when touched. */
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { mentionsPreload, PRELOAD_NAMES } from "../../kernel/preload-names";
import { preload } from "../../src/preload";
import { KernelClient } from "./client";

let kernel: KernelClient;
before(async () => {
  kernel = await KernelClient.start();
});
after(() => kernel.close());

test("the kernel's list of names is the library's", () => {
  assert.deepEqual([...PRELOAD_NAMES].sort(), Object.keys(preload).sort());
});

test("a mention of a name in a cell is seen", () => {
  assert.ok(mentionsPreload("const t = torch.zeros(3)"));
  assert.ok(mentionsPreload('import { nn } from "torchbook"'));
  assert.ok(!mentionsPreload("1 + 1; const torchlight = 2"));
});

test("every name is there without an import", async () => {
  const { result, error } = await kernel.execute(
    `[${PRELOAD_NAMES.map((name) => `typeof ${name}`).join(", ")}].filter((type) => type === "undefined").length`,
  );
  assert.equal(error, undefined);
  assert.equal(result, "0");
});

test("print and tensors show as PyTorch shows them; the import is the same library", async () => {
  const { stdout, error } = await kernel.execute("print(torch.ones(2, 2)); print(torch.ones(2, 3).shape)");
  assert.equal(error, undefined);
  assert.match(stdout, /^tensor\(\[\[1\., 1\.\],\n {8}\[1\., 1\.\]\]\)\n/);
  const same = await kernel.execute(
    'import lib, { nn as layers } from "torchbook"; lib.Tensor === Tensor && layers === nn',
  );
  assert.equal(same.error, undefined);
  assert.equal(same.result, "true");
});

test("a cell may use a preloaded name for its own", async () => {
  assert.equal((await kernel.execute("const index = 5; index + 1")).result, "6");
});

test("an error inside the library shows the cell's line and folds the library", async () => {
  const { reply } = await kernel.execute("const a = torch.ones(2, 3);\ntorch.matmul(a, a);");
  assert.equal(reply.status, "error");
  assert.match(reply.traceback.join("\n"), /frames? in libraries/);
  assert.match(reply.traceback.join("\n"), /line 2:7/);
});
