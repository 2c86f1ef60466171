/** @file Type errors as the error of a cell. */
import type { ErrorContent } from "../channel";
import type { Diagnostic } from "../compiler/cell-compiler";

const red = (text: string) => `\u001b[31m${text}\u001b[39m`;
const bold = (text: string) => `\u001b[1m${text}\u001b[22m`;

/** The error of a cell that the type checker refused: each diagnostic with code, place and source frame. */
export function diagnosticsError(diagnostics: Diagnostic[], executionCount: number): ErrorContent {
  const errors = diagnostics.filter(({ category }) => category === "error");
  const shown = errors.length > 0 ? errors : diagnostics;
  const traceback = shown.flatMap(({ message, code, line, column, frame }) => [
    `${red(`TypeScriptError TS${code}`)}: ${message}`,
    `  ${bold(`Cell In[${executionCount}], line ${line}:${column}`)}`,
    ...(frame ? [coloured(frame)] : []),
  ]);
  const [first] = shown;
  const more = shown.length > 1 ? ` (and ${shown.length - 1} more)` : "";
  const evalue = first ? `TS${first.code}: ${first.message} (line ${first.line}:${first.column})${more}` : "";
  return { ename: "TypeScriptError", evalue, traceback };
}

/** The source frame as tracebacks have theirs: indented, mark and carets in red. */
function coloured(frame: string): string {
  return frame
    .replace(/^>/m, red(">"))
    .replace(/^( *\| *)(\^+)$/m, (_, before: string, carets: string) => before + red(carets))
    .replace(/^/gm, "    ");
}
