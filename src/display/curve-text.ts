/** @file A chart as plain text, for terminals and for the text form of a notebook's output. */
import { type Axis, linear_axis, log_axis } from "./axis";
import { compact, pad_start, text_width } from "./number-text";
import type { Series } from "./series";

const MARKS = ["*", "o", "+", "x", "#", "@", "%", "&"];
const WIDTH = 60;
const HEIGHT = 12;

/** Draws the series on a grid of characters, with a frame, ticks and a legend that names the marks and the last values. */
export function curve_text(
  drawn: { series: Series; smoothed: Series | undefined }[],
  options: { title?: string; x_label?: string; y_label?: string; log?: boolean },
): string {
  const lines: string[] = [];
  if (options.title) lines.push(options.title);
  const all = drawn.map(({ series, smoothed }) => smoothed ?? series);
  const xs: number[] = [];
  const ys: number[] = [];
  for (const { x, y } of all)
    x.forEach((value, i) => {
      if (!Number.isFinite(value) || !Number.isFinite(y[i])) return;
      xs.push(value);
      ys.push(y[i] as number);
    });
  if (xs.length === 0) return [...lines, "(no values to show)"].join("\n");
  const [y_low, y_high] = [ys.reduce((a, b) => Math.min(a, b)), ys.reduce((a, b) => Math.max(a, b))];
  const [x_low, x_high] = [xs.reduce((a, b) => Math.min(a, b)), xs.reduce((a, b) => Math.max(a, b))];
  const y_axis = options.log ? log_axis(y_low, y_high, 5) : linear_axis(y_low, y_high, 5, { loose: true });
  const x_axis = linear_axis(x_low, x_high, 8, { whole: xs.every(Number.isInteger) });

  const grid = Array.from({ length: HEIGHT }, () => new Array<string>(WIDTH).fill(" "));
  all.forEach((series, i) => {
    draw_line(grid, series, x_axis, y_axis, MARKS[i % MARKS.length] as string);
  });

  const tick_rows = new Map<number, string>();
  for (const tick of y_axis.ticks) tick_rows.set(row_of(y_axis.place(tick.value)), tick.label);
  const margin = Math.max(...[...tick_rows.values()].map(text_width), 1);
  if (options.y_label) lines.push(options.y_label);
  grid.forEach((row, i) => {
    const label = tick_rows.get(i);
    lines.push(
      `${pad_start(label ?? "", margin)} ${label === undefined ? "│" : "┤"}${row.join("").trimEnd()}`,
    );
  });
  const rule = new Array<string>(WIDTH).fill("─");
  const labels = new Array<string>(WIDTH + 8).fill(" ");
  let free = 0;
  for (const tick of x_axis.ticks) {
    const column = column_of(x_axis.place(tick.value));
    const start = Math.max(0, column - Math.floor(tick.label.length / 2));
    rule[column] = "┬";
    if (start < free) continue;
    [...tick.label].forEach((character, i) => {
      labels[start + i] = character;
    });
    free = start + tick.label.length + 1;
  }
  lines.push(`${" ".repeat(margin)} └${rule.join("")}`);
  lines.push(
    `${" ".repeat(margin)}  ${labels.join("").trimEnd()}${options.x_label ? `  ${options.x_label}` : ""}`,
  );
  const legend = drawn.map(({ series }, i) => {
    const last = series.y.findLast(Number.isFinite);
    return `${MARKS[i % MARKS.length]} ${series.name}${last === undefined ? "" : ` (last ${compact(last)})`}`;
  });
  lines.push(`${" ".repeat(margin)}  ${legend.join("   ")}`);
  return lines.join("\n");
}

function row_of(place: number): number {
  return HEIGHT - 1 - Math.round(Math.min(1, Math.max(0, place)) * (HEIGHT - 1));
}

function column_of(place: number): number {
  return Math.round(Math.min(1, Math.max(0, place)) * (WIDTH - 1));
}

/** Marks the points of a series and the columns between two neighbours. */
function draw_line(grid: string[][], series: Series, x_axis: Axis, y_axis: Axis, mark: string): void {
  let previous: [number, number] | undefined;
  series.x.forEach((x, i) => {
    const y = series.y[i] as number;
    if (!Number.isFinite(x) || !Number.isFinite(y)) {
      previous = undefined;
      return;
    }
    const here: [number, number] = [x_axis.place(x), y_axis.place(y)];
    const [from, to] = [previous ?? here, here];
    const [first, last] = [column_of(from[0]), column_of(to[0])];
    for (let column = Math.min(first, last); column <= Math.max(first, last); column++) {
      const share = last === first ? 1 : (column - first) / (last - first);
      (grid[row_of(from[1] + share * (to[1] - from[1]))] as string[])[column] = mark;
    }
    previous = here;
  });
}
