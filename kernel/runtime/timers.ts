/** @file Timers that end with the cell that started them when that is stopped. */
import { type CellContext, currentContext } from "./context";

type Callback = (...args: unknown[]) => void;
type Start = (callback: Callback, ...rest: unknown[]) => object;
type Clear = (timer: unknown) => void;

/** Wraps the global timer functions. */
export function installTimers(): void {
  wrap("setTimeout", "clearTimeout", true);
  wrap("setInterval", "clearInterval", false);
  wrap("setImmediate", "clearImmediate", true);
}

/** Cancels what a cell has waiting. */
export function cancelTimers(context: CellContext): void {
  for (const cancel of context.timers.values()) cancel();
  context.timers.clear();
}

function wrap(startName: string, clearName: string, once: boolean): void {
  const scope = globalThis as unknown as Record<string, Start & Clear>;
  const start: Start = scope[startName];
  const clear: Clear = scope[clearName];
  const started = (callback: Callback, ...rest: unknown[]) => {
    if (typeof callback !== "function") return start(callback, ...rest);
    const { timers } = currentContext();
    const timer = start(
      once
        ? function (this: unknown, ...args: unknown[]) {
            timers.delete(timer);
            callback.apply(this, args);
          }
        : callback,
      ...rest,
    );
    timers.set(timer, () => clear(timer));
    return timer;
  };
  const cleared = (timer: unknown) => {
    if (typeof timer === "object" && timer !== null) currentContext().timers.delete(timer);
    clear(timer);
  };
  // util.promisify(setTimeout) works by a property of the function.
  Object.defineProperties(started, Object.getOwnPropertyDescriptors(start));
  scope[startName] = started as unknown as Start & Clear;
  scope[clearName] = cleared as unknown as Start & Clear;
}
