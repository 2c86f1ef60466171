/** @file The kernel's debugger: has a session while a client debugs. */
import type { CellCompiler } from "../../compiler/cell-compiler";
import type { Arguments } from "./arguments";
import { Inspector } from "./inspector";
import { Lines } from "./lines";
import { type DebugEvent, THREAD_ID, type Variable } from "./messages";
import type { Pause } from "./pause";
import { DebugSession } from "./session";
import { Values } from "./values";

const QUIET_MS = 20;
const QUIET_TRIES = 100;

/** What the debugger needs of the kernel. */
export interface DebuggerHost {
  readonly compiler: CellCompiler;
  /** Publishes an event. */
  event(event: DebugEvent): void;
  /** Whether a cell runs. */
  isRunning(): boolean;
  /** Ends the cell that runs. */
  interrupt(): void;
}

/** One for each kernel; nothing is connected to the main thread until a client asks for something there. */
export class Debugger {
  session: DebugSession | null = null;
  /** Sources of cells that clients told, by path. */
  readonly cells = new Map<string, string>();
  /** How the client counts lines and columns. */
  lines = new Lines(true, true);
  private seq = 0;
  private withTypes = true;

  constructor(private readonly host: DebuggerHost) {}

  /** Takes note of who debugs. */
  initialize(clientId: string | undefined, args: Arguments): void {
    this.withTypes = clientId !== "jupyterlab";
    this.lines = new Lines(!args.isFalse("linesStartAt1"), !args.isFalse("columnsStartAt1"));
  }

  /** Begins to debug; does nothing when that was begun. */
  async attach(): Promise<void> {
    if (this.session) return;
    const session = new DebugSession(
      this.host.compiler,
      (event, body) => this.event(event, body),
      (breakpoint) =>
        this.event("breakpoint", { reason: "changed", breakpoint: this.lines.shown(breakpoint) }),
    );
    this.session = session;
    try {
      await session.start();
    } catch (error) {
      this.session = null;
      session.end();
      throw error;
    }
    this.event("initialized", {});
    this.event("process", {
      name: "torchbook",
      systemProcessId: process.pid,
      isLocalProcess: true,
      startMethod: "attach",
    });
    this.event("thread", { reason: "started", threadId: THREAD_ID });
  }

  /** Ends the session; a stopped cell goes on. */
  disconnect(): object {
    const { session } = this;
    this.session = null;
    if (session) {
      session.end();
      this.event("terminated", {});
    }
    return {};
  }

  /** Ends what runs, and the session. */
  terminate(): object {
    this.host.interrupt();
    return this.disconnect();
  }

  /** Before a cell is ended: lets go of it where it is stopped; true when it was. */
  letGo(): boolean {
    return this.session?.letGo() ?? false;
  }

  /** After that. */
  watch(): void {
    this.session?.watch();
  }

  /** Before the kernel ends. */
  close(): void {
    this.letGo();
    this.session?.end();
    this.session = null;
  }

  /** Sends what a breakpoint with a log message says. */
  output(text: string): void {
    if (this.session) this.event("output", { category: "console", output: text });
  }

  /** The variables of the cells. A client that asked before a stop gets them before it hears of that. */
  globals(): Promise<Variable[]> {
    const answer = this.inspect((values) => values.globals());
    return this.session ? this.session.before(answer) : answer;
  }

  /** Reads values; without a session by a connection for this once. */
  async inspect<T>(read: (values: Values, pause: Pause | null) => Promise<T>): Promise<T> {
    const { session, withTypes } = this;
    const { compiler } = this.host;
    if (session) {
      if (!session.pause) await this.quiet(session.inspector);
      return read(new Values(session.inspector, compiler, withTypes), session.pause);
    }
    const inspector = new Inspector();
    try {
      await this.quiet(inspector);
      return await read(new Values(inspector, compiler, withTypes), null);
    } finally {
      inspector.disconnect();
    }
  }

  /** Waits for the moment in which the main thread does what comes after a cell, or loads the library. */
  private async quiet(inspector: Inspector): Promise<void> {
    for (let tries = 0; tries < QUIET_TRIES; tries++) {
      if (this.host.isRunning() || (await inspector.ask("enter"))) return;
      await new Promise((resolve) => setTimeout(resolve, QUIET_MS));
    }
  }

  /** The number of the next message to the client. */
  nextSeq(): number {
    return ++this.seq;
  }

  private event(event: string, body: object): void {
    this.host.event({ seq: this.nextSeq(), type: "event", event, body });
  }
}
