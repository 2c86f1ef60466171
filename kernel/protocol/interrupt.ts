/** @file Stops what runs on the main thread, whatever it is doing. */
import { Session } from "node:inspector";
import { log } from "../log";
import { signalYoungestChild } from "./children";

/** What the interrupter needs to know of the run that it stops. */
export interface Interruptible {
  /** Asks the main thread, by message, to give up what it does. */
  ask(): void;
  /** True as soon as the main thread has answered. */
  readonly settled: boolean;
  /** Seconds since what runs began; 0 when it is not known. */
  readonly age: number;
}

const ASK_MS = 15;
const TERMINATE_MS = 150;
/** How many times a main thread is stopped in vain before it must be waiting for a child process, or for one that will not hear. */
const SIGNALS: Record<number, NodeJS.Signals> = { 1: "SIGINT", 12: "SIGTERM" };
/** How much older than its cell a child may seem, in seconds: the clocks differ. */
const AGE_SLACK = 0.1;

const sleep = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms));

/**
 * Stops a run. A main thread that is waiting for something answers the question by itself. One that is busy
 * does not: its JavaScript is ended through the inspector, after which it reads the question. V8 carries a
 * termination over to the next JavaScript when none was running, which can swallow the question: so it is put again
 * until it is answered and the termination is known to be spent. A native call that is under way ends first; where that waits
 * for a child process, the child gets the signal that Ctrl-C would send it.
 */
export async function interrupt(run: Interruptible): Promise<void> {
  run.ask();
  await until(() => run.settled, ASK_MS);
  if (run.settled) return;
  const session = new Session();
  session.connectToMainThread();
  let pending = 0;
  try {
    for (let rounds = 1; !run.settled || pending > 0; rounds++) {
      if (!run.settled && pending === 0) {
        pending++;
        session.post("Runtime.terminateExecution", (error) => {
          pending--;
          if (error) log("error", `could not stop the cell: ${error.message}`);
        });
      }
      await until(() => run.settled && pending === 0, ASK_MS);
      if (run.settled && pending === 0) break;
      run.ask();
      await until(() => run.settled && pending === 0, TERMINATE_MS);
      const signal = SIGNALS[rounds];
      if (signal && !run.settled && run.age > 0) signalYoungestChild(signal, run.age + AGE_SLACK);
    }
  } finally {
    session.disconnect();
  }
}

async function until(condition: () => boolean, ms: number): Promise<void> {
  const end = performance.now() + ms;
  while (!condition() && performance.now() < end) await sleep(2);
}
