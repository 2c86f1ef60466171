/** @file A tensor of any rank as HTML: a line that says what it is, and coloured cells, elided where it is large. */
import {
  BOOL_SCALE,
  type ColourScale,
  chip,
  colour_scale,
  escape_html,
  HUE,
  MONOSPACE,
  MUTED,
  NEUTRAL,
  OUTPUT,
  shorten,
} from "./html";
import { bytes_text, compact, count_text, significant } from "./number-text";
import { type ArrayData, type ArrayStatistics, array_statistics } from "./statistics";

/** A tensor as plain data. */
export interface TensorView {
  shape: readonly number[];
  /** `float32`, `int64`, `bool`, ... (a leading `torch.` is dropped). */
  dtype: string;
  /** The values in row-major order; bool as 0 and 1. */
  data: ArrayData;
  requires_grad?: boolean;
  /** The name of the backward node, such as `AddmmBackward0`; absent for a leaf. */
  grad_fn?: string | null;
  /** Heading, `Tensor` unless told. */
  type_name?: string;
}

/** The most characters of HTML that any tensor gives. */
export const MAX_HTML = 60_000;

const ITEM_BYTES: Record<string, number> = {
  float64: 8,
  int64: 8,
  float32: 4,
  int32: 4,
  float16: 2,
  bfloat16: 2,
  int16: 2,
  complex64: 8,
};

/** Prepared view: what all parts of the output need. */
interface Prepared {
  shape: readonly number[];
  dtype: string;
  data: ArrayData;
  statistics: ArrayStatistics;
  scale: ColourScale;
  /** The text of the value at a flat position. */
  text(position: number): string;
}

function dtype_name(dtype: string): string {
  return dtype.replace(/^torch\./, "");
}

function element_count(shape: readonly number[]): number {
  return shape.reduce((product, size) => product * size, 1);
}

function prepare(view: TensorView): Prepared {
  const { shape, data } = view;
  const dtype = dtype_name(view.dtype);
  const statistics = array_statistics(data, Math.min(data.length, element_count(shape)));
  const bool = dtype === "bool";
  const integer = /^u?int\d+$/.test(dtype);
  const scale = bool ? BOOL_SCALE : colour_scale(statistics.min, statistics.max, statistics.rms, integer);
  const plain_whole = statistics.whole && Math.max(Math.abs(statistics.min), Math.abs(statistics.max)) < 1e6;
  const text = (position: number): string => {
    const item = data[position];
    if (item === undefined) return "?";
    if (bool) return item ? "True" : "False";
    if (typeof item === "bigint" || integer) return String(item);
    const value = Number(item);
    return plain_whole && Number.isFinite(value) ? `${value}.` : significant(value);
  };
  return { shape, dtype, data, statistics, scale, text };
}

/** The value range, deviations and oddities, in the order in which both the text line and the HTML header give them. */
function statistic_parts(prepared: Prepared): { range: string; moments: string; odd: [string, string][] } {
  const { statistics: s, dtype, shape, text } = prepared;
  const odd: [string, string][] = [];
  if (s.nan > 0) odd.push([`NaN × ${count_text(s.nan)}`, HUE.nan]);
  if (s.pos_inf > 0) odd.push([`+inf × ${count_text(s.pos_inf)}`, HUE.infinite]);
  if (s.neg_inf > 0) odd.push([`−inf × ${count_text(s.neg_inf)}`, HUE.infinite]);
  if (s.finite === 0 || shape.length === 0) return { range: "", moments: "", odd };
  if (dtype === "bool")
    return { range: `${count_text(s.finite - s.zeros)} of ${count_text(s.finite)} True`, moments: "", odd };
  if (s.zeros === s.count) odd.push(["all zeros", "#888888"]);
  const exact = (index: number, value: number) =>
    typeof prepared.data[index] === "bigint" ? text(index) : compact(value);
  const range = `[${exact(s.min_index, s.min)}, ${exact(s.max_index, s.max)}]`;
  const deviation = Number.isNaN(s.std) ? "" : `  std ${compact(s.std)}`;
  return { range, moments: s.finite > 1 ? `mean ${compact(s.mean)}${deviation}` : "", odd };
}

function grad_text(view: TensorView): string {
  if (view.grad_fn) return `grad_fn=<${view.grad_fn.replace(/^<|>$/g, "")}>`;
  return view.requires_grad ? "requires_grad=True" : "";
}

