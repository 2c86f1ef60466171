/** @file A real Jupyter Server for tests, in a folder of its own, with this copy of the kernel. */
import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { randomUUID } from "node:crypto";
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ServerConnection } from "@jupyterlab/services";

export const ROOT = join(__dirname, "..", "..", "..");
export const PYTHON = process.env.TORCHBOOK_PYTHON ?? join(ROOT, ".venv", "bin", "python");
const PATIENCE_MS = 60_000;

export interface JupyterServer {
  settings: ServerConnection.ISettings;
  process: ChildProcess;
  /** Ends the server and what it started. */
  close(): Promise<void>;
}

/** An environment in which Jupyter sees the kernel and nothing of the user's. */
export function jupyterEnvironment(folder: string): NodeJS.ProcessEnv {
  const install = spawnSync(process.execPath, [
    join(ROOT, "dist", "kernel", "install.js"),
    "--prefix",
    folder,
  ]);
  if (install.status !== 0) throw new Error(String(install.stderr));
  return {
    ...process.env,
    JUPYTER_PATH: join(folder, "share", "jupyter"),
    JUPYTER_CONFIG_DIR: join(folder, "config"),
    JUPYTER_DATA_DIR: join(folder, "data"),
    JUPYTER_RUNTIME_DIR: join(folder, "runtime"),
  };
}

/** Starts a server and waits until it answers. */
export async function startServer(): Promise<JupyterServer> {
  if (!existsSync(PYTHON)) throw new Error(`${PYTHON} is missing: run \`npm run setup\``);
  const folder = mkdtempSync(join(tmpdir(), "torchbook-server-"));
  const token = randomUUID();
  const port = await freePort();
  const child = spawn(
    PYTHON,
    [
      ...["-m", "jupyter_server", "--no-browser", "--allow-root", `--ServerApp.root_dir=${folder}`],
      ...[`--ServerApp.port=${port}`, "--ServerApp.port_retries=0", `--IdentityProvider.token=${token}`],
    ],
    { cwd: folder, env: jupyterEnvironment(folder), stdio: ["ignore", "ignore", "pipe"] },
  );
  let log = "";
  child.stderr?.on("data", (data) => {
    log += data;
  });
  const baseUrl = `http://127.0.0.1:${port}/`;
  const end = Date.now() + PATIENCE_MS;
  for (;;) {
    const answer = await fetch(`${baseUrl}api/status?token=${token}`).catch(() => null);
    if (answer?.ok) break;
    if (Date.now() > end || child.exitCode !== null)
      throw new Error(`Jupyter Server does not start:\n${log}`);
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  const settings = ServerConnection.makeSettings({
    baseUrl,
    wsUrl: baseUrl.replace("http", "ws"),
    token,
    appendToken: true,
  });
  return {
    settings,
    process: child,
    close: async () => {
      if (child.exitCode === null) {
        child.kill("SIGTERM");
        await new Promise((resolve) => child.once("exit", resolve));
      }
      rmSync(folder, { recursive: true, force: true });
    },
  };
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
