/** @file A real Jupyter Server or JupyterLab for tests: the project's own .venv and kernelspec, a free port, folders of its own. */
import { type ChildProcess, spawn } from "node:child_process";
import { randomUUID } from "node:crypto";
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";

export const ROOT = join(__dirname, "..", "..", "..");
const START_MS = 120_000;

/** A running server. */
export interface Jupyter {
  /** Where it answers, with a final slash. */
  url: string;
  token: string;
  /** The folder whose files it shows. */
  folder: string;
  pid: number;
  /** What it has written so far. */
  log(): string;
  /** Stops the server, its kernels, and whatever of them is left. */
  close(): Promise<void>;
}

/** The names of the notebooks, in the tutorial's order, without the ending. */
export function notebookNames(): string[] {
  return readdirSync(join(ROOT, "notebooks"))
    .filter((name) => name.endsWith(".ipynb"))
    .map((name) => name.slice(0, -".ipynb".length))
    .sort();
}

/** Loads one of the project's scripts, which are ES modules without types. */
export async function importScript<T>(...path: string[]): Promise<T> {
  return (await import(pathToFileURL(join(ROOT, "scripts", ...path)).href)) as T;
}

/** The environment of `npm run lab`, but with none of the user's own settings, kernels and running servers. */
export async function isolatedEnvironment(folder: string): Promise<NodeJS.ProcessEnv> {
  const { jupyterEnvironment } = await importScript<{
    jupyterEnvironment(more: Record<string, string>): NodeJS.ProcessEnv;
  }>("setup", "environment.mjs");
  const own = (name: string) => {
    mkdirSync(join(folder, name), { recursive: true });
    return join(folder, name);
  };
  return jupyterEnvironment({
    HOME: own("home"),
    IPYTHONDIR: own("ipython"),
    JUPYTER_PATH: own("path"),
    JUPYTER_CONFIG_DIR: own("config"),
    JUPYTER_DATA_DIR: own("data"),
    JUPYTER_RUNTIME_DIR: own("runtime"),
    JUPYTERLAB_SETTINGS_DIR: own("settings"),
    JUPYTERLAB_WORKSPACES_DIR: own("workspaces"),
  });
}

/**
 * Starts `jupyter server` or `jupyter lab` without a browser and waits until it answers.
 * @param prepare puts files into the folder that the server shows
 * @param settings JupyterLab's settings, by extension and file
 */
export async function startJupyter(
  program: "server" | "lab",
  prepare: (folder: string) => void = () => {},
  settings: Readonly<Record<string, Record<string, object>>> = {},
): Promise<Jupyter> {
  const home = mkdtempSync(join(tmpdir(), `torchbook-${program}-`));
  const folder = join(home, "files");
  mkdirSync(folder);
  prepare(folder);
  for (const [extension, files] of Object.entries(settings)) {
    mkdirSync(join(home, "settings", extension), { recursive: true });
    for (const [file, content] of Object.entries(files))
      writeFileSync(join(home, "settings", extension, file), JSON.stringify(content));
  }
  const token = randomUUID();
  const port = await freePort();
  const url = `http://127.0.0.1:${port}/`;
  const options = [
    ...["--no-browser", "--allow-root", "--ip=127.0.0.1", `--port=${port}`, "--ServerApp.port_retries=0"],
    ...[`--ServerApp.root_dir=${folder}`, `--IdentityProvider.token=${token}`],
  ];
  const child = spawn(join(ROOT, ".venv", "bin", `jupyter-${program}`), options, {
    cwd: folder,
    env: await isolatedEnvironment(home),
    stdio: ["ignore", "pipe", "pipe"],
  });
  let log = "";
  for (const stream of [child.stdout, child.stderr])
    stream.on("data", (data) => {
      log = (log + data).slice(-50_000);
    });
  const close = async () => {
    await end(child);
    rmSync(home, { recursive: true, force: true, maxRetries: 5 });
  };
  const deadline = Date.now() + START_MS;
  for (;;) {
    const answer = await fetch(`${url}api/status?token=${token}`).catch(() => undefined);
    if (answer?.ok) break;
    if (child.exitCode !== null || child.pid === undefined || Date.now() > deadline) {
      await close();
      throw new Error(`jupyter ${program} does not start:\n${log}`);
    }
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  return { url, token, folder, pid: child.pid as number, log: () => log, close };
}

/** Asks a server to stop, which stops its kernels, and ends what is still there a while later. */
async function end(child: ChildProcess): Promise<void> {
  if (child.pid === undefined) return;
  const family = descendants(child.pid);
  if (child.exitCode === null && child.signalCode === null) {
    const exited = new Promise((resolve) => child.once("exit", resolve));
    child.kill("SIGTERM");
    const patience = setTimeout(() => child.kill("SIGKILL"), 20_000);
    await exited;
    clearTimeout(patience);
  }
  for (const pid of family) {
    try {
      process.kill(pid, "SIGKILL");
    } catch {
      // It has ended, as it should.
    }
  }
}

/** The processes that a process has started, and those that they have. Empty where there is no /proc. */
export function descendants(pid: number): number[] {
  let children: number[] = [];
  try {
    const threads = readdirSync(`/proc/${pid}/task`);
    children = threads.flatMap((thread) =>
      readFileSync(`/proc/${pid}/task/${thread}/children`, "utf8").split(" ").filter(Boolean).map(Number),
    );
  } catch {
    return [];
  }
  return children.flatMap((child) => [child, ...descendants(child)]);
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once("error", reject);
    server.listen(0, "127.0.0.1", () => {
      const { port } = server.address() as { port: number };
      server.close(() => resolve(port));
    });
  });
}
