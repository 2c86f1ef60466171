/**
 * @file Turns the JavaScript module of a cell into a function body whose top-level names live on `exports`.
 *
 * The work is done as edits of the text, so that the compiler's own source map carries over exactly. Every top-level name
 * becomes a property of `exports`, at its declaration and at each use; names of earlier cells that nothing nearer declares
 * likewise. What JavaScript says about hoisting, inner class names and `f.name` of `const f = () => {}` stays true.
 */
import type ts from "typescript";
import { type BoundFile, bindScopes, escapeName, resolveValue, type TypeScript, unescapeName } from "./bind";
import { decodeMappings, encodeSourceMap, type Segment } from "./source-map";
import { TextEdits } from "./text-edits";

export interface EmitInput {
  /** The ES module that the compiler wrote. */
  code: string;
  /** `mappings` of the source map that goes with it. */
  mappings: string;
  /** Takes a source place of that map to the cell, or to null when it is not in the cell. */
  toCell: (line: number, column: number) => { line: number; column: number } | null;
  /** Values that earlier cells left. */
  earlier: ReadonlySet<string>;
  /** The exported constant that the compiler made for the last expression. */
  resultName: string | null;
  /** Whether an import can only be loaded with `import()`. */
  isEsModule: (specifier: string) => boolean;
  /** Goes before everything else. */
  prologue?: string;
}

export interface EmitOutput {
  code: string;
  sourceMap: string;
  isAsync: boolean;
  names: string[];
  /** Those of the names that must not be used before their declaration has run. */
  lexical: string[];
}

/** Makes a cell's module runnable. `api` is whichever TypeScript compiled it. */
export function emitCell(api: TypeScript, input: EmitInput): EmitOutput {
  const file = bindScopes(api, input.code, "/cell.ts");
  const rewriter = new Rewriter(api, file, input);
  rewriter.run();
  const head = rewriter.head();
  const { text, moved } = rewriter.edits.apply();
  const lineOf = lineFinder(text);
  const segments: Segment[] = [];
  for (const segment of decodeMappings(input.mappings)) {
    const place = input.toCell(segment.sourceLine, segment.sourceColumn);
    if (!place) continue;
    const offset = moved(file.getPositionOfLineAndCharacter(segment.line, segment.column));
    const { line, column } = lineOf(offset);
    segments.push({
      line,
      column: line === 0 ? column + head.length : column,
      sourceLine: place.line,
      sourceColumn: place.column,
    });
  }
  return {
    code: head + text,
    sourceMap: encodeSourceMap(segments, "cell.ts"),
    isAsync: rewriter.isAsync,
    names: [...rewriter.names].filter((name) => name !== input.resultName),
    lexical: [...rewriter.lexical].filter((name) => name !== input.resultName),
  };
}

/** Where an offset of a text is, by lines as JavaScript counts them. */
function lineFinder(text: string): (offset: number) => { line: number; column: number } {
  const starts = [0];
  for (const match of text.matchAll(/\r\n|[\n\r\u2028\u2029]/g)) starts.push(match.index + match[0].length);
  return (offset) => {
    let low = 0;
    let high = starts.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if (starts[middle] <= offset) low = middle;
      else high = middle - 1;
    }
    return { line: low, column: offset - starts[low] };
  };
}

class Rewriter {
  readonly edits: TextEdits;
  readonly names: Set<string>;
  readonly lexical = new Set<string>();
  isAsync = false;
  private readonly hoisted: string[] = [];
  private readonly functions = new Set<string>();
  private readonly undefinedVars = new Set<string>();
  private usesStar = false;
  private imports = 0;
  private depth = 0;

  constructor(
    private readonly api: TypeScript,
    private readonly file: BoundFile,
    private readonly input: EmitInput,
  ) {
    this.edits = new TextEdits(input.code);
    this.names = new Set([...(file.locals?.keys() ?? [])].map((name) => unescapeName(name)));
  }

