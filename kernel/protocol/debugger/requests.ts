/** @file Answers debug requests: finds the command and wraps what it gives in a reply. */
import { log } from "../../log";
import { Arguments } from "./arguments";
import { ANY_TIME, IN_SESSION } from "./commands";
import type { Debugger } from "./debugger";
import { DebugError, type DebugReply, type DebugRequest } from "./messages";

/** Answers a `debug_request`; never throws. */
export async function answerDebugRequest(debug: Debugger, request: DebugRequest): Promise<DebugReply> {
  const command = typeof request.command === "string" ? request.command : "";
  const request_seq = Number.isSafeInteger(request.seq) ? (request.seq as number) : 0;
  const head = { type: "response", request_seq, command } as const;
  try {
    const body = await run(debug, command, new Arguments(request.arguments));
    return { seq: debug.nextSeq(), ...head, success: true, body };
  } catch (error) {
    if (!(error instanceof DebugError)) log("error", `${command}: ${(error as Error)?.stack ?? error}`);
    const message = error instanceof Error ? error.message : String(error);
    return { seq: debug.nextSeq(), ...head, success: false, message, body: {} };
  }
}

async function run(debug: Debugger, command: string, args: Arguments): Promise<object> {
  if (Object.hasOwn(ANY_TIME, command)) return ANY_TIME[command](debug, args);
  if (!Object.hasOwn(IN_SESSION, command))
    throw new DebugError(`there is no debug command ${JSON.stringify(command)}`);
  if (!debug.session?.started)
    throw new DebugError("the debugger was not started: initialize and attach come first");
  return IN_SESSION[command](debug.session, args, debug);
}
