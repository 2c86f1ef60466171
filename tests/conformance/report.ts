/** @file What became of the samples, and how it is told. */

/** What became of one sample. */
export type Outcome = "passed" | "failed" | "not offered";

/** How a section of the data is run. */
export interface Section {
  /** Runs its samples in `folder` and notes what becomes of each. @returns whether the folder has any. */
  run(folder: string, report: Report, only: string | undefined): Promise<boolean>;
}

/** Counts outcomes by name and keeps the first difference of each. */
export class Report {
  readonly #counts = new Map<string, Record<Outcome, number>>();
  readonly #differences = new Map<string, string[]>();

  /** @param verbose Keep every difference, not just the first of each name. */
  constructor(
    readonly title: string,
    readonly verbose: boolean,
  ) {}

  add(name: string, outcome: Outcome, difference?: string): void {
    let counts = this.#counts.get(name);
    if (counts === undefined) {
      counts = { passed: 0, failed: 0, "not offered": 0 };
      this.#counts.set(name, counts);
    }
    counts[outcome]++;
    if (outcome === "passed") return;
    const list = this.#differences.get(name) ?? [];
    if (this.verbose || list.length === 0) list.push(difference ?? outcome);
    this.#differences.set(name, list);
  }

  /** Notes what `check` finds: null, or how the result differs. An error is a difference too. */
  check(name: string, check: () => string | null, label = ""): void {
    let difference: string | null;
    try {
      difference = check();
    } catch (error) {
      if (error instanceof NotOffered) {
        this.add(name, "not offered", `not offered: ${error.message}`);
        return;
      }
      difference = `throws ${describe(error)}`;
    }
    if (difference === null) this.add(name, "passed");
    else this.add(name, "failed", label + difference);
  }

  #total(outcome: Outcome): number {
    let total = 0;
    for (const counts of this.#counts.values()) total += counts[outcome];
    return total;
  }

  get passed(): number {
    return this.#total("passed");
  }

  /** Those of operators that are not offered among them. */
  get failed(): number {
    return this.#total("failed") + this.#total("not offered");
  }

  /** A row for each name with failures, and one for the whole. */
  table(): string {
    const rows = [["", "samples", "passed", "failed", "not offered"]];
    const row = (name: string, passed: number, failed: number, missing: number): void => {
      rows.push([name, ...[passed + failed + missing, passed, failed, missing].map(String)]);
    };
    for (const [name, counts] of [...this.#counts].sort(([a], [b]) => (a < b ? -1 : 1))) {
      if (counts.failed + counts["not offered"] > 0) {
        row(name, counts.passed, counts.failed, counts["not offered"]);
      }
    }
    row(
      `${this.title}: ${this.#counts.size} in all`,
      this.passed,
      this.#total("failed"),
      this.#total("not offered"),
    );
    const widths = rows[0].map((_, column) => Math.max(...rows.map((cells) => cells[column].length)));
    return rows
      .map((cells) =>
        cells.map((cell, i) => (i === 0 ? cell.padEnd(widths[i]) : cell.padStart(widths[i]))).join("  "),
      )
      .join("\n");
  }

  /** The differences, name by name. */
  differences(): string {
    const parts: string[] = [];
    for (const [name, list] of this.#differences) {
      for (const difference of list) parts.push(`${name}: ${difference}`);
    }
    return parts.join("\n");
  }
}

/** Thrown for what the library lacks. */
export class NotOffered extends Error {}

/** An error in one line. */
export function describe(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return `${error.name}: ${error.message.split("\n")[0].slice(0, 400)}`;
}
