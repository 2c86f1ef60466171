/**
 * @file File descriptors 1 and 2: what native code and child processes write goes through pipes to the notebook.
 *
 * JavaScript's own output does not come this way (`runtime/stdio.ts`). Each reading of the pipes has a number, the same for all
 * threads. Without the addon, or where pipes cannot be had, such output stays in the kernel's log.
 */
import { join } from "node:path";

/** The addon's functions. */
export interface Descriptors {
  /** Puts a pipe behind descriptor 1 or 2; gives what it was before, or null where that fails. */
  capture(fd: 1 | 2): number | null;
  /** Has a thread of its own read the pipes, and calls after it has read something. */
  watch(listener: () => void): void;
  /** Reads what waits; gives the last reading's number, or -1 where too much waits to be sent, unless `must` is 1. */
  turn(must: 0 | 1): number;
  /** The last reading's number. */
  latest(): number;
  /** What was read up to a number; `release` must be told when it has been sent. */
  take(turn: number): [fd: 1 | 2, bytes: Buffer][];
  release(bytes: number): void;
}

let addon: Descriptors | null | undefined;

/** The addon, where there is one. */
export function loadDescriptors(): Descriptors | null {
  if (addon !== undefined) return addon;
  try {
    addon = require(join(__dirname, "..", "..", "build", "native", "descriptors.node")) as Descriptors;
  } catch {
    addon = null;
  }
  return addon;
}

/** Puts both descriptors behind pipes, and says where descriptor 2 went before. Call once, before there are other threads. */
export function captureDescriptors(): number | null {
  const native = loadDescriptors();
  if (!native) return null;
  // Node makes these streams now, for the descriptors as they are: on a pipe it would turn blocking off, which
  // child processes would then find on their own standard output.
  void process.stdout;
  void process.stderr;
  return native.capture(1) === null ? null : native.capture(2);
}