  run(): void {
    let onlyImports = true;
    for (const statement of this.file.statements) {
      if (this.api.isImportDeclaration(statement)) this.import(statement, !onlyImports);
      else {
        if (!this.api.isExportDeclaration(statement)) onlyImports = false;
        this.visit(statement);
      }
    }
  }

  /** What goes before the first statement, on its line. */
  head(): string {
    const head = ['"use strict";', ...(this.input.prologue ? [this.input.prologue] : [])];
    if (this.usesStar)
      head.push(
        "const __star = (m) => { if (m && m.__esModule) return m; const n = {}; if (m != null) for (const k of Object.keys(m)) " +
          "if (k !== 'default') Object.defineProperty(n, k, { enumerable: true, get: () => m[k] }); n.default = m; return n; };",
      );
    for (const name of this.undefinedVars) head.push(`exports.${name} = void 0;`);
    for (const name of this.functions) head.push(`exports.${name} = ${name};`);
    head.push(...this.hoisted);
    return `${head.join(" ")} `;
  }

  private visit(node: ts.Node): void {
    const api = this.api;
    if (api.isIdentifier(node)) this.identifier(node);
    else if (api.isExportDeclaration(node)) this.edits.blank(node.getStart(this.file), node.end);
    else if (api.isVariableDeclarationList(node) && this.declaresTopLevel(node)) this.variables(node);
    else if (api.isClassDeclaration(node) && node.parent === this.file && node.name) this.class(node);
    else if (api.isMetaProperty(node)) this.metaProperty(node);
    else this.others(node);
  }

  private others(node: ts.Node): void {
    const api = this.api;
    if (api.isFunctionDeclaration(node) && node.parent === this.file && node.name) {
      this.functions.add(node.name.text);
      this.stripExport(node);
    }
    if (api.isForOfStatement(node) && node.awaitModifier && this.depth === 0) this.isAsync = true;
    if (api.isAwaitExpression(node) && this.depth === 0) this.isAsync = true;
    if (api.isCallExpression(node) && node.expression.kind === api.SyntaxKind.ImportKeyword)
      this.edits.replace(node.expression.getStart(this.file), node.expression.end, "module.import");
    const inner = api.isFunctionLike(node) || api.isClassStaticBlockDeclaration(node);
    if (inner) this.depth++;
    api.forEachChild(node, (child) => this.visit(child));
    if (inner) this.depth--;
  }

  private identifier(node: ts.Identifier): void {
    const api = this.api;
    const parent = node.parent;
    if (!isReference(api, node)) return;
    const name = node.text;
    if (!this.livesOnExports(node, name)) return;
    const start = node.getStart(this.file);
    if (api.isShorthandPropertyAssignment(parent)) {
      this.edits.replace(start, node.end, `${name}: exports.${name}`);
      return;
    }
    const callee =
      (api.isCallExpression(parent) && parent.expression === node) ||
      (api.isTaggedTemplateExpression(parent) && parent.tag === node);
    // The comma keeps `exports` from becoming `this` of the call.
    this.edits.replace(start, node.end, callee ? `(0, exports.${name})` : `exports.${name}`);
  }

  /** Whether a name, used at a node, is a top-level name of this cell or of an earlier one. */
  private livesOnExports(node: ts.Node, name: string): boolean {
    // Where the compiler moves declarations about (`using`), the result may be assigned apart from any.
    if (name === this.input.resultName) return true;
    if (!this.names.has(name) && !this.input.earlier.has(name)) return false;
    const symbol = resolveValue(this.api, name, node);
    if (!symbol) return this.input.earlier.has(name);
    if (this.file.locals?.get(escapeName(name)) !== symbol) return false;
    // Inside a class its own name is a binding of the class, whatever becomes of the outer one.
    for (let outer: ts.Node | undefined = node.parent; outer; outer = outer.parent)
      if (this.api.isClassDeclaration(outer) && outer.parent === this.file && outer.name?.text === name)
        return false;
    return true;
  }

  private declaresTopLevel(list: ts.VariableDeclarationList): boolean {
    if (list.parent.parent === this.file && this.api.isVariableStatement(list.parent)) return true;
    if (list.flags & this.api.NodeFlags.BlockScoped) return false;
    return this.depth === 0;
  }

