/**
 * @file The one file that loads tslab's converter and its TypeScript, and what is changed about them in memory.
 *
 * tslab reads its TypeScript through one module object, so the converter gets a copy of it with some functions
 * replaced: compiler options, module resolution, ambient files, raw diagnostics and source maps are out of its reach.
 */
import { createRequire } from "node:module";
import path from "node:path";
import type TsNamespace from "@tslab/typescript-for-tslab";
import type { Converter } from "tslab/dist/converter";
import { ambientFiles, mendGlobals } from "./ambient";
import type { TypeScript } from "./bind";
import { CELL_FILE, type CompilerHost, type Earlier, type HostOptions, PREFIX } from "./compiler-host";
import type { Emitted } from "./local-files";
import { lookups } from "./lookups";
import { moduleResolver, typeReferenceResolver } from "./module-resolution";
import { plainAssignments } from "./plain-assignment";
import { TensorType } from "./tensor-type";

export type Ts = typeof TsNamespace;

interface TslabOptions extends HostOptions {
  /** Files that need not exist, by absolute path: ambient declarations. */
  ambient: ReadonlyMap<string, string>;
}

const load = createRequire(__filename);

/** The TypeScript that tslab brings. */
export function loadTslabTypeScript(): Ts {
  return createRequire(load.resolve("tslab/dist/converter"))("@tslab/typescript-for-tslab") as Ts;
}

/** Creates a converter; takes about a second. One per thread: the changes are made to the module cache. */
export function createTslabHost(given: HostOptions): CompilerHost {
  const ambient = ambientFiles(loadTslabTypeScript() as unknown as TypeScript, given.packageRoot);
  const options: TslabOptions = { ...given, ambient };
  const fromTslab = createRequire(load.resolve("tslab/dist/converter"));
  const tsPath = fromTslab.resolve("@tslab/typescript-for-tslab");
  const ts = fromTslab(tsPath) as Ts;
  let builder: TsNamespace.EmitAndSemanticDiagnosticsBuilderProgram | undefined;
  let raw: readonly TsNamespace.Diagnostic[] = [];
  let checks = true;
  let declarations: string | undefined;
  let compiled: Emitted[] = [];
  const cellFile = path.join(options.cwd, CELL_FILE);
  let updateRootFiles: (() => void) | undefined;
  const watched = new Map<
    string,
    { callback: TsNamespace.FileWatcherCallback; modified: number | undefined }
  >();
  const ambientWatchers = new Map<string, TsNamespace.FileWatcherCallback>();
  const modifiedTime = (file: string): number | undefined => ts.sys.getModifiedTime?.(file)?.getTime();

  const ownFiles = path.join(options.packageRoot, "dist") + path.sep;
  const sys: TsNamespace.System = Object.assign(Object.create(ts.sys) as TsNamespace.System, {
    getCurrentDirectory: () => options.cwd,
    readFile: (file: string, encoding?: string) =>
      options.ambient.get(file) ?? ts.sys.readFile(file, encoding),
    fileExists: (file: string) => options.ambient.has(file) || ts.sys.fileExists(file),
    // Nothing is watched: packages do not change under a session, and the user's own files are looked at before each cell.
    watchDirectory: () => ({ close: () => {} }),
    watchFile: (file: string, callback: TsNamespace.FileWatcherCallback) => {
      if (options.ambient.has(file)) {
        ambientWatchers.set(file, callback);
        return { close: () => ambientWatchers.delete(file) };
      }
      if (file.includes("/node_modules/") || file.startsWith(ownFiles)) return { close: () => {} };
      watched.set(file, { callback, modified: modifiedTime(file) });
      return { close: () => watched.delete(file) };
    },
  });

  const resolve = moduleResolver(ts, sys, options);
  const overrides: Record<string, unknown> = {
    sys,
    // The text is made into CommonJS here later, with source maps.
    transpileModule: (code: string) => ({ outputText: code }),
    // The converter would lose the places of names of earlier cells, and gets `{ x }` wrong.
    factory: Object.assign(Object.create(ts.factory), {
      createPropertyAccessExpression: (object: TsNamespace.Expression, name: TsNamespace.Identifier) =>
        ts.isIdentifier(object) && object.text === "exports"
          ? name
          : ts.factory.createPropertyAccessExpression(object, name),
    }),
    createWatchCompilerHost: (
      rootFiles: string[],
      compilerOptions: TsNamespace.CompilerOptions,
      converterSys: TsNamespace.System,
      ...rest: unknown[]
    ) => {
      const { readFile } = converterSys;
      converterSys.readFile = (file, encoding) => {
        const text = readFile(file, encoding);
        return file === cellFile ? text && unescapeExports(text) : text;
      };
      const create = ts.createWatchCompilerHost as unknown as (
        ...all: unknown[]
      ) => TsNamespace.WatchCompilerHost<TsNamespace.BuilderProgram>;
      const host = create(
        rootFiles,
        { ...compilerOptions, ...cellOptions(ts, options) },
        converterSys,
        ...rest,
      );
      host.resolveModuleNameLiterals = resolve;
      host.resolveTypeReferenceDirectiveReferences = typeReferenceResolver(ts);
      (host as { hasInvalidatedResolutions?: () => boolean }).hasInvalidatedResolutions = () => false;
      return host;
    },
    createWatchProgram: (
      host: TsNamespace.WatchCompilerHostOfFilesAndCompilerOptions<TsNamespace.EmitAndSemanticDiagnosticsBuilderProgram>,
    ) => {
      const tell = host.afterProgramCreate;
      host.afterProgramCreate = (created) => {
        builder = created;
        const emit = created.emit;
        created.emit = (target, write, ...others) =>
          emit(
            target,
            (file, data, ...more) => {
              const source = target?.fileName;
              // The converter knows only of files in and below the notebook's folder.
              if (source && source !== cellFile) {
                if (file.endsWith(".js")) compiled.push({ file: source, source: target.text, module: data });
                return;
              }
              if (file.endsWith(".d.ts")) declarations = data;
              write?.(file, data, ...more);
            },
            ...others,
          );
        tell?.(created);
      };
      const { rootFiles } = host;
      host.rootFiles = [...rootFiles, ...options.ambient.keys()];
      const watch = ts.createWatchProgram(host);
      updateRootFiles = () => watch.updateRootFileNames([...rootFiles, ...options.ambient.keys()]);
      return watch;
    },
    getPreEmitDiagnosticsOfFiles: (
      program: TsNamespace.Program,
      files: readonly TsNamespace.SourceFile[],
    ) => {
      raw = errorsOf(ts, program, files, options.packageRoot, checks);
      return raw;
    },
  };
  const copy: Record<string, unknown> = {};
  for (const key of Object.keys(ts)) {
    if (key in overrides) continue;
    Object.defineProperty(copy, key, { enumerable: true, get: () => (ts as Record<string, unknown>)[key] });
  }
  Object.assign(copy, overrides);
  const cached = fromTslab.cache[tsPath];
  // An earlier host's converter is bound to that host's copy.
  delete load.cache[load.resolve("tslab/dist/converter")];
  if (!cached) throw new Error(`TypeScript of tslab was not loaded from ${tsPath}`);
  cached.exports = copy;
  let converter: Converter;
  try {
    const { createConverter } = load("tslab/dist/converter") as typeof import("tslab/dist/converter");
    converter = createConverter();
  } finally {
    cached.exports = ts;
  }
  const program = (): TsNamespace.Program => {
    if (!builder) throw new Error("The converter has no program yet");
    return builder.getProgram();
  };
  /** Tells the converter that ambient files changed. */
  const changed = (files: readonly string[]): void => {
    if (files.length === 0) return;
    updateRootFiles?.();
    for (const file of files) ambientWatchers.get(file)?.(file, ts.FileWatcherEventKind.Changed);
  };
  /** Tells the converter about files beside the notebook that changed since it read them. */
  const refresh = (): void => {
    declarations = undefined;
    compiled = [];
    for (const [file, entry] of watched) {
      const now = modifiedTime(file);
      if (now === entry.modified) continue;
      entry.modified = now;
      const { Deleted, Changed } = ts.FileWatcherEventKind;
      entry.callback(file, now === undefined ? Deleted : Changed);
    }
  };
  changed(mendGlobals(program() as never, options.packageRoot, ambient));
  // The first check pays for the standard library's types; let it be this one.
  converter.convert("", "const warm: Promise<number[]> = Promise.resolve([1]);");
  const host = {
    ts,
    convert: (declared: Earlier, code: string, check: boolean) => {
      refresh();
      checks = check;
      return converter.convert(declared.join(""), code);
    },
    complete: (declared: Earlier, code: string, offset: number) =>
      converter.complete(declared.join(""), code, offset),
    inspect: (declared: Earlier, code: string, offset: number) =>
      converter.inspect(declared.join(""), code, offset),
    diagnostics: () => raw,
    ...lookups(ts, () => builder?.getProgram(), cellFile, PREFIX.length),
    declarations: () => declarations,
    localFiles: () => compiled,
    close: () => converter.close(),
  };
  // The two versions of TypeScript have the same shape here.
  return host as unknown as CompilerHost;
}

