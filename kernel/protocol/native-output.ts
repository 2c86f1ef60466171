/** @file Reads what native code and child processes write to descriptors 1 and 2. */
import { readSync } from "node:fs";
import { Socket } from "node:net";
import { StringDecoder } from "node:string_decoder";
import { type Captured, pendingBytes } from "../descriptors";

type StreamName = "stdout" | "stderr";

/** Takes text; `sent` must be called when it has left. */
export type TakeText = (name: StreamName, text: string, sent: () => void) => void;

/** Text that may wait for clients, in UTF-16 units, before the writers wait too. */
const MAX_IN_FLIGHT = 16 * 1024 * 1024;

interface Source {
  name: StreamName;
  fd: number;
  socket: Socket;
  decoder: StringDecoder;
}

/** Both pipes; a pipe that is full makes its writers wait. */
export class NativeOutput {
  private readonly sources: Source[];
  private readonly buffer = Buffer.allocUnsafe(64 * 1024);
  private inFlight = 0;

  /** @param before Called when something was written, before it is taken: for what was said earlier on other ways. */
  constructor(
    captured: Captured,
    private readonly take: TakeText,
    before: (take: () => void) => void,
  ) {
    this.sources = (["stdout", "stderr"] as const).map((name) => {
      const fd = captured[name];
      const socket = new Socket({ fd, readable: true, writable: false });
      const source: Source = { name, fd, socket, decoder: new StringDecoder("utf8") };
      socket.on("data", (chunk: Buffer) => before(() => this.emit(source, chunk)));
      socket.on("error", () => {});
      socket.unref();
      return source;
    });
  }

  /** Takes what waits in the pipes. */
  drain(): void {
    for (const source of this.sources) {
      // A program that writes without end must not keep the cell from ending: one pipe's worth is what was there.
      for (let left = pendingBytes(source.fd); left > 0; ) {
        const count = readSync(source.fd, this.buffer, 0, Math.min(left, this.buffer.length), null);
        if (count === 0) break;
        this.emit(source, Buffer.from(this.buffer.subarray(0, count)));
        left -= count;
      }
    }
  }

  private emit({ name, decoder }: Source, chunk: Buffer): void {
    const text = decoder.write(chunk);
    if (text === "") return;
    this.inFlight += text.length;
    if (this.inFlight > MAX_IN_FLIGHT) for (const { socket } of this.sources) socket.pause();
    this.take(name, text, () => {
      this.inFlight -= text.length;
      if (this.inFlight <= MAX_IN_FLIGHT) for (const { socket } of this.sources) socket.resume();
    });
  }
}
