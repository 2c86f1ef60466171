/**
 * @file Which cell a piece of running code belongs to, kept across promises and timers.
 *
 * AsyncLocalStorage would do this, but before Node 24 it stands on async_hooks, and a process with such hooks aborts when
 * V8 ends JavaScript inside a promise job, which is how a cell is stopped. V8's own promise hooks have no such state.
 * Listeners (`emitters.ts`) and callbacks (`callbacks.ts`) are given theirs; what nobody carries counts as the newest cell's.
 */
import { promiseHooks } from "node:v8";

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

// biome-ignore lint/suspicious/noExplicitAny: whatever a function takes as `this`, it is given what its caller gave
type AnyFunction = (this: any, ...args: unknown[]) => unknown;

const contexts = new WeakMap<Promise<unknown>, CellContext>();
let current: CellContext | null = null;
/** True when `current` is the owner of what an event came from; whose the listener is may be known better. */
let loose = false;
let outer: (CellContext | null)[] = [];
/** What was last thrown out of a listener, and in which cell. */
let thrown: { error: unknown; context: CellContext } | null = null;
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

/** Makes promises carry their cell. */
export function installContext(): void {
  promiseHooks.createHook({
    init: (promise) => {
      if (current) contexts.set(promise, current);
    },
    before: (promise) => {
      outer.push(current);
      current = contexts.get(promise) ?? null;
    },
    after: () => {
      current = outer.pop() ?? null;
    },
  });
}

/** Notes that a cell starts: what belongs to no cell is shown under it from now on. */
export function setLatest(context: CellContext): void {
  latest = context;
}

/** Runs a function as part of a cell. After an error the context stays, so that whoever reports it can tell. */
export function runIn<T>(context: CellContext, run: () => T): T {
  const before = current;
  const wasLoose = loose;
  current = context;
  loose = false;
  const result = run();
  current = before;
  loose = wasLoose;
  return result;
}

/** As `runIn`, for listeners: an error that somebody catches leaves nothing behind. */
export function listenIn(
  context: CellContext,
  listener: AnyFunction,
  self: unknown,
  args: unknown[],
): unknown {
  const before = current;
  const wasLoose = loose;
  current = context;
  loose = true;
  try {
    return Reflect.apply(listener, self, args);
  } catch (error) {
    if (thrown?.error !== error) thrown = { error, context };
    throw error;
  } finally {
    current = before;
    loose = wasLoose;
  }
}

/** The cell whose code runs, also where that was only taken from what an event came from; null where it is not known. */
export function knownContext(): CellContext | null {
  return current;
}

/** True when a listener that is known to be of another cell may take over. */
export function mayReplace(): boolean {
  return current === null || loose;
}

/** Makes a function stay with the running code's cell; where that is not known it stays as it is. */
export function carry(callback: AnyFunction): AnyFunction {
  const context = current;
  if (!context) return callback;
  if (loose)
    return function (this: unknown, ...args: unknown[]) {
      return listenIn(context, callback, this, args);
    };
  return function (this: unknown, ...args: unknown[]) {
    return runIn(context, () => Reflect.apply(callback, this, args));
  };
}

/** The cell in which an error was thrown that nobody caught. */
export function contextOfError(error: unknown): CellContext {
  const found = thrown && thrown.error === error ? thrown.context : currentContext();
  thrown = null;
  return found;
}

/** The contexts that were entered and not left. */
export function enteredContexts(): Set<CellContext> {
  return new Set([...outer, current].filter((one) => one !== null));
}

/** Forgets what was entered and not left, as after an error or after JavaScript that was ended from outside. */
export function resetContext(): void {
  current = null;
  loose = false;
  outer = [];
}

/** The cell that the code that calls belongs to; the newest one where that is not known. */
export function currentContext(): CellContext {
  return current ?? latest;
}

/** The cell in which a promise was made. */
export function contextOf(promise: Promise<unknown>): CellContext {
  return contexts.get(promise) ?? latest;
}

/** As `currentContext`, for functions that do something visible. @throws KeyboardInterrupt in a stopped cell. */
export function liveContext(): CellContext {
  const context = currentContext();
  if (context.stopped) throw new KeyboardInterrupt();
  return context;
}
