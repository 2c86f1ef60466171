/** @file The recurrent kernels under AddressSanitizer and ThreadSanitizer, compiled without TensorFlow, against plain loops in double. */
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { after, describe, it } from "node:test";

const root = join(__dirname, "..", "..", "..");
const compiler = process.env.CXX ?? "c++";
const folder = mkdtempSync(join(tmpdir(), "torchbook-sanitizers-"));
after(() => rmSync(folder, { recursive: true, force: true }));

const sources = [
  ...["avx512", "avx2", "base", "run"].map((name) =>
    join("src", "backend", "native", `recurrent-${name}.cc`),
  ),
  join("tests", "native", "recurrent.cc"),
].map((path) => join(root, path));

interface Outcome {
  readonly ok: boolean;
  readonly text: string;
}

function run(command: string, args: readonly string[], env: NodeJS.ProcessEnv = {}): Promise<Outcome> {
  return new Promise((resolve) => {
    const options = { env: { ...process.env, ...env }, timeout: 300_000, maxBuffer: 1 << 26 };
    execFile(command, args, options, (error, stdout, stderr) => {
      const text = `${stdout}${stderr}`.trim();
      resolve({ ok: error === null, text: error === null ? text : `${error.message}\n${text}` });
    });
  });
}

/** Why the compiler cannot check in this way here, or null. */
async function missing(flag: string): Promise<string | null> {
  const source = join(folder, `probe${flag}.cc`);
  const program = join(folder, `probe${flag}`);
  writeFileSync(source, "#include <thread>\nint main() { std::thread([] {}).join(); }\n");
  const compiled = await run(compiler, [flag, "-pthread", source, "-o", program]);
  const outcome = compiled.ok ? await run(program, []) : compiled;
  return outcome.ok ? null : `${compiler} ${flag} does not work here: ${outcome.text.split("\n").at(-1)}`;
}

/** Compiles two sources at a time, then links them. */
async function build(flag: string): Promise<string> {
  const waiting = [...sources];
  const objects: string[] = [];
  const worker = async (): Promise<void> => {
    for (let source = waiting.shift(); source !== undefined; source = waiting.shift()) {
      const object = join(
        folder,
        `${basename(source, ".cc")}${source.includes("tests") ? "-check" : ""}${flag}.o`,
      );
      objects.push(object);
      const flags = ["-std=c++17", "-O1", "-g1", "-fno-omit-frame-pointer", flag, "-c", source, "-o", object];
      const { ok, text } = await run(compiler, flags);
      assert.ok(ok, text);
    }
  };
  await Promise.all([worker(), worker()]);
  const program = join(folder, `recurrent${flag}`);
  const { ok, text } = await run(compiler, [flag, "-pthread", ...objects, "-o", program]);
  assert.ok(ok, text);
  return program;
}

describe("native recurrent kernels", () => {
  for (const [name, flag, instructions] of [
    ["AddressSanitizer", "-fsanitize=address", ["", "avx2", "base"]],
    ["ThreadSanitizer", "-fsanitize=thread", [""]],
  ] as const) {
    it(`are clean under ${name}`, async (context) => {
      const reason = await missing(flag);
      if (reason !== null) return context.skip(reason);
      const program = await build(flag);
      for (const most of instructions) {
        const { ok, text } = await run(program, [], {
          TORCHBOOK_INSTRUCTIONS: most,
          ASAN_OPTIONS: "detect_leaks=0",
        });
        assert.ok(ok, text);
        assert.match(text, /worst relative difference/);
        context.diagnostic(text);
      }
    });
  }
});
