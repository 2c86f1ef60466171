/**
 * @file Checks and emits cells with the installed TypeScript's own LanguageService: one program, grown by what cells ask for.
 *
 * A session begins with the types of the language and of the kernel's globals alone. Node's types, five times as many, come with
 * the first cell that needs them or when nobody waits; the library's with the first cell that mentions one of its names.
 */
import path from "node:path";
import type ts from "typescript";
import { mentionsPreload } from "../preload-names";
import { bindFile, parseCell, type TypeScript, unescapeName } from "./bind";
import {
  type Candidates,
  CELL_FILE,
  type CompilerHost,
  type Converted,
  type Definition,
  type Earlier,
  type HostOptions,
  PREFIX,
} from "./compiler-host";
import { PATH_KINDS } from "./completion";
import { type Documents, LIBRARIES } from "./documents";
import { withHints } from "./hints";
import { saveCodeCache } from "./load-typescript";
import type { Emitted } from "./local-files";
import { type Lookups, lookups } from "./lookups";
import { moduleResolver } from "./module-resolution";
import { plainAssignments } from "./plain-assignment";
import { silentMistakes } from "./silent-mistakes";
import { TensorType } from "./tensor-type";

const RESULT = "tsLastExpr";
/** The compiler's own constant, which the types do not tell of. */
const JAVASCRIPT_ONLY = 0 as unknown as boolean;
/** Files of earlier cells' declarations; there are always as many, or some more, as the program's structure is then found again. */
const EARLIER_FILES = 16;

/** How many types the program has. */
enum Level {
  Language,
  Node,
  Library,
}

/** Cells that mention these surely need Node's types; for others it turns out. */
const NODE =
  /\b(?:console|process|require|import|Buffer|URL|fetch|performance|set(?:Timeout|Interval|Immediate))\b/;

/** A program with one cell in it. */
export class TypeScriptHost implements CompilerHost {
  readonly ts: TypeScript;
  readonly flagsOf: Lookups["flagsOf"];
  readonly typeOf: Lookups["typeOf"];
  readonly background: Lookups["background"];
  private readonly service: ts.LanguageService;
  private readonly cellFile: string;
  private readonly emitted = new Map<string, string>();
  private cell = PREFIX;
  /** Texts by file, in the order of the cells. */
  private readonly earlier = new Map<string, string>();
  private level = Level.Language;
  private raw: readonly ts.Diagnostic[] = [];
  /** The program of the last conversion, until its declarations are asked for; undefined where there are none. */
  private declaring: ts.Program | undefined;
  /** Whether the cell declares anything. */
  private declares = false;
  private compiled: Emitted[] = [];

  constructor(
    private readonly options: HostOptions,
    private readonly documents: Documents,
  ) {
    this.ts = documents.ts;
    this.cellFile = path.join(options.cwd, CELL_FILE);
    this.setEarlier([]);
    this.service = this.createService();
    const found = lookups(
      this.ts as never,
      () => this.service.getProgram() as never,
      this.cellFile,
      PREFIX.length,
    );
    this.flagsOf = found.flagsOf;
    this.typeOf = found.typeOf;
    this.background = found.background;
  }

  convert(declared: Earlier, code: string, check: boolean, parsed = parseCell(this.ts, code)): Converted {
    this.declaring = undefined;
    this.compiled = [];
    if (mentionsPreload(code)) this.raise(Level.Library);
    else if (NODE.test(code)) this.raise(Level.Node);
    const locals = [...(bindFile(this.ts, parsed).locals?.keys() ?? [])];
    this.declares = locals.length > 0 || parsed.statements.some(this.ts.isModuleDeclaration);
    const names = locals.filter((name) => name !== "__global").map(unescapeName);
    const text = code + (names.length > 0 ? `\nexport {${names.join(", ")}}` : "");
    let converted = this.tryConvert(declared, text, check);
    if (converted.output === undefined && this.raise(Level.Node))
      converted = this.tryConvert(declared, text, check);
    return converted;
  }

