/** @file The statements of a cell by the names that they declare, as they were written. */
import type ts from "typescript";
import type { TypeScript } from "./bind";

/** Source text, comments before it included, by declared name. */
export function statementsByName(api: TypeScript, file: ts.SourceFile): Map<string, string> {
  const found = new Map<string, string>();
  const add = (name: ts.Node | undefined, statement: ts.Statement): void => {
    if (!name) return;
    if (api.isObjectBindingPattern(name) || api.isArrayBindingPattern(name)) {
      for (const element of name.elements)
        if (!api.isOmittedExpression(element)) add(element.name, statement);
    } else if (api.isIdentifier(name)) {
      // Overloads and merged declarations are several statements of one name.
      const text = statement.getFullText(file).trim();
      const before = found.get(name.text);
      found.set(name.text, before === undefined ? text : `${before}\n${text}`);
    }
  };
  for (const statement of file.statements) {
    if (api.isVariableStatement(statement))
      for (const { name } of statement.declarationList.declarations) add(name, statement);
    else if (!api.isImportDeclaration(statement)) add((statement as { name?: ts.Node }).name, statement);
  }
  return found;
}
