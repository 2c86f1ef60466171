/** @file Memory of a process and all that it started. */
import { spawnSync } from "node:child_process";

/** Resident memory in MB (10^6 bytes). */
export function treeMemory(pid: number): number {
  const { stdout } = spawnSync("ps", ["-A", "-o", "pid=,ppid=,rss="], { encoding: "utf8" });
  const rows = stdout
    .trim()
    .split("\n")
    .map((line) => line.trim().split(/\s+/).map(Number));
  const tree = new Set([pid]);
  for (let size = 0; size < tree.size; ) {
    size = tree.size;
    for (const [child, parent] of rows) if (tree.has(parent)) tree.add(child);
  }
  const kilobytes = rows.reduce((sum, [id, , rss]) => (tree.has(id) ? sum + rss : sum), 0);
  return (kilobytes * 1024) / 1e6;
}