  complete(declared: Earlier, code: string, offset: number): Candidates {
    this.raise(Level.Library);
    return this.nested(this.open(declared, code), () => {
      const original = this.service.getCompletionsAtPosition(this.cellFile, offset + PREFIX.length, {});
      // In a module's name, what is replaced is not a word: `my-package`, `@scope/name`.
      const span = original?.entries.find(({ kind }) => PATH_KINDS.has(kind))?.replacementSpan;
      const before = span
        ? offset + PREFIX.length - span.start
        : (/[\p{ID_Continue}$\u200c\u200d]*$/u.exec(code.slice(0, offset))?.[0].length ?? 0);
      const after = /^[\p{ID_Continue}$\u200c\u200d]*/u.exec(code.slice(offset))?.[0].length ?? 0;
      const typed = code.slice(offset - before, offset).toLowerCase();
      const candidates = (original?.entries ?? [])
        .filter((entry) => entry.name.toLowerCase().includes(typed))
        .sort((a, b) => a.sortText.localeCompare(b.sortText) || a.name.localeCompare(b.name))
        .map((entry) => entry.name);
      return { start: offset - before, end: offset + after, candidates, original };
    });
  }

  inspect(declared: Earlier, code: string, offset: number): ts.QuickInfo | undefined {
    this.raise(mentionsPreload(code) ? Level.Library : Level.Node);
    return this.nested(this.open(declared, code), () =>
      this.service.getQuickInfoAtPosition(this.cellFile, offset + PREFIX.length),
    );
  }

  definition(offset: number): Definition | undefined {
    const program = this.service.getProgram();
    const position = offset + PREFIX.length;
    const [found] =
      (program &&
        this.nested(program, () => this.service.getDefinitionAtPosition(this.cellFile, position))) ??
      [];
    if (!found) return undefined;
    const { start, length } = found.contextSpan ?? found.textSpan;
    const text = this.read(found.fileName)?.text.slice(start, start + length);
    return text === undefined
      ? undefined
      : { name: found.name, text, isEarlier: this.earlier.has(found.fileName) };
  }

  diagnostics(): readonly ts.Diagnostic[] {
    return this.raw;
  }

  declarations(): string | undefined {
    const program = this.declaring;
    this.declaring = undefined;
    if (!program) return undefined;
    let declared: string | undefined;
    this.nested(program, (file) =>
      program.emit(
        file,
        (name, data) => {
          if (name.endsWith(".d.ts")) declared = data;
        },
        undefined,
        true,
      ),
    );
    return declared;
  }

  localFiles(): readonly Emitted[] {
    return this.compiled;
  }

  warm(): boolean {
    if (this.raise(Level.Node)) {
      this.convert([], "console.log(await Promise.all([1].map(async (n) => [n])));", true);
      return true;
    }
    return saveCodeCache();
  }

  close(): void {
    this.service.dispose();
  }

  private createService(): ts.LanguageService {
    const { ts, options, documents } = this;
    const { ambient } = documents;
    const settings = cellSettings(ts, options);
    const sys = Object.assign(Object.create(ts.sys) as ts.System, {
      readFile: (file: string) => ambient.get(file) ?? ts.sys.readFile(file),
      fileExists: (file: string) => ambient.has(file) || ts.sys.fileExists(file),
    });
    const cache = ts.createModuleResolutionCache(options.cwd, (name) => name, settings);
    const host: ts.LanguageServiceHost & { getModuleResolutionCache(): ts.ModuleResolutionCache } = {
      getScriptFileNames: () => this.rootFiles(),
      getScriptVersion: (file) => this.read(file)?.version ?? "0",
      getScriptSnapshot: (file) => this.read(file)?.snapshot,
      getCurrentDirectory: () => options.cwd,
      getCompilationSettings: () => settings,
      getDefaultLibFileName: (all) => ts.getDefaultLibFilePath(all),
      fileExists: sys.fileExists,
      readFile: sys.readFile,
      directoryExists: ts.sys.directoryExists,
      getDirectories: ts.sys.getDirectories,
      readDirectory: ts.sys.readDirectory,
      // `Progress` and `progress` are two globals, with a file each, wherever the kernel runs.
      useCaseSensitiveFileNames: () => true,
      // Spares reading each package's manifest again for each cell; imports are resolved below.
      getModuleResolutionCache: () => cache,
      // Written against the TypeScript that tslab brings, whose functions are the same here.
      resolveModuleNameLiterals: moduleResolver(ts as never, sys as never, {
        ...options,
        ambient,
        known: documents.resolved,
      }) as never,
      resolveTypeReferenceDirectiveReferences: documents.typeReferences as never,
    };
    return ts.createLanguageService(host, documents.registry);
  }

