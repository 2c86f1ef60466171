/** @file Stops the cell that runs on the main thread, whatever it is doing. */
import { Session } from "node:inspector";
import { log } from "../log";

/** What the interrupter needs to know of the run that it stops. */
export interface Interruptible {
  /** Asks the main thread, by message, to give the cell up. */
  ask(): void;
  /** True as soon as the main thread has answered, or the cell ended by itself. */
  readonly settled: boolean;
}

const ASK_MS = 15;
const TERMINATE_MS = 150;

const sleep = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms));

/**
 * Stops a run. A main thread that is waiting for something answers the question by itself. One that is busy
 * does not: its JavaScript is ended through the inspector, after which it reads the question. V8 carries a
 * termination over to the next JavaScript when none was running, which can swallow the question: so it is put again
 * until it is answered and the termination is known to be spent. A native call that is under way ends first.
 */
export async function interrupt(run: Interruptible): Promise<void> {
  run.ask();
  await until(() => run.settled, ASK_MS);
  if (run.settled) return;
  const session = new Session();
  session.connectToMainThread();
  let pending = 0;
  try {
    while (!run.settled || pending > 0) {
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
    }
  } finally {
    session.disconnect();
  }
}

async function until(condition: () => boolean, ms: number): Promise<void> {
  const end = performance.now() + ms;
  while (!condition() && performance.now() < end) await sleep(2);
}
