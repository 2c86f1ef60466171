/** @file Executes one notebook with `jupyter nbconvert` and tells which cell failed. */
import { spawn } from "node:child_process";
import { closeSync, mkdtempSync, openSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { stripVTControlCharacters } from "node:util";
import { jupyterEnvironment } from "../setup/environment.mjs";
import { inRoot, venvProgram } from "../setup/paths.mjs";

const config = inRoot("scripts", "notebooks", "nbconvert_config.py");

/**
 * Executes the notebook at `path` and writes NAME.ipynb and NAME.html into the folder `output`.
 * @returns `{ cells, failure }`: how many cells were executed, and a text telling the failed cell (index among all cells from
 * 0, the first lines of its source, the error), or undefined
 */
export async function executeNotebook(path, output) {
  const stem = basename(path, ".ipynb");
  const temporary = mkdtempSync(join(tmpdir(), "torchbook-notebook-"));
  const log = join(temporary, "cells.jsonl");
  try {
    const common = ["--config", config, "--output-dir", output, "--output", stem, "--log-level", "ERROR"];
    const executed = await nbconvert(["--to", "notebook", "--execute", ...common, path], log);
    const events = readEvents(log);
    const cells = events.filter((event) => event.event === "end").length;
    if (executed.code !== 0) return { cells, failure: describe(events, executed) };
    const html = await nbconvert(["--to", "html", ...common, join(output, `${stem}.ipynb`)], log);
    if (html.code !== 0)
      return { cells, failure: `nbconvert --to html failed:\n${lastLines(html.text, 20)}` };
    return { cells };
  } finally {
    rmSync(temporary, { recursive: true, force: true });
  }
}

function nbconvert(args, log) {
  // Into a file: a pipe would be shared with the kernel, and what one of the two does to it loses lines of the other.
  const path = `${log}.output`;
  const file = openSync(path, "w");
  const env = jupyterEnvironment({ TORCHBOOK_CELLS: log });
  const child = spawn(venvProgram("jupyter-nbconvert"), args, { env, stdio: ["ignore", file, file] });
  closeSync(file);
  return new Promise((resolve, reject) => {
    child.on("error", reject);
    child.on("exit", (code, signal) => {
      resolve({ code: code ?? signal, text: stripVTControlCharacters(readFileSync(path, "utf8")) });
    });
  });
}

function readEvents(log) {
  try {
    return readFileSync(log, "utf8")
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line));
  } catch {
    return [];
  }
}

const lastLines = (text, count) => text.trimEnd().split("\n").slice(-count).join("\n");

/** Tells the cell that failed; where no cell did (the kernel died, a timeout), the one that was running. */
function describe(events, { code, text }) {
  const error = events.findLast((event) => event.event === "error");
  const running = events.findLast((event) => event.event === "start");
  const cell = error ?? running;
  if (!cell) return `nbconvert ended with ${code} before any cell ran:\n${lastLines(text, 20)}`;
  const lines = cell.source.split("\n");
  const head = lines.slice(0, 6).map((line) => `  | ${line}`);
  if (lines.length > 6) head.push(`  | ... (${lines.length - 6} more lines)`);
  const what = error
    ? [
        `${error.name}: ${error.value}`,
        ...stripVTControlCharacters(error.traceback.join("\n")).split("\n").slice(-12),
      ]
    : [`the cell did not end:`, lastLines(text, 12)];
  return [`cell ${cell.index} (the first is 0):`, ...head, ...what].join("\n");
}
