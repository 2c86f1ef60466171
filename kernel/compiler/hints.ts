/** @file Adds a line of help to what TypeScript says of a cell that was written as if it were Python. */
import type ts from "typescript";
import type { TypeScript } from "./bind";
import { keywordCall, pythonHint } from "./python-hints";
import { tensorHint } from "./tensor-hints";
import type { TensorType } from "./tensor-type";

/** What TypeScript says of arguments as a whole; beside the point, as True is, where one is a keyword argument of Python's. */
const ARGUMENTS = new Set([2345, 2554, 2555, 2559, 2769]);

/** The diagnostics with help where there is some; those without are given back as they are. */
export function withHints(
  api: TypeScript,
  tensors: TensorType,
  diagnostics: readonly ts.Diagnostic[],
): ts.Diagnostic[] {
  const keyworded = diagnostics.flatMap((one) => keywordCall(api, one) ?? []);
  const isBesideThePoint = (one: ts.Diagnostic): boolean => {
    const { code, file, start = 0, length = 0 } = one;
    const isConstant = /^(?:True|False|None)$/.test(file?.text.slice(start, start + length) ?? "");
    if (!ARGUMENTS.has(code) && !isConstant) return false;
    return keyworded.some((call) => call.getSourceFile() === file && call.pos <= start && start < call.end);
  };
  return diagnostics
    .filter((one) => !isBesideThePoint(one))
    .map((one) => {
      const help = tensorHint(api, tensors, one) ?? pythonHint(api, tensors.checker, one);
      if (!help) return one;
      // "Did you mean 'trange'?" of Python's range.
      const text = api
        .flattenDiagnosticMessageText(one.messageText, "\n")
        .replace(/ Did you mean [^?]*\?$/, "");
      return { ...one, messageText: `${text}\nhelp: ${help}` };
    });
}
