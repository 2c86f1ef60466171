/** @file Takes what native code and child processes wrote to descriptors 1 and 2, in its place among what cells say. */
import { StringDecoder } from "node:string_decoder";
import type { Descriptors } from "../descriptors";

type StreamName = "stdout" | "stderr";

/** Takes text; `sent` must be called when it has left. */
export type TakeText = (name: StreamName, text: string, sent: () => void) => void;

const NAMES = { 1: "stdout", 2: "stderr" } as const;

/** What comes out of both pipes. */
export class NativeOutput {
  private readonly decoders = { 1: new StringDecoder("utf8"), 2: new StringDecoder("utf8") };
  /** Number of the last reading that was taken. */
  private taken = 0;

  /** @param earlier Handles the next thing that the main thread has said, if there is one; what it says names the readings before it. */
  constructor(
    private readonly descriptors: Descriptors,
    private readonly take: TakeText,
    earlier: () => boolean,
  ) {
    descriptors.watch(() => {
      const latest = descriptors.latest();
      while (this.taken < latest && earlier());
      this.takeUntil(latest);
    });
  }

  /** Takes what was read up to a number. */
  takeUntil(turn: number): void {
    if (turn <= this.taken) return;
    this.taken = turn;
    for (const [fd, bytes] of this.descriptors.take(turn)) {
      const text = this.decoders[fd].write(bytes);
      const sent = () => this.descriptors.release(bytes.length);
      if (text === "") sent();
      else this.take(NAMES[fd], text, sent);
    }
  }
}
