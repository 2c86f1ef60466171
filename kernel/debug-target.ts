/** @file What the debugger finds on the main thread: an object that it calls through V8's inspector. */
import type { MimeBundle } from "./channel";

/** Name of the symbol under which the object is on globalThis. */
export const DEBUG_TARGET_KEY = "torchbook:debug";
/** Expression for the object, in any scope. */
export const DEBUG_TARGET = `globalThis[Symbol.for("${DEBUG_TARGET_KEY}")]`;

/** A variable as debug clients show it; `reference` is 0 where there is nothing to expand. */
export interface DescribedValue {
  value: string;
  type: string;
  reference: number;
  /** Counts of children, where the client may ask for some of them only. */
  indexed?: number;
  named?: number;
  /** A getter, which runs when it is expanded. */
  lazy?: boolean;
}

/** A variable with its name, and the expression that gives it. */
export interface DescribedVariable extends DescribedValue {
  name: string;
  evaluateName?: string;
}

/** Which children of a value are asked for. */
export interface ChildrenRequest {
  start?: number;
  count?: number;
  filter?: "indexed" | "named";
}

/** A cell, or a `.ts` file beside the notebook, that ran. */
export interface DebugCell {
  /** Name of its script. */
  name: string;
  /** The path of a file; null for a cell. */
  file: string | null;
  source: string;
  sourceMap: string;
}

/**
 * The object itself. All but what takes values is called with JSON and gives JSON. It may be called at any moment: `enter` goes
 * before, and finds out whether that is amid running code, where nothing of the user's or the library's may be called.
 */
export interface DebugTarget {
  /** Every top-level name of every cell. */
  readonly variables: Record<string, unknown>;
  /** Begins a call; false when it interrupts running code. */
  enter(): boolean;
  /** Says whether the user's code stands at a pause. References from before are forgotten. */
  pause(paused: boolean): void;
  /** The cells of these names, where they are known. */
  cells(names: string[]): DebugCell[];
  /** A reference to the cells' variables; `renew` forgets those from before the last such call. */
  globals(renew: boolean): number;
  /** A reference to the variables of scopes, innermost first, and to `this` where it is something. */
  scope(hidden: string[], self: unknown, ...scopes: object[]): number;
  /** What stands below a reference; null when it is no longer known. */
  children(reference: number, request: ChildrenRequest): DescribedVariable[] | null;
  describe(value: unknown): DescribedValue;
  /** A value as the notebook would show it. */
  bundle(value: unknown): MimeBundle;
  /** The names of a value's properties. */
  members(value: unknown): string[];
  /** Counts a visit of a breakpoint, and says whether it is one at which to stop. */
  visit(id: number, operator: string, count: number): boolean;
  /** Says something in the client's debug console; false, so that a breakpoint with it does not stop. */
  say(...parts: unknown[]): false;
  /** Forgets everything. */
  close(): void;
}
