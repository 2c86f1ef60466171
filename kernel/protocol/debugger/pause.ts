/** @file A stop: the calls that clients see of it, and the variables in them. */
import { FILE_PARAMETERS } from "../../local-file";
import type { CellScript } from "./cell-script";
import { asArgument, type Inspector, type Runtime, type V8Debugger } from "./inspector";
import { DebugError, type Scope, type StackFrame } from "./messages";

/** Names that the runtime gives to a cell's function, which are no variables of the user's. */
const HIDDEN = [
  "exports",
  "require",
  "module",
  "__filename",
  "__dirname",
  "__default",
  "__star",
  "arguments",
  ...FILE_PARAMETERS,
];
/** Names of the functions round a cell's code and a file's (kernel/runtime/stack.ts). */
const CELL_FUNCTION = "__cell__";
const FILE_FUNCTION = "__file__";

/** Whether a function is a whole cell or file. */
export function isWhole(functionName: string): boolean {
  return functionName === CELL_FUNCTION || functionName === FILE_FUNCTION;
}

/** A call in a cell. */
export interface Frame extends StackFrame {
  call: V8Debugger.CallFrame;
  script: CellScript;
}

/** Why and where the main thread stands. */
export class Pause {
  readonly frames: Frame[];

  /** @param firstId Number of the first frame: those of another stop have other numbers */
  constructor(
    readonly event: V8Debugger.PausedEventDataType,
    frames: { call: V8Debugger.CallFrame; script: CellScript; line: number; column: number }[],
    private readonly inspector: Inspector,
    firstId: number,
  ) {
    this.frames = frames.map(({ call, script, line, column }, at) => ({
      id: firstId + at,
      name: frameName(call, script),
      source: script.source,
      line,
      column,
      call,
      script,
    }));
  }

  frame(id: number): Frame {
    const frame = this.frames.find((one) => one.id === id);
    if (!frame) throw new DebugError(`there is no frame ${id} at this stop`);
    return frame;
  }

  /** The scopes of a frame: what its function has, what it sees of the functions around it, and what all cells have. */
  async scopes(id: number): Promise<Scope[]> {
    const { call } = this.frame(id);
    const { locals, closure } = splitScopes(call);
    const scopes: Scope[] = [];
    const isCell = call.functionName === CELL_FUNCTION;
    if (!isCell || locals.length > 0) {
      const variablesReference = await this.refer(isCell ? undefined : call.this, locals);
      scopes.push({ name: "Locals", presentationHint: "locals", variablesReference, expensive: false });
    }
    if (closure.length > 0) {
      const variablesReference = await this.refer(undefined, closure);
      scopes.push({ name: "Closure", variablesReference, expensive: false });
    }
    scopes.push({
      name: "Globals",
      variablesReference: await this.inspector.ask("globals", false),
      expensive: false,
    });
    return scopes;
  }

  /** Names of what a frame sees, but for what all cells have. */
  async names(id: number): Promise<string[]> {
    const { locals, closure } = splitScopes(this.frame(id).call);
    const lists = await Promise.all(
      [...locals, ...closure].map(
        ({ object }) =>
          this.inspector.askAbout("this.members(args[0])", asArgument(object)) as Promise<string[]>,
      ),
    );
    // A scope is seen as an object, which has those names of its own.
    const ofObjects = new Set(Object.getOwnPropertyNames(Object.prototype));
    return lists.flat().filter((name) => !HIDDEN.includes(name) && !ofObjects.has(name));
  }

  private async refer(self: Runtime.RemoteObject | undefined, scopes: V8Debugger.Scope[]): Promise<number> {
    const made = await this.inspector.askAbout(
      "this.scope(args[0], args[1], ...args.slice(2))",
      { value: HIDDEN },
      self ? asArgument(self) : {},
      ...scopes.map(({ object }) => asArgument(object)),
    );
    return made as number;
  }
}

function frameName({ functionName }: V8Debugger.CallFrame, script: CellScript): string {
  if (isWhole(functionName)) return script.source.name ?? script.cell.name;
  return functionName === "" ? "(anonymous)" : functionName;
}

/** Takes the scopes of a call apart: its function's own and those around it. A cell's own function has none of interest. */
function splitScopes({ scopeChain, functionName }: V8Debugger.CallFrame): {
  locals: V8Debugger.Scope[];
  closure: V8Debugger.Scope[];
} {
  const kept = scopeChain.filter(
    ({ type, name }) =>
      type !== "global" &&
      type !== "script" &&
      !((type === "local" || type === "closure") && name === CELL_FUNCTION),
  );
  if (functionName === CELL_FUNCTION) return { locals: kept, closure: [] };
  const end = kept.findIndex(({ type }) => type === "local");
  return { locals: kept.slice(0, end + 1), closure: kept.slice(end + 1) };
}
