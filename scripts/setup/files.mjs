/** @file Files that appear whole or not at all, and hashes of what a step depends on. */
import { createHash, randomBytes } from "node:crypto";
import {
  closeSync,
  createReadStream,
  existsSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { dirname, join, relative } from "node:path";
import { pipeline } from "node:stream/promises";
import { root } from "./paths.mjs";

/** A name beside `path` that no other run uses. */
export function temporaryBeside(path) {
  mkdirSync(dirname(path), { recursive: true });
  return `${path}.${process.pid}-${randomBytes(4).toString("hex")}.tmp`;
}

/** Writes a file through a temporary one, so that no reader ever sees a part of it. */
export function writeAtomically(path, text) {
  const temporary = temporaryBeside(path);
  const file = openSync(temporary, "w");
  try {
    writeFileSync(file, text);
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
  renameSync(temporary, path);
}

/** Makes `path` a symbolic link to `target` (relative, so that the project can be moved), replacing what is there. */
export function linkAtomically(target, path) {
  const temporary = temporaryBeside(path);
  symlinkSync(relative(dirname(path), target), temporary);
  try {
    renameSync(temporary, path);
  } catch {
    rmSync(path, { recursive: true, force: true });
    renameSync(temporary, path);
  }
}

/** Puts a finished folder in the place of another one. */
export function replaceDirectory(finished, path) {
  rmSync(path, { recursive: true, force: true });
  mkdirSync(dirname(path), { recursive: true });
  renameSync(finished, path);
}

/** SHA-256 of a file, in hexadecimal; streams, so that large files cost no memory. */
export async function fileHash(path) {
  const hash = createHash("sha256");
  await pipeline(createReadStream(path, { highWaterMark: 1 << 20 }), hash);
  return hash.digest("hex");
}

/** SHA-256 over strings and small files given as `{ file }`, in order; files count by their place in the project. */
export function contentHash(parts) {
  const hash = createHash("sha256");
  for (const part of parts) {
    if (typeof part === "string") hash.update(`s${part.length}:${part}\n`);
    else {
      const name = relative(root, part.file);
      const bytes = existsSync(part.file) ? readFileSync(part.file) : undefined;
      hash.update(`f${name.length}:${name}:${bytes?.length ?? "missing"}\n`).update(bytes ?? "");
    }
  }
  return hash.digest("hex");
}

/** All files below `folder` that `wanted` accepts, sorted; an absent folder has none. */
export function listFiles(folder, wanted = () => true) {
  if (!existsSync(folder)) return [];
  const found = [];
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) found.push(...listFiles(path, wanted));
    else if (wanted(path)) found.push(path);
  }
  return found.sort();
}

/** The size of a file in bytes, or -1 where there is none. */
export function sizeOf(path) {
  const found = statSync(path, { throwIfNoEntry: false });
  if (!found) return -1;
  return found.isDirectory() ? 0 : found.size;
}

/** Reads JSON, or gives `undefined` where the file is absent or broken. */
export function readJson(path) {
  try {
    return JSON.parse(readFileSync(path, "utf8"));
  } catch {
    return undefined;
  }
}
