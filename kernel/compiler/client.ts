/** @file A `CellCompiler` that asks the compile process or thread. */
import type {
  CellCompiler,
  CompiledCell,
  CompletionResult,
  DebugExpression,
  DebugPlace,
  FailedCell,
  InspectionResult,
  SessionState,
  StateChange,
} from "./cell-compiler";
import type { Completeness } from "./is-complete";
import type { Port } from "./port";
import type { CompilerAnswer, CompilerCall } from "./worker-protocol";

interface Waiting {
  call: CompilerCall;
  /** Made a second time, as the compiler that had heard it first is gone. */
  again: boolean;
  resolve: (value: never) => void;
  reject: (error: Error) => void;
}

/** A cell that was compiled, and whose outcome the compiler has not taken in yet. */
interface Uncommitted {
  code: string;
  again: boolean;
}

/** Calls are answered in the order in which they were made. */
export class CompilerClient implements CellCompiler {
  private readonly waiting = new Map<number, Waiting>();
  private readonly uncommitted = new Map<number, Uncommitted>();
  private readonly state: SessionState = { declarations: "", names: [] };
  private lastId = 0;
  private closed = false;

  constructor(private readonly port: Port<CompilerAnswer, CompilerCall>) {
    port.on("message", (answer: CompilerAnswer) => {
      const waiting = this.waiting.get(answer.id);
      this.waiting.delete(answer.id);
      if ("error" in answer) waiting?.reject(new Error(answer.error));
      else waiting?.resolve(answer.value as never);
    });
    port.on("close", () => {
      this.closed = true;
      for (const one of this.waiting.values()) one.reject(new Error("the compiler has ended"));
      this.waiting.clear();
    });
  }

  /**
   * To be called when another compiler answers at the port from now on: has it go on where the last one ended. What waits is asked
   * again, but only once, as it may be what ended the last one.
   */
  restarted(): void {
    const before = [...this.waiting.values()];
    this.waiting.clear();
    this.restore(this.state).catch(() => {});
    for (const [cell, one] of this.uncommitted) {
      if (one.again) continue;
      one.again = true;
      this.call("compile", { cell, code: one.code }).catch(() => {});
    }
    for (const one of before) {
      if (one.again || one.call.method === "restore")
        one.reject(new Error("the compiler has ended and was started again; run the cell again"));
      else this.ask({ ...one, again: true });
    }
  }

  async compile(cell: { cell: number; code: string }): Promise<CompiledCell | FailedCell> {
    const compiled = await this.call<CompiledCell | FailedCell>("compile", cell);
    if (compiled.ok) this.uncommitted.set(cell.cell, { code: cell.code, again: false });
    return compiled;
  }

  async commit(cell: number, outcome: { ok: boolean; assigned: string[] }): Promise<StateChange | undefined> {
    const change = await this.call<StateChange | undefined>("commit", cell, outcome).finally(() =>
      this.uncommitted.delete(cell),
    );
    if (change) {
      const { state } = this;
      state.declarations = state.declarations.slice(0, change.kept) + change.added;
      state.names = [...new Set([...state.names, ...change.names])];
    }
    return change;
  }

  restore(state: SessionState): Promise<void> {
    return this.call("restore", state);
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
    if (this.closed) return Promise.reject(new Error("the compiler has ended"));
    const call: CompilerCall = { id: ++this.lastId, method, args };
    return new Promise<T>((resolve, reject) => this.ask({ call, again: false, resolve, reject }));
  }

  private ask(one: Waiting): void {
    this.waiting.set(one.call.id, one);
    this.port.postMessage(one.call);
  }
}
