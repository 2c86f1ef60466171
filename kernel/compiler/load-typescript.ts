/**
 * @file Loads the TypeScript compiler; with V8's code cache, which spares compiling its nine megabytes at each start.
 *
 * The cache lies under `node_modules/.cache/` and is written by the first kernel that can. V8 itself refuses one that was made by
 * another version or with other flags.
 */
import { mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { createRequire, wrap } from "node:module";
import path from "node:path";
import { Script } from "node:vm";
import type { TypeScript } from "./bind";
import { cacheFolder } from "./cache-folder";

const load = createRequire(__filename);
let loaded: TypeScript | null = null;
let unsaved: { script: Script; file: string } | null = null;

/** The installed TypeScript; one per thread. */
export function loadTypeScript(packageRoot: string): TypeScript {
  if (loaded) return loaded;
  const file = load.resolve("typescript");
  const { version } = load("typescript/package.json") as { version: string };
  const name = `typescript-${version}-node-${process.versions.node}-${process.arch}.bin`;
  const cache = path.join(cacheFolder(packageRoot), name);
  const cachedData = read(cache);
  const script = new Script(wrap(readFileSync(file, "utf8")), { filename: file, cachedData });
  if (!cachedData || script.cachedDataRejected) unsaved = { script, file: cache };
  const module = { exports: {} };
  script
    .runInThisContext()
    .call(module.exports, module.exports, createRequire(file), module, file, path.dirname(file));
  loaded = module.exports as TypeScript;
  return loaded;
}

/** Writes the cache if there is none yet; best when the functions that cells need have been compiled. */
export function saveCodeCache(): boolean {
  if (!unsaved) return false;
  const { script, file } = unsaved;
  unsaved = null;
  try {
    mkdirSync(path.dirname(file), { recursive: true });
    // Another kernel may be reading or writing it.
    const temporary = `${file}.${process.pid}.${Math.random().toString(36).slice(2)}`;
    writeFileSync(temporary, script.createCachedData());
    renameSync(temporary, file);
  } catch {
    // A folder that cannot be written to; every start compiles then.
  }
  return true;
}

function read(file: string): Buffer | undefined {
  try {
    return readFileSync(file);
  } catch {
    return undefined;
  }
}
