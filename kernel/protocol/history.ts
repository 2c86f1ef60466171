/** @file What was executed in this session, and the three ways to ask for it. */

export type HistoryEntry =
  | [session: number, line: number, source: string]
  | [session: number, line: number, sourceAndOutput: [string, string | null]];

export interface HistoryRequest {
  hist_access_type?: string;
  output?: boolean;
  session?: number;
  start?: number;
  stop?: number | null;
  n?: number | null;
  pattern?: string;
  unique?: boolean;
}

interface Line {
  line: number;
  source: string;
  output: string | null;
}

/** The history of one session, kept in memory. */
export class History {
  private readonly lines: Line[] = [];

  /** Notes a cell when it starts. */
  add(line: number, source: string): void {
    this.lines.push({ line, source, output: null });
  }

  /** Notes the plain text of a cell's result. */
  setOutput(line: number, output: string): void {
    const entry = this.lines.findLast((candidate) => candidate.line === line);
    if (entry) entry.output = output;
  }

  /** Answers a `history_request`: tail, range or search (glob pattern), oldest first. */
  query(request: HistoryRequest): HistoryEntry[] {
    return this.select(request).map(({ line, source, output }) =>
      request.output ? [0, line, [source, output]] : [0, line, source],
    );
  }

  private select(request: HistoryRequest): Line[] {
    switch (request.hist_access_type) {
      case "range": {
        // This session is 0; sessions before it are not kept.
        if ((request.session ?? 0) !== 0) return [];
        const start = request.start ?? 0;
        const stop = request.stop ?? Number.POSITIVE_INFINITY;
        return this.lines.filter(({ line }) => line >= start && line < stop);
      }
      case "search": {
        const pattern = globPattern(request.pattern ?? "*");
        let found = this.lines.filter(({ source }) => pattern.test(source));
        if (request.unique) {
          const last = new Map(found.map((entry) => [entry.source, entry]));
          found = found.filter((entry) => last.get(entry.source) === entry);
        }
        return tail(found, request.n);
      }
      default:
        return tail(this.lines, request.n);
    }
  }
}

function tail(lines: Line[], count: number | null | undefined): Line[] {
  if (count === undefined || count === null) return lines;
  return count <= 0 ? [] : lines.slice(-count);
}

/** IPython's patterns: `*` any text, `?` one character, the whole source must match. */
function globPattern(pattern: string): RegExp {
  const source = pattern
    .replace(/[.+^${}()|[\]\\]/g, "\\$&")
    .replaceAll("*", "[\\s\\S]*")
    .replaceAll("?", "[\\s\\S]");
  return new RegExp(`^${source}$`, "u");
}
