/** @file Errors as Jupyter shows them: name, message, the cell's own lines, causes. */
import { readFileSync } from "node:fs";
import { sep } from "node:path";
import { inspect, types } from "node:util";
import type { ErrorContent } from "../channel";
import { shortenLine } from "../source-line";
import type { CellSources } from "./cell-sources";
import { type Frame, isKernelFile, stackFrames } from "./stack";

const red = (text: string) => `\u001b[31m${text}\u001b[39m`;
/** Places are told by weight: no colour of a terminal is easy to read on the backgrounds of both of JupyterLab's themes. */
const bold = (text: string) => `\u001b[1m${text}\u001b[22m`;
const dim = (text: string) => `\u001b[2m${text}\u001b[22m`;

/** Lines shown before the place of the innermost cell frame. */
const CONTEXT = 2;
const MAX_FRAMES = 12;
const MAX_CAUSES = 5;
/** torchbook's own library, whose frames are folded like those of any package. */
const LIBRARY_FOLDER = `${__dirname.replace(/kernel[\\/]runtime$/, "src")}${sep}`;

/** Describes anything that was thrown. */
export function describeError(thrown: unknown, sources: CellSources): ErrorContent {
  try {
    if (!isError(thrown)) {
      const evalue = inspect(thrown, { depth: 2 });
      return { ename: "Uncaught", evalue, traceback: [`${red("Uncaught")} ${evalue}`] };
    }
    const { name, message } = nameAndMessage(thrown);
    return { ename: name, evalue: message, traceback: lines(thrown, sources, []) };
  } catch {
    // Getters of a hostile error may throw; that it was thrown is still worth saying.
    return { ename: "Error", evalue: "", traceback: [red("Error")] };
  }
}

/** @param outer The errors that led to this one. */
function lines(error: Error, sources: CellSources, outer: readonly unknown[]): string[] {
  const { name, message } = nameAndMessage(error);
  const result = [message === "" ? red(name) : `${red(name)}: ${message}`, ...frameLines(error, sources)];
  if (outer.length >= MAX_CAUSES) return result;
  const inner = (title: string, thrown: unknown) =>
    result.push(dim(title), ...indent(describe(thrown, sources, [...outer, error])));
  const { errors } = error as AggregateError;
  if (Array.isArray(errors)) {
    errors.slice(0, 10).forEach((one, at) => {
      inner(`Error ${at + 1} of ${errors.length}:`, one);
    });
    if (errors.length > 10) result.push(dim(`(${errors.length - 10} more)`));
  }
  if (name === "SuppressedError" && "error" in error && "suppressed" in error) {
    inner("Thrown while disposing:", error.error);
    inner("Suppressed by it:", error.suppressed);
  }
  if (error.cause !== undefined) inner("Caused by:", error.cause);
  return result;
}

function describe(thrown: unknown, sources: CellSources, outer: readonly unknown[]): string[] {
  if (outer.includes(thrown)) return [dim("(the same error again)")];
  return isError(thrown) ? lines(thrown, sources, outer) : [inspect(thrown, { depth: 2 })];
}

function indent(text: string[]): string[] {
  return text.map((line) => line.replace(/^/gm, "  "));
}

function isError(value: unknown): value is Error {
  // What a proxy's traps throw says nothing of what was thrown.
  if (types.isProxy(value)) return false;
  // Errors of another realm (vm contexts) are no instances of this Error.
  return value instanceof Error || Object.prototype.toString.call(value) === "[object Error]";
}

function nameAndMessage(error: Error): { name: string; message: string } {
  const own = textOf(() => error.name) || "Error";
  // `class MyError extends Error` without a name of its own is better told by its class.
  const type = textOf(() => error.constructor?.name);
  return { name: (own === "Error" && type) || own, message: textOf(() => String(error.message)) };
}

/** A text that a hostile error may have made to something else, or to a getter that throws. */
function textOf(read: () => unknown): string {
  try {
    const text = read();
    return typeof text === "string" ? text : "";
  } catch {
    return "";
  }
}

function frameLines(error: Error, sources: CellSources): string[] {
  const result: string[] = [];
  let folded = 0;
  let shown = 0;
  let repeated = 0;
  let previous = "";
  const unfold = () => {
    if (folded > 0) result.push(dim(`  (${folded} ${folded === 1 ? "frame" : "frames"} in libraries)`));
    if (repeated > 0) result.push(dim(`  (repeated ${repeated} more ${repeated === 1 ? "time" : "times"})`));
    folded = 0;
    repeated = 0;
  };
  for (const frame of stackFrames(error)) {
    if (isKernelFile(frame.file)) continue;
    if (frame.script === null && isLibraryFile(frame.file)) {
      folded++;
      continue;
    }
    const key = `${frame.file}:${frame.line}:${frame.column}`;
    if (key === previous) {
      repeated++;
      continue;
    }
    previous = key;
    unfold();
    if (shown === MAX_FRAMES) {
      result.push(dim("  …"));
      return result;
    }
    result.push(...frameText(frame, sources, shown === 0));
    shown++;
  }
  unfold();
  return result;
}

function frameText(frame: Frame, sources: CellSources, innermost: boolean): string[] {
  const { file, line, column, name, script } = frame;
  const place = bold(frame.isCell ? `${file}, line ${line}:${column}` : `${file}:${line}:${column}`);
  const head = `  ${place}${name ? `, in ${name}` : ""}`;
  const source = script === null ? readLines(file) : sources.lines(script);
  return [head, ...excerpt(source, line, column, innermost ? CONTEXT : 0)];
}

/** The source about a place, with a caret under it. */
function excerpt(source: string[], line: number, column: number, context: number): string[] {
  const whole = source[line - 1];
  if (whole === undefined) return [];
  const first = Math.max(1, line - context);
  const width = String(line).length;
  const result: string[] = [];
  for (let at = first; at < line; at++) {
    const before = shortenLine(source[at - 1], 0).text;
    result.push(`      ${dim(`${String(at).padStart(width)} |`)} ${before}`);
  }
  const { text, column: place } = shortenLine(whole, column - 1);
  result.push(`    ${red(">")} ${String(line).padStart(width)} ${dim("|")} ${text}`);
  // Tabs stay tabs, so that the caret stands under its place whatever their width.
  const blank = text.slice(0, place).replace(/[^\t]/g, (char) => (isWide(char) ? "  " : " "));
  result.push(`      ${" ".repeat(width)} ${dim("|")} ${blank}${red("^")}`);
  return result;
}

/** True for characters that take two columns: Chinese, Japanese, Korean, full-width forms. */
function isWide(char: string): boolean {
  return /[\u1100-\u115f\u2e80-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6]/.test(
    char,
  );
}

function isLibraryFile(file: string): boolean {
  return file.includes(`${sep}node_modules${sep}`) || file.startsWith(LIBRARY_FOLDER);
}

function readLines(file: string): string[] {
  try {
    return readFileSync(file, "utf8").split(/\r?\n/);
  } catch {
    return [];
  }
}
