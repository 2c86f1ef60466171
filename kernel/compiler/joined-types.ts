/**
 * @file Joins the types of the language, and those of Node, into one file each.
 *
 * They come as 230 files that say more about the same interfaces, which TypeScript looks at and merges anew for each program, and
 * each cell makes a program. In one file they are merged once. What was joined is empty under its own name, as packages refer to it.
 */
import path from "node:path";
import type { TypeScript } from "./bind";
import { narrow } from "./narrow-text";

/** Texts by absolute path. */
export type Texts = ReadonlyMap<string, string>;

/**
 * The files of TypeScript's `lib` option, with all that they refer to in the first one.
 * @param edit Changes a file's text.
 */
export function joinLanguageTypes(
  ts: TypeScript,
  libraries: readonly string[],
  edit: (file: string, text: string) => string,
): Texts {
  const folder = path.dirname(ts.getDefaultLibFilePath({}));
  const roots = libraries.map((name) => path.join(folder, name));
  const files = collect(ts, roots, (text) =>
    [...text.matchAll(/^\/\/\/\s*<reference lib="([^"]+)"/gm)].map(([, name]) =>
      path.join(folder, `lib.${name.toLowerCase()}.d.ts`),
    ),
  );
  // A module (`lib.es2025.iterator.d.ts` is one) would make the whole a module; it is read as it is.
  for (const [file, text] of files) if (isModule(ts, text)) files.delete(file);
  return join(files, roots[0], (text, file) => edit(file, text).replace(/^\/\/\/.*$/gm, ""));
}

/** A package's entry, with the global scripts that it refers to by path; modules stay what they are. */
export function joinGlobalTypes(ts: TypeScript, entry: string): Texts {
  const files = collect(ts, [entry], (text, file) =>
    [...text.matchAll(PATH)].map(([, name]) => path.join(path.dirname(file), name)),
  );
  const modules = [...files].filter(([, text]) => isModule(ts, text)).map(([file]) => file);
  for (const file of modules) files.delete(file);
  const joined = new Map(join(files, entry, (text) => text.replace(PATH, "")));
  const head = modules.map(
    (file) => `/// <reference path="${path.relative(path.dirname(entry), file)}" />\n`,
  );
  const directives = [...files.values()].flatMap(
    (text) => text.match(/^\/\/\/\s*<reference (?!path=).*$/gm) ?? [],
  );
  if (joined.has(entry))
    joined.set(entry, [...head, ...new Set(directives), "", joined.get(entry)].join("\n"));
  return joined;
}

const PATH = /^\/\/\/\s*<reference path="([^"]+)".*$/gm;

/** Whether a file is a module of its own instead of a global script. */
function isModule(ts: TypeScript, text: string): boolean {
  return /^(?:import|export)\b/m.test(text) && ts.isExternalModule(ts.createSourceFile("one.d.ts", text, 99));
}

/** Reads files and what they refer to, each after what it refers to. */
function collect(
  ts: TypeScript,
  roots: readonly string[],
  references: (text: string, file: string) => string[],
): Map<string, string> {
  const files = new Map<string, string>();
  const seen = new Set<string>();
  const visit = (file: string): void => {
    if (seen.has(file)) return;
    seen.add(file);
    const text = ts.sys.readFile(file);
    if (text === undefined) return;
    for (const one of references(text, file)) visit(one);
    files.set(file, text);
  };
  for (const root of roots) visit(root);
  return files;
}

/** All texts under the name of the first, and nothing under those of the others. */
function join(
  files: ReadonlyMap<string, string>,
  first: string,
  clean: (text: string, file: string) => string,
): Texts {
  if (!files.has(first)) return files;
  const joined = new Map([...files.keys()].map((file) => [file, ""]));
  joined.set(first, [...files].map(([file, text]) => narrow(clean(text, file))).join("\n"));
  return joined;
}
