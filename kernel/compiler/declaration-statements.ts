/** @file The statements of a declaration file, one for each name. */
import type ts from "typescript";
import type { TypeScript } from "./bind";

/** What a name may be: a value, a type, or both; what only adds to others is neither. */
export interface Spaces {
  value: boolean;
  type: boolean;
}

/** The declaration of one name; its text ends with a line break. */
export interface Statement {
  name: string;
  text: string;
  spaces: Spaces;
}

/** Takes a declaration file apart, imports and lists of variables as well; what declares nothing by name is left out. */
export function statementsOf(api: TypeScript, text: string): Statement[] {
  if (text === "") return [];
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
