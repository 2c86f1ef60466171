/** @file Breakpoints: what clients ask for, kept by path, and set in each script of such a cell. */
import type { CellCompiler } from "../../compiler/cell-compiler";
import { DEBUG_TARGET } from "../../debug-target";
import type { CellScript, StopPlace } from "./cell-script";
import type { Inspector, V8Debugger } from "./inspector";
import type { Breakpoint, SourceBreakpoint } from "./messages";

interface Entry {
  id: number;
  asked: SourceBreakpoint;
  source: Breakpoint["source"];
  /** Where it really is, once it is in a script. */
  line: number | null;
  /** JavaScript that says whether to stop; empty for always. */
  condition: string;
  /** Why it cannot be set. */
  problem?: string;
  /** V8's own breakpoints, one in each script: a cell that ran twice has two. */
  set: string[];
}

/** All breakpoints of a session. */
export class Breakpoints {
  private readonly entries = new Map<string, Entry[]>();
  private nextId = 1;
  /** V8's breakpoint at the start of a cell at which the client wants to stop. */
  private start: string | null = null;
  private last: Promise<unknown> = Promise.resolve();

  /**
   * @param scripts The scripts of a path, of the cell's every run
   * @param changed Told when a breakpoint came to be in a script, or on another line than the one asked for
   */
  constructor(
    private readonly inspector: Inspector,
    private readonly compiler: CellCompiler,
    private readonly scripts: (path: string) => Promise<CellScript[]>,
    private readonly changed: (breakpoint: Breakpoint) => void,
  ) {}

  /** Replaces the breakpoints of a path. */
  set(path: string, name: string, asked: SourceBreakpoint[]): Promise<Breakpoint[]> {
    return this.inTurn(async () => {
      const old = this.entries.get(path) ?? [];
      await Promise.all(old.flatMap(({ set }) => set).map((id) => this.remove(id)));
      const scripts = await this.scripts(path);
      const source = scripts.at(-1)?.source ?? { name, path };
      const entries: Entry[] = [];
      for (const one of asked) {
        const entry: Entry = { id: this.nextId++, asked: one, source, line: null, condition: "", set: [] };
        entries.push(entry);
        await this.prepare(entry, scripts.at(-1));
      }
      if (entries.length > 0) this.entries.set(path, entries);
      else this.entries.delete(path);
      for (const script of scripts) await this.setIn(script, entries);
      return entries.map(describe);
    });
  }

  /** Sets what is asked for in a script that is new. */
  addScript(script: CellScript): Promise<void> {
    return this.inTurn(async () => {
      const entries = this.entries.get(script.path) ?? [];
      const before = entries.map(({ line }) => line);
      for (const entry of entries) {
        entry.source = script.source;
        // What a condition's names mean depends on the cells that ran since.
        if (entry.asked.condition || entry.asked.logMessage) await this.prepare(entry, script);
      }
      await this.setIn(script, entries);
      entries.forEach((entry, at) => {
        if (entry.line !== before[at]) this.changed(describe(entry));
      });
    });
  }

  /** Has a script stop at its first statement, until `forgetStart`. */
  async stopAtStart(script: CellScript): Promise<void> {
    await this.forgetStart();
    const first = (await script.stopPlaces(this.inspector)).find(({ location }) => !isReturn(location));
    // A breakpoint of the client's own may be there already.
    if (first) this.start = await this.setAt(script, first.location, "").catch(() => null);
  }

  async forgetStart(): Promise<void> {
    const { start } = this;
    this.start = null;
    if (start) await this.remove(start);
  }

  /** The ids under which clients know breakpoints of V8. */
  idsOf(hit: readonly string[]): number[] {
    const all = [...this.entries.values()].flat();
    return all.filter(({ set }) => set.some((id) => hit.includes(id))).map(({ id }) => id);
  }

  /** As `debugInfo` lists them. */
  list(): { source: string; breakpoints: SourceBreakpoint[] }[] {
    return [...this.entries].map(([source, entries]) => ({
      source,
      breakpoints: entries.map(({ asked, line }) => ({ ...asked, line: line ?? asked.line })),
    }));
  }

  /** Waits until what was asked for before is done. */
  private inTurn<T>(work: () => Promise<T>): Promise<T> {
    const turn = this.last.then(work, work);
    this.last = turn.catch(() => {});
    return turn;
  }

