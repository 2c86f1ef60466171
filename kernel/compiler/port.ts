/** @file What calls of the compiler and their answers pass through: a thread's `MessagePort`, or a process's channel. */
import type { ChildProcess } from "node:child_process";

/** The part of `MessagePort` that both have. */
export interface Port<In, Out> {
  postMessage(message: Out): void;
  on(event: "message", listener: (message: In) => void): unknown;
  on(event: "close", listener: () => void): unknown;
  close(): void;
}

/** The port to a process; closed when that has ended. */
export function portToChild<In, Out extends object>(child: ChildProcess): Port<In, Out> {
  return {
    postMessage: (message) => {
      // A process that has just ended is told of by `close`.
      if (child.connected) child.send(message, () => {});
    },
    on: (event: string, listener: (message: In) => void) =>
      child.on(event === "close" ? "exit" : event, listener as () => void),
    close: () => child.kill("SIGKILL"),
  };
}

/** The port from this process to the one that started it. */
export function portToParent<In, Out extends object>(): Port<In, Out> {
  return {
    postMessage: (message) => process.send?.(message, undefined, undefined, () => {}),
    on: (event: string, listener: (message: In) => void) =>
      process.on((event === "close" ? "disconnect" : event) as "message", listener as () => void),
    close: () => process.disconnect?.(),
  };
}
