/** @file Figures from samples, and the table. */
import type { Sample } from "./rows";

/** Minimum and median of the numbers, or the words that came in their place. */
export interface Figures {
  min?: number;
  median?: number;
  words?: string;
}

/** Sums samples up: words are told beside figures, with how often each came. */
export function figuresOf(samples: Sample[]): Figures {
  const numbers = samples
    .filter((sample): sample is number => typeof sample === "number")
    .sort((a, b) => a - b);
  const counts = new Map<string, number>();
  for (const sample of samples)
    if (typeof sample === "string") counts.set(sample, (counts.get(sample) ?? 0) + 1);
  const total = samples.length;
  const words = [...counts]
    .map(([word, n]) => (n === total ? word : `${word} (${n} of ${total})`))
    .join(", ");
  return {
    ...(numbers.length > 0 && { min: numbers[0], median: numbers[Math.floor(numbers.length / 2)] }),
    ...(words && { words }),
  };
}

/** A Markdown table: minimum / median, and in parentheses the minimum over that of the base. */
export function formatTable(
  rows: Record<string, string>,
  kernels: string[],
  samples: Map<string, Map<string, Sample[]>>,
  base: string,
): string {
  const number = (value: number) => (value < 10 ? value.toFixed(1) : String(Math.round(value)));
  const cell = (row: string, unit: string, kernel: string): string => {
    const { min, median, words } = figuresOf(samples.get(row)?.get(kernel) ?? []);
    if (min === undefined || median === undefined) return words ?? "–";
    const of = figuresOf(samples.get(row)?.get(base) ?? []).min;
    const ratio = of && kernel !== base ? ` (${(min / of).toFixed(2)} ×)` : "";
    return `${number(min)} / ${number(median)} ${unit}${ratio}${words ? `, ${words}` : ""}`;
  };
  const lines = Object.entries(rows)
    .filter(([row]) => (samples.get(row)?.size ?? 0) > 0)
    .map(([row, unit]) => [row, ...kernels.map((kernel) => cell(row, unit, kernel))]);
  const table = [["", ...kernels], ...lines];
  const widths = table[0].map((_, column) => Math.max(...table.map((line) => line[column].length)));
  const format = (line: string[]) =>
    `| ${line.map((text, column) => text.padEnd(widths[column])).join(" | ")} |`;
  return [
    format(table[0]),
    `|${widths.map((width) => "-".repeat(width + 2)).join("|")}|`,
    ...table.slice(1).map(format),
  ].join("\n");
}