  private async remove(breakpointId: string): Promise<void> {
    await this.inspector.post("Debugger.removeBreakpoint", { breakpointId }).catch(() => {});
  }

  /** Makes the condition from what was asked. */
  private async prepare(entry: Entry, script: CellScript | undefined): Promise<void> {
    const { asked, id } = entry;
    const conditions: string[] = [];
    delete entry.problem;
    try {
      const place = script ? script.debugPlace(asked.line, asked.column ?? END_OF_LINE) : null;
      const compile = async (code: string) => {
        const made = await this.compiler.debugExpression(code, place);
        if (!made.ok) throw new Error(made.message);
        if (!made.isExpression) throw new Error("a condition must be an expression");
        return made.code;
      };
      if (asked.condition?.trim()) conditions.push(`(${await compile(asked.condition)})`);
      if (asked.hitCondition?.trim()) conditions.push(visitCondition(id, asked.hitCondition));
      if (asked.logMessage !== undefined) {
        const parts = await Promise.all(logParts(asked.logMessage, compile));
        conditions.push(`${DEBUG_TARGET}.say(${parts.join(", ")})`);
      }
    } catch (error) {
      entry.problem = (error as Error).message;
    }
    entry.condition = conditions.join(" && ");
  }

  private async setIn(script: CellScript, entries: Entry[]): Promise<void> {
    const waiting = entries.filter(({ problem }) => problem === undefined);
    if (waiting.length === 0) return;
    const stops = await script.stopPlaces(this.inspector);
    const taken = new Set<string>();
    for (const entry of waiting) {
      const stop = firstStop(stops, entry.asked.line);
      if (!stop) {
        entry.problem = "there is no code on this line or after it";
        continue;
      }
      entry.line = stop.line;
      const { lineNumber, columnNumber } = stop.location;
      const key = `${lineNumber}:${columnNumber}`;
      // Two lines may have come to one.
      if (taken.has(key)) continue;
      taken.add(key);
      entry.set.push(await this.setAt(script, stop.location, entry.condition));
    }
  }

  private async setAt(script: CellScript, location: V8Debugger.Location, condition: string): Promise<string> {
    const { lineNumber, columnNumber } = location;
    const made = await this.inspector.post<V8Debugger.SetBreakpointReturnType>("Debugger.setBreakpoint", {
      location: { scriptId: script.id, lineNumber, columnNumber },
      condition,
    });
    return made.breakpointId;
  }
}

/** Far enough right that all that a line begins is entered. */
const END_OF_LINE = 1_000_000;

/** The first place on a line, or on the next one that has any. Where a function returns is none, if there are others. */
function firstStop(stops: StopPlace[], line: number): StopPlace | undefined {
  const at = Math.min(...stops.filter((one) => one.line >= line).map((one) => one.line));
  const places = stops.filter((one) => one.line === at);
  return places.find(({ location }) => !isReturn(location)) ?? places[0];
}

function isReturn(location: V8Debugger.BreakLocation): boolean {
  return location.type === "return";
}

function visitCondition(id: number, text: string): string {
  const match = /^\s*(>=|<=|>|<|==?=?|%)?\s*(\d+)\s*$/.exec(text);
  if (!match) throw new Error("a hit condition is a number, which may have >, >=, <, <=, == or % before it");
  return `${DEBUG_TARGET}.visit(${id}, ${JSON.stringify(match[1] ?? "==")}, ${match[2]})`;
}

/** The text of a log message, with the expressions in braces. */
function logParts(message: string, compile: (code: string) => Promise<string>): (string | Promise<string>)[] {
  return message
    .split(/(\{[^{}]*\})/)
    .filter((part) => part !== "")
    .map((part) => {
      if (!/^\{[^{}]*\}$/.test(part)) return JSON.stringify(part);
      return compile(part.slice(1, -1)).then((code) => `(${code})`);
    });
}

function describe({ id, asked, source, line, problem }: Entry): Breakpoint {
  return {
    id,
    verified: line !== null && problem === undefined,
    line: line ?? asked.line,
    source,
    ...(problem !== undefined ? { message: problem } : line === null && { message: "this has not run yet" }),
  };
}
