/** @file V8's inspector of the main thread, seen from the protocol thread. */
import { type Runtime, Session, type Debugger as V8Debugger } from "node:inspector";
import { DEBUG_TARGET, type DebugTarget } from "../../debug-target";
import { DebugError } from "./messages";

export type { Runtime, V8Debugger };

/** A connection; nothing is switched on by it alone. */
export class Inspector {
  private readonly session = new Session();

  constructor() {
    this.session.connectToMainThread();
  }

  /** Calls a method of the inspector. */
  post<T = unknown>(method: string, params: object = {}): Promise<T> {
    return new Promise((resolve, reject) => {
      this.session.post(method, params, (error, result) => {
        if (error) reject(new DebugError(`${method}: ${error.message}`));
        else resolve(result as T);
      });
    });
  }

  on<T>(event: string, listener: (params: T) => void): void {
    this.session.on(event, (message: { params: T }) => listener(message.params));
  }

  /** Ends it: what is switched on goes off, and a main thread that stands at a pause goes on. */
  disconnect(): void {
    this.session.disconnect();
  }

  /** Calls a method of the object that the main thread has for the debugger, with JSON. */
  async ask<Name extends keyof DebugTarget>(
    name: Name,
    ...args: DebugTarget[Name] extends (...given: infer Given) => unknown ? Given : never
  ): Promise<DebugTarget[Name] extends (...given: never[]) => infer Result ? Result : never> {
    const call = `${name}(${args.map((arg) => JSON.stringify(arg)).join(", ")})`;
    return (await this.evaluate(`(${DEBUG_TARGET}.enter(), ${DEBUG_TARGET}.${call})`)) as never;
  }

  /** Calls a function of that object's with values that the inspector knows; `body` sees them as `args`. */
  async askAbout(body: string, ...args: Runtime.CallArgument[]): Promise<unknown> {
    const first = await this.post<Runtime.EvaluateReturnType>("Runtime.evaluate", {
      expression: DEBUG_TARGET,
    });
    const { objectId } = first.result;
    const called = await this.post<Runtime.CallFunctionOnReturnType>("Runtime.callFunctionOn", {
      objectId,
      functionDeclaration: `function (...args) { this.enter(); return ${body}; }`,
      arguments: args,
      returnByValue: true,
      silent: true,
    });
    void this.post("Runtime.releaseObject", { objectId }).catch(() => {});
    return resultOf(called);
  }

  private async evaluate(expression: string): Promise<unknown> {
    const params = { expression, returnByValue: true, silent: true, disableBreaks: true };
    return resultOf(await this.post<Runtime.EvaluateReturnType>("Runtime.evaluate", params));
  }
}

/** Hands on a value that the inspector gave. */
export function asArgument({
  objectId,
  unserializableValue,
  value,
}: Runtime.RemoteObject): Runtime.CallArgument {
  if (objectId !== undefined) return { objectId };
  return unserializableValue === undefined ? { value } : { unserializableValue };
}

function resultOf({ result, exceptionDetails }: Runtime.EvaluateReturnType): unknown {
  if (!exceptionDetails) return result.value;
  throw new DebugError(thrownText(exceptionDetails));
}

/** The first line of what was thrown. */
export function thrownText({ exception, text }: Runtime.ExceptionDetails): string {
  const thrown = exception?.description ?? exception?.value ?? exception?.unserializableValue;
  return thrown === undefined ? text : String(thrown).split("\n    at ")[0];
}
