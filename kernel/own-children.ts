/** @file Processes that the kernel started for itself: no cell waits for them, and they end with the kernel. */
import type { ChildProcess } from "node:child_process";
import path from "node:path";

const pids = new Set<number>();

/** Notes that a process is the kernel's own. */
export function own(child: ChildProcess): void {
  const { pid } = child;
  if (pid === undefined) return;
  pids.add(pid);
  child.once("exit", () => pids.delete(pid));
}

/** True for a process that the kernel started for itself. */
export function isOwn(pid: number): boolean {
  return pids.has(pid);
}

/**
 * To be called by such a process: it ends when what started it has ended, however that was and whatever it is doing (on Linux).
 *
 * `process.dlopen` and not `require`, which a process from a snapshot does not have.
 */
export function endWithParent(packageRoot: string): void {
  const addon = { exports: {} as { endWithParent?(): void } };
  try {
    process.dlopen(addon, path.join(packageRoot, "build", "native", "descriptors.node"));
    addon.exports.endWithParent?.();
  } catch {
    // Without the addon it ends when it next listens.
  }
}
