/** @file Signals to the child process for which the main thread waits (`execSync` and the like); on Linux, where /proc tells. */
import { readdirSync, readFileSync } from "node:fs";
import { isOwn } from "../own-children";

interface Process {
  pid: number;
  parent: number;
  /** Seconds since it began. */
  age: number;
}

/** Clock ticks a second in /proc, whatever the kernel's own. */
const TICKS = 100;

/**
 * Signals the youngest child of this process that is not the kernel's own, with its descendants, unless it is older than what waits: then nothing waits
 * for it.
 */
export function signalYoungestChild(signal: NodeJS.Signals, ageOfCell: number): void {
  const all = processes();
  const [youngest] = all
    .filter(({ pid, parent }) => parent === process.pid && !isOwn(pid))
    .sort((a, b) => a.age - b.age);
  if (!youngest || youngest.age > ageOfCell) return;
  const family = [youngest];
  for (const { pid } of family) family.push(...all.filter(({ parent }) => parent === pid));
  for (const { pid } of family.reverse()) {
    try {
      process.kill(pid, signal);
    } catch {
      // It ended meanwhile.
    }
  }
}

function processes(): Process[] {
  try {
    const uptime = Number(readFileSync("/proc/uptime", "utf8").split(" ")[0]);
    return readdirSync("/proc")
      .filter((name) => /^\d+$/.test(name))
      .flatMap((name) => read(Number(name), uptime));
  } catch {
    return [];
  }
}

function read(pid: number, uptime: number): Process[] {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, "utf8");
    // The program's name is in parentheses and may hold anything.
    const fields = text.slice(text.lastIndexOf(")") + 2).split(" ");
    return [{ pid, parent: Number(fields[1]), age: uptime - Number(fields[19]) / TICKS }];
  } catch {
    return [];
  }
}
