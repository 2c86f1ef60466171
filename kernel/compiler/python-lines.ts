/** @file Lines of Python in a cell: what to write in TypeScript, in place of what its parser says of them. */
import type { Diagnostic } from "./cell-compiler";
import { lineDiagnostic } from "./diagnostics";

/** How a value is written into a text. */
const TEMPLATE = `\`Loss: \${loss.toFixed(4)}\``;

type Line = [pattern: RegExp, help: string];

/** What gives a line away in its text as it is: its first group is what the message points at. */
const TEXTS: Line[] = [
  [/(?:^|[\s(,=[{+])([fF][rR]?["'])/, `a text in backquotes takes values: ${TEMPLATE}`],
  [/("""|''')/, "comments begin with //, and a text of several lines stands in backquotes"],
  [/\$\{[^}]*(:[<>^+]?\d*\.?\d*[a-z%]?)\}/, `a number is rounded by a method: ${TEMPLATE}`],
  [
    /[\w)\]]\s+(\/\/)\s*[\w.]+(?:\([^)]*\))?\s*[,)\]]/,
    "// begins a comment; Math.floor(a / b) divides whole numbers",
  ],
];

/** What gives a line away outside of its texts and comments. */
const LINES: Line[] = [
  [
    /^\s*(with)\s+torch\.(?:no_grad|inference_mode)\(\)\s*:/,
    "torch.no_grad(() => { … }) runs the block without gradients",
  ],
  [
    /^\s*((?:async\s+)?with)\s+[^({].*:/,
    "a block that is entered and left is a function's body, or `using name = …;`",
  ],
  [
    /^\s*((?:async\s+)?def)\s+__init__\s*\(/,
    "constructor(size: number) { super(); … }, with the fields declared before it",
  ],
  [
    /^\s*((?:async\s+)?def)\s+\w+\s*\(\s*self\b/,
    "a method is name(x: Tensor) { … }, without self: it is this there",
  ],
  [/^\s*((?:async\s+)?def)\s+\w+\s*\(/, "function name(x: Tensor): Tensor { … }"],
  [/^\s*(class)\s+\w+\s*(?:\([^)]*\))?\s*:/, "class Net extends nn.Module { forward(x: Tensor) { … } }"],
  [/^\s*(for)\s+[\w\s,()]+\s+in\s+.*:/, "for (const x of list) { … }; for (let i = 0; i < n; i++) { … }"],
  [
    /[[({].*\s(for)\s+[\w\s,()]+\s+in\s/,
    "list.map((x) => …), after list.filter((x) => …) where there is a condition; Array.from({ length: n }, (_, i) => …) counts",
  ],
  [/^\s*(if)\s+[^(\s].*:/, "if (condition) { … }, with ===, !, && and || in place of is, not, and, or"],
  [/^\s*(while)\s+[^(\s].*:/, "while (condition) { … }, with !, && and || in place of not, and, or"],
  [/^\s*(elif)\b/, "} else if (condition) { … }"],
  [/^\s*(else)\s*:/, "} else { … }"],
  [/^\s*(try)\s*:/, "try { … } catch (error) { … }"],
  [/^\s*(except)\b/, "} catch (error) { … }"],
  [/^\s*(finally)\s*:/, "} finally { … }"],
  [/^\s*(match)\s+.*:\s*$/, "switch (value) { case 1: …; break; default: … }"],
  [/^\s*(assert)\b/, 'if (!condition) throw new Error("…")'],
  [/^\s*(raise)\b/, 'throw new Error("…")'],
  [
    /^\s*(del)\s/,
    "nothing: what no variable holds any more is freed; `delete object.name` takes a field away",
  ],
  [/^\s*(global|nonlocal)\s/, "functions see and change the variables around them without saying so"],
  [/^\s*(print)\s+[^\s(=.;]/, "print(x)"],
  [
    /^\s*(from)\s+[\w.]+\s+import\b/,
    'torch, nn, optim, F and others are there already; import { name } from "package"',
  ],
  [
    /^\s*(import)\s+[\w.]+(?:\s+as\s+\w+)?\s*$/,
    'torch, nn, optim, F and others are there already; import name from "package"',
  ],
  [/(\blambda)\b[\w\s,*]*:/, "(x) => value"],
  [/\w\[\s*(\.\.\.)\s*[,\]]/, 'indices like these are text: x["..., 0"]'],
  [
    /\[[^\]]*(:)[^\]]*\]/,
    'slices are text: x[":, -1, :"], or x.index(torch.slice(), -1); of an array list.slice(1, 3)',
  ],
  [/^\s*(?:const|let|var)\s+\w+\s*(,)\s*[\w[(]/, "several values are taken from a list: const [a, b] = …"],
  [/^\s*(?:const|let|var)\s*(\()/, "several values are taken from a list: const [a, b] = …"],
  [
    /^\s*(?:const|let|var)\s*\[[^\]]*(\()/,
    "brackets take lists within lists apart too: const [out, [hidden, cell]] = …",
  ],
  [/\s(is)\s+(?:not\s+)?[\w"'(]/, "x === null, x !== null"],
  [/\s(not\s+in|in)\s.*:\s*$/, "list.includes(x), or name in object"],
  [/(?:^|[\s(,=!])(not)\s+[\w(]/, "!condition"],
  [/[\w)\]"']\s+(and|or)\s+[\w(!"']/, "a && b is “and”, a || b is “or”"],
  [/[\w)\]"']\s+(if)\s+.+\s+else\s/, "condition ? value : otherwise"],
  [/[\w)\]]\s+(@)\s*[\w(]/, "a.matmul(b) multiplies matrices"],
  [/(:=)/, "(name = value), of a variable that was declared before"],
  [/[(,]\s*(\*\*?)\w/, "...list spreads a list, { ...object } the fields of an object"],
  [/(\\)\s*$/, "a statement goes on in the next line by itself"],
  [/^\s*(#)/, "comments begin with //"],
  [/[\s;](#)\s/, "comments begin with //"],
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
    const found = match(TEXTS, text) ?? match(LINES, withoutTexts(text));
    if (!found) continue;
    const message = `This is Python, and cells are TypeScript.\nhelp: ${found.help}`;
    const { column, length } = found;
    return lineDiagnostic(cell, { line: line - 1, column, length, code: first.code, message });
  }
  return null;
}

function match(
  known: readonly Line[],
  text: string,
): { help: string; column: number; length: number } | null {
  for (const [pattern, help] of known) {
    const found = new RegExp(pattern, "d").exec(text);
    const place = found?.indices?.[1];
    if (place) return { help, column: place[0], length: place[1] - place[0] };
  }
  return null;
}

/** Blanks what stands between quotes and after `//`, so that words in there are not taken for Python's. */
function withoutTexts(line: string): string {
  return line.replace(/(["'`])((?:(?!\1)[^\\]|\\.)*)\1|\/\/.*/g, (all: string, quote?: string) =>
    quote === undefined ? " ".repeat(all.length) : quote + " ".repeat(all.length - 2) + quote,
  );
}
