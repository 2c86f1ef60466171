/** @file A progress bar round a loop: `for (const batch of progress(loader))`. */
import { performance } from "node:perf_hooks";
import { inspect } from "node:util";
import { JUPYTER_DISPLAY, type MimeBundle } from "./contract";
import { LiveOutput, type TextStream } from "./live-output";
import { type Metric, type ProgressState, progress_html, progress_text } from "./progress-text";

/** Options of {@link progress}; the names are tqdm's. */
export interface ProgressOptions {
  /** Text before the bar. */
  desc?: string;
  /** What is counted; `it` unless told. */
  unit?: string;
  /** How many items there will be, where the iterable does not say. */
  total?: number;
  /** Metrics shown behind the bar. */
  postfix?: Record<string, Metric>;
  /** The count at the start. */
  initial?: number;
  /** Whether the finished bar stays; true unless told. */
  leave?: boolean;
  /** Shows nothing, and costs nothing. */
  disable?: boolean;
  /** Writes text there instead of showing the bar in the notebook. */
  file?: TextStream;
}

/**
 * A loop with a progress bar. Iterate over it, or call {@link Progress.update} and {@link Progress.close} by hand.
 * In a notebook one output is updated in place, at most ten times a second, also while a synchronous loop runs.
 */
export class Progress<T> implements Iterable<T>, AsyncIterable<T> {
  /** Items done. */
  n: number;
  /** Items expected, when known. */
  total: number | undefined;
  private desc: string;
  private readonly unit: string;
  private readonly leave: boolean;
  private readonly disabled: boolean;
  private postfix: Record<string, Metric>;
  private output: LiveOutput;
  private readonly file: TextStream | undefined;
  private readonly initial: number;
  private started = performance.now();
  private ended: number | undefined;
  private stopped = false;
  private opened = false;
  // Exponential averages of items and seconds between updates, for the rate that is shown while running.
  private mark_n: number;
  private mark_time = this.started;
  private average_items = 0;
  private average_seconds = 0;

  constructor(
    private readonly source: Iterable<T> | AsyncIterable<T> | number | undefined,
    options: ProgressOptions = {},
  ) {
    this.total = options.total ?? known_length(source);
    this.desc = options.desc ?? "";
    this.unit = options.unit ?? "it";
    this.leave = options.leave ?? true;
    this.disabled = options.disable ?? false;
    this.postfix = { ...options.postfix };
    this.initial = options.initial ?? 0;
    this.n = this.initial;
    this.mark_n = this.n;
    this.file = options.file;
    this.output = new LiveOutput(options.file);
  }

