/** @file The main thread's way to the protocol thread, with a bound on what is under way. */
import type { MessagePort } from "node:worker_threads";
import { type FromMain, MAX_IN_FLIGHT, Slot } from "../channel";
import type { Descriptors } from "../descriptors";

/** How long one wait lasts before the count is looked at again. */
const WAIT_MS = 100;
const WAIT_NATIVE_MS = 5;
/** Longest text of one message: while one is sent the next is made, and clients read the one before. */
const MAX_TEXT = 1024 * 1024;

/** Posts messages in order; a cell that prints faster than clients read waits. */
export class Link {
  private posted = 0;
  /** The last reading of the pipes that the protocol thread was told of. */
  private turn = 0;

  constructor(
    private readonly port: MessagePort,
    private readonly shared: Int32Array,
    private readonly descriptors: Descriptors | null,
  ) {}

  /** Sends a message that is no stream text. */
  post(message: FromMain): void {
    this.afterNative(1);
    this.port.postMessage(message);
  }

  /** Sends text, and waits while too much of it is on its way. */
  stream(cell: number, name: "stdout" | "stderr", text: string): void {
    this.afterNative(0);
    for (let start = 0; start < text.length; ) {
      let end = Math.min(start + MAX_TEXT, text.length);
      if (end < text.length && isHighSurrogate(text.charCodeAt(end - 1))) end--;
      const part = start === 0 && end === text.length ? text : text.slice(start, end);
      this.port.postMessage({ type: "stream", cell, name, text: part } satisfies FromMain);
      this.posted = (this.posted + part.length) | 0;
      this.waitForRoom();
      start = end;
    }
  }

  /** Blocks until the protocol thread has sent everything, or the time is over. */
  waitForFlush(timeoutMs: number): void {
    Atomics.wait(this.shared, Slot.flushed, 0, timeoutMs);
  }

  /** What a child process or native code wrote before comes before: names all readings of the pipes, after one more. */
  private afterNative(must: 0 | 1): void {
    const { descriptors } = this;
    if (!descriptors) return;
    let turn = descriptors.turn(must);
    for (; turn < 0; turn = descriptors.turn(must)) Atomics.wait(this.shared, Slot.never, 0, WAIT_NATIVE_MS);
    if (turn === this.turn) return;
    this.port.postMessage({ type: "native", turn } satisfies FromMain);
    this.turn = turn;
  }

  private waitForRoom(): void {
    for (;;) {
      const sent = Atomics.load(this.shared, Slot.sent);
      // Both counters wrap round in 32 bits; their difference does not.
      if (((this.posted - sent) | 0) < MAX_IN_FLIGHT) return;
      Atomics.wait(this.shared, Slot.sent, sent, WAIT_MS);
    }
  }
}

function isHighSurrogate(unit: number): boolean {
  return unit >= 0xd800 && unit < 0xdc00;
}
