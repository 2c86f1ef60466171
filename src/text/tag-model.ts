/** @file Words and tags for text no dictionary has: a hidden Markov model over pairs of position and tag. */

import { readFileSync } from "node:fs";
import { join } from "node:path";
import { TAG_MODEL } from "./nodejieba-data";

const NEVER = -3.14e100;

interface TagModel {
  /** "B,n" and so on, in Python's order of tuples, so that a tie's winner is the greater index. */
  names: string[];
  start: number[];
  transition: Map<number, number>[];
  emission: Map<string, number>[];
  candidates: Map<string, number[]>;
}

let loaded: TagModel | undefined;

function lines_of(file: string): string[] {
  return readFileSync(join(TAG_MODEL, file), "utf8")
    .split("\n")
    .map((line) => line.trim())
    .filter((line) => line !== "" && !line.startsWith("#"));
}

/** Cuts a line at its first colon, which may itself be the character described. */
function split_key(line: string): [string, string] {
  const colon = line.indexOf(":", 1);
  return [line.slice(0, colon), line.slice(colon + 1)];
}

function model(): TagModel {
  if (loaded) return loaded;
  const starts = lines_of("prob_start.utf8").map(split_key);
  const order = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);
  starts.sort(([a], [b]) => order(a[0], b[0]) || order(a.slice(2), b.slice(2)));
  const names = starts.map(([name]) => name);
  const index = new Map(names.map((name, i) => [name, i]));
  const id = (name: string): number => {
    const found = index.get(name);
    if (found === undefined) throw new Error(`jieba: the tag model in ${TAG_MODEL} names no state "${name}"`);
    return found;
  };
  const transition = names.map(() => new Map<number, number>());
  for (const line of lines_of("prob_trans.utf8")) {
    const [from, to, value] = line.split(":");
    transition[id(from)].set(id(to), Number(value));
  }
  const emission = names.map(() => new Map<string, number>());
  for (const line of lines_of("prob_emit.utf8")) {
    const [name, items] = split_key(line);
    const table = emission[id(name)];
    for (const item of items.split(";")) {
      const comma = item.lastIndexOf(",");
      if (comma > 0) table.set(item.slice(0, comma), Number(item.slice(comma + 1)));
    }
  }
  const candidates = new Map<string, number[]>();
  for (const line of lines_of("char_state_tab.utf8")) {
    const [char, states] = split_key(line);
    candidates.set(
      char,
      states
        .split(";")
        .filter((state) => state !== "")
        .map(id),
    );
  }
  loaded = { names, start: starts.map(([, value]) => Number(value)), transition, emission, candidates };
  return loaded;
}

interface Step {
  score: number;
  from: number;
}

function viterbi(text: string): number[] {
  const { names, start, transition, emission, candidates } = model();
  const every = names.map((_, i) => i);
  const steps: Map<number, Step>[] = [new Map()];
  for (const state of candidates.get(text[0]) ?? every) {
    steps[0].set(state, { score: start[state] + (emission[state].get(text[0]) ?? NEVER), from: -1 });
  }
  for (let t = 1; t < text.length; t++) {
    const before = [...steps[t - 1].keys()].filter((state) => transition[state].size > 0);
    const expected = new Set<number>();
    for (const state of before) for (const next of transition[state].keys()) expected.add(next);
    let states = (candidates.get(text[t]) ?? every).filter((state) => expected.has(state));
    if (states.length === 0) states = expected.size > 0 ? [...expected] : every;
    const step = new Map<number, Step>();
    for (const state of states) {
      const emitted = emission[state].get(text[t]) ?? NEVER;
      let best: Step = { score: Number.NEGATIVE_INFINITY, from: -1 };
      for (const from of before) {
        const previous = steps[t - 1].get(from)?.score ?? Number.NEGATIVE_INFINITY;
        const score = previous + (transition[from].get(state) ?? Number.NEGATIVE_INFINITY) + emitted;
        if (score > best.score || (score === best.score && from > best.from)) best = { score, from };
      }
      step.set(state, best);
    }
    steps.push(step);
  }
  const route = new Array<number>(text.length);
  let last: [number, number] = [Number.NEGATIVE_INFINITY, -1];
  for (const [state, { score }] of steps[text.length - 1]) {
    if (score > last[0] || (score === last[0] && state > last[1])) last = [score, state];
  }
  for (let t = text.length - 1, state = last[1]; t >= 0; t--) {
    route[t] = state;
    state = steps[t].get(state)?.from ?? -1;
  }
  return route;
}

/** Cuts Han characters that are not in the dictionary, and tags the words. */
export function* tag_unknown(text: string): Generator<{ word: string; flag: string }, void, undefined> {
  const { names } = model();
  const route = viterbi(text);
  let begin = 0;
  let next = 0;
  for (let i = 0; i < text.length; i++) {
    const name = names[route[i]];
    if (name[0] === "B") begin = i;
    else if (name[0] === "E" || name[0] === "S") {
      yield { word: text.slice(name[0] === "E" ? begin : i, i + 1), flag: name.slice(2) };
      next = i + 1;
    }
  }
  if (next < text.length) yield { word: text.slice(next), flag: names[route[next]].slice(2) };
}
