/** @file TypeScript's diagnostics at their place in the cell, with a source frame. */
import type ts from "typescript";
import { shortenLine } from "../source-line";
import type { TypeScript } from "./bind";
import type { Diagnostic } from "./cell-compiler";

/** What keeps a cell from being parsed, before anything else is asked. */
export function syntaxDiagnostics(api: TypeScript, file: ts.SourceFile): Diagnostic[] {
  const code = file.text;
  const { parseDiagnostics } = file as unknown as { parseDiagnostics: ts.DiagnosticWithLocation[] };
  if (parseDiagnostics.length === 0) return strictProblems(api, file);
  const jsx = jsxDiagnostic(api, code);
  return jsx ? [jsx] : cellDiagnostics(api, parseDiagnostics, code, "cell.ts", 0);
}

/** What JavaScript refuses in strict code although TypeScript takes it: a function as the whole body of `if`. */
function strictProblems(api: TypeScript, file: ts.SourceFile): Diagnostic[] {
  if (!/\bif\b[^{]*\bfunction\b/.test(file.text)) return [];
  const problems: ts.Diagnostic[] = [];
  const visit = (node: ts.Node): void => {
    if (api.isFunctionDeclaration(node) && api.isIfStatement(node.parent))
      problems.push({
        file,
        start: node.getStart(file),
        length: "function".length,
        code: 1252,
        category: api.DiagnosticCategory.Error,
        messageText:
          "Functions can only be declared at the top level or inside a block: put braces round it.",
      });
    api.forEachChild(node, visit);
  };
  visit(file);
  return cellDiagnostics(api, problems, file.text, "cell.ts", 0);
}

/** What the parser says of JSX read as TypeScript helps nobody. */
function jsxDiagnostic(api: TypeScript, code: string): Diagnostic | null {
  if (!/<[\w>]/.test(code)) return null;
  const file = api.createSourceFile("cell.tsx", code, api.ScriptTarget.ESNext, true, api.ScriptKind.TSX);
  if ((file as unknown as { parseDiagnostics: unknown[] }).parseDiagnostics.length > 0) return null;
  const find = (node: ts.Node): ts.Node | undefined =>
    api.isJsxElement(node) || api.isJsxSelfClosingElement(node) || api.isJsxFragment(node)
      ? node
      : api.forEachChild(node, find);
  const element = find(file);
  if (!element) return null;
  const lines = lineStarts(code);
  const from = placeOf(lines, element.getStart(file));
  const to = placeOf(lines, element.end);
  return {
    message: "JSX is not part of cells: they are TypeScript, not TSX. display.html(`…`) shows HTML.",
    code: 17004,
    category: "error",
    line: from.line + 1,
    column: from.column + 1,
    endLine: to.line + 1,
    endColumn: to.column + 1,
    frame: sourceFrame(code, from, to),
  };
}

/**
 * Converts diagnostics; `prefix` is how many characters the compiler put before the cell.
 * What is wrong in another file is told at the cell's first line, with the file's own place in the message.
 */
export function cellDiagnostics(
  api: TypeScript,
  diagnostics: readonly ts.Diagnostic[],
  code: string,
  cellFile: string,
  prefix: number,
): Diagnostic[] {
  const lines = lineStarts(code);
  const seen = new Set<string>();
  const out: Diagnostic[] = [];
  const sorted = [...diagnostics].sort((a, b) => (a.start ?? 0) - (b.start ?? 0));
  for (const one of sorted) {
    let message = api
      .flattenDiagnosticMessageText(one.messageText, "\n")
      .replace(/[ \t]+$/gm, "")
      .replace(/ Do you need to change your target library\? .*'dom'\.$/m, NO_BROWSER)
      .replace(/ Do you need to change your target library\? .*$/m, NOT_IN_NODE)
      .replace(/\$replaced\d+/g, " (declared earlier)")
      // Modules of packages by their names, and what is in them without the place of its file.
      .replace(/typeof import\("[^"]*?([^"/]+?)(?:\/index)?(?:\.d)?"\)/g, "typeof $1")
      .replace(/import\("[^"]*\/[^"]*"\)\./g, "");
    const inCell = one.file?.fileName.split("/").at(-1) === cellFile;
    let start = 0;
    let end = 0;
    if (inCell) {
      const last = code.trimEnd().length;
      start = Math.min(Math.max((one.start ?? 0) - prefix, 0), last);
      end = Math.min(Math.max((one.start ?? 0) + (one.length ?? 0) - prefix, start), code.length);
    } else if (one.file) {
      const { line, character } = one.file.getLineAndCharacterOfPosition(one.start ?? 0);
      message = `${one.file.fileName}:${line + 1}:${character + 1} - ${message}`;
    }
    const from = placeOf(lines, start);
    const to = placeOf(lines, end);
    const key = `${start}:${one.code}:${message}`;
    if (seen.has(key)) continue;
    seen.add(key);
    out.push({
      message,
      code: one.code,
      category: one.category === api.DiagnosticCategory.Warning ? "warning" : "error",
      line: from.line + 1,
      column: from.column + 1,
      endLine: to.line + 1,
      endColumn: to.column + 1,
      frame: sourceFrame(code, from, to),
    });
  }
  return out;
}

/** A complaint of our own about a part of one line; `line` and `column` count from 0. */
export function lineDiagnostic(
  code: string,
  at: { line: number; column: number; length: number; code: number; message: string },
): Diagnostic {
  const from = { line: at.line, column: at.column };
  const to = { line: at.line, column: at.column + at.length };
  return {
    message: at.message,
    code: at.code,
    category: "error",
    line: from.line + 1,
    column: from.column + 1,
    endLine: to.line + 1,
    endColumn: to.column + 1,
    frame: sourceFrame(code, from, to),
  };
}

/** What stands in place of advice to change options of the compiler, which belong to the kernel. */
const NO_BROWSER =
  " Cells run in Node.js, not in a browser; display.html(`…`) and display.javascript(`…`) reach one.";
const NOT_IN_NODE = ` Node.js ${process.versions.node} does not have it.`;

interface Place {
  line: number;
  column: number;
}

/** Up to two lines before the place, its line, carets under it, and one line after. */
function sourceFrame(code: string, from: Place, to: Place): string {
  const lines = code.split(/\r\n|[\n\r\u2028\u2029]/);
  const first = Math.max(0, from.line - 2);
  const last = Math.min(lines.length - 1, from.line + 1);
  const width = String(last + 1).length;
  const out: string[] = [];
  for (let number = first; number <= last; number++) {
    const whole = lines[number] ?? "";
    const { text, column } = shortenLine(whole, number === from.line ? from.column : 0);
    const mark = number === from.line ? ">" : " ";
    out.push(`${mark} ${String(number + 1).padStart(width)} | ${text}`.trimEnd());
    if (number !== from.line) continue;
    const length = (to.line === from.line ? to.column : whole.length) - from.column;
    const carets = "^".repeat(Math.max(1, columnsOf(text.slice(column, column + length))));
    out.push(`  ${" ".repeat(width)} | ${blankLike(text.slice(0, column))}${carets}`);
  }
  return out.join("\n");
}

/** Spaces as wide as a text in a fixed-width font; tabs stay tabs. */
function blankLike(text: string): string {
  return [...text].map((character) => (character === "\t" ? "\t" : " ".repeat(widthOf(character)))).join("");
}

function columnsOf(text: string): number {
  let columns = 0;
  for (const character of text) columns += widthOf(character);
  return columns;
}

/** East Asian wide characters and emoji take two columns, combining marks none. */
function widthOf(character: string): number {
  if (/\p{Mn}|\u200d|\ufe0f/u.test(character)) return 0;
  return /[\u1100-\u115f\u2e80-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6]|\p{Emoji_Presentation}/u.test(
    character,
  ) || (character.codePointAt(0) ?? 0) >= 0x20000
    ? 2
    : 1;
}

function lineStarts(code: string): number[] {
  const starts = [0];
  for (const match of code.matchAll(/\r\n|[\n\r\u2028\u2029]/g)) starts.push(match.index + match[0].length);
  return starts;
}

function placeOf(starts: readonly number[], offset: number): Place {
  let line = starts.length - 1;
  while (line > 0 && starts[line] > offset) line--;
  return { line, column: offset - starts[line] };
}
