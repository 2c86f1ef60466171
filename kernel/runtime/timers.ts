/** @file Timers and other callbacks that stay with the cell that started them, and end with it when that is stopped. */

import timers from "node:timers";
import { type CellContext, carry, currentContext, runIn } from "./context";

type Callback = (this: unknown, ...args: unknown[]) => unknown;
type Start = (callback: Callback, ...rest: unknown[]) => object;
type Clear = (timer: unknown) => void;

/** Those that `node:timers` has as well. */
const TIMER_FUNCTIONS = [
  "setTimeout",
  "clearTimeout",
  "setInterval",
  "clearInterval",
  "setImmediate",
  "clearImmediate",
] as const;

/** Wraps the global timer functions, `queueMicrotask` and `process.nextTick`. */
export function installTimers(): void {
  wrapTimer("setTimeout", "clearTimeout", true);
  wrapTimer("setInterval", "clearInterval", false);
  wrapTimer("setImmediate", "clearImmediate", true);
  for (const name of TIMER_FUNCTIONS) timers[name] = globalThis[name] as never;
  wrapCallback(globalThis, "queueMicrotask");
  wrapCallback(process, "nextTick");
}

/** Cancels what a cell has waiting. */
export function cancelTimers(context: CellContext): void {
  for (const cancel of context.timers.values()) cancel();
  context.timers.clear();
}

function wrapTimer(startName: string, clearName: string, once: boolean): void {
  const scope = globalThis as unknown as Record<string, Start & Clear>;
  const start: Start = scope[startName];
  const clear: Clear = scope[clearName];
  const started = (callback: Callback, ...rest: unknown[]) => {
    if (typeof callback !== "function") return start(callback, ...rest);
    const context = currentContext();
    const { timers } = context;
    const timer = start(
      function (this: unknown, ...args: unknown[]) {
        if (once) timers.delete(timer);
        runIn(context, () => callback.apply(this, args));
      },
      ...rest,
    );
    timers.set(timer, () => clear(timer));
    return timer;
  };
  const cleared = (timer: unknown) => {
    if (typeof timer === "object" && timer !== null) currentContext().timers.delete(timer);
    clear(timer);
  };
  replace(scope, startName, started);
  replace(scope, clearName, cleared);
}

function wrapCallback(scope: object, name: string): void {
  const original = (scope as Record<string, Start>)[name];
  replace(scope, name, (callback: Callback, ...args: unknown[]) => {
    if (typeof callback !== "function") return original.call(scope, callback, ...args);
    return original.call(scope, carry(callback), ...args);
  });
}

function replace(scope: object, name: string, wrapped: (...args: never[]) => unknown): void {
  const target = scope as Record<string, object>;
  // Among the properties is what makes util.promisify(setTimeout) work.
  Object.defineProperties(wrapped, Object.getOwnPropertyDescriptors(target[name]));
  target[name] = wrapped;
}
