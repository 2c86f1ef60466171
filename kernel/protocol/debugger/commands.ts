/** @file What is done for each command of a debug request: one table. */
import { readFile } from "node:fs/promises";
import { basename, sep } from "node:path";
import { fileURLToPath } from "node:url";
import type { Arguments } from "./arguments";
import type { Debugger } from "./debugger";
import { EXCEPTION_FILTERS } from "./exceptions";
import { DebugError, type SourceBreakpoint, THREAD_ID } from "./messages";
import type { DebugSession, Step } from "./session";
import { cellPath, PATH_RULE } from "./sources";

/** Gives the body of the reply. */
export type Command = (debug: Debugger, args: Arguments) => object | Promise<object>;

const CAPABILITIES = {
  supportsConfigurationDoneRequest: true,
  supportsConditionalBreakpoints: true,
  supportsHitConditionalBreakpoints: true,
  supportsLogPoints: true,
  supportsEvaluateForHovers: true,
  supportsCompletionsRequest: true,
  supportsExceptionInfoRequest: true,
  supportsModulesRequest: true,
  supportsTerminateRequest: true,
  exceptionBreakpointFilters: EXCEPTION_FILTERS,
};

/** Commands that need no session. */
export const ANY_TIME: Record<string, Command> = {
  debugInfo: (debug) => ({
    isStarted: debug.session?.started ?? false,
    ...PATH_RULE,
    breakpoints: (debug.session?.breakpoints.list() ?? []).map(({ source, breakpoints }) => ({
      source,
      breakpoints: breakpoints.map((one) => debug.lines.shown(one)),
    })),
    stoppedThreads: debug.session?.pause ? [THREAD_ID] : [],
    richRendering: true,
    exceptionPaths: [],
    copyToGlobals: true,
  }),
  dumpCell: (debug, args) => {
    const code = args.text("code");
    const sourcePath = cellPath(code);
    debug.cells.set(sourcePath, code);
    return { sourcePath };
  },
  initialize: (debug, args) => {
    debug.initialize(args.optionalText("clientID"), args);
    return CAPABILITIES;
  },
  attach: async (debug) => {
    await debug.attach();
    return {};
  },
  inspectVariables: async (debug) => ({ variables: await debug.globals() }),
  richInspectVariables: (debug, args) => {
    const name = args.text("variableName");
    const frameId = args.optionalInteger("frameId");
    return debug.inspect((values, pause) => values.bundle(pause, pause ? frameId : undefined, name));
  },
  disconnect: (debug) => debug.disconnect(),
  source: (debug, args) => readSource(debug, args.object("source").optionalText("path") ?? ""),
};

/** Commands of a session. */
export const IN_SESSION: Record<
  string,
  (session: DebugSession, args: Arguments, debug: Debugger) => object | Promise<object>