/** The converter lists what a cell declares by TypeScript's internal names, which have three underscores for two. */
function unescapeExports(text: string): string {
  return text.replace(/\nexport \{[^{}\n]*\}$/, (list) => list.replace(/(?<=[{ ])___/g, "__"));
}

/** What cells are checked and emitted with, over the converter's own choices. */
function cellOptions(ts: Ts, options: TslabOptions): TsNamespace.CompilerOptions {
  return {
    strict: true,
    // Contradicts the converter's `noImplicitUseStrict`; the directive is written by the emitter.
    alwaysStrict: false,
    // Top-level `await` and `for await` are the language's own at this target.
    disableTopLevelAwait: false,
    moduleResolution: ts.ModuleResolutionKind.Bundler,
    customConditions: ["node", "require"],
    allowUmdGlobalAccess: true,
    lib: ["lib.es2023.d.ts"],
    types: ["node"],
    typeRoots: [path.join(options.packageRoot, "node_modules", "@types")],
    sourceMap: false,
    inlineSourceMap: true,
    // Another kernel's settings beside the notebook are none of ours, and nothing is written.
    allowJs: false,
    checkJs: false,
    noEmitOnError: false,
  };
}

/**
 * A package that comes without types may be imported all the same, what it gives is `any`; and a file above the notebook's
 * folder may be imported, since nothing is written.
 */
const IGNORED = new Set([7016, 6059]);

/** Errors only, and where the text does not even parse only that. */
function errorsOf(
  ts: Ts,
  program: TsNamespace.Program,
  files: readonly TsNamespace.SourceFile[],
  packageRoot: string,
  check: boolean,
): readonly TsNamespace.Diagnostic[] {
  const isError = (one: TsNamespace.Diagnostic): boolean =>
    one.category === ts.DiagnosticCategory.Error && !IGNORED.has(one.code);
  const syntactic = files.flatMap((file) => program.getSyntacticDiagnostics(file)).filter(isError);
  if (syntactic.length > 0 || !check) return syntactic;
  const isAllowed = plainAssignments(ts as never, new TensorType(ts as never, program as never, packageRoot));
  return files
    .flatMap((file) => program.getSemanticDiagnostics(file))
    .filter((one) => isError(one) && !isAllowed(one as never));
}
