/** @file Curves over epochs or steps, as HTML, SVG and text: `plot_curve({ loss, val_loss })`. */
import { type Axis, linear_axis, log_axis } from "./axis";
import { Displayable, JUPYTER_DISPLAY, type MimeBundle } from "./contract";
import { curve_text } from "./curve-text";
import { escape_html, MUTED, OUTPUT, PALETTE, shorten } from "./html";
import { compact, text_width } from "./number-text";
import { is_list, read_series, type Series, type SeriesInput, smooth, thin_out } from "./series";

/** Options of {@link plot_curve}. */
export interface CurveOptions {
  title?: string;
  x_label?: string;
  y_label?: string;
  /** Logarithmic y axis; values that are not positive are left out. */
  log?: boolean;
  /**
   * Weight of an exponential moving average drawn over the pale raw line, 0 … 1; `false` for none. Unless told, series of
   * more than 200 points are smoothed with a weight that suits their length.
   */
  smoothing?: number | boolean;
  /** Size in pixels, 640 × 300 unless told. */
  width?: number;
  height?: number;
}

/** Points drawn for one line at most. */
const MAX_POINTS = 600;
const MAX_SERIES = 20;

/** A label of the chart: HTML text that takes the page's colour, or SVG text in an image of its own. */
interface Label {
  text: string;
  x: number;
  y: number;
  anchor: "start" | "middle" | "end";
}

/** A drawn chart. Notebooks show it as HTML, terminals as a text plot. */
export class Curve extends Displayable {
  /** The series as read: names, x and y. */
  readonly series: readonly Series[];
  readonly options: Readonly<CurveOptions>;

  constructor(series: Readonly<Record<string, SeriesInput>>, options: CurveOptions = {}) {
    super();
    this.options = options;
    this.series = read_series(series).slice(0, MAX_SERIES);
  }

  override [JUPYTER_DISPLAY](): MimeBundle {
    return { "text/plain": this.toString(), "text/html": this.to_html(), "image/svg+xml": this.to_svg() };
  }

  override toString(): string {
    return curve_text(this.drawn(), this.options);
  }

  /** The chart as one SVG document. */
  to_svg(): string {
    const { width, height } = this.size();
    const { shapes, labels } = this.draw(true);
    const texts = labels
      .map(
        (label) =>
          `<text x="${label.x}" y="${label.y + 4}" text-anchor="${label.anchor}">${escape_html(label.text)}</text>`,
      )
      .join("");
    return `${this.svg_open(width, height)}<g font-family="sans-serif" font-size="11" fill="#808080">${texts}</g>${shapes}</svg>`;
  }

  /** The chart as an HTML fragment: lines as an embedded image, all text in the page's own font and colour. */
  to_html(): string {
    const { width, height } = this.size();
    const { shapes, labels } = this.draw(false);
    const image = Buffer.from(`${this.svg_open(width, height)}${shapes}</svg>`).toString("base64");
    const box = 200;
    const spans = labels
      .map((label) => {
        const left =
          label.anchor === "start" ? label.x : label.anchor === "middle" ? label.x - box / 2 : label.x - box;
        const align = { start: "left", middle: "center", end: "right" }[label.anchor];
        return `<span style="position:absolute;left:${left.toFixed(1)}px;top:${(label.y - 8).toFixed(1)}px;width:${box}px;line-height:16px;text-align:${align};white-space:nowrap;opacity:0.75">${escape_html(label.text)}</span>`;
      })
      .join("");
    const title = this.options.title
      ? `<div style="font-size:13px;font-weight:bold;margin:0 0 2px 0">${escape_html(this.options.title)}</div>`
      : "";
    return (
      `<div class="torchbook-curve" style="${OUTPUT};font-family:sans-serif;font-size:11px;line-height:16px;max-width:100%;overflow-x:auto;overflow-y:hidden">${title}${this.legend_html()}` +
      `<div style="position:relative;width:${width}px;height:${height}px;overflow:hidden"><img alt="${escape_html(this.description())}" width="${width}" height="${height}" style="position:absolute;left:0;top:0;max-width:none;margin:0" src="data:image/svg+xml;base64,${image}">${spans}</div></div>`
    );
  }

  private svg_open(width: number, height: number): string {
    return `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}">`;
  }

