/** @file Answers the calls that come through a port, one after another. */
import type { CellCompiler } from "./cell-compiler";
import { collectGarbage, MOST_BYTES, PAUSE_BYTES } from "./collect";
import type { Port } from "./port";
import type { CompilerAnswer, CompilerCall } from "./worker-protocol";

/** How long nothing must be asked before the compiler does something of its own, which takes up to half a second. */
const PAUSE_MS = 250;

/** Answers the calls on a port until `close`. */
export function serve(compiler: CellCompiler, port: Port<CompilerCall, CompilerAnswer>): void {
  let last: Promise<void> = Promise.resolve();
  const pause = setTimeout(() => {
    if (compiler.idle?.()) pause.refresh();
    else collectGarbage(PAUSE_BYTES);
  }, PAUSE_MS);
  port.on("message", (call: CompilerCall) => {
    pause.refresh();
    last = last.then(async () => {
      let answer: CompilerAnswer;
      try {
        const method = compiler[call.method] as (...args: unknown[]) => Promise<unknown>;
        answer = { id: call.id, value: await method.apply(compiler, call.args) };
      } catch (error) {
        answer = {
          id: call.id,
          error: error instanceof Error ? (error.stack ?? error.message) : String(error),
        };
      }
      port.postMessage(answer);
      compiler.finish?.();
      // Nobody waits for it.
      if (call.method === "commit") collectGarbage(MOST_BYTES);
      if (call.method === "close") {
        clearTimeout(pause);
        port.close();
      }
    });
  });
}
