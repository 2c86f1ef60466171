/** @file The record of a training run: a live progress line while it runs, a loss curve when it ends. */
import { performance } from "node:perf_hooks";
import { Displayable } from "./contract";
import { Curve, type CurveOptions } from "./curve";
import { escape_html, MONOSPACE, MUTED, OUTPUT } from "./html";
import { LiveOutput, type TextStream } from "./live-output";
import { metric_text, pad_start, text_width } from "./number-text";
import { known_length } from "./progress";
import { type Metric, metric_number, progress_html, progress_text } from "./progress-text";

/** Options of {@link TrainingHistory}. */
export interface TrainingHistoryOptions {
  /** How many epochs there will be. The run ends with the last of them; without it, with {@link TrainingHistory.end}. */
  epochs?: number;
  /** Text before the bar, `Epoch` unless told. */
  desc?: string;
  /** Whether the loss curve is shown when the run ends; true unless told. */
  plot?: boolean;
  /** Options of that curve. */
  curve?: HistoryCurveOptions;
  /** Writes text there instead of showing output in the notebook. */
  file?: TextStream;
}

/** Options of {@link TrainingHistory.plot}. */
export interface HistoryCurveOptions extends CurveOptions {
  /** Which metrics to draw; those whose name contains `loss` unless told, or all when none does. */
  keys?: readonly string[];
}

/** The metrics of one epoch. */
export type EpochRecord = Record<string, number>;

/**
 * Keeps the metrics of a training run. In a notebook one line shows how far it is, updated in place also while a
 * synchronous loop runs, and the loss curve follows when the last epoch is logged.
 *
 * @example
 * const history = new TrainingHistory({ epochs: 10 });
 * for (let epoch = 1; epoch <= 10; epoch++) {
 *   for (const [x, y] of history.batches(loader)) { ...; history.step({ loss: loss.item() }); }
 *   history.log({ epoch, loss: total / loader.length });
 * }
 */
export class TrainingHistory extends Displayable {
  /** One record an epoch: `epoch` and the metrics logged. */
  readonly records: EpochRecord[] = [];
  private readonly epochs: number | undefined;
  // Made by the cell that trains, which need not be the one that made the history.
  private output: LiveOutput | undefined;
  private started = performance.now();
  private ended: number | undefined;
  /** Records of earlier runs: training may go on after the last epoch, in another cell. */
  private base = 0;
  private live: Record<string, Metric> = {};
  private batch = 0;
  private counting = false;
  private batch_total: number | undefined;

  constructor(private readonly settings: TrainingHistoryOptions = {}) {
    super();
    const { epochs } = settings;
    if (epochs !== undefined && !(Number.isFinite(epochs) && epochs >= 0))
      throw new RangeError(`TrainingHistory: epochs must be a number of at least 0, got ${epochs}`);
    this.epochs = epochs;
  }

  /** Loops over a loader while the live line follows; call it once an epoch. */
  *batches<T>(loader: Iterable<T>): Generator<T, void, undefined> {
    this.open();
    this.batch = 0;
    this.batch_total = known_length(loader);
    this.counting = true;
    try {
      for (const item of loader) {
        yield item;
        this.advance();
      }
    } finally {
      this.counting = false;
    }
  }

  /** Shows metrics of the batch in the live line. Counts the batch too, unless the loop goes over {@link TrainingHistory.batches}. */
  step(metrics: Readonly<Record<string, Metric>> = {}): void {
    Object.assign(this.live, metrics);
    if (!this.counting) this.advance();
  }

  private advance(): void {
    const output = this.open();
    this.batch += 1;
    if (!output.is_log && output.due()) this.refresh(output);
  }

  /** Starts a run with a line of its own, unless one is under way. */
  private open(): LiveOutput {
    if (this.output !== undefined && this.ended === undefined) return this.output;
    const output = new LiveOutput(this.settings.file);
    this.output = output;
    this.base = this.records.length;
    this.ended = undefined;
    this.started = performance.now();
    this.live = {};
    if (!output.is_log) this.refresh(output);
    return output;
  }

  /**
   * Records an epoch: `history.log({ loss, val_loss })`. `epoch` counts on from the last one unless given. Metrics are
   * numbers or tensors of one value.
   */
  log(metrics: Readonly<Record<string, Metric>>): void {
    const output = this.open();
    const record: EpochRecord = { epoch: (this.records.at(-1)?.epoch ?? 0) + 1 };
    for (const [name, metric] of Object.entries(metrics))
      if (metric !== undefined && metric !== null) record[name] = metric_number(metric);
    this.records.push(record);
    const { epoch: _, ...shown } = record;
    this.live = shown;
    this.batch = 0;
    this.batch_total = undefined;
    const done = this.records.length - this.base;
    if (this.epochs !== undefined && done >= this.epochs) this.end();
    else if (output.is_log ? done % Math.max(1, Math.round((this.epochs ?? 1) / 50)) === 0 : output.due())
      this.refresh(output);
  }

