/** @file Lines and columns as the client counts them: from 1, or from 0. */
import type { SourceBreakpoint } from "./messages";

/** Converts between a client's counting and ours, which begins with 1. */
export class Lines {
  private readonly line: 0 | 1;
  /** Number of the first column. */
  readonly firstColumn: 0 | 1;

  constructor(linesStartAt1: boolean, columnsStartAt1: boolean) {
    this.line = linesStartAt1 ? 1 : 0;
    this.firstColumn = columnsStartAt1 ? 1 : 0;
  }

  /** What a client asks for, in our counting. */
  breakpoint(asked: SourceBreakpoint): SourceBreakpoint {
    const { line, column } = asked;
    return {
      ...asked,
      line: line + 1 - this.line,
      ...(column !== undefined && { column: column + 1 - this.firstColumn }),
    };
  }

  /** Something of ours as the client counts. */
  shown<T extends { line: number; column?: number }>(place: T): T {
    const { line, column } = place;
    return {
      ...place,
      line: line - 1 + this.line,
      ...(column !== undefined && { column: column - 1 + this.firstColumn }),
    };
  }
}
