/** @file A small Jupyter client for tests: starts a real kernel process and speaks to it over real ZeroMQ. */
import { type ChildProcess, spawn } from "node:child_process";
import { createHmac, randomUUID } from "node:crypto";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Dealer, Request, Subscriber } from "zeromq";
import { kernelSpec } from "../../kernel/install";
import { problemOf } from "./message-schema";

export const KERNEL_MAIN = join(__dirname, "..", "..", "kernel", "main.js");
/** Generous, as the machine may be busy; nothing waits this long when all is well. */
const PATIENCE_MS = 60_000;

// biome-ignore lint/suspicious/noExplicitAny: the contents of messages differ by type
export type Content = Record<string, any>;

export interface TestMessage {
  channel: string;
  type: string;
  content: Content;
  parent: string | undefined;
  header: Content;
  metadata: Content;
  buffers: Buffer[];
  /** When it came, by `performance.now()`. */
  at: number;
}

/** All that a cell caused. */
export interface Execution {
  id: string;
  reply: Content;
  messages: TestMessage[];
  /** Text of stdout and stderr. */
  stdout: string;
  stderr: string;
  /** `text/plain` of the result, if there was one. */
  result: string | undefined;
  error: Content | undefined;
}

export interface ExecuteOptions {
  silent?: boolean;
  store_history?: boolean;
  user_expressions?: Record<string, string>;
  allow_stdin?: boolean;
  stop_on_error?: boolean;
  /** Goes into the header, not the content. */
  subshell_id?: string;
}

/** What a message may have besides its content. */
export interface SendOptions {
  parent?: Content;
  buffers?: Buffer[];
  subshell_id?: string;
}

/** A kernel process and the sockets to it. */
export class KernelClient {
  readonly messages: TestMessage[] = [];
  /** Messages that were not as the specification says; `close` throws when there were any. */
  readonly violations: string[] = [];
  /** What the process wrote to its own stderr. */
  log = "";
  private readonly waiters = new Set<() => void>();
  private readonly session = randomUUID();

  private constructor(
    readonly process: ChildProcess,
    private readonly folder: string,
    private readonly key: string,
    readonly shell: Dealer,
    readonly control: Dealer,
    readonly stdin: Dealer,
    readonly iopub: Subscriber,
    readonly heartbeat: Request,
    /** Ports by their names in the connection file. */
    readonly ports: Record<string, number>,
  ) {}

  /** Starts a kernel in a folder, and waits until it answers. */
  static async start(options: { cwd?: string; env?: NodeJS.ProcessEnv } = {}): Promise<KernelClient> {
    const folder = mkdtempSync(join(tmpdir(), "torchbook-kernel-"));
    const ports = await freePorts(5);
    const key = randomUUID();
    const [shell_port, control_port, stdin_port, iopub_port, hb_port] = ports;
    const file = join(folder, "connection.json");
    const connection = {
      transport: "tcp",
      ip: "127.0.0.1",
      key,
      signature_scheme: "hmac-sha256",
      shell_port,
      control_port,
      stdin_port,
      iopub_port,
      hb_port,
    };
    writeFileSync(file, JSON.stringify(connection));
    // As Jupyter starts it.
    const [command, ...args] = kernelSpec().argv.map((arg) => arg.replace("{connection_file}", file));
    const child = spawn(command, args, {
      cwd: options.cwd ?? folder,
      // A history of its own: tests must not write into the user's.
      env: {
        ...process.env,
        TORCHBOOK_HISTORY: join(folder, "history.sqlite"),
        // A test run that is broken off leaves no kernel.
        JPY_PARENT_PID: String(process.pid),
        ...options.env,
      },
      stdio: ["ignore", "ignore", "pipe"],
    });
    const identity = randomUUID();
    const dealer = (port: number) => {
      const socket = new Dealer({ routingId: identity, linger: 0 });
      socket.connect(`tcp://127.0.0.1:${port}`);
      return socket;
    };
    const iopub = new Subscriber({ linger: 0, receiveHighWaterMark: 0 });
    iopub.connect(`tcp://127.0.0.1:${iopub_port}`);
    iopub.subscribe();
    const heartbeat = new Request({ linger: 0 });
    heartbeat.connect(`tcp://127.0.0.1:${hb_port}`);
    const client = new KernelClient(
      child,
      folder,
      key,
      dealer(shell_port),
      dealer(control_port),
      dealer(stdin_port),
      iopub,
      heartbeat,
      { shell_port, control_port, stdin_port, iopub_port, hb_port },
    );
    child.stderr?.on("data", (data) => {
      client.log += data;
    });
    client.read("shell", client.shell);
    client.read("control", client.control);
    client.read("stdin", client.stdin);
    client.read("iopub", client.iopub);
    await client.waitFor((message) => message.type === "iopub_welcome", "the kernel's welcome");
    await client.request("shell", "kernel_info_request", {});
    return client;
  }

