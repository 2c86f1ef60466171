/** @file Jupyter's own test suite for kernels (Python), with nothing skipped. */
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";

const ROOT = join(__dirname, "..", "..", "..");
const PYTHON = process.env.TORCHBOOK_PYTHON ?? join(ROOT, ".venv", "bin", "python");

test("jupyter_kernel_test passes, nothing skipped", () => {
  assert.ok(existsSync(PYTHON), `${PYTHON} is missing: run \`npm run setup\``);
  const prefix = mkdtempSync(join(tmpdir(), "torchbook-prefix-"));
  try {
    const install = join(ROOT, "dist", "kernel", "install.js");
    assert.equal(spawnSync(process.execPath, [install, "--prefix", prefix]).status, 0);
    const script = join(ROOT, "tests", "kernel", "kernel_samples.py");
    const run = spawnSync(PYTHON, [script], {
      cwd: prefix,
      env: { ...process.env, JUPYTER_PATH: join(prefix, "share", "jupyter") },
      encoding: "utf8",
      timeout: 180_000,
    });
    assert.equal(run.status, 0, run.stderr + run.stdout);
    assert.match(run.stderr, /Ran 13 tests/);
  } finally {
    rmSync(prefix, { recursive: true, force: true });
  }
});
