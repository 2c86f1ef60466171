/**
 * @file Makes the `.ts` files beside the notebook runnable: functions in CommonJS's manner, with source maps to the files' own text.
 *
 * TypeScript's own CommonJS keeps everything about imports and exports right. What it does not know in that form is done
 * before, as edits of the text: `import.meta`, `import(…)`, and names that CommonJS uses itself (`const require = …`).
 */
import path from "node:path";
import type ts from "typescript";
import { emittedPath, FILE_PARAMETERS, findEmitted, IMPORT, type LocalFile, META } from "../local-file";
import { type BoundFile, bindScopes, escapeName, resolveValue, type TypeScript, unescapeName } from "./bind";
import type { ModuleKinds } from "./module-kind";
import { isReference } from "./scope-emit";
import { decodeMappings, encodeSourceMap, type Segment, splitSourceMap } from "./source-map";
import { TextEdits } from "./text-edits";

/** A file as it lies there, and the ES module that TypeScript wrote of it, with its source map inside. */
export interface Emitted {
  file: string;
  source: string;
  module: string;
}

/** The compiled files of a session. */
export class LocalFiles {
  private readonly files = new Map<string, LocalFile>();

  constructor(
    private readonly ts: TypeScript,
    private readonly modules: ModuleKinds,
  ) {}

  add(emitted: Emitted): LocalFile {
    const made = makeRunnable(this.ts, emitted, this.modules);
    this.files.set(made.path, made);
    return made;
  }

  /** Whether an import in a folder means a file that can only be loaded by `import()`. */
  isAsync(folder: string, specifier: string, seen = new Set<string>()): boolean {
    const found = findEmitted(folder, specifier, (one) => this.files.has(one));
    if (found === undefined || seen.has(found)) return false;
    seen.add(found);
    const { awaits, imports } = this.files.get(found) as LocalFile;
    const inner = path.dirname(found);
    return awaits || imports.some((one) => one.isEsModule || this.isAsync(inner, one.specifier, seen));
  }

  /** The names that a file exports and imports, by what they are in its JavaScript. */
  namesIn(file: string): ReadonlyMap<string, string> {
    const known = this.files.get(emittedPath(file));
    return known ? renamedNames(this.ts, known) : new Map();
  }
}

/** CommonJS keeps exported variables as properties of `exports`, and imports as properties of their modules. */
function renamedNames(api: TypeScript, { source, code }: LocalFile): Map<string, string> {
  const names = new Map<string, string>();
  const modules = new Map<string, string>();
  for (const [, name, specifier] of code.matchAll(/^const (\w+) = .*?require\((".*?"|'.*?')\)/gm))
    modules.set(specifier.slice(1, -1), name);
  for (const statement of bindScopes(api, source, "/file.ts").statements) {
    if (api.isVariableStatement(statement)) {
      if (statement.modifiers?.some(({ kind }) => kind === api.SyntaxKind.ExportKeyword))
        for (const { name } of statement.declarationList.declarations)
          for (const one of boundNames(api, name)) names.set(one, `exports.${one}`);
      continue;
    }
    if (!api.isImportDeclaration(statement) || !api.isStringLiteral(statement.moduleSpecifier)) continue;
    const module = modules.get(statement.moduleSpecifier.text);
    const { name, namedBindings } = statement.importClause ?? {};
    if (module === undefined) continue;
    if (name) names.set(name.text, `${module}.default`);
    if (namedBindings && api.isNamedImports(namedBindings))
      for (const { name, propertyName } of namedBindings.elements)
        names.set(name.text, `${module}.${(propertyName ?? name).text}`);
  }
  return names;
}

function boundNames(api: TypeScript, name: ts.BindingName): string[] {
  if (api.isIdentifier(name)) return [name.text];
  return name.elements.flatMap((one) => (api.isOmittedExpression(one) ? [] : boundNames(api, one.name)));
}

