/** @file What replies and events of the debugger must look like, by the Debug Adapter Protocol and Jupyter's additions to it. */
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
  string,
} from "./schema-checks";

const source = object({ name: string, path: string });
const line: Check = (value) => integer(value) ?? ((value as number) >= 1 ? null : `line ${value}`);
const breakpoint = object({ id: integer, verified: boolean, line, source, message: optional(string) });
const asked = object({
  line,
  column: optional(integer),
  condition: optional(string),
  hitCondition: optional(string),
  logMessage: optional(string),
});
const value: Shape = {
  type: optional(string),
  variablesReference: integer,
  indexedVariables: optional(integer),
  namedVariables: optional(integer),
};
const variable = object({
  ...value,
  name: string,
  value: string,
  evaluateName: optional(string),
  presentationHint: optional(object({ lazy: boolean })),
});
const frame = object({ id: integer, name: string, source, line, column: line });
const filter = object({ filter: string, label: string, description: optional(string) });
const variables = object({ variables: list(variable) });
const none = object({});

const BODIES: Record<string, Check> = {
  debugInfo: object({
    isStarted: boolean,
    hashMethod: oneOf("Murmur2"),
    hashSeed: integer,
    tmpFilePrefix: string,
    tmpFileSuffix: string,
    breakpoints: list(object({ source: string, breakpoints: list(asked) })),
    stoppedThreads: list(integer),
    richRendering: boolean,
    exceptionPaths: list(string),
    copyToGlobals: boolean,
  }),
  dumpCell: object({ sourcePath: string }),
  initialize: (body) => {
    if (!isObject(body)) return "no capabilities";
    const { exceptionBreakpointFilters, ...flags } = body;
    return list(filter)(exceptionBreakpointFilters) ?? list(boolean)(Object.values(flags));
  },
  attach: none,
  configurationDone: none,
  inspectVariables: variables,
  richInspectVariables: object({ data: anyObject, metadata: anyObject }),
  setBreakpoints: object({ breakpoints: list(breakpoint) }),
  setExceptionBreakpoints: none,
  source: object({ content: string, mimeType: optional(string) }),
  threads: object({ threads: list(object({ id: integer, name: string })) }),
  stackTrace: object({ stackFrames: list(frame), totalFrames: integer }),
  scopes: object({
    scopes: list(
      object({
        name: string,
        presentationHint: optional(oneOf("locals")),
        variablesReference: integer,
        expensive: boolean,
      }),
    ),
  }),
  variables,
  evaluate: object({ ...value, result: string }),
  completions: object({ targets: list(object({ label: string, start: integer, length: integer })) }),
  copyToGlobals: object({ ...value, value: string }),
  exceptionInfo: object({ exceptionId: string, description: string, breakMode: string, details: anyObject }),
  modules: object({
    modules: list(object({ id: integer, name: string, path: string })),
    totalModules: integer,
  }),
  continue: object({ allThreadsContinued: boolean }),
  next: none,
  stepIn: none,
  stepOut: none,
  pause: none,
  disconnect: none,
  terminate: none,
};

const EVENTS: Record<string, Check> = {
  initialized: none,
  process: object({
    name: string,
    systemProcessId: integer,
    isLocalProcess: boolean,
    startMethod: oneOf("attach"),
  }),
  thread: object({ reason: oneOf("started", "exited"), threadId: integer }),
  stopped: object({
    reason: oneOf("step", "breakpoint", "exception", "pause"),
    description: optional(string),
    text: optional(string),
    threadId: integer,
    allThreadsStopped: boolean,
    hitBreakpointIds: optional(list(integer)),
  }),
  continued: object({ threadId: integer, allThreadsContinued: boolean }),
  breakpoint: object({ reason: oneOf("changed"), breakpoint }),
  output: object({ category: oneOf("console"), output: string }),
  terminated: none,
};

/** The content of a `debug_reply`: with the body of its command, or with a message that says why there is none. */
export const debugReply: Check = (content) => {
  const { success, command, body } = (content ?? {}) as Record<string, unknown>;
  const problem = object({
    type: oneOf("response"),
    seq: integer,
    request_seq: integer,
    success: boolean,
    command: string,
    message: success === true ? (text) => (text === undefined ? null : "a success has a message") : string,
    body: anyObject,
  })(content);
  if (problem || success !== true) return problem;
  const check = BODIES[command as string];
  return check ? prefixed(`${command}: `, check(body)) : `${command} is no command`;
};

/** The content of a `debug_event`. */
export const debugEvent: Check = (content) => {
  const { event, body } = (content ?? {}) as Record<string, unknown>;
  const problem = object({ type: oneOf("event"), event: string, seq: integer, body: anyObject })(content);
  if (problem) return problem;
  const check = EVENTS[event as string];
  return check ? prefixed(`${event}: `, check(body)) : `${event} is no event`;
};

function prefixed(prefix: string, problem: string | null): string | null {
  return problem === null ? null : prefix + problem;
}
