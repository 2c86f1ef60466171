/**
 * @file File descriptors 1 and 2: what native code and child processes write goes through pipes to the notebook.
 *
 * JavaScript's own output does not come this way (`runtime/stdio.ts`). Without the addon, or where pipes cannot be had, such
 * output stays in the kernel's log.
 */
import { join } from "node:path";

/** The pipes, by their reading ends, and where descriptor 2 went before. */
export interface Captured {
  stdout: number;
  stderr: number;
  log: number;
}

interface Addon {
  redirect(fd: number): [reader: number, original: number] | null;
  pending(fd: number): number;
}

let addon: Addon | null | undefined;

function load(): Addon | null {
  if (addon !== undefined) return addon;
  try {
    addon = require(join(__dirname, "..", "..", "build", "native", "descriptors.node")) as Addon;
  } catch {
    addon = null;
  }
  return addon;
}

/** Puts both descriptors behind pipes. Call once, before there are other threads. */
export function captureDescriptors(): Captured | null {
  const native = load();
  if (!native) return null;
  // Node makes these streams now, for the descriptors as they are: on a pipe it would turn blocking off, which
  // child processes would then find on their own standard output.
  void process.stdout;
  void process.stderr;
  const out = native.redirect(1);
  const err = out && native.redirect(2);
  return out && err ? { stdout: out[0], stderr: err[0], log: err[1] } : null;
}

/** How many bytes wait to be read. */
export function pendingBytes(fd: number): number {
  return load()?.pending(fd) ?? 0;
}