  private size(): { width: number; height: number } {
    const within = (value: number | undefined, standard: number) =>
      Math.round(Math.min(2000, Math.max(160, value ?? standard)));
    return { width: within(this.options.width, 640), height: within(this.options.height, 300) };
  }

  /** What is drawn: each series with its smoothed form where there is one. */
  private drawn(): { series: Series; smoothed: Series | undefined }[] {
    const { smoothing, log } = this.options;
    return this.series.map((series) => {
      const y = log ? series.y.map((value) => (value > 0 ? value : Number.NaN)) : series.y;
      const length = y.length;
      const automatic = length > 200 ? 1 - Math.min(0.2, 12 / length) : 0;
      const weight =
        typeof smoothing === "number" ? Math.min(0.9999, smoothing) : smoothing === false ? 0 : automatic;
      const whole: Series = { ...series, y };
      return {
        series: thin_out(whole, MAX_POINTS),
        smoothed: weight > 0 && length > 2 ? thin_out(smooth(whole, weight), MAX_POINTS) : undefined,
      };
    });
  }

  private description(): string {
    const ends = this.series.map(({ name, y }) => {
      const values = y.filter(Number.isFinite);
      return values.length > 0
        ? `${name}: ${compact(values[0] as number)} → ${compact(values.at(-1) as number)}`
        : `${name}: no values`;
    });
    return shorten(`${this.options.title ? `${this.options.title}. ` : ""}${ends.join("; ")}`, 400);
  }

  private legend_html(): string {
    const entries = this.series.map(({ name, y }, i) => {
      const last = y.findLast(Number.isFinite);
      const value = last === undefined ? "" : ` <span style="${MUTED}">${compact(last)}</span>`;
      return `<span style="margin:0 14px 0 0;white-space:nowrap"><span style="display:inline-block;vertical-align:middle;width:16px;height:3px;margin:0 5px 0 0;border-radius:2px;background-color:${PALETTE[i % PALETTE.length]}"></span>${escape_html(shorten(name, 60))}${value}</span>`;
    });
    return `<div style="margin:0 0 4px 0;font-size:12px">${entries.join("")}</div>`;
  }

  /** Shapes as SVG, and labels with their places. */
  private draw(alone: boolean): { shapes: string; labels: Label[] } {
    const { width, height } = this.size();
    const { title, x_label, y_label } = this.options;
    const drawn = this.drawn();
    const axes = chart_axes(
      drawn.map(({ series }) => series),
      width,
      height,
      this.options.log ?? false,
    );
    const labels: Label[] = [];
    let shapes = "";
    const top = 8 + (alone ? (title ? 20 : 0) + 18 : 0) + (y_label ? 16 : 0);
    const bottom = height - 22 - (x_label ? 16 : 0);
    const left = 12 + 6.2 * Math.max(2, ...(axes?.y.ticks ?? []).map((tick) => text_width(tick.label)));
    const right = width - 14;
    if (alone && title) labels.push({ text: title, x: width / 2, y: 12, anchor: "middle" });
    if (y_label) labels.push({ text: shorten(y_label, 80), x: 4, y: top - 14, anchor: "start" });
    if (x_label)
      labels.push({ text: shorten(x_label, 80), x: (left + right) / 2, y: height - 10, anchor: "middle" });
    if (!axes) {
      labels.push({ text: "no values to show", x: width / 2, y: height / 2, anchor: "middle" });
      return { shapes, labels };
    }
    const at_x = (value: number) => left + axes.x.place(value) * (right - left);
    const at_y = (value: number) => bottom - axes.y.place(value) * (bottom - top);
    for (const { value, label } of axes.y.ticks) {
      const y = at_y(value).toFixed(1);
      shapes += `<line x1="${left}" y1="${y}" x2="${right}" y2="${y}" stroke="#888888" stroke-opacity="0.22"/>`;
      labels.push({ text: label, x: left - 6, y: at_y(value), anchor: "end" });
    }
    shapes += `<line x1="${left}" y1="${bottom}" x2="${right}" y2="${bottom}" stroke="#888888" stroke-opacity="0.7"/>`;
    for (const { value, label } of axes.x.ticks) {
      const x = at_x(value).toFixed(1);
      shapes += `<line x1="${x}" y1="${bottom}" x2="${x}" y2="${bottom + 4}" stroke="#888888" stroke-opacity="0.7"/>`;
      labels.push({ text: label, x: at_x(value), y: bottom + 13, anchor: "middle" });
    }
    drawn.forEach(({ series, smoothed }, i) => {
      const colour = PALETTE[i % PALETTE.length] as string;
      if (smoothed)
        shapes += path(series, at_x, at_y, `stroke="${colour}" stroke-width="1" stroke-opacity="0.3"`);
      shapes += path(smoothed ?? series, at_x, at_y, `stroke="${colour}" stroke-width="2"`);
      if (series.x.length <= 30) shapes += dots(series, at_x, at_y, colour);
      if (alone) {
        const x = left + (i * (right - left)) / Math.max(3, drawn.length);
        shapes += `<rect x="${x}" y="${top - 16 - (y_label ? 16 : 0)}" width="14" height="3" fill="${colour}"/>`;
        labels.push({
          text: shorten(series.name, 24),
          x: x + 18,
          y: top - 14 - (y_label ? 16 : 0),
          anchor: "start",
        });
      }
    });
    return { shapes, labels };
  }
}

