/**
 * @file Compiles cells with TypeScript's own LanguageService in place of tslab's converter; not in use yet.
 *
 * It knows the language as the installed TypeScript does (`using`, decorators of the standard), makes one program for a cell
 * where the converter makes two, and shares all that turns its output into cells of one program. To switch: construct this
 * in `worker.ts` and make `typescript` a dependency.
 */
import { createRequire } from "node:module";
import path from "node:path";
import type TsNamespace from "typescript";
import { bind, type TypeScript, unescapeName } from "./bind";
import type { CellCompiler } from "./cell-compiler";
import { lookups } from "./lookups";
import { moduleResolver, typeReferenceResolver } from "./module-resolution";
import { plainAssignments } from "./plain-assignment";
import { TslabCompiler } from "./tslab-compiler";
import { CELL_FILE, PREFIX, type TslabHost, type TslabOptions } from "./tslab-host";

const RESULT = "tsLastExpr";
const load = createRequire(__filename);

/** A compiler on TypeScript's LanguageService. */
export function createTypeScriptCompiler(options: { cwd: string; packageRoot: string }): CellCompiler {
  return new TslabCompiler(options, {
    typescript: () => load("typescript"),
    createHost: createTypeScriptHost,
  });
}

/** What `createTslabHost` gives, on the LanguageService. */
export function createTypeScriptHost(options: TslabOptions): TslabHost {
  const ts = load("typescript") as TypeScript;
  const cellFile = path.join(options.cwd, CELL_FILE);
  const earlierFile = path.join(options.cwd, "__prev__.d.ts");
  const packages = `${path.sep}node_modules${path.sep}`;
  const ownFiles = path.join(options.packageRoot, "dist") + path.sep;
  let cell = PREFIX;
  let earlier = PREFIX;
  let version = 0;
  let raw: readonly TsNamespace.Diagnostic[] = [];
  let declarations: string | undefined;
  let sideOutputs: { path: string; data: string }[] = [];
  const emitted = new Map<string, string>();
  const files = new Map<string, { text: string; version: string; snapshot: TsNamespace.IScriptSnapshot }>();
  const isFixed = (file: string): boolean => file.includes(packages) || file.startsWith(ownFiles);
  const textOf = (file: string): string | undefined => {
    if (file === cellFile) return cell;
    if (file === earlierFile) return earlier;
    return options.ambient.get(file) ?? ts.sys.readFile(file);
  };
  const read = (file: string) => {
    const known = files.get(file);
    if (known && isFixed(file) && !options.ambient.has(file)) return known;
    const text = textOf(file);
    if (text === undefined) return undefined;
    if (known?.text === text) return known;
    const entry = { text, version: String(++version), snapshot: ts.ScriptSnapshot.fromString(text) };
    files.set(file, entry);
    return entry;
  };
  const sys = Object.assign(Object.create(ts.sys) as TsNamespace.System, {
    readFile: (file: string) => options.ambient.get(file) ?? ts.sys.readFile(file),
    fileExists: (file: string) => options.ambient.has(file) || ts.sys.fileExists(file),
  });
  const host: TsNamespace.LanguageServiceHost = {
    getScriptFileNames: () => [earlierFile, cellFile, ...options.ambient.keys()],
    getScriptVersion: (file) => read(file)?.version ?? "0",
    getScriptSnapshot: (file) => read(file)?.snapshot,
    getCurrentDirectory: () => options.cwd,
    getCompilationSettings: () => settings,
    getDefaultLibFileName: (all) => ts.getDefaultLibFilePath(all),
    fileExists: sys.fileExists,
    readFile: sys.readFile,
    directoryExists: ts.sys.directoryExists,
    getDirectories: ts.sys.getDirectories,
    // The resolvers are written against the converter's TypeScript, whose functions are the same here.
    resolveModuleNameLiterals: moduleResolver(ts as never, sys as never, options) as never,
    resolveTypeReferenceDirectiveReferences: typeReferenceResolver(ts as never) as never,
  };
  const settings = cellSettings(ts, options);
  const service = ts.createLanguageService(host, ts.createDocumentRegistry());

  const open = (declared: string, code: string): TsNamespace.Program => {
    earlier = PREFIX + declared;
    cell = PREFIX + code;
    const program = service.getProgram();
    if (!program) throw new Error("TypeScript made no program");
    return program;
  };
  /** Runs with the cell inside the scope of the earlier declarations, so that its own names hide them. */
  const nested = <T>(program: TsNamespace.Program, run: (file: TsNamespace.SourceFile) => T): T => {
    const file = program.getSourceFile(cellFile);
    if (!file) throw new Error("The program has no cell");
    const scoped = file as { parent: unknown };
    const before = scoped.parent;
    scoped.parent = program.getSourceFile(earlierFile);
    try {
      return run(file);
    } finally {
      scoped.parent = before;
    }
  };

  const convert = (declared: string, code: string) => {
    const { file: alone } = bind(ts, PREFIX + code, "/cell.ts");
    const names = [...(alone.locals?.keys() ?? [])].map(unescapeName);
    const exported = names.length > 0 ? `\nexport {${names.join(", ")}}` : "";
    const program = open(declared, code + exported);
    return nested(program, (file) => {
      const dependencies = program
        .getSourceFiles()
        .filter((one) => !one.isDeclarationFile && one !== file && !one.fileName.endsWith(".json"));
      raw = errorsOf(ts, program, [file, ...dependencies], options.packageRoot);
      if (raw.length > 0) return { diagnostics: raw };
      let output = "";
      let hasResult = false;
      const keepResult: TsNamespace.TransformerFactory<TsNamespace.SourceFile> = () => (source) => {
        const made = withResult(ts, source);
        hasResult = made !== source;
        return made;
      };
      program.emit(
        file,
        (name, data) => {
          if (name.endsWith(".d.ts")) declarations = data;
          else if (name.endsWith(".js")) output = data;
        },
        undefined,
        false,
        { before: [keepResult] },
      );
      for (const one of dependencies) {
        if (emitted.get(one.fileName) === one.text) continue;
        emitted.set(one.fileName, one.text);
        program.emit(one, (name, data) => {
          const target = one.fileName.replace(/\.[mc]?tsx?$/, ".js");
          if (name.endsWith(".js")) sideOutputs.push({ path: target, data });
        });
      }
      return { output, diagnostics: [], lastExpressionVar: hasResult ? RESULT : undefined };
    });
  };

  const complete = (declared: string, code: string, offset: number) =>
    nested(open(declared, code), () => {
      const original = service.getCompletionsAtPosition(cellFile, offset + PREFIX.length, {});
      const before = /[\p{ID_Continue}$\u200c\u200d]*$/u.exec(code.slice(0, offset))?.[0].length ?? 0;
      const after = /^[\p{ID_Continue}$\u200c\u200d]*/u.exec(code.slice(offset))?.[0].length ?? 0;
      const typed = code.slice(offset - before, offset).toLowerCase();
      const candidates = (original?.entries ?? [])
        .filter((entry) => entry.name.toLowerCase().includes(typed))
        .sort((a, b) => a.sortText.localeCompare(b.sortText) || a.name.localeCompare(b.name))
        .map((entry) => entry.name);
      return { start: offset - before, end: offset + after, candidates, original };
    });

  const inspect = (declared: string, code: string, offset: number) =>
    nested(open(declared, code), () => service.getQuickInfoAtPosition(cellFile, offset + PREFIX.length));

  const made = {
    ts,
    converter: { convert, complete, inspect, close: () => service.dispose(), addModule: () => [] },
    program: () => open("", ""),
    diagnostics: () => raw,
    ...lookups(ts as never, () => service.getProgram() as never, cellFile, PREFIX.length),
    declarations: () => declarations,
    changed: () => {},
    sideOutputs: () => sideOutputs,
    refresh: () => {
      declarations = undefined;
      sideOutputs = [];
    },
  };
  return made as unknown as TslabHost;
}