  private rootFiles(): string[] {
    const { kernelFiles, nodeTypes, libraryFiles } = this.documents;
    const files = [...this.earlier.keys(), this.cellFile, ...kernelFiles];
    if (this.level >= Level.Node) files.push(nodeTypes);
    if (this.level >= Level.Library) files.push(...libraryFiles);
    return files;
  }

  /** Has more types from now on; false when they are there already. */
  private raise(level: Level): boolean {
    if (level <= this.level) return false;
    this.level = level;
    if (level === Level.Library) this.documents.mendGlobals(() => this.open([], ""));
    return true;
  }

  private read(file: string) {
    return this.documents.read(file, file === this.cellFile ? this.cell : this.earlier.get(file));
  }

  private setEarlier(declared: Earlier): void {
    const count = EARLIER_FILES * Math.max(1, Math.ceil(declared.length / EARLIER_FILES));
    for (let i = 0; i < Math.max(count, this.earlier.size); i++)
      this.earlier.set(path.join(this.options.cwd, `__prev${i}__.d.ts`), PREFIX + (declared[i] ?? ""));
  }

  private open(declared: Earlier, code: string): ts.Program {
    this.setEarlier(declared);
    this.cell = PREFIX + code;
    const program = this.service.getProgram();
    if (!program) throw new Error("TypeScript made no program");
    return program;
  }

  /**
   * Runs with the cell inside the scope of the earlier declarations, so that its own names hide them. These lie inside each other as
   * well.
   */
  private nested<T>(program: ts.Program, run: (file: ts.SourceFile) => T): T {
    const file = program.getSourceFile(this.cellFile);
    if (!file) throw new Error("The program has no cell");
    const scoped = file as { parent: unknown };
    const before = scoped.parent;
    let outer: ts.SourceFile | undefined;
    for (const name of this.earlier.keys()) {
      const inner = program.getSourceFile(name);
      if (inner) (inner as { parent: unknown }).parent = outer;
      outer = inner ?? outer;
    }
    scoped.parent = outer;
    try {
      return run(file);
    } finally {
      scoped.parent = before;
    }
  }

  private tryConvert(declared: Earlier, text: string, check: boolean): Converted {
    let program = this.open(declared, text);
    if (this.dependencies(program).some((one) => mentionsPreload(one.text)) && this.raise(Level.Library))
      program = this.open(declared, text);
    return this.nested(program, (file) => {
      const dependencies = this.dependencies(program);
      this.raw = this.problems(program, [file, ...dependencies], check);
      if (this.raw.length > 0) return {};
      const converted = this.emit(program, file);
      if (this.declares) this.declaring = program;
      for (const one of dependencies) this.emitDependency(program, one);
      return converted;
    });
  }

  /** The user's own files that the cell imports, directly or not. */
  private dependencies(program: ts.Program): ts.SourceFile[] {
    return program
      .getSourceFiles()
      .filter(
        ({ fileName, isDeclarationFile }) =>
          !isDeclarationFile && fileName !== this.cellFile && !fileName.endsWith(".json"),
      );
  }

  private emit(program: ts.Program, file: ts.SourceFile): Converted {
    let output = "";
    let hasResult = false;
    const keepResult: ts.TransformerFactory<ts.SourceFile> = () => (source) => {
      const made = withResult(this.ts, source);
      hasResult = made !== source;
      return made;
    };
    program.emit(
      file,
      (name, data) => {
        if (name.endsWith(".js")) output = data;
      },
      undefined,
      JAVASCRIPT_ONLY,
      { before: [requireEquals(this.ts), keepResult] },
    );
    return { output, lastExpressionVar: hasResult ? RESULT : undefined };
  }