/** The axes that hold all finite values, or undefined when there are none. */
function chart_axes(
  all: Series[],
  width: number,
  height: number,
  log: boolean,
): { x: Axis; y: Axis } | undefined {
  let [x_low, x_high, y_low, y_high] = [Infinity, -Infinity, Infinity, -Infinity];
  let whole = true;
  for (const { x, y } of all) {
    for (let i = 0; i < x.length; i++) {
      const [px, py] = [x[i] as number, y[i] as number];
      if (!Number.isFinite(px) || !Number.isFinite(py)) continue;
      x_low = Math.min(x_low, px);
      x_high = Math.max(x_high, px);
      y_low = Math.min(y_low, py);
      y_high = Math.max(y_high, py);
      whole = whole && Number.isInteger(px);
    }
  }
  if (x_low === Infinity) return undefined;
  const count = Math.max(2, Math.round(height / 55));
  return {
    x: linear_axis(x_low, x_high, Math.max(2, Math.round(width / 70)), { whole }),
    y: log ? log_axis(y_low, y_high, count) : linear_axis(y_low, y_high, count, { loose: true }),
  };
}

function path(
  series: Series,
  at_x: (x: number) => number,
  at_y: (y: number) => number,
  style: string,
): string {
  let d = "";
  let pen = "M";
  for (let i = 0; i < series.x.length; i++) {
    const [x, y] = [series.x[i] as number, series.y[i] as number];
    if (!Number.isFinite(x) || !Number.isFinite(y)) {
      pen = "M";
      continue;
    }
    d += `${pen}${at_x(x).toFixed(1)} ${at_y(y).toFixed(1)}`;
    pen = "L";
  }
  return d === ""
    ? ""
    : `<path d="${d}" fill="none" stroke-linejoin="round" stroke-linecap="round" ${style}/>`;
}

function dots(
  series: Series,
  at_x: (x: number) => number,
  at_y: (y: number) => number,
  colour: string,
): string {
  let html = "";
  series.x.forEach((x, i) => {
    const y = series.y[i] as number;
    if (!Number.isFinite(x) || !Number.isFinite(y)) return;
    html += `<circle cx="${at_x(x).toFixed(1)}" cy="${at_y(y).toFixed(1)}" r="3" fill="${colour}"/>`;
  });
  return html;
}

/**
 * Draws curves, such as the loss over epochs.
 *
 * @param series values by name, or just the values: `plot_curve(losses)`; pairs `[x, y]` give an x of their own
 * @example
 * plot_curve({ loss: [0.9, 0.5, 0.3], val_loss: [0.8, 0.6, 0.5] }, { title: "损失", x_label: "epoch" })
 */
export function plot_curve(
  series: Readonly<Record<string, SeriesInput>> | SeriesInput,
  options: CurveOptions = {},
): Curve {
  const single = is_list(series) || typeof (series as { length?: unknown }).length === "number";
  const named = single ? { [options.y_label ?? "value"]: series as SeriesInput } : series;
  return new Curve(named as Readonly<Record<string, SeriesInput>>, options);
}
