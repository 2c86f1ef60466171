/** @file What the compile process or thread and its clients say to each other. */
import type { CellCompiler } from "./cell-compiler";

/** A call of one method. */
export interface CompilerCall {
  id: number;
  method: keyof CellCompiler;
  args: unknown[];
}

/** The answer to a call. */
export type CompilerAnswer = { id: number; value: unknown } | { id: number; error: string };

/** What a process says first; calls may have been sent before. */
export interface CompilerReady {
  ready: true;
}
