/** @file What the protocol thread and the main thread say to each other. */
import type { MessagePort } from "node:worker_threads";
import type { LocalFile } from "./local-file";

/** Data by MIME type, as Jupyter sends it. */
export type MimeBundle = Record<string, unknown>;

/** A run-time or compile-time error as Jupyter shows it. */
export interface ErrorContent {
  ename: string;
  evalue: string;
  traceback: string[];
}

/** One evaluated entry of `user_expressions`. */
export type ExpressionResult =
  | { status: "ok"; data: MimeBundle; metadata: Record<string, unknown> }
  | ({ status: "error" } & ErrorContent);

/** A cell on its way to the main thread. */
export interface RunCell {
  type: "run";
  /** Identifies the request in every message about it, also in late output. */
  cell: number;
  executionCount: number;
  source: string;
  code: string;
  sourceMap: string;
  isAsync: boolean;
  resultName: string | null;
  names: string[];
  /** Those that must not be read before they are assigned. */
  lexical: string[];
  /** Files beside the notebook that are new or changed. */
  localFiles: LocalFile[];
  silent: boolean;
  allowStdin: boolean;
  userExpressions: Record<string, string>;
}

/** A comm message, in either direction. */
export interface CommMessage {
  type: "comm";
  kind: "comm_open" | "comm_msg" | "comm_close";
  cell: number;
  commId: string;
  targetName?: string;
  data: Record<string, unknown>;
  metadata: Record<string, unknown>;
  buffers: Uint8Array[];
}

export type ToMain =
  | RunCell
  /** Asks to give cells up; answered by `interrupted` for each and then `stopped`. */
  | { type: "interrupt"; stop: number; cells: number[] }
  | { type: "preload" }
  | CommMessage
  | { type: "shutdown"; code: number };

export type FromMain =
  | { type: "stream"; cell: number; name: "stdout" | "stderr"; text: string }
  | {
      type: "display";
      cell: number;
      update: boolean;
      data: MimeBundle;
      metadata: Record<string, unknown>;
      transient: Record<string, unknown>;
      buffers: Uint8Array[];
    }
  /** What was read from the pipes of descriptors 1 and 2, up to the reading of that number, was written before what follows. */
  | { type: "native"; turn: number }
  | { type: "clear_output"; cell: number; wait: boolean }
  | {
      type: "result";
      cell: number;
      executionCount: number;
      data: MimeBundle;
      metadata: Record<string, unknown>;
    }
  | { type: "error"; cell: number; error: ErrorContent }
  | {
      type: "done";
      cell: number;
      assigned: string[];
      error: ErrorContent | null;
      userExpressions: Record<string, ExpressionResult>;
    }
  | { type: "interrupted"; cell: number; assigned: string[] }
  | { type: "stopped"; stop: number }
  | { type: "input"; cell: number; prompt: string; password: boolean }
  | { type: "debug_output"; cell: number; text: string }
  | CommMessage
  | { type: "exit"; code: number };

/** The answer to an `input` message, on a port of its own so that a blocked main thread can read it. */
export type StdinAnswer = { value: string } | { error: string };

/** What the protocol thread is started with. */
export interface ProtocolThreadData {
  connectionFile: string;
  main: MessagePort;
  stdin: MessagePort;
  shared: SharedArrayBuffer;
  /** Where descriptor 2 went before both were captured; null where they could not be. */
  log: number | null;
}

/** Slots of the shared Int32Array. */
export const Slot = {
  /** Output units that the protocol thread has handed to the sockets; wraps round. */
  sent: 0,
  /** Bumped when an answer to `input` was posted. */
  stdin: 1,
  /** Set to 1 when everything is flushed and the process may end. */
  flushed: 2,
  /** Never changes: to wait on for a time. */
  never: 3,
} as const;
export const SHARED_SLOTS = 4;

/** How much output may be on its way to the sockets before the main thread waits, in UTF-16 units. */
export const MAX_IN_FLIGHT = 32 * 1024 * 1024;
