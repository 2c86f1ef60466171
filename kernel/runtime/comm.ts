/** @file Comms: messages between a cell's objects and widgets in the notebook. */
import { randomUUID } from "node:crypto";
import type { CommMessage } from "../channel";
import type { Comm, CommEvent, CommManager } from "./cell-globals";
import { currentContext, newContext, runIn, setLatest } from "./context";
import type { Link } from "./link";

type Listener = (event: CommEvent) => void;
type Target = (comm: Comm, event: CommEvent) => void;

/** One end of a comm. */
class KernelComm implements Comm {
  private readonly messageListeners = new Set<Listener>();
  private readonly closeListeners = new Set<Listener>();
  private isOpen = true;

  constructor(
    private readonly comms: Comms,
    readonly comm_id: string,
    readonly target_name: string,
  ) {}

  send(data: object, options: { metadata?: object; buffers?: Uint8Array[] } = {}): void {
    if (!this.isOpen) throw new Error(`comm ${this.comm_id} is closed`);
    this.comms.post("comm_msg", this, data, options);
  }

  close(data: object = {}): void {
    if (!this.isOpen) return;
    this.end();
    this.comms.post("comm_close", this, data, {});
  }

  on_msg(listener: Listener): void {
    this.messageListeners.add(listener);
  }

  on_close(listener: Listener): void {
    this.closeListeners.add(listener);
  }

  /** Takes a message of the other end. */
  receive(kind: "comm_msg" | "comm_close", event: CommEvent): void {
    if (kind === "comm_close") this.end();
    for (const listener of kind === "comm_msg" ? this.messageListeners : this.closeListeners) listener(event);
  }

  private end(): void {
    this.isOpen = false;
    this.comms.forget(this.comm_id);
  }
}

/** The comms of the kernel and the targets that clients may open. */
export class Comms implements CommManager {
  private readonly targets = new Map<string, Target>();
  private readonly open = new Map<string, KernelComm>();

  constructor(private readonly link: Link) {}

  register_target(name: string, target: Target): void {
    this.targets.set(name, target);
  }

  unregister_target(name: string): void {
    this.targets.delete(name);
  }

  create(target_name: string, data: object = {}, options: CommOptions = {}): Comm {
    const comm = new KernelComm(this, options.comm_id ?? randomUUID(), target_name);
    this.open.set(comm.comm_id, comm);
    this.post("comm_open", comm, data, options);
    return comm;
  }

  /** Takes a client's message; what listeners throw is theirs to have reported. */
  receive(message: CommMessage): void {
    const { kind, cell, commId, targetName = "", data, metadata, buffers } = message;
    const context = newContext(cell, 0, false);
    setLatest(context);
    runIn(context, () => {
      const event: CommEvent = { data, metadata, buffers };
      if (kind !== "comm_open") {
        this.open.get(commId)?.receive(kind, event);
        return;
      }
      const comm = new KernelComm(this, commId, targetName);
      const target = this.targets.get(targetName);
      if (!target) {
        // As the specification asks: a comm that nobody takes is closed at once.
        comm.close();
        return;
      }
      this.open.set(commId, comm);
      target(comm, event);
    });
  }

  post(kind: CommMessage["kind"], comm: Comm, data: object, options: CommOptions): void {
    this.link.post({
      type: "comm",
      kind,
      cell: currentContext().cell,
      commId: comm.comm_id,
      targetName: comm.target_name,
      data: data as Record<string, unknown>,
      metadata: (options.metadata ?? {}) as Record<string, unknown>,
      buffers: options.buffers ?? [],
    });
  }

  forget(id: string): void {
    this.open.delete(id);
  }
}

interface CommOptions {
  comm_id?: string;
  metadata?: object;
  buffers?: Uint8Array[];
}
