/** @file Asks a program about names and places of the cell that it was made of last. */
import type TsNamespace from "@tslab/typescript-for-tslab";

type Ts = typeof TsNamespace;

export interface Lookups {
  /**
   * The `SymbolFlags` of what a name would stand for at an offset of the cell, also after a dot: aliases are followed, and a
   * property that can be called counts as a method.
   */
  flagsOf(name: string, offset: number): number;
  /** The type of a variable of the cell, as text. */
  typeOf(name: string): string;
  /** The documentation of the type of what stands at an offset of the cell. */
  typeDocumentation(offset: number): string;
}

type Checker = TsNamespace.TypeChecker & {
  resolveName(
    name: string,
    at: TsNamespace.Node | undefined,
    meaning: number,
    excludeGlobals: boolean,
  ): TsNamespace.Symbol | undefined;
};

/** Lookups in whatever program there is at the time; `prefix` is the length of what stands before the cell. */
export function lookups(
  ts: Ts,
  program: () => TsNamespace.Program | undefined,
  cellFile: string,
  prefix: number,
): Lookups {
  const open = (): { cell: TsNamespace.SourceFile; checker: Checker } | null => {
    const now = program();
    const cell = now?.getSourceFile(cellFile);
    return now && cell ? { cell, checker: now.getTypeChecker() as Checker } : null;
  };
  return {
    flagsOf: (name, offset) => {
      const opened = open();
      if (!opened) return 0;
      const { cell, checker } = opened;
      const behind = (symbol: TsNamespace.Symbol | undefined): TsNamespace.Symbol | undefined =>
        symbol && symbol.flags & ts.SymbolFlags.Alias ? checker.getAliasedSymbol(symbol) : symbol;
      const owner = ownerBefore(ts, cell, offset + prefix);
      if (!owner) {
        const all =
          ts.SymbolFlags.Value | ts.SymbolFlags.Type | ts.SymbolFlags.Namespace | ts.SymbolFlags.Alias;
        return behind(checker.resolveName(name, cell, all, false))?.flags ?? 0;
      }
      const namespace = behind(checker.getSymbolAtLocation(owner));
      const isModule = namespace && namespace.flags & ts.SymbolFlags.Module;
      const exported = isModule ? checker.tryGetMemberInModuleExports(name, namespace) : undefined;
      const member = behind(exported ?? checker.getTypeAtLocation(owner).getProperty(name));
      if (!member) return 0;
      const isMethod =
        member.flags & ts.SymbolFlags.Property &&
        checker.getTypeOfSymbolAtLocation(member, owner).getCallSignatures().length > 0;
      return isMethod ? ts.SymbolFlags.Method : member.flags;
    },
    typeOf: (name) => {
      const opened = open();
      const locals = (opened?.cell as { locals?: Map<string, TsNamespace.Symbol> } | undefined)?.locals;
      const symbol = locals?.get(name);
      if (!opened || !symbol) return "any";
      const type = opened.checker.getTypeOfSymbolAtLocation(symbol, opened.cell);
      return opened.checker.typeToString(type, opened.cell, ts.TypeFormatFlags.NoTruncation);
    },
    typeDocumentation: (offset) => {
      const opened = open();
      if (!opened) return "";
      const type = opened.checker.getTypeAtLocation(tokenAt(ts, opened.cell, offset + prefix));
      const symbol = type.aliasSymbol ?? type.symbol;
      // An object literal or a function has no documentation of its own.
      if (!symbol || !(symbol.flags & (ts.SymbolFlags.Class | ts.SymbolFlags.Interface))) return "";
      return ts.displayPartsToString(symbol.getDocumentationComment(opened.checker));
    },
  };
}

function tokenAt(ts: Ts, file: TsNamespace.SourceFile, position: number): TsNamespace.Node {
  const { getTokenAtPosition } = ts as unknown as {
    getTokenAtPosition(file: TsNamespace.SourceFile, position: number): TsNamespace.Node;
  };
  return getTokenAtPosition(file, position);
}

/** What stands before the dot where a member's name begins at a position; undefined where there is no dot. */
function ownerBefore(ts: Ts, file: TsNamespace.SourceFile, position: number): TsNamespace.Node | undefined {
  const dot = file.text.slice(0, position).trimEnd().length - 1;
  if (file.text[dot] !== ".") return undefined;
  const { parent } = tokenAt(ts, file, dot);
  if (ts.isPropertyAccessExpression(parent)) return parent.expression;
  return ts.isQualifiedName(parent) ? parent.left : undefined;
}
