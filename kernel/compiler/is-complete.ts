/** @file Tells whether a cell can run as it is or wants another line. */
import type ts from "typescript";
import type { TypeScript } from "./bind";

export interface Completeness {
  status: "complete" | "incomplete" | "invalid" | "unknown";
  indent?: string;
}

/** A cell is incomplete when its only fault is that it ends too soon. */
export function isCompleteCell(api: TypeScript, code: string): Completeness {
  const file = api.createSourceFile("cell.ts", code, api.ScriptTarget.ESNext, true, api.ScriptKind.TS);
  const { parseDiagnostics } = file as unknown as { parseDiagnostics: ts.DiagnosticWithLocation[] };
  if (parseDiagnostics.length === 0) return { status: "complete" };
  const end = code.trimEnd().length;
  const [first] = parseDiagnostics;
  const endsTooSoon =
    UNTERMINATED.has(first.code) || (first.start >= end && first.code !== UNTERMINATED_STRING);
  if (!endsTooSoon) return { status: "invalid" };
  return { status: "incomplete", indent: indentAfter(api, file, code) };
}

/** Unterminated comment and template literal, which may go on in the next line as a string may not. */
const UNTERMINATED = new Set([1010, 1160]);
const UNTERMINATED_STRING = 1002;

/** Two spaces for each bracket that a line leaves open. */
function indentAfter(api: TypeScript, file: ts.SourceFile, code: string): string {
  const scanner = api.createScanner(api.ScriptTarget.ESNext, true, api.LanguageVariant.Standard, code);
  const open: number[] = [];
  const K = api.SyntaxKind;
  for (let token = scanner.scan(); token !== K.EndOfFileToken; token = scanner.scan()) {
    if (token === K.OpenBraceToken || token === K.OpenParenToken || token === K.OpenBracketToken) {
      const { line } = file.getLineAndCharacterOfPosition(scanner.getTokenStart?.() ?? scanner.getTokenPos());
      open.push(line);
    } else if (token === K.CloseBraceToken || token === K.CloseParenToken || token === K.CloseBracketToken)
      open.pop();
  }
  // Brackets opened in one line indent the next line once.
  return "  ".repeat(new Set(open).size);
}
