/** @file Values as one line of text, for the debugger's lists. */
import { inspect, types } from "node:util";

const MAX_TEXT = 300;
const MAX_STRING = 1000;

/** A value on one line. Where it is not safe to call the value's own functions, an object is told by its class. */
export function describeText(value: unknown, safe: boolean): string {
  if (typeof value === "string") return inspect(value, { maxStringLength: MAX_STRING });
  if (!isObject(value)) return inspect(value);
  if (isPlainFunction(value)) return functionText(value);
  if (!safe) return className(value);
  try {
    const text = inspect(value, {
      depth: 1,
      breakLength: Number.POSITIVE_INFINITY,
      maxArrayLength: 10,
      maxStringLength: 100,
    });
    // Text of several lines that are indented, such as a tensor's rows, reads well on one.
    const line = types.isNativeError(value) ? text.split("\n")[0] : text.replace(/\s*\n\s*/g, " ");
    return line.length > MAX_TEXT ? `${line.slice(0, MAX_TEXT)}…` : line;
  } catch {
    return className(value);
  }
}

/** The type of a value by its JavaScript name or its class. */
export function typeName(value: unknown): string {
  if (value === null) return "null";
  if (!isObject(value)) return typeof value;
  return isPlainFunction(value) ? "function" : className(value);
}

/** Name of an object's class, found without calling anything of the object's. */
function className(value: object): string {
  if (types.isProxy(value)) return "Proxy";
  const length = Array.isArray(value) ? `(${value.length})` : "";
  for (let at: object | null = value; at && !types.isProxy(at); at = Object.getPrototypeOf(at)) {
    const made: unknown = Object.getOwnPropertyDescriptor(at, "constructor")?.value;
    if (typeof made !== "function") continue;
    const name: unknown = Object.getOwnPropertyDescriptor(made, "name")?.value;
    if (typeof name === "string" && name !== "") return name + length;
  }
  return `Object${length}`;
}

/** True for functions and classes, but not for objects that can be called, as modules of the library can. */
export function isPlainFunction(value: object): boolean {
  if (typeof value !== "function") return false;
  return /^(?:Async)?(?:Generator)?Function$/.test(className(value)) || isClass(value);
}

export function isObject(value: unknown): value is object {
  return (typeof value === "object" && value !== null) || typeof value === "function";
}

function isClass(value: object): boolean {
  return !types.isProxy(value) && /^class\b/.test(Function.prototype.toString.call(value));
}

function functionText(value: object): string {
  const name: unknown = Object.getOwnPropertyDescriptor(value, "name")?.value;
  const known = typeof name === "string" && name !== "" ? name : "(anonymous)";
  return isClass(value) ? `class ${known}` : `ƒ ${known}()`;
}
