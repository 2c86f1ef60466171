/** @file The file that keeps what was executed, over sessions: an SQLite database that kernels share. */
import { mkdirSync, renameSync, rmdirSync, statSync } from "node:fs";
import { dirname, join } from "node:path";
import { setFlagsFromString } from "node:v8";
import type { Database } from "node-sqlite3-wasm";
import { userDataFolder } from "../data-folder";
import { log } from "../log";

/** One executed cell. */
export interface StoredLine {
  session: number;
  line: number;
  source: string;
  output: string | null;
}

/** A lock that is older belongs to a kernel that was killed while it wrote: a transaction takes milliseconds. */
const STALE_LOCK_MS = 10_000;

const SCHEMA = `
CREATE TABLE IF NOT EXISTS sessions (session INTEGER PRIMARY KEY AUTOINCREMENT, start TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS history (
  session INTEGER NOT NULL, line INTEGER NOT NULL, source TEXT NOT NULL, output TEXT, PRIMARY KEY (session, line)
);`;

const COLUMNS = "session, line, source, output";

/** The database; every method throws what SQLite throws, such as that it is locked. */
export class HistoryStore {
  private session: number | null = null;

  private constructor(
    private readonly database: Database,
    private readonly file: string,
  ) {}

  /** `TORCHBOOK_HISTORY`, or a file in Jupyter's data folder; null when nothing is to be kept. */
  static place(): string | null {
    const named = process.env.TORCHBOOK_HISTORY;
    if (named === "off") return null;
    return named || join(userDataFolder(), "torchbook", "history.sqlite");
  }

  /** Opens the file, or makes it; one that is no database is put aside under another name. Null: in memory. */
  static open(file: string | null): HistoryStore {
    if (file === null) return HistoryStore.create(":memory:");
    mkdirSync(dirname(file), { recursive: true });
    removeStaleLock(file);
    try {
      return HistoryStore.create(file);
    } catch (error) {
      if (!/not a database|malformed|corrupt/i.test(String(error))) throw error;
      const aside = `${file}.broken-${new Date().toISOString().replace(/[:.]/g, "-")}`;
      renameSync(file, aside);
      log("warning", `the history was broken; it is now ${aside}, and a new one begins`);
      return HistoryStore.create(file);
    }
  }

  private static create(file: string): HistoryStore {
    const database = new (loadSqlite().Database)(file);
    try {
      // A history need not survive the loss of power to the last line.
      database.exec("PRAGMA synchronous = OFF");
      database.exec(SCHEMA);
      // Reads a page of each table: a file whose head alone is right is noticed now.
      database.all(`SELECT ${COLUMNS} FROM history ORDER BY session DESC, line DESC LIMIT 1`);
    } catch (error) {
      database.close();
      throw error;
    }
    return new HistoryStore(database, file);
  }

  /** This session's number; taken when something is written first. */
  get currentSession(): number {
    return this.session ?? this.lastSession() + 1;
  }

  /** Writes lines of this session, or writes them again with their output. */
  write(lines: Omit<StoredLine, "session">[]): void {
    removeStaleLock(this.file);
    this.database.exec("BEGIN IMMEDIATE");
    try {
      this.session ??= Number(
        this.database.run("INSERT INTO sessions (start) VALUES (?)", [new Date().toISOString()])
          .lastInsertRowid,
      );
      for (const { line, source, output } of lines) {
        this.database.run(`INSERT OR REPLACE INTO history (${COLUMNS}) VALUES (?, ?, ?, ?)`, [
          this.session,
          line,
          source,
          output,
        ]);
      }
      this.database.exec("COMMIT");
    } catch (error) {
      if (this.database.inTransaction) this.database.exec("ROLLBACK");
      throw error;
    }
  }

  /** The last lines of all sessions, oldest first. */
  tail(count: number): StoredLine[] {
    return this.select("ORDER BY session DESC, line DESC LIMIT ?", [count]).reverse();
  }

  /** Lines of one session; `stop` is not among them. */
  range(session: number, start: number, stop: number | null): StoredLine[] {
    return this.select("WHERE session = ? AND line >= ? AND line < ? ORDER BY line", [
      session,
      start,
      stop ?? Number.MAX_SAFE_INTEGER,
    ]);
  }

  /** The last lines that a glob pattern fits (`*`, `?`, `[...]`); with `unique`, each source only where it was last. */
  search(pattern: string, count: number | null, unique: boolean): StoredLine[] {
    // SQLite takes the other columns from the row that has the maximum.
    const grouped = `SELECT session, line, source, output, MAX(session * 4294967296 + line) FROM history
      WHERE source GLOB ? GROUP BY source`;
    const plain = "SELECT session, line, source, output FROM history WHERE source GLOB ?";
    const limit = count === null ? -1 : Math.max(count, 0);
    return this.all(`${unique ? grouped : plain} ORDER BY session DESC, line DESC LIMIT ?`, [
      pattern,
      limit,
    ]).reverse();
  }

  close(): void {
    this.database.close();
  }

  private lastSession(): number {
    return Number(this.database.get("SELECT MAX(session) AS last FROM sessions")?.last ?? 0);
  }

  private select(rest: string, values: (string | number)[]): StoredLine[] {
    return this.all(`SELECT ${COLUMNS} FROM history ${rest}`, values);
  }

  private all(query: string, values: (string | number)[]): StoredLine[] {
    removeStaleLock(this.file);
    return this.database.all(query, values) as unknown as StoredLine[];
  }
}

/**
 * Loads SQLite. Its functions are only ever compiled the quick way: the few that are called a lot would otherwise be optimised, for
 * which V8 takes 45 MB and a second of processor time.
 */
function loadSqlite(): typeof import("node-sqlite3-wasm") {
  setFlagsFromString("--no-wasm-dynamic-tiering");
  // Stays: it would have each function of SQLite optimised when that is first called, and says nothing of modules with dynamic tiering,
  // which are those that cells load.
  setFlagsFromString("--no-wasm-tier-up");
  try {
    return require("node-sqlite3-wasm");
  } finally {
    setFlagsFromString("--wasm-dynamic-tiering");
  }
}

/** SQLite in WebAssembly locks by a folder, which nobody removes for a process that was killed. */
function removeStaleLock(file: string): void {
  const lock = `${file}.lock`;
  try {
    if (Date.now() - statSync(lock).mtimeMs > STALE_LOCK_MS) rmdirSync(lock);
  } catch {}
}
