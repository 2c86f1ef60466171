/** @file FEATURES.md says what the built library has. */
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import * as path from "node:path";
import { test } from "node:test";

test("FEATURES.md is up to date", () => {
  const root = path.resolve(__dirname, "../../..");
  const made = spawnSync(process.execPath, [path.join(root, "scripts/features.mjs"), "--check"], {
    encoding: "utf8",
  });
  assert.equal(made.status, 0, made.stderr);
});
