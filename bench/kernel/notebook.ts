/** @file Running a notebook of five cells by `jupyter nbconvert --execute`, over what nbconvert takes by itself. */
import { spawn } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Sample } from "./rows";
import type { KernelSpec } from "./specs";

const ROOT = join(__dirname, "..", "..", "..");
const JUPYTER = join(ROOT, ".venv", "bin", "jupyter");

const CELLS = {
  typescript: [
    'const names = ["a", "b"]; names.length',
    "let total = 0; for (let i = 0; i < 1000; i++) total += i; console.log(total)",
    "function twice(n: number): number { return 2 * n } twice(21)",
    'for (let i = 0; i < 100; i++) console.log("line " + i)',
    'console.log("end")',
  ],
  python: [
    'names = ["a", "b"]; len(names)',
    "total = 0\nfor i in range(1000): total += i\nprint(total)",
    "def twice(n): return 2 * n\ntwice(21)",
    'for i in range(100): print("line " + str(i))',
    'print("end")',
  ],
};
const LINES = Array.from({ length: 100 }, (_, i) => `line ${i}\n`).join("");
const WANTED = ["2", "499500\n", "42", LINES, "end\n"];

/** Milliseconds of one conversion, and whether any output was lost; `execute` false gives nbconvert's own part. */
export async function convert(
  spec: KernelSpec,
  execute = true,
): Promise<{ ms: number; right: boolean } | null> {
  if (!existsSync(JUPYTER)) return null;
  const folder = mkdtempSync(join(tmpdir(), "bench-nbconvert-"));
  try {
    const { name, argv, env, interruptMode, language } = spec;
    // A data folder of our own has the spec, so that kernels without one can be measured too.
    const kernels = join(folder, "data", "kernels", name);
    mkdirSync(kernels, { recursive: true });
    const json = { argv, env, display_name: name, language, interrupt_mode: interruptMode };
    writeFileSync(join(kernels, "kernel.json"), JSON.stringify(json));
    const notebook = {
      nbformat: 4,
      nbformat_minor: 5,
      metadata: { kernelspec: { name, display_name: name, language } },
      cells: CELLS[language].map((source, i) => ({
        cell_type: "code",
        id: `cell${i}`,
        execution_count: null,
        metadata: {},
        outputs: [],
        source,
      })),
    };
    const file = join(folder, "five.ipynb");
    writeFileSync(file, JSON.stringify(notebook));
    const begun = performance.now();
    const args = ["nbconvert", "--to", "notebook", "--inplace", ...(execute ? ["--execute"] : []), file];
    const child = spawn(JUPYTER, args, {
      cwd: folder,
      env: { ...process.env, JUPYTER_PATH: join(folder, "data") },
      stdio: "ignore",
    });
    const status = await new Promise((resolve) => child.on("exit", resolve));
    const ms = performance.now() - begun;
    if (!execute) return { ms, right: status === 0 };
    const { cells } = JSON.parse(readFileSync(file, "utf8"));
    const outputs = cells.map(({ outputs }: { outputs: Record<string, never>[] }) =>
      outputs.map(textOf).join(""),
    );
    return { ms, right: status === 0 && WANTED.every((text, i) => outputs[i] === text) };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** As samples: the time over plain nbconvert, or a word when output was lost. */
export async function notebookSample(spec: KernelSpec): Promise<Sample | null> {
  const plain = await convert(spec, false);
  const executed = await convert(spec);
  if (!plain || !executed) return null;
  return executed.right ? executed.ms - plain.ms : "lost output";
}

function textOf(output: { text?: string | string[]; data?: Record<string, string | string[]> }): string {
  const text = output.text ?? output.data?.["text/plain"] ?? "";
  // Deno colours its results.
  // biome-ignore lint/suspicious/noControlCharactersInRegex: the escape is what is looked for
  return (Array.isArray(text) ? text.join("") : text).replace(/\u001b\[\d+m/g, "");
}
