/** @file A small matrix as a heat map with named rows and columns: confusion matrices, attention, transitions. */
import { Displayable } from "./contract";
import { colour_scale, escape_html, MONOSPACE, MUTED, OUTPUT, shorten } from "./html";
import { compact, pad_end, pad_start, text_width } from "./number-text";
import { array_statistics } from "./statistics";
import { edge_positions } from "./tensor-html";

/** Rows of numbers, or what gives them, such as a tensor with `tolist()`. */
export type MatrixInput = ArrayLike<ArrayLike<number | bigint>> | { tolist(): unknown };

/** Options of {@link show_matrix}. */
export interface MatrixOptions {
  title?: string;
  /** Names of the rows and columns; their numbers unless told. */
  rows?: readonly string[];
  cols?: readonly string[];
  /** What the rows and columns are: `真实`, `预测`. */
  row_label?: string;
  col_label?: string;
}

const LIMIT = 20;

/** A matrix with names. */
export class Matrix extends Displayable {
  readonly values: readonly (readonly number[])[];
  /** Digits behind the point, the same in every cell; undefined where numbers are so large or small that each has its own. */
  private readonly decimals: number | undefined;

  constructor(
    input: MatrixInput,
    readonly options: Readonly<MatrixOptions> = {},
  ) {
    super();
    const given = "tolist" in input ? (input.tolist() as ArrayLike<ArrayLike<number>>) : input;
    this.values = Array.from(given, (row) => {
      if (row === null || typeof row !== "object")
        throw new TypeError("show_matrix: expected a matrix: rows of numbers");
      return Array.from(row as ArrayLike<number | bigint>, Number);
    });
    const width = this.values[0]?.length ?? 0;
    const ragged = this.values.findIndex((row) => row.length !== width);
    if (ragged >= 0)
      throw new RangeError(
        `show_matrix: row ${ragged} has ${this.values[ragged]?.length} values, row 0 has ${width}`,
      );
    const check = (names: readonly string[] | undefined, size: number, what: string) => {
      if (names && names.length !== size)
        throw new RangeError(`show_matrix: ${names.length} ${what} names for ${size} ${what}s`);
    };
    check(options.rows, this.values.length, "row");
    check(options.cols, width, "column");
    const { whole, min, max } = array_statistics(this.values.flat());
    const largest = Math.max(Math.abs(min), Math.abs(max));
    if (!whole && largest >= 1e-3 && largest < 1e5)
      this.decimals = Math.max(0, 2 - Math.floor(Math.log10(largest)));
  }

  toString(): string {
    const { title, row_label, col_label } = this.options;
    const { rows, columns } = this.shown();
    const head = [row_label ?? "", ...columns.map((column) => (column < 0 ? "…" : this.column_name(column)))];
    const lines = rows.map((row) => [
      row < 0 ? "⋮" : this.row_name(row),
      ...columns.map((column) => (row < 0 ? "⋮" : column < 0 ? "…" : this.text(row, column))),
    ]);
    const table = [head, ...lines];
    const widths = head.map((_, column) =>
      Math.max(...table.map((line) => text_width(line[column] as string))),
    );
    const text = table.map((line) =>
      line
        .map((cell, column) => (column === 0 ? pad_end : pad_start)(cell, widths[column] as number))
        .join("  ")
        .trimEnd(),
    );
    return [
      ...(title ? [title] : []),
      ...(col_label ? [`${" ".repeat((widths[0] ?? 0) + 2)}${col_label}`] : []),
      ...text,
    ].join("\n");
  }

  to_html(): string {
    const { title, row_label, col_label } = this.options;
    const { rows, columns } = this.shown();
    const statistics = array_statistics(this.values.flat());
    const scale = colour_scale(statistics.min, statistics.max, Number.POSITIVE_INFINITY, statistics.whole);
    const name = (text: string, tag: string, align: string) =>
      `<th ${tag}style="padding:3px 8px;font-weight:normal;text-align:${align};white-space:nowrap;opacity:0.8;border:none">${escape_html(shorten(text, 40))}</th>`;
    const row_open = `<tr style="background-color:transparent">`;
    let html = "";
    if (col_label)
      html += `${row_open}${name("", "", "left")}${name(col_label, `colspan="${columns.length}" `, "center")}</tr>`;
    html += row_open + name(row_label ?? "", "", "left");
    html += columns.map((column) => name(column < 0 ? "…" : this.column_name(column), "", "center")).join("");
    html += "</tr>";
    for (const row of rows) {
      html += row_open + name(row < 0 ? "⋮" : this.row_name(row), "", "left");
      for (const column of columns) {
        const gap = row < 0 || column < 0;
        const text = row < 0 ? "⋮" : column < 0 ? "…" : this.text(row, column);
        const background = gap
          ? ""
          : `background-color:${scale.colour(this.values[row]?.[column] as number)};`;
        const tip = gap
          ? ""
          : ` title="${escape_html(`${this.row_name(row)} → ${this.column_name(column)}: ${compact(this.values[row]?.[column] as number)}`)}"`;
        html += `<td${tip} style="${background}padding:5px 9px;min-width:26px;text-align:center;border:none${gap ? ";opacity:0.5" : ""}">${text}</td>`;
      }
      html += "</tr>";
    }
    const heading = title
      ? `<div style="font-size:13px;font-weight:bold;margin:0 0 4px 0">${escape_html(title)}</div>`
      : "";
    const empty = rows.length === 0 ? `<div style="${MUTED}">empty</div>` : "";
    return `<div class="torchbook-matrix" style="${OUTPUT};max-width:100%;overflow-x:auto">${heading}${empty}<table style="${MONOSPACE};font-size:12px;margin:0;border:none;border-collapse:separate;border-spacing:2px;table-layout:auto;width:auto">${html}</table></div>`;
  }

  private shown(): { rows: number[]; columns: number[] } {
    return {
      rows: edge_positions(this.values.length, LIMIT),
      columns: edge_positions(this.values[0]?.length ?? 0, LIMIT),
    };
  }

  private text(row: number, column: number): string {
    const value = this.values[row]?.[column] as number;
    return this.decimals === undefined || !Number.isFinite(value)
      ? compact(value, 3)
      : value.toFixed(this.decimals).replace(/^-(?=[0.]*$)/, "");
  }

  private row_name(row: number): string {
    return this.options.rows?.[row] ?? String(row);
  }

  private column_name(column: number): string {
    return this.options.cols?.[column] ?? String(column);
  }
}

/**
 * Shows a small matrix as a heat map.
 *
 * @example
 * show_matrix([[50, 3], [4, 43]], { rows: ["负面", "正面"], cols: ["负面", "正面"], row_label: "真实", col_label: "预测" })
 */
export function show_matrix(values: MatrixInput, options: MatrixOptions = {}): Matrix {
  return new Matrix(values, options);
}
