/** @file The queue of cells: compiles each, has it run on the main thread, and answers its request. */
import type { CommMessage, ErrorContent, ExpressionResult, FromMain, ToMain } from "../channel";
import type { CellCompiler, CompiledCell } from "../compiler/cell-compiler";
import { log } from "../log";
import { diagnosticsError } from "./diagnostics";
import { helpPayload, helpQuestion } from "./help";
import type { History } from "./history";
import { interrupt } from "./interrupt";
import type { Output } from "./output";
import type { Server } from "./server";
import type { Message } from "./wire";

/** How a cell ended. */
interface Outcome {
  status: "ok" | "error";
  error: ErrorContent | null;
  assigned: string[];
  userExpressions: Record<string, ExpressionResult>;
  payload?: object[];
}

/** The cell that is being worked on. */
interface Current {
  cell: number;
  executionCount: number;
  silent: boolean;
  interrupted: boolean;
  /** Ends the wait for the compiler or the main thread. */
  settle: (outcome: Outcome) => void;
  outcome: Promise<Outcome>;
  settled: boolean;
  onMain: boolean;
}

type Entry = { message: Message; aborted: boolean } | { comm: CommMessage; header: Message["header"] };

const KEYBOARD_INTERRUPT: ErrorContent = {
  ename: "KeyboardInterrupt",
  evalue: "",
  traceback: ["\u001b[31mKeyboardInterrupt\u001b[39m: the cell was stopped; its variables are kept"],
};

/** Runs one cell at a time, in the order in which they came. */
export class Executions {
  /** Number of the last cell that counts. */
  executionCount = 0;
  private readonly queue: Entry[] = [];
  private readonly requests = new Map<number, Message>();
  private readonly silent = new Set<number>();
  private nextCell = 1;
  private working = false;
  private current: Current | null = null;
  private interrupting: Promise<void> | null = null;
  /** True when the kernel ends, and the compiler with it. */
  ending = false;

  constructor(
    private readonly server: Server,
    private readonly compiler: CellCompiler,
    private readonly history: History,
    private readonly output: Output,
    private readonly main: (message: ToMain) => void,
    /** Called with each cell's source before it is compiled. */
    private readonly beforeCompile: (source: string) => void,
  ) {}

  /** The request under whose header a cell's messages go out. */
  request(cell: number): Message | undefined {
    return this.requests.get(cell);
  }

  /** True when clients must not see the cell's output. */
  isSilent(cell: number): boolean {
    return this.silent.has(cell);
  }

  /** The request that is being executed. */
  get running(): Message | undefined {
    return this.current ? this.requests.get(this.current.cell) : undefined;
  }

  /** The cell that runs or ran last; null before the first. */
  latestCell: number | null = null;

  /** Takes an `execute_request`. */
  execute(message: Message): void {
    this.queue.push({ message, aborted: false });
    void this.work();
  }

  /** Takes a comm message, which the main thread gets after the cells that came before it. */
  comm(comm: CommMessage, message: Message): void {
    this.requests.set(comm.cell, message);
    this.queue.push({ comm, header: message.header });
    void this.work();
  }

  /** A new number for a request that may have output. */
  newCell(): number {
    return this.nextCell++;
  }

  /** Stops the cell that runs; does nothing when none does. */
  interrupt(): void {
    const { current } = this;
    if (!current || this.interrupting) return;
    current.interrupted = true;
    if (!current.onMain) {
      // Still with the compiler, which goes on by itself: its result is not used.
      this.settle(current, { status: "error", error: KEYBOARD_INTERRUPT, assigned: [], userExpressions: {} });
      return;
    }
    this.interrupting = interrupt({
      ask: () => this.main({ type: "interrupt", cell: current.cell }),
      get settled() {
        return current.settled;
      },
    })
      .catch((error) => log("error", `interrupt failed: ${error.stack ?? error}`))
      .finally(() => {
        this.interrupting = null;
      });
  }

  /** Takes what the main thread says of a run's end. */
  ended(message: Extract<FromMain, { type: "done" | "interrupted" }>): void {
    const { current } = this;
    if (!current || current.cell !== message.cell || current.settled) return;
    if (message.type === "interrupted") {
      const { assigned } = message;
      this.settle(current, { status: "error", error: KEYBOARD_INTERRUPT, assigned, userExpressions: {} });
      return;
    }
    const { error, assigned, userExpressions } = message;
    this.settle(current, { status: error ? "error" : "ok", error, assigned, userExpressions });
  }

  /** Ends the current cell because the process is about to end. */
  exited(code: number): void {
    const { current } = this;
    if (!current) return;
    const error = {
      ename: "SystemExit",
      evalue: String(code),
      traceback: [`SystemExit: process.exit(${code})`],
    };
    this.settle(current, {
      status: code === 0 ? "ok" : "error",
      error: code === 0 ? null : error,
      assigned: [],
      userExpressions: {},
    });
  }

  private settle(current: Current, outcome: Outcome): void {
    current.settled = true;
    current.settle(outcome);
  }

  private async work(): Promise<void> {
    if (this.working) return;
    this.working = true;
    for (let entry = this.queue.shift(); entry; entry = this.queue.shift()) {
      try {
        if ("comm" in entry) await this.deliver(entry.comm, entry.header);
        else if (entry.aborted) this.abort(entry.message);
        else await this.run(entry.message);
      } catch (error) {
        log("error", `a request failed: ${error instanceof Error ? error.stack : error}`);
      }
    }
    this.working = false;
  }

  /** Has the main thread take a comm message; widgets send the next one when they hear idle. */
  private async deliver(comm: CommMessage, header: Message["header"]): Promise<void> {
    this.server.status(header, "busy");
    const current = makeCurrent(comm.cell, this.executionCount, false);
    current.onMain = true;
    this.current = current;
    this.main(comm);
    await current.outcome;
    this.current = null;
    this.output.flush();
    this.server.status(header, "idle");
    await this.interrupting;
  }

