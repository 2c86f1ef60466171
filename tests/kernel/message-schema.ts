/** @file What every message that a kernel sends must look like, by Jupyter's messaging specification 5.5. */
import { debugEvent, debugReply } from "./debug-schema";
import {
  anyObject,
  boolean,
  type Check,
  integer,
  isObject,
  list,
  object,
  oneOf,
  optional,
  type Shape,
  said,
  string,
  strings,
} from "./schema-checks";

/** Data by MIME type: text but for JSON types, and none of it empty of a type. */
const mime: Check = (value) => {
  if (!isObject(value)) return `${said(value)} is no MIME bundle`;
  for (const [type, data] of Object.entries(value)) {
    if (!/^[\w.+-]+\/[\w.+-]+$/.test(type)) return `${type} is no MIME type`;
    if (!/json$/.test(type) && typeof data !== "string") return `${type} is not text`;
  }
  return null;
};

const error = { ename: string, evalue: string, traceback: strings };
/** A reply is `ok` with its fields, or an error. */
const reply = (shape: Shape): Check => {
  const ok = object({ status: oneOf("ok"), ...shape });
  const failed = object({ status: oneOf("error"), ...error });
  return (value) => (isObject(value) && value.status === "error" ? failed(value) : ok(value));
};

const expressions: Check = (value) => {
  if (!isObject(value)) return `${said(value)} is no object`;
  const one = reply({ data: mime, metadata: anyObject });
  return Object.values(value).map(one).find(Boolean) ?? null;
};
const executed = { execution_count: integer, user_expressions: expressions, payload: list(anyObject) };
const executeReply: Check = (value) => {
  const { status } = (value ?? {}) as { status?: string };
  if (status === "error") return object({ status: string, ...executed, ...error })(value);
  return object({ status: oneOf("ok", "aborted"), ...executed })(value);
};
const isCompleteReply: Check = (value) => {
  const incomplete = isObject(value) && value.status === "incomplete";
  return object({
    status: oneOf("complete", "incomplete", "invalid", "unknown"),
    ...(incomplete && { indent: string }),
  })(value);
};

const language = object({
  name: string,
  version: string,
  mimetype: string,
  file_extension: (value) => (/^\.\w+$/.test(String(value)) ? null : "no file extension"),
  pygments_lexer: optional(string),
  codemirror_mode: (value) => (isObject(value) ? null : string(value)),
  nbconvert_exporter: optional(string),
});
const kernelInfo = reply({
  protocol_version: (value) => (/^5\.\d+$/.test(String(value)) ? null : "no version 5.x"),
  implementation: string,
  implementation_version: string,
  language_info: language,
  banner: string,
  debugger: optional(boolean),
  supported_features: optional(list(oneOf("debugger", "kernel subshells"))),
  help_links: optional(list(object({ text: string, url: string }))),
});
const display = { data: mime, metadata: anyObject, transient: anyObject };
const comm = { comm_id: string, data: anyObject };

const CONTENT: Partial<Record<string, Check>> = {
  kernel_info_reply: kernelInfo,
  execute_reply: executeReply,
  inspect_reply: reply({ found: boolean, data: mime, metadata: anyObject }),
  complete_reply: reply({
    matches: strings,
    cursor_start: integer,
    cursor_end: integer,
    metadata: anyObject,
  }),
  history_reply: reply({
    history: list((entry) =>
      Array.isArray(entry) && entry.length === 3 && entry.slice(0, 2).every(Number.isInteger)
        ? null
        : "no history entry",
    ),
  }),
  is_complete_reply: isCompleteReply,
  comm_info_reply: reply({ comms: anyObject }),
  connect_reply: reply({
    shell_port: integer,
    iopub_port: integer,
    stdin_port: integer,
    control_port: integer,
    hb_port: integer,
  }),
  shutdown_reply: reply({ restart: boolean }),
  interrupt_reply: reply({}),
  debug_reply: debugReply,
  debug_event: debugEvent,
  create_subshell_reply: reply({ subshell_id: string }),
  delete_subshell_reply: reply({}),
  list_subshell_reply: reply({ subshell_id: strings }),
  input_request: object({ prompt: string, password: boolean }),
  status: object({ execution_state: oneOf("busy", "idle", "starting") }),
  execute_input: object({ code: string, execution_count: integer }),
  stream: object({
    name: oneOf("stdout", "stderr"),
    text: (value) => (typeof value === "string" && value !== "" ? null : "no text"),
  }),
  display_data: object(display),
  update_display_data: object({
    ...display,
    transient: object({ display_id: string }),
  }),
  execute_result: object({ execution_count: integer, data: mime, metadata: anyObject }),
  error: object(error),
  clear_output: object({ wait: boolean }),
  comm_open: object({ ...comm, target_name: string, target_module: optional(string) }),
  comm_msg: object(comm),
  comm_close: object(comm),
  iopub_welcome: object({ subscription: string }),
};

const header = object({
  msg_id: string,
  session: string,
  username: string,
  date: (value) => (Number.isNaN(Date.parse(String(value))) ? "no date" : null),
  msg_type: string,
  version: (value) => (/^5\.\d+$/.test(String(value)) ? null : "no version"),
});

/** What belongs on each channel. */
const CHANNELS: Record<string, RegExp> = {
  shell: /_reply$/,
  control: /_reply$/,
  stdin: /^input_request$/,
  iopub:
    /^(?:status|stream|display_data|update_display_data|execute_input|execute_result|error|clear_output|comm_(?:open|msg|close)|debug_event|iopub_welcome)$/,
};

/** What is wrong with a message of the kernel; null when it is as specified. */
export function problemOf(message: {
  channel: string;
  type: string;
  content: unknown;
  header: unknown;
  metadata: unknown;
}): string | null {
  const { channel, type, content } = message;
  const check = CONTENT[type];
  if (!check) return `${channel} ${type}: unknown type`;
  const problem =
    (CHANNELS[channel]?.test(type) ? null : "wrong channel") ??
    header(message.header) ??
    anyObject(message.metadata) ??
    check(content);
  return problem ? `${channel} ${type}: ${problem}` : null;
}
