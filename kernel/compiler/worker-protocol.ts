/** @file What the compile thread and its clients say to each other. */
import type { CellCompiler } from "./cell-compiler";

/** A call of one method. */
export interface CompilerCall {
  id: number;
  method: keyof CellCompiler;
  args: unknown[];
}

/** The answer to a call. */
export type CompilerAnswer = { id: number; value: unknown } | { id: number; error: string };
