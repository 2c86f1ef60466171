/** @file A debugging session: switches V8's debugger on, and knows whether and where the main thread stands. */
import { fileURLToPath } from "node:url";
import type { CellCompiler } from "../../compiler/cell-compiler";
import { log } from "../../log";
import { Breakpoints } from "./breakpoints";
import { type CellPlace, CellScript, OTHER_SCRIPTS, SOURCE_MAP_URL } from "./cell-script";
import { Exceptions } from "./exceptions";
import { Inspector, type V8Debugger } from "./inspector";
import { type Breakpoint, DebugError, THREAD_ID } from "./messages";
import { isWhole, Pause } from "./pause";

export type Step = "stepInto" | "stepOver" | "stepOut";

/** How often a step may land in what the compiler added before it is given up. */
const MAX_SKIPS = 200;

/** For how long a stop is not told because of answers that are to be sent before. */
const ANSWER_MS = 500;

interface StepStart extends CellPlace {
  depth: number;
  script: CellScript;
}

/** One session, from `attach` to `disconnect`. */
export class DebugSession {
  readonly inspector = new Inspector();
  readonly breakpoints: Breakpoints;
  readonly exceptions: Exceptions;
  /** Where the main thread stands; null while it runs. */
  pause: Pause | null = null;
  /** Files that were loaded, by the id of their scripts. */
  readonly files = new Map<string, string>();
  /** Scripts of cells by id; those from before the session are read when they are needed. */
  private readonly scripts = new Map<string, CellScript>();
  private readonly unread = new Map<string, string>();
  private reading: Promise<void> = Promise.resolve();
  private enabled = false;
  private ended = false;
  /** Number of the latest stop of V8's, which clients need not hear of; 0 while the main thread runs. */
  private standing = 0;
  private stands = 0;
  private nextFrame = 1;
  private step: Step | null = null;
  /** Where a step began. */
  private from: StepStart | null = null;
  private pausing = false;
  private skips = 0;
  /** Answers that must be sent before clients hear of a stop. */
  private readonly asked = new Set<Promise<unknown>>();

  constructor(
    compiler: CellCompiler,
    private readonly event: (event: string, body: object) => void,
    changed: (breakpoint: Breakpoint) => void,
  ) {
    const { inspector } = this;
    this.exceptions = new Exceptions(inspector, compiler);
    this.breakpoints = new Breakpoints(inspector, compiler, (path) => this.scriptsOf(path), changed);
    inspector.on("Debugger.scriptParsed", (script: V8Debugger.ScriptParsedEventDataType) =>
      this.parsed(script),
    );
    inspector.on("Debugger.paused", (event: V8Debugger.PausedEventDataType) => {
      this.paused(event).catch((error) => {
        if (this.ended) return;
        log("error", `debugger: ${error instanceof Error ? error.stack : error}`);
        void this.go("Debugger.resume");
      });
    });
  }

  /** Switches V8's debugger on. */
  async start(): Promise<void> {
    const { inspector } = this;
    await inspector.post("Debugger.enable");
    this.enabled = true;
    await inspector.post("Debugger.setBlackboxPatterns", { patterns: [OTHER_SCRIPTS] });
    await inspector.post("Debugger.setInstrumentationBreakpoint", {
      instrumentation: "beforeScriptWithSourceMapExecution",
    });
  }

  get started(): boolean {
    return this.enabled;
  }

  /** The stop, of which something is asked. */
  get stop(): Pause {
    if (!this.pause) throw new DebugError("the kernel is not stopped");
    return this.pause;
  }

  /** Goes on, freely or for a step. */
  async resume(step: Step | null = null): Promise<void> {
    if (!this.pause) throw new DebugError("the kernel is not stopped");
    this.from = step && step !== "stepOut" ? stepStart(this.pause) : null;
    this.leave();
    this.step = step;
    this.skips = 0;
    await this.inspector.ask("pause", false);
    await this.lookAtLibraries(step === null && this.exceptions.wanted);
    await this.go(step ? `Debugger.${step}` : "Debugger.resume");
  }

  /** Stops at the next statement of a cell. */
  async interrupt(): Promise<void> {
    if (this.pause) return;
    this.pausing = true;
    await this.lookAtLibraries(false);
    await this.inspector.post("Debugger.pause");
  }

