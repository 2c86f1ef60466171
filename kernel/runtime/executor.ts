/** @file Runs compiled cells, one after another, in the main context. */
import { Script } from "node:vm";
import type { ErrorContent, ExpressionResult, FromMain, RunCell } from "../channel";
import { type CellSources, cellName } from "./cell-sources";
import { type CellContext, KeyboardInterrupt, newContext, resetContext, runIn, setLatest } from "./context";
import type { Link } from "./link";
import { isThenable, plainText, serialize, toMimeBundle } from "./mime";
import type { CellModules } from "./modules";
import { CELL_FUNCTION, RUNNER } from "./stack";
import { cancelTimers } from "./timers";
import { describeError } from "./traceback";

type CellFunction = (
  exports: Record<string, unknown>,
  require: NodeJS.Require,
  module: CellModule,
  filename: string,
  dirname: string,
) => unknown;

/** What a cell calls `module`; `import("x")` is emitted as a call of its `import`. */
export interface CellModule {
  exports: Record<string, unknown>;
  import(specifier: string): Promise<unknown>;
}

interface Running {
  message: RunCell;
  context: CellContext;
  /** What the cell's names held before it; a name that is not here had no value. */
  before: Map<string, unknown>;
}

const PARAMETERS = "exports, require, module, __filename, __dirname";

/** Runs cells; every cell has the variables of all. */
export class Executor {
  /** Every top-level name of every cell: what compiled code calls `exports`. */
  private readonly variables: Record<string, unknown> = Object.create(null);
  private readonly module: CellModule;
  private running: Running | null = null;
  // A script of its own, because only a script run with breakOnSigint can be stopped by a signal from outside.
  private readonly runner = new Script(`globalThis[Symbol.for("${RUNNER}")]()`, { filename: RUNNER });

  constructor(
    private readonly link: Link,
    private readonly sources: CellSources,
    private readonly modules: CellModules,
  ) {
    this.module = { exports: this.variables, import: (specifier) => modules.import(specifier) };
  }

  /** Runs a cell and reports its result and its end. */
  async run(message: RunCell): Promise<void> {
    const { cell, executionCount, names, allowStdin } = message;
    const context = newContext(cell, executionCount, allowStdin);
    const before = new Map(
      names.filter((name) => name in this.variables).map((name) => [name, this.variables[name]]),
    );
    const running: Running = { message, context, before };
    this.running = running;
    setLatest(context);
    let error: ErrorContent | null = null;
    let userExpressions: Record<string, ExpressionResult> = {};
    try {
      await runIn(context, () => this.execute(message, context));
      userExpressions = await runIn(context, () => this.expressions(message.userExpressions));
    } catch (thrown) {
      error = describeError(asInterrupt(thrown), this.sources);
    }
    // A cell that was stopped has been answered for.
    if (this.running !== running) return;
    this.end(running, {
      type: "done",
      cell,
      error,
      userExpressions,
      assigned: this.assigned(running, !error),
    });
  }

  /** Gives up the cell that runs, because it was interrupted, and says so. */
  stop(cell: number): void {
    resetContext();
    const { running } = this;
    const assigned = running?.message.cell === cell ? this.assigned(running, false) : [];
    if (running?.message.cell === cell) {
      running.context.stopped = true;
      cancelTimers(running.context);
    }
    this.link.post({ type: "interrupted", cell, assigned });
    // Last: a termination that comes before must leave the cell to be stopped by the next message.
    if (running?.message.cell === cell) this.running = null;
  }

  /** The cell that runs, if any. */
  get currentCell(): number | null {
    return this.running?.message.cell ?? null;
  }

  /** Shows an error that came from a callback, a timer or a promise that nobody waits for. */
  report(context: CellContext, thrown: unknown): void {
    if (context.stopped || thrown instanceof KeyboardInterrupt) return;
    this.link.post({ type: "error", cell: context.cell, error: describeError(thrown, this.sources) });
  }

  private end(running: Running, message: FromMain): void {
    this.link.post(message);
    if (this.running === running) this.running = null;
  }

  private async execute(message: RunCell, context: CellContext): Promise<void> {
    const { executionCount, code, source, sourceMap, isAsync, resultName } = message;
    const name = cellName(executionCount);
    this.sources.add(name, source, sourceMap);
    this.modules.provide(message.sideOutputs);
    const prefix = `(${isAsync ? "async " : ""}function ${CELL_FUNCTION}(${PARAMETERS}) { `;
    const script = new Script(`${prefix}${code}\n})`, { filename: name, columnOffset: -prefix.length });
    const run = script.runInThisContext() as CellFunction;
    const { variables } = this;
    const scope = globalThis as unknown as Record<symbol, unknown>;
    scope[Symbol.for(RUNNER)] = () =>
      run.call(
        undefined,
        variables,
        this.modules.require,
        this.module,
        this.modules.filename,
        this.modules.folder,
      );
    let ended: unknown;
    try {
      ended = this.runner.runInThisContext({ breakOnSigint: true });
    } finally {
      delete scope[Symbol.for(RUNNER)];
    }
    if (isAsync) await ended;
    if (resultName) {
      const value = variables[resultName];
      delete variables[resultName];
      await this.showResult(message, value);
    }
    // What the cell displays by promises belongs before its end.
    while (context.displays.size > 0) await Promise.all(context.displays);
  }

  private async showResult({ cell, executionCount, silent }: RunCell, value: unknown): Promise<void> {
    if (silent || value === undefined) return;
    const made = toMimeBundle(value);
    const data = serialize(isThenable(made) ? await made : made);
    if (Object.keys(data).length === 0) return;
    this.link.post({ type: "result", cell, executionCount, data, metadata: {} });
  }

  private async expressions(sources: Record<string, string>): Promise<Record<string, ExpressionResult>> {
    const results: Record<string, ExpressionResult> = {};
    for (const [key, source] of Object.entries(sources)) {
      try {
        // `with` gives the expression the cells' variables as plain names.
        const evaluate = new Function("exports", `with (exports) { return (${source}\n); }`);
        const value: unknown = await evaluate(this.variables);
        const made = value === undefined ? { "text/plain": plainText(value) } : toMimeBundle(value);
        results[key] = { status: "ok", data: serialize(await made), metadata: {} };
      } catch (error) {
        results[key] = { status: "error", ...describeError(error, this.sources) };
      }
    }
    return results;
  }

  /** The names that the cell gave a value; one that it did not get to keeps what an earlier cell had put there. */
  private assigned({ message, before }: Running, complete: boolean): string[] {
    const { variables } = this;
    if (complete) return message.names.filter((name) => name in variables);
    return message.names.filter(
      (name) => name in variables && !(before.has(name) && Object.is(before.get(name), variables[name])),
    );
  }
}

/** A signal from outside ends a script with an error of Node's, which means the same as Jupyter's interrupt. */
function asInterrupt(thrown: unknown): unknown {
  const { code } = (thrown ?? {}) as NodeJS.ErrnoException;
  return code === "ERR_SCRIPT_EXECUTION_INTERRUPTED" ? new KeyboardInterrupt() : thrown;
}