function makeRunnable(api: TypeScript, { file, source, module }: Emitted, modules: ModuleKinds): LocalFile {
  const { code, mappings } = splitSourceMap(module);
  const bound = bindScopes(api, code, "/file.ts");
  const imports = importsOf(api, bound).map((specifier) => ({
    specifier,
    isEsModule: modules.isEsModule(specifier, path.dirname(file)),
  }));
  const { edits, awaits } = prepare(api, bound, code);
  const { text, moved } = edits.apply();
  const lines = api.createSourceFile("/edited.js", text, api.ScriptTarget.ESNext);
  const before = decodeMappings(mappings).map((one) => {
    const offset = moved(bound.getPositionOfLineAndCharacter(one.line, one.column));
    const { line, character } = lines.getLineAndCharacterOfPosition(offset);
    return { ...one, line, column: character };
  });
  const { outputText, sourceMapText = "{}" } = api.transpileModule(text, {
    fileName: "file.js",
    compilerOptions: {
      module: api.ModuleKind.CommonJS,
      target: api.ScriptTarget.ESNext,
      esModuleInterop: true,
      sourceMap: true,
    },
  });
  const after = decodeMappings((JSON.parse(sourceMapText) as { mappings?: string }).mappings ?? "");
  return {
    file,
    path: emittedPath(file),
    source,
    code: outputText.replace(/\n\/\/# sourceMappingURL=.*\s*$/, "\n"),
    sourceMap: encodeSourceMap(joined(before, after), path.basename(file)),
    awaits,
    imports,
  };
}

/** What a module imports, or exports from others, when it is loaded. */
function importsOf(api: TypeScript, file: BoundFile): string[] {
  const found = file.statements.flatMap((statement) => {
    const from =
      api.isImportDeclaration(statement) || api.isExportDeclaration(statement)
        ? statement.moduleSpecifier
        : undefined;
    return from && api.isStringLiteral(from) ? [from.text] : [];
  });
  return [...new Set(found)];
}

/** The edits that CommonJS needs, and whether the module waits at its top level. */
function prepare(api: TypeScript, file: BoundFile, code: string): { edits: TextEdits; awaits: boolean } {
  const edits = new TextEdits(code);
  const taken = new Set(
    [...(file.locals?.keys() ?? [])].map(unescapeName).filter((name) => FILE_PARAMETERS.includes(name)),
  );
  let awaits = false;
  const rename = (node: ts.Identifier): void => {
    const { parent, text } = node;
    const start = node.getStart(file);
    const renamed = `${text}_1`;
    if (api.isShorthandPropertyAssignment(parent)) edits.replace(start, node.end, `${text}: ${renamed}`);
    else if (api.isExportSpecifier(parent)) {
      if (parent.propertyName === node) edits.replace(start, node.end, renamed);
      else if (!parent.propertyName) edits.replace(start, node.end, `${renamed} as ${text}`);
    } else if (api.isImportSpecifier(parent) && !parent.propertyName)
      edits.replace(start, node.end, `${text} as ${renamed}`);
    else if (api.isBindingElement(parent) && !parent.propertyName && !parent.dotDotDotToken)
      edits.replace(start, node.end, `${text}: ${renamed}`);
    else edits.replace(start, node.end, renamed);
  };
  const visit = (node: ts.Node, depth: number): void => {
    if (api.isIdentifier(node)) {
      const { parent } = node;
      const declares =
        (parent as { name?: ts.Node }).name === node && !api.isPropertyAccessExpression(parent);
      const isOuter =
        taken.has(node.text) &&
        (isReference(api, node) || api.isExportSpecifier(parent) || (declares && isVariable(api, parent))) &&
        resolveValue(api, node.text, node) === file.locals?.get(escapeName(node.text));
      if (isOuter) rename(node);
      return;
    }
    if (api.isMetaProperty(node) && node.keywordToken === api.SyntaxKind.ImportKeyword)
      edits.replace(node.getStart(file), node.end, META);
    else if (api.isCallExpression(node) && node.expression.kind === api.SyntaxKind.ImportKeyword)
      edits.replace(node.expression.getStart(file), node.expression.end, IMPORT);
    if (depth === 0 && (api.isAwaitExpression(node) || (api.isForOfStatement(node) && node.awaitModifier)))
      awaits = true;
    const inner = api.isFunctionLike(node) || api.isClassStaticBlockDeclaration(node) ? depth + 1 : depth;
    api.forEachChild(node, (child) => visit(child, inner));
  };
  visit(file, 0);
  return { edits, awaits };
}

function isVariable(api: TypeScript, node: ts.Node): boolean {
  return (
    api.isVariableDeclaration(node) ||
    api.isBindingElement(node) ||
    api.isFunctionDeclaration(node) ||
    api.isClassDeclaration(node) ||
    api.isImportSpecifier(node) ||
    api.isImportClause(node) ||
    api.isNamespaceImport(node)
  );
}

/** One map for two steps: places after the second as places before the first. */
function joined(first: readonly Segment[], second: readonly Segment[]): Segment[] {
  const rows: Segment[][] = [];
  for (const one of first) {
    rows[one.line] ??= [];
    rows[one.line].push(one);
  }
  for (const row of rows) row?.sort((a, b) => a.column - b.column);
  return second.flatMap((one) => {
    const at = rows[one.sourceLine]?.findLast(({ column }) => column <= one.sourceColumn);
    return at ? [{ ...one, sourceLine: at.sourceLine, sourceColumn: at.sourceColumn }] : [];
  });
}
