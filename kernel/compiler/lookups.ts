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
  /** What is known of what stands at an offset of the cell beside its own declaration. */
  background(offset: number): Background;
}

/** What the declarations behind a name say. */
export interface Background {
  /** The documentation of the function that a method is made of, else of the value's class or interface. */
  documentation: string;
  tags: TsNamespace.JSDocTagInfo[];
  /** A class's constructors, as they are called. */
  constructors: string[];
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
        symbol && symbolBehind(ts, checker, symbol);
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
    background: (offset) => {
      const none: Background = { documentation: "", tags: [], constructors: [] };
      const opened = open();
      if (!opened) return none;
      const { cell, checker } = opened;
      const token = tokenAt(ts, cell, offset + prefix);
      const symbol = checker.getSymbolAtLocation(token);
      const type = checker.getTypeAtLocation(token);
      const constructors =
        symbol && symbolBehind(ts, checker, symbol).flags & ts.SymbolFlags.Class ? type : null;
      const plain = symbol && plainForm(ts, checker, symbol, token);
      const origin = symbol && originOf(ts, checker, plain ?? symbol);
      const documented = origin ?? typeSymbol(ts, type);
      const text = documented ? ts.displayPartsToString(documented.getDocumentationComment(checker)) : "";
      return {
        documentation: origin && plain ? `In place: ${text}` : text,
        tags: documented?.getJsDocTags(checker) ?? [],
        constructors: (constructors?.getConstructSignatures() ?? []).map(
          (one) => `new ${symbol?.name}${checker.signatureToString(one, cell)}`,
        ),
      };
    },
  };
}

function symbolBehind(ts: Ts, checker: Checker, symbol: TsNamespace.Symbol): TsNamespace.Symbol {
  return symbol.flags & ts.SymbolFlags.Alias ? checker.getAliasedSymbol(symbol) : symbol;
}

/** The function under whose name a property was declared by a mapped type over a module's exports. */
function originOf(ts: Ts, checker: Checker, property: TsNamespace.Symbol): TsNamespace.Symbol | undefined {
  const specifier = property.declarations?.find(ts.isExportSpecifier);
  const exported = specifier && checker.getSymbolAtLocation(specifier.name);
  return exported && symbolBehind(ts, checker, exported);
}

/** The method whose result an in-place one, named with `_` at the end, writes into its tensor. */
function plainForm(
  ts: Ts,
  checker: Checker,
  { name }: TsNamespace.Symbol,
  token: TsNamespace.Node,
): TsNamespace.Symbol | undefined {
  const { parent } = token;
  if (!name.endsWith("_") || !ts.isPropertyAccessExpression(parent)) return undefined;
  return checker.getTypeAtLocation(parent.expression).getProperty(name.slice(0, -1));
}

/** A class or an interface; an object literal or a function has no documentation of its own. */
function typeSymbol(ts: Ts, type: TsNamespace.Type): TsNamespace.Symbol | undefined {
  const symbol = type.aliasSymbol ?? type.symbol;
  const isDocumented = symbol && symbol.flags & (ts.SymbolFlags.Class | ts.SymbolFlags.Interface);
  return isDocumented ? symbol : undefined;
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
