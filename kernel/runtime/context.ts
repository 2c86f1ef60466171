/** @file Which cell a piece of running code belongs to, kept across timers and promises. */
import { AsyncLocalStorage } from "node:async_hooks";

/** Thrown out of the kernel's own functions in what is left of a cell that was stopped. */
export class KeyboardInterrupt extends Error {
  override name = "KeyboardInterrupt";
  constructor() {
    super("the cell was stopped");
  }
}

/** One run of a cell, and all that it starts. */
export interface CellContext {
  readonly cell: number;
  readonly executionCount: number;
  readonly allowStdin: boolean;
  /** True once the cell was stopped: what still runs of it must end. */
  stopped: boolean;
  /** Timers that would bring a stopped cell back, with what cancels each. */
  readonly timers: Map<object, () => void>;
  /** Displays that wait for their data. */
  readonly displays: Set<Promise<void>>;
}

const storage = new AsyncLocalStorage<CellContext>();
let latest: CellContext = newContext(0, 0, false);

/** Makes the context of a new run. */
export function newContext(cell: number, executionCount: number, allowStdin: boolean): CellContext {
  return {
    cell,
    executionCount,
    allowStdin,
    stopped: false,
    timers: new Map(),
    displays: new Set(),
  };
}

/** Runs a function as part of a cell. */
export function runIn<T>(context: CellContext, run: () => T): T {
  latest = context;
  return storage.run(context, run);
}

/** The cell that the code that calls belongs to; the newest one where that is not known (native callbacks). */
export function currentContext(): CellContext {
  return storage.getStore() ?? latest;
}

/** As `currentContext`, for functions that do something visible. @throws KeyboardInterrupt in a stopped cell. */
export function liveContext(): CellContext {
  const context = currentContext();
  if (context.stopped) throw new KeyboardInterrupt();
  return context;
}
