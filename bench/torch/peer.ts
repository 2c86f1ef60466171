/** @file The Python process that does PyTorch's side of the benchmarks (`peer.py`). */
import { type ChildProcess, spawn } from "node:child_process";
import { resolve } from "node:path";
import { createInterface } from "node:readline";
import type { WorkSpec } from "./work";

const script = resolve(__dirname, "../../../bench/torch/peer.py");

/** What the process says of itself when it is ready. */
export interface Greeting {
  readonly version: string;
  /** Seconds for `import torch` and a first tensor. */
  readonly import_seconds: number;
}

interface Answer {
  readonly seconds?: number;
  readonly value?: number;
  readonly bytes?: number;
}

/** Commands to the process, one at a time. */
export class Peer {
  readonly #child: ChildProcess;
  readonly #lines: AsyncIterator<string>;

  private constructor(child: ChildProcess, lines: AsyncIterator<string>) {
    this.#child = child;
    this.#lines = lines;
  }

  /** Starts Python and waits until it has PyTorch. @throws Error when it has none */
  static async start(python: string, threads: number): Promise<{ peer: Peer; greeting: Greeting }> {
    const child = spawn(python, [script, `${threads}`], {
      stdio: ["pipe", "pipe", "inherit"],
      env: { ...process.env, OMP_NUM_THREADS: `${threads}`, MKL_NUM_THREADS: `${threads}` },
    });
    child.on("error", (error) => console.error(`${python}: ${error.message}`));
    const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
    const peer = new Peer(child, lines);
    return { peer, greeting: JSON.parse(await peer.#line()) as Greeting };
  }

  async #line(): Promise<string> {
    const { value, done } = await this.#lines.next();
    if (done) throw new Error("the Python process ended: is torch installed for it?");
    return value;
  }

  async #ask(command: object): Promise<Answer> {
    this.#child.stdin?.write(`${JSON.stringify(command)}\n`);
    return JSON.parse(await this.#line()) as Answer;
  }

  async make(name: string, spec: WorkSpec): Promise<void> {
    await this.#ask({ do: "make", name, ...spec });
  }

  /** Runs the work and gives the seconds that it took. */
  async run(name: string, times: number): Promise<number> {
    return (await this.#ask({ do: "run", name, times })).seconds as number;
  }

  async check(name: string): Promise<number> {
    return (await this.#ask({ do: "check", name })).value as number;
  }

  async drop(name: string): Promise<void> {
    await this.#ask({ do: "drop", name });
  }

  /** The largest resident size of the process so far, in bytes. */
  async peak(): Promise<number> {
    return (await this.#ask({ do: "peak" })).bytes as number;
  }

  stop(): void {
    this.#child.stdin?.end();
  }
}
