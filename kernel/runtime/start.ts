/** @file Sets up the main thread for the user's code and starts the protocol thread. */
import { join } from "node:path";
import { MessageChannel, Worker } from "node:worker_threads";
import { type ProtocolThreadData, SHARED_SLOTS, type ToMain } from "../channel";
import { DEBUG_TARGET_KEY } from "../debug-target";
import { captureDescriptors, loadDescriptors } from "../descriptors";
import { log, logTo } from "../log";
import { clearAsyncIds, tolerateEndedCallbacks } from "./async-ids";
import { installCallbacks } from "./callbacks";
import type { CellGlobals } from "./cell-globals";
import { CellSources } from "./cell-sources";
import { Comms } from "./comm";
import { contextOf, contextOfError, currentContext, installContext, resetContext } from "./context";
import { DebugTarget } from "./debug-target";
import { makeDisplay } from "./display";
import { installEmitters } from "./emitters";
import { Executor } from "./executor";
import { Link } from "./link";
import { DISPLAY } from "./mime";
import { CellModules } from "./modules";
import { Preload } from "./preload";
import { installStackTraces } from "./stack";
import { makeInput } from "./stdin";
import { installStdio } from "./stdio";
import { installTimers } from "./timers";

/** How long `process.exit` in a cell waits for its output to be sent. */
const EXIT_FLUSH_MS = 5000;

/** Runs a kernel for a connection file until Jupyter ends it. */
export function start(connectionFile: string): void {
  const stderr = captureDescriptors();
  if (stderr !== null) logTo(stderr);
  const protocol = new MessageChannel();
  const stdin = new MessageChannel();
  const buffer = new SharedArrayBuffer(SHARED_SLOTS * Int32Array.BYTES_PER_ELEMENT);
  const shared = new Int32Array(buffer);
  const workerData: ProtocolThreadData = {
    connectionFile,
    main: protocol.port2,
    stdin: stdin.port2,
    shared: buffer,
    log: stderr,
  };
  // What the thread prints is the kernel's log; by default it would come out of the main thread's stdout, as a cell's.
  const thread = new Worker(join(__dirname, "..", "protocol", "thread.js"), {
    stdout: true,
    stderr: true,
    // What passes through is short-lived: with more room for it the process would only be larger.
    resourceLimits: { maxYoungGenerationSizeMb: 6 },
    workerData,
    transferList: [protocol.port2, stdin.port2],
  });
  const exit = process.exit.bind(process);
  for (const stream of [thread.stdout, thread.stderr]) {
    stream.on("data", (data) => log("warning", String(data).trimEnd()));
  }
  thread.on("error", (error) => {
    log("error", `a thread of the kernel failed: ${error.stack ?? error}`);
    exit(1);
  });

  const link = new Link(protocol.port1, shared, stderr === null ? null : loadDescriptors());
  const sources = new CellSources();
  const modules = new CellModules(process.cwd(), sources);
  const executor = new Executor(link, sources, modules);
  const preload = new Preload();

  tolerateEndedCallbacks();
  installContext();
  installStackTraces(sources);
  installTimers();
  installEmitters();
  installCallbacks();
  installStdio(link);
  preload.install();
  const { display, clear_output } = makeDisplay(
    link,
    (context, error) => executor.report(context, error),
    (context, error) => executor.warn(context, error),
  );
  const input = makeInput(link, stdin.port1, shared);
  const comms = new Comms(link);
  const globals: CellGlobals = { display, clear_output, input, prompt: input, comms };
  define({ ...globals, require: modules.require, [DISPLAY]: display });
  const target = new DebugTarget(executor.variables, sources, link);
  Object.defineProperty(globalThis, Symbol.for(DEBUG_TARGET_KEY), { value: target });

  process.exit = ((code?: number | string | null) => {
    if (code !== undefined && code !== null) process.exitCode = Number(code) || 0;
    // What listeners print must be sent as well; they hear of it once.
    const exits = process.listeners("exit");
    process.removeAllListeners("exit");
    for (const listener of exits) {
      try {
        listener.call(process, Number(process.exitCode ?? 0));
      } catch (error) {
        executor.report(currentContext(), error);
      }
    }
    const status = Number(process.exitCode ?? 0) || 0;
    link.post({ type: "exit", code: status });
    link.waitForFlush(EXIT_FLUSH_MS);
    exit(status);
  }) as typeof process.exit;
  // Synchronous code is stopped by the script's own breakOnSigint; here a cell waits, or none runs.
  const onSignal = () => executor.stop(executor.currentCells);
  // Errors that nobody caught belong to the cell that started what threw them, and never end the kernel.
  const onError = (error: unknown) => {
    const context = contextOfError(error);
    resetContext();
    executor.report(context, error);
  };
  const onRejection = (reason: unknown, promise: Promise<unknown>) =>
    executor.report(contextOf(promise), reason);
  const listen = () => {
    process.off("uncaughtException", onError).on("uncaughtException", onError);
    process.off("unhandledRejection", onRejection).on("unhandledRejection", onRejection);
    process.off("SIGINT", onSignal).on("SIGINT", onSignal);
  };
  listen();
  // A program that removes all listeners means its own. Node takes those of SIGINT away while a script may be broken by it.
  const removeAll = process.removeAllListeners;
  process.removeAllListeners = function (this: typeof process, ...events: [] | [string]) {
    Reflect.apply(removeAll, process, events);
    if (events[0] !== "SIGINT") listen();
    return this;
  };

  protocol.port1.on("message", (message: ToMain) => {
    switch (message.type) {
      case "run":
        void executor.run(message);
        break;
      case "interrupt":
        clearAsyncIds();
        // breakOnSigint takes the listeners away while a script runs, and cannot put them back when that is ended.
        process.off("SIGINT", onSignal).on("SIGINT", onSignal);
        dropUnfinishedModules();
        modules.dropUnfinished();
        executor.stop(message.cells);
        link.post({ type: "stopped", stop: message.stop });
        break;
      case "preload":
        preload.warm();
        break;
      case "comm":
        try {
          comms.receive(message);
        } catch (error) {
          const context = currentContext();
          resetContext();
          executor.report(context, error);
        }
        link.post({ type: "done", cell: message.cell, assigned: [], error: null, userExpressions: {} });
        break;
      case "shutdown":
        exit(message.code);
    }
  });
}

/** Defines globals of the cells that a cell may replace. */
function define(values: Record<string | symbol, unknown>): void {
  for (const key of Reflect.ownKeys(values)) {
    Object.defineProperty(globalThis, key, {
      value: values[key],
      writable: true,
      configurable: true,
      enumerable: false,
    });
  }
}

/** A module that was being loaded when its cell was stopped would be handed out half made. */
function dropUnfinishedModules(): void {
  for (const [path, module] of Object.entries(require.cache)) {
    if (module && !module.loaded) delete require.cache[path];
  }
}
