/** @file Starts what compiles cells: a process from the snapshot where there is one, else a thread that loads the compiler. */
import { type ChildProcess, spawn } from "node:child_process";
import { existsSync } from "node:fs";
import path from "node:path";
import { Worker } from "node:worker_threads";
import { log } from "../log";
import { own } from "../own-children";
import { engineByEnvironment } from "./create-compiler";
import { type Port, portToChild } from "./port";
import {
  buildSnapshot,
  discardSnapshot,
  snapshotEnvironment,
  snapshotFile,
  snapshotOptions,
} from "./snapshot";
import type { CompilerAnswer, CompilerCall, CompilerReady } from "./worker-protocol";

type Answers = Port<CompilerAnswer, CompilerCall>;

/** How long a kernel without a snapshot goes on before it makes one, so that it is in nobody's way. */
const BUILD_AFTER_MS = 10_000;

/** The compiler of a session. Calls may be made at once; one that ends is replaced, of which `restarted` tells. */
export class CompilerStart implements Answers {
  private readonly listeners: ((message: CompilerAnswer) => void)[] = [];
  /** Calls that a process that has just been started may not have heard. */
  private early: CompilerCall[] | null = null;
  private port: Answers;
  private closed = false;
  private building: AbortController | null = null;

  constructor(private readonly restarted: () => void) {
    this.port = this.start();
  }

  postMessage(call: CompilerCall): void {
    this.early?.push(call);
    this.port.postMessage(call);
  }

  on(event: "message" | "close", listener: ((message: CompilerAnswer) => void) | (() => void)): void {
    if (event === "message") this.listeners.push(listener);
  }

  close(): void {
    this.closed = true;
    this.building?.abort();
    this.port.close();
  }

  private start(): Answers {
    const file = engineByEnvironment() === "typescript" ? findSnapshot() : null;
    if (file !== null && existsSync(file)) return this.process(file);
    if (file !== null) this.buildLater();
    return this.thread();
  }

  private process(file: string): Answers {
    this.early = [];
    const child = spawn(process.execPath, snapshotOptions(file), {
      env: snapshotEnvironment(),
      stdio: ["ignore", "pipe", "pipe", "ipc"],
    });
    own(child);
    logOutput(child);
    // What waits for an answer keeps the thread alive by itself.
    child.unref();
    child.channel?.unref();
    const port = portToChild<CompilerAnswer | CompilerReady, CompilerCall>(child);
    port.on("message", (message) => {
      if ("ready" in message) this.early = null;
      else this.answered(message);
    });
    let ended = false;
    const end = (why: string): void => {
      if (ended || this.closed) return;
      ended = true;
      if (this.early) this.fallBack(file, why);
      else this.replace(why);
    };
    child.on("error", (error) => end(error.message));
    child.on("exit", (code, signal) => end(`it ended with ${signal ?? code}`));
    return port as Answers;
  }

  private thread(): Answers {
    const worker = new Worker(path.join(__dirname, "worker.js"), {
      stdout: true,
      stderr: true,
      // Each cell leaves garbage that is young: with room for more of it the process would only be larger.
      resourceLimits: { maxYoungGenerationSizeMb: 16 },
    });
    logOutput(worker);
    worker.unref();
    worker.on("message", (message: CompilerAnswer) => this.answered(message));
    let why = "it ended";
    worker.on("error", (error) => {
      why = error.stack ?? String(error);
    });
    worker.on("exit", () => this.closed || this.replace(why));
    return {
      postMessage: (call) => worker.postMessage(call),
      on: () => {},
      close: () => void worker.terminate(),
    };
  }

  /** The snapshot does not work here: what was asked so far is asked again. */
  private fallBack(file: string, why: string): void {
    log("warning", `the compiler's snapshot cannot be used (${why}); another is made later`);
    discardSnapshot(file);
    const calls = this.early ?? [];
    this.early = null;
    this.port = this.thread();
    for (const call of calls) this.port.postMessage(call);
    this.buildLater();
  }

  private replace(why: string): void {
    log("error", `the compiler failed and is started again: ${why}`);
    this.port = this.start();
    this.restarted();
  }

  private answered(message: CompilerAnswer): void {
    for (const listener of this.listeners) listener(message);
  }

  private buildLater(): void {
    if (this.building) return;
    this.building = new AbortController();
    const { signal } = this.building;
    setTimeout(() => {
      if (signal.aborted) return;
      buildSnapshot(signal).catch((error) => signal.aborted || log("warning", error.message));
    }, BUILD_AFTER_MS).unref();
  }
}

function findSnapshot(): string | null {
  try {
    return snapshotFile();
  } catch {
    return null;
  }
}

/** What the compiler prints is the kernel's log. */
function logOutput({ stdout, stderr }: Pick<ChildProcess, "stdout" | "stderr"> | Worker): void {
  for (const stream of [stdout, stderr]) {
    stream?.on("data", (data) => log("warning", String(data).trimEnd()));
    (stream as { unref?(): void } | null)?.unref?.();
  }
}
