/** @file Makes cells into one program, whatever checks and emits them. */
import { log } from "../log";
import { parseCell, type TypeScript } from "./bind";
import type {
  CellCompiler,
  CompiledCell,
  CompletionResult,
  DebugExpression,
  DebugPlace,
  Diagnostic,
  FailedCell,
  InspectionResult,
  SessionState,
  StateChange,
} from "./cell-compiler";
import { CELL_FILE, type CompilerHost, PREFIX } from "./compiler-host";
import { completionAt } from "./completion";
import { debugExpression, isCaught } from "./debug-expression";
import { type Statement, statementsOf } from "./declaration-statements";
import { Declarations } from "./declarations";
import { cellDiagnostics, syntaxDiagnostics } from "./diagnostics";
import { inspectionAt } from "./inspection";
import { type Completeness, isCompleteCell } from "./is-complete";
import { LocalFiles } from "./local-files";
import { completeMagic, magicDiagnostic, readMagics, TIME_END, TIME_START } from "./magics";
import { ModuleKinds } from "./module-kind";
import { pythonDiagnostic } from "./python-lines";
import { emitCell } from "./scope-emit";
import { splitSourceMap } from "./source-map";
import { statementsByName } from "./statements";

/** What is known about a cell that was compiled, until it is committed. */
interface Pending {
  names: string[];
  /** Declarations of this cell alone. */
  own: Statement[];
  /** Its statements by the names that they declare. */
  sources: Map<string, string>;
}

/** Compiles in the calling thread; the kernel runs it in a process, or a thread, of its own. */
export class HostedCompiler implements CellCompiler {
  private host: CompilerHost;
  private readonly ts: TypeScript;
  private declarations: Declarations;
  private readonly values = new Set<string>();
  /** The cells' own text, by declared name. */
  private readonly sources = new Map<string, string>();
  private readonly modules: ModuleKinds;
  private readonly localFiles: LocalFiles;
  /** The cells that run, by their numbers. */
  private readonly pending = new Map<number, Pending>();
  /** What is left to do of the last cell, before anything else is asked of the host. */
  private unfinished: (() => void) | null = null;

  /** @param createHost Makes what checks and emits; called again when that failed. */
  constructor(
    private readonly options: { cwd: string; packageRoot: string },
    private readonly createHost: () => CompilerHost,
  ) {
    this.modules = new ModuleKinds(options.cwd, options.packageRoot);
    this.host = createHost();
    this.ts = this.host.ts;
    this.localFiles = new LocalFiles(this.ts, this.modules);
    this.declarations = Declarations.from(this.ts, "");
  }

  async compile(cell: { cell: number; code: string }): Promise<CompiledCell | FailedCell> {
    const magics = readMagics(cell.code);
    if (magics.html !== null) return htmlCell(magics.html);
    const code = withoutExports(this.ts, magics.code);
    const parsed = parseCell(this.ts, code);
    const syntax = syntaxDiagnostics(this.ts, parsed);
    if (syntax.length > 0) {
      const python = pythonDiagnostic(cell.code, syntax);
      return fail(cell.code, python ? [python] : syntax);
    }
    const result = this.guard(() => this.host.convert(this.visible().texts, code, magics.check, parsed));
    const problems = this.host.diagnostics();
    if (problems.length > 0) return fail(cell.code, this.diagnose(cell.code, problems));
    const localFiles = this.host.localFiles().map((one) => this.localFiles.add(one));
    const { code: module, mappings } = splitSourceMap(result.output ?? "");
    const emitted = emitCell(this.ts, {
      code: module,
      mappings,
      toCell: (line, column) => (line === 0 ? null : { line: line - 1, column }),
      earlier: this.visibleValues(),
      resultName: result.lastExpressionVar ?? null,
      ...(magics.time ? { prologue: TIME_START } : {}),
      isEsModule: (specifier) =>
        this.modules.isEsModule(specifier) || this.localFiles.isAsync(this.options.cwd, specifier),
    });
    // The compiler's own helpers are no names of the cell.
    const names = emitted.names.filter((name) => code.includes(name));
    const lexical = emitted.lexical.filter((name) => names.includes(name));
    const pending: Pending = { names, own: [], sources: new Map() };
    this.pending.set(cell.cell, pending);
    // The cell runs meanwhile.
    this.unfinished = () => {
      pending.own = this.declared(names);
      pending.sources = statementsByName(this.ts, parsed);
    };
    return {
      ok: true,
      ...emitted,
      code: magics.time ? emitted.code + TIME_END : emitted.code,
      names,
      lexical,
      resultName: result.lastExpressionVar ?? null,
      ...(localFiles.length > 0 ? { localFiles } : {}),
    };
  }

