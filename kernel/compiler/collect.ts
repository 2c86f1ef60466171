/** @file Collects garbage when nobody waits: each cell leaves some megabytes, and V8 alone would let hundreds gather. */
import { getHeapStatistics, setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";

/** How much garbage may gather before it is collected at the next pause, and before it is in any case. */
export const PAUSE_BYTES = 6 * 2 ** 20;
export const MOST_BYTES = 32 * 2 ** 20;

let collect: (() => void) | null = null;
let live = 0;

/** Collects if more than so many bytes came since the last time. */
export function collectGarbage(bytes: number): void {
  // At the first time nobody knows how much of it is garbage.
  if (live === 0) live = heapUsed();
  if (heapUsed() < live + bytes) return;
  collect ??= exposed();
  collect?.();
  live = heapUsed();
}

/** Of this thread alone. */
function heapUsed(): number {
  return getHeapStatistics().used_heap_size;
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
