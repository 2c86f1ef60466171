/** @file Completion at a place of a cell. */
import type { CompletionResult } from "./cell-compiler";
import { PREFIX, type TslabHost } from "./tslab-host";

/** At most so many are sent: a menu with more helps nobody, and the list of all globals is long. */
const MOST = 500;

/** What may stand at an offset, best first; keywords only after a letter was typed. */
export function completionAt(
  host: TslabHost,
  declarations: string,
  code: string,
  offset: number,
): CompletionResult {
  const nothing: CompletionResult = { matches: [], cursorStart: offset, cursorEnd: offset, types: [] };
  const info = host.converter.complete(declarations, code, offset);
  if (!info?.original) return nothing;
  const typed = code.slice(info.start, offset);
  const kinds = new Map(info.original.entries.map((entry) => [entry.name, entry]));
  const matches: string[] = [];
  const types: CompletionResult["types"] = [];
  for (const name of info.candidates) {
    const entry = kinds.get(name);
    if (!entry || name.startsWith("__")) continue;
    if (!/^[\p{ID_Start}$_#][\p{ID_Continue}$\u200c\u200d]*$/u.test(name) && entry.kind !== "string")
      continue;
    if (typed !== "" && !isLike(name, typed)) continue;
    if (matches.length === MOST) break;
    matches.push(name);
    types.push({ text: name, type: jupyterKind(entry.kind), start: info.start, end: info.end });
  }
  return { matches, cursorStart: info.start, cursorEnd: info.end, types };
}

export { PREFIX };

/** Letters typed so far begin the name or, more than one, are in it. */
function isLike(name: string, typed: string): boolean {
  const lower = name.toLowerCase();
  const wanted = typed.toLowerCase();
  return lower.startsWith(wanted) || (wanted.length > 1 && lower.includes(wanted));
}

/** JupyterLab has icons for these kinds. */
function jupyterKind(kind: string): string {
  const kinds: Record<string, string> = {
    method: "method",
    function: "function",
    "local function": "function",
    constructor: "function",
    class: "class",
    "local class": "class",
    interface: "interface",
    type: "type",
    "type parameter": "type",
    enum: "enum",
    "enum member": "enum",
    module: "module",
    "external module name": "module",
    alias: "module",
    keyword: "keyword",
    property: "property",
    getter: "property",
    setter: "property",
    "JSX attribute": "property",
    parameter: "param",
    const: "const",
    let: "variable",
    var: "variable",
    "local var": "variable",
    string: "string",
  };
  return kinds[kind] ?? "variable";
}
