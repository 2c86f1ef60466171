/** @file One output that changes while a loop runs: an updated display in the kernel, a rewritten line on a terminal, sparse lines elsewhere. */
import { performance } from "node:perf_hooks";
import { type DisplayFunction, kernel_display, type MimeBundle, new_display_id } from "./contract";
import { text_width } from "./number-text";

/** Where text goes in a plain Node script: `process.stdout` or what looks like it. */
export interface TextStream {
  write(text: string): unknown;
  isTTY?: boolean;
  columns?: number;
}

/** Updates a second in the kernel and on a terminal. */
const INTERVAL_MS = 100;
/** Milliseconds between lines where a line cannot be rewritten, as in a log file. */
const SPARSE_MS = 10_000;

/** A single output that is replaced in place. Render functions are called only when something is really shown. */
export class LiveOutput {
  private readonly display: DisplayFunction | undefined;
  private readonly stream: TextStream;
  private readonly interval: number;
  private readonly id = new_display_id();
  private next = 0;
  private shown = false;
  private last_width = 0;

  /** @param stream shows text there, whether or not a kernel is present */
  constructor(stream?: TextStream) {
    this.display = stream ? undefined : kernel_display();
    this.stream = stream ?? process.stdout;
    this.interval = this.display || this.stream.isTTY ? INTERVAL_MS : SPARSE_MS;
    if (this.interval === SPARSE_MS) this.next = performance.now() + SPARSE_MS;
  }

  /** Whether the output is a log where each line stays. */
  get is_log(): boolean {
    return this.interval === SPARSE_MS;
  }

  /** Columns that a line may take. */
  get columns(): number {
    return Math.max(20, this.stream.columns || 100);
  }

  /** Whether an update is due. Costs one clock reading. */
  due(now: number = performance.now()): boolean {
    return now >= this.next;
  }

  /** Shows the present state. */
  update(text: () => string, html: () => string): void {
    if (this.display) this.send(this.display, text, html);
    else if (this.is_log) this.stream.write(`${text()}\n`);
    else this.rewrite(text());
    this.next = performance.now() + this.interval;
  }

  /** Shows the last state, which stays. */
  finish(text: () => string, html: () => string): void {
    if (this.display) this.send(this.display, text, html);
    else if (this.is_log) this.stream.write(`${text()}\n`);
    else {
      this.rewrite(text());
      this.stream.write("\n");
    }
  }

  /** Writes a line of text above a terminal's line, or to stdout beside the notebook's output. */
  print(text: string): void {
    if (this.display || this.is_log) this.stream.write(`${text}\n`);
    else {
      this.rewrite("");
      this.stream.write(`\r${text}\n`);
    }
  }

  /** Takes the output away: nothing of it stays but an empty output. */
  clear(): void {
    if (!this.shown) return;
    if (this.display) {
      const nothing = () => "";
      this.send(this.display, nothing, nothing);
    } else if (!this.is_log) {
      this.rewrite("");
      this.stream.write("\r");
    }
  }

  private send(display: DisplayFunction, text: () => string, html: () => string): void {
    const bundle: MimeBundle = { "text/plain": text(), "text/html": html() };
    display(bundle, { display_id: this.id, update: this.shown });
    this.shown = true;
  }

  private rewrite(text: string): void {
    const width = text_width(text);
    this.stream.write(`\r${text}${" ".repeat(Math.max(0, this.last_width - width))}`);
    this.last_width = width;
    this.shown = true;
  }
}
