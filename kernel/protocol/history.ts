/** @file What was executed, in this session and before, and the three ways to ask for it. */
import { log } from "../log";
import { HistoryStore, type StoredLine } from "./history-store";

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

/** Written lines wait for more, as each write takes milliseconds; a kernel that is killed loses these at most. */
const WRITE_AFTER_MS = 500;
/** Another kernel holds the file for milliseconds. */
const TRIES = 40;
const RETRY_MS = 10;

/** Keeps this session in memory and all sessions in a file, where there can be one. */
export class History {
  private readonly lines: Line[] = [];
  private readonly unwritten = new Set<Line>();
  private store: HistoryStore | undefined;
  private timer: NodeJS.Timeout | null = null;

  /** @param place The file; null keeps this session only. */
  constructor(private readonly place: string | null = HistoryStore.place()) {}

  /** Notes a cell when it starts. */
  add(line: number, source: string): void {
    const entry = { line, source, output: null };
    this.lines.push(entry);
    this.toWrite(entry);
  }

  /** Notes the plain text of a cell's result. */
  setOutput(line: number, output: string): void {
    const entry = this.lines.findLast((candidate) => candidate.line === line);
    if (!entry) return;
    entry.output = output;
    this.toWrite(entry);
  }

  /** Answers a `history_request`: tail, range or search (glob pattern), oldest first. */
  query(request: HistoryRequest): HistoryEntry[] {
    return this.select(request).map(({ session, line, source, output }) =>
      request.output ? [session, line, [source, output]] : [session, line, source],
    );
  }

  /** Writes what was not written yet; what cannot be written stays for the next time. */
  flush(): void {
    if (this.timer) clearTimeout(this.timer);
    this.timer = null;
    if (this.unwritten.size === 0) return;
    const written = [...this.unwritten];
    this.attempt((store) => {
      store.write(written);
      for (const line of written) this.unwritten.delete(line);
    });
    if (this.unwritten.size > 0) this.schedule();
  }

  private toWrite(line: Line): void {
    this.unwritten.add(line);
    this.schedule();
  }

  private schedule(): void {
    this.timer ??= setTimeout(() => this.flush(), WRITE_AFTER_MS).unref();
  }

  private select(request: HistoryRequest): StoredLine[] {
    const { hist_access_type: type, n } = request;
    if (type === "range") return this.range(request);
    this.flush();
    if (type === "search") {
      const pattern = request.pattern ?? "*";
      return this.attempt((store) => store.search(pattern, n ?? null, request.unique === true)) ?? [];
    }
    return this.attempt((store) => store.tail(Math.max(n ?? 10, 0))) ?? [];
  }

  /** Session 0 is this one, negative ones count back from it, others are absolute. */
  private range({ session = 0, start = 0, stop = null }: HistoryRequest): StoredLine[] {
    if (session === 0) {
      const end = (this.lines.at(-1)?.line ?? 0) + 1;
      const from = start < 0 ? start + end : start;
      const to = stop === null ? end : stop < 0 ? stop + end : stop;
      return this.own().filter(({ line }) => line >= from && line < to);
    }
    this.flush();
    return (
      this.attempt((store) => {
        const number = session < 0 ? store.currentSession + session : session;
        return store.range(number, start, stop);
      }) ?? []
    );
  }

  /** This session's lines, under number 0. */
  private own(): StoredLine[] {
    return this.lines.map((line) => ({ session: 0, ...line }));
  }

  /** Does something with the database; undefined where that cannot be. */
  private attempt<T>(use: (store: HistoryStore) => T): T | undefined {
    for (let tries = 0; ; tries++) {
      try {
        this.store ??= HistoryStore.open(this.place);
        return use(this.store);
      } catch (error) {
        const text = error instanceof Error ? error.message : String(error);
        const locked = /locked|busy/i.test(text);
        if (locked && tries < TRIES) {
          Atomics.wait(PAUSE, 0, 0, RETRY_MS * (0.5 + Math.random()));
          continue;
        }
        log("warning", `the history cannot be used: ${text}`);
        // A home that cannot be written to: from here on this session alone is remembered.
        if (!locked) this.store ??= HistoryStore.open(null);
        return undefined;
      }
    }
  }
}

const PAUSE = new Int32Array(new SharedArrayBuffer(4));
