/** @file JavaScript and JSON beside the notebook that was edited since it was loaded: the next import sees the change. */
import { statSync } from "node:fs";
import { sep } from "node:path";

const PACKAGES = `${sep}node_modules${sep}`;

/** Knows in which state files were loaded. */
export class EditedFiles {
  private readonly seen = new Map<string, string>();

  /** @param cache Node's loaded CommonJS modules, by path */
  constructor(private readonly cache: NodeJS.Dict<NodeJS.Module>) {}

  /** Forgets what was loaded of a file that `require` is about to give, if it or what it requires was edited. */
  refresh(path: string, asked = new Set<string>()): boolean {
    if (path.includes(PACKAGES) || asked.has(path)) return false;
    asked.add(path);
    // Each is looked at, so that its state is known the next time.
    const inner = this.required(path).map((one) => this.refresh(one, asked));
    const before = this.seen.get(path);
    const now = stateOf(path);
    this.seen.set(path, now);
    const isEdited = (before !== undefined && before !== now) || inner.includes(true);
    if (isEdited) delete this.cache[path];
    return isEdited;
  }

  /** Takes note of what a file that was just loaded required. */
  note(path: string): void {
    for (const one of this.required(path)) {
      if (this.seen.has(one) || one.includes(PACKAGES)) continue;
      this.seen.set(one, stateOf(one));
      this.note(one);
    }
  }

  /** The URL under which `import()` gives an ES module as it is now: a new one once it was edited. */
  urlOf(path: string, url: string): string {
    if (path.includes(PACKAGES)) return url;
    const first = this.seen.get(path);
    const now = stateOf(path);
    if (first === undefined) this.seen.set(path, now);
    return first === undefined || first === now ? url : `${url}?${now}`;
  }

  private required(path: string): string[] {
    return (this.cache[path]?.children ?? []).map(({ filename }) => filename);
  }
}

function stateOf(path: string): string {
  const { mtimeMs = 0, size = 0 } = statSync(path, { throwIfNoEntry: false }) ?? {};
  return `${mtimeMs}-${size}`;
}
