/**
 * @file The files that every program of a session has: types of the language, of Node, of packages and of the preloaded globals.
 *
 * They do not depend on the notebook, so that a snapshot (`snapshot.ts`) can hold them read, parsed and bound.
 */
import path from "node:path";
import type ts from "typescript";
import { PRELOAD_NAMES } from "../preload-names";
import { ambientFiles, libraryFile, mendGlobals } from "./ambient";
import type { TypeScript } from "./bind";
import { joinGlobalTypes, joinLanguageTypes, type Texts } from "./joined-types";
import { DISPOSABLE_LIB, newerLibraries, withoutMissing } from "./language-library";
import { typeReferenceResolver } from "./module-resolution";

/** The language that cells may use without asking. */
export const LIBRARIES = ["lib.es2023.d.ts", DISPOSABLE_LIB, "lib.decorators.d.ts", ...newerLibraries()];

/** A file as TypeScript takes it; the text is new where the version is. */
export interface Document {
  text: string;
  version: string;
  snapshot: ts.IScriptSnapshot;
}

/** Files of packages, kept for good; other files are read anew, as they may change. */
export class Documents {
  readonly nodeTypes: string;
  /** Files that need not exist, by absolute path. */
  readonly ambient: Map<string, string>;
  /** Those of `ambient` that declare the kernel's globals. */
  readonly kernelFiles: string[];
  /** What imports in packages' files lead to. */
  readonly resolved = new Map<string, never>();
  readonly typeReferences: ReturnType<typeof typeReferenceResolver>;
  readonly registry: ts.DocumentRegistry;
  private readonly files = new Map<string, Document>();
  private readonly languageTypes: Texts;
  private joinedNodeTypes: Texts | null = null;
  private version = 0;
  private mended = false;

  constructor(
    readonly ts: TypeScript,
    private readonly packageRoot: string,
  ) {
    this.nodeTypes = path.join(packageRoot, "node_modules", "@types", "node", "index.d.ts");
    this.ambient = ambientFiles(ts, packageRoot);
    const library = new Set<string>(PRELOAD_NAMES);
    this.kernelFiles = [...this.ambient.keys()].filter((file) => !library.has(path.basename(file, ".d.ts")));
    this.typeReferences = typeReferenceResolver(ts as never);
    this.languageTypes = joinLanguageTypes(ts, LIBRARIES, (file, text) =>
      path.basename(file) === DISPOSABLE_LIB ? (withoutMissing(text) ?? "") : text,
    );
    // What no program needs at the moment is needed again.
    this.registry = Object.assign(ts.createDocumentRegistry(true), {
      releaseDocument() {},
      releaseDocumentWithKey() {},
    });
  }

  /** Those of `ambient` that declare the library's globals. */
  get libraryFiles(): string[] {
    const kernel = new Set(this.kernelFiles);
    return [...this.ambient.keys()].filter((file) => !kernel.has(file));
  }

  /** The file as it is now; undefined when there is none. `text` stands for files that are nowhere. */
  read(file: string, text?: string): Document | undefined {
    const known = this.files.get(file);
    if (known && text === undefined && this.isFixed(file)) return known;
    const now = text ?? this.ambient.get(file) ?? this.joined(file) ?? this.ts.sys.readFile(file);
    if (now === undefined) return undefined;
    if (known?.text === now) return known;
    const snapshot = this.ts.ScriptSnapshot.fromString(now);
    const document = { text: now, version: String(++this.version), snapshot };
    this.files.set(file, document);
    return document;
  }

  /** Makes `ambient` right about the library; `open` gives a program with its types. */
  mendGlobals(open: () => ts.Program): void {
    if (this.mended) return;
    this.mended = true;
    if (this.ts.sys.fileExists(libraryFile(this.packageRoot)))
      mendGlobals(open(), this.packageRoot, this.ambient);
  }

  /** Packages do not change under a session; the user's own files may. */
  private isFixed(file: string): boolean {
    if (this.ambient.has(file)) return false;
    return file.includes(PACKAGES) || file.startsWith(path.join(this.packageRoot, "dist") + path.sep);
  }

  private joined(file: string): string | undefined {
    const text = this.languageTypes.get(file);
    if (text !== undefined || !file.startsWith(path.dirname(this.nodeTypes) + path.sep)) return text;
    this.joinedNodeTypes ??= joinGlobalTypes(this.ts, this.nodeTypes);
    return this.joinedNodeTypes.get(file);
  }
}

const PACKAGES = `${path.sep}node_modules${path.sep}`;