function cellSettings(ts: TypeScript, options: TslabOptions): TsNamespace.CompilerOptions {
  return {
    target: ts.ScriptTarget.ES2022,
    module: ts.ModuleKind.ESNext,
    moduleResolution: ts.ModuleResolutionKind.Bundler,
    moduleDetection: ts.ModuleDetectionKind.Force,
    customConditions: ["node", "require"],
    lib: ["lib.es2023.d.ts", "lib.esnext.disposable.d.ts", "lib.decorators.d.ts"],
    types: ["node"],
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
function withResult(ts: TypeScript, source: TsNamespace.SourceFile): TsNamespace.SourceFile {
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

/** A package without types is imported as `any`; everything else that is an error is told. */
function errorsOf(
  ts: TypeScript,
  program: TsNamespace.Program,
  files: readonly TsNamespace.SourceFile[],
  packageRoot: string,
): readonly TsNamespace.Diagnostic[] {
  const isError = (one: TsNamespace.Diagnostic): boolean =>
    one.category === ts.DiagnosticCategory.Error && one.code !== 7016;
  const syntactic = files.flatMap((file) => program.getSyntacticDiagnostics(file)).filter(isError);
  if (syntactic.length > 0) return syntactic;
  const isAllowed = plainAssignments(ts, program, packageRoot);
  return files
    .flatMap((file) => program.getSemanticDiagnostics(file))
    .filter((one) => isError(one) && !isAllowed(one));
}
