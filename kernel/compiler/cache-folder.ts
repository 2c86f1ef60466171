/** @file Where the compiler keeps what makes its start faster: `node_modules/.cache/torchbook`, or what TORCHBOOK_CACHE names. */
import path from "node:path";

/** The folder, which need not exist. */
export function cacheFolder(packageRoot: string): string {
  return process.env.TORCHBOOK_CACHE || path.join(packageRoot, "node_modules", ".cache", "torchbook");
}
