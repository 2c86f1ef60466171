/**
 * @file The declarations that later cells see, as text, one statement for each name.
 *
 * A name that a cell declares anew replaces the earlier one. What was declared with the earlier one's type keeps that
 * type: the replaced declaration stays, under a name that no cell uses, for as long as anything refers to it.
 */
import type ts from "typescript";
import { bind, escapeName, type TypeScript } from "./bind";
import { TextEdits } from "./text-edits";

/** Marks the hidden names of replaced declarations; completion leaves them out. */
export const REPLACED = /\$replaced\d+$/;

/** What a name may be: a value, a type, or both. */
interface Spaces {
  value: boolean;
  type: boolean;
}

interface Statement {
  name: string;
  text: string;
  spaces: Spaces;
}

/** The text with only those declarations whose name is kept; imports and lists of variables are taken apart. */
export function filterDeclarations(api: TypeScript, text: string, keep: (name: string) => boolean): string {
  return statementsOf(api, text)
    .filter((one) => keep(one.name))
    .map((one) => one.text)
    .join("");
}

/** The names that a text declares. */
export function declaredNames(api: TypeScript, text: string): Set<string> {
  return new Set(statementsOf(api, text).map((one) => one.name));
}

/** Declarations after a cell: its own, then those of the earlier text that it does not replace. */
export function mergeDeclarations(api: TypeScript, earlier: string, own: string): string {
  const ownStatements = statementsOf(api, own);
  const redeclared = new Map<string, Spaces>();
  for (const { name, spaces } of ownStatements) {
    const known = redeclared.get(name);
    redeclared.set(name, {
      value: spaces.value || known?.value === true,
      type: spaces.type || known?.type === true,
    });
  }
  const ownText = ownStatements.map((one) => one.text).join("");
  const ownTexts = new Set(ownStatements.map((one) => one.text));
  // A cell with `declare global` that runs again says the same again.
  const statements = statementsOf(api, earlier).filter(
    ({ text, spaces }) => spaces.value || spaces.type || !ownTexts.has(text),
  );
  const isReplaced = ({ name, spaces }: Statement): boolean => {
    const anew = redeclared.get(name);
    return anew !== undefined && ((anew.value && spaces.value) || (anew.type && spaces.type));
  };
  if (!statements.some(isReplaced) && !statements.some((one) => REPLACED.test(one.name))) {
    const text = statements.map((one) => one.text).join("") + ownText;
    latest = { text, statements: [...statements, ...ownStatements] };
    return text;
  }
  return renameReplaced(api, statements, isReplaced) + ownText;
}

/** Drops replaced statements that nothing refers to and renames the others with all references to them. */
function renameReplaced(
  api: TypeScript,
  statements: readonly Statement[],
  isReplaced: (one: Statement) => boolean,
): string {
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
  statements.forEach((one, index) => {
    if (!reached.has(index)) edits.drop(starts[index], starts[index] + one.text.length);
  });
  return edits.apply().text.replace(/export \{\};\n$/, "");
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

/** What was taken apart last: the next cell's declarations are merged into the same text. */
let latest: { text: string; statements: Statement[] } = { text: "", statements: [] };

/** Takes a declaration file apart; what declares nothing by name is left out. */
function statementsOf(api: TypeScript, text: string): Statement[] {
  if (text === "") return [];
  if (text === latest.text) return latest.statements;
  const file = api.createSourceFile(
    "/declarations.d.ts",
    text,
    api.ScriptTarget.ESNext,
    true,
    api.ScriptKind.TS,
  );
  const out: Statement[] = [];
  const add = (name: string, statement: string, value: boolean, type: boolean): void => {
    out.push({ name, text: `${statement.trim()}\n`, spaces: { value, type } });
  };
  for (const statement of file.statements) {
    if (api.isVariableStatement(statement)) {
      const all = statement.declarationList.declarations;
      const head = text.slice(statement.getFullStart(), all[0].getStart(file));
      for (const one of all) {
        if (api.isIdentifier(one.name)) add(one.name.text, `${head}${one.getText(file)};`, true, false);
      }
    } else if (api.isImportDeclaration(statement)) {
      for (const [name, clause] of importedNames(api, statement, file))
        add(name, `import ${clause} from ${statement.moduleSpecifier.getText(file)};`, true, true);
    } else {
      const name = (statement as { name?: ts.Node }).name;
      if (!name || !api.isIdentifier(name)) continue;
      // `declare global` adds to what is there; a later one replaces nothing.
      const augments = (statement.flags & api.NodeFlags.GlobalAugmentation) !== 0;
      const value =
        !augments && !api.isInterfaceDeclaration(statement) && !api.isTypeAliasDeclaration(statement);
      const type = !augments && !api.isFunctionDeclaration(statement);
      add(name.text, statement.getFullText(file), value, type);
    }
  }
  return out;
}

function importedNames(
  api: TypeScript,
  node: ts.ImportDeclaration,
  file: ts.SourceFile,
): [name: string, clause: string][] {
  const clause = node.importClause;
  if (!clause) return [];
  const type = clause.isTypeOnly ? "type " : "";
  const names: [string, string][] = [];
  if (clause.name) names.push([clause.name.text, type + clause.name.text]);
  const bindings = clause.namedBindings;
  if (bindings && api.isNamespaceImport(bindings))
    names.push([bindings.name.text, type + bindings.getText(file)]);
  else if (bindings)
    for (const one of bindings.elements) names.push([one.name.text, `${type}{ ${one.getText(file)} }`]);
  return names;
}
