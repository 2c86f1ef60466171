/** @file `input()` and `prompt()`: ask the user, and wait without giving the thread away. */
import { type MessagePort, receiveMessageOnPort } from "node:worker_threads";
import { Slot, type StdinAnswer } from "../channel";
import { liveContext } from "./context";
import type { Link } from "./link";

/** Options of `input()`. */
export interface InputOptions {
  /** Hides what is typed. */
  password?: boolean;
}

/** Makes the function behind `input` and `prompt`. */
export function makeInput(link: Link, port: MessagePort, shared: Int32Array) {
  return function input(prompt: unknown = "", options: InputOptions = {}): string {
    const context = liveContext();
    if (!context.allowStdin) {
      throw new Error(
        "input: the client that runs this cell does not take questions (allow_stdin is false); run it in a notebook",
      );
    }
    // An answer to a question of a cell that was stopped must not answer this one.
    while (receiveMessageOnPort(port)) {}
    const seen = Atomics.load(shared, Slot.stdin);
    link.post({
      type: "input",
      cell: context.cell,
      prompt: String(prompt ?? ""),
      password: options.password === true,
    });
    for (;;) {
      const received = receiveMessageOnPort(port);
      if (received) {
        const answer = received.message as StdinAnswer;
        if ("error" in answer) throw new Error(`input: ${answer.error}`);
        return answer.value;
      }
      Atomics.wait(shared, Slot.stdin, seen, 200);
    }
  };
}