  private variables(list: ts.VariableDeclarationList): void {
    const api = this.api;
    const statement = list.parent;
    const inLoopHead = api.isForInStatement(statement) || api.isForOfStatement(statement);
    const first = list.declarations[0];
    const from = api.isVariableStatement(statement)
      ? statement.getStart(this.file)
      : list.getStart(this.file);
    this.edits.replace(from, first.getStart(this.file), "");
    for (const declaration of list.declarations) {
      const { name, initializer } = declaration;
      if (list.flags & api.NodeFlags.BlockScoped) this.addLexical(name);
      if (api.isIdentifier(name)) {
        const start = name.getStart(this.file);
        const target = `exports.${name.text}`;
        if (initializer) {
          this.edits.replace(start, name.end, target);
          this.initializer(name.text, initializer);
        } else if (inLoopHead) this.edits.replace(start, name.end, target);
        else if (list.flags & api.NodeFlags.BlockScoped || this.beginsEnum(declaration))
          this.edits.replace(start, name.end, `${target} = void 0`);
        else {
          // `var x;` does nothing where it stands: the name is made before the first statement.
          this.undefinedVars.add(name.text);
          this.edits.replace(start, name.end, "void 0");
        }
      } else {
        if (!inLoopHead) this.edits.insert(declaration.getStart(this.file), "(");
        this.pattern(name);
        if (initializer) this.visit(initializer);
        if (!inLoopHead) this.edits.insert(declaration.end, ")");
      }
    }
  }

  private addLexical(name: ts.BindingName): void {
    const api = this.api;
    if (api.isIdentifier(name)) this.lexical.add(name.text);
    else
      for (const element of name.elements)
        if (!api.isOmittedExpression(element)) this.addLexical(element.name);
  }

  /** Whether `var X;` is what the compiler writes before an enum or a namespace, which a cell may not get to. */
  private beginsEnum(declaration: ts.VariableDeclaration): boolean {
    const api = this.api;
    const { statements } = this.file;
    const next = statements[statements.indexOf(declaration.parent.parent as ts.Statement) + 1];
    if (!next || !api.isExpressionStatement(next) || !api.isCallExpression(next.expression)) return false;
    const last = next.expression.arguments.at(-1);
    return (
      last !== undefined &&
      api.isBinaryExpression(last) &&
      last.operatorToken.kind === api.SyntaxKind.BarBarToken &&
      last.left.getText(this.file) === declaration.name.getText(this.file)
    );
  }

  private pattern(pattern: ts.BindingPattern): void {
    const api = this.api;
    for (const element of pattern.elements) {
      if (api.isOmittedExpression(element)) continue;
      if (element.propertyName && api.isComputedPropertyName(element.propertyName))
        this.visit(element.propertyName);
      const { name } = element;
      if (api.isIdentifier(name)) {
        const shorthand =
          api.isObjectBindingPattern(pattern) && !element.propertyName && !element.dotDotDotToken;
        this.edits.replace(
          name.getStart(this.file),
          name.end,
          shorthand ? `${name.text}: exports.${name.text}` : `exports.${name.text}`,
        );
        if (element.initializer) this.initializer(name.text, element.initializer);
      } else {
        this.pattern(name);
        if (element.initializer) this.visit(element.initializer);
      }
    }
  }

  /** A nameless function or class takes the variable's name, as it would in a declaration. */
  private initializer(name: string, initializer: ts.Expression): void {
    const api = this.api;
    let inner = initializer;
    while (api.isParenthesizedExpression(inner)) inner = inner.expression;
    const nameless =
      api.isArrowFunction(inner) ||
      (api.isFunctionExpression(inner) && !inner.name) ||
      (api.isClassExpression(inner) && !inner.name);
    if (nameless && name !== "__proto__" && name !== this.input.resultName) {
      this.edits.insert(initializer.getStart(this.file), `({ ${name}: `);
      this.visit(initializer);
      this.edits.insert(initializer.end, ` }).${name}`);
    } else this.visit(initializer);
  }

