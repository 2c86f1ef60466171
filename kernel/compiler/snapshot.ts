/**
 * @file V8's snapshot of a process that has loaded the compiler and read all types: to start from it takes a tenth of the time.
 *
 * It lies under `node_modules/.cache/` and is named after Node's version and all that it was made of, so that one that no longer fits is
 * not found. V8 itself looks at its checksum.
 */
import { spawn } from "node:child_process";
import { createHash, randomUUID } from "node:crypto";
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { wrap } from "node:module";
import path from "node:path";
import { own } from "../own-children";
import { cacheFolder } from "./cache-folder";
import { findPackageRoot } from "./package-root";

const PREFIX = `compiler-node-${process.versions.node}-${process.arch}-`;
/** Each cell leaves garbage that is young: with room for more of it the process would only be larger. */
const V8_OPTIONS = ["--max-semi-space-size=4"];
/** Half-written files older than this are nobody's. */
const ABANDONED_MS = 60 * 60_000;

/** Where the snapshot for this Node and these sources is, if there is one. */
export function snapshotFile(packageRoot: string = findPackageRoot()): string {
  return path.join(cacheFolder(packageRoot), `${PREFIX}${keyOf(packageRoot)}.blob`);
}

/** Options with which Node starts from a snapshot. */
export function snapshotOptions(file: string): string[] {
  return [...V8_OPTIONS, "--snapshot-blob", file, "compiler"];
}

/** The environment of a process that makes or uses a snapshot: options of V8 must be the same for both. */
export function snapshotEnvironment(): NodeJS.ProcessEnv {
  const { NODE_OPTIONS, NODE_V8_COVERAGE, ...others } = process.env;
  // Threads of V8 that collect and optimise need no arenas of their own, each of which keeps megabytes.
  return { ...others, MALLOC_ARENA_MAX: "1" };
}

/** Makes the snapshot unless it is there; several may do so at once. Rejects where it cannot be made or written. */
export async function buildSnapshot(
  signal?: AbortSignal,
  packageRoot: string = findPackageRoot(),
): Promise<string> {
  const file = snapshotFile(packageRoot);
  if (existsSync(file)) return file;
  const folder = path.dirname(file);
  mkdirSync(folder, { recursive: true });
  const temporary = `${file}.${process.pid}.${randomUUID()}`;
  const entry = `${temporary}.js`;
  try {
    writeFileSync(entry, entryText(path.join(__dirname, "snapshot-main.js")));
    await new Promise<void>((resolve, reject) => {
      const child = spawn(
        process.execPath,
        [...V8_OPTIONS, "--snapshot-blob", temporary, "--build-snapshot", entry],
        {
          env: snapshotEnvironment(),
          stdio: ["ignore", "ignore", "pipe"],
          signal,
          killSignal: "SIGKILL",
        },
      );
      own(child);
      let said = "";
      child.stderr.on("data", (data) => {
        said += data;
      });
      child.on("error", reject);
      child.on("close", (code, by) => {
        if (code === 0) resolve();
        else reject(new Error(`no snapshot of the compiler (${by ?? `status ${code}`}): ${said.trim()}`));
      });
    });
    // Before the snapshot stands there: who finds it finds nothing else.
    rmSync(entry, { force: true });
    renameSync(temporary, file);
  } finally {
    rmSync(temporary, { force: true });
    rmSync(entry, { force: true });
  }
  removeOthers(file);
  return file;
}

/** Removes a snapshot that does not work. */
export function discardSnapshot(file: string): void {
  try {
    rmSync(file, { force: true });
  } catch {
    // In a folder that cannot be written to it stays, and is tried in vain at each start.
  }
}

/** The script of a snapshot is given no `exports`, which a compiled module writes to. */
function entryText(file: string): string {
  const module = wrap(readFileSync(file, "utf8")).replace(/;\s*$/, "");
  return `${module}.call({}, {}, require, {}, ${JSON.stringify(file)}, ${JSON.stringify(path.dirname(file))});`;
}

/** Stands for everything that goes into a snapshot. */
function keyOf(packageRoot: string): string {
  const hash = createHash("sha256").update(packageRoot).update(V8_OPTIONS.join());
  const add = (file: string): void => {
    const { size, mtimeMs } = statSync(file);
    hash.update(`${file}\n${size} ${mtimeMs}\n`);
  };
  const kernel = path.join(packageRoot, "dist", "kernel");
  for (const folder of [kernel, path.join(kernel, "compiler")])
    for (const name of readdirSync(folder)) if (name.endsWith(".js")) add(path.join(folder, name));
  add(path.join(kernel, "runtime", "import-only.js"));
  add(path.join(kernel, "runtime", "cell-globals.d.ts"));
  for (const name of ["typescript", "@types/node", "undici-types"]) {
    const manifest = path.join(packageRoot, "node_modules", name, "package.json");
    if (existsSync(manifest)) hash.update(readFileSync(manifest));
  }
  return hash.digest("hex").slice(0, 16);
}

/** Removes what this Node's older snapshots and broken-off attempts left. */
function removeOthers(file: string): void {
  const folder = path.dirname(file);
  for (const name of readdirSync(folder)) {
    const other = path.join(folder, name);
    if (!name.startsWith(PREFIX) || other === file) continue;
    const isOld = (): boolean => Date.now() - statSync(other).mtimeMs > ABANDONED_MS;
    try {
      if (name.endsWith(".blob") || isOld()) rmSync(other, { force: true });
    } catch {}
  }
}
