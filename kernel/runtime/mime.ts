/** @file Any value as data by MIME type. */
import { inspect } from "node:util";
import type { MimeBundle } from "../channel";

/** The symbol by which values say how they are shown, and by which libraries find the kernel's display. */
export const DISPLAY = Symbol.for("Jupyter.display");

/** As they were when the kernel started: a program may put others in their place. */
const { parse, stringify } = JSON;
const MIME_TYPE = /^[a-z]+\/[\w.+*-]+$/i;

/** True for an object whose keys are all MIME types. */
export function isMimeBundle(value: unknown): value is MimeBundle {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return false;
  const prototype = Object.getPrototypeOf(value);
  if (prototype !== Object.prototype && prototype !== null) return false;
  const keys = Object.keys(value);
  return keys.length > 0 && keys.every((key) => MIME_TYPE.test(key));
}

/** The text of a value in a result: as Node's REPL shows it. */
export function plainText(value: unknown): string {
  return inspect(value, { depth: 4, maxArrayLength: 100, maxStringLength: 10_000, breakLength: 100 });
}

/**
 * How a value is shown: what its `Symbol.for("Jupyter.display")` method gives, or its text. A method that
 * throws, or gives no bundle, does not hide the value.
 *
 * @param failed Called with what the method throws.
 */
export function toMimeBundle(
  value: unknown,
  failed: (error: unknown) => void,
): MimeBundle | Promise<MimeBundle> {
  const asText = (): MimeBundle => {
    try {
      return { "text/plain": plainText(value) };
    } catch (error) {
      failed(error);
      return { "text/plain": "(a value that cannot be shown)" };
    }
  };
  const fallback = (error: unknown): MimeBundle => {
    failed(error);
    return asText();
  };
  try {
    const method = displayMethod(value);
    if (!method) return asText();
    const made = method.call(value);
    if (isThenable(made)) return Promise.resolve(made).then((bundle) => accept(bundle, value), fallback);
    return accept(made, value);
  } catch (error) {
    return fallback(error);
  }
}

/** Makes a bundle that survives JSON: bytes become base64, text types text, JSON types plain data. */
export function serialize(bundle: MimeBundle): MimeBundle {
  const result: MimeBundle = {};
  for (const [type, data] of Object.entries(bundle)) {
    if (data === undefined) continue;
    if (data instanceof Uint8Array) {
      result[type] = Buffer.from(data.buffer, data.byteOffset, data.byteLength).toString("base64");
    } else if (data instanceof ArrayBuffer) {
      result[type] = Buffer.from(data).toString("base64");
    } else if (typeof data === "string") {
      result[type] = data;
    } else if (/[/+]json$/.test(type) || typeof data === "object") {
      result[type] = toPlainData(data);
    } else {
      result[type] = String(data);
    }
  }
  return result;
}

/** A copy that holds only what JSON can say. */
export function toPlainData<T>(data: T): T {
  return parse(stringify(data, (_key, item) => (typeof item === "bigint" ? String(item) : item)));
}

export function isThenable(value: unknown): value is PromiseLike<unknown> {
  return (
    (typeof value === "object" || typeof value === "function") &&
    value !== null &&
    typeof (value as PromiseLike<unknown>).then === "function"
  );
}

function accept(made: unknown, value: unknown): MimeBundle {
  if (typeof made === "object" && made !== null && !Array.isArray(made)) return made as MimeBundle;
  return { "text/plain": plainText(value) };
}

function displayMethod(value: unknown): (() => unknown) | null {
  if ((typeof value !== "object" && typeof value !== "function") || value === null) return null;
  // The kernel's own hook on globalThis is no display method of the global object.
  if (value === globalThis) return null;
  const method = (value as Record<symbol, unknown>)[DISPLAY];
  return typeof method === "function" ? (method as () => unknown) : null;
}