  /** Ends the run: the line stands still and the curve is shown. The last epoch does this by itself. */
  end(): void {
    if (this.output === undefined || this.ended !== undefined) return;
    this.ended = performance.now();
    this.output.finish(
      () => this.line(this.output),
      () => this.line_html(),
    );
    if (this.settings.plot === false || this.records.length < 2) return;
    if (this.settings.file) this.settings.file.write(`${this.plot().toString()}\n`);
    else this.plot().show();
  }

  /** The values of one metric, NaN for an epoch without it. */
  values(name: string): number[] {
    return this.records.map((record) => record[name] ?? Number.NaN);
  }

  /** The names of the metrics, in the order in which they first came. */
  get keys(): string[] {
    return [...new Set(this.records.flatMap((record) => Object.keys(record)))].filter(
      (name) => name !== "epoch",
    );
  }

  /** The epoch's record with the least value of a metric (the greatest with `mode: "max"`). */
  best(name: string, mode: "min" | "max" = "min"): EpochRecord | undefined {
    const sign = mode === "min" ? 1 : -1;
    return this.records
      .filter((record) => Number.isFinite(record[name]))
      .sort((a, b) => sign * ((a[name] as number) - (b[name] as number)))[0];
  }

  /** The curve of the losses, or of the metrics named in `keys`, over the epochs. */
  plot(options: HistoryCurveOptions = {}): Curve {
    const { keys, ...rest } = { ...this.settings.curve, ...options };
    const losses = this.keys.filter((name) => /loss|损失/i.test(name));
    const chosen = keys ?? (losses.length > 0 ? losses : this.keys);
    const series = Object.fromEntries(
      chosen.map((name) => [
        name,
        this.records.map((record) => [record.epoch, record[name] ?? Number.NaN] as const),
      ]),
    );
    return new Curve(series, { x_label: "epoch", ...rest });
  }

  /** A table with one row an epoch; of a long run, the first and last rows. */
  toString(): string {
    const rows = this.table();
    const widths = (rows[0] ?? []).map((_, column) =>
      Math.max(...rows.map((row) => text_width(row[column] as string))),
    );
    const text = rows.map((row) =>
      row.map((cell, column) => pad_start(cell, widths[column] as number)).join("  "),
    );
    return text.length > 1 ? text.join("\n") : "TrainingHistory: nothing logged yet";
  }

  to_html(): string {
    if (this.records.length === 0) return `<div style="${MUTED}">${this.toString()}</div>`;
    const [head = [], ...rows] = this.table();
    const cells = (row: string[], tag: string) =>
      row
        .map((cell) => `<${tag} style="padding:2px 10px;text-align:right">${escape_html(cell)}</${tag}>`)
        .join("");
    const body = rows.map((row) => `<tr>${cells(row, "td")}</tr>`).join("");
    const table = `<details style="${OUTPUT};font-size:12px"><summary style="cursor:pointer;${MUTED}">${this.records.length} epochs</summary><table style="${MONOSPACE};font-size:12px;margin:0"><thead><tr>${cells(head, "th")}</tr></thead><tbody>${body}</tbody></table></details>`;
    return `<div class="torchbook-history">${this.records.length > 1 ? this.plot().to_html() : ""}${table}</div>`;
  }

  private table(): string[][] {
    const names = ["epoch", ...this.keys];
    const row = (record: EpochRecord) =>
      names.map((name) => (record[name] === undefined ? "" : metric_text(record[name])));
    const { records } = this;
    if (records.length <= 30) return [names, ...records.map(row)];
    return [names, ...records.slice(0, 15).map(row), names.map(() => "…"), ...records.slice(-15).map(row)];
  }

  private refresh(output: LiveOutput): void {
    output.update(
      () => this.line(output),
      () => this.line_html(),
    );
  }

  private line(output: LiveOutput | undefined): string {
    return progress_text(this.state(), output?.columns ?? 100);
  }

  private line_html(): string {
    return progress_html(this.state());
  }

  /** Progress over the whole run; a batch counts as its share of an epoch. */
  private state(): Parameters<typeof progress_html>[0] {
    const done = this.records.length - this.base;
    const { epochs, batch, batch_total, ended } = this;
    const within = batch_total ? Math.min(1, batch / batch_total) : 0;
    const elapsed = ((ended ?? performance.now()) - this.started) / 1000;
    const desc = this.settings.desc ?? "Epoch";
    const batches =
      ended === undefined && batch > 0 ? { batch: `${batch}${batch_total ? `/${batch_total}` : ""}` } : {};
    return {
      desc,
      unit: "epoch",
      n: done,
      part: done + within,
      total: epochs,
      elapsed,
      rate: done + within > 0 && elapsed > 0 ? (done + within) / elapsed : undefined,
      status: ended === undefined ? "running" : epochs !== undefined && done < epochs ? "stopped" : "done",
      postfix: { ...batches, ...this.live },
    };
  }
}
