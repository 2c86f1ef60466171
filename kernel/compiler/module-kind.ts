/** @file Tells which imports of a cell name ES modules, which `require` cannot load. */
import { existsSync, readFileSync } from "node:fs";
import { createRequire, isBuiltin } from "node:module";
import path from "node:path";
import { resolveImportOnly } from "../runtime/import-only";

/** Answers for one notebook folder; what cannot be found is left to `require`, whose message says so. */
export class ModuleKinds {
  private readonly places: { require: NodeJS.Require; folder: string }[];

  constructor(cwd: string, packageRoot: string) {
    this.places = [cwd, packageRoot].map((folder) => ({
      require: createRequire(path.join(folder, "notebook.ts")),
      folder,
    }));
  }

  /** True when a specifier leads to an ES module, or for `import` to another file than for `require`. */
  isEsModule(specifier: string): boolean {
    if (specifier === "torchbook" || specifier === "tslab" || isBuiltin(specifier)) return false;
    if (/^(?:data|https?|file):/.test(specifier)) return true;
    const isPackage = !specifier.startsWith(".") && !path.isAbsolute(specifier);
    for (const { require, folder } of this.places) {
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
