/** @file Finds the kernels of this machine: their kernelspecs, and tslab and Deno where only the program is there. */
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { homedir } from "node:os";
import { delimiter, join } from "node:path";

/** How a kernel is started, and which of our programs it runs. */
export interface KernelSpec {
  name: string;
  display: string;
  argv: string[];
  env: Record<string, string>;
  language: "typescript" | "python";
  interruptMode: "signal" | "message";
}

const ROOT = join(__dirname, "..", "..", "..");
const VENV = join(ROOT, ".venv");

/** Every kernel found that runs TypeScript or Python, ours first and ipykernel second. */
export function findKernels(): KernelSpec[] {
  const found = new Map<string, KernelSpec>();
  for (const folder of dataFolders().map((data) => join(data, "kernels"))) {
    if (!existsSync(folder)) continue;
    for (const name of readdirSync(folder)) {
      const spec = readSpec(join(folder, name, "kernel.json"), name);
      if (spec && !found.has(name)) found.set(name, spec);
    }
  }
  const script = (name: string, argv: string[]): KernelSpec => ({
    name,
    display: name,
    argv,
    env: {},
    language: "typescript",
    interruptMode: name === "deno" ? "message" : "signal",
  });
  const tslab = join(ROOT, "node_modules", "tslab", "bin", "tslab");
  const known = [...found.values()].some(({ argv }) => argv.some((arg) => arg.includes("tslab")));
  if (!known && existsSync(tslab))
    found.set(
      "tslab",
      script("tslab", [process.execPath, tslab, "kernel", "--config-path", "{connection_file}"]),
    );
  const deno = onPath("deno");
  if (!found.has("deno") && deno)
    found.set("deno", script("deno", [deno, "jupyter", "--kernel", "--conn", "{connection_file}"]));
  const rank = ({ name }: KernelSpec) => ["torchbook", "python3"].indexOf(name) >>> 0;
  return [...found.values()].sort((a, b) => rank(a) - rank(b));
}

/** Where Jupyter looks for kernels, nearest first. */
function dataFolders(): string[] {
  const { env } = process;
  return [
    ...(env.JUPYTER_PATH?.split(delimiter) ?? []),
    join(VENV, "share", "jupyter"),
    env.JUPYTER_DATA_DIR ?? join(env.XDG_DATA_HOME || join(homedir(), ".local", "share"), "jupyter"),
    join(homedir(), "Library", "Jupyter"),
    "/usr/local/share/jupyter",
    "/usr/share/jupyter",
  ].filter((folder) => folder !== "");
}

function readSpec(file: string, name: string): KernelSpec | null {
  try {
    const { argv, display_name, language, interrupt_mode, env } = JSON.parse(readFileSync(file, "utf8"));
    if (!/^(type|java)script$|^python$/.test(language)) return null;
    const [program, ...rest] = argv as string[];
    const python = join(VENV, "bin", "python");
    return {
      name,
      display: display_name,
      // Jupyter runs a spec's `python` with its own interpreter.
      argv: [/^python3?$/.test(program) && existsSync(python) ? python : program, ...rest],
      env: env ?? {},
      language: language === "python" ? "python" : "typescript",
      interruptMode: interrupt_mode === "message" ? "message" : "signal",
    };
  } catch {
    return null;
  }
}

function onPath(program: string): string | null {
  for (const folder of (process.env.PATH ?? "").split(delimiter)) {
    if (folder && existsSync(join(folder, program))) return join(folder, program);
  }
  return null;
}
