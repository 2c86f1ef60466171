/** @file The five ZeroMQ sockets; the one file of the kernel that imports zeromq. */
import { readFileSync } from "node:fs";
import { Router, type Socket, XPublisher } from "zeromq";

/** The contents of a Jupyter connection file. */
export interface ConnectionInfo {
  transport: string;
  ip: string;
  key: string;
  signature_scheme: string;
  shell_port: number;
  iopub_port: number;
  stdin_port: number;
  control_port: number;
  hb_port: number;
}

export type RouterChannel = "shell" | "control" | "stdin";
export type Channel = RouterChannel | "iopub";

/** What the sockets report. */
export interface TransportEvents {
  message(channel: RouterChannel, frames: Buffer[]): void;
  /** A client subscribed to a topic of IOPub. */
  subscribed(topic: Buffer): void;
  failed(where: string, error: unknown): void;
}

/** How long a closing socket may take to deliver what it holds. */
const LINGER_MS = 1000;

/** A peer that announces a larger frame is cut off: nothing is set aside for it. */
const MAX_MESSAGE_BYTES = 1024 ** 3;
const MAX_HEARTBEAT_BYTES = 1024 ** 2;

/** Messages of at most a few hundred KB that may wait for one subscriber. */
const IOPUB_HIGH_WATER_MARK = 128;
/**
 * How often a message that found no room is tried again. The binding may miss that there is room: libzmq says so once, and whoever
 * reads subscriptions from the same socket may be the one who hears it.
 */
const RETRY_MS = 5;
/** How long a subscriber that reads nothing (a suspended console) may hold up the others. */
const SUBSCRIBER_PATIENCE_MS = 60_000;
/** For how long such a subscriber then misses what it has no room for. */
const DROP_MS = 60_000;

interface Outgoing {
  frames: Buffer[];
  sent?: () => void;
}

/** Binds the sockets, reads them, and sends in order on each. */
export class Transport {
  private readonly routers: Record<RouterChannel, Router>;
  private readonly iopub: XPublisher;
  /** Not a Reply socket: that one stops for all when one peer breaks off at the wrong moment. */
  private readonly heartbeat: Router;
  private readonly queues: Record<Channel, Outgoing[]> = { shell: [], control: [], stdin: [], iopub: [] };
  private readonly draining: Partial<Record<Channel, Promise<void>>> = {};
  private closed = false;
  private droppingUntil = 0;

  constructor(
    private readonly info: ConnectionInfo,
    private readonly events: TransportEvents,
  ) {
    const router = () =>
      new Router({
        linger: LINGER_MS,
        sendHighWaterMark: 0,
        receiveHighWaterMark: 0,
        maxMessageSize: MAX_MESSAGE_BYTES,
      });
    this.routers = { shell: router(), control: router(), stdin: router() };
    // noDrop: a subscriber that is slow makes the kernel wait instead of losing output.
    this.iopub = new XPublisher({
      linger: LINGER_MS,
      sendHighWaterMark: IOPUB_HIGH_WATER_MARK,
      sendTimeout: RETRY_MS,
    });
    this.iopub.noDrop = true;
    this.iopub.verbosity = "allSubs";
    this.heartbeat = new Router({ linger: 0, maxMessageSize: MAX_HEARTBEAT_BYTES });
  }

  /** Reads a connection file. */
  static readConnectionFile(path: string): ConnectionInfo {
    return JSON.parse(readFileSync(path, "utf8")) as ConnectionInfo;
  }

  /** Binds all sockets and starts to read them. @throws when an address is taken. */
  async open(): Promise<void> {
    const { info } = this;
    await Promise.all([
      this.routers.shell.bind(this.address(info.shell_port)),
      this.routers.control.bind(this.address(info.control_port)),
      this.routers.stdin.bind(this.address(info.stdin_port)),
      this.iopub.bind(this.address(info.iopub_port)),
      this.heartbeat.bind(this.address(info.hb_port)),
    ]);
    for (const channel of ["shell", "control", "stdin"] as const) {
      void this.read(channel, this.routers[channel], (frames) => this.events.message(channel, frames));
    }
    void this.read("iopub", this.iopub, ([frame]) => {
      if (frame?.[0] === 1) this.events.subscribed(frame.subarray(1));
    });
    void this.echo();
  }

  /** Queues frames; `sent` is called when the socket has taken them. */
  send(channel: Channel, frames: Buffer[], sent?: () => void): void {
    if (this.closed) {
      sent?.();
      return;
    }
    this.queues[channel].push({ frames, sent });
    this.draining[channel] ??= this.drain(channel);
  }

  /** Waits until the sockets have taken everything queued, or the time is over. */
  async flush(timeoutMs: number): Promise<void> {
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<void>((resolve) => {
      timer = setTimeout(resolve, timeoutMs);
    });
    await Promise.race([Promise.all(Object.values(this.draining)), late]);
    clearTimeout(timer);
  }

  /** Closes the sockets; what they hold is still delivered for a moment (linger). */
  close(): void {
    this.closed = true;
    for (const socket of [...Object.values(this.routers), this.iopub, this.heartbeat]) socket.close();
  }

  private address(port: number): string {
    const { transport, ip } = this.info;
    return transport === "tcp" ? `tcp://${ip}:${port}` : `${transport}://${ip}-${port}`;
  }

  private async broadcast(frames: Buffer[]): Promise<void> {
    if (this.droppingUntil > 0 && Date.now() > this.droppingUntil) {
      this.droppingUntil = 0;
      this.iopub.noDrop = true;
    }
    let patience: number | undefined;
    for (;;) {
      try {
        return await this.iopub.send(frames);
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== "EAGAIN") throw error;
      }
      patience ??= Date.now() + SUBSCRIBER_PATIENCE_MS;
      if (this.droppingUntil === 0 && Date.now() > patience) {
        this.events.failed("iopub", new Error("a subscriber reads nothing; it misses output from here on"));
        this.droppingUntil = Date.now() + DROP_MS;
        this.iopub.noDrop = false;
      }
    }
  }

  private async drain(channel: Channel): Promise<void> {
    const socket: Router | XPublisher = channel === "iopub" ? this.iopub : this.routers[channel];
    const queue = this.queues[channel];
    // Taken in batches: shifting a long array once a message would cost its length each time.
    while (queue.length > 0) {
      for (const { frames, sent } of queue.splice(0)) {
        try {
          await (channel === "iopub" ? this.broadcast(frames) : socket.send(frames));
        } catch (error) {
          if (!this.closed) this.events.failed(channel, error);
        }
        sent?.();
      }
    }
    delete this.draining[channel];
  }

  private async read(
    name: string,
    socket: Socket & AsyncIterable<Buffer[]>,
    take: (frames: Buffer[]) => void,
  ): Promise<void> {
    while (!this.closed) {
      try {
        for await (const frames of socket) take(frames);
        return;
      } catch (error) {
        if (!this.closed) this.events.failed(name, error);
      }
    }
  }

  private async echo(): Promise<void> {
    while (!this.closed) {
      try {
        for await (const frames of this.heartbeat) await this.heartbeat.send(frames);
        return;
      } catch (error) {
        if (!this.closed) this.events.failed("heartbeat", error);
      }
    }
  }
}
