/** @file Picks declarations out of a `.d.ts` text by name. */
import type ts from "typescript";
import type { TypeScript } from "./scope-emit";

/** The text with only those declarations whose name is kept; imports and lists of variables are taken apart. */
export function filterDeclarations(api: TypeScript, text: string, keep: (name: string) => boolean): string {
  const file = api.createSourceFile(
    "declarations.d.ts",
    text,
    api.ScriptTarget.ESNext,
    true,
    api.ScriptKind.TS,
  );
  const out: string[] = [];
  for (const statement of file.statements) {
    if (api.isVariableStatement(statement)) {
      const all = statement.declarationList.declarations;
      const kept = all.filter((one) => api.isIdentifier(one.name) && keep(one.name.text));
      if (kept.length === 0) continue;
      const head = text.slice(statement.getFullStart(), all[0].getStart(file));
      out.push(`${head}${kept.map((one) => one.getText(file)).join(", ")};\n`);
    } else if (api.isImportDeclaration(statement)) {
      const clause = importClause(api, statement, keep, file);
      if (clause) out.push(`import ${clause} from ${statement.moduleSpecifier.getText(file)};\n`);
    } else {
      const name = (statement as { name?: ts.Node }).name;
      if (name && keep(name.getText(file))) out.push(`${statement.getFullText(file)}\n`);
    }
  }
  return out.join("");
}

function importClause(
  api: TypeScript,
  node: ts.ImportDeclaration,
  keep: (name: string) => boolean,
  file: ts.SourceFile,
): string {
  const clause = node.importClause;
  if (!clause) return "";
  const parts: string[] = [];
  if (clause.name && keep(clause.name.text)) parts.push(clause.name.text);
  const bindings = clause.namedBindings;
  if (bindings && api.isNamespaceImport(bindings)) {
    if (keep(bindings.name.text)) parts.push(bindings.getText(file));
  } else if (bindings) {
    const kept = bindings.elements.filter((one) => keep(one.name.text));
    if (kept.length > 0) parts.push(`{ ${kept.map((one) => one.getText(file)).join(", ")} }`);
  }
  return parts.join(", ");
}
