/** @file The messages of the Debug Adapter Protocol, as far as Jupyter's debug_request and debug_event carry them. */

/** The content of a `debug_request`, of which nothing is certain. */
export interface DebugRequest {
  seq?: unknown;
  type?: unknown;
  command?: unknown;
  arguments?: unknown;
}

/** The content of a `debug_reply`. */
export interface DebugReply {
  seq: number;
  type: "response";
  request_seq: number;
  success: boolean;
  command: string;
  /** Why it did not succeed. */
  message?: string;
  body: object;
}

/** The content of a `debug_event`. */
export interface DebugEvent {
  seq: number;
  type: "event";
  event: string;
  body: object;
}

export interface Source {
  name: string;
  path: string;
}

/** A breakpoint as a client asks for it. */
export interface SourceBreakpoint {
  line: number;
  column?: number;
  condition?: string;
  hitCondition?: string;
  logMessage?: string;
}

/** A breakpoint as it came to be. */
export interface Breakpoint {
  id: number;
  /** True once it is in a cell that ran. */
  verified: boolean;
  line: number;
  source: Source;
  /** Why it is nowhere. */
  message?: string;
}

export interface StackFrame {
  id: number;
  name: string;
  source: Source;
  line: number;
  column: number;
}

export interface Scope {
  name: string;
  presentationHint?: "locals";
  variablesReference: number;
  expensive: boolean;
}

export interface Variable {
  name: string;
  value: string;
  type?: string;
  evaluateName?: string;
  variablesReference: number;
  indexedVariables?: number;
  namedVariables?: number;
  presentationHint?: { lazy: boolean };
}

/** The one thread that clients see: the main thread, on which cells run. */
export const THREAD_ID = 1;

/** A request that cannot be done; its message is the reply's. */
export class DebugError extends Error {}
