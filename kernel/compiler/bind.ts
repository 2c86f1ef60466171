/** @file Parses and binds one file on its own, so that names can be resolved in it; nothing is type-checked. */
import type ts from "typescript";

export type TypeScript = typeof ts;

export interface Bound {
  file: ts.SourceFile & { locals?: ReadonlyMap<string, ts.Symbol> };
  checker: ts.TypeChecker & {
    resolveName(
      name: string,
      location: ts.Node,
      meaning: ts.SymbolFlags,
      excludeGlobals: boolean,
    ): ts.Symbol | undefined;
  };
}

/** Binds a text under a file name such as `/cell.ts`. */
export function bind(api: TypeScript, code: string, name: string): Bound {
  const parsed = api.createSourceFile(name, code, api.ScriptTarget.ESNext, true, api.ScriptKind.TS);
  const program = api.createProgram({
    rootNames: [name],
    options: { noLib: true, noResolve: true, types: [], target: api.ScriptTarget.ESNext },
    host: {
      getSourceFile: (path) => (path === name ? parsed : undefined),
      getDefaultLibFileName: () => "lib.d.ts",
      writeFile: () => {},
      getCurrentDirectory: () => "/",
      getCanonicalFileName: (path) => path,
      useCaseSensitiveFileNames: () => true,
      getNewLine: () => "\n",
      fileExists: (path) => path === name,
      readFile: () => undefined,
    },
  });
  return { file: parsed, checker: program.getTypeChecker() } as Bound;
}

/** TypeScript's symbol tables write a third underscore before names that start with two. */
export function escapeName(name: string): string {
  return name.startsWith("__") ? `_${name}` : name;
}

export function unescapeName(name: string): string {
  return name.startsWith("___") ? name.slice(1) : name;
}
