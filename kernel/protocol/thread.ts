/** @file The protocol thread: joins the sockets, the compiler and the main thread. */
import { receiveMessageOnPort, workerData } from "node:worker_threads";
import type { FromMain, ProtocolThreadData, StdinAnswer, ToMain } from "../channel";
import { Slot } from "../channel";
import { CompilerClient } from "../compiler/client";
import { CompilerStart } from "../compiler/start";
import { loadDescriptors } from "../descriptors";
import { log, logText, logTo } from "../log";
import { mentionsPreload } from "../preload-names";
import { Comms, readComm } from "./comms";
import { Debugger } from "./debugger/debugger";
import { answerDebugRequest } from "./debugger/requests";
import { Executions } from "./executions";
import { findHandler, type Kernel } from "./handlers";
import { History } from "./history";
import { Input } from "./input";
import { NativeOutput } from "./native-output";
import { Output } from "./output";
import { watchParent } from "./parent";
import { Server } from "./server";
import { type RouterChannel, Transport } from "./transport";
import type { Header, Message } from "./wire";

/**
 * How long after a client's greeting the library is loaded if no cell has come by then: a notebook that is just opened will want it.
 * Who runs cells without it is spared its memory.
 */
const PRELOAD_AFTER_MS = 1000;
const CLOSE_MS = 2000;
/** How long the main thread may take to end the process before it is ended for it. */
const EXIT_MS = 1500;

const data = workerData as ProtocolThreadData;
const shared = new Int32Array(data.shared);
const toMain = (message: ToMain) => data.main.postMessage(message);

class ProtocolThread implements Kernel {
  private readonly compilerStart = new CompilerStart(() => this.compiler.restarted());
  readonly compiler: CompilerClient = new CompilerClient(this.compilerStart);
  readonly history = new History();
  readonly comms = new Comms();
  get ports(): Record<string, number> {
    const { shell_port, iopub_port, stdin_port, control_port, hb_port } = this.connection;
    return { shell_port, iopub_port, stdin_port, control_port, hb_port };
  }
  readonly output = new Output((...message) => this.publish(...message), shared);
  private readonly connection = Transport.readConnectionFile(data.connectionFile);
  readonly server = new Server(this.connection, (channel, message) => this.receive(channel, message));
  readonly executions = new Executions(
    this.server,
    this.compiler,
    this.history,
    this.output,
    toMain,
    (source) => {
      // Loads beside the compiler, which takes as long over its first cell.
      if (mentionsPreload(source)) this.preload();
    },
  );
  private readonly debugger = new Debugger({
    compiler: this.compiler,
    event: (event) => this.server.publish(this.debugging, "debug_event", event),
    isRunning: () => this.executions.running !== undefined,
    interrupt: () => this.interrupt(),
  });
  /** The last request to the debugger, under which its events go out. */
  private debugging: Partial<Header> = {};
  private readonly input = new Input(this.server, (answer) => {
    data.stdin.postMessage(answer satisfies StdinAnswer);
    Atomics.add(shared, Slot.stdin, 1);
    Atomics.notify(shared, Slot.stdin);
  });
  private readonly native: NativeOutput | null;
  private preloaded = false;
  private wasGreeted = false;
  private ending = false;

  constructor() {
    const descriptors = data.log === null ? null : loadDescriptors();
    this.native =
      descriptors &&
      new NativeOutput(
        descriptors,
        (...text) => this.nativeText(...text),
        () => this.nextFromMain(),
      );
  }

  async start(): Promise<void> {
    data.main.on("message", (message: FromMain) => this.fromMain(message));
    watchParent(() => void this.end(0));
    await this.server.open();
    this.server.status({}, "starting");
  }

  greeted(): void {
    if (this.wasGreeted) return;
    this.wasGreeted = true;
    setTimeout(() => {
      if (this.executions.latestCell === null) this.preload();
    }, PRELOAD_AFTER_MS).unref();
  }

  interrupt(): void {
    this.debugger.letGo();
    void this.executions.interrupt().finally(() => this.debugger.watch());
  }

  debugRequest(header: Header, content: Message["content"]): Promise<object> {
    this.debugging = header;
    return answerDebugRequest(this.debugger, content);
  }

  shutdown(_restart: boolean): void {
    setImmediate(() => void this.end(0));
  }

  private receive(channel: RouterChannel, message: Message): void {
    const { header } = message;
    const type = header.msg_type;
    if (channel === "stdin") {
      if (type === "input_reply") this.input.answered(message);
      else log("warning", `ignored ${type} on stdin`);
      return;
    }
    // Requests on the control channel are for the kernel, whichever shell they name.
    const shells = this.executions.shells;
    const shell = channel === "control" ? shells.main : shells.find(header);
    if (type === "execute_request") {
      if (shell) this.executions.execute(shell, channel, message);
      else this.executions.refuse(channel, message);
    } else if (/^comm_(open|msg|close)$/.test(type)) {
      if (!shell) {
        log("warning", `ignored ${type} for the unknown subshell ${header.subshell_id}`);
        return;
      }
      const comm = readComm(
        type as "comm_open" | "comm_msg" | "comm_close",
        this.executions.newCell(),
        message,
      );
      this.comms.observe(comm);
      this.executions.comm(shell, comm, message);
    } else void this.answer(channel, message, shell !== undefined);
  }

