/** @file A real Jupyter Server or Kernel Gateway for tests, in a folder of its own, with this copy of the kernel. */
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

/** Starts a server and waits until it answers; with a gateway, its kernels are that one's. */
export async function startServer(gateway?: JupyterServer): Promise<JupyterServer> {
  const behind = gateway && [
    `--GatewayClient.url=${gateway.settings.baseUrl.replace(/\/$/, "")}`,
    `--GatewayClient.auth_token=${gateway.settings.token}`,
  ];
  return start(!gateway, (folder, port, token) => [
    ...["-m", "jupyter_server", "--no-browser", "--allow-root", `--ServerApp.root_dir=${folder}`],
    ...[`--ServerApp.port=${port}`, "--ServerApp.port_retries=0", `--IdentityProvider.token=${token}`],
    ...(behind ?? []),
  ]);
}

/** Starts a Jupyter Kernel Gateway and waits until it answers. */
export async function startGateway(): Promise<JupyterServer> {
  return start(true, (_folder, port, token) => [
    ...["-m", "kernel_gateway", "--KernelGatewayApp.ip=127.0.0.1", `--KernelGatewayApp.port=${port}`],
    ...["--KernelGatewayApp.port_retries=0", `--KernelGatewayApp.auth_token=${token}`],
    // A front end lists the kernels that run, which the gateway refuses unless told.
    "--JupyterWebsocketPersonality.list_kernels=True",
  ]);
}

async function start(
  hasKernel: boolean,
  args: (folder: string, port: number, token: string) => string[],
): Promise<JupyterServer> {
  if (!existsSync(PYTHON)) throw new Error(`${PYTHON} is missing: run \`npm run setup\``);
  const folder = mkdtempSync(join(tmpdir(), "torchbook-server-"));
  const token = randomUUID();
  const port = await freePort();
  const env = jupyterEnvironment(folder);
  if (!hasKernel) env.JUPYTER_PATH = join(folder, "none");
  const child = spawn(PYTHON, args(folder, port, token), {
    cwd: folder,
    env,
    stdio: ["ignore", "ignore", "pipe"],
  });
  let log = "";
  child.stderr?.on("data", (data) => {
    log += data;
  });
  const baseUrl = `http://127.0.0.1:${port}/`;
  const end = Date.now() + PATIENCE_MS;
  for (;;) {
    const answer = await fetch(`${baseUrl}api/kernelspecs?token=${token}`).catch(() => null);
    if (answer?.ok) break;
    if (Date.now() > end || child.exitCode !== null) throw new Error(`Jupyter does not start:\n${log}`);
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  const settings = ServerConnection.makeSettings({
    baseUrl,
    wsUrl: baseUrl.replace("http", "ws"),
    token,
    appendToken: true,
    ...(!hasKernel && { WebSocket: withoutProtocols() }),
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

/**
 * Sockets that offer no subprotocols. Before a gateway the server chooses none; browsers go on then, Node's sockets do not, and a
 * connection that is made anew is not served for a minute.
 */
function withoutProtocols(): typeof WebSocket {
  const { WebSocket: Socket } = ServerConnection.makeSettings();
  return class extends Socket {
    constructor(url: string | URL) {
      super(url);
    }
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
