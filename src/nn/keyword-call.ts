/** @file A model called with keyword arguments: `model({ input: x })` is `model(x)`. */
import { is_options } from "../args";

type Forward = (...args: never[]) => unknown;

const known = new WeakMap<Forward, readonly string[]>();

/** The names of a function's plain parameters up to the first that is none (a rest, a pattern). */
function parameters_of(forward: Forward): readonly string[] {
  const found = known.get(forward);
  if (found !== undefined) return found;
  const names: string[] = [];
  const list = /^[^(]*\(([^)]*)/.exec(forward.toString())?.[1] ?? "";
  for (const part of list.split(",")) {
    const name = /^\s*([A-Za-z_$][\w$]*)\s*(=|$)/.exec(part)?.[1];
    if (name === undefined) break;
    names.push(name);
  }
  known.set(forward, names);
  return names;
}

/**
 * The arguments of a call by their places. A trailing plain object whose every key is the name of one of `forward`'s
 * parameters that did not come by place is taken apart; any other one is an argument like the rest.
 */
export function by_place(forward: Forward, args: readonly unknown[]): readonly unknown[] {
  const last = args[args.length - 1];
  if (!is_options(last)) return args;
  const keys = Object.keys(last);
  const names = parameters_of(forward);
  const free = names.slice(args.length - 1);
  if (keys.length === 0 || !keys.every((key) => free.includes(key))) return args;
  const placed: unknown[] = args.slice(0, -1);
  for (const name of free) placed.push(last[name]);
  while (placed.length > 0 && placed[placed.length - 1] === undefined) placed.pop();
  return placed;
}
