/** @file A copy of the project without anything that the set-up makes, and the set-up run in it. */
import { type ChildProcessWithoutNullStreams, spawn } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { join, resolve } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";

/** The project's own root; compiled tests are in dist/tests/setup. */
export const root = resolve(__dirname, "..", "..", "..");

export interface Result {
  code: number | null;
  output: string;
  milliseconds: number;
}

/** A set-up that runs in a copy. */
export class Run {
  output = "";
  readonly #child: ChildProcessWithoutNullStreams;
  readonly #begun = performance.now();
  readonly #ended: Promise<number | null>;

  constructor(folder: string, args: string[], env: NodeJS.ProcessEnv) {
    this.#child = spawn(process.execPath, [join(folder, "scripts", "setup.mjs"), ...args], {
      cwd: folder,
      env,
    });
    for (const stream of [this.#child.stdout, this.#child.stderr]) {
      stream.setEncoding("utf8").on("data", (text: string) => {
        this.output += text;
      });
    }
    this.#ended = new Promise((done) => this.#child.on("close", (code) => done(code)));
  }

  /** Waits until the output holds `text`. */
  async saying(text: string, timeout = 120_000): Promise<void> {
    const end = performance.now() + timeout;
    while (!this.output.includes(text)) {
      if (this.#child.exitCode !== null || performance.now() > end) {
        throw new Error(`the set-up never said ${JSON.stringify(text)}; it said:\n${this.output}`);
      }
      await sleep(20);
    }
  }

  /** Kills the set-up alone, as `kill -9` does: what it started runs on. */
  async kill(): Promise<Result> {
    this.#child.kill("SIGKILL");
    return this.end();
  }

  /** Sends what Ctrl-C sends. */
  async interrupt(): Promise<Result> {
    this.#child.kill("SIGINT");
    return this.end();
  }

  async end(): Promise<Result> {
    const code = await this.#ended;
    return { code, output: this.output, milliseconds: performance.now() - this.#begun };
  }
}

/** A folder with the project's sources as far as the set-up reads them. */
export class ProjectCopy {
  readonly folder: string;

  constructor() {
    mkdirSync(join(root, "build"), { recursive: true });
    // Below build/: on the same disk, and ignored by git and by the linter.
    this.folder = mkdtempSync(join(root, "build", "setup-test-"));
    for (const path of [
      "scripts",
      "package.json",
      "package-lock.json",
      "requirements.txt",
      "src/backend/native",
    ]) {
      cpSync(join(root, path), join(this.folder, path), { recursive: true });
    }
  }

  path(...segments: string[]): string {
    return join(this.folder, ...segments);
  }

  start(args: string[], env: NodeJS.ProcessEnv = {}): Run {
    const { npm_execpath: _npm, TORCHBOOK_PYTHON: _python, ...inherited } = process.env;
    return new Run(this.folder, args, { ...inherited, CI: "1", ...env });
  }

  run(args: string[], env: NodeJS.ProcessEnv = {}): Promise<Result> {
    return this.start(args, env).end();
  }

  remove(): void {
    rmSync(this.folder, { recursive: true, force: true, maxRetries: 5 });
  }
}
