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

  /** True when a specifier leads to an ES module. */
  isEsModule(specifier: string): boolean {
    if (specifier === "torchbook" || isBuiltin(specifier)) return false;
    if (/^(?:data|https?|file):/.test(specifier)) return true;
    for (const { require, folder } of this.places) {
      try {
        return isEsModuleFile(require.resolve(specifier));
      } catch (error) {
        const { code } = error as NodeJS.ErrnoException;
        if (code === "ERR_PACKAGE_PATH_NOT_EXPORTED" && resolveImportOnly(specifier, folder)) return true;
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
