/** @file Finds words that no dictionary has: a hidden Markov model over begin, middle, end and single characters. */

import { readFileSync } from "node:fs";
import { HMM_MODEL } from "./nodejieba-data";

/** The log probability of what the model never saw; adding to it rounds, so the order of sums matters. */
const NEVER = -3.14e100;
// States in the model file's order; Python breaks ties by the greater letter, which is the greater index here.
const [B, E, M, S] = [0, 1, 2, 3];
/** Which states can come before each state, the winner of a tie last. */
const BEFORE = [
  [E, S],
  [B, M],
  [B, M],
  [E, S],
];

const HAN = /([\u4E00-\u9FD5]+)/;
const LATIN = /([a-zA-Z0-9]+(?:\.\d+)?%?)/;

interface Model {
  start: number[];
  transition: number[][];
  /** By state and UTF-16 unit. */
  emission: Float64Array[];
}

let loaded: Model | undefined;

function model(): Model {
  if (loaded) return loaded;
  const lines = readFileSync(HMM_MODEL, "utf8")
    .split("\n")
    .filter((line) => line.trim() !== "" && !line.startsWith("#"));
  if (lines.length !== 9) throw new Error(`jieba: ${HMM_MODEL} is not a word model`);
  const row = (line: string): number[] => line.trim().split(/\s+/).map(Number);
  loaded = {
    start: row(lines[0]),
    transition: lines.slice(1, 5).map(row),
    emission: lines.slice(5).map((line) => {
      const table = new Float64Array(0x10000).fill(NEVER);
      for (const item of line.trim().split(",")) {
        const colon = item.lastIndexOf(":");
        if (colon === 1) table[item.charCodeAt(0)] = Number(item.slice(2));
      }
      return table;
    }),
  };
  return loaded;
}

/** The most likely state of each character. */
function viterbi(text: string): Uint8Array {
  const { start, transition, emission } = model();
  const n = text.length;
  const from = new Uint8Array(4 * n);
  let scores = [B, E, M, S].map((state) => start[state] + emission[state][text.charCodeAt(0)]);
  for (let t = 1; t < n; t++) {
    const next = [0, 0, 0, 0];
    const unit = text.charCodeAt(t);
    for (let state = 0; state < 4; state++) {
      const emitted = emission[state][unit];
      const [first, second] = BEFORE[state];
      const low = scores[first] + transition[first][state] + emitted;
      const high = scores[second] + transition[second][state] + emitted;
      next[state] = Math.max(low, high);
      from[4 * t + state] = high >= low ? second : first;
    }
    scores = next;
  }
  const states = new Uint8Array(n);
  states[n - 1] = scores[S] >= scores[E] ? S : E;
  for (let t = n - 1; t > 0; t--) states[t - 1] = from[4 * t + states[t]];
  return states;
}

function cut_han(text: string): string[] {
  const states = viterbi(text);
  const words: string[] = [];
  let begin = 0;
  let next = 0;
  for (let i = 0; i < text.length; i++) {
    if (states[i] === B) begin = i;
    else if (states[i] === E || states[i] === S) {
      words.push(text.slice(states[i] === E ? begin : i, i + 1));
      next = i + 1;
    }
  }
  if (next < text.length) words.push(text.slice(next));
  return words;
}

/**
 * Cuts text that the dictionary could only cut into single characters.
 * @param forced_apart words that must never be joined
 */
export function cut_unknown(text: string, forced_apart: ReadonlySet<string>): string[] {
  const words: string[] = [];
  // Runs of Chinese characters and what lies between them come in turn.
  for (const [i, piece] of text.split(HAN).entries()) {
    if (piece === "") continue;
    if (i % 2 === 1) {
      for (const word of cut_han(piece)) {
        if (forced_apart.has(word)) words.push(...word);
        else words.push(word);
      }
    } else {
      for (const part of piece.split(LATIN)) if (part !== "") words.push(part);
    }
  }
  return words;
}