  *[Symbol.iterator](): Generator<T, void, undefined> {
    const source = this.source;
    if (source === undefined || (typeof source === "object" && !(Symbol.iterator in source)))
      throw new TypeError(
        "progress: this source is not iterable synchronously; use `for await` for a stream",
      );
    this.restart();
    let complete = false;
    try {
      for (const item of typeof source === "number"
        ? (counter(source) as Iterable<T>)
        : (source as Iterable<T>)) {
        yield item;
        this.update(1);
      }
      complete = true;
    } finally {
      this.stopped = !complete;
      this.close();
    }
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<T, void, undefined> {
    const source = this.source;
    if (source === undefined) throw new TypeError("progress: nothing to iterate over");
    this.restart();
    let complete = false;
    try {
      for await (const item of typeof source === "number" ? (counter(source) as Iterable<T>) : source) {
        yield item;
        this.update(1);
      }
      complete = true;
    } finally {
      this.stopped = !complete;
      this.close();
    }
  }

  /** Counts `n` more items as done. */
  update(n = 1): void {
    this.n += n;
    if (this.disabled || this.ended !== undefined) return;
    const now = performance.now();
    if (this.output.due(now)) this.render(now);
  }

  /** Sets the metrics behind the bar, such as `{ loss }`. Tensors of one value are read when they are shown. */
  set_postfix(metrics: Record<string, Metric>): void {
    this.postfix = { ...metrics };
  }

  /** Sets the text before the bar. */
  set_description(desc: string): void {
    this.desc = desc;
  }

  /** Writes a line of text without disturbing the bar. */
  write(text: string): void {
    this.output.print(text);
    if (!this.output.is_log) this.refresh();
  }

  /** Shows the bar now, whenever it was shown last. */
  refresh(): void {
    if (!this.disabled && this.ended === undefined) this.render(performance.now());
  }

  /** Ends the bar and shows its last state. Iterating does this by itself, also on `break` and on an error. */
  close(): void {
    if (this.ended !== undefined) return;
    this.ended = performance.now();
    if (this.total !== undefined && this.n < this.total) this.stopped = true;
    if (this.disabled) return;
    if (this.leave)
      this.output.finish(
        () => this.text(),
        () => this.to_html(),
      );
    else this.output.clear();
  }

  /** The bar as text: `Epoch 1:  45%|████▌     | 45/100 [00:02<00:03, 17.80it/s, loss=0.6931]`. */
  toString(): string {
    return progress_text(this.state(), 100);
  }

  /** The bar as an HTML fragment. */
  to_html(): string {
    return progress_html(this.state());
  }

  [JUPYTER_DISPLAY](): MimeBundle {
    return { "text/plain": this.toString(), "text/html": this.to_html() };
  }

  [inspect.custom](): string {
    return this.toString();
  }

  private text(): string {
    return progress_text(this.state(), this.output.columns);
  }

  /** Each loop has a bar of its own, in the cell that runs it. */
  private restart(): void {
    this.output = new LiveOutput(this.file);
    this.started = performance.now();
    this.mark_time = this.started;
    this.n = this.initial;
    this.mark_n = this.n;
    this.average_items = 0;
    this.average_seconds = 0;
    this.ended = undefined;
    this.stopped = false;
    this.opened = false;
    if (!this.disabled && this.output.due(this.started)) this.render(this.started);
  }

  private render(now: number): void {
    const weight = this.opened ? 0.3 : 1;
    this.opened = this.n > this.initial;
    this.average_items += weight * (this.n - this.mark_n - this.average_items);
    this.average_seconds += weight * ((now - this.mark_time) / 1000 - this.average_seconds);
    this.mark_n = this.n;
    this.mark_time = now;
    this.output.update(
      () => this.text(),
      () => this.to_html(),
    );
  }

  private state(): ProgressState {
    const elapsed = ((this.ended ?? performance.now()) - this.started) / 1000;
    const done = this.n - this.initial;
    const running = this.ended === undefined && this.average_seconds > 0 && this.average_items > 0;
    return {
      desc: this.desc,
      unit: this.unit,
      n: this.n,
      total: this.total,
      elapsed,
      rate: running
        ? this.average_items / this.average_seconds
        : done > 0 && elapsed > 0
          ? done / elapsed
          : undefined,
      status: this.ended === undefined ? "running" : this.stopped ? "stopped" : "done",
      postfix: this.postfix,
    };
  }
}

/** How long an iterable says it is: `length`, `size`, or Python's `__len__()`. */
export function known_length(source: unknown): number | undefined {
  if (typeof source === "number") return Math.max(0, Math.ceil(source));
  if (typeof source === "string") return undefined;
  const sized = source as { length?: unknown; size?: unknown; __len__?: unknown } | undefined | null;
  if (sized === undefined || sized === null) return undefined;
  if (typeof sized.length === "number") return sized.length;
  if (typeof sized.size === "number") return sized.size;
  // An IterableDataset's loader throws here: it does not know.
  try {
    if (typeof sized.__len__ === "function") return Number(sized.__len__());
  } catch {
    return undefined;
  }
  return undefined;
}

function* counter(total: number): Generator<number> {
  for (let i = 0; i < total; i++) yield i;
}

/**
 * Shows a progress bar while a loop runs.
 *
 * @param source what to loop over, or a number `n` for `0 … n-1`, or nothing to count by hand with `update`
 * @example
 * const bar = progress(loader, { desc: "Epoch 1" });
 * for (const [x, y] of bar) {
 *   ...
 *   bar.set_postfix({ loss: loss.item() });
 * }
 */
export function progress<T>(source: Iterable<T> | AsyncIterable<T>, options?: ProgressOptions): Progress<T>;
export function progress(total: number, options?: ProgressOptions): Progress<number>;
export function progress(source: undefined, options: ProgressOptions): Progress<never>;
export function progress(
  source: Iterable<unknown> | AsyncIterable<unknown> | number | undefined,
  options: ProgressOptions = {},
): Progress<unknown> {
  return new Progress<unknown>(source, options);
}

/** {@link progress} under the name that Python's users know. */
export const tqdm = progress;

/** `progress(n)`: loops over `0 … n-1`. */
export function trange(total: number, options: ProgressOptions = {}): Progress<number> {
  return progress(total, options);
}
