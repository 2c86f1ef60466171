/**
 * @file The main shell and the subshells (JEP 91): each takes its requests one after another, beside the others.
 *
 * All run on the one main thread of JavaScript. So the cells of two shells take turns where they wait for something, and none
 * of them gets on while one computes without a pause.
 */
import { randomUUID } from "node:crypto";
import type { CommMessage } from "../channel";
import { log } from "../log";
import type { Execution } from "./execution";
import type { RouterChannel } from "./transport";
import type { Message } from "./wire";

/** An `execute_request` that waits, or a comm message. */
export type Entry =
  | { kind: "cell"; message: Message; channel: RouterChannel; aborted: boolean }
  | { kind: "comm"; comm: CommMessage; header: Message["header"] };

/** One queue. */
export class Shell {
  /** What it is working on. */
  current: Execution | null = null;
  private readonly queue: Entry[] = [];
  private work: Promise<void> | null = null;

  /** @param id Null for the main shell. */
  constructor(
    readonly id: string | null,
    private readonly take: (shell: Shell, entry: Entry) => Promise<void>,
  ) {}

  /** Adds an entry, and works until none is left. */
  push(entry: Entry): void {
    this.queue.push(entry);
    this.work ??= this.drain();
  }

  /** The first of those that wait. */
  get next(): Entry | undefined {
    return this.queue[0];
  }

  /** Resolves when nothing is left to do here. */
  async ended(): Promise<void> {
    await this.work;
  }

  /** Has the cells that wait here answered as aborted. */
  abort(): void {
    for (const entry of this.queue) if (entry.kind === "cell") entry.aborted = true;
  }

  private async drain(): Promise<void> {
    for (let entry = this.queue.shift(); entry; entry = this.queue.shift()) {
      try {
        await this.take(this, entry);
      } catch (error) {
        log("error", `a request failed: ${error instanceof Error ? error.stack : error}`);
      }
    }
    this.work = null;
  }
}

/** All shells of a kernel. */
export class Shells {
  readonly main: Shell;
  private readonly children = new Map<string, Shell>();
  /** Deleted ones that still work. */
  private readonly leaving = new Set<Shell>();

  /** @param take Works on an entry. */
  constructor(private readonly take: (shell: Shell, entry: Entry) => Promise<void>) {
    this.main = new Shell(null, take);
  }

  /** Makes a subshell and gives its id. */
  create(): string {
    const id = randomUUID();
    this.children.set(id, new Shell(id, this.take));
    return id;
  }

  /** Takes a subshell away: what runs there goes on to its end, what waits there is aborted. @throws when there is none of that id. */
  delete(id: string): void {
    const shell = this.children.get(id);
    if (!shell) throw new Error(`there is no subshell ${id}`);
    this.children.delete(id);
    shell.abort();
    this.leaving.add(shell);
    void shell.ended().then(() => this.leaving.delete(shell));
  }

  /** The ids of the subshells. */
  list(): string[] {
    return [...this.children.keys()];
  }

  /** The shell that a message names in its header; undefined when there is none of that id. */
  find(header: Message["header"]): Shell | undefined {
    const { subshell_id: id } = header;
    if (id === undefined || id === null) return this.main;
    return typeof id === "string" ? this.children.get(id) : undefined;
  }

  /** Everything that is being worked on. */
  executions(): Execution[] {
    return this.all().flatMap(({ current }) => current ?? []);
  }

  /** Aborts all that waits. */
  abort(): void {
    for (const shell of this.all()) shell.abort();
  }

  private all(): Shell[] {
    return [this.main, ...this.children.values(), ...this.leaving];
  }
}
