/** @file What is answered to each request: one table. */
import type { CellCompiler } from "../compiler/cell-compiler";
import type { Comms } from "./comms";
import type { Executions } from "./executions";
import { helpQuestion } from "./help";
import type { History, HistoryRequest } from "./history";
import { kernelInfo } from "./kernel-info";
import { toCodePointOffset, toUtf16Offset } from "./text";
import type { RouterChannel } from "./transport";
import type { Message } from "./wire";

/** What handlers work with. */
export interface Kernel {
  readonly compiler: CellCompiler;
  readonly executions: Executions;
  readonly history: History;
  readonly comms: Comms;
  /** The ports of the kernel's sockets, by their names in the connection file. */
  readonly ports: Record<string, number>;
  /** Called when a client got to know the kernel. */
  greeted(): void;
  /** Stops the cell that runs. */
  interrupt(): void;
  /** Answers a request to the debugger. */
  debugRequest(header: Message["header"], content: Message["content"]): Promise<object>;
  /** Ends the kernel after the reply was sent. */
  shutdown(restart: boolean): void;
}

/** A request that is answered at once, also while a cell runs. */
export interface Handler {
  /** Type of the reply. */
  reply: string;
  answer(kernel: Kernel, message: Message): object | Promise<object>;
}

const HANDLERS: Record<string, Handler> = {
  kernel_info_request: {
    reply: "kernel_info_reply",
    answer: (kernel) => {
      kernel.greeted();
      return kernelInfo();
    },
  },
  complete_request: { reply: "complete_reply", answer: complete },
  inspect_request: { reply: "inspect_reply", answer: inspect },
  is_complete_request: {
    reply: "is_complete_reply",
    answer: async ({ compiler }, { content }) => {
      if (helpQuestion(text(content.code))) return { status: "complete" };
      const { status, indent } = await compiler.isComplete(text(content.code));
      return status === "incomplete" ? { status, indent: indent ?? "" } : { status };
    },
  },
  history_request: {
    reply: "history_reply",
    answer: ({ history }, { content }) => ({
      status: "ok",
      history: history.query(content as HistoryRequest),
    }),
  },
  connect_request: {
    reply: "connect_reply",
    answer: ({ ports }) => ({ status: "ok", ...ports }),
  },
  comm_info_request: {
    reply: "comm_info_reply",
    answer: ({ comms }, { content }) => ({ status: "ok", comms: comms.info(content.target_name) }),
  },
};

const CONTROL_HANDLERS: Record<string, Handler> = {
  shutdown_request: {
    reply: "shutdown_reply",
    answer: (kernel, { content }) => {
      const restart = content.restart === true;
      kernel.shutdown(restart);
      return { status: "ok", restart };
    },
  },
  interrupt_request: {
    reply: "interrupt_reply",
    answer: (kernel) => {
      kernel.interrupt();
      return { status: "ok" };
    },
  },
  create_subshell_request: {
    reply: "create_subshell_reply",
    answer: ({ executions }) => ({ status: "ok", subshell_id: executions.shells.create() }),
  },
  delete_subshell_request: {
    reply: "delete_subshell_reply",
    answer: ({ executions }, { content }) => {
      executions.shells.delete(text(content.subshell_id));
      return { status: "ok" };
    },
  },
  list_subshell_request: {
    reply: "list_subshell_reply",
    answer: ({ executions }) => ({ status: "ok", subshell_id: executions.shells.list() }),
  },
  debug_request: {
    reply: "debug_reply",
    answer: (kernel, { header, content }) => kernel.debugRequest(header, content),
  },
};

/** What clients before protocol 5.3 sent by shell. */
const ALSO_BY_SHELL = new Set(["shutdown_request", "interrupt_request"]);

/** Finds the handler of a message type on a channel. By the control channel all may be asked that may be by the shell channel. */
export function findHandler(channel: RouterChannel, msgType: string): Handler | undefined {
  const own = (table: Record<string, Handler>) =>
    Object.hasOwn(table, msgType) ? table[msgType] : undefined;
  const isForControl = channel === "control" || ALSO_BY_SHELL.has(msgType);
  return own(HANDLERS) ?? (isForControl ? own(CONTROL_HANDLERS) : undefined);
}

async function complete({ compiler }: Kernel, { content }: Message): Promise<object> {
  const code = text(content.code);
  const offset = toUtf16Offset(code, position(content.cursor_pos, code));
  const { matches: found, cursorStart, cursorEnd, types } = await compiler.complete(code, offset);
  // Where something starts with what is typed, to the case, the looser matches are noise.
  const typed = code.slice(cursorStart, offset);
  const exact = found.filter((match) => match.startsWith(typed));
  const matches = exact.length > 0 ? exact : found;
  const kept = new Set(matches);
  return {
    status: "ok",
    matches,
    cursor_start: toCodePointOffset(code, cursorStart),
    cursor_end: toCodePointOffset(code, cursorEnd),
    metadata: {
      _jupyter_types_experimental: types
        .filter(({ text }) => kept.has(text))
        .map(({ start, end, ...rest }) => ({
          ...rest,
          start: toCodePointOffset(code, start),
          end: toCodePointOffset(code, end),
        })),
    },
  };
}

async function inspect({ compiler }: Kernel, { content }: Message): Promise<object> {
  const code = text(content.code);
  const offset = toUtf16Offset(code, position(content.cursor_pos, code));
  const result = await compiler.inspect(code, offset, content.detail_level === 1 ? 1 : 0);
  const data = result.found ? { "text/plain": result.text, "text/markdown": result.markdown } : {};
  return { status: "ok", found: result.found, data, metadata: {} };
}

function text(value: unknown): string {
  return typeof value === "string" ? value : "";
}

function position(value: unknown, code: string): number {
  return typeof value === "number" && value >= 0 ? value : code.length;
}
