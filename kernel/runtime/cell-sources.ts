/** @file The sources of the cells that ran and of compiled files, and where a place in their JavaScript lies in them. */
import { SourceMap } from "node:module";

/** As it was when the kernel started: a program may put another in its place. */
const { parse } = JSON;

/** A place in a cell's own source, 1-based. */
export interface Place {
  line: number;
  column: number;
}

interface Entry {
  /** The path of a file; null for a cell. */
  file: string | null;
  source: string;
  lines: string[] | null;
  sourceMap: string;
  map: SourceMap | null;
}

/** Name of a cell as a script, and in tracebacks. */
export function cellName(executionCount: number): string {
  return `Cell In[${executionCount}]`;
}

export function isCellName(name: string): boolean {
  return /^Cell In\[\d+\]$/.test(name);
}

/** Keeps every cell by its name, and files by those of their scripts; maps are parsed when an error asks for them. */
export class CellSources {
  private readonly entries = new Map<string, Entry>();

  add(name: string, source: string, sourceMap: string, file: string | null = null): void {
    this.entries.set(name, { file, source, lines: null, sourceMap, map: null });
  }

  /** How a script is called in tracebacks: by its cell or file; undefined where it is neither's. */
  fileOf(name: string): string | undefined {
    const entry = this.entries.get(name);
    return entry && (entry.file ?? name);
  }

  /** A cell or file as it was given. */
  get(name: string): { source: string; sourceMap: string; file: string | null } | undefined {
    const entry = this.entries.get(name);
    return entry && { source: entry.source, sourceMap: entry.sourceMap, file: entry.file };
  }

  /** The source lines of a cell. */
  lines(name: string): string[] {
    const entry = this.entries.get(name);
    if (!entry) return [];
    entry.lines ??= entry.source.split(/\r?\n/);
    return entry.lines;
  }

  /** Where a 1-based place in the emitted JavaScript lies in the cell; null in code that the compiler added. */
  map(name: string, line: number, column: number): Place | null {
    const entry = this.entries.get(name);
    if (!entry) return null;
    if (!entry.sourceMap) return { line, column };
    try {
      entry.map ??= new SourceMap(parse(entry.sourceMap));
      const found = entry.map.findEntry(line - 1, column - 1);
      if (!("originalLine" in found) || found.originalLine === undefined) return null;
      // The nearest mapping before the place may belong to an earlier line: then the place is the compiler's own.
      if (found.generatedLine !== line - 1) return null;
      const place = { line: found.originalLine + 1, column: found.originalColumn + 1 };
      return this.toCallee(name, place);
    } catch {
      return null;
    }
  }

  /** A call of a variable is emitted so that V8 places it at the parenthesis; it is better told by the name before. */
  private toCallee(name: string, { line, column }: Place): Place {
    const text = this.lines(name)[line - 1] ?? "";
    if (text[column - 1] !== "(") return { line, column };
    const callee = /[\p{L}\p{N}_$]+$/u.exec(text.slice(0, column - 1));
    return { line, column: callee ? column - callee[0].length : column };
  }
}