function shape_text(shape: readonly number[]): string {
  return shape.length > 16
    ? `[${shape.slice(0, 8).join(", ")}, …, ${shape.slice(-7).join(", ")}]`
    : `[${shape.join(", ")}]`;
}

/**
 * One line that says shape, dtype, size, value range, mean and deviation, NaNs and infinities, and what autograd knows:
 * `Tensor float32 [32, 10]  n=320 (1.3 KB)  range [-2.6, 3.1]  mean 0.02  std 0.99  grad_fn=<AddBackward0>`.
 */
export function tensor_summary(view: TensorView): string {
  const prepared = prepare(view);
  const { range, moments, odd } = statistic_parts(prepared);
  const count = element_count(view.shape);
  const parts = [`${view.type_name ?? "Tensor"} ${prepared.dtype} ${shape_text(view.shape)}`];
  if (view.shape.length > 0)
    parts.push(`n=${count_text(count)} (${bytes_text(count * item_bytes(prepared.dtype))})`);
  else if (count === 1) parts.push(prepared.text(0));
  if (range) parts.push(prepared.dtype === "bool" ? range : `range ${range}`);
  if (moments) parts.push(moments);
  if (view.shape.length > 0) parts.push(...odd.map(([label]) => label));
  const grad = grad_text(view);
  if (grad) parts.push(grad);
  return parts.join("  ");
}

function item_bytes(dtype: string): number {
  return ITEM_BYTES[dtype] ?? 1;
}

/**
 * A tensor as a self-contained HTML fragment of at most {@link MAX_HTML} characters: a header with dtype, shape, value
 * range, mean, standard deviation, NaN and infinity counts and gradient information, then coloured cells. Above two
 * dimensions the leading ones become labelled panels. Large tensors keep their edges, with … between. One pass over the
 * data for the statistics; the rest depends only on what is shown.
 */
export function tensor_html(view: TensorView): string {
  const prepared = prepare(view);
  const head = header(view, prepared);
  for (let cells = 420; ; cells = Math.floor(cells / 2)) {
    const html = `<div class="torchbook-tensor" style="${OUTPUT};font-size:12px;line-height:1.5;max-width:100%;overflow-x:auto">${head}${body(prepared, cells)}</div>`;
    if (html.length <= MAX_HTML || cells < 8) return html;
  }
}

function header(view: TensorView, prepared: Prepared): string {
  const { dtype, shape, scale, statistics } = prepared;
  const { range, moments, odd } = statistic_parts(prepared);
  const count = element_count(shape);
  const size = `${count_text(count)} ${count === 1 ? "value" : "values"}, ${bytes_text(count * item_bytes(dtype))}`;
  const parts = [
    `<b style="margin:0 8px 0 0">${escape_html(shorten(view.type_name ?? "Tensor", 60))}</b>`,
    chip(shape_text(shape), HUE.negative, `shape: ${size}`),
    chip(shorten(dtype, 40), "#888888", "dtype"),
  ];
  const muted = (text: string) =>
    `<span style="${MUTED};margin:0 10px 0 0;white-space:nowrap">${escape_html(text)}</span>`;
  if (range) parts.push(legend(scale, range, statistics));
  for (const part of moments.split("  ")) if (part) parts.push(muted(part));
  for (const [label, colour] of odd) parts.push(chip(label, colour));
  const grad = grad_text(view);
  if (grad) parts.push(chip(shorten(grad, 80), HUE.positive, "autograd"));
  return `<div style="${MONOSPACE};margin:0 0 4px 0">${parts.join("")}</div>`;
}

/** The value range, with a strip of the colours used when there is more than one. */
function legend(scale: ColourScale, range: string, statistics: ArrayStatistics): string {
  const label = `<span style="margin:0 10px 0 0;white-space:nowrap">`;
  if (scale.kind === "bool" || statistics.min === statistics.max)
    return `${label}${escape_html(range)}</span>`;
  const steps = 9;
  let strip = "";
  for (let step = 0; step < steps; step++) {
    const value = scale.low + ((scale.high - scale.low) * step) / (steps - 1);
    strip += `<span style="display:inline-block;width:6px;height:9px;background-color:${scale.colour(value)}"></span>`;
  }
  const title = `colours run from ${compact(scale.low)} to ${compact(scale.high)}`;
  return `${label}<span title="${title}" style="margin:0 6px 0 0">${strip}</span>${escape_html(range)}</span>`;
}

