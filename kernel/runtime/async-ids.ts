/**
 * @file Keeps Node alive when JavaScript is ended inside a timer or a tick.
 *
 * Node notes which callback it is in on a stack of ids, and aborts when that is not empty after a callback. Ending a
 * cell from outside leaves its id there. Node has a switch for the check, on the command line
 * (`--no-force-async-hooks-checks`), but a command line in a kernelspec would break with a Node that drops the switch; it is turned here.
 */

interface AsyncWrap {
  async_hook_fields: Uint32Array;
  constants: Record<string, number>;
  clearAsyncIdStack(): void;
}

let asyncWrap: AsyncWrap | null = null;

/** Turns the check off, where this Node lets us. */
export function tolerateEndedCallbacks(): void {
  const { noDeprecation } = process;
  process.noDeprecation = true;
  try {
    const { binding } = process as unknown as { binding(name: string): AsyncWrap };
    const found = binding("async_wrap");
    const check = found.constants.kCheck;
    if (check === undefined) return;
    found.async_hook_fields[check] = 0;
    asyncWrap = found;
  } catch {
    // A Node without it: only a cell that is busy inside a timer cannot be stopped without ending the kernel.
  } finally {
    process.noDeprecation = noDeprecation;
  }
}

/** Forgets the callbacks that were entered and never left. */
export function clearAsyncIds(): void {
  asyncWrap?.clearAsyncIdStack();
}
