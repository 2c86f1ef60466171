/** @file The lines before a cell that begin with `%%`: what they ask for, and what is said of those that mean nothing here. */
import type { CompletionResult, Diagnostic } from "./cell-compiler";
import { lineDiagnostic } from "./diagnostics";

/** A cell without its magics. */
export interface Magics {
  /** The cell with blanks in place of its magics, so that every place stays where it is. */
  code: string;
  /** False after `%%nocheck`. */
  check: boolean;
  /** True after `%%time`. */
  time: boolean;
  /** All below `%%html`; null without it. */
  html: string | null;
}

const LINE = /^[ \t]*(?:%%(nocheck|time|html)[ \t]*)?(?:\r\n|[\n\r]|$)/;

/** Reads the magics that a cell begins with; others are left for `magicDiagnostic`. */
export function readMagics(cell: string): Magics {
  const magics: Magics = { code: cell, check: true, time: false, html: null };
  let at = 0;
  let end = 0;
  for (;;) {
    const line = LINE.exec(cell.slice(at));
    if (!line || line[0] === "") break;
    at += line[0].length;
    if (!line[1]) continue;
    end = at;
    if (line[1] === "nocheck") magics.check = false;
    else if (line[1] === "time") magics.time = true;
    else {
      magics.html = cell.slice(at);
      break;
    }
  }
  magics.code = cell.slice(0, end).replace(/[^\r\n]/g, " ") + cell.slice(end);
  return magics;
}

const NAMES = ["%%nocheck", "%%time", "%%html"];

/** Completes a magic that is being typed on the first lines of a cell; null elsewhere. */
export function completeMagic(cell: string, offset: number): CompletionResult | null {
  const typed = /(?:^|[\r\n])[ \t]*(%%[a-z]*)$/.exec(cell.slice(0, offset))?.[1];
  if (typed === undefined) return null;
  const start = offset - typed.length;
  // Only magics and blank lines may stand before it.
  if (readMagics(cell.slice(0, start)).code.trim() !== "") return null;
  const end = offset + (/^[a-z]*/.exec(cell.slice(offset))?.[0].length ?? 0);
  const matches = NAMES.filter((name) => name.startsWith(typed));
  return {
    matches,
    cursorStart: start,
    cursorEnd: end,
    types: matches.map((text) => ({ text, type: "keyword", start, end })),
  };
}

/**
 * Puts a hint in place of what TypeScript says of a line of IPython; null when the first problem is of another kind.
 *
 * @param problems What is wrong with the cell, the first of which tells the line.
 */
export function magicDiagnostic(cell: string, problems: readonly Diagnostic[]): Diagnostic | null {
  const line = problems[0]?.line;
  if (line === undefined) return null;
  const text = cell.split(/\r\n|[\n\r\u2028\u2029]/)[line - 1] ?? "";
  const found = /^[ \t]*(%%?[a-zA-Z]\w*|%|!\s*[a-zA-Z])/.exec(text);
  if (!found || (found[1].startsWith("!") && !SHELL.test(text))) return null;
  const magic = found[1].startsWith("!") ? "!" : found[1];
  const column = text.indexOf(found[1]);
  return lineDiagnostic(cell, {
    line: line - 1,
    column,
    length: magic.length,
    code: 1109,
    message: hint(magic),
  });
}

/** A command with an argument; `!a in b` and the like are TypeScript. */
const SHELL = /^\s*!\s*[a-z][\w./-]*\s+(?!(?:in|instanceof|as|satisfies)\b)[-\w./~"'$]/i;

const KNOWN = "%%nocheck, %%time and %%html are the magics of this kernel, each on a line before the cell";
const COMMANDS =
  'commands are run with Node: import { execSync } from "node:child_process"; console.log(String(execSync("ls")))';

function hint(magic: string): string {
  if (magic === "!") return `"!" does not run commands here; ${COMMANDS}`;
  if (/^%%(?:nocheck|time|html)$/.test(magic))
    return `"${magic}" stands alone on the first line of a cell or after another magic.`;
  if (/^%%?(?:bash|sh|script|system|sx|cmd)$/.test(magic))
    return `"${magic}" is no magic of this kernel; ${COMMANDS}`;
  if (/^%%?(?:js|javascript)$/.test(magic))
    return `"${magic}" is no magic of this kernel; display.javascript("…") runs JavaScript in the browser.`;
  if (/^%%?(?:latex|markdown|svg)$/.test(magic))
    return `"${magic}" is no magic of this kernel; display.${magic.replace(/%/g, "")}("…") shows it.`;
  return `"${magic}" is no magic of this kernel. ${KNOWN}.`;
}

/** Goes before the code of a timed cell, on its first line. */
export const TIME_START = "const __torchbook_start = globalThis.performance.now();";

/** Goes after it. */
export const TIME_END =
  "\n;{ const ms = globalThis.performance.now() - __torchbook_start; globalThis.console.log('Wall time: ' + " +
  "(ms < 1 ? (ms * 1000).toFixed(0) + ' µs' : ms < 1000 ? ms.toFixed(1) + ' ms' : (ms / 1000).toFixed(2) + ' s')); }";
