/** @file Stack traces in the cells' own lines and columns. */
import { type CellSources, isCellName, type Place } from "./cell-sources";

/** One call on the stack. */
export interface Frame extends Place {
  /** Name of a cell, path of a file, or empty. */
  file: string;
  name: string;
  isAsync: boolean;
  isCell: boolean;
  /** The source by which the frame's place is known, where it is a cell's or a compiled file's. */
  script: string | null;
}

/** Deep enough to reach a cell through a library. */
const STACK_LIMIT = 100;

const framesOf = new WeakMap<Error, Frame[]>();

/** Makes `error.stack` speak of cells; the frames are kept for the traceback, also where a program formats stacks itself. */
export function installStackTraces(sources: CellSources): void {
  Error.stackTraceLimit = STACK_LIMIT;
  let own: typeof Error.prepareStackTrace | undefined;
  const prepare = (error: Error, sites: NodeJS.CallSite[]): unknown => {
    const frames = sites.map((site) => toFrame(site, sources));
    if (typeof error === "object" && error !== null) framesOf.set(error, frames);
    if (own) return own.call(Error, error, sites);
    const shown = frames.filter(({ file }) => !isKernelFile(file));
    return [headline(error), ...shown.map((frame) => `    at ${describe(frame)}`)].join("\n");
  };
  restore = () => {
    if (Object.getOwnPropertyDescriptor(Error, "prepareStackTrace")?.get === get) return;
    own = undefined;
    Object.defineProperty(Error, "prepareStackTrace", { get, set, configurable: true });
  };
  const get = () => prepare;
  const set = (value: typeof Error.prepareStackTrace | undefined) => {
    // What was there before is put back by those who change it for a moment.
    own = value === prepare || typeof value !== "function" ? undefined : value;
  };
  restore();
}

/** Puts back what a program deleted. */
let restore = (): void => {};

export function restoreStackTraces(): void {
  restore();
}

/** The frames of an error, innermost first; empty when it has none. */
export function stackFrames(error: Error): Frame[] {
  try {
    // Reading the stack makes V8 format it, which is when the frames are noted.
    void error.stack;
  } catch {
    // A getter of the error's own.
  }
  return framesOf.get(error) ?? [];
}

/** True for the kernel's own files and Node's. */
export function isKernelFile(file: string): boolean {
  return file === "" || file.startsWith("node:") || file.startsWith(KERNEL_FOLDER) || file === RUNNER;
}

/** Name of the script that calls a cell. */
export const RUNNER = "torchbook:run";

const KERNEL_FOLDER = __dirname.replace(/runtime$/, "");

function toFrame(site: NodeJS.CallSite, sources: CellSources): Frame {
  const file = site.getFileName() ?? site.getScriptNameOrSourceURL?.() ?? "";
  const line = site.getLineNumber() ?? 0;
  const column = site.getColumnNumber() ?? 0;
  const shown = sources.fileOf(file);
  const isKnown = shown !== undefined;
  const place = isKnown ? sources.map(file, line, column) : { line, column };
  return {
    // What the compiler added to a cell is folded like the kernel's own code.
    file: place ? (shown ?? file.replace(/^file:\/\//, "")) : "",
    line: place?.line ?? 0,
    column: place?.column ?? 0,
    name: functionName(site, isKnown),
    isAsync: (site as unknown as { isAsync(): boolean }).isAsync(),
    isCell: shown === file && isCellName(file) && place !== null,
    script: isKnown ? file : null,
  };
}

function functionName(site: NodeJS.CallSite, isCompiled: boolean): string {
  const name = site.getFunctionName() ?? "";
  if (isCompiled && (name === CELL_FUNCTION || name === FILE_FUNCTION)) return "";
  if (site.isConstructor()) return `new ${name || "<anonymous>"}`;
  const type = site.getTypeName();
  if (name && site.isToplevel() !== true && type && type !== "Object" && !name.includes(".")) {
    const method = site.getMethodName();
    return method && method !== name ? `${type}.${name} [as ${method}]` : `${type}.${name}`;
  }
  return name;
}

/** Name of the function round a cell's code. */
export const CELL_FUNCTION = "__cell__";
/** Name of the function round a compiled file's. */
export const FILE_FUNCTION = "__file__";

/** By this the debugger has a script wait until its breakpoints are set: V8 tells scripts that have a map before they run. */
export const SOURCE_MAP_COMMENT = "\n//# sourceMappingURL=torchbook:cell";

function describe({ file, line, column, name, isAsync }: Frame): string {
  const place = file ? `${file}:${line}:${column}` : "<anonymous>";
  return `${isAsync ? "async " : ""}${name ? `${name} (${place})` : place}`;
}

function headline(error: unknown): string {
  try {
    // As V8 says it; a program's own toString() is not asked.
    return Error.prototype.toString.call(error);
  } catch {
    return "Error";
  }
}
