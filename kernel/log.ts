/** @file The kernel's own log: straight to the descriptor where Jupyter shows it. */
import { writeSync } from "node:fs";

let descriptor = 2;

/** Says where the log goes: descriptor 2 may be a cell's. */
export function logTo(fd: number): void {
  descriptor = fd;
}

/** Writes one line. Never throws: a closed stderr must not end the kernel. */
export function log(level: "warning" | "error" | "debug", text: string): void {
  if (level === "debug" && !process.env.TORCHBOOK_DEBUG) return;
  logText(`[torchbook ${level}] ${text}\n`);
}

/** Writes text as it is. */
export function logText(text: string): void {
  try {
    writeSync(descriptor, text);
  } catch {}
}