> = {
  setBreakpoints: async (session, args, debug) => {
    const path = args.object("source").text("path");
    const breakpoints = args.list("breakpoints").map((one) => debug.lines.breakpoint(readBreakpoint(one)));
    const set = await session.breakpoints.set(
      path,
      args.object("source").optionalText("name") ?? basename(path),
      breakpoints,
    );
    return { breakpoints: set.map((one) => debug.lines.shown(one)) };
  },
  setExceptionBreakpoints: async (session, args) => {
    await session.filterExceptions(args.texts("filters"));
    return {};
  },
  configurationDone: () => ({}),
  threads: () => ({ threads: [{ id: THREAD_ID, name: "cells" }] }),
  stackTrace: (session, args, debug) => {
    const { frames } = session.stop;
    const start = args.optionalInteger("startFrame") ?? 0;
    const levels = args.optionalInteger("levels") || frames.length;
    return {
      stackFrames: frames
        .slice(start, start + levels)
        .map(({ call: _call, script: _script, ...frame }) => debug.lines.shown(frame)),
      totalFrames: frames.length,
    };
  },
  scopes: async (session, args) => ({ scopes: await session.stop.scopes(args.integer("frameId")) }),
  variables: async (_session, args, debug) => {
    const reference = args.integer("variablesReference");
    const filter = args.optionalText("filter");
    if (filter !== undefined && filter !== "indexed" && filter !== "named")
      throw new DebugError("filter must be indexed or named");
    const request = {
      start: args.optionalInteger("start"),
      count: args.optionalInteger("count"),
      filter,
    } as const;
    return { variables: await debug.inspect((values) => values.children(reference, request)) };
  },
  evaluate: (_session, args, debug) => {
    const expression = args.text("expression");
    const frameId = args.optionalInteger("frameId");
    return debug.inspect((values, pause) => values.evaluate(pause, frameId, expression));
  },
  completions: async (_session, args, debug) => {
    const line = args.text("text").split("\n")[(args.optionalInteger("line") ?? 1) - 1] ?? "";
    const typed = line.slice(0, Math.max(0, args.integer("column") - debug.lines.firstColumn));
    const { start, names } = await debug.inspect((values, pause) =>
      values.complete(pause, args.optionalInteger("frameId"), typed),
    );
    return { targets: names.map((label) => ({ label, start, length: typed.length - start })) };
  },
  copyToGlobals: (_session, args, debug) => {
    const [from, to] = [args.text("srcVariableName"), args.text("dstVariableName")];
    const frameId = args.integer("srcFrameId");
    return debug.inspect((values, pause) => values.copy(pause, frameId, from, to));
  },
  exceptionInfo: (session) => {
    const { data = {} } = session.stop.event as {
      data?: { className?: string; description?: string; uncaught?: boolean };
    };
    const [first = "", ...rest] = (data.description ?? "").split("\n");
    return {
      exceptionId: data.className ?? first,
      description: first,
      breakMode: "always",
      details: { message: first, typeName: data.className ?? "", stackTrace: rest.join("\n") },
    };
  },
  modules: (session) => {
    const paths = [...new Set(session.files.values())].map((url) => fileURLToPath(url)).sort();
    const modules = paths.map((path, id) => ({ id, name: moduleName(path), path }));
    return { modules, totalModules: modules.length };
  },
  continue: (session) => go(session, null, { allThreadsContinued: true }),
  next: (session) => go(session, "stepOver"),
  stepIn: (session) => go(session, "stepInto"),
  stepOut: (session) => go(session, "stepOut"),
  pause: async (session) => {
    await session.interrupt();
    return {};
  },
  terminate: (_session, _args, debug) => debug.terminate(),
};

async function go(session: DebugSession, step: Step | null, body: object = {}): Promise<object> {
  await session.resume(step);
  return body;
}

/** A file by its package, or by its folder. */
function moduleName(path: string): string {
  return path.split(`${sep}node_modules${sep}`).at(-1)?.split(sep).slice(-3).join("/") ?? path;
}

function readBreakpoint(one: Arguments): SourceBreakpoint {
  const column = one.optionalInteger("column");
  const condition = one.optionalText("condition");
  const hitCondition = one.optionalText("hitCondition");
  const logMessage = one.optionalText("logMessage");
  return {
    line: one.integer("line"),
    ...(column !== undefined && { column }),
    ...(condition !== undefined && { condition }),
    ...(hitCondition !== undefined && { hitCondition }),
    ...(logMessage !== undefined && { logMessage }),
  };
}

async function readSource(debug: Debugger, path: string): Promise<object> {
  const cell = debug.cells.get(path) ?? (await debug.session?.sourceOf(path));
  if (cell !== undefined) return { content: cell, mimeType: "text/typescript" };
  const loaded = [...(debug.session?.files.values() ?? [])].some((url) => fileURLToPath(url) === path);
  if (!loaded) throw new DebugError(`there is no source ${path}`);
  return { content: await readFile(path, "utf8"), mimeType: "text/javascript" };
}
