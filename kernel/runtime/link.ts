/** @file The main thread's way to the protocol thread, with a bound on what is under way. */
import type { MessagePort } from "node:worker_threads";
import { type FromMain, MAX_IN_FLIGHT, Slot } from "../channel";
import { type Captured, pendingBytes } from "../descriptors";

/** How long one wait lasts before the count is looked at again. */
const WAIT_MS = 100;
/** How long text of native code is waited for; a program that writes on and on is waited for only so long. */
const NATIVE_WAIT_MS = 500;
const WRITER_WAIT_MS = 20;
/** Longest text of one message: a waiting main thread must not have to wait for a single huge one. */
const MAX_TEXT = 16 * 1024 * 1024;

/** Posts messages in order; a cell that prints faster than clients read waits. */
export class Link {
  private posted = 0;

  constructor(
    private readonly port: MessagePort,
    private readonly shared: Int32Array,
    private readonly captured: Captured | null,
  ) {}

  /** Sends a message that is no stream text. */
  post(message: FromMain): void {
    this.waitForNative();
    this.port.postMessage(message);
  }

  /** Sends text, and waits while too much of it is on its way. */
  stream(cell: number, name: "stdout" | "stderr", text: string): void {
    this.waitForNative();
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

  /** What a child process or native code wrote before comes before. */
  private waitForNative(): void {
    const { captured } = this;
    if (!captured) return;
    let before = 0;
    for (let waited = 0; waited < NATIVE_WAIT_MS; waited++) {
      const left = pendingBytes(captured.stdout) + pendingBytes(captured.stderr);
      if (left === 0 || (left > before && waited >= WRITER_WAIT_MS)) return;
      before = left;
      Atomics.wait(this.shared, Slot.never, 0, 1);
    }
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
