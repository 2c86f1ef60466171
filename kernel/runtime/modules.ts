/** @file Modules for cells: from the notebook's folder first, then from torchbook's own packages. */
import { createRequire, Module } from "node:module";
import { dirname, extname, isAbsolute, join, resolve as resolvePath } from "node:path";
import { pathToFileURL } from "node:url";
import { types } from "node:util";
import { wrapModule } from "./callbacks";
import { resolveImportOnly } from "./import-only";
import { makeTslab } from "./tslab";
import { follow, type Variables } from "./variables";

/** Folder of the torchbook package, seen from dist/kernel/runtime. */
const PACKAGE_ROOT = join(__dirname, "..", "..", "..");

/** Extensions tried for a compiled file beside the notebook, as TypeScript does. */
const EXTENSIONS = ["", ".js", ".mjs", ".cjs", "/index.js", "/index.mjs", "/index.cjs"];

/** Finds and loads modules on behalf of cells. */
export class CellModules {
  /** What cells know as `__filename`: the notebook has no file of that name, but lies in that folder. */
  readonly filename: string;
  readonly require: NodeJS.Require;
  private readonly own = createRequire(join(PACKAGE_ROOT, "package.json"));
  private readonly local: NodeJS.Require;
  private readonly compiled = new Map<string, string>();
  private readonly loaded = new Map<string, Module>();
  /** Which compiled files imported a compiled file. */
  private readonly importers = new Map<string, Set<string>>();
  private tslab: ReturnType<typeof makeTslab> | null = null;

  /** @param folder The notebook's folder, in which Jupyter starts the kernel. */
  constructor(readonly folder: string) {
    this.filename = join(folder, "notebook.ts");
    this.local = createRequire(this.filename);
    this.require = this.makeRequire(this.local, folder);
  }

  /** Takes compiled `.ts` files; one that is given again is run anew by its next import, and what imports it as well. */
  provide(files: { path: string; code: string }[] = []): void {
    for (const { path, code } of files) {
      this.compiled.set(path, code);
      this.unload(path);
    }
  }

  private unload(path: string): void {
    this.loaded.delete(path);
    const importers = this.importers.get(path);
    this.importers.delete(path);
    for (const importer of importers ?? []) this.unload(importer);
  }

  /** What `import("x")` in a cell does. */
  async import(specifier: string): Promise<unknown> {
    wrapModule(specifier);
    if (specifier === "tslab") return asNamespace(this.require(specifier));
    if (/^(?:node|data|https?):/.test(specifier)) return import(specifier);
    const path = specifier.startsWith("file:") ? specifier : this.resolve(specifier, true);
    if (this.compiled.has(path)) return asNamespace(this.load(path));
    if (Module.isBuiltin(path)) return import(path);
    if (extname(path) === ".json") return asNamespace(this.local(path));
    return import(path.startsWith("file:") ? path : pathToFileURL(path).href);
  }

  /** Gives a variable what `import { key as name }` means: ES modules and `.ts` files beside the notebook stay in sight. */
  bind(variables: Variables, name: string, module: unknown, key: string): void {
    if (types.isModuleNamespaceObject(module) || this.isCompiled(module)) {
      follow(variables, name, module as object, key);
      return;
    }
    const exports = module as { __esModule?: boolean; [key: string]: unknown } | null | undefined;
    const isWhole = key === "default" && !exports?.__esModule;
    variables[name] = isWhole ? exports : exports?.[key];
  }

  private isCompiled(exports: unknown): boolean {
    return [...this.loaded.values()].some((module) => module.exports === exports);
  }

  private makeRequire(local: NodeJS.Require, folder: string, importer?: string): NodeJS.Require {
    const resolve = (id: string) => this.resolve(id, false, local, folder);
    const cellRequire = (id: string) => {
      wrapModule(id);
      if (id === "tslab") {
        this.tslab ??= makeTslab();
        return this.tslab;
      }
      const path = resolve(id);
      if (!this.compiled.has(path)) return local(path);
      if (importer !== undefined) {
        const importers = this.importers.get(path) ?? new Set();
        this.importers.set(path, importers.add(importer));
      }
      return this.load(path).exports;
    };
    return Object.assign(cellRequire, {
      cache: local.cache,
      extensions: local.extensions,
      main: local.main,
      resolve: Object.assign(resolve, { paths: local.resolve.paths }),
    }) as NodeJS.Require;
  }

  /** @param forImport Whether a package's `exports` are read as for `import`, not as for `require`. */
  private resolve(id: string, forImport: boolean, local = this.local, folder = this.folder): string {
    if (isAbsolute(id) || /^\.\.?(?:\/|$)/.test(id)) {
      const path = resolvePath(folder, id);
      // `./file.ts` is known by the name of what was made of it.
      const emitted = path.replace(/\.([mc]?)tsx?$/, ".$1js");
      const found = [emitted, ...EXTENSIONS.map((extension) => path + extension)].find((candidate) =>
        this.compiled.has(candidate),
      );
      return found ?? local.resolve(id);
    }
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

  /** Runs a compiled file once. */
  private load(path: string): Module {
    const known = this.loaded.get(path);
    if (known) return known;
    const module = new Module(path) as Module & { _compile(code: string, filename: string): void };
    const folder = dirname(path);
    module.filename = path;
    module.require = this.makeRequire(createRequire(path), folder, path) as typeof module.require;
    // Before it runs, as files may import each other in a circle.
    this.loaded.set(path, module);
    try {
      module._compile(this.compiled.get(path) as string, path);
      module.loaded = true;
    } catch (error) {
      this.loaded.delete(path);
      throw error;
    }
    return module;
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
function asNamespace(module: Module | unknown): unknown {
  const exports = module instanceof Module ? module.exports : module;
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
