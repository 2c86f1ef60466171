/** @file Where the types of what cells import are found. */
import { isBuiltin } from "node:module";
import path from "node:path";
import type TsNamespace from "@tslab/typescript-for-tslab";
import { libraryFile } from "./ambient";

export interface ResolverOptions {
  /** The notebook's folder. */
  cwd: string;
  /** torchbook's own folder. */
  packageRoot: string;
  /** Files that need not exist, by absolute path. */
  ambient: ReadonlyMap<string, string>;
  /** Remembers what imports in packages' files lead to; given where several resolvers share it. */
  known?: Map<string, never>;
}

/** Resolves from the importing file first, then from torchbook's own packages. */
export function moduleResolver(
  ts: typeof TsNamespace,
  sys: TsNamespace.System,
  options: ResolverOptions,
): NonNullable<TsNamespace.WatchCompilerHost<TsNamespace.BuilderProgram>["resolveModuleNameLiterals"]> {
  const ambientFolders = new Set([...options.ambient.keys()].map((file) => path.dirname(file)));
  const host: TsNamespace.ModuleResolutionHost = {
    fileExists: sys.fileExists,
    readFile: sys.readFile,
    directoryExists: (folder) => ambientFolders.has(folder) || ts.sys.directoryExists(folder),
    realpath: ts.sys.realpath,
    getDirectories: ts.sys.getDirectories,
    getCurrentDirectory: () => options.cwd,
  };
  const library = libraryFile(options.packageRoot);
  const own = path.join(options.packageRoot, "cell.ts");
  const packages = `${path.sep}node_modules${path.sep}`;
  const ownFiles = path.join(options.packageRoot, "dist") + path.sep;
  // What a package imports stays the same while the kernel runs; a cell's import may be installed after it failed.
  const known: Map<string, TsNamespace.ResolvedModuleWithFailedLookupLocations> = options.known ?? new Map();
  const find = (
    text: string,
    containingFile: string,
    compilerOptions: TsNamespace.CompilerOptions,
    redirected: TsNamespace.ResolvedProjectReference | undefined,
  ): TsNamespace.ResolvedModuleWithFailedLookupLocations => {
    // Node takes its own modules first whatever is installed; @types/node declares them as ambient modules.
    if (isBuiltin(text)) return NOT_FOUND;
    if (text === "torchbook" && ts.sys.fileExists(library)) {
      const resolved = {
        resolvedFileName: library,
        extension: ts.Extension.Dts,
        isExternalLibraryImport: true,
      };
      return { ...NOT_FOUND, resolvedModule: resolved };
    }
    const found = ts.resolveModuleName(text, containingFile, compilerOptions, host, undefined, redirected);
    if (found.resolvedModule || text.startsWith(".") || path.isAbsolute(text)) return found;
    return ts.resolveModuleName(text, own, compilerOptions, host, undefined, redirected);
  };
  return (literals, containingFile, redirected, compilerOptions) => {
    const settled = containingFile.includes(packages) || containingFile.startsWith(ownFiles);
    return literals.map(({ text }) => {
      const key = `${path.dirname(containingFile)}\n${text}`;
      const before = known.get(key);
      if (before) return before;
      const found = find(text, containingFile, compilerOptions, redirected);
      if (settled) known.set(key, found);
      return found;
    });
  };
}

/** Resolves `/// <reference types>` and the option `types`; what was found once stays where it is. */
export function typeReferenceResolver(
  ts: typeof TsNamespace,
): NonNullable<
  TsNamespace.WatchCompilerHost<TsNamespace.BuilderProgram>["resolveTypeReferenceDirectiveReferences"]
> {
  const known = new Map<string, TsNamespace.ResolvedTypeReferenceDirectiveWithFailedLookupLocations>();
  return (references, containingFile, redirected, compilerOptions) =>
    references.map((reference) => {
      const name = typeof reference === "string" ? reference : reference.fileName;
      const key = `${path.dirname(containingFile)}\n${name}`;
      const before = known.get(key);
      if (before) return before;
      const found = ts.resolveTypeReferenceDirective(
        name,
        containingFile,
        compilerOptions,
        ts.sys,
        redirected,
      );
      if (found.resolvedTypeReferenceDirective) known.set(key, found);
      return found;
    });
}

const NOT_FOUND = { resolvedModule: undefined } as TsNamespace.ResolvedModuleWithFailedLookupLocations;
