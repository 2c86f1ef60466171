/** @file Completion at a place of a cell. */
import type { CompletionResult } from "./cell-compiler";
import type { CompilerHost, Earlier } from "./compiler-host";
import { REPLACED } from "./declarations";

/** At most so many are sent: a menu with more helps nobody, and the list of all globals is long. */
const MOST = 500;

/** TypeScript's kinds of what may stand in a module's name. */
export const PATH_KINDS: ReadonlySet<string> = new Set(["external module name", "script", "directory"]);

/** What may stand at an offset, best first; keywords only after a letter was typed. */
export function completionAt(
  host: CompilerHost,
  declarations: Earlier,
  code: string,
  offset: number,
): CompletionResult {
  const nothing: CompletionResult = { matches: [], cursorStart: offset, cursorEnd: offset, types: [] };
  const info = host.complete(declarations, code, offset);
  if (!info?.original) return nothing;
  const typed = code.slice(info.start, offset);
  const kinds = new Map(info.original.entries.map((entry) => [entry.name, entry]));
  const matches: string[] = [];
  const types: CompletionResult["types"] = [];
  for (const name of keywordsLast(info.candidates, typed, (one) => kinds.get(one)?.kind === "keyword")) {
    const entry = kinds.get(name);
    if (!entry || REPLACED.test(name)) continue;
    // Names with an underscore are nobody's business until asked for.
    if (name.startsWith("_") && !typed.startsWith("_")) continue;
    const isText = entry.kind === "string" || PATH_KINDS.has(entry.kind);
    if (!/^[\p{ID_Start}$_#][\p{ID_Continue}$\u200c\u200d]*$/u.test(name) && !isText) continue;
    if (typed !== "" && !isLike(name, typed)) continue;
    if (matches.length === MOST) break;
    matches.push(name);
    types.push({
      text: name,
      type: kindOf(host, name, entry.kind, info.start),
      start: info.start,
      end: info.end,
    });
  }
  return { matches, cursorStart: info.start, cursorEnd: info.end, types };
}

/** Among names that fit equally well, keywords come after the user's own. */
function keywordsLast(
  names: readonly string[],
  typed: string,
  isKeyword: (name: string) => boolean,
): readonly string[] {
  const rank = (name: string): number =>
    (name.startsWith(typed) ? 0 : name.toLowerCase().startsWith(typed.toLowerCase()) ? 2 : 4) +
    Number(isKeyword(name));
  return names
    .map((name, index) => ({ name, index, rank: rank(name) }))
    .sort((a, b) => a.rank - b.rank || a.index - b.index)
    .map(({ name }) => name);
}

/** Letters typed so far begin the name or, more than one, are in it. */
function isLike(name: string, typed: string): boolean {
  const lower = name.toLowerCase();
  const wanted = typed.toLowerCase();
  return lower.startsWith(wanted) || (wanted.length > 1 && lower.includes(wanted));
}

/** What an imported or preloaded name stands for, or the kind as it is. */
function kindOf(host: CompilerHost, name: string, kind: string, offset: number): string {
  if (kind !== "alias" && kind !== "property") return jupyterKind(kind);
  const flags = host.flagsOf(name, offset);
  const { SymbolFlags } = host.ts;
  if (kind === "property") return flags & SymbolFlags.Method ? "method" : "property";
  if (flags & SymbolFlags.Function) return "function";
  if (flags & SymbolFlags.Class) return "class";
  if (flags & SymbolFlags.Interface) return "interface";
  if (flags & SymbolFlags.TypeAlias) return "type";
  if (flags & SymbolFlags.Enum) return "enum";
  if (flags & SymbolFlags.Variable) return flags & SymbolFlags.Module ? "module" : "const";
  return "module";
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
    script: "module",
    directory: "module",
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
