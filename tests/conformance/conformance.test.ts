/** @file The library over a folder of recorded PyTorch results, where there is one. */
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import * as path from "node:path";
import { test } from "node:test";

const root = path.resolve(__dirname, "../../..");
/** Recorded results are data of their own, kept beside the project: `TORCHBOOK_CONFORMANCE` says where else. */
const folder = process.env.TORCHBOOK_CONFORMANCE ?? path.join(root, "../shared/conformance");
const absent = existsSync(folder)
  ? false
  : `there is no folder ${folder}; TORCHBOOK_CONFORMANCE names another`;

for (const section of ["ops", "modules", "optimizers", "errors", "reprs", "tutorial"]) {
  test(`all samples of ${section} pass`, { skip: absent }, () => {
    const main = path.join(root, "dist/tests/conformance/main.js");
    const run = spawnSync(process.execPath, [main, folder, "--only", section], { encoding: "utf8" });
    assert.equal(run.status, 0, run.stdout.slice(-4000) + run.stderr.slice(-2000));
    assert.match(run.stdout, /^\d+ passed, 0 failed\s*$/m);
  });
}
