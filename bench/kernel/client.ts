/** @file A lean Jupyter client for measuring: the same for every kernel, with the time at which each message came. */
import { type ChildProcess, spawn } from "node:child_process";
import { createHmac, randomUUID } from "node:crypto";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Dealer, Subscriber } from "zeromq";
import type { KernelSpec } from "./specs";

// biome-ignore lint/suspicious/noExplicitAny: the contents of messages differ by type
type Content = Record<string, any>;

/** A message as it came. */
export interface Received {
  channel: "shell" | "control" | "iopub";
  type: string;
  parent: string;
  content: Content;
  /** `performance.now()` when it came. */
  at: number;
}

/** Thrown when a kernel did not do what was waited for. */
export class TooLate extends Error {}

/** How often a socket tries again to reach a kernel that is not there yet. */
const RECONNECT_MS = 2;

/** A kernel process and the sockets to it. */
export class BenchClient {
  readonly messages: Received[] = [];
  /** When the process was started. */
  readonly startedAt: number;
  private readonly watchers = new Set<(message: Received) => void>();
  private readonly session = randomUUID();
  private closed = false;

  private constructor(
    readonly spec: KernelSpec,
    readonly process: ChildProcess,
    private readonly folder: string,
    private readonly key: string,
    private readonly shell: Dealer,
    private readonly control: Dealer,
    private readonly iopub: Subscriber,
  ) {
    this.startedAt = performance.now();
    void this.read("shell", shell);
    void this.read("control", control);
    void this.read("iopub", iopub);
  }

  /** Starts a kernel; does not wait for it. */
  static async start(spec: KernelSpec): Promise<BenchClient> {
    const folder = mkdtempSync(join(tmpdir(), "bench-kernel-"));
    const [shell_port, control_port, stdin_port, iopub_port, hb_port] = await freePorts(5);
    const key = randomUUID();
    const file = join(folder, "connection.json");
    const ports = { shell_port, control_port, stdin_port, iopub_port, hb_port };
    writeFileSync(
      file,
      JSON.stringify({ transport: "tcp", ip: "127.0.0.1", key, signature_scheme: "hmac-sha256", ...ports }),
    );
    const routingId = randomUUID();
    const dealer = (port: number) => {
      const socket = new Dealer({ routingId, linger: 0, reconnectInterval: RECONNECT_MS });
      socket.connect(`tcp://127.0.0.1:${port}`);
      return socket;
    };
    const iopub = new Subscriber({ linger: 0, receiveHighWaterMark: 0, reconnectInterval: RECONNECT_MS });
    iopub.connect(`tcp://127.0.0.1:${iopub_port}`);
    iopub.subscribe();
    const shell = dealer(shell_port);
    const control = dealer(control_port);
    const [command, ...args] = spec.argv.map((arg) => arg.replace("{connection_file}", file));
    const child = spawn(command, args, {
      cwd: folder,
      env: { ...process.env, ...spec.env },
      stdio: "ignore",
    });
    child.on("error", () => {});
    return new BenchClient(spec, child, folder, key, shell, control, iopub);
  }

  /** Starts a kernel and waits until it answers and its output arrives. */
  static async ready(spec: KernelSpec): Promise<BenchClient> {
    const client = await BenchClient.start(spec);
    try {
      await client.greet();
      // Output may be missed until the subscription has arrived, so wait for that of a cell.
      for (let tries = 0; ; tries++) {
        const id = await client.submit("1+1");
        await client.replied(id, 60_000);
        try {
          await client.idle(id, 1000);
          return client;
        } catch (error) {
          if (tries > 5) throw error;
        }
      }
    } catch (error) {
      await client.close();
      throw error;
    }
  }

  /** Asks for kernel_info, as every client does first. */
  async greet(): Promise<Received> {
    return this.replied(await this.send("shell", "kernel_info_request", {}), 60_000);
  }

  async send(channel: "shell" | "control", type: string, content: Content): Promise<string> {
    const id = randomUUID();
    const date = new Date().toISOString();
    const header = {
      msg_id: id,
      session: this.session,
      username: "bench",
      date,
      msg_type: type,
      version: "5.4",
    };
    const parts = [header, {}, {}, content].map((part) => JSON.stringify(part));
    const hmac = createHmac("sha256", this.key);
    for (const part of parts) hmac.update(part);
    await this[channel].send(["<IDS|MSG>", hmac.digest("hex"), ...parts]);
    return id;
  }

