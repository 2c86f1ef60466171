/** @file Collects garbage when nobody waits: each cell leaves some megabytes, and V8 alone would let hundreds gather. */
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";

/** How much garbage may gather before it is collected at the next pause. */
const PAUSE_BYTES = 24 * 2 ** 20;

let collect: (() => void) | null = null;
let live = 0;

/** Collects if that is worth it. */
export function collectGarbage(): void {
  const used = process.memoryUsage().heapUsed;
  if (live > 0 && used < live + PAUSE_BYTES) return;
  collect ??= exposed();
  collect?.();
  live = process.memoryUsage().heapUsed;
}

function exposed(): (() => void) | null {
  setFlagsFromString("--expose-gc");
  try {
    return runInNewContext("gc") as () => void;
  } catch {
    return null;
  } finally {
    setFlagsFromString("--no-expose-gc");
  }
}
