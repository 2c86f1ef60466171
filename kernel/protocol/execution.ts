/** @file One run of a cell or one delivery of a comm message: what is known of it until it has ended. */
import type { ErrorContent, ExpressionResult } from "../channel";

/** How a cell ended. */
export interface Outcome {
  status: "ok" | "error";
  error: ErrorContent | null;
  assigned: string[];
  userExpressions: Record<string, ExpressionResult>;
  payload?: object[];
}

export const ENDED_WELL: Outcome = { status: "ok", error: null, assigned: [], userExpressions: {} };

/** The outcome of a cell that failed with an error. */
export function failed(error: ErrorContent, assigned: string[] = []): Outcome {
  return { status: "error", error, assigned, userExpressions: {} };
}

export const KEYBOARD_INTERRUPT: ErrorContent = {
  ename: "KeyboardInterrupt",
  evalue: "",
  traceback: ["\u001b[31mKeyboardInterrupt\u001b[39m: the cell was stopped; its variables are kept"],
};

/** What is being worked on. */
export class Execution {
  readonly outcome: Promise<Outcome>;
  readonly began = performance.now();
  settled = false;
  /** True from when the main thread has it. */
  onMain = false;
  private resolve: (outcome: Outcome) => void = () => {};

  constructor(
    readonly cell: number,
    readonly executionCount: number,
    readonly silent: boolean,
  ) {
    this.outcome = new Promise<Outcome>((resolve) => {
      this.resolve = resolve;
    });
  }

  /** Ends the wait for the compiler or the main thread; the first outcome counts. */
  settle(outcome: Outcome): void {
    if (this.settled) return;
    this.settled = true;
    this.resolve(outcome);
  }
}
