/**
 * @file What the kernel asks of whatever compiles cells: check, emit, complete, inspect.
 *
 * How compiled code runs. `code` is the body of a function, async when `isAsync`, on the same line as the wrapper's head:
 *
 *     (async function (exports, require, module, __filename, __dirname) {<code>
 *     })
 *
 * run in the main context with `new vm.Script(wrapped, { filename, columnOffset: -head.length })`, so that lines and columns
 * of a stack trace are those of `code`, which `sourceMap` (version 3, one source, `cell.ts`) takes to the cell's own.
 * - `exports` is ONE plain object with no prototype for the whole session: every top-level name of every cell is a property
 *   of it, and every use of such a name, in the cell that declares it or a later one, is emitted as `exports.name`. So
 *   closures see later assignments, redeclaring replaces, and what a cell had assigned before it threw is simply there.
 *   It must not be a Proxy (each access to a variable would pay) and nobody else deletes from it.
 * - `exports[resultName]` holds the last expression's value when the cell ends; read it, then delete it. `undefined` there
 *   means that there is nothing to show.
 * - `assigned` of `commit()`: the keys whose value on `exports` differs (`Object.is`) from before the run, or that are new.
 *   A name that the cell declares but did not get to keeps its earlier value and type.
 * - `require` resolves from the notebook's folder first, then from torchbook's own node_modules; "torchbook" gives the
 *   library itself and "tslab" a module with our display (see `runtime/`). Static imports become `require(...)` in place.
 * - `module.bind(name, module, key)` makes `exports[name]` what `import { key as name }` is: where the module is an ES module or a
 *   `.ts` file, it goes on to show that export as it changes; assigning to it makes it a plain property again.
 * - `lexical` are the names that must not be read before they are assigned, as they were declared by `let`, `const` or `class`.
 * - `module.import(specifier)` must return the promise of a namespace object: `import("x")` is emitted as a call of it.
 * - A name that is not declared by a cell is an ordinary global: `torch`, `nn`, `print`, ... are properties of globalThis,
 *   and a cell that declares `index` or `F` has its own from then on.
 * - `localFiles`, when there, are `.ts` files beside the notebook that the cell imports, new or changed (`local-file.ts`): `require` and
 *   `import()` look there first, by absolute path, and what was loaded of such a file, or imports it, is loaded anew.
 *
 * The magics `%%nocheck`, `%%time` and `%%html` are all in `code`: the kernel need not know of them.
 *
 * Cells may be compiled while others run (in subshells): they see what those declare. Completion and inspection may come at any
 * time.
 */

import type { LocalFile } from "../local-file";

/** A problem that the type checker found; places are 1-based and in the cell. */
export interface Diagnostic {
  message: string;
  code: number;
  category: "error" | "warning";
  line: number;
  column: number;
  endLine: number;
  endColumn: number;
  /** The source lines about the place, with a caret. */
  frame: string;
}

/** A cell that may run. */
export interface CompiledCell {
  ok: true;
  /** A CommonJS-style JavaScript body, to run in the main thread. */
  code: string;
  /** JSON source map, version 3. */
  sourceMap: string;
  isAsync: boolean;
  /** The exported name that holds the last expression's value. */
  resultName: string | null;
  /** The variables that the cell declares. */
  names: string[];
  /** Those declared by `let`, `const` and `class`. */
  lexical: string[];
  /** Files beside the notebook that the cell imports, where they are new or changed. */
  localFiles?: LocalFile[];
}

/** A cell that must not run. */
export interface FailedCell {
  ok: false;
  diagnostics: Diagnostic[];
}

/** What completes the code at an offset; offsets are UTF-16 units of the code. */
export interface CompletionResult {
  matches: string[];
  cursorStart: number;
  cursorEnd: number;
  types: { text: string; type: string; start: number; end: number; signature?: string }[];
}

/** What is known about the name at an offset. */
export interface InspectionResult {
  found: boolean;
  text: string;
  markdown: string;
}

/** A place in a cell's or a file's source, 1-based. */
export interface DebugPlace {
  source: string;
  /** The path of a file; null for a cell. */
  file: string | null;
  line: number;
  column: number;
}

/** What the debugger may evaluate. */
export type DebugExpression =
  | {
      ok: true;
      /** JavaScript in which the cells' variables are found (kernel/debug-target.ts). */
      code: string;
      /** False for statements. */
      isExpression: boolean;
      /** Whether it awaits something. */
      isAsync: boolean;
    }
  | { ok: false; message: string };

/** What later cells may use; enough for another compiler to go on from here. */
export interface SessionState {
  /** The declarations that they see. */
  declarations: string;
  /** The variables that there are. */
  names: string[];
}

/** How a cell changed the state: its declarations now begin with so many characters of the earlier ones. */
export interface StateChange {
  kept: number;
  added: string;
  /** Variables that the cell left. */
  names: string[];
}

/** Compiles cells one after another, each seeing what the earlier ones declared. */
export interface CellCompiler {
  /** @param cell A number of the cell's own, by which it is committed. */
  compile({ cell, code }: { cell: number; code: string }): Promise<CompiledCell | FailedCell>;
  /** Called after the cell ran: which declared names got assigned; a cell that threw keeps what it had declared. */
  commit(cell: number, outcome: { ok: boolean; assigned: string[] }): Promise<StateChange | undefined>;
  /** Goes on from the state of a compiler that has ended. */
  restore(state: SessionState): Promise<void>;
  complete(code: string, offset: number): Promise<CompletionResult>;
  inspect(code: string, offset: number, detail: 0 | 1): Promise<InspectionResult>;
  isComplete(
    code: string,
  ): Promise<{ status: "complete" | "incomplete" | "invalid" | "unknown"; indent?: string }>;
  /** Makes TypeScript ready to be evaluated by the debugger at a place, or outside of any. */
  debugExpression(code: string, place: DebugPlace | null): Promise<DebugExpression>;
  /** Whether what is thrown at an offset of a script's text is caught in the same function. */
  isCaught(script: string, offset: number): Promise<boolean>;
  /** Takes note of a variable that the debugger made, which any cell may use. */
  declareVariable(name: string): Promise<void>;
  /** Does what is left of the last call, for which its answer need not wait; to be called when that was sent. */
  finish?(): void;
  /** Does ahead of time what later calls will need; true when there may be more to do. */
  idle?(): boolean;
  close(): Promise<void>;
}