  private async answer(channel: RouterChannel, message: Message, knowsShell: boolean): Promise<void> {
    const { header } = message;
    const handler = findHandler(channel, header.msg_type);
    if (!handler) {
      log("warning", `ignored ${header.msg_type} on ${channel}`);
      return;
    }
    this.server.status(header, "busy");
    let content: object;
    try {
      if (!knowsShell) throw new Error(`there is no subshell ${header.subshell_id}`);
      content = await handler.answer(this, message);
    } catch (error) {
      const { name, message: text, stack } = error instanceof Error ? error : new Error(String(error));
      log("error", `${header.msg_type} failed: ${stack}`);
      content = { status: "error", ename: name, evalue: text, traceback: [] };
    }
    this.server.reply(channel, message, handler.reply, content);
    this.server.status(header, "idle");
    this.executions.sayRunning();
  }

  private fromMain(message: FromMain): void {
    switch (message.type) {
      case "stream":
        this.output.stream(message.cell, message.name, message.text);
        break;
      case "display": {
        const { cell, data, metadata, transient, update, buffers } = message;
        const msgType = update ? "update_display_data" : "display_data";
        this.output.message(cell, msgType, { data, metadata, transient }, buffers);
        break;
      }
      case "clear_output":
        this.output.message(message.cell, "clear_output", { wait: message.wait });
        break;
      case "result": {
        const { cell, data, metadata, executionCount } = message;
        const plain = data["text/plain"];
        if (typeof plain === "string") this.history.setOutput(executionCount, plain);
        this.output.message(cell, "execute_result", { execution_count: executionCount, data, metadata });
        break;
      }
      case "error":
        this.output.message(message.cell, "error", message.error);
        break;
      case "input": {
        this.output.flush();
        const request = this.executions.request(message.cell);
        if (request) this.input.ask(request, message.prompt, message.password);
        break;
      }
      case "debug_output":
        this.debugger.output(message.text);
        break;
      case "comm": {
        this.output.flush();
        this.comms.observe(message);
        const { commId, targetName, kind, data, metadata, buffers } = message;
        const content = { comm_id: commId, ...(kind === "comm_open" && { target_name: targetName }), data };
        const parent = this.executions.request(message.cell)?.header ?? {};
        this.server.publish(parent, kind, content, { metadata, buffers });
        break;
      }
      case "native":
        this.native?.takeUntil(message.turn);
        break;
      case "done":
      case "interrupted":
        this.input.cancel();
        this.executions.ended(message);
        break;
      case "stopped":
        // A question that a timer's callback had asked.
        this.input.cancel();
        this.executions.stoppedAll(message.stop);
        break;
      case "exit":
        this.output.flush();
        this.executions.exited(message.code);
        setImmediate(() => void this.end(message.code));
        break;
    }
  }

  /** Text that was written to descriptor 1 or 2: the running cell's, or the last one's. */
  private nativeText(name: "stdout" | "stderr", text: string, sent: () => void): void {
    const cell = this.executions.latestCell;
    if (cell !== null) {
      this.output.stream(cell, name, text, sent);
      return;
    }
    logText(text);
    sent();
  }

  /** Handles the next thing that the main thread has said; false when there is none. */
  private nextFromMain(): boolean {
    const next = receiveMessageOnPort(data.main);
    if (next) this.fromMain(next.message as FromMain);
    return next !== undefined;
  }

  private publish(
    cell: number,
    msgType: string,
    content: object,
    sent?: () => void,
    buffers?: Uint8Array[],
  ): void {
    if (this.executions.isSilent(cell)) {
      sent?.();
      return;
    }
    const parent = this.executions.request(cell)?.header ?? {};
    this.server.publish(parent, msgType, content, { sent, buffers });
  }

  private preload(): void {
    if (this.preloaded) return;
    this.preloaded = true;
    toMain({ type: "preload" });
  }

  /** Sends what is left, closes everything and ends the process, whatever the main thread is doing. */
  private async end(code: number): Promise<void> {
    if (this.ending) return;
    this.ending = true;
    this.executions.ending = true;
    this.executions.shells.abort();
    this.debugger.close();
    this.output.flush();
    this.history.flush();
    this.compilerStart.close();
    await this.server.close(CLOSE_MS);
    Atomics.store(shared, Slot.flushed, 1);
    Atomics.notify(shared, Slot.flushed);
    toMain({ type: "shutdown", code });
    // A main thread that is busy does not read that: it is stopped, and if all fails the process is killed.
    setTimeout(() => void this.executions.interrupt(), 100);
    setTimeout(() => process.kill(process.pid, "SIGKILL"), EXIT_MS);
  }
}

if (data.log !== null) logTo(data.log);
new ProtocolThread().start().catch((error) => {
  log("error", `cannot start: ${error instanceof Error ? error.message : error}`);
  toMain({ type: "shutdown", code: 1 });
});