  async commit(cell: number, outcome: { ok: boolean; assigned: string[] }): Promise<StateChange | undefined> {
    this.finish();
    const pending = this.pending.get(cell);
    if (!pending) return undefined;
    this.pending.delete(cell);
    const assigned = new Set(outcome.assigned);
    const dropped = new Set(outcome.ok ? [] : pending.names.filter((name) => !assigned.has(name)));
    const names = pending.names.filter((name) => !dropped.has(name));
    for (const name of names) this.values.add(name);
    const own = pending.own.filter(({ name }) => !dropped.has(name));
    for (const [name, text] of pending.sources) if (!dropped.has(name)) this.sources.set(name, text);
    const earlier = this.declarations.text;
    this.declarations = this.declarations.with(own);
    const now = this.declarations.text;
    const kept = commonLength(earlier, now);
    return { kept, added: now.slice(kept), names };
  }

  async restore({ declarations, names }: SessionState): Promise<void> {
    this.unfinished = null;
    this.pending.clear();
    this.declarations = Declarations.from(this.ts, declarations);
    for (const name of names) this.values.add(name);
  }

  async complete(code: string, offset: number): Promise<CompletionResult> {
    const magic = completeMagic(code, offset);
    if (magic) return magic;
    const { code: text, html } = readMagics(code);
    if (html !== null) return { matches: [], cursorStart: offset, cursorEnd: offset, types: [] };
    return this.guard(() => completionAt(this.host, this.visible().texts, text, offset));
  }

  async inspect(code: string, offset: number, detail: 0 | 1): Promise<InspectionResult> {
    const { code: text } = readMagics(code);
    const sources = detail === 1 ? this.visibleSources() : null;
    return this.guard(() => inspectionAt(this.host, this.visible().texts, text, offset, sources));
  }

  async isComplete(code: string): Promise<Completeness> {
    const { code: text, html } = readMagics(code);
    return html === null ? isCompleteCell(this.ts, text) : { status: "complete" };
  }

  async debugExpression(code: string, place: DebugPlace | null): Promise<DebugExpression> {
    const names = new Set(this.visibleValues());
    if (place?.file != null)
      return debugExpression(this.ts, code, names, place, this.localFiles.namesIn(place.file));
    return debugExpression(
      this.ts,
      code,
      names,
      place && { ...place, source: readMagics(place.source).code },
    );
  }

  async isCaught(script: string, offset: number): Promise<boolean> {
    return isCaught(this.ts, script, offset);
  }

  async declareVariable(name: string): Promise<void> {
    if (this.values.has(name)) return;
    this.values.add(name);
    this.declarations = this.declarations.with(statementsOf(this.ts, `declare let ${name}: any;\n`));
  }

  finish(): void {
    const { unfinished } = this;
    this.unfinished = null;
    unfinished?.();
  }

  idle(): boolean {
    // What is known of a cell that runs is still asked for.
    if (this.pending.size > 0) return false;
    return this.host.warm?.() ?? false;
  }

  async close(): Promise<void> {
    this.host.close();
  }