  async filterExceptions(filters: string[]): Promise<void> {
    await this.exceptions.filter(filters);
    await this.lookAtLibraries(this.exceptions.wanted && !this.step);
  }

  /** Lets go of a stopped cell because it is to be ended, and stops nowhere until `watch`; true when one was stopped. */
  letGo(): boolean {
    if (!this.enabled) return false;
    const { pause, standing } = this;
    this.step = null;
    this.pausing = false;
    this.standing = 0;
    this.quietly("Debugger.setSkipAllPauses", { skip: true });
    if (!standing) return false;
    if (pause) this.leave();
    this.inspector.ask("pause", false).catch(() => {});
    this.quietly("Debugger.resume", { terminateOnResume: true });
    return true;
  }

  /** Stops at breakpoints again. */
  watch(): void {
    if (this.enabled) this.quietly("Debugger.setSkipAllPauses", { skip: false });
  }

  /** Has clients hear of a stop only after an answer. */
  before<T>(answer: Promise<T>): Promise<T> {
    this.asked.add(answer);
    answer.catch(() => {}).finally(() => this.asked.delete(answer));
    return answer;
  }

  /** Ends the session; a main thread that stands goes on. */
  end(): void {
    if (this.ended) return;
    this.ended = true;
    this.enabled = false;
    if (this.pause) this.leave();
    this.inspector.ask("close").catch(() => {});
    this.inspector.disconnect();
  }

  private leave(): void {
    this.pause = null;
    this.event("continued", { threadId: THREAD_ID, allThreadsContinued: true });
  }

  private quietly(method: string, params: object): void {
    this.inspector.post(method, params).catch(() => {});
  }

  private async go(method: string): Promise<void> {
    this.standing = 0;
    await this.inspector.post(method).catch((error) => {
      if (!this.ended) throw error;
    });
  }

  /**
   * Whether V8 tells of exceptions that libraries throw. Those of a script that steps leave out are left out as well, so while
   * exceptions are of interest scripts are left out during steps only.
   */
  private async lookAtLibraries(look: boolean): Promise<void> {
    await this.inspector.post("Debugger.setBlackboxPatterns", { patterns: look ? [] : [OTHER_SCRIPTS] });
  }

  private parsed({ scriptId, url, sourceMapURL }: V8Debugger.ScriptParsedEventDataType): void {
    // V8 is told a file's path, and tells a URL.
    if (sourceMapURL === SOURCE_MAP_URL)
      this.unread.set(scriptId, url.startsWith("file:") ? fileURLToPath(url) : url);
    else if (url.startsWith("file:")) this.files.set(scriptId, url);
  }

  /** Reads the cells of the scripts that were not yet looked at. */
  private read(): Promise<void> {
    this.reading = this.reading.then(async () => {
      if (this.unread.size === 0) return;
      const unread = [...this.unread];
      this.unread.clear();
      // Where a name came twice, the source that is known is the later one's.
      const latest = new Map(unread.map(([id, url]) => [url, id]));
      const cells = await this.inspector.ask("cells", [...latest.keys()]);
      for (const cell of cells) {
        const id = latest.get(cell.name) as string;
        this.scripts.set(id, new CellScript(id, cell));
      }
    });
    return this.reading;
  }

  /** The source of a cell by its path. */
  async sourceOf(path: string): Promise<string | undefined> {
    return (await this.scriptsOf(path)).at(-1)?.cell.source;
  }

  private async scriptsOf(path: string): Promise<CellScript[]> {
    await this.read();
    return [...this.scripts.values()].filter((script) => script.path === path);
  }

