/** @file Parses and binds one file on its own, so that names can be looked up in it; nothing is type-checked. */
import type ts from "typescript";

export type TypeScript = typeof ts;

/** A node with the names that it declares; a file, a function, a block and the like have some. */
interface Scope extends ts.Node {
  locals?: ReadonlyMap<string, ts.Symbol>;
}

export type BoundFile = ts.SourceFile & Scope;

export interface Bound {
  file: BoundFile;
  checker: ts.TypeChecker & {
    resolveName(
      name: string,
      location: ts.Node,
      meaning: ts.SymbolFlags,
      excludeGlobals: boolean,
    ): ts.Symbol | undefined;
  };
}

/** Parses a text under a file name such as `/cell.ts` and finds what its scopes declare. */
export function bindScopes(api: TypeScript, code: string, name: string): BoundFile {
  return bindFile(api, api.createSourceFile(name, code, api.ScriptTarget.ESNext, true, api.ScriptKind.TS));
}

/** Parses a cell as a module, which it is although it need not import anything. */
export function parseCell(api: TypeScript, code: string): ts.SourceFile {
  const asModule = (file: ts.SourceFile): void => {
    (file as { externalModuleIndicator?: true }).externalModuleIndicator = true;
  };
  const options = { languageVersion: api.ScriptTarget.ESNext, setExternalModuleIndicator: asModule };
  return api.createSourceFile("cell.ts", code, options, true, api.ScriptKind.TS);
}

/** Finds what the scopes of a parsed file declare. */
export function bindFile(api: TypeScript, file: ts.SourceFile): BoundFile {
  // A program would do the same, and make a type checker besides, which takes longer than all the rest.
  const { bindSourceFile } = api as unknown as {
    bindSourceFile(file: ts.SourceFile, options: ts.CompilerOptions): void;
  };
  bindSourceFile(file, { target: api.ScriptTarget.ESNext });
  return file;
}

/** The variable, function or class of JavaScript that a name stands for at a node; undefined when the file declares none. */
export function resolveValue(api: TypeScript, name: string, at: ts.Node): ts.Symbol | undefined {
  const escaped = escapeName(name);
  const meaning = api.SymbolFlags.Value | api.SymbolFlags.Alias;
  let from: ts.Node = at;
  for (let scope: Scope | undefined = at; scope; from = scope, scope = scope.parent) {
    const symbol = scope.locals?.get(escaped);
    if (symbol && symbol.flags & meaning && !isOutOfReach(api, symbol, scope, from)) return symbol;
    const named: ts.Node = scope;
    if ((api.isFunctionExpression(named) || api.isClassExpression(named)) && named.name?.text === name)
      return (named as { symbol?: ts.Symbol }).symbol;
  }
  return undefined;
}

/** Parameters' defaults do not see the variables of the function's body. */
function isOutOfReach(api: TypeScript, symbol: ts.Symbol, scope: ts.Node, from: ts.Node): boolean {
  if (!api.isFunctionLike(scope) || !api.isParameter(from)) return false;
  return !scope.parameters.some((one) =>
    symbol.declarations?.some((it) => it.pos >= one.pos && it.end <= one.end),
  );
}

/** Binds a text under a file name such as `/cell.ts`, for a checker that resolves names of types too. */
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
