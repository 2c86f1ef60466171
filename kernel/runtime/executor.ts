/** @file Runs compiled cells in the main context: those of one shell one after another, those of several between each other's waits. */
import { types } from "node:util";
import { Script } from "node:vm";
import type { ErrorContent, ExpressionResult, MimeBundle, RunCell } from "../channel";
import { type CellSources, cellName } from "./cell-sources";
import {
  type CellContext,
  enteredContexts,
  KeyboardInterrupt,
  newContext,
  resetContext,
  runIn,
  setLatest,
} from "./context";
import type { Link } from "./link";
import { isThenable, plainText, serialize, toMimeBundle } from "./mime";
import type { CellModules } from "./modules";
import { CELL_FUNCTION, RUNNER, restoreStackTraces, SOURCE_MAP_COMMENT } from "./stack";
import { cancelTimers } from "./timers";
import { describeError } from "./traceback";
import { forget, makeVariables, reserve } from "./variables";

type CellFunction = (
  exports: Record<string, unknown>,
  require: NodeJS.Require,
  module: CellModule,
  filename: string,
  dirname: string,
) => unknown;

/** What a cell calls `module`. */
export interface CellModule {
  exports: Record<string, unknown>;
  /** What `import("x")` is emitted as. */
  import(specifier: string): Promise<unknown>;
  /** What an import makes of one name. */
  bind(name: string, module: unknown, key: string): void;
}

interface Running {
  message: RunCell;
  context: CellContext;
  /** What the cell's names held before it; a name that is not here had no value. */
  before: Map<string, unknown>;
  /** The names whose declaration did not run yet. */
  reserved: Set<string>;
}

/** By this name the script that calls a cell finds it. */
const RUNNER_KEY = Symbol.for(RUNNER);

const PARAMETERS = "exports, require, module, __filename, __dirname";

/** Runs cells; every cell has the variables of all. */
export class Executor {
  /** Every top-level name of every cell: what compiled code calls `exports`. */
  readonly variables = makeVariables();
  private readonly module: CellModule;
  private readonly running = new Map<number, Running>();
  // A script of its own, because only a script run with breakOnSigint can be stopped by a signal from outside.
  private readonly runner = new Script(`globalThis[Symbol.for("${RUNNER}")]()`, { filename: RUNNER });

  constructor(
    private readonly link: Link,
    private readonly sources: CellSources,
    private readonly modules: CellModules,
  ) {
    const { variables } = this;
    // Made once, as a program may forbid new globals.
    Object.defineProperty(globalThis, RUNNER_KEY, { value: undefined, writable: true });
    this.module = {
      exports: variables,
      import: (specifier) => modules.import(specifier),
      bind: (name, module, key) => modules.bind(variables, name, module, key),
    };
  }

  /** Runs a cell and reports its result and its end. */
  async run(message: RunCell): Promise<void> {
    const { cell } = message;
    try {
      restoreStackTraces();
      await this.runCell(message);
    } catch (thrown) {
      // A program that takes away what the kernel's own code needs (`Array.prototype.filter`) still hears what happened.
      const reason = (thrown as { message?: unknown } | null | undefined)?.message;
      const evalue = `the kernel itself failed (${reason}); was a built-in function replaced? Restart the kernel.`;
      const error = { ename: "KernelError", evalue, traceback: [`KernelError: ${evalue}`] };
      this.running.delete(cell);
      this.link.post({ type: "done", cell, error, userExpressions: {}, assigned: [] });
    }
  }

  private async runCell(message: RunCell): Promise<void> {
    const { cell, executionCount, names, allowStdin } = message;
    const context = newContext(cell, executionCount, allowStdin);
    const before = new Map(
      names.filter((name) => name in this.variables).map((name) => [name, this.variables[name]]),
    );
    const reserved = reserve(this.variables, message.lexical);
    const running: Running = { message, context, before, reserved };
    this.running.set(cell, running);
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
    if (!this.running.has(cell)) return;
    this.link.post({
      type: "done",
      cell,
      error,
      userExpressions,
      assigned: this.assigned(running, !error),
    });
    this.running.delete(cell);
  }

  /** Writes an error to the cell's stderr that changes nothing: its display method failed, and the value is shown as text. */
  warn(context: CellContext, thrown: unknown): void {
    const { traceback } = describeError(thrown, this.sources);
    this.link.stream(context.cell, "stderr", `${traceback.join("\n")}\n`);
  }

