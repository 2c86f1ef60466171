/** @file Values and expressions, at a stop or not. */
import type { CellCompiler } from "../../compiler/cell-compiler";
import type { ChildrenRequest, DescribedValue, DescribedVariable } from "../../debug-target";
import { asArgument, type Inspector, type Runtime, thrownText, type V8Debugger } from "./inspector";
import { DebugError, type Variable } from "./messages";
import type { Frame, Pause } from "./pause";

/** Reads variables and evaluates expressions for a client. */
export class Values {
  /**
   * @param withTypes Whether values are sent with their types. JupyterLab shows a type in place of the value, but for the types
   *   of Python, so it gets none
   */
  constructor(
    private readonly inspector: Inspector,
    private readonly compiler: CellCompiler,
    private readonly withTypes: boolean,
  ) {}

  /** The variables of the cells. */
  async globals(): Promise<Variable[]> {
    const reference = await this.inspector.ask("globals", true);
    return this.children(reference, {});
  }

  async children(reference: number, request: ChildrenRequest): Promise<Variable[]> {
    const children = await this.inspector.ask("children", reference, request);
    if (!children) throw new DebugError(`nothing is known any more under reference ${reference}`);
    return children.map((child) => this.variable(child));
  }

  /** Evaluates an expression in a frame, or outside of any. */
  async evaluate(pause: Pause | null, frameId: number | undefined, code: string): Promise<object> {
    const value = await this.value(pause, frameId, code);
    const described = (await this.inspector.askAbout("this.describe(args[0])", value)) as DescribedValue;
    const { value: result, variablesReference, ...rest } = this.described(described);
    return { result, variablesReference, ...rest };
  }

  /** A value as the notebook would show it. */
  async bundle(pause: Pause | null, frameId: number | undefined, code: string): Promise<object> {
    const value = await this.value(pause, frameId, code);
    const data = await this.inspector.askAbout("this.bundle(args[0])", value);
    return { data, metadata: {} };
  }

  /** Gives a cell's variable the value of an expression in a frame. */
  async copy(pause: Pause | null, frameId: number, from: string, to: string): Promise<object> {
    if (!/^[\p{ID_Start}$_][\p{ID_Continue}$]*$/u.test(to))
      throw new DebugError(`${to} is no name of a variable`);
    const value = await this.value(pause, frameId, from);
    const described = await this.inspector.askAbout(
      "(this.variables[args[1]] = args[0], this.describe(args[0]))",
      value,
      { value: to },
    );
    await this.compiler.declareVariable(to);
    return this.described(described as DescribedValue);
  }

  /** Names that complete what is typed: of a frame and the cells, or of the object before a dot. */
  async complete(
    pause: Pause | null,
    frameId: number | undefined,
    text: string,
  ): Promise<{ start: number; names: string[] }> {
    const [typed] = /[\p{ID_Continue}$]*$/u.exec(text) ?? [""];
    const start = text.length - typed.length;
    const object = /([\p{ID_Continue}$.[\]"']+?)\??\.$/u.exec(text.slice(0, start))?.[1];
    const names = object
      ? ((await this.inspector.askAbout(
          "this.members(args[0])",
          await this.value(pause, frameId, object),
        )) as string[])
      : [
          ...(pause && pause.frames.length > 0 ? await pause.names(frameId ?? pause.frames[0].id) : []),
          ...((await this.inspector.askAbout("Object.keys(this.variables)")) as string[]),
        ];
    const found = new Set(names.filter((name) => name.startsWith(typed) && /^[\p{ID_Start}$_]/u.test(name)));
    return { start, names: [...found].sort() };
  }

  private async value(
    pause: Pause | null,
    frameId: number | undefined,
    code: string,
  ): Promise<Runtime.CallArgument> {
    const frame = pause && (frameId === undefined ? pause.frames[0] : pause.frame(frameId));
    if (!pause && frameId !== undefined) throw new DebugError("the kernel is not stopped");
    const place = frame ? frame.script.debugPlace(frame.line, frame.column) : null;
    const made = await this.compiler.debugExpression(code, place);
    if (!made.ok) throw new DebugError(made.message);
    if (made.isAsync && (frame || !made.isExpression))
      throw new DebugError(
        frame ? "nothing can be awaited at a stop" : "only an expression can be awaited here",
      );
    const expression = made.isExpression ? `(${made.code})` : `{ ${made.code}\n}`;
    const { result, exceptionDetails } = await (frame
      ? this.inFrame(frame, expression)
      : this.outside(made.isAsync ? `(async () => ${expression})()` : expression, made.isAsync));
    if (exceptionDetails) throw new DebugError(thrownText(exceptionDetails));
    return asArgument(result);
  }

  private inFrame({ call }: Frame, expression: string): Promise<V8Debugger.EvaluateOnCallFrameReturnType> {
    return this.inspector.post("Debugger.evaluateOnCallFrame", {
      callFrameId: call.callFrameId,
      expression,
      silent: true,
    });
  }

  private async outside(expression: string, awaitPromise: boolean): Promise<Runtime.EvaluateReturnType> {
    if (!(await this.inspector.ask("enter")))
      throw new DebugError(
        "a cell is running: nothing can be evaluated until it stops at a breakpoint or ends",
      );
    return this.inspector.post("Runtime.evaluate", {
      expression,
      silent: true,
      disableBreaks: true,
      awaitPromise,
    });
  }

  private variable({ name, evaluateName, lazy, ...described }: DescribedVariable): Variable {
    return {
      name,
      ...(evaluateName !== undefined && { evaluateName }),
      ...this.described(described),
      ...(lazy && { presentationHint: { lazy } }),
    };
  }

  private described({ value, type, reference, indexed, named }: DescribedValue): Omit<Variable, "name"> {
    return {
      value,
      ...(this.withTypes && type !== "" && { type }),
      variablesReference: reference,
      ...(indexed !== undefined && { indexedVariables: indexed, namedVariables: named }),
    };
  }
}