  /** Sends a cell; gives its id. */
  submit(code: string): Promise<string> {
    const flags = { silent: false, store_history: true, allow_stdin: false, stop_on_error: true };
    return this.send("shell", "execute_request", { code, user_expressions: {}, ...flags });
  }

  /** Runs a cell to its reply and idle. @returns milliseconds from sending to the later of both. */
  async run(code: string, timeoutMs = 60_000): Promise<{ id: string; ms: number; reply: Content }> {
    const begun = performance.now();
    const id = await this.submit(code);
    const [reply, idle] = await Promise.all([this.replied(id, timeoutMs), this.idle(id, timeoutMs)]);
    return { id, ms: Math.max(reply.at, idle.at) - begun, reply: reply.content };
  }

  /** Waits for the reply to a request. */
  replied(id: string, timeoutMs: number): Promise<Received> {
    return this.wait(({ channel, parent }) => channel !== "iopub" && parent === id, timeoutMs, "a reply");
  }

  /** Waits for the idle of a request. */
  idle(id: string, timeoutMs: number): Promise<Received> {
    return this.wait(
      ({ parent, type, content }) => parent === id && type === "status" && content.execution_state === "idle",
      timeoutMs,
      "idle",
    );
  }

  /** Waits for text of a cell on stdout. */
  printed(id: string, text: string, timeoutMs = 20_000): Promise<Received> {
    return this.wait(
      ({ parent, type, content }) => parent === id && type === "stream" && content.text.includes(text),
      timeoutMs,
      "output",
    );
  }

  /** Interrupts as the kernelspec says: by message or by signal. */
  async interrupt(): Promise<void> {
    if (this.spec.interruptMode === "message") await this.send("control", "interrupt_request", {});
    else this.process.kill("SIGINT");
  }

  /** IOPub messages of a request. */
  of(id: string): Received[] {
    return this.messages.filter(({ channel, parent }) => channel === "iopub" && parent === id);
  }

  /** True while the process lives. */
  get alive(): boolean {
    return this.process.exitCode === null && this.process.signalCode === null;
  }

  async close(): Promise<void> {
    if (this.closed) return;
    this.closed = true;
    if (this.alive && this.process.pid !== undefined) {
      const gone = new Promise((resolve) => this.process.once("exit", resolve));
      this.process.kill("SIGKILL");
      await gone;
    }
    for (const socket of [this.shell, this.control, this.iopub]) socket.close();
    rmSync(this.folder, { recursive: true, force: true });
  }

  /** Waits for a message, also among those that came already. @throws TooLate */
  wait(match: (message: Received) => boolean, timeoutMs: number, what: string): Promise<Received> {
    const found = this.messages.find(match);
    if (found) return Promise.resolve(found);
    return new Promise((resolve, reject) => {
      const end = (settle: () => void) => {
        clearTimeout(timer);
        this.watchers.delete(watch);
        this.process.off("exit", died);
        settle();
      };
      const watch = (message: Received) => {
        if (match(message)) end(() => resolve(message));
      };
      const timer = setTimeout(() => end(() => reject(new TooLate(`no ${what}`))), timeoutMs);
      const died = () => end(() => reject(new TooLate("the kernel died")));
      this.watchers.add(watch);
      if (this.alive) this.process.once("exit", died);
      else died();
    });
  }

  private async read(channel: Received["channel"], socket: Dealer | Subscriber): Promise<void> {
    for await (const frames of socket) {
      const at = performance.now();
      const start = frames.findIndex((frame) => frame.length === 9 && frame.toString() === "<IDS|MSG>");
      const [header, parent, , content] = frames
        .slice(start + 2, start + 6)
        .map((frame) => JSON.parse(frame.toString()));
      const message = { channel, type: header.msg_type, parent: parent.msg_id ?? "", content, at };
      this.messages.push(message);
      for (const watch of [...this.watchers]) watch(message);
    }
  }
}

/** Ports that were free a moment ago. */
async function freePorts(count: number): Promise<number[]> {
  const servers = Array.from({ length: count }, () => createServer().listen(0, "127.0.0.1"));
  await Promise.all(servers.map((server) => new Promise((resolve) => server.once("listening", resolve))));
  const ports = servers.map((server) => (server.address() as { port: number }).port);
  await Promise.all(servers.map((server) => new Promise((resolve) => server.close(resolve))));
  return ports;
}