  private class(node: ts.ClassDeclaration & { name?: ts.Identifier }): void {
    this.stripExport(node);
    const name = node.name?.text ?? "default";
    this.lexical.add(name);
    const keyword = node.getStart(this.file) + this.exportLength(node);
    this.edits.insert(keyword, `exports.${name} = `);
    this.api.forEachChild(node, (child) => this.visit(child));
    this.edits.insert(node.end, ";");
  }

  private exportLength(node: ts.FunctionDeclaration | ts.ClassDeclaration): number {
    const modifier = node.modifiers?.find((one) => one.kind === this.api.SyntaxKind.ExportKeyword);
    return modifier ? modifier.end - node.getStart(this.file) : 0;
  }

  private stripExport(node: ts.FunctionDeclaration | ts.ClassDeclaration): void {
    const length = this.exportLength(node);
    if (length > 0) this.edits.blank(node.getStart(this.file), node.getStart(this.file) + length);
  }

  private metaProperty(node: ts.MetaProperty): void {
    if (node.keywordToken !== this.api.SyntaxKind.ImportKeyword) return;
    this.edits.replace(
      node.getStart(this.file),
      node.end,
      '({ url: require("node:url").pathToFileURL(__filename).href, filename: __filename, dirname: __dirname, ' +
        'resolve: (id) => require("node:url").pathToFileURL(require.resolve(id)).href })',
    );
  }

  private import(node: ts.ImportDeclaration, hoist: boolean): void {
    const api = this.api;
    const specifier = node.moduleSpecifier.getText(this.file);
    const clause = node.importClause;
    const module = `__import_${++this.imports}`;
    const isEsModule = this.input.isEsModule((node.moduleSpecifier as ts.StringLiteral).text);
    if (isEsModule) this.isAsync = true;
    let text = isEsModule ? `await module.import(${specifier});` : `require(${specifier});`;
    const bind = (name: string, imported: string): string =>
      ` module.bind(${JSON.stringify(name)}, ${module}, ${JSON.stringify(imported)});`;
    if (clause) {
      text = `const ${module} = ${text}`;
      if (clause.name) text += bind(clause.name.text, "default");
      const bindings = clause.namedBindings;
      if (bindings && api.isNamespaceImport(bindings)) {
        if (!isEsModule) this.usesStar = true;
        text += ` exports.${bindings.name.text} = ${isEsModule ? module : `__star(${module})`};`;
      } else if (bindings) {
        for (const element of bindings.elements)
          text += bind(element.name.text, (element.propertyName ?? element.name).text);
      }
    }
    const start = node.getStart(this.file);
    if (hoist) {
      this.hoisted.push(text);
      this.edits.blank(start, node.end);
    } else {
      const breaks = this.input.code.slice(start, node.end).replace(/[^\n]/g, "");
      this.edits.replace(start, node.end, text + breaks);
    }
  }
}

/** Whether an identifier reads or writes a variable, rather than names a property, a label or a declaration. */
export function isReference(api: TypeScript, node: ts.Identifier): boolean {
  const parent = node.parent;
  if (api.isPropertyAccessExpression(parent)) return parent.expression === node;
  if (api.isShorthandPropertyAssignment(parent)) return true;
  if (api.isPropertyAssignment(parent)) return parent.initializer === node;
  if (api.isBindingElement(parent)) return parent.initializer === node;
  if (api.isExportSpecifier(parent) || api.isImportSpecifier(parent)) return false;
  if (api.isImportClause(parent) || api.isNamespaceImport(parent) || api.isMetaProperty(parent)) return false;
  if (api.isLabeledStatement(parent) || api.isBreakOrContinueStatement(parent)) return false;
  if (
    api.isVariableDeclaration(parent) ||
    api.isParameter(parent) ||
    api.isPropertyDeclaration(parent) ||
    api.isEnumMember(parent)
  )
    return parent.initializer === node;
  if (api.isFunctionLike(parent) || api.isClassLike(parent))
    return api.isArrowFunction(parent) && parent.body === node;
  return true;
}
