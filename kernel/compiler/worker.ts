/** @file The compile thread: owns the real compiler and answers calls that come by message, one after another. */
import { type MessagePort, parentPort, workerData } from "node:worker_threads";
import type { CellCompiler } from "./cell-compiler";
import { createCompiler, type Engine } from "./create-compiler";
import { findPackageRoot } from "./package-root";
import { serve } from "./serve";

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
      restore: () => Promise.resolve(),
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
