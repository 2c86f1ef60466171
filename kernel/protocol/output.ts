/** @file Output on its way to IOPub: in order, with streams joined for a few milliseconds. */
import { Slot } from "../channel";

/** How long text of a stream may wait for more of the same. */
const COALESCE_MS = 4;
/** A stream message is sent at once when it is this long, in UTF-16 units. */
const FLUSH_UNITS = 256 * 1024;

type StreamName = "stdout" | "stderr";

/** Sends one IOPub message under a cell's request; `sent` is called when the socket has it. */
export type Publish = (
  cell: number,
  msgType: string,
  content: object,
  sent?: () => void,
  buffers?: Uint8Array[],
) => void;

/** Joins stream text and keeps all output of all cells in the order in which it was made. */
export class Output {
  private cell = -1;
  private name: StreamName = "stdout";
  private texts: string[] = [];
  private units = 0;
  /** Those of them that the main thread counts. */
  private counted = 0;
  private callbacks: (() => void)[] = [];
  private timer: NodeJS.Timeout | null = null;

  constructor(
    private readonly publish: Publish,
    private readonly shared: Int32Array,
  ) {}

  /** Takes text that a cell wrote; without `sent` it is text of the main thread, which counts what is under way. */
  stream(cell: number, name: StreamName, text: string, sent?: () => void): void {
    if (this.texts.length > 0 && (cell !== this.cell || name !== this.name)) this.flush();
    this.cell = cell;
    this.name = name;
    this.texts.push(text);
    this.units += text.length;
    if (sent) this.callbacks.push(sent);
    else this.counted += text.length;
    if (this.units >= FLUSH_UNITS) this.flush();
    else this.timer ??= setTimeout(() => this.flush(), COALESCE_MS);
  }

  /** Sends a message that is no stream text, after the text before it. */
  message(cell: number, msgType: string, content: object, buffers?: Uint8Array[]): void {
    this.flush();
    this.publish(cell, msgType, content, undefined, buffers);
  }

  /** Sends what waits. */
  flush(): void {
    if (this.timer) clearTimeout(this.timer);
    this.timer = null;
    if (this.texts.length === 0) return;
    const { cell, name, counted, callbacks } = this;
    const text = this.texts.length === 1 ? this.texts[0] : this.texts.join("");
    this.texts = [];
    this.units = 0;
    this.counted = 0;
    this.callbacks = [];
    this.publish(cell, "stream", { name, text }, () => {
      for (const callback of callbacks) callback();
      // Tells a main thread that waits because too much is on its way.
      Atomics.add(this.shared, Slot.sent, counted);
      Atomics.notify(this.shared, Slot.sent);
    });
  }
}
