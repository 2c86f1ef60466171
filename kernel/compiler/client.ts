/** @file A `CellCompiler` that asks the compile thread. */
import type { MessagePort } from "node:worker_threads";
import type {
  CellCompiler,
  CompiledCell,
  CompletionResult,
  DebugExpression,
  DebugPlace,
  FailedCell,
  InspectionResult,
} from "./cell-compiler";
import type { Completeness } from "./is-complete";
import type { CompilerAnswer, CompilerCall } from "./worker-protocol";

interface Waiting {
  resolve: (value: never) => void;
  reject: (error: Error) => void;
}

/** Calls are answered in the order in which they were made. */
export class CompilerClient implements CellCompiler {
  private readonly waiting = new Map<number, Waiting>();
  private lastId = 0;
  private closed = false;

  constructor(private readonly port: MessagePort) {
    port.on("message", (answer: CompilerAnswer) => {
      const waiting = this.waiting.get(answer.id);
      this.waiting.delete(answer.id);
      if ("error" in answer) waiting?.reject(new Error(answer.error));
      else waiting?.resolve(answer.value as never);
    });
    port.on("close", () => {
      this.closed = true;
      for (const one of this.waiting.values()) one.reject(new Error("The compile thread has ended"));
      this.waiting.clear();
    });
  }

  compile(cell: { cell: number; code: string }): Promise<CompiledCell | FailedCell> {
    return this.call("compile", cell);
  }

  commit(cell: number, outcome: { ok: boolean; assigned: string[] }): Promise<void> {
    return this.call("commit", cell, outcome);
  }

  complete(code: string, offset: number): Promise<CompletionResult> {
    return this.call("complete", code, offset);
  }

  inspect(code: string, offset: number, detail: 0 | 1): Promise<InspectionResult> {
    return this.call("inspect", code, offset, detail);
  }

  isComplete(code: string): Promise<Completeness> {
    return this.call("isComplete", code);
  }

  debugExpression(code: string, place: DebugPlace | null): Promise<DebugExpression> {
    return this.call("debugExpression", code, place);
  }

  isCaught(script: string, offset: number): Promise<boolean> {
    return this.call("isCaught", script, offset);
  }

  declareVariable(name: string): Promise<void> {
    return this.call("declareVariable", name);
  }

  close(): Promise<void> {
    return this.call("close");
  }

  private call<T>(method: keyof CellCompiler, ...args: unknown[]): Promise<T> {
    if (this.closed) return Promise.reject(new Error("The compile thread has ended"));
    const id = ++this.lastId;
    return new Promise<T>((resolve, reject) => {
      this.waiting.set(id, { resolve, reject });
      const call: CompilerCall = { id, method, args };
      this.port.postMessage(call);
    });
  }
}
