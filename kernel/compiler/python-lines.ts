/** @file Lines of Python in a cell: what to write in TypeScript, in place of what its parser says of them. */
import type { Diagnostic } from "./cell-compiler";
import { lineDiagnostic } from "./diagnostics";

/** What gives a line away, and what is written instead. A pattern's first group is what the message points at. */
const LINES: [pattern: RegExp, help: string][] = [
  [/^\s*(with)\s+torch\.no_grad\(\)\s*:/, "torch.no_grad(() => { … }) runs the block without gradients"],
  [
    /^\s*(with)\s+[^({].*:\s*$/,
    "a block that is entered and left is a function's body, or `using name = …;`",
  ],
  [/^\s*(async\s+def|def)\s+\w+\s*\(/, "function name(x: Tensor): Tensor { … }"],
  [/^\s*(class)\s+\w+\s*(?:\([^)]*\))?\s*:/, "class Net extends nn.Module { forward(x: Tensor) { … } }"],
  [/^\s*(for)\s+[\w\s,()]+\s+in\s+.*:/, "for (const x of list) { … }; for (let i = 0; i < n; i++) { … }"],
  [/^\s*(if|while)\s+[^(\s].*:\s*(?:#.*)?$/, "if (condition) { … }"],
  [/^\s*(elif)\b/, "} else if (condition) { … }"],
  [/^\s*(else|try|finally)\s*:/, "blocks are in braces: else { … }"],
  [/^\s*(except)\b/, "} catch (error) { … }"],
  [
    /^\s*(from)\s+[\w.]+\s+import\b/,
    'torch, nn, optim, F and others are there already; import { name } from "package"',
  ],
  [
    /^\s*(import)\s+[\w.]+(?:\s+as\s+\w+)?\s*$/,
    'torch, nn, optim, F and others are there already; import name from "package"',
  ],
  [/(\blambda)\s+[\w\s,]*:/, "(x) => value"],
  [/(?:^|[\s(,=[])(f["'])/, "a text in backquotes takes values in braces after a dollar sign"],
  [/\[[^\]"'`]*(:)[^\]"'`]*\]/, 'slices are text: x[":, -1, :"], or x.index(torch.slice(), -1)'],
  [/^\s*(#)/, "comments begin with //"],
];

/**
 * Puts a hint in place of what TypeScript says of a line of Python; null when the first problem is of another kind.
 *
 * @param problems What the parser says of the cell, the first of which tells the line.
 */
export function pythonDiagnostic(cell: string, problems: readonly Diagnostic[]): Diagnostic | null {
  const [first] = problems;
  if (!first) return null;
  const lines = cell.split(/\r\n|[\n\r\u2028\u2029]/);
  // After a line that lacks its end the parser complains of the next one.
  for (const line of [first.line, first.line - 1]) {
    const text = lines[line - 1] ?? "";
    for (const [pattern, help] of LINES) {
      const found = pattern.exec(text);
      if (!found) continue;
      const column = found.index + found[0].indexOf(found[1]);
      const message = `This is Python, and cells are TypeScript.\nhelp: ${help}`;
      return lineDiagnostic(cell, {
        line: line - 1,
        column,
        length: found[1].length,
        code: first.code,
        message,
      });
    }
  }
  return null;
}
