/** @file Memory of a process and all that it started. */
import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";

/**
 * Memory in MB (10^6 bytes). Pages that processes share, such as Node's own code, count once: on Linux each process's
 * proportional set size is added up. Elsewhere it is the resident size, which counts them in each process.
 */
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
  const kilobytes = rows.reduce(
    (sum, [id, , rss]) => (tree.has(id) ? sum + (proportional(id) ?? rss) : sum),
    0,
  );
  return (kilobytes * 1024) / 1e6;
}

/** In kilobytes; null where the system does not tell. */
function proportional(pid: number): number | null {
  try {
    const found = /^Pss:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/smaps_rollup`, "utf8"));
    return found ? Number(found[1]) : null;
  } catch {
    return null;
  }
}