  /** What the cell that was converted last declares, under these names at least. */
  private declared(names: readonly string[]): Statement[] {
    try {
      const own = statementsOf(this.ts, this.host.declarations() ?? "");
      const known = new Set(own.map((one) => one.name));
      // `var` in a block is declared nowhere else, and with some types declarations are not written at all.
      for (const name of names)
        if (!known.has(name))
          own.push(...statementsOf(this.ts, `declare let ${name}: ${this.host.typeOf(name)};\n`));
      return own;
    } catch (error) {
      // The cell runs already: its names are there, whatever their types are.
      log("error", `no declarations of a cell: ${error instanceof Error ? error.stack : error}`);
      this.host = this.createHost();
      return names.flatMap((name) => statementsOf(this.ts, `declare let ${name}: any;\n`));
    }
  }

  /** A converter that threw is in no state to go on; the next call gets a new one. */
  private guard<T>(call: () => T): T {
    try {
      return call();
    } catch (error) {
      this.host = this.createHost();
      throw error;
    }
  }

  /** While a cell runs, what it declares is on offer too. */
  private visible(): Declarations {
    this.finish();
    let all = this.declarations;
    for (const { own } of this.pending.values()) all = all.with(own);
    return all;
  }

  private visibleSources(): ReadonlyMap<string, string> {
    this.finish();
    return new Map([...this.sources, ...[...this.pending.values()].flatMap(({ sources }) => [...sources])]);
  }

  private visibleValues(): ReadonlySet<string> {
    if (this.pending.size === 0) return this.values;
    return new Set([...this.values, ...[...this.pending.values()].flatMap(({ names }) => names)]);
  }

  private diagnose(code: string, problems: ReturnType<CompilerHost["diagnostics"]>): Diagnostic[] {
    return cellDiagnostics(this.ts, problems, code, CELL_FILE, PREFIX.length);
  }
}

/** How many characters two texts have in common at their beginning. */
function commonLength(one: string, other: string): number {
  if (other.startsWith(one)) return one.length;
  let length = 0;
  while (length < one.length && one[length] === other[length]) length++;
  return length;
}

/** A cell that shows text as HTML; it needs no compiler. */
function htmlCell(html: string): CompiledCell {
  const code = `globalThis[Symbol.for("Jupyter.display")]({ "text/html": ${JSON.stringify(html)} });`;
  return { ok: true, code, sourceMap: "", isAsync: false, resultName: null, names: [], lexical: [] };
}

function fail(cell: string, problems: Diagnostic[]): FailedCell {
  const magic = magicDiagnostic(cell, problems);
  return { ok: false, diagnostics: magic ? [magic] : problems };
}

/** Blanks `export` before declarations: in a cell everything is exported to the next ones already. */
function withoutExports(ts: TypeScript, code: string): string {
  if (!code.includes("export")) return code;
  const file = ts.createSourceFile("cell.ts", code, ts.ScriptTarget.ESNext, true, ts.ScriptKind.TS);
  let text = code;
  const blank = (start: number, end: number): void => {
    text = text.slice(0, start) + text.slice(start, end).replace(/[^\r\n]/g, " ") + text.slice(end);
  };
  for (const statement of file.statements) {
    if (ts.isExportAssignment(statement) && !statement.isExportEquals) {
      blank(statement.getStart(file), statement.expression.getStart(file));
      continue;
    }
    if (ts.isExportDeclaration(statement) && !statement.moduleSpecifier) {
      blank(statement.getStart(file), statement.end);
      continue;
    }
    const modifiers = ts.canHaveModifiers(statement) ? (ts.getModifiers(statement) ?? []) : [];
    const isNameless =
      (ts.isFunctionDeclaration(statement) || ts.isClassDeclaration(statement)) && !statement.name;
    if (isNameless) {
      const last = modifiers.at(-1);
      if (last) blank(statement.getStart(file), last.end);
      // An expression from here on.
      if (last)
        text = `${text.slice(0, statement.getStart(file))}void${text.slice(statement.getStart(file) + 4)}`;
      continue;
    }
    for (const modifier of modifiers)
      if (modifier.kind === ts.SyntaxKind.ExportKeyword || modifier.kind === ts.SyntaxKind.DefaultKeyword)
        blank(modifier.getStart(file), modifier.end);
  }
  return text;
}
