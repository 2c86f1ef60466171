/** @file The kernel's own log: straight to file descriptor 2, where Jupyter shows it. */
import { writeSync } from "node:fs";

/** Writes one line. Never throws: a closed stderr must not end the kernel. */
export function log(level: "warning" | "error" | "debug", text: string): void {
  if (level === "debug" && !process.env.TORCHBOOK_DEBUG) return;
  try {
    writeSync(2, `[torchbook ${level}] ${text}\n`);
  } catch {}
}
