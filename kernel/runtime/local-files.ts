/** @file Runs the `.ts` files beside the notebook, each once until it or what it imports changes. */
import { Module } from "node:module";
import { dirname } from "node:path";
import { pathToFileURL } from "node:url";
import { types } from "node:util";
import { Script } from "node:vm";
import { FILE_PARAMETERS, findEmitted, type LocalFile } from "../local-file";
import type { CellSources } from "./cell-sources";
import { FILE_FUNCTION, SOURCE_MAP_COMMENT } from "./stack";

/** What a file may ask for. */
export interface FileAccess {
  require: NodeJS.Require;
  import(specifier: string): Promise<unknown>;
}

interface Loaded {
  readonly module: Module;
  readonly access: FileAccess;
  /** ES modules that were loaded before the file, by the specifiers that it uses. */
  readonly esModules: Map<string, unknown>;
  /** While the file is loaded by `import()`. */
  loading: Promise<void> | null;
}

/** Compiled files by their paths, and what was loaded of them. */
export class LocalFiles {
  private readonly files = new Map<string, LocalFile>();
  private readonly loaded = new Map<string, Loaded>();
  /** Which files imported a file. */
  private readonly importers = new Map<string, Set<string>>();
  /** How often a file was run, as each run is a script of its own. */
  private readonly runs = new Map<string, number>();
  /** What a file that is being loaded waits for. */
  private readonly waiting = new Map<string, string>();

  /** @param access Makes what a file may ask for */
  constructor(
    private readonly sources: CellSources,
    private readonly access: (file: LocalFile) => FileAccess,
  ) {}

  /** Takes compiled files; one that changed is run anew by its next import, and what imports it as well. */
  provide(files: readonly LocalFile[] = []): void {
    for (const file of files) {
      const known = this.files.get(file.path);
      if (known?.file === file.file && known.source === file.source) continue;
      this.files.set(file.path, file);
      this.unload(file.path);
    }
  }

  has(path: string): boolean {
    return this.files.has(path);
  }

  /** The path of the file that an import in a folder means. */
  find(folder: string, id: string): string | undefined {
    return findEmitted(folder, id, (path) => this.files.has(path));
  }

  /** Whether an object is what a file exports. */
  isExports(exports: unknown): boolean {
    return [...this.loaded.values()].some(({ module }) => module.exports === exports);
  }

  /** Forgets files that were being loaded when their cell was stopped. */
  dropUnfinished(): void {
    for (const [path, { module }] of this.loaded) if (!module.loaded) this.loaded.delete(path);
    this.waiting.clear();
  }

  /** An ES module that was loaded for a file which now requires it. */
  esModule(importer: string, specifier: string): unknown {
    return this.loaded.get(importer)?.esModules.get(specifier);
  }

  /** What `require` gives. @throws When the file can only be loaded by `import()` */
  load(path: string, importer?: string): unknown {
    this.note(path, importer);
    const known = this.loaded.get(path);
    if (known) return known.module.exports;
    const { file, awaits } = this.files.get(path) as LocalFile;
    if (awaits) {
      const error = new Error(`${file} has a top-level await: import it, or use import(), not require()`);
      throw Object.assign(error, { code: "ERR_REQUIRE_ASYNC_MODULE" });
    }
    const entry = this.begin(path);
    try {
      void this.run(path, entry);
      entry.module.loaded = true;
    } catch (error) {
      this.forget(path, entry);
      throw error;
    }
    return entry.module.exports;
  }

  /** What `import()` gives: loads what the file imports before it, also what waits. */
  async loadAsync(path: string, importer?: string): Promise<unknown> {
    this.note(path, importer);
    const known = this.loaded.get(path);
    const entry = known ?? this.begin(path);
    if (!known) entry.loading = this.loadAll(path, entry);
    // In a circle nobody can wait for the first one.
    if (entry.loading && !(importer !== undefined && this.waitsFor(path, importer))) {
      if (importer !== undefined) this.waiting.set(importer, path);
      try {
        await entry.loading;
      } finally {
        if (importer !== undefined) this.waiting.delete(importer);
      }
    }
    return entry.module.exports;
  }

  private async loadAll(path: string, entry: Loaded): Promise<void> {
    const { imports } = this.files.get(path) as LocalFile;
    try {
      for (const { specifier, isEsModule } of imports) {
        const local = this.find(dirname(path), specifier);
        if (local !== undefined) await this.loadAsync(local, path);
        else if (isEsModule) entry.esModules.set(specifier, asRequired(await entry.access.import(specifier)));
      }
      await this.run(path, entry);
      entry.module.loaded = true;
    } catch (error) {
      this.forget(path, entry);
      throw error;
    } finally {
      entry.loading = null;
    }
  }

  /** Whether a file waits, perhaps through others, for another one. */
  private waitsFor(path: string, other: string): boolean {
    for (let at: string | undefined = path; at !== undefined; at = this.waiting.get(at))
      if (at === other) return true;
    return false;
  }

  private begin(path: string): Loaded {
    const file = this.files.get(path) as LocalFile;
    const module = new Module(file.file);
    const access = this.access(file);
    module.filename = file.file;
    module.require = access.require as typeof module.require;
    const entry = { module, access, esModules: new Map(), loading: null };
    // Before it runs, as files may import each other in a circle.
    this.loaded.set(path, entry);
    return entry;
  }

  private run(path: string, { module, access }: Loaded): unknown {
    const { file, source, code, sourceMap, awaits } = this.files.get(path) as LocalFile;
    const run = (this.runs.get(path) ?? 0) + 1;
    this.runs.set(path, run);
    const name = run === 1 ? file : `${file}?${run}`;
    this.sources.add(name, source, sourceMap, file);
    const prefix = `(${awaits ? "async " : ""}function ${FILE_FUNCTION}(${FILE_PARAMETERS.join(", ")}) { `;
    const script = new Script(`${prefix}${code}\n})${SOURCE_MAP_COMMENT}`, {
      filename: name,
      columnOffset: -prefix.length,
    });
    const url = pathToFileURL(file).href;
    const meta = {
      url,
      filename: file,
      dirname: dirname(file),
      resolve: (id: string) => pathToFileURL(access.require.resolve(id)).href,
    };
    const body = script.runInThisContext({ displayErrors: false }) as (...args: unknown[]) => unknown;
    const { exports } = module;
    return body.call(
      undefined,
      exports,
      access.require,
      module,
      file,
      dirname(file),
      (id: unknown) => access.import(String(id)),
      meta,
    );
  }

  private note(path: string, importer: string | undefined): void {
    if (importer === undefined) return;
    const importers = this.importers.get(path) ?? new Set();
    this.importers.set(path, importers.add(importer));
  }

  private forget(path: string, entry: Loaded): void {
    if (this.loaded.get(path) === entry) this.loaded.delete(path);
  }

  private unload(path: string): void {
    this.loaded.delete(path);
    const importers = this.importers.get(path);
    this.importers.delete(path);
    for (const importer of importers ?? []) this.unload(importer);
  }
}

/** An ES module as CommonJS made by TypeScript expects it: marked as one, so that its default export is found. */
function asRequired(namespace: unknown): unknown {
  if (!types.isModuleNamespaceObject(namespace) || "__esModule" in (namespace as object)) return namespace;
  const made = Object.defineProperty({}, "__esModule", { value: true });
  const exports = namespace as Record<string, unknown>;
  for (const key of Object.keys(exports))
    Object.defineProperty(made, key, { enumerable: true, get: () => exports[key] });
  return made;
}
