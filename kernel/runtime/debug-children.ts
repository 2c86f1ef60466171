/** @file What is inside a value, for the debugger's lists: some of it at a time where it is much. */
import { types } from "node:util";
import type { ChildrenRequest, DescribedValue } from "../debug-target";
import { describeText, isObject, isPlainFunction } from "./debug-text";

/** Items of a list, from `start` to before `end`. */
export interface Range {
  start: number;
  end: number;
}

/** One line of a list: a value, a getter that runs when it is opened, or a part of a long list. */
export interface Child {
  name: string;
  value?: unknown;
  get?: () => unknown;
  range?: Range;
  /** Expression that gives it. */
  path?: string;
}

/** As a client asks, with what is known of the value asked about. */
export interface ChildrenOptions extends ChildrenRequest {
  path?: string;
  range?: Range;
  /** False where nothing of the value's own may be called. */
  safe: boolean;
}

/** Lists that are longer are shown in parts where the client does not ask for some of it. */
const PART = 100;

/** An array that is longer is not searched for properties that are no items. */
const MAX_SEARCHED = 10_000;

/** What a value holds by number, and what by name. */
interface Contents {
  length: number;
  item(index: number): Child;
  named(): Child[];
}

/** Something that behaves as the library's tensors do. */
interface TensorLike {
  shape: number[];
  dtype: unknown;
  [index: number]: unknown;
}

/** True where there is something inside. */
export function isExpandable(value: unknown, safe: boolean): value is object {
  if (!isObject(value) || types.isProxy(value)) return false;
  const { length, named } = contents(value, undefined, safe);
  return length > 0 || named().length > 0;
}

/** How much is inside, told where it is more than a screen. */
export function countsOf(value: object, safe: boolean): Pick<DescribedValue, "indexed" | "named"> {
  const { length, named } = contents(value, undefined, safe);
  return length > PART ? { indexed: length, named: named().length } : {};
}

/** The children that are asked for. */
export function childrenOf(value: object, options: ChildrenOptions): Child[] {
  const { path, range, safe, start = 0, count, filter } = options;
  const { length, item, named } = contents(value, path, safe);
  const some = (from: number, to: number) =>
    Array.from({ length: Math.max(0, Math.min(to, length) - from) }, (_, at) => item(from + at));
  const all = (from: number, to: number) => (to - from > PART ? parts(value, from, to) : some(from, to));
  if (range) return all(range.start, range.end);
  // A client that asks for some of one list counts in that list alone.
  if (filter === "named") return page(named(), options);
  if (filter === "indexed") return some(start, count ? start + count : length);
  if (start === 0 && !count) return [...all(0, length), ...named()];
  const end = count ? start + count : Number.POSITIVE_INFINITY;
  return [...some(start, end), ...named().slice(Math.max(0, start - length), Math.max(0, end - length))];
}

/** The part of a list that is asked for. */
export function page<T>(list: T[], { start = 0, count }: ChildrenRequest): T[] {
  return list.slice(start, count ? start + count : undefined);
}

/** The variables of scopes, innermost first; an inner name hides an outer one. */
export function scopeEntries(scopes: object[], hidden: ReadonlySet<string>): Child[] {
  const seen = new Map<string, Child>();
  for (const scope of scopes) {
    for (const name of Object.getOwnPropertyNames(scope)) {
      if (seen.has(name) || hidden.has(name) || name.startsWith("__import_")) continue;
      seen.set(name, { name, value: ownValue(scope, name), path: name });
    }
  }
  return [...seen.values()];
}

/** A variable that is not assigned yet has no value, or, in newer versions of V8, one that throws when it is read. */
function ownValue(scope: object, name: string): unknown {
  try {
    return Object.getOwnPropertyDescriptor(scope, name)?.value;
  } catch {
    return undefined;
  }
}

