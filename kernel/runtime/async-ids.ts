/**
 * @file Keeps Node alive when JavaScript is ended inside a timer or a tick.
 *
 * Node notes which callback it is in on a stack of ids, and aborts when that is not empty after a callback. Ending a
 * cell from outside leaves its id there. The kernelspec turns the check off on the command line, which is all that Node 24
 * offers; here it is turned off for a kernel that was started without, and the stack is cleared.
 */

import { createHook } from "node:async_hooks";

interface AsyncWrap {
  async_hook_fields: Uint32Array;
  constants: Record<string, number>;
  clearAsyncIdStack(): void;
}

let asyncWrap: AsyncWrap | null = null;

/** Turns the checks off, where this Node lets us. */
export function tolerateEndedCallbacks(): void {
  const { noDeprecation } = process;
  process.noDeprecation = true;
  try {
    const { binding } = process as unknown as { binding(name: string): AsyncWrap };
    const found = binding("async_wrap");
    const { kCheck, kTotals } = found.constants;
    if (kCheck === undefined || kTotals === undefined) return;
    asyncWrap = found;
    const relax = () => {
      found.async_hook_fields[kCheck] = 0;
      found.async_hook_fields[kTotals] = 0;
    };
    relax();
    // A cell that makes an AsyncLocalStorage turns the checks on again.
    const hook = Object.getPrototypeOf(createHook({})) as { enable(): unknown };
    const { enable } = hook;
    hook.enable = function () {
      const result = enable.call(this);
      relax();
      return result;
    };
  } catch {
    // Node 24 and later: the command line has to do.
  } finally {
    process.noDeprecation = noDeprecation;
  }
}

/** Forgets the callbacks that were entered and never left. */
export function clearAsyncIds(): void {
  asyncWrap?.clearAsyncIdStack();
}