  private abort(message: Message): void {
    this.server.status(message.header, "busy");
    this.server.reply("shell", message, "execute_reply", {
      status: "aborted",
      execution_count: this.executionCount,
      user_expressions: {},
      payload: [],
    });
    this.server.status(message.header, "idle");
  }

  private async run(message: Message): Promise<void> {
    const { content } = message;
    const code = typeof content.code === "string" ? content.code : "";
    const silent = content.silent === true;
    const storeHistory = !silent && content.store_history !== false;
    const blank = code.trim() === "";
    const cell = this.newCell();
    this.requests.set(cell, message);
    this.latestCell = cell;
    if (silent) this.silent.add(cell);
    this.server.status(message.header, "busy");
    if (storeHistory && !blank) {
      this.executionCount++;
      this.history.add(this.executionCount, code);
    }
    // A cell that does not count is numbered like the one to come, as ipykernel does.
    const executionCount = storeHistory && !blank ? this.executionCount : this.executionCount + 1;
    if (!silent) {
      this.server.publish(message.header, "execute_input", { code, execution_count: executionCount });
    }
    const outcome = await this.outcome(cell, executionCount, code, message);
    this.output.flush();
    this.finish(message, executionCount, silent, outcome);
    // The next cell must not meet what is left of an interrupt.
    await this.interrupting;
  }

  private async outcome(
    cell: number,
    executionCount: number,
    code: string,
    message: Message,
  ): Promise<Outcome> {
    const empty: Outcome = { status: "ok", error: null, assigned: [], userExpressions: {} };
    const { content } = message;
    const expressions = (content.user_expressions ?? {}) as Record<string, string>;
    const blank = code.trim() === "";
    const question = helpQuestion(code);
    if (question) return { ...empty, payload: [await helpPayload(this.compiler, question)] };
    if (blank && Object.keys(expressions).length === 0) return empty;
    const current = makeCurrent(cell, executionCount, content.silent === true);
    const { outcome } = current;
    this.current = current;
    try {
      const compiled = blank ? BLANK : await this.compile(current, code);
      if (compiled && !current.settled) {
        current.onMain = true;
        this.main({
          type: "run",
          cell,
          executionCount,
          source: code,
          code: compiled.code,
          sourceMap: compiled.sourceMap,
          isAsync: compiled.isAsync,
          resultName: compiled.resultName,
          names: compiled.names,
          sideOutputs: compiled.sideOutputs ?? [],
          silent: current.silent,
          allowStdin: content.allow_stdin === true,
          userExpressions: expressions,
        });
      }
      const ended = await outcome;
      if (compiled && !blank) {
        this.commit(executionCount, { ok: ended.status === "ok", assigned: ended.assigned });
      }
      return ended;
    } finally {
      this.current = null;
    }
  }

  /** Compiles a cell; settles the run itself, and gives null, when the cell must not run. */
  private async compile(current: Current, code: string): Promise<CompiledCell | null> {
    const { executionCount } = current;
    const fail = (error: ErrorContent) =>
      this.settle(current, { status: "error", error, assigned: [], userExpressions: {} });
    this.beforeCompile(code);
    const compiling = this.compiler.compile({ code, executionCount });
    try {
      await Promise.race([compiling, current.outcome]);
      if (current.settled) {
        // Interrupted: the compiler must still hear that nothing of the cell came to be.
        compiling.then(
          (late) => late.ok && this.commit(executionCount, { ok: false, assigned: [] }),
          () => {},
        );
        return null;
      }
      const compiled = await compiling;
      if (compiled.ok) return compiled;
      fail(diagnosticsError(compiled.diagnostics, executionCount));
    } catch (error) {
      const text = error instanceof Error ? error.message : String(error);
      log("error", `the compiler failed: ${error instanceof Error ? error.stack : error}`);
      fail({ ename: "CompilerError", evalue: text, traceback: [`CompilerError: ${text}`] });
    }
    return null;
  }

  private commit(executionCount: number, outcome: { ok: boolean; assigned: string[] }): void {
    this.compiler
      .commit(executionCount, outcome)
      .catch((error) => this.ending || log("error", `commit failed: ${error.stack ?? error}`));
  }

  private finish(message: Message, executionCount: number, silent: boolean, outcome: Outcome): void {
    const { header, content } = message;
    if (outcome.error) {
      const { ename, evalue, traceback } = outcome.error;
      if (!silent) this.server.publish(header, "error", { ename, evalue, traceback });
      if (content.stop_on_error !== false) {
        for (const entry of this.queue) if ("message" in entry) entry.aborted = true;
      }
      this.server.reply("shell", message, "execute_reply", {
        status: "error",
        execution_count: executionCount,
        ename,
        evalue,
        traceback,
        user_expressions: {},
        payload: [],
      });
    } else {
      this.server.reply("shell", message, "execute_reply", {
        status: "ok",
        execution_count: executionCount,
        user_expressions: outcome.userExpressions,
        payload: outcome.payload ?? [],
      });
    }
    this.server.status(header, "idle");
  }
}

function makeCurrent(cell: number, executionCount: number, silent: boolean): Current {
  let settle: Current["settle"] = () => {};
  const outcome = new Promise<Outcome>((resolve) => {
    settle = resolve;
  });
  return { cell, executionCount, silent, interrupted: false, settle, outcome, settled: false, onMain: false };
}

const BLANK: CompiledCell = {
  ok: true,
  code: "",
  sourceMap: "",
  isAsync: false,
  resultName: null,
  names: [],
};
