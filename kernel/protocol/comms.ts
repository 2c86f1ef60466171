/** @file Which comms are open, known here so that `comm_info` is answered while a cell runs. */
import type { CommMessage } from "../channel";

/** The open comms of the kernel, by id. */
export class Comms {
  private readonly open = new Map<string, string>();

  /** Notes what a comm message of either side opens or closes. */
  observe(message: CommMessage): void {
    if (message.kind === "comm_open") this.open.set(message.commId, message.targetName ?? "");
    else if (message.kind === "comm_close") this.open.delete(message.commId);
  }

  /** The content of a `comm_info_reply`. */
  info(target?: unknown): Record<string, { target_name: string }> {
    const entries = [...this.open].filter(([, name]) => typeof target !== "string" || name === target);
    return Object.fromEntries(entries.map(([id, target_name]) => [id, { target_name }]));
  }
}

/** Reads a client's comm message. */
export function readComm(
  kind: CommMessage["kind"],
  cell: number,
  message: { content: Record<string, unknown>; metadata: Record<string, unknown>; buffers: Uint8Array[] },
): CommMessage {
  const { content, metadata, buffers } = message;
  return {
    type: "comm",
    kind,
    cell,
    commId: String(content.comm_id ?? ""),
    targetName: typeof content.target_name === "string" ? content.target_name : undefined,
    data: (content.data ?? {}) as Record<string, unknown>,
    metadata,
    // Copied: a frame may be a view of a larger buffer that is not ours to hand over.
    buffers: buffers.map((buffer) => new Uint8Array(buffer)),
  };
}
