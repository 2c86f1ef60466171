/** @file What `HostedCompiler` stands on: something that checks one cell against the declarations of the earlier ones. */
import type ts from "typescript";
import type { TypeScript } from "./bind";
import type { Emitted } from "./local-files";
import type { Lookups } from "./lookups";

export interface HostOptions {
  /** The notebook's folder. */
  cwd: string;
  /** torchbook's own folder. */
  packageRoot: string;
}

/** The declarations of earlier cells: texts, each of which refers to itself and those before it. */
export type Earlier = readonly string[];

/** What was made of a cell. */
export interface Converted {
  /** An ES module with its source map inline; absent where there are problems. */
  output?: string;
  /** The constant of the module that holds the last expression. */
  lastExpressionVar?: string;
}

/** What may stand at an offset. */
export interface Candidates {
  start: number;
  end: number;
  candidates: string[];
  original?: ts.CompletionInfo;
}

/** A declaration. */
export interface Definition {
  name: string;
  text: string;
  /** True when it is an earlier cell's, of whose text only the types are known here. */
  isEarlier: boolean;
}

/** One cell at a time: what the getters tell is about the last `convert`. */
export interface CompilerHost extends Lookups {
  /** The TypeScript that it works with. */
  readonly ts: TypeScript;
  /**
   * @param check False to leave out type errors; the text must parse all the same.
   * @param parsed The text, parsed.
   */
  convert(declared: Earlier, code: string, check: boolean, parsed: ts.SourceFile): Converted;
  complete(declared: Earlier, code: string, offset: number): Candidates;
  inspect(declared: Earlier, code: string, offset: number): ts.QuickInfo | null | undefined;
  /** Where the name at an offset of the cell that was inspected last is declared. */
  definition?(offset: number): Definition | undefined;
  /** Problems, as TypeScript gave them. */
  diagnostics(): readonly ts.Diagnostic[];
  /**
   * The cell's own declarations, without what was left of earlier ones; undefined when there are none. May write them only now, so that
   * the cell need not wait for it: to be called once, before anything else is asked.
   */
  declarations(): string | undefined;
  /** The `.ts` files that the cell imports, directly or not, where they are new or changed. */
  localFiles(): readonly Emitted[];
  /** Does ahead of time what later calls will need; called when nobody waits. True when something was done. */
  warm?(): boolean;
  close(): void;
}

/** The name that the cell's file has. */
export const CELL_FILE = "__tslab__.ts";
/** What stands before a cell. */
export const PREFIX = "export {};\n";
