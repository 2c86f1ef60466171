/** @file Stamps: the record that a step ended well, from which inputs, and what it left. */
import { rmSync } from "node:fs";
import { join, relative } from "node:path";
import { readJson, sizeOf, writeAtomically } from "./files.mjs";
import { root, stateDir } from "./paths.mjs";

const stampPath = (name) => join(stateDir, `${name}.json`);

/**
 * Whether the step's last good run had the same inputs and all its outputs are still there, at their size.
 * A stamp is written after the last output and removed before the first change, so a broken-off step has none.
 */
export function isCurrent(name, key) {
  const stamp = readJson(stampPath(name));
  if (!stamp || stamp.key !== key) return false;
  return Object.entries(stamp.outputs).every(([path, size]) => sizeOf(join(root, path)) === size);
}

/** Whether the step has ever ended well since its stamp was last removed, whatever its inputs were. */
export const hasStamp = (name) => readJson(stampPath(name)) !== undefined;

/** Forgets that the step ever ended well. */
export function removeStamp(name) {
  rmSync(stampPath(name), { force: true });
}

/** Records a good end. `outputs` are absolute paths below the project's root. */
export function writeStamp(name, key, outputs) {
  const sizes = {};
  for (const path of outputs) {
    const size = sizeOf(path);
    if (size < 0) throw new Error(`the step "${name}" ended without making ${path}`);
    sizes[relative(root, path)] = size;
  }
  writeAtomically(stampPath(name), `${JSON.stringify({ key, outputs: sizes }, null, 2)}\n`);
}
