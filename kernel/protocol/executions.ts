/** @file Works on cells and comm messages: compiles, has the main thread run, and answers. */
import type { CommMessage, ErrorContent, FromMain, ToMain } from "../channel";
import type { CellCompiler, CompiledCell } from "../compiler/cell-compiler";
import type { LocalFile } from "../local-file";
import { log } from "../log";
import { CompileAhead } from "./ahead";
import { diagnosticsError } from "./diagnostics";
import { ENDED_WELL, Execution, failed, KEYBOARD_INTERRUPT, type Outcome } from "./execution";
import { helpPayload, helpQuestion } from "./help";
import type { History } from "./history";
import { interrupt } from "./interrupt";
import type { Output } from "./output";
import type { Server } from "./server";
import { type Entry, type Shell, Shells } from "./shells";
import type { RouterChannel } from "./transport";
import type { Message, Request } from "./wire";

/** Runs cells in the order in which they came, those of each shell one after another. */
export class Executions {
  /** Number of the last cell that counts; all shells share it, so that `Cell In[n]` is one cell. */
  executionCount = 0;
  readonly shells = new Shells((shell, entry) => this.take(shell, entry));
  /** Kept for good, as output may come at any later time. */
  private readonly requests = new Map<number, Request>();
  /** Compiled files that came too late for the cell that imported them. */
  private readonly unsent: LocalFile[] = [];
  /** Ends when the compiler has forgotten a cell that was stopped while it was compiled. */
  private forgetting: Promise<unknown> = Promise.resolve();
  private readonly silent = new Set<number>();
  private nextCell = 1;
  private interrupting: Promise<void> | null = null;
  private stops = 0;
  private stopped = 0;
  private readonly ahead: CompileAhead;
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
  ) {
    this.ahead = new CompileAhead(compiler, () => this.newCell());
  }

  /** The request under whose header a cell's messages go out. */
  request(cell: number): Request | undefined {
    return this.requests.get(cell);
  }

  /** True when clients must not see the cell's output. */
  isSilent(cell: number): boolean {
    return this.silent.has(cell);
  }

  /** A request that is being executed; the main shell's if it has one. */
  get running(): Request | undefined {
    const [first] = this.shells.executions();
    return first && this.requests.get(first.cell);
  }

  /** The cell that runs or ran last; null before the first. */
  latestCell: number | null = null;

  /** Takes an `execute_request` for a shell. */
  execute(shell: Shell, channel: RouterChannel, message: Message): void {
    shell.push({ kind: "cell", message, channel, aborted: this.ending });
  }

  /** Takes a comm message, which the main thread gets after the cells of that shell that came before it. */
  comm(shell: Shell, comm: CommMessage, { identities, header }: Message): void {
    this.requests.set(comm.cell, { identities, header });
    shell.push({ kind: "comm", comm, header });
  }

  /** Answers a cell for a subshell that there is not. */
  refuse(channel: RouterChannel, message: Message): void {
    const error = {
      ename: "SubshellError",
      evalue: `there is no subshell ${message.header.subshell_id}`,
      traceback: [],
    };
    this.server.status(message.header, "busy");
    this.answer(channel, message, this.executionCount, failed(error));
  }

  /** A new number for a request that may have output. */
  newCell(): number {
    return this.nextCell++;
  }

  /**
   * Stops what runs, in all shells; also what a timer or a listener of an earlier cell is busy with. Resolves when that is
   * stopped.
   */
  async interrupt(): Promise<void> {
    if (this.interrupting) return this.interrupting;
    const running = this.shells.executions();
    // Still with the compiler, which goes on by itself: its result is not used.
    for (const one of running) if (!one.onMain) one.settle(failed(KEYBOARD_INTERRUPT));
    const onMain = running.filter((one) => one.onMain && !one.settled);
    if (running.length > 0 && onMain.length === 0) return;
    const stop = ++this.stops;
    const cells = onMain.map(({ cell }) => cell);
    const isStopped = () => this.stopped >= stop;
    const began = Math.min(...onMain.map((one) => one.began));
    this.interrupting = interrupt({
      ask: () => this.main({ type: "interrupt", stop, cells }),
      get settled() {
        return isStopped();
      },
      get age() {
        return Number.isFinite(began) ? (performance.now() - began) / 1000 : 0;
      },
    })
      .catch((error) => log("error", `interrupt failed: ${error.stack ?? error}`))
      .finally(() => {
        this.interrupting = null;
      });
    return this.interrupting;
  }

  /** Takes what the main thread says of a run's end. */
  ended(message: Extract<FromMain, { type: "done" | "interrupted" }>): void {
    const execution = this.shells.executions().find(({ cell }) => cell === message.cell);
    if (message.type === "interrupted") execution?.settle(failed(KEYBOARD_INTERRUPT, message.assigned));
    else {
      const { error, assigned, userExpressions } = message;
      execution?.settle({ status: error ? "error" : "ok", error, assigned, userExpressions });
    }
  }

  /** The main thread has done what an interrupt asked for. */
  stoppedAll(stop: number): void {
    this.stopped = Math.max(this.stopped, stop);
  }

  /** Ends what runs because the process is about to end; nothing else is begun. */
  exited(code: number): void {
    this.ending = true;
    this.shells.abort();
    const error = {
      ename: "SystemExit",
      evalue: String(code),
      traceback: [`SystemExit: process.exit(${code})`],
    };
    for (const execution of this.shells.executions())
      execution.settle(code === 0 ? ENDED_WELL : failed(error));
  }

  private async take(shell: Shell, entry: Entry): Promise<void> {
    if (entry.kind === "comm") await this.deliver(shell, entry.comm, entry.header);
    else if (entry.aborted) this.abort(entry.channel, entry.message);
    else await this.run(shell, entry.channel, entry.message);
    this.sayRunning();
  }

  /** Clients show the state that they heard last: what still runs is said again to be running. */
  sayRunning(): void {
    const { running } = this;
    if (running) this.server.status(running.header, "busy");
  }

  /** Has the main thread take a comm message; widgets send the next one when they hear idle. */
  private async deliver(shell: Shell, comm: CommMessage, header: Message["header"]): Promise<void> {
    this.server.status(header, "busy");
    const execution = new Execution(comm.cell, this.executionCount, false);
    execution.onMain = true;
    shell.current = execution;
    this.main(comm);
    await execution.outcome;
    shell.current = null;
    this.output.flush();
    this.server.status(header, "idle");
    await this.interrupting;
  }

  private abort(channel: RouterChannel, message: Message): void {
    this.server.status(message.header, "busy");
    this.server.reply(channel, message, "execute_reply", {
      status: "aborted",
      execution_count: this.executionCount,
      user_expressions: {},
      payload: [],
    });
    this.server.status(message.header, "idle");
  }

  private async run(shell: Shell, channel: RouterChannel, message: Message): Promise<void> {
    const { header, identities, content } = message;
    const code = typeof content.code === "string" ? content.code : "";
    const silent = content.silent === true;
    const storeHistory = !silent && content.store_history !== false;
    const blank = code.trim() === "";
    const cell = this.ahead.cellOf(message) ?? this.newCell();
    this.requests.set(cell, { header, identities });
    this.latestCell = cell;
    if (silent) this.silent.add(cell);
    this.server.status(header, "busy");
    if (storeHistory && !blank) {
      this.executionCount++;
      this.history.add(this.executionCount, code);
    }
    // A cell that does not count is numbered like the one to come, as ipykernel does.
    const executionCount = storeHistory && !blank ? this.executionCount : this.executionCount + 1;
    if (!silent) this.server.publish(header, "execute_input", { code, execution_count: executionCount });
    const outcome = await this.outcome(shell, new Execution(cell, executionCount, silent), code, message);
    this.output.flush();
    if (outcome.error) {
      this.ahead.spoil();
      if (content.stop_on_error !== false) shell.abort();
    }
    this.answer(channel, message, executionCount, outcome);
    // The next cell must not meet what is left of an interrupt.
    await this.interrupting;
  }

  private async outcome(
    shell: Shell,
    execution: Execution,
    code: string,
    { content }: Message,
  ): Promise<Outcome> {
    const { cell, executionCount, silent } = execution;
    const userExpressions = expressionsOf(content.user_expressions);
    const blank = code.trim() === "";
    const question = helpQuestion(code);
    if (question) return { ...ENDED_WELL, payload: [await helpPayload(this.compiler, question)] };
    if (blank && Object.keys(userExpressions).length === 0) return ENDED_WELL;
    shell.current = execution;
    try {
      const compiled = blank ? BLANK : await this.compile(execution, code);
      if (compiled && !execution.settled) {
        execution.onMain = true;
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
          lexical: compiled.lexical,
          localFiles: [...this.unsent.splice(0), ...(compiled.localFiles ?? [])],
          silent,
          allowStdin: content.allow_stdin === true,
          userExpressions,
        });
        const { next } = shell;
        if (next?.kind === "cell" && !next.aborted) this.ahead.begin(next.message);
      }
      const ended = await execution.outcome;
      if (compiled && !blank) this.commit(cell, { ok: ended.status === "ok", assigned: ended.assigned });
      return ended;
    } finally {
      shell.current = null;
    }
  }

  /** Compiles a cell; settles the run itself, and gives null, when the cell must not run. */
  private async compile(execution: Execution, code: string): Promise<CompiledCell | null> {
    const { cell, executionCount } = execution;
    const fail = (error: ErrorContent) => execution.settle(failed(error));
    this.beforeCompile(code);
    const compiling = this.forgetting
      .then(() => this.ahead.take(cell))
      .then((made) => made ?? this.compiler.compile({ cell, code }));
    try {
      await Promise.race([compiling, execution.outcome]);
      if (execution.settled) {
        // Interrupted: the compiler must still hear that nothing of the cell came to be, before it is asked for the next one.
        this.forgetting = compiling.then(
          (late) => {
            if (!late.ok) return;
            this.unsent.push(...(late.localFiles ?? []));
            this.commit(cell, { ok: false, assigned: [] });
          },
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

  private commit(cell: number, outcome: { ok: boolean; assigned: string[] }): void {
    this.compiler
      .commit(cell, outcome)
      .catch((error) => this.ending || log("error", `commit failed: ${error.stack ?? error}`));
  }

  private answer(channel: RouterChannel, message: Message, executionCount: number, outcome: Outcome): void {
    const { header, content } = message;
    const { error } = outcome;
    if (error && content.silent !== true) {
      const { ename, evalue, traceback } = error;
      this.server.publish(header, "error", { ename, evalue, traceback });
    }
    this.server.reply(channel, message, "execute_reply", {
      status: error ? "error" : "ok",
      execution_count: executionCount,
      ...error,
      user_expressions: outcome.userExpressions,
      payload: outcome.payload ?? [],
    });
    this.server.status(header, "idle");
  }
}

/** The expressions of a request, without what is none. */
function expressionsOf(value: unknown): Record<string, string> {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return {};
  return value as Record<string, string>;
}

const BLANK: CompiledCell = {
  ok: true,
  code: "",
  sourceMap: "",
  isAsync: false,
  resultName: null,
  names: [],
  lexical: [],
};
