/** @file What a notebook's cells gave, in one form for both ways of executing them: by nbconvert and by a client of a server. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { ROOT } from "./jupyter";

/** An output that stays under a cell. */
export type Output =
  | { type: "stream"; name: string; text: string }
  | { type: "error"; ename: string; evalue: string; traceback: string[] }
  | { type: "display_data" | "execute_result"; data: Record<string, string> };

/** A code cell after it has run. */
export interface ExecutedCell {
  /** Its place among all cells of the notebook, the first is 0. */
  index: number;
  source: string;
  execution_count: number | null;
  outputs: Output[];
}

interface NotebookFile {
  cells: {
    cell_type: string;
    source: string | string[];
    execution_count?: number | null;
    outputs?: Record<string, unknown>[];
  }[];
}

const join_lines = (text: unknown) => (Array.isArray(text) ? text.join("") : String(text));

/** Reads an output from a notebook file or from the content of an IOPub message. */
export function readOutput(type: string, content: Record<string, unknown>): Output {
  if (type === "stream") return { type, name: String(content.name), text: join_lines(content.text) };
  if (type === "error")
    return {
      type,
      ename: String(content.ename),
      evalue: String(content.evalue),
      traceback: content.traceback as string[],
    };
  if (type !== "display_data" && type !== "execute_result") throw new Error(`unknown output ${type}`);
  const data = Object.entries(content.data as Record<string, unknown>);
  return { type, data: Object.fromEntries(data.map(([mime, value]) => [mime, join_lines(value)])) };
}

/** The code cells of a notebook file, with the outputs that are stored in it. */
export function readNotebook(path: string): ExecutedCell[] {
  const { cells } = JSON.parse(readFileSync(path, "utf8")) as NotebookFile;
  return cells.flatMap((cell, index) =>
    cell.cell_type !== "code"
      ? []
      : {
          index,
          source: join_lines(cell.source),
          execution_count: cell.execution_count ?? null,
          outputs: (cell.outputs ?? []).map((output) => readOutput(String(output.output_type), output)),
        },
  );
}

/** The project's own notebook of that name, as it is committed. */
export function notebookPath(name: string): string {
  return join(ROOT, "notebooks", `${name}.ipynb`);
}

/** All that the cell has printed to stdout. */
export function printed(cell: ExecutedCell): string {
  return cell.outputs
    .map((output) => (output.type === "stream" && output.name === "stdout" ? output.text : ""))
    .join("");
}

/** The rich outputs of the cells whose HTML has this class of the library's. */
export function shown(cells: ExecutedCell[], kind: string): { html: string; text: string; svg?: string }[] {
  return cells.flatMap((cell) =>
    cell.outputs.flatMap((output) => {
      if (output.type === "stream" || output.type === "error") return [];
      const html = output.data["text/html"] ?? "";
      if (!html.startsWith(`<div class="torchbook-${kind}"`)) return [];
      return { html, text: output.data["text/plain"] ?? "", svg: output.data["image/svg+xml"] };
    }),
  );
}
