/** @file Builds native code without TensorFlow under a sanitizer, and runs it. */
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { after, it } from "node:test";

export const root = join(__dirname, "..", "..", "..");
export const compiler = process.env.CXX ?? "c++";
const folder = mkdtempSync(join(tmpdir(), "torchbook-sanitizers-"));
after(() => rmSync(folder, { recursive: true, force: true }));

export interface Outcome {
  readonly ok: boolean;
  readonly text: string;
}

export function run(command: string, args: readonly string[], env: NodeJS.ProcessEnv = {}): Promise<Outcome> {
  return new Promise((resolve) => {
    const options = { env: { ...process.env, ...env }, timeout: 300_000, maxBuffer: 1 << 26 };
    execFile(command, args, options, (error, stdout, stderr) => {
      const text = `${stdout}${stderr}`.trim();
      resolve({ ok: error === null, text: error === null ? text : `${error.message}\n${text}` });
    });
  });
}

/** Why the compiler cannot check in this way here, or null. */
export async function missing(flag: string): Promise<string | null> {
  const source = join(folder, `probe${flag}.cc`);
  const program = join(folder, `probe${flag}`);
  writeFileSync(source, "#include <thread>\nint main() { std::thread([] {}).join(); }\n");
  const compiled = await run(compiler, [flag, "-pthread", source, "-o", program]);
  const outcome = compiled.ok ? await run(program, []) : compiled;
  return outcome.ok ? null : `${compiler} ${flag} does not work here: ${outcome.text.split("\n").at(-1)}`;
}

/** What goes to the compiler beside the sources. */
export interface BuildOptions {
  readonly compile?: readonly string[];
  /** Objects, libraries and flags for the link. */
  readonly link?: readonly string[];
}

/**
 * Compiles two sources at a time, then links them.
 *
 * @param paths The sources, seen from the project's root.
 */
export async function build(
  name: string,
  paths: readonly string[],
  flag: string,
  options: BuildOptions = {},
): Promise<string> {
  const { compile = [], link = [] } = options;
  const waiting = paths.map((path) => join(root, path));
  const objects: string[] = [];
  const worker = async (): Promise<void> => {
    for (let source = waiting.shift(); source !== undefined; source = waiting.shift()) {
      const object = join(
        folder,
        `${basename(source, ".cc")}${source.includes("tests") ? "-check" : ""}${flag}.o`,
      );
      objects.push(object);
      const flags = ["-std=c++17", "-O1", "-g1", "-fno-omit-frame-pointer", flag, ...compile];
      const { ok, text } = await run(compiler, [...flags, "-c", source, "-o", object]);
      assert.ok(ok, text);
    }
  };
  await Promise.all([worker(), worker()]);
  const program = join(folder, `${name}${flag}`);
  const { ok, text } = await run(compiler, [flag, "-pthread", ...objects, ...link, "-o", program]);
  assert.ok(ok, text);
  return program;
}

/** A program of checks that is to be clean under a sanitizer. */
export interface SanitizedProgram {
  readonly name: string;
  /** Seen from the project's root. */
  readonly sources: readonly string[];
  /** What it prints when all is well. */
  readonly says: RegExp;
  /** With what it runs, once for each; by default once with nothing. */
  readonly environments?: readonly NodeJS.ProcessEnv[];
}

/** A test that builds a program with a sanitizer and runs it. */
export function sanitized(
  sanitizer: "Address" | "Thread" | "UndefinedBehavior",
  { name, sources, says, environments = [{}] }: SanitizedProgram,
): void {
  const flag = `-fsanitize=${sanitizer.replace(/Behavior$/, "").toLowerCase()}`;
  it(`clean under ${sanitizer}Sanitizer`, async (context) => {
    const reason = await missing(flag);
    if (reason !== null) return context.skip(reason);
    const program = await build(name, sources, flag);
    for (const environment of environments) {
      const { ok, text } = await run(program, [], {
        ASAN_OPTIONS: "detect_leaks=0",
        UBSAN_OPTIONS: "halt_on_error=1",
        ...environment,
      });
      assert.ok(ok, text);
      assert.match(text, says);
      context.diagnostic(text);
    }
  });
}
