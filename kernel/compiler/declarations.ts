/**
 * @file The declarations that later cells see, as texts, one statement for each name.
 *
 * A name that a cell declares anew replaces the earlier one. What was declared with the earlier one's type keeps that
 * type: the replaced declaration stays, under a name that no cell uses, for as long as anything refers to it.
 *
 * The texts are few, and most stay as they are from cell to cell, so that TypeScript need not read them again. Each refers to itself
 * and those before it alone.
 */
import type ts from "typescript";
import { bind, escapeName, type TypeScript } from "./bind";
import { type Spaces, type Statement, statementsOf } from "./declaration-statements";
import { TextEdits } from "./text-edits";

/** Marks the hidden names of replaced declarations; completion leaves them out. */
export const REPLACED = /\$replaced\d+$/;

/** So many texts of about one size become one: there are few, and none is joined more often than its length has digits. */
const RADIX = 8;

/** Declarations that are read as one file. */
interface Chunk {
  text: string;
  statements: readonly Statement[];
}

/** What cells declared. Never changes: `with` gives another. */
export class Declarations {
  private constructor(
    private readonly api: TypeScript,
    private readonly chunks: readonly Chunk[],
  ) {}

  /** The declarations of a text, which may be empty. */
  static from(api: TypeScript, text: string): Declarations {
    return new Declarations(api, []).with(statementsOf(api, text));
  }

  get texts(): string[] {
    return this.chunks.map(({ text }) => text);
  }

  get text(): string {
    return this.texts.join("");
  }

  /** These after a cell that declared others: what it does not replace, then its own. */
  with(own: readonly Statement[]): Declarations {
    if (own.length === 0) return this;
    const redeclared = new Map<string, Spaces>();
    for (const { name, spaces } of own) {
      const known = redeclared.get(name);
      redeclared.set(name, {
        value: spaces.value || known?.value === true,
        type: spaces.type || known?.type === true,
      });
    }
    const isReplaced = ({ name, spaces }: Statement): boolean => {
      const anew = redeclared.get(name);
      return anew !== undefined && ((anew.value && spaces.value) || (anew.type && spaces.type));
    };
    // A cell with `declare global` that runs again says the same again.
    const ownTexts = new Set(own.map((one) => one.text));
    const isRepeated = ({ text, spaces }: Statement): boolean =>
      !spaces.value && !spaces.type && ownTexts.has(text);
    let chunks = this.chunks.map((chunk) =>
      chunk.statements.some(isRepeated) ? chunkOf(chunk.statements.filter((one) => !isRepeated(one))) : chunk,
    );
    if (chunks.some(({ statements }) => statements.some(isReplaced)))
      chunks = renameReplaced(this.api, chunks, isReplaced);
    chunks = chunks.filter(({ statements }) => statements.length > 0);
    return new Declarations(this.api, joinLast([...chunks, chunkOf(own)]));
  }
}

function chunkOf(statements: readonly Statement[]): Chunk {
  return { text: statements.map((one) => one.text).join(""), statements };
}

/** Joins the last chunks, where there are many no larger than the last one. */
function joinLast(chunks: Chunk[]): Chunk[] {
  const sizeOf = ({ statements }: Chunk): number => Math.floor(Math.log(statements.length) / Math.log(RADIX));
  for (;;) {
    const size = sizeOf(chunks[chunks.length - 1]);
    let first = chunks.length - 1;
    while (first > 0 && sizeOf(chunks[first - 1]) <= size) first--;
    if (chunks.length - first < RADIX) return chunks;
    chunks.push(chunkOf(chunks.splice(first).flatMap(({ statements }) => statements)));
  }
}

