/** @file How a progress bar looks, as text and as HTML. */
import { escape_html, MONOSPACE, MUTED, OUTPUT, shorten } from "./html";
import { count_text, duration_text, metric_text, text_width } from "./number-text";

/** A metric: a number, a text, or anything with `item()` such as a tensor of one value. */
export type Metric = number | bigint | string | boolean | null | undefined | { item(): unknown };

/** What a bar shows. */
export interface ProgressState {
  desc: string;
  unit: string;
  n: number;
  /** Items done with the share of the one under way, when that is known. */
  part?: number;
  total: number | undefined;
  /** Seconds since the start. */
  elapsed: number;
  /** Items a second, when known. */
  rate: number | undefined;
  status: "running" | "done" | "stopped";
  postfix: Readonly<Record<string, Metric>>;
}

/** The number behind a metric; NaN when it is none. */
export function metric_number(metric: Metric): number {
  if (typeof metric === "number") return metric;
  if (typeof metric === "object" && metric !== null) return metric_number(metric.item() as Metric);
  return typeof metric === "bigint" || typeof metric === "boolean" ? Number(metric) : Number.NaN;
}

function metric_label(metric: Metric): string {
  let value: unknown = metric;
  // A bar is no place to fail: a tensor that cannot be read as one number shows as its text.
  try {
    if (typeof metric === "object" && metric !== null) value = metric.item();
  } catch {
    value = metric;
  }
  return typeof value === "number" ? metric_text(value) : shorten(String(value), 60);
}

/** `loss=0.6931, acc=0.5`. */
function metrics_label(metrics: Readonly<Record<string, Metric>>): string {
  return Object.entries(metrics)
    .filter(([, metric]) => metric !== undefined)
    .map(([name, metric]) => `${name}=${metric_label(metric)}`)
    .join(", ");
}

function rate_text(rate: number | undefined, unit: string): string {
  if (rate === undefined) return `?${unit}/s`;
  if (rate < 1) return `${(1 / rate).toFixed(2)}s/${unit}`;
  return `${rate >= 1000 ? count_text(Math.round(rate)) : rate.toFixed(rate >= 100 ? 1 : 2)}${unit}/s`;
}

function remaining_text(state: ProgressState): string {
  const { total, n, rate, status } = state;
  if (total === undefined || status === "stopped") return "";
  return `<${n >= total ? "00:00" : rate ? duration_text((total - (state.part ?? n)) / rate) : "?"}`;
}

/** The bar's filled share from 0 to 1, or undefined when the end is not known. */
function share(state: ProgressState): number | undefined {
  if (state.total === undefined) return undefined;
  return state.total === 0 ? 1 : Math.min(1, (state.part ?? state.n) / state.total);
}

const EIGHTHS = ["", "▏", "▎", "▍", "▌", "▋", "▊", "▉"];

/** The bar in one line of at most `columns` columns (where the other parts leave room for that). */
export function progress_text(state: ProgressState, columns: number): string {
  const { desc, n, total, elapsed, rate, unit, postfix } = state;
  const metrics = metrics_label(postfix);
  const tail = `[${duration_text(elapsed)}${remaining_text(state)}, ${rate_text(rate, unit)}${metrics ? `, ${metrics}` : ""}]`;
  const head = desc === "" ? "" : `${desc}: `;
  const part = share(state);
  if (part === undefined) return `${head}${n}${unit} ${tail}`;
  const percent = `${String(Math.floor(100 * part)).padStart(3)}%|`;
  const counts = `| ${n}/${total} ${tail}`;
  const width = Math.max(4, Math.min(20, columns - 1 - text_width(head + percent + counts)));
  const eighths = Math.floor(8 * width * part);
  const bar = "█".repeat(Math.floor(eighths / 8)) + (EIGHTHS[eighths % 8] ?? "");
  return `${head}${percent}${bar.padEnd(width)}${counts}`;
}

const BAR_COLOUR = { running: "#3b82e6", done: "#12a594", stopped: "#f0802a" } as const;

/** The bar as one HTML line: description, bar, percentage, counts, time and metrics. */
export function progress_html(state: ProgressState): string {
  const { desc, n, total, elapsed, rate, unit, postfix, status } = state;
  const part = share(state);
  const metrics = metrics_label(postfix);
  const pieces: string[] = [];
  if (desc) pieces.push(`<span style="margin:0 8px 0 0">${escape_html(desc)}</span>`);
  if (part !== undefined) {
    const filled = (100 * part).toFixed(1);
    pieces.push(
      `<span style="display:inline-block;vertical-align:middle;width:180px;height:9px;border-radius:5px;overflow:hidden;background-color:#88888838;margin:0 8px 0 0">` +
        `<span style="display:block;width:${filled}%;height:9px;background-color:${BAR_COLOUR[status]}"></span></span>`,
      `<span style="margin:0 8px 0 0">${String(Math.floor(100 * part))
        .padStart(3)
        .replaceAll(" ", "&nbsp;")}%</span>`,
      `<span style="margin:0 8px 0 0">${n}/${total}</span>`,
    );
  } else pieces.push(`<span style="margin:0 8px 0 0">${n} ${escape_html(unit)}</span>`);
  const time = `${duration_text(elapsed)}${remaining_text(state)}, ${rate_text(rate, unit)}`;
  pieces.push(`<span style="${MUTED};margin:0 8px 0 0">[${escape_html(time)}]</span>`);
  if (metrics) pieces.push(`<span>${escape_html(metrics)}</span>`);
  if (status === "stopped") pieces.push(`<span style="${MUTED}"> stopped</span>`);
  return `<div class="torchbook-progress" style="${OUTPUT};${MONOSPACE};font-size:12px;line-height:1.6">${pieces.join("")}</div>`;
}