/** A long list as parts, which are lists in turn where it is very long. */
function parts(value: object, start: number, end: number): Child[] {
  let size = PART;
  while ((end - start) / size > PART) size *= PART;
  const made: Child[] = [];
  for (let from = start; from < end; from += size) {
    const to = Math.min(end, from + size);
    made.push({ name: `[${from} … ${to - 1}]`, value, range: { start: from, end: to } });
  }
  return made;
}

function contents(value: object, path: string | undefined, safe: boolean): Contents {
  if (Array.isArray(value) || ArrayBuffer.isView(value)) return arrayContents(value, path);
  if (types.isMap(value) || types.isSet(value)) {
    const isMap = types.isMap(value);
    let entries: unknown[] | undefined;
    const item = (index: number): Child => {
      entries ??= [...(isMap ? Map.prototype.entries.call(value) : Set.prototype.values.call(value))];
      if (!isMap) return { name: String(index), value: entries[index] };
      const [key, held] = entries[index] as [unknown, unknown];
      return { name: describeText(key, safe), value: held };
    };
    return { length: value.size, item, named: () => properties(value, path) };
  }
  if (safe && isTensorLike(value)) return tensorContents(value, path);
  const skip = isPlainFunction(value) ? /^(?:length|name|prototype|arguments|caller)$/ : /(?!)/;
  return {
    length: 0,
    item: () => ({ name: "" }),
    named: () => properties(value, path, (name) => !skip.test(name)),
  };
}

function arrayContents(value: object, path: string | undefined): Contents {
  // A DataView has no length.
  const { length = 0 } = value as Partial<ArrayLike<unknown>>;
  return {
    length,
    item: (index) => {
      const found = Object.getOwnPropertyDescriptor(value, index);
      return {
        name: String(index),
        value: found?.value,
        get: found?.get?.bind(value),
        path: element(path, index),
      };
    },
    named: () =>
      length > MAX_SEARCHED || ArrayBuffer.isView(value)
        ? []
        : properties(value, path, (name) => name !== "length" && !/^\d+$/.test(name)),
  };
}

function tensorContents(value: TensorLike, path: string | undefined): Contents {
  const { shape } = value;
  const facts: Record<string, unknown> = value as never;
  return {
    length: shape.length > 0 ? shape[0] : 0,
    item: (index) => ({ name: String(index), value: value[index], path: element(path, index) }),
    named: () =>
      ["shape", "dtype", "requires_grad", "grad"].map((name) => ({
        name,
        value: facts[name],
        path: member(path, name),
      })),
  };
}

/** The own properties of an object; getters are not called. */
function properties(
  value: object,
  path: string | undefined,
  keep: (name: string) => boolean = () => true,
): Child[] {
  const named: Child[] = [];
  if (types.isProxy(value)) return named;
  for (const name of Object.getOwnPropertyNames(value)) {
    if (!keep(name)) continue;
    const descriptor = Object.getOwnPropertyDescriptor(value, name);
    const { get } = descriptor ?? {};
    if (get) named.push({ name, get: () => get.call(value), path: member(path, name) });
    else named.push({ name, value: descriptor?.value, path: member(path, name) });
  }
  return named;
}

function element(path: string | undefined, index: number): string | undefined {
  return path === undefined ? undefined : `${path}[${index}]`;
}

function member(path: string | undefined, name: string): string | undefined {
  if (path === undefined) return undefined;
  return /^[\p{ID_Start}$_][\p{ID_Continue}$\u200c\u200d]*$/u.test(name)
    ? `${path}.${name}`
    : `${path}[${JSON.stringify(name)}]`;
}

/** Told by its shape alone, as the kernel does not know the library. */
function isTensorLike(value: object): value is TensorLike {
  try {
    const { shape, dtype, tolist } = value as { shape?: unknown; dtype?: unknown; tolist?: unknown };
    return Array.isArray(shape) && dtype !== undefined && typeof tolist === "function";
  } catch {
    return false;
  }
}
