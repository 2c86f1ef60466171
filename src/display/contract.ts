/** @file The display contract with a Jupyter kernel: `Symbol.for("Jupyter.display")`, and the base class of what shows itself. */
import { inspect } from "node:util";

/** The symbol under which an object offers its MIME bundle and a kernel offers its display function. */
export const JUPYTER_DISPLAY: unique symbol = Symbol.for("Jupyter.display");

/** One value in several forms, by MIME type: `{ "text/plain": "...", "text/html": "..." }`. */
export type MimeBundle = Record<string, unknown>;

/** What `globalThis[Symbol.for("Jupyter.display")]` takes beside the bundle. */
export interface DisplayOptions {
  /** Names the output so that a later call can replace it. */
  display_id?: string;
  /** Replaces the output that was shown under `display_id` instead of adding one. */
  update?: boolean;
  metadata?: object;
  transient?: object;
}

/** The function that a kernel provides for outputs that appear while a cell runs. */
export type DisplayFunction = (value: object, options?: DisplayOptions) => void;

/** The kernel's display function, or `undefined` in a plain Node script. */
export function kernel_display(): DisplayFunction | undefined {
  const found = (globalThis as Record<symbol, unknown>)[JUPYTER_DISPLAY];
  return typeof found === "function" ? (found as DisplayFunction) : undefined;
}

/** Base of the objects that a notebook shows as HTML and a terminal as text. */
export abstract class Displayable {
  /** A self-contained HTML fragment: inline styles only, no scripts, no network. */
  abstract to_html(): string;

  /** The plain text form, without a final newline. */
  abstract toString(): string;

  [JUPYTER_DISPLAY](): MimeBundle {
    return { "text/plain": this.toString(), "text/html": this.to_html() };
  }

  [inspect.custom](): string {
    return this.toString();
  }

  /** Shows the object now: as an output of the running cell, or as text on stdout in a plain Node script. */
  show(): void {
    const display = kernel_display();
    if (display) display(this[JUPYTER_DISPLAY]());
    else process.stdout.write(`${this.toString()}\n`);
  }
}

let display_count = 0;

/** A display id that no other output of this or an earlier kernel process has. */
export function new_display_id(): string {
  display_count += 1;
  return `torchbook-${process.pid.toString(36)}-${Date.now().toString(36)}-${display_count}`;
}