  /** Gives up cells because they were interrupted, and says so. */
  stop(cells: readonly number[]): void {
    // What was entered and not left was ended from outside: perhaps a timer's callback or a listener of an earlier cell.
    const ended = enteredContexts();
    resetContext();
    for (const cell of cells) {
      const running = this.running.get(cell);
      if (running) stopContext(running.context);
      this.link.post({ type: "interrupted", cell, assigned: running ? this.assigned(running, false) : [] });
      // Last: a termination that comes before must leave the cell to be stopped by the next message.
      this.running.delete(cell);
    }
    for (const context of ended) {
      if (context.stopped || this.running.has(context.cell)) continue;
      this.report(context, new KeyboardInterrupt());
      stopContext(context);
    }
  }

  /** The cells that run. */
  get currentCells(): number[] {
    return [...this.running.keys()];
  }

  /** Shows an error that came from a callback, a timer or a promise that nobody waits for. */
  report(context: CellContext, thrown: unknown): void {
    if (context.stopped) return;
    this.link.post({ type: "error", cell: context.cell, error: describeError(thrown, this.sources) });
  }

  private async execute(message: RunCell, context: CellContext): Promise<void> {
    const { executionCount, code, source, sourceMap, isAsync, resultName } = message;
    const name = cellName(executionCount);
    this.sources.add(name, source, sourceMap);
    this.modules.provide(message.localFiles);
    const prefix = `(${isAsync ? "async " : ""}function ${CELL_FUNCTION}(${PARAMETERS}) { `;
    const script = new Script(`${prefix}${code}\n})${SOURCE_MAP_COMMENT}`, {
      filename: name,
      columnOffset: -prefix.length,
    });
    const run = script.runInThisContext() as CellFunction;
    const { variables } = this;
    const scope = globalThis as unknown as Record<symbol, unknown>;
    scope[RUNNER_KEY] = () =>
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
      // Node would write where an error was thrown into its stack, in lines of the kernel's.
      ended = this.runner.runInThisContext({ breakOnSigint: true, displayErrors: false });
    } finally {
      scope[RUNNER_KEY] = undefined;
    }
    if (isAsync) await ended;
    if (resultName) {
      const value = variables[resultName];
      delete variables[resultName];
      await this.showResult(message, context, value);
    }
    // What the cell displays by promises belongs before its end.
    while (context.displays.size > 0) await Promise.all(context.displays);
  }

  private async showResult(
    { cell, executionCount, silent }: RunCell,
    context: CellContext,
    value: unknown,
  ): Promise<void> {
    if (silent || value === undefined) return;
    const made = toMimeBundle(value, (error) => this.warn(context, error));
    const data = this.serialized(context, value, isThenable(made) ? await made : made);
    if (Object.keys(data).length === 0) return;
    this.link.post({ type: "result", cell, executionCount, data, metadata: {} });
  }

  /** A bundle as it is sent; the value's text where the bundle holds what JSON cannot say. */
  private serialized(context: CellContext, value: unknown, bundle: MimeBundle): MimeBundle {
    try {
      return serialize(bundle);
    } catch (error) {
      this.warn(context, error);
      return { "text/plain": plainText(value) };
    }
  }

  private async expressions(sources: Record<string, string>): Promise<Record<string, ExpressionResult>> {
    const results: Record<string, ExpressionResult> = {};
    for (const [key, source] of Object.entries(sources)) {
      try {
        // `with` gives the expression the cells' variables as plain names.
        const evaluate = new Function("exports", `with (exports) { return (${source}\n); }`);
        const value: unknown = await evaluate(this.variables);
        const made = value === undefined ? { "text/plain": plainText(value) } : toMimeBundle(value, () => {});
        results[key] = { status: "ok", data: serialize(await made), metadata: {} };
      } catch (error) {
        results[key] = { status: "error", ...describeError(error, this.sources) };
      }
    }
    return results;
  }

  /** The names that the cell gave a value; one that it did not get to keeps what an earlier cell had put there. */
  private assigned({ message, before, reserved }: Running, complete: boolean): string[] {
    const { variables } = this;
    forget(variables, reserved);
    if (complete) return message.names.filter((name) => name in variables);
    return message.names.filter(
      (name) => name in variables && !(before.has(name) && Object.is(before.get(name), variables[name])),
    );
  }
}

/** What a cell left running ends, too. */
function stopContext(context: CellContext): void {
  context.stopped = true;
  cancelTimers(context);
}

/** A signal from outside ends a script with an error of Node's, which means the same as Jupyter's interrupt. */
function asInterrupt(thrown: unknown): unknown {
  const isSignal = types.isNativeError(thrown) && "code" in thrown;
  return isSignal && thrown.code === "ERR_SCRIPT_EXECUTION_INTERRUPTED" ? new KeyboardInterrupt() : thrown;
}