/** Drops replaced statements that nothing refers to and renames the others with all references to them. */
function renameReplaced(
  api: TypeScript,
  chunks: readonly Chunk[],
  isReplaced: (one: Statement) => boolean,
): Chunk[] {
  const statements = chunks.flatMap((chunk) => chunk.statements);
  const text = `${statements.map((one) => one.text).join("")}export {};\n`;
  const { file, checker } = bind(api, text, "/declarations.d.ts");
  const taken = new Set(statements.map((one) => one.name));
  const newNames = new Map<string, string>();
  const hidden = new Set<number>();
  statements.forEach((one, index) => {
    if (isReplaced(one)) {
      hidden.add(index);
      if (newNames.has(one.name)) return;
      let number = 1;
      while (taken.has(`${one.name}$replaced${number}`)) number++;
      const name = `${one.name}$replaced${number}`;
      taken.add(name);
      newNames.set(one.name, name);
    } else if (REPLACED.test(one.name)) hidden.add(index);
  });
  // The statements lie in the text one after another.
  const starts: number[] = [];
  let at = 0;
  for (const one of statements) {
    starts.push(at);
    at += one.text.length;
  }
  const indexOf = (offset: number): number => {
    let index = starts.length - 1;
    while (index > 0 && starts[index] > offset) index--;
    return index;
  };
  const edits = new TextEdits(text);
  const references = new Map<number, Set<number>>();
  const anything = api.SymbolFlags.Value | api.SymbolFlags.Type | api.SymbolFlags.Namespace;
  const visit = (node: ts.Node): void => {
    if (api.isIdentifier(node) && !isMemberName(api, node)) {
      const symbol = checker.resolveName(node.text, node, anything, false);
      if (symbol && file.locals?.get(escapeName(node.text)) === symbol) {
        const from = indexOf(node.getStart(file));
        const all = references.get(from) ?? new Set();
        references.set(from, all);
        for (const declaration of symbol.declarations ?? []) all.add(indexOf(declaration.getStart(file)));
        const renamed = newNames.get(node.text);
        if (renamed && refersToReplaced(node, symbol)) rename(node, renamed);
      }
    }
    api.forEachChild(node, visit);
  };
  /** A name may be replaced as a type and kept as a value, or the other way round. */
  const refersToReplaced = (node: ts.Identifier, symbol: ts.Symbol): boolean => {
    const own = indexOf(node.getStart(file));
    const declarations = (symbol.declarations ?? []).map((one) => indexOf(one.getStart(file)));
    if (statements[own].name === node.text && isDeclaredName(api, node)) return hidden.has(own);
    const asValue = api.isTypeQueryNode(node.parent) || api.isExpressionWithTypeArguments(node.parent);
    const fitting = declarations.filter((index) => statements[index].spaces[asValue ? "value" : "type"]);
    return (fitting.length > 0 ? fitting : declarations).every((index) => hidden.has(index));
  };
  const rename = (node: ts.Identifier, name: string): void => {
    const { parent } = node;
    const start = node.getStart(file);
    if (api.isImportSpecifier(parent) && parent.propertyName === node) return;
    if (api.isImportSpecifier(parent) && !parent.propertyName) edits.insert(node.end, ` as ${name}`);
    else edits.replace(start, node.end, name);
  };
  file.statements.forEach(visit);
  const reached = new Set<number>();
  const reach = (index: number): void => {
    if (reached.has(index)) return;
    reached.add(index);
    for (const other of references.get(index) ?? []) reach(other);
  };
  statements.forEach((_, index) => {
    if (!hidden.has(index)) reach(index);
  });
  const { text: edited, moved } = edits.apply();
  let index = 0;
  return chunks.map((chunk) => {
    const first = index;
    const kept: Statement[] = [];
    for (const one of chunk.statements) {
      const text = edited.slice(moved(starts[index]), moved(starts[index] + one.text.length));
      const name = (hidden.has(index) && newNames.get(one.name)) || one.name;
      if (reached.has(index)) kept.push(text === one.text ? one : { ...one, name, text });
      index++;
    }
    const isSame = kept.length === index - first && kept.every((one, at) => one === chunk.statements[at]);
    return isSame ? chunk : chunkOf(kept);
  });
}

/** Whether an identifier names a member, a parameter or the like rather than refers to something. */
function isMemberName(api: TypeScript, node: ts.Identifier): boolean {
  const { parent } = node;
  if (api.isQualifiedName(parent)) return parent.right === node;
  if (api.isPropertyAccessExpression(parent)) return parent.name === node;
  if (api.isImportTypeNode(parent)) return true;
  if (api.isTypeElement(parent) || api.isClassElement(parent)) return true;
  return api.isParameter(parent) || api.isTypeParameterDeclaration(parent) || api.isNamedTupleMember(parent);
}

function isDeclaredName(api: TypeScript, node: ts.Identifier): boolean {
  const { parent } = node;
  return (
    (parent as { name?: ts.Node }).name === node &&
    !api.isQualifiedName(parent) &&
    !api.isPropertyAccessExpression(parent)
  );
}
