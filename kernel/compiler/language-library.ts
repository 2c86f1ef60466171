/** @file The types of the language's own library: those of ES2023, and of what is newer just what this Node has. */

/** What a running Node may have beyond ES2023, and the file that declares it. */
const NEWER: [path: string, file: string][] = [
  ["String.prototype.isWellFormed", "lib.es2024.string.d.ts"],
  ["Object.groupBy", "lib.es2024.object.d.ts"],
  ["Map.groupBy", "lib.es2024.collection.d.ts"],
  ["ArrayBuffer.prototype.transfer", "lib.es2024.arraybuffer.d.ts"],
  ["Promise.withResolvers", "lib.es2024.promise.d.ts"],
  ["Set.prototype.union", "lib.es2025.collection.d.ts"],
  ["Iterator.prototype.map", "lib.es2025.iterator.d.ts"],
  ["Promise.try", "lib.es2025.promise.d.ts"],
  ["RegExp.escape", "lib.es2025.regexp.d.ts"],
  ["Array.fromAsync", "lib.esnext.array.d.ts"],
];

/** The files for this Node. */
export function newerLibraries(): string[] {
  return NEWER.filter(([path]) => isThere(path)).map(([, file]) => file);
}

/** Declares `Symbol.dispose`, which `using` needs, and classes that only newer Nodes have. */
export const DISPOSABLE_LIB = "lib.esnext.disposable.d.ts";

/** Leaves out the variables that this Node does not have, so that they are type errors and not errors at run time. */
export function withoutMissing(text: string | undefined): string | undefined {
  return text?.replace(/^declare var (\w+): .*$/gm, (line, name: string) => (isThere(name) ? line : ""));
}

function isThere(path: string): boolean {
  let at: unknown = globalThis;
  for (const name of path.split(".")) {
    if (at === null || at === undefined) return false;
    at = (at as Record<string, unknown>)[name];
  }
  return at !== undefined;
}
