/** @file The table that the benchmarks print. */
import { availableParallelism, cpus, loadavg, release, type } from "node:os";
import type { Figures } from "./measure";

/** Seconds in a unit that reads well. */
export function time_text(seconds: number): string {
  if (seconds < 1e-3) return `${(seconds * 1e6).toFixed(2)} µs`;
  if (seconds < 1) return `${(seconds * 1e3).toPrecision(3)} ms`;
  return `${seconds.toPrecision(3)} s`;
}

/** A Markdown table with columns of even width. */
export function markdown(lines: readonly (readonly string[])[]): string {
  const widths = lines[0].map((_, column) => Math.max(...lines.map((line) => line[column].length)));
  const format = (line: readonly string[]): string =>
    `| ${line.map((text, column) => text.padEnd(widths[column])).join(" | ")} |`;
  return [
    format(lines[0]),
    `|${widths.map((width) => "-".repeat(width + 2)).join("|")}|`,
    ...lines.slice(1).map(format),
  ].join("\n");
}

/** One line of the table. */
export function row_cells({ title, target, ours, torch, ratio, fastest, check }: Figures): string[] {
  const cells = [title, time_text(ours.median)];
  if (torch === undefined || ratio === undefined) return cells;
  const reached = target === undefined ? "" : ratio.median <= target ? "yes" : "no";
  const near =
    check === undefined || Math.abs(check.ours - check.torch) <= 1e-3 * Math.abs(check.torch) + 1e-4;
  return [
    ...cells,
    time_text(torch.median),
    `${ratio.median.toFixed(2)} (${ratio.low.toFixed(2)}–${ratio.high.toFixed(2)})`,
    fastest === undefined ? "" : fastest.toFixed(2),
    target === undefined ? "–" : `≤ ${target}`,
    near ? reached : `${reached} (results differ: ${check?.ours} and ${check?.torch})`.trim(),
  ];
}

export const heading = {
  both: ["work", "torchbook", "PyTorch", "ratio, median (quartiles)", "of the fastest", "wanted", "reached"],
  alone: ["work", "torchbook"],
};

/** Processor, system, Node and the load of the last minute. */
export function machine(): { processor: string; cores: number; system: string; node: string; load: number } {
  return {
    processor: cpus()[0]?.model ?? "unknown",
    cores: availableParallelism(),
    system: `${type()} ${release()}`,
    node: process.version,
    load: loadavg()[0],
  };
}
