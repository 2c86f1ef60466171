/** @file Declares the preloaded globals for cells, from the library's and the kernel's own types. */
import { existsSync, readFileSync } from "node:fs";
import path from "node:path";
import type ts from "typescript";
import type { TypeScript } from "./scope-emit";

/**
 * One file for each global, by absolute path. `export as namespace` makes a name global as value, type and namespace at
 * once, so that `nn.Linear` can be called and can be the type of a field, and a cell may still declare the name itself.
 */
export function ambientFiles(api: TypeScript, packageRoot: string): Map<string, string> {
  const files = new Map<string, string>();
  const add = (name: string, text: string): void => {
    files.set(path.join(packageRoot, "dist", "__globals__", `${name}.d.ts`), text);
  };
  const library = path.join(packageRoot, "dist", "src", "index.d.ts");
  if (existsSync(library)) {
    for (const name of objectKeys(api, path.join(packageRoot, "dist", "src", "preload.d.ts"), "preload"))
      add(name, globalFrom(name, "torchbook", name === "torch" ? "default" : name));
  }
  const kernel = path.join(packageRoot, "dist", "kernel", "runtime", "cell-globals");
  if (existsSync(`${kernel}.d.ts`))
    for (const name of exportedNames(api, `${kernel}.d.ts`)) add(name, globalFrom(name, kernel, name));
  return files;
}

function globalFrom(name: string, module: string, imported: string): string {
  const clause = imported === "default" ? name : `{ ${imported} }`;
  return `import ${clause} from ${JSON.stringify(module)};\nexport = ${name};\nexport as namespace ${name};\n`;
}

/** The property names of an exported object, as its declaration spells them. */
function objectKeys(api: TypeScript, file: string, name: string): string[] {
  const source = parse(api, file);
  if (!source) return [];
  const keys: string[] = [];
  for (const statement of source.statements) {
    if (!api.isVariableStatement(statement)) continue;
    for (const declaration of statement.declarationList.declarations) {
      if (declaration.name.getText(source) !== name || !declaration.type) continue;
      if (!api.isTypeLiteralNode(declaration.type)) continue;
      for (const member of declaration.type.members)
        if (member.name) keys.push(member.name.getText(source).replace(/^["']|["']$/g, ""));
    }
  }
  return keys;
}

/** Names of the functions, variables and classes that a declaration file exports. */
function exportedNames(api: TypeScript, file: string): string[] {
  const source = parse(api, file);
  if (!source) return [];
  const names = new Set<string>();
  for (const statement of source.statements) {
    const exported =
      api.canHaveModifiers(statement) &&
      api.getModifiers(statement)?.some((one) => one.kind === api.SyntaxKind.ExportKeyword);
    if (!exported) continue;
    if (api.isVariableStatement(statement)) {
      for (const one of statement.declarationList.declarations) names.add(one.name.getText(source));
    } else if ((api.isFunctionDeclaration(statement) || api.isClassDeclaration(statement)) && statement.name)
      names.add(statement.name.text);
  }
  return [...names];
}

function parse(api: TypeScript, file: string): ts.SourceFile | undefined {
  if (!existsSync(file)) return undefined;
  return api.createSourceFile(
    file,
    readFileSync(file, "utf8"),
    api.ScriptTarget.ESNext,
    true,
    api.ScriptKind.TS,
  );
}