function body(prepared: Prepared, cells: number): string {
  const { shape } = prepared;
  if (element_count(shape) === 0) return `<div style="${MONOSPACE};${MUTED}">empty: no values</div>`;
  if (shape.length === 0) return scalar(prepared);
  if (shape.length === 1) return vector(prepared, cells);
  if (shape.length === 2)
    return matrix(
      prepared,
      0,
      "",
      { rows: Math.min(16, cells), columns: columns_within(prepared, 120, cells) },
      cells,
    );
  return panels(prepared, cells);
}

function scalar(prepared: Prepared): string {
  const item = prepared.data[0];
  const value = Number(item);
  const text =
    typeof item === "number" &&
    Number.isFinite(value) &&
    prepared.dtype !== "bool" &&
    !Number.isInteger(value)
      ? compact(value, 7)
      : prepared.text(0);
  const colour =
    prepared.dtype === "bool" || !Number.isFinite(value) ? prepared.scale.colour(value) : NEUTRAL;
  return `<div><span style="display:inline-block;${MONOSPACE};font-size:15px;padding:2px 10px;border-radius:4px;background-color:${colour}">${escape_html(text)}</span></div>`;
}

/** -1 stands for the elided middle. A single position is never elided: it takes no more room than the mark. */
export function edge_positions(size: number, limit: number): number[] {
  if (size <= Math.max(1, limit) + 1) return Array.from({ length: size }, (_, i) => i);
  const tail = Math.floor(limit / 2);
  const head = Math.max(1, limit - tail);
  const positions = Array.from({ length: head }, (_, i) => i);
  positions.push(-1);
  for (let i = size - tail; i < size; i++) positions.push(i);
  return positions;
}

/** Characters that most of the shown values take. */
function text_columns(prepared: Prepared): number {
  const { dtype, statistics: s, text } = prepared;
  if (dtype === "bool") return 5;
  const ends = [s.min_index, s.max_index].map((index) => (index < 0 ? 3 : text(index).length));
  return Math.max(/int/.test(dtype) || s.whole ? 1 : s.min < 0 ? 7 : 6, ...ends);
}

/** How many columns of values fit in a width of so many characters. */
function columns_within(prepared: Prepared, characters: number, cells: number): number {
  return Math.max(2, Math.min(24, cells, Math.floor(characters / (text_columns(prepared) + 2))));
}

const TABLE = `style="${MONOSPACE};font-size:11px;margin:0;border-collapse:separate;border-spacing:1px;border:none;table-layout:auto;width:auto"`;
const ROW = `<tr style="background-color:transparent;text-align:right">`;
const HEAD_STYLE = `padding:1px 6px;font-weight:normal;opacity:0.5;text-align:right;border:none`;
const GAP = `<td style="padding:1px 4px;opacity:0.5;text-align:center">`;

function cell(prepared: Prepared, position: number, title: string): string {
  const item = prepared.data[position];
  const exact = typeof item === "number" && prepared.dtype.startsWith("float") ? ` = ${Number(item)}` : "";
  const background = prepared.scale.colour(Number(item));
  return `<td title="[${title}]${exact}" style="padding:2px 6px;background-color:${background}">${prepared.text(position)}</td>`;
}

/** @param width least width of the column in pixels, so that the panels of one tensor line up */
function heading(text: string | number, width = 0): string {
  return `<th style="${HEAD_STYLE}${width > 0 ? `;min-width:${width}px` : ""}">${text}</th>`;
}

/** Rows of ten, so that a position is read off easily. */
function vector(prepared: Prepared, cells: number): string {
  const size = prepared.shape[0] as number;
  const columns = Math.min(size, columns_within(prepared, 100, cells) >= 20 ? 20 : 10);
  const rows = edge_positions(
    Math.ceil(size / columns),
    Math.max(2, Math.min(8, Math.floor(cells / columns))),
  );
  let html = "";
  for (const row of rows) {
    if (row < 0) {
      html += `${ROW}${heading("⋮")}${GAP}⋮</td></tr>`;
      continue;
    }
    html += ROW + (size > columns ? heading(row * columns) : "");
    for (let i = row * columns; i < Math.min(size, (row + 1) * columns); i++)
      html += cell(prepared, i, String(i));
    html += "</tr>";
  }
  return `<table ${TABLE}>${html}</table>`;
}

