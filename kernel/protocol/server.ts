/** @file The channels of a kernel: decodes what comes, dispatches it, and sends what the kernel says. */
import { log } from "../log";
import { type ConnectionInfo, type RouterChannel, Transport } from "./transport";
import { type Header, type Message, type OutgoingMessage, type Request, Wire, WireError } from "./wire";

/** Takes a message of a channel; answers by the server's methods. */
export type Receive = (channel: RouterChannel, message: Message) => void;

/** Speaks Jupyter's protocol over the sockets, knowing nothing of what the messages mean. */
export class Server {
  private readonly transport: Transport;
  private readonly wire: Wire;

  constructor(info: ConnectionInfo, receive: Receive) {
    const algorithm = (info.signature_scheme || "hmac-sha256").replace(/^hmac-/, "");
    this.wire = new Wire(info.key, algorithm);
    this.transport = new Transport(info, {
      message: (channel, frames) => {
        try {
          receive(channel, this.wire.decode(frames));
        } catch (error) {
          if (error instanceof WireError) log("warning", `ignored a message on ${channel}: ${error.message}`);
          else
            log("error", `a message on ${channel} failed: ${error instanceof Error ? error.stack : error}`);
        }
      },
      subscribed: (topic) => {
        // The topic frame stands first, so that only those who subscribed to it get the welcome.
        this.broadcast({ msgType: "iopub_welcome", content: { subscription: topic.toString() } }, topic);
      },
      failed: (where, error) => log("error", `${where}: ${error instanceof Error ? error.message : error}`),
    });
  }

  /** Binds the sockets. */
  open(): Promise<void> {
    return this.transport.open();
  }

  /** Answers a request on the channel on which it came. */
  reply(channel: RouterChannel, request: Request, msgType: string, content: object): void {
    const frames = this.wire.encode({
      msgType,
      content,
      parent: request.header,
      identities: request.identities,
    });
    this.transport.send(channel, frames);
  }

  /** Asks a client something on the stdin channel. */
  ask(request: Request, msgType: string, content: object): void {
    this.reply("stdin", request, msgType, content);
  }

  /** Tells all clients; `sent` is called when the socket has taken the message. */
  publish(
    parent: Partial<Header>,
    msgType: string,
    content: object,
    options: { sent?: () => void; metadata?: Record<string, unknown>; buffers?: Uint8Array[] } = {},
  ): void {
    const { sent, metadata, buffers } = options;
    const topic = Buffer.from(`kernel.${this.wire.session}.${msgType}`);
    this.broadcast({ msgType, content, parent, metadata, buffers }, topic, sent);
  }

  /** Publishes busy or idle. */
  status(parent: Partial<Header>, state: "starting" | "busy" | "idle"): void {
    this.publish(parent, "status", { execution_state: state });
  }

  /** Waits until everything is sent, and closes. */
  async close(timeoutMs: number): Promise<void> {
    await this.transport.flush(timeoutMs);
    this.transport.close();
  }

  private broadcast(message: OutgoingMessage, topic: Buffer, sent?: () => void): void {
    this.transport.send("iopub", [topic, ...this.wire.encode(message)], sent);
  }
}
