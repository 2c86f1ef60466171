/** @file The kernelspec that Jupyter finds. */
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { isAbsolute, join } from "node:path";
import { test } from "node:test";

const INSTALL = join(__dirname, "..", "..", "kernel", "install.js");

function inFolder(check: (folder: string) => void): void {
  const folder = mkdtempSync(join(tmpdir(), "torchbook-install-"));
  try {
    check(folder);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function checkSpec(folder: string): void {
  const spec = JSON.parse(readFileSync(join(folder, "kernel.json"), "utf8"));
  assert.equal(spec.display_name, "TypeScript (torchbook)");
  assert.equal(spec.language, "typescript");
  assert.equal(spec.interrupt_mode, "message");
  assert.equal(spec.argv[0], process.execPath);
  assert.equal(spec.argv.at(-1), "{connection_file}");
  const main = spec.argv.at(-2);
  assert.ok(isAbsolute(main) && existsSync(main), main);
  assert.match(readFileSync(join(folder, "logo-svg.svg"), "utf8"), /^<svg/);
}

test("--prefix writes kernel.json and the logo below the prefix, also a second time", () =>
  inFolder((folder) => {
    for (let i = 0; i < 2; i++) {
      assert.equal(spawnSync(process.execPath, [INSTALL, "--prefix", folder]).status, 0);
      checkSpec(join(folder, "share", "jupyter", "kernels", "torchbook"));
    }
  }));

test("--user writes to the user's data folder", () =>
  inFolder((folder) => {
    const env = { ...process.env, JUPYTER_DATA_DIR: folder };
    assert.equal(spawnSync(process.execPath, [INSTALL, "--user"], { env }).status, 0);
    checkSpec(join(folder, "kernels", "torchbook"));
  }));

test("anything else is refused with the usage", () => {
  for (const args of [[], ["--prefix"], ["--nonsense"]]) {
    const { status, stderr } = spawnSync(process.execPath, [INSTALL, ...args], { encoding: "utf8" });
    assert.equal(status, 2);
    assert.match(stderr, /usage/);
  }
});
