/** @file TypeScript that is evaluated in the debugger: as JavaScript that finds the cells' variables, and what it stops at. */
import type ts from "typescript";
import { DEBUG_TARGET } from "../debug-target";
import { bind, escapeName, type TypeScript, unescapeName } from "./bind";
import type { DebugExpression, DebugPlace } from "./cell-compiler";
import { isReference } from "./scope-emit";
import { TextEdits } from "./text-edits";

/**
 * Makes an expression, or statements, ready to be evaluated in a frame: types are taken off, and the names of cells' variables
 * found where they are kept, but for those that something nearer to the place hides.
 * @param names The variables of the cells
 * @param place Where the frame stands in a cell or file; null outside of any
 * @param fileNames What top-level names of that file are in JavaScript, where it is another name
 */
export function debugExpression(
  api: TypeScript,
  code: string,
  names: ReadonlySet<string>,
  place: DebugPlace | null,
  fileNames: ReadonlyMap<string, string> = new Map(),
): DebugExpression {
  const text = code.trim();
  if (text === "") return { ok: false, message: "there is nothing to evaluate" };
  // `{ a: 1 }` is meant as an object wherever it may be one.
  const alone = transpile(api, `(${text}\n)`);
  const isExpression = alone.problem === null;
  const { output, problem } = isExpression ? alone : transpile(api, text);
  if (problem) return { ok: false, message: problem };
  const { file, checker } = bind(api, output, "/debug.ts");
  const edits = new TextEdits(output);
  const meaningOf = meaningAt(api, place);
  const known = new Set([...names, ...topLevelNames(api, place)]);
  let isAsync = false;
  let refused = "";
  const visit = (node: ts.Node, inFunction: boolean): void => {
    if (api.isImportDeclaration(node)) refused = "imports belong into cells";
    if ((api.isAwaitExpression(node) || (api.isForOfStatement(node) && node.awaitModifier)) && !inFunction)
      isAsync = true;
    if (api.isIdentifier(node) && known.has(node.text) && isReference(api, node)) {
      const own = checker.resolveName(node.text, node, api.SymbolFlags.Value, false);
      const meaning = own ? "nearer" : meaningOf(node.text);
      const target =
        meaning === "variable" ? `${DEBUG_TARGET}.variables.${node.text}` : fileNames.get(node.text);
      if (target !== undefined && meaning !== "nearer") replaceName(api, edits, file, node, target);
    }
    const inside = inFunction || api.isFunctionLike(node);
    api.forEachChild(node, (child) => visit(child, inside));
  };
  visit(file, false);
  if (refused) return { ok: false, message: refused };
  const made = edits.apply().text.trim();
  return { ok: true, code: isExpression ? made.replace(/;$/, "") : made, isExpression, isAsync };
}

/** Whether what is thrown at an offset of a script is caught in the same function. */
export function isCaught(api: TypeScript, script: string, offset: number): boolean {
  const file = api.createSourceFile("/script.js", script, api.ScriptTarget.ESNext, true, api.ScriptKind.JS);
  for (let node: ts.Node = innermost(api, file, offset); node !== file; node = node.parent) {
    if (api.isFunctionLike(node) || api.isClassStaticBlockDeclaration(node)) return false;
    const { parent } = node;
    if (api.isTryStatement(parent) && parent.tryBlock === node && parent.catchClause) return true;
  }
  return false;
}

function replaceName(
  api: TypeScript,
  edits: TextEdits,
  file: ts.SourceFile,
  node: ts.Identifier,
  target: string,
): void {
  const { parent } = node;
  const start = node.getStart(file);
  if (api.isShorthandPropertyAssignment(parent)) edits.replace(start, node.end, `${node.text}: ${target}`);
  else {
    const isCallee =
      (api.isCallExpression(parent) && parent.expression === node) ||
      (api.isTaggedTemplateExpression(parent) && parent.tag === node);
    edits.replace(start, node.end, isCallee ? `(0, ${target})` : target);
  }
}

/** Tells what a name means at a place: a cell's variable, something of the file that the place is in, or something nearer. */
function meaningAt(
  api: TypeScript,
  place: DebugPlace | null,
): (name: string) => "variable" | "file" | "nearer" {
  if (!place) return () => "variable";
  const { file, checker } = bind(api, place.source, "/cell.ts");
  const starts = file.getLineStarts();
  const line = Math.min(Math.max(place.line, 1), starts.length);
  const node = innermost(api, file, Math.min(starts[line - 1] + Math.max(place.column - 1, 0), file.end));
  return (name) => {
    const meaning = api.SymbolFlags.Value | api.SymbolFlags.Alias;
    const symbol = checker.resolveName(name, node, meaning, false);
    if (symbol === undefined) return "variable";
    // Of what is exported there is a second symbol.
    if (file.locals?.get(escapeName(name))?.declarations?.[0] !== symbol.declarations?.[0]) return "nearer";
    return place.file === null ? "variable" : "file";
  };
}

function topLevelNames(api: TypeScript, place: DebugPlace | null): string[] {
  if (!place) return [];
  const { locals } = bind(api, place.source, "/cell.ts").file;
  return [...(locals?.keys() ?? [])].map((name) => unescapeName(name));
}

function innermost(api: TypeScript, file: ts.SourceFile, offset: number): ts.Node {
  let found: ts.Node = file;
  for (;;) {
    const next: ts.Node | undefined = api.forEachChild(found, (child) =>
      child.pos <= offset && offset < child.end ? child : undefined,
    );
    if (!next) return found;
    found = next;
  }
}

function transpile(api: TypeScript, code: string): { output: string; problem: string | null } {
  const { outputText, diagnostics = [] } = api.transpileModule(code, {
    fileName: "debug.ts",
    reportDiagnostics: true,
    compilerOptions: {
      target: api.ScriptTarget.ESNext,
      module: api.ModuleKind.ESNext,
      // A name that is mentioned alone must not vanish.
      verbatimModuleSyntax: true,
      removeComments: true,
    },
  });
  const problem = diagnostics.find(({ category }) => category === api.DiagnosticCategory.Error);
  // TypeScript begins a script with it, where an expression is wanted.
  const output = outputText.replace(/^"use strict";\s*/, "");
  return { output, problem: problem ? api.flattenDiagnosticMessageText(problem.messageText, "\n") : null };
}