  private emitDependency(program: ts.Program, one: ts.SourceFile): void {
    if (this.emitted.get(one.fileName) === one.text) return;
    this.emitted.set(one.fileName, one.text);
    const { fileName: file, text: source } = one;
    const write = (name: string, module: string): void => {
      if (/\.[mc]?js$/.test(name)) this.compiled.push({ file, source, module });
    };
    program.emit(one, write, undefined, undefined, { before: [requireEquals(this.ts)] });
  }

  /**
   * Errors only, where the text does not even parse only that. A package without types is imported as `any`, and
   * `import x = require("x")` works although it is no ES module's.
   */
  private problems(
    program: ts.Program,
    files: readonly ts.SourceFile[],
    check: boolean,
  ): readonly ts.Diagnostic[] {
    const isError = (one: ts.Diagnostic): boolean =>
      one.category === this.ts.DiagnosticCategory.Error && one.code !== 7016 && one.code !== 1202;
    const syntactic = files.flatMap((file) => program.getSyntacticDiagnostics(file)).filter(isError);
    if (syntactic.length > 0 || !check) return syntactic;
    const tensors = new TensorType(this.ts, program, this.options.packageRoot);
    const isAllowed = plainAssignments(this.ts, tensors);
    const problems = files
      .flatMap((file) => program.getSemanticDiagnostics(file))
      .filter((one) => isError(one) && !isAllowed(one));
    const silent = files.flatMap((file) => silentMistakes(this.ts, file, tensors));
    return [...withHints(this.ts, tensors, problems), ...silent];
  }
}

function cellSettings(ts: TypeScript, options: HostOptions): ts.CompilerOptions {
  return {
    target: ts.ScriptTarget.ES2024,
    module: ts.ModuleKind.ESNext,
    moduleResolution: ts.ModuleResolutionKind.Bundler,
    moduleDetection: ts.ModuleDetectionKind.Force,
    customConditions: ["node", "module-sync"],
    allowImportingTsExtensions: true,
    lib: [...LIBRARIES],
    // Node's are added when they are needed.
    types: [],
    typeRoots: [path.join(options.packageRoot, "node_modules", "@types")],
    strict: true,
    esModuleInterop: true,
    allowUmdGlobalAccess: true,
    resolveJsonModule: true,
    skipLibCheck: true,
    declaration: true,
    inlineSourceMap: true,
    newLine: ts.NewLineKind.LineFeed,
    rootDir: "/",
    outDir: "/out",
  };
}

/** Exports the value of the last statement where that is an expression. */
function withResult(ts: TypeScript, source: ts.SourceFile): ts.SourceFile {
  const statements = [...source.statements];
  let last = statements.length - 1;
  while (last >= 0 && ts.isExportDeclaration(statements[last])) last--;
  const statement = statements[last];
  if (!statement || !ts.isExpressionStatement(statement)) return source;
  const { factory } = ts;
  const declaration = factory.createVariableDeclaration(RESULT, undefined, undefined, statement.expression);
  const list = factory.createVariableDeclarationList([declaration], ts.NodeFlags.Const);
  const modifiers = [factory.createModifier(ts.SyntaxKind.ExportKeyword)];
  statements[last] = ts.setTextRange(factory.createVariableStatement(modifiers, list), statement);
  return factory.updateSourceFile(source, statements);
}

/** Makes `import x = require("x")` what it says, which TypeScript leaves out of ES modules. */
function requireEquals(ts: TypeScript): ts.TransformerFactory<ts.SourceFile> {
  const { factory } = ts;
  return () => (source) => {
    if (!source.statements.some(ts.isImportEqualsDeclaration)) return source;
    const statements = source.statements.map((one) => {
      if (!ts.isImportEqualsDeclaration(one) || one.isTypeOnly) return one;
      const { name, moduleReference } = one;
      if (!ts.isExternalModuleReference(moduleReference)) return one;
      const call = factory.createCallExpression(factory.createIdentifier("require"), undefined, [
        moduleReference.expression,
      ]);
      const declaration = factory.createVariableDeclaration(name, undefined, undefined, call);
      const list = factory.createVariableDeclarationList([declaration], ts.NodeFlags.Const);
      return ts.setTextRange(factory.createVariableStatement(undefined, list), one);
    });
    return factory.updateSourceFile(source, statements);
  };
}
