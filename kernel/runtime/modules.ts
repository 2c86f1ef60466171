/** @file Modules for cells: from the notebook's folder first, then from torchbook's own packages. */
import { createRequire, Module } from "node:module";
import { dirname, extname, isAbsolute, join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { types } from "node:util";
import type { LocalFile } from "../local-file";
import { wrapModule } from "./callbacks";
import type { CellSources } from "./cell-sources";
import { EditedFiles } from "./edited";
import { resolveImportOnly } from "./import-only";
import { type FileAccess, LocalFiles } from "./local-files";
import { makeTslab } from "./tslab";
import { follow, type Variables } from "./variables";

/** Folder of the torchbook package, seen from dist/kernel/runtime. */
const PACKAGE_ROOT = join(__dirname, "..", "..", "..");

/** Finds and loads modules on behalf of cells. */
export class CellModules {
  /** What cells know as `__filename`: the notebook has no file of that name, but lies in that folder. */
  readonly filename: string;
  readonly require: NodeJS.Require;
  private readonly own = createRequire(join(PACKAGE_ROOT, "package.json"));
  private readonly local: NodeJS.Require;
  private readonly files: LocalFiles;
  private readonly edited = new EditedFiles(createRequire(__filename).cache);
  private tslab: ReturnType<typeof makeTslab> | null = null;

  /** @param folder The notebook's folder, in which Jupyter starts the kernel. */
  constructor(
    readonly folder: string,
    sources: CellSources,
  ) {
    this.filename = join(folder, "notebook.ts");
    this.local = createRequire(this.filename);
    this.files = new LocalFiles(sources, (file) => this.accessOf(file));
    this.require = this.makeRequire(this.local, folder);
  }

  /** Takes compiled `.ts` files that are new or changed. */
  provide(files?: readonly LocalFile[]): void {
    this.files.provide(files);
  }

  /** Forgets files that were being loaded when their cell was stopped. */
  dropUnfinished(): void {
    this.files.dropUnfinished();
  }

  /** What `import("x")` in a cell does. */
  import(specifier: string): Promise<unknown> {
    return this.importFrom(specifier, this.local, this.folder);
  }

  private async importFrom(
    specifier: string,
    local: NodeJS.Require,
    folder: string,
    importer?: string,
  ): Promise<unknown> {
    wrapModule(specifier);
    if (specifier === "tslab") return asNamespace(this.require(specifier));
    if (/^(?:node|data|https?):/.test(specifier)) return import(specifier);
    const path = specifier.startsWith("file:")
      ? fileURLToPath(specifier)
      : this.resolve(specifier, true, local, folder);
    const own = this.files.has(path) ? path : this.files.find(folder, path);
    if (own !== undefined) return asNamespace(await this.files.loadAsync(own, importer));
    if (Module.isBuiltin(path)) return import(path);
    if (extname(path) === ".json") return asNamespace(this.loadFrom(local, path));
    return import(
      this.edited.urlOf(path, specifier.startsWith("file:") ? specifier : pathToFileURL(path).href)
    );
  }

  /** Gives a variable what `import { key as name }` means: ES modules and `.ts` files beside the notebook stay in sight. */
  bind(variables: Variables, name: string, module: unknown, key: string): void {
    if (types.isModuleNamespaceObject(module) || this.files.isExports(module)) {
      follow(variables, name, module as object, key);
      return;
    }
    const exports = module as { __esModule?: boolean; [key: string]: unknown } | null | undefined;
    const isWhole = key === "default" && !exports?.__esModule;
    variables[name] = isWhole ? exports : exports?.[key];
  }

  private accessOf({ file, path }: LocalFile): FileAccess {
    const local = createRequire(file);
    const folder = dirname(file);
    return {
      require: this.makeRequire(local, folder, path),
      import: (specifier) => this.importFrom(specifier, local, folder, path),
    };
  }

  private makeRequire(local: NodeJS.Require, folder: string, importer?: string): NodeJS.Require {
    const resolve = (id: string) => this.resolve(id, false, local, folder);
    const cellRequire = (id: string) => {
      wrapModule(id);
      if (id === "tslab") {
        this.tslab ??= makeTslab();
        return this.tslab;
      }
      const esModule = importer === undefined ? undefined : this.files.esModule(importer, id);
      if (esModule !== undefined) return esModule;
      const path = resolve(id);
      return this.files.has(path) ? this.files.load(path, importer) : this.loadFrom(local, path);
    };
    return Object.assign(cellRequire, {
      cache: local.cache,
      extensions: local.extensions,
      main: local.main,
      resolve: Object.assign(resolve, { paths: local.resolve.paths }),
    }) as NodeJS.Require;
  }

  private loadFrom(local: NodeJS.Require, path: string): unknown {
    if (!isAbsolute(path)) return local(path);
    this.edited.refresh(path);
    const exports = local(path);
    this.edited.note(path);
    return exports;
  }

  /** @param forImport Whether a package's `exports` are read as for `import`, not as for `require`. */
  private resolve(id: string, forImport: boolean, local = this.local, folder = this.folder): string {
    if (isAbsolute(id) || /^\.\.?(?:\/|$)/.test(id)) return this.files.find(folder, id) ?? local.resolve(id);
    // The package knows itself by name, wherever the notebook lies.
    if (id === "torchbook" || id.startsWith("torchbook/")) return this.own.resolve(id);
    try {
      return resolveFrom(local, id, folder, forImport);
    } catch (error) {
      if (!isNotFound(error)) throw error;
      try {
        return resolveFrom(this.own, id, PACKAGE_ROOT, forImport);
      } catch (inner) {
        throw isNotFound(inner) ? withHint(error as Error, id, folder) : inner;
      }
    }
  }
}

/** Resolves by the rules of `require` or `import`; what there is only for `import` may be required, too. */
function resolveFrom(from: NodeJS.Require, id: string, folder: string, forImport: boolean): string {
  try {
    return (forImport && !Module.isBuiltin(id) && resolveImportOnly(id, folder)) || from.resolve(id);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ERR_PACKAGE_PATH_NOT_EXPORTED") throw error;
    const path = resolveImportOnly(id, folder);
    if (!path) throw error;
    return path;
  }
}

/** The namespace that `import()` would make of a CommonJS module. */
function asNamespace(exports: unknown): unknown {
  if (typeof exports === "object" && exports !== null && (exports as { __esModule?: boolean }).__esModule) {
    return exports;
  }
  return { ...(exports as object), default: exports };
}

function isNotFound(error: unknown): boolean {
  return (error as NodeJS.ErrnoException)?.code === "MODULE_NOT_FOUND";
}

function withHint(error: Error, id: string, folder: string): Error {
  const name = id.startsWith("@") ? id.split("/").slice(0, 2).join("/") : id.split("/")[0];
  error.message = `Cannot find module '${id}' from ${folder}; \`npm install ${name}\` in that folder adds it`;
  return error;
}
