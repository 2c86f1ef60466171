/** @file Whether to stop where something is thrown. */
import type { CellCompiler } from "../../compiler/cell-compiler";
import type { Inspector, V8Debugger } from "./inspector";
import { DebugError } from "./messages";

/** What clients may ask for. */
export const EXCEPTION_FILTERS = [
  {
    filter: "uncaught",
    label: "Uncaught exceptions",
    description: "Stops where something is thrown that no catch on the stack takes",
  },
  { filter: "all", label: "All exceptions", description: "Stops where anything is thrown in a cell" },
];

/**
 * Decides about what is thrown. V8 does not know: whatever a cell throws is caught by the kernel in the end. So the text of
 * each function on the stack is looked at, up to the cell's own.
 */
export class Exceptions {
  private filters: readonly string[] = [];
  private readonly texts = new Map<string, Promise<string>>();

  constructor(
    private readonly inspector: Inspector,
    private readonly compiler: CellCompiler,
  ) {}

  /** True when V8 has to stop at every exception. */
  get wanted(): boolean {
    return this.filters.length > 0;
  }

  async filter(filters: string[]): Promise<void> {
    const unknown = filters.find((one) => !EXCEPTION_FILTERS.some(({ filter }) => filter === one));
    if (unknown !== undefined) throw new DebugError(`there is no exception filter ${unknown}`);
    this.filters = filters;
    await this.inspector.post("Debugger.setPauseOnExceptions", { state: this.wanted ? "all" : "none" });
  }

  /** @param isCell Whether a call is one of a cell's functions */
  async stopsAt(
    calls: V8Debugger.CallFrame[],
    isCell: (call: V8Debugger.CallFrame) => boolean,
  ): Promise<boolean> {
    const innermost = calls.findIndex(isCell);
    if (innermost < 0) return false;
    // What a library throws and catches within itself is no matter of the cell's.
    const all = this.filters.includes("all");
    const last = all ? innermost - 1 : calls.findLastIndex(isCell);
    for (const call of calls.slice(0, last + 1)) if (await this.isCaught(call)) return false;
    return true;
  }

  private async isCaught({ location }: V8Debugger.CallFrame): Promise<boolean> {
    const { scriptId, lineNumber, columnNumber = 0 } = location;
    let text = this.texts.get(scriptId);
    if (!text) {
      text = this.inspector
        .post<V8Debugger.GetScriptSourceReturnType>("Debugger.getScriptSource", { scriptId })
        .then(({ scriptSource }) => scriptSource);
      this.texts.set(scriptId, text);
    }
    const script = await text;
    const start = lineStart(script, lineNumber);
    // A cell's first line begins with what the runtime put there, which has negative columns.
    const shift = lineNumber === 0 ? Math.max(0, script.indexOf("{ ") + 2) : 0;
    const isCell = /^\((?:async )?function __cell__\(/.test(script);
    return this.compiler.isCaught(script, start + columnNumber + (isCell ? shift : 0));
  }
}

function lineStart(text: string, line: number): number {
  let at = 0;
  for (let n = 0; n < line; n++) {
    const next = text.indexOf("\n", at);
    if (next < 0) return at;
    at = next + 1;
  }
  return at;
}
