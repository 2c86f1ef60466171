/** @file Tells which imports of a cell name ES modules, which `require` cannot load. */
import { existsSync, readFileSync } from "node:fs";
import { createRequire, isBuiltin } from "node:module";
import path from "node:path";
import { resolveImportOnly } from "../runtime/import-only";

/** Answers for one notebook folder; what cannot be found is left to `require`, whose message says so. */
export class ModuleKinds {
  private readonly places = new Map<string, NodeJS.Require>();

  constructor(
    private readonly cwd: string,
    private readonly packageRoot: string,
  ) {}

  /** True when a specifier leads to an ES module, or for `import` to another file than for `require`. */
  isEsModule(specifier: string, from = this.cwd): boolean {
    if (specifier === "torchbook" || specifier === "tslab" || isBuiltin(specifier)) return false;
    if (/^(?:data|https?|file):/.test(specifier)) return true;
    const isPackage = !specifier.startsWith(".") && !path.isAbsolute(specifier);
    for (const folder of new Set([from, this.cwd, this.packageRoot])) {
      const require = this.requireFrom(folder);
      const imported = isPackage ? resolveImportOnly(specifier, folder) : null;
      if (imported && isEsModuleFile(imported)) return true;
      try {
        const required = require.resolve(specifier);
        return imported ? imported !== required : isEsModuleFile(required);
      } catch {
        if (imported) return true;
      }
    }
    return false;
  }

  private requireFrom(folder: string): NodeJS.Require {
    const known = this.places.get(folder) ?? createRequire(path.join(folder, "notebook.ts"));
    this.places.set(folder, known);
    return known;
  }
}

function isEsModuleFile(file: string): boolean {
  const extension = path.extname(file);
  if (extension === ".mjs" || extension === ".mts") return true;
  if (extension !== ".js") return false;
  for (let folder = path.dirname(file); ; folder = path.dirname(folder)) {
    const manifest = path.join(folder, "package.json");
    if (existsSync(manifest)) {
      try {
        return JSON.parse(readFileSync(manifest, "utf8")).type === "module";
      } catch {
        return false;
      }
    }
    if (path.dirname(folder) === folder) return false;
  }
}
