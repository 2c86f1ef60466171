/** @file The shape of the data in this folder: cells, and the messages that each must cause. */

/** A text as it is, or what it must match. */
export type Text = string | RegExp;

/** What a cell causes, apart from busy, its input and idle. What is not named must not come. */
export interface Expected {
  /** `text/plain` of the result. */
  result?: Text;
  /** The result's data by type. */
  data?: Record<string, unknown>;
  stdout?: Text;
  stderr?: Text;
  /** `display_data` and, with `update`, `update_display_data`, in order. */
  displays?: { data: Record<string, unknown>; update?: true }[];
  /** Name, message and traceback of the error; without it the cell must end well. */
  error?: { ename: string; evalue?: Text; traceback?: RegExp };
  /** Types of all messages between the input and idle, in order. */
  messages?: string[];
}

/** A cell that causes nothing to be seen, or one with what it causes. */
export type Cell = string | [code: string, expected: Expected];

/** One behaviour, shown by cells that run one after another. */
export interface Sequence {
  name: string;
  cells: Cell[];
  /** Files beside the notebook, written before the first cell. */
  files?: Record<string, string>;
}

/** Shorthands for common expectations. */
export const gives = (code: string, result: Text): Cell => [code, { result }];
export const prints = (code: string, stdout: Text): Cell => [code, { stdout }];
export const refuses = (code: string, evalue: Text): Cell => [
  code,
  { error: { ename: "TypeScriptError", evalue } },
];
export const throws = (code: string, ename: string, evalue?: Text, traceback?: RegExp): Cell => [
  code,
  { error: { ename, evalue, traceback } },
];
