/** @file The compile thread: owns the real compiler and answers calls that come by message, one after another. */
import { type MessagePort, parentPort, workerData } from "node:worker_threads";
import type { CellCompiler } from "./cell-compiler";
import { collectGarbage, MOST_BYTES, PAUSE_BYTES } from "./collect";
import { createCompiler, type Engine } from "./create-compiler";
import { findPackageRoot } from "./package-root";
import type { CompilerAnswer, CompilerCall } from "./worker-protocol";

/** What the thread is started with. */
export interface CompilerWorkerData {
  /** Calls arrive here; without it, on the Worker's own port. */
  port?: MessagePort;
  /** The notebook's folder; the process's own when absent. */
  cwd?: string;
  /** torchbook's folder; found from this file when absent. */
  packageRoot?: string;
  /** What compiles; by the environment when absent. */
  engine?: Engine;
}

/** How long nothing must be asked before the compiler does something of its own, which takes up to half a second. */
const PAUSE_MS = 250;

/** Answers the calls on a port until `close`. */
export function serve(compiler: CellCompiler, port: MessagePort): void {
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
      // Nobody waits for it.
      if (call.method === "commit") collectGarbage(MOST_BYTES);
      if (call.method === "close") {
        clearTimeout(pause);
        port.close();
      }
    });
  });
}

const data = (workerData ?? {}) as CompilerWorkerData;
const port = data.port ?? parentPort;
if (port) {
  const options = {
    cwd: data.cwd ?? process.cwd(),
    packageRoot: data.packageRoot ?? findPackageRoot(),
  };
  const compiler = start(() => createCompiler(options, data.engine));
  serve(compiler, port);
}

/** The compiler, or one that answers every call with what kept it from starting. */
function start(create: () => CellCompiler): CellCompiler {
  try {
    return create();
  } catch (error) {
    const refuse = () => Promise.reject(error);
    return {
      compile: refuse,
      commit: refuse,
      complete: refuse,
      inspect: refuse,
      isComplete: refuse,
      debugExpression: refuse,
      isCaught: refuse,
      declareVariable: refuse,
      close: () => Promise.resolve(),
    };
  }
}
