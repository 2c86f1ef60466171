/** @file package-lock.json: complete for every platform, and free of any registry's address. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { root } from "./project-copy";

interface Locked {
  version?: string;
  resolved?: string;
  optional?: boolean;
  optionalDependencies?: Record<string, string>;
}
const packages: Record<string, Locked> = JSON.parse(
  readFileSync(join(root, "package-lock.json"), "utf8"),
).packages;

test("packages are taken from the registry that the user has configured", () => {
  const resolved = Object.entries(packages).filter(([, locked]) => locked.resolved !== undefined);
  assert.deepEqual(resolved, []);
});

test("what a package has for other platforms is locked too (npm ci refuses to run otherwise)", () => {
  for (const [path, locked] of Object.entries(packages)) {
    for (const [name, version] of Object.entries(locked.optionalDependencies ?? {})) {
      const found = packages[`${path}/node_modules/${name}`] ?? packages[`node_modules/${name}`];
      assert.ok(found, `${name}, which ${path || "the project"} may need, is not in package-lock.json`);
      if (/^\d/.test(version)) assert.equal(found.version, version, name);
    }
  }
});

test("package.json and package-lock.json ask for the same packages", () => {
  const manifest = JSON.parse(readFileSync(join(root, "package.json"), "utf8"));
  const locked = packages[""] as Record<string, unknown>;
  assert.deepEqual(locked.dependencies, manifest.dependencies);
  assert.deepEqual(locked.devDependencies, manifest.devDependencies);
});