/** The last two dimensions, from flat position `start` on; `prefix` is the index of the leading ones (`"0, 3, "`). */
function matrix(
  prepared: Prepared,
  start: number,
  prefix: string,
  limit: { rows: number; columns: number },
  cells: number,
): string {
  const [height, width] = prepared.shape.slice(-2) as [number, number];
  const columns = edge_positions(width, limit.columns);
  const rows = edge_positions(height, Math.max(2, Math.min(limit.rows, Math.floor(cells / columns.length))));
  const spare = prepared.dtype.startsWith("float") && !prepared.statistics.whole ? 1 : 0;
  const pixels = Math.round(6.6 * (text_columns(prepared) + spare));
  let html = ROW + heading("");
  for (const column of columns) html += column < 0 ? `${GAP}…</td>` : heading(column, pixels);
  html += "</tr>";
  for (const row of rows) {
    html += ROW + heading(row < 0 ? "⋮" : row);
    for (const column of columns) {
      if (row < 0) html += column < 0 ? `${GAP}⋱</td>` : `${GAP}⋮</td>`;
      else if (column < 0) html += `${GAP}…</td>`;
      else html += cell(prepared, start + row * width + column, `${prefix}${row}, ${column}`);
    }
    html += "</tr>";
  }
  return `<table ${TABLE}>${html}</table>`;
}

/** The leading dimensions as labelled panels: one row of panels per index of all but the last leading dimension. */
function panels(prepared: Prepared, cells: number): string {
  const { shape } = prepared;
  const leading = shape.slice(0, -2);
  // The most panels of which each still shows enough rows. Dimensions before the last three show their first index only.
  const choices =
    leading.length === 1
      ? [[6], [4]]
      : leading.length === 2
        ? [
            [3, 3],
            [2, 3],
            [2, 2],
          ]
        : [[2, 2, 2]];
  let shown: number[][] = [];
  let count = 0;
  let columns = 0;
  let budget = 0;
  for (const limits of choices) {
    shown = leading.map((size, dim) => {
      const limit = limits[dim - leading.length + limits.length];
      return limit !== undefined ? edge_positions(size, limit) : size > 1 ? [0, -1] : [0];
    });
    count = shown.reduce((product, positions) => product * positions.filter((p) => p >= 0).length, 1);
    budget = Math.max(4, Math.floor(cells / count));
    columns = columns_within(prepared, count === 1 ? 100 : 52, budget);
    if (budget >= Math.min(5, shape.at(-2) as number) * Math.min(columns, shape.at(-1) as number)) break;
  }
  const size = (shape.at(-1) as number) * (shape.at(-2) as number);
  const panel = (index: number[]): string => {
    const flat = index.reduce((offset, position, dim) => offset * (leading[dim] as number) + position, 0);
    const prefix = `${index.join(", ")}, `;
    const table = matrix(prepared, flat * size, prefix, { rows: 8, columns }, budget);
    return (
      `<div style="display:inline-block;vertical-align:top;margin:0 10px 6px 0;padding:2px 6px 4px 6px;border:1px solid ${NEUTRAL};border-radius:4px">` +
      `<div style="${MONOSPACE};font-size:11px;${MUTED}">[${prefix}:, :]</div>${table}</div>`
    );
  };
  const gap = (text: string) =>
    `<span style="display:inline-block;margin:0 10px 0 0;${MUTED};vertical-align:top">${text}</span>`;
  let html = "";
  const walk = (index: number[]): void => {
    const dim = index.length;
    const last = dim === leading.length - 1;
    if (last) html += "<div>";
    for (const position of shown[dim] as number[]) {
      if (position >= 0 && last) html += panel([...index, position]);
      else if (position >= 0) walk([...index, position]);
      else if (last) html += gap("…");
      else
        html += `<div style="margin:0 0 6px 8px;${MUTED}">⋮ dim ${dim}: ${count_text((leading[dim] as number) - (shown[dim] as number[]).length + 1)} more</div>`;
    }
    if (last) html += "</div>";
  };
  walk([]);
  const hidden = element_count(leading) - count;
  if (hidden > 0)
    html += `<div style="${MUTED};font-size:11px">${count_text(count)} of ${count_text(element_count(leading))} panels shown</div>`;
  return html;
}
