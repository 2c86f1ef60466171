/** @file Questions to the user: `input_request` and the reply to it. */
import type { StdinAnswer } from "../channel";
import type { Server } from "./server";
import type { Message, Request } from "./wire";

/** Asks one question at a time, as the main thread waits for each. */
export class Input {
  private readonly waiting: { session: string }[] = [];

  constructor(
    private readonly server: Server,
    private readonly answer: (answer: StdinAnswer) => void,
  ) {}

  /** Asks the client that sent the request. */
  ask(request: Request, prompt: string, password: boolean): void {
    this.waiting.push({ session: request.header.session });
    this.server.ask(request, "input_request", { prompt, password });
  }

  /** Takes a reply; one that nobody waits for is left over from a cell that was stopped. */
  answered(message: Message): void {
    if (!this.waiting.shift()) return;
    const { value } = message.content;
    this.answer({ value: typeof value === "string" ? value : "" });
  }

  /** Forgets the questions of a cell that ended. */
  cancel(): void {
    this.waiting.length = 0;
  }
}
