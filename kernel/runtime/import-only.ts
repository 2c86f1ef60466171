/** @file Finds the file of a package whose `exports` serve `import` but not `require`. */
import { existsSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";

/** Node's conditions for `import`, with the one for modules that `require` may load as well. */
const CONDITIONS = new Set(["node", "import", "module-sync", "default"]);

type Target = string | null | Target[] | { [condition: string]: Target };

/** Resolves a bare specifier from a folder upwards; null when nothing is exported under that name. */
export function resolveImportOnly(specifier: string, folder: string): string | null {
  const [, name, rest] = /^((?:@[^/]+\/)?[^/]+)(\/.*)?$/.exec(specifier) ?? [];
  if (!name) return null;
  for (let at = folder; ; at = dirname(at)) {
    const root = join(at, "node_modules", name);
    if (existsSync(join(root, "package.json"))) {
      const manifest = JSON.parse(readFileSync(join(root, "package.json"), "utf8"));
      const target = findTarget(manifest.exports, `.${rest ?? ""}`);
      return target?.startsWith("./") ? join(root, target) : null;
    }
    if (dirname(at) === at) return null;
  }
}

function findTarget(exports: Target | undefined, subpath: string): string | null {
  if (exports === undefined) return null;
  const isMap =
    typeof exports === "object" &&
    exports !== null &&
    !Array.isArray(exports) &&
    Object.keys(exports).some((key) => key.startsWith("."));
  if (!isMap) return subpath === "." ? pick(exports, "") : null;
  const map = exports as Record<string, Target>;
  if (subpath in map) return pick(map[subpath], "");
  // Of several patterns the one with the longest part before the star wins.
  const patterns = Object.keys(map)
    .filter((key) => key.includes("*"))
    .sort((a, b) => b.indexOf("*") - a.indexOf("*"));
  for (const pattern of patterns) {
    const [before, after] = pattern.split("*");
    if (
      subpath.startsWith(before) &&
      subpath.endsWith(after) &&
      subpath.length >= before.length + after.length
    ) {
      return pick(map[pattern], subpath.slice(before.length, subpath.length - after.length));
    }
  }
  return null;
}

function pick(target: Target, star: string): string | null {
  if (typeof target === "string") return target.replaceAll("*", star);
  if (target === null) return null;
  if (Array.isArray(target)) {
    for (const one of target) {
      const found = pick(one, star);
      if (found) return found;
    }
    return null;
  }
  for (const [condition, inner] of Object.entries(target)) {
    if (!CONDITIONS.has(condition)) continue;
    const found = pick(inner, star);
    if (found) return found;
  }
  return null;
}