  /** Sends a message and returns its id. */
  async send(
    channel: "shell" | "control" | "stdin",
    type: string,
    content: Content,
    { parent = {}, buffers = [], subshell_id }: SendOptions = {},
  ) {
    const id = randomUUID();
    const parts = [{ ...this.header(id, type), subshell_id }, parent, {}, content].map((part) =>
      JSON.stringify(part),
    );
    await this.sendFrames(channel, [...this.sign(parts), ...buffers]);
    return id;
  }

  /** Sends frames as they are. */
  async sendFrames(channel: "shell" | "control" | "stdin", frames: (string | Buffer)[]): Promise<void> {
    await this[channel].send(frames);
  }

  /** Puts the delimiter and the signature before the four parts. */
  sign(parts: string[]): string[] {
    const hmac = createHmac("sha256", this.key);
    for (const part of parts) hmac.update(part);
    return ["<IDS|MSG>", hmac.digest("hex"), ...parts];
  }

  header(id: string, type: string): Content {
    const date = new Date().toISOString();
    return { msg_id: id, session: this.session, username: "test", date, msg_type: type, version: "5.5" };
  }

  /** Sends a request and returns the content of its reply. */
  async request(
    channel: "shell" | "control",
    type: string,
    content: Content,
    options: SendOptions = {},
  ): Promise<Content> {
    const id = await this.send(channel, type, content, options);
    const reply = await this.waitFor(
      (message) => message.parent === id && message.channel === channel,
      `the reply to ${type}`,
    );
    return reply.content;
  }

  /** Sends a cell without waiting; returns its id. */
  submit(code: string, { subshell_id, ...options }: ExecuteOptions = {}): Promise<string> {
    const content = {
      code,
      silent: false,
      store_history: true,
      user_expressions: {},
      allow_stdin: false,
      stop_on_error: true,
      ...options,
    };
    return this.send("shell", "execute_request", content, { subshell_id });
  }

  /** Runs a cell and waits for its reply and for idle. */
  async execute(code: string, options: ExecuteOptions = {}): Promise<Execution> {
    return this.finished(await this.submit(code, options));
  }

  /** Waits for the reply to a cell and for its idle. */
  async finished(id: string): Promise<Execution> {
    const reply = await this.waitFor(
      ({ parent, type }) => parent === id && type === "execute_reply",
      "the cell's reply",
    );
    await this.waitFor(
      ({ parent, type, content }) => parent === id && type === "status" && content.execution_state === "idle",
      "the cell's idle",
    );
    const messages = this.of(id);
    const text = (name: string) =>
      messages
        .filter(({ type, content }) => type === "stream" && content.name === name)
        .map(({ content }) => content.text)
        .join("");
    const content = (type: string) => messages.find((message) => message.type === type)?.content;
    return {
      id,
      reply: reply.content,
      messages,
      get stdout() {
        return text("stdout");
      },
      get stderr() {
        return text("stderr");
      },
      result: content("execute_result")?.data["text/plain"],
      error: content("error"),
    };
  }

