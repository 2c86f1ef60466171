/** @file A `.ts` file beside the notebook, as the compiler makes it and the main thread runs it. */
import { isAbsolute, resolve } from "node:path";

/** A compiled file. */
export interface LocalFile {
  /** Where it lies. */
  file: string;
  /** By which imports know it: `file` with the ending that JavaScript would have. */
  path: string;
  /** Its text when it was compiled. */
  source: string;
  /** The body of a function of the parameters below; async where `awaits`. */
  code: string;
  /** JSON source map, version 3. */
  sourceMap: string;
  /** Whether it waits for something at its top level. */
  awaits: boolean;
  /** What it imports before it runs, in that order. */
  imports: { specifier: string; isEsModule: boolean }[];
}

/** `import(…)` and `import.meta` in a compiled file. */
export const IMPORT = "__import";
export const META = "__meta";
/** Parameters of the function round a compiled file. */
export const FILE_PARAMETERS = ["exports", "require", "module", "__filename", "__dirname", IMPORT, META];

/** Endings that are tried, as TypeScript does. */
const ENDINGS = ["", ".js", ".mjs", ".cjs", "/index.js", "/index.mjs", "/index.cjs"];

/** What the compiler would call what it makes of a file. */
export function emittedPath(file: string): string {
  return file.replace(/\.([mc]?)tsx?$/, ".$1js");
}

/** The compiled file that an import in a folder means; undefined where it means something else. */
export function findEmitted(
  folder: string,
  id: string,
  isKnown: (path: string) => boolean,
): string | undefined {
  if (!isAbsolute(id) && !/^\.\.?(?:\/|$)/.test(id)) return undefined;
  const path = resolve(folder, id);
  // `./file.ts` is known by the name of what was made of it.
  return [emittedPath(path), ...ENDINGS.map((ending) => path + ending)].find(isKnown);
}
