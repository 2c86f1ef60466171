/** @file Jupyter's wire format: frames ↔ messages, signed with HMAC. Pure: no sockets. */
import { createHmac, randomUUID, timingSafeEqual } from "node:crypto";
import { userInfo } from "node:os";

/** Version of the Jupyter messaging specification that the kernel speaks. */
export const PROTOCOL_VERSION = "5.5";

/** As many as jupyter_client remembers. */
const MOST_SEEN = 2 ** 16;

const DELIMITER = Buffer.from("<IDS|MSG>");

export interface Header {
  msg_id: string;
  session: string;
  username: string;
  date: string;
  msg_type: string;
  version: string;
  [extra: string]: unknown;
}

/** A message from a client. */
export interface Message {
  /** Routing identities, to be put before a reply. */
  identities: Buffer[];
  header: Header;
  parent_header: Partial<Header>;
  metadata: Record<string, unknown>;
  content: Record<string, unknown>;
  buffers: Buffer[];
}

/** What an answer to a request needs of it. */
export type Request = Pick<Message, "identities" | "header">;

/** What the kernel sends; the header is made when it is encoded. */
export interface OutgoingMessage {
  msgType: string;
  content: object;
  parent?: Partial<Header>;
  metadata?: Record<string, unknown>;
  identities?: Buffer[];
  buffers?: Uint8Array[];
}

/** A message that cannot be trusted or understood. */
export class WireError extends Error {}

/** Encodes and decodes the messages of one kernel session. */
export class Wire {
  readonly session = randomUUID();
  private readonly username = userName();
  private counter = 0;
  /** Signatures of messages that were taken: each is taken once. */
  private readonly seen = new Set<string>();

  /** @param key HMAC key of the connection file; empty turns signing off, as the specification says. */
  constructor(
    private readonly key: string,
    private readonly algorithm = "sha256",
  ) {}

  /** Turns frames into a message. @throws WireError when they are malformed or wrongly signed. */
  decode(frames: Buffer[]): Message {
    const at = frames.findIndex((frame) => frame.equals(DELIMITER));
    if (at < 0) throw new WireError("no <IDS|MSG> delimiter");
    const rest = frames.slice(at + 1);
    if (rest.length < 5)
      throw new WireError(`${rest.length} frames after the delimiter, at least 5 expected`);
    const [signature, ...parts] = rest;
    const signed = parts.slice(0, 4);
    this.verify(signature, signed);
    const [header, parent, metadata, content] = signed.map(parseObject);
    for (const field of ["msg_id", "msg_type"] as const) {
      if (typeof header[field] !== "string") throw new WireError(`header without ${field}`);
    }
    return {
      identities: frames.slice(0, at),
      header: header as unknown as Header,
      parent_header: parent,
      metadata,
      content,
      buffers: parts.slice(4),
    };
  }

  /** Turns a message into frames to send. */
  encode(message: OutgoingMessage): Buffer[] {
    const header: Header = {
      msg_id: `${this.session}_${process.pid}_${this.counter++}`,
      session: this.session,
      username: this.username,
      date: new Date().toISOString(),
      msg_type: message.msgType,
      version: PROTOCOL_VERSION,
    };
    const signed = [header, message.parent ?? {}, message.metadata ?? {}, message.content].map((part) =>
      Buffer.from(JSON.stringify(part)),
    );
    return [
      ...(message.identities ?? []),
      DELIMITER,
      this.sign(signed),
      ...signed,
      ...(message.buffers ?? []).map((buffer) =>
        Buffer.from(buffer.buffer, buffer.byteOffset, buffer.byteLength),
      ),
    ];
  }

  private sign(parts: Buffer[]): Buffer {
    if (!this.key) return Buffer.alloc(0);
    const hmac = createHmac(this.algorithm, this.key);
    for (const part of parts) hmac.update(part);
    return Buffer.from(hmac.digest("hex"));
  }

  private verify(signature: Buffer, parts: Buffer[]): void {
    if (!this.key) return;
    const expected = this.sign(parts);
    if (signature.length !== expected.length || !timingSafeEqual(signature, expected)) {
      throw new WireError("wrong HMAC signature");
    }
    const text = signature.toString("latin1");
    if (this.seen.has(text)) throw new WireError("a message that came before, as it was signed then");
    this.seen.add(text);
    if (this.seen.size > MOST_SEEN) {
      const [oldest] = this.seen;
      this.seen.delete(oldest);
    }
  }
}

function parseObject(frame: Buffer): Record<string, unknown> {
  let value: unknown;
  try {
    value = JSON.parse(frame.toString("utf8"));
  } catch {
    throw new WireError("a frame is not JSON");
  }
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    throw new WireError("a frame is not a JSON object");
  }
  return value as Record<string, unknown>;
}

function userName(): string {
  try {
    return userInfo().username;
  } catch {
    // A user id without an entry in the password file, as in many containers.
    return "kernel";
  }
}