  /** The IOPub messages under a request. */
  of(id: string): TestMessage[] {
    return this.messages.filter(({ channel, parent }) => channel === "iopub" && parent === id);
  }

  /** Waits for a message, also among those that came already. */
  async waitFor(match: (message: TestMessage) => boolean, what = "a message"): Promise<TestMessage> {
    const end = performance.now() + PATIENCE_MS;
    let seen = 0;
    for (;;) {
      for (; seen < this.messages.length; seen++) {
        if (match(this.messages[seen])) return this.messages[seen];
      }
      const left = end - performance.now();
      if (left <= 0) throw new Error(`waited in vain for ${what}; the kernel's log:\n${this.log}`);
      const { exitCode, signalCode } = this.process;
      if (exitCode !== null || signalCode !== null) {
        throw new Error(`the kernel ended with ${exitCode ?? signalCode} before ${what}:\n${this.log}`);
      }
      await this.change(left);
    }
  }

  /** Waits for text on a cell's stdout. */
  async printed(id: string, text: string): Promise<TestMessage> {
    return this.waitFor(
      ({ parent, type, content }) => parent === id && type === "stream" && content.text.includes(text),
      `"${text}" on stdout`,
    );
  }

  /** Asks the kernel to interrupt what runs. */
  interrupt(): Promise<Content> {
    return this.request("control", "interrupt_request", {});
  }

  /** Waits until the process has ended; gives its exit code, or null after a signal. */
  async exited(): Promise<number | null> {
    if (this.process.exitCode === null && this.process.signalCode === null) {
      await new Promise((resolve) => this.process.once("exit", resolve));
    }
    return this.process.exitCode;
  }

  /** Closes the sockets and makes sure that the process is gone. */
  async close(): Promise<void> {
    if (this.process.exitCode === null && this.process.signalCode === null) this.process.kill("SIGKILL");
    await this.exited();
    for (const socket of [this.shell, this.control, this.stdin, this.iopub, this.heartbeat]) socket.close();
    rmSync(this.folder, { recursive: true, force: true });
    if (this.violations.length > 0) throw new Error(`the kernel sent:\n${this.violations.join("\n")}`);
  }

  private change(ms: number): Promise<void> {
    return new Promise((resolve) => {
      const done = () => {
        clearTimeout(timer);
        this.waiters.delete(done);
        resolve();
      };
      const timer = setTimeout(done, Math.min(ms, 250));
      this.waiters.add(done);
    });
  }

  private read(channel: string, socket: Dealer | Subscriber): void {
    const loop = async () => {
      for await (const frames of socket) {
        const at = frames.findIndex((frame) => frame.toString() === "<IDS|MSG>");
        const parts = frames.slice(at + 1);
        const [header, parent, metadata, content] = parts
          .slice(1, 5)
          .map((part) => JSON.parse(part.toString()));
        const signature = parts[0].toString();
        const expected = this.sign(parts.slice(1, 5).map((part) => part.toString()))[1];
        if (signature !== expected) throw new Error("the kernel sent a wrong signature");
        const message = {
          channel,
          type: header.msg_type,
          content,
          parent: parent.msg_id,
          header,
          metadata,
          buffers: parts.slice(5),
          at: performance.now(),
        };
        const problem = problemOf(message);
        if (problem) this.violations.push(problem);
        this.messages.push(message);
        for (const waiter of [...this.waiters]) waiter();
      }
    };
    loop().catch((error) => {
      this.log += `\nclient: ${error.stack}`;
    });
  }
}

/** Ports that were free a moment ago. */
async function freePorts(count: number): Promise<number[]> {
  const servers = await Promise.all(
    Array.from(
      { length: count },
      () =>
        new Promise<ReturnType<typeof createServer>>((resolve, reject) => {
          const server = createServer();
          server.once("error", reject);
          server.listen(0, "127.0.0.1", () => resolve(server));
        }),
    ),
  );
  const ports = servers.map((server) => (server.address() as { port: number }).port);
  await Promise.all(servers.map((server) => new Promise((resolve) => server.close(resolve))));
  return ports;
}
