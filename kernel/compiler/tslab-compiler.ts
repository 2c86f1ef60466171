/** @file Compiles cells with tslab's converter, mended where it falls short of one program made of cells. */
import type ts from "typescript";
import { ambientFiles, mendGlobals } from "./ambient";
import type { TypeScript } from "./bind";
import type {
  CellCompiler,
  CompiledCell,
  CompletionResult,
  Diagnostic,
  FailedCell,
  InspectionResult,
} from "./cell-compiler";
import { completionAt } from "./completion";
import { declaredNames, filterDeclarations, mergeDeclarations } from "./declarations";
import { cellDiagnostics, syntaxDiagnostics } from "./diagnostics";
import { inspectionAt } from "./inspection";
import { type Completeness, isCompleteCell } from "./is-complete";
import { ModuleKinds } from "./module-kind";
import { emitCell } from "./scope-emit";
import {
  CELL_FILE,
  createTslabHost,
  loadTypeScript,
  PREFIX,
  type TslabHost,
  type TslabOptions,
} from "./tslab-host";

/** What is known about the cell that was compiled last, until it is committed. */
interface Pending {
  executionCount: number;
  names: string[];
  /** Declarations of this cell alone. */
  own: string;
}

/** Something with the converter's interface, and the TypeScript that it works with. */
export interface Engine {
  typescript(): unknown;
  createHost(options: TslabOptions): TslabHost;
}

/** Compiles in the calling thread; the kernel runs it in a Worker. */
export class TslabCompiler implements CellCompiler {
  private host: TslabHost;
  private readonly ts: TypeScript;
  private declarations = "";
  private readonly values = new Set<string>();
  private readonly modules: ModuleKinds;
  private pending: Pending | null = null;

  /** @param engine What checks and emits; tslab's converter unless told otherwise. */
  constructor(
    private readonly options: { cwd: string; packageRoot: string },
    private readonly engine: Engine = { typescript: loadTypeScript, createHost: createTslabHost },
  ) {
    this.modules = new ModuleKinds(options.cwd, options.packageRoot);
    this.host = this.createHost();
    this.ts = this.host.ts as unknown as TypeScript;
  }

  async compile(cell: { code: string; executionCount: number }): Promise<CompiledCell | FailedCell> {
    this.host.refresh();
    const code = withoutExports(this.ts, cell.code);
    const syntax = syntaxDiagnostics(this.ts, code);
    if (syntax.length > 0) return { ok: false, diagnostics: syntax };
    const result = this.guard(() => this.host.converter.convert(this.declarations, code));
    const problems = this.host.diagnostics();
    if (problems.length > 0) return { ok: false, diagnostics: this.diagnose(cell.code, problems) };
    const { code: module, mappings } = splitSourceMap(result.output ?? "");
    const emitted = emitCell(this.ts, {
      code: module,
      mappings,
      toCell: (line, column) => (line === 0 ? null : { line: line - 1, column }),
      earlier: this.values,
      resultName: result.lastExpressionVar ?? null,
      isEsModule: (specifier) => this.modules.isEsModule(specifier),
    });
    // The compiler's own helpers are no names of the cell.
    const names = emitted.names.filter((name) => code.includes(name));
    let own = this.host.declarations() ?? "";
    const declared = declaredNames(this.ts, own);
    // `var` in a block is declared nowhere else, and with some types declarations are not written at all.
    for (const name of names)
      if (!declared.has(name)) own += `declare let ${name}: ${this.host.typeOf(name)};\n`;
    this.pending = { executionCount: cell.executionCount, names, own };
    const sideOutputs = this.host.sideOutputs();
    return {
      ok: true,
      ...emitted,
      names,
      resultName: result.lastExpressionVar ?? null,
      ...(sideOutputs.length > 0 ? { sideOutputs: sideOutputs.map((one) => this.sideOutput(one)) } : {}),
    };
  }

  async commit(executionCount: number, outcome: { ok: boolean; assigned: string[] }): Promise<void> {
    const pending = this.pending;
    if (!pending || pending.executionCount !== executionCount) return;
    this.pending = null;
    const assigned = new Set(outcome.assigned);
    const dropped = new Set(outcome.ok ? [] : pending.names.filter((name) => !assigned.has(name)));
    for (const name of pending.names) if (!dropped.has(name)) this.values.add(name);
    const own = filterDeclarations(this.ts, pending.own, (name) => !dropped.has(name));
    this.declarations = mergeDeclarations(this.ts, this.declarations, own);
  }

  async complete(code: string, offset: number): Promise<CompletionResult> {
    return this.guard(() => completionAt(this.host, this.visible(), code, offset));
  }

  async inspect(code: string, offset: number, detail: 0 | 1): Promise<InspectionResult> {
    return this.guard(() => inspectionAt(this.host, this.visible(), code, offset, detail));
  }

  async isComplete(code: string): Promise<Completeness> {
    return isCompleteCell(this.ts, code);
  }

  async close(): Promise<void> {
    this.host.converter.close();
  }

  private createHost(): TslabHost {
    const { packageRoot } = this.options;
    const ambient = ambientFiles(this.engine.typescript() as unknown as TypeScript, packageRoot);
    const host = this.engine.createHost({ ...this.options, ambient });
    host.changed(mendGlobals(host.program() as unknown as ts.Program, packageRoot, ambient));
    // The first check pays for the standard library's types; let it be this one.
    host.converter.convert("", "const warm: Promise<number[]> = Promise.resolve([1]);");
    return host;
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
  private visible(): string {
    const { pending } = this;
    return pending ? mergeDeclarations(this.ts, this.declarations, pending.own) : this.declarations;
  }

  private diagnose(code: string, problems: ReturnType<TslabHost["diagnostics"]>): Diagnostic[] {
    return cellDiagnostics(this.ts, problems as never, code, CELL_FILE, PREFIX.length);
  }

  private sideOutput({ path, data }: { path: string; data: string }): { path: string; code: string } {
    const { outputText } = this.ts.transpileModule(splitSourceMap(data).code, {
      fileName: "side.js",
      compilerOptions: {
        module: this.ts.ModuleKind.CommonJS,
        target: this.ts.ScriptTarget.ES2022,
        esModuleInterop: true,
      },
    });
    return { path, code: outputText };
  }
}

/** Takes the inline source map off what TypeScript wrote. */
function splitSourceMap(text: string): { code: string; mappings: string } {
  const match = /\n?\/\/# sourceMappingURL=data:application\/json;base64,([\w+/=]+)\s*$/.exec(text);
  if (!match) return { code: text, mappings: "" };
  const map = JSON.parse(Buffer.from(match[1], "base64").toString("utf8")) as { mappings: string };
  return { code: text.slice(0, match.index), mappings: map.mappings };
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
