/** @file Declares the preloaded globals for cells, from the library's and the kernel's own types. */
import { existsSync, readFileSync } from "node:fs";
import path from "node:path";
import type ts from "typescript";
import { PRELOAD_NAMES } from "../preload-names";
import type { TypeScript } from "./bind";

/** Where the declarations pretend to lie, seen from the package's folder. */
const FOLDER = path.join("dist", "__globals__");

/**
 * One file for each global, by absolute path; none of them exists. `export as namespace` makes a name global as value,
 * type and namespace at once, so that `nn.Linear` can be called and can be the type of a field, and a cell may still
 * declare the name itself.
 */
export function ambientFiles(api: TypeScript, packageRoot: string): Map<string, string> {
  const files = new Map<string, string>();
  const fileOf = (name: string): string => path.join(packageRoot, FOLDER, `${name}.d.ts`);
  if (existsSync(libraryFile(packageRoot)))
    for (const name of PRELOAD_NAMES) files.set(fileOf(name), libraryGlobal(name));
  const kernel = kernelGlobals(api, path.join(packageRoot, "dist", "kernel", "runtime", "cell-globals.d.ts"));
  if (kernel) {
    files.set(fileOf(KERNEL_MODULE), kernel.text);
    for (const name of kernel.names) files.set(fileOf(name), globalFrom(name, `./${KERNEL_MODULE}`, name));
  }
  return files;
}

/** A module of this name holds the declarations of the kernel's globals. */
const KERNEL_MODULE = "__kernel__";

/** The library's types. */
export function libraryFile(packageRoot: string): string {
  return path.join(packageRoot, "dist", "src", "index.d.ts");
}

/**
 * Mends globals whose names the library does not export on their own, only as keys of `preload`: they get that value's
 * type. Gives the files that changed.
 */
export function mendGlobals(program: ts.Program, packageRoot: string, files: Map<string, string>): string[] {
  const library = program.getSourceFile(libraryFile(packageRoot));
  const checker = program.getTypeChecker();
  const symbol = library && checker.getSymbolAtLocation(library);
  if (!symbol) return [];
  const exported = new Map(checker.getExportsOfModule(symbol).map((one) => [one.name, one]));
  const preload = exported.get("preload");
  const keys = preload
    ? new Set(
        checker
          .getTypeOfSymbolAtLocation(preload, library)
          .getProperties()
          .map((one) => one.name),
      )
    : new Set<string>();
  const changed: string[] = [];
  const put = (name: string, text: string): void => {
    const file = path.join(packageRoot, FOLDER, `${name}.d.ts`);
    if (files.get(file) === text) return;
    files.set(file, text);
    changed.push(file);
  };
  for (const name of new Set([...PRELOAD_NAMES, ...keys])) {
    const wanted = name === "torch" ? "default" : name;
    if (exported.has(wanted)) put(name, libraryGlobal(name));
    else if (keys.has(name))
      put(name, `declare const ${name}: (typeof import("torchbook"))["preload"]["${name}"];\n`);
    // Better an unknown name at compile time than an undefined value at run time.
    else put(name, "");
  }
  return changed;
}

function libraryGlobal(name: string): string {
  return globalFrom(name, "torchbook", name === "torch" ? "default" : name);
}

function globalFrom(name: string, module: string, imported: string): string {
  const clause = imported === "default" ? name : `{ ${imported} }`;
  return `import ${clause} from ${JSON.stringify(module)};\nexport = ${name};\nexport as namespace ${name};\n`;
}

/**
 * The kernel's declarations, with a function or a constant added for each member of its interface `CellGlobals` that is
 * not exported by that name, so that each has its own documentation.
 */
function kernelGlobals(api: TypeScript, file: string): { text: string; names: string[] } | null {
  if (!existsSync(file)) return null;
  const text = readFileSync(file, "utf8");
  const source = api.createSourceFile(file, text, api.ScriptTarget.ESNext, true, api.ScriptKind.TS);
  const interfaces = new Map(
    source.statements.filter(api.isInterfaceDeclaration).map((one) => [one.name.text, one]),
  );
  const namesOf = (one: ts.Statement): string[] => {
    if (!api.canHaveModifiers(one)) return [];
    if (!api.getModifiers(one)?.some(({ kind }) => kind === api.SyntaxKind.ExportKeyword)) return [];
    if (api.isVariableStatement(one))
      return one.declarationList.declarations.map(({ name }) => name.getText(source));
    return api.isFunctionDeclaration(one) && one.name ? [one.name.text] : [];
  };
  const exported = new Set(source.statements.flatMap(namesOf));
  const added: string[] = [];
  const names = new Set<string>();
  for (const member of interfaces.get("CellGlobals")?.members ?? []) {
    if (!member.name || !api.isIdentifier(member.name)) continue;
    const name = member.name.text;
    names.add(name);
    if (exported.has(name)) continue;
    let docs = docsOf(api, member, text);
    if (api.isMethodSignature(member)) {
      const signature = text.slice(member.name.end, member.end).replace(/;\s*$/, "");
      added.push(`${docs}export declare function ${name}${signature};`);
      continue;
    }
    const type = api.isPropertySignature(member) ? member.type?.getText(source) : undefined;
    const described = type === undefined ? undefined : interfaces.get(type);
    if (docs === "" && described) docs = docsOf(api, described, text);
    added.push(`${docs}export declare const ${name}: ${type ?? `CellGlobals["${name}"]`};`);
  }
  return { text: `${text}\n${added.join("\n")}\n`, names: [...names] };
}

function docsOf(api: TypeScript, node: ts.Node, text: string): string {
  const blocks = api.getJSDocCommentsAndTags(node).filter(api.isJSDoc);
  return blocks.map((block) => `${text.slice(block.pos, block.end)}\n`).join("");
}