  private async paused(event: V8Debugger.PausedEventDataType): Promise<void> {
    const stand = ++this.stands;
    this.standing = stand;
    await this.read();
    const { callFrames, reason } = event;
    if (isInstrumentation(event)) {
      await this.cellBegins(callFrames[0].location.scriptId);
      if (this.standing === stand) await this.go("Debugger.resume");
      return;
    }
    const frames = callFrames.flatMap((call) => {
      const script = this.scripts.get(call.location.scriptId);
      const place = script?.place(call.location);
      return script && place ? [{ call, script, ...place }] : [];
    });
    const isThrown = reason === "exception" || reason === "promiseRejection";
    if (isThrown) {
      const isCell = ({ location }: V8Debugger.CallFrame) => this.scripts.has(location.scriptId);
      if (frames.length === 0 || !(await this.exceptions.stopsAt(callFrames, isCell))) {
        if (this.standing === stand) await this.go(this.step ? `Debugger.${this.step}` : "Debugger.resume");
        return;
      }
    } else if (frames[0]?.call !== callFrames[0]) {
      await this.goFurther(callFrames[0], frames.length > 0);
      return;
    } else if (
      this.step &&
      this.from &&
      (event.hitBreakpoints ?? []).length === 0 &&
      goesOn(this.from, event, frames[0])
    ) {
      // V8 stops several times on a line, where clients show no difference.
      await this.go(`Debugger.${this.step}`);
      return;
    }
    await this.inspector.ask("pause", true);
    const late = new Promise((resolve) => setTimeout(resolve, ANSWER_MS));
    if (this.asked.size > 0) await Promise.race([late, Promise.allSettled(this.asked)]);
    // A cell that was ended meanwhile stands no more.
    if (this.standing !== stand) return;
    const { pausing, step } = this;
    if (pausing) await this.breakpoints.forgetStart();
    this.pausing = false;
    this.step = null;
    this.pause = new Pause(event, frames, this.inspector, this.nextFrame);
    this.nextFrame += frames.length;
    const why = stopReason(event, step, pausing, this.breakpoints);
    this.event("stopped", { ...why, threadId: THREAD_ID, allThreadsStopped: true });
  }

  /** Sets the breakpoints of a cell before it runs. A step that was left in an earlier cell is over. */
  private async cellBegins(scriptId: string): Promise<void> {
    const script = this.scripts.get(scriptId);
    if (!script) return;
    if (this.step && script.cell.file === null) {
      this.step = null;
      await this.lookAtLibraries(this.exceptions.wanted);
    }
    await this.breakpoints.addScript(script);
    // V8 forgets a pause that was asked for while nothing ran.
    if (this.pausing) await this.breakpoints.stopAtStart(script);
  }

  /** Leaves a place that is no cell's: what the compiler added to one, or a library. */
  private async goFurther(call: V8Debugger.CallFrame, belowCell: boolean): Promise<void> {
    const wanted = this.step !== null || this.pausing;
    if (!wanted || this.skips++ > MAX_SKIPS) return this.go("Debugger.resume");
    // The script's own code, or what comes before a cell's first statement; else a function that the compiler added.
    const { functionName } = call;
    const isCellItself =
      this.scripts.has(call.location.scriptId) && (functionName === "" || isWhole(functionName));
    if (isCellItself) return this.go(this.step === "stepInto" ? "Debugger.stepInto" : "Debugger.stepOver");
    return this.go(belowCell ? "Debugger.stepOut" : "Debugger.resume");
  }
}

function stepStart({ event, frames }: Pause): StepStart | null {
  const [frame] = frames;
  if (!frame) return null;
  return { depth: event.callFrames.length, script: frame.script, line: frame.line, column: frame.column };
}

/** Whether a step has come no further than along the line on which it began. */
function goesOn(
  from: StepStart,
  { callFrames }: V8Debugger.PausedEventDataType,
  { script, line, column }: CellPlace & { script: CellScript },
): boolean {
  return (
    callFrames.length === from.depth && script === from.script && line === from.line && column > from.column
  );
}

function isInstrumentation({ reason, data }: V8Debugger.PausedEventDataType): boolean {
  if (reason === "instrumentation") return true;
  const { reasons = [] } = (data ?? {}) as { reasons?: { reason: string }[] };
  return reason === "ambiguous" && reasons.some((one) => one.reason === "instrumentation");
}

/** Why the main thread stands, in the protocol's words. */
function stopReason(
  { reason, data, hitBreakpoints = [] }: V8Debugger.PausedEventDataType,
  step: Step | null,
  pausing: boolean,
  breakpoints: Breakpoints,
): object {
  if (reason === "exception" || reason === "promiseRejection") {
    const { description = "", value } = (data ?? {}) as { description?: string; value?: unknown };
    const text = description.split("\n    at ")[0] || String(value);
    return { reason: "exception", description: "Paused on exception", text };
  }
  const hitBreakpointIds = breakpoints.idsOf(hitBreakpoints);
  if (hitBreakpointIds.length > 0) return { reason: "breakpoint", hitBreakpointIds };
  if (step) return { reason: "step" };
  return pausing
    ? { reason: "pause" }
    : { reason: "breakpoint", description: "Paused on debugger statement" };
}
