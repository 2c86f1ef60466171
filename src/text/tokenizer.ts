/** @file jieba's tokenizer: the same words, in the same order, as Python's `jieba.Tokenizer`. */

import { readFileSync } from "node:fs";
import { Dictionary, parse_entry } from "./dictionary";
import { cut_unknown } from "./hmm";

/** Python's `\s`, which is not quite JavaScript's. */
export const SPACE =
  "[ \\t\\n\\r\\f\\v\\x1c-\\x1f\\x85\\xa0\\u1680\\u2000-\\u200a\\u2028\\u2029\\u202f\\u205f\\u3000]";
const BLOCK = /([\u4E00-\u9FD5a-zA-Z0-9+#&._%-]+)/;
const SKIP = new RegExp(`(\\r\\n|${SPACE})`);
const LATIN_START = /^[a-zA-Z0-9]/;
const LATIN_CHAR = /^[a-zA-Z0-9]$/;

/** How to cut, with Python's names and defaults. */
export interface CutOptions {
  /** Give every word the dictionary finds, overlapping ones too; default false. */
  cut_all?: boolean;
  /** Find words the dictionary does not have; default true. */
  HMM?: boolean;
}

/** One word with its place in the text, in UTF-16 units as JavaScript counts. */
export type Token = [word: string, start: number, end: number];

function check_text(text: unknown): asserts text is string {
  if (typeof text !== "string") {
    throw new TypeError(
      `jieba: the text to cut must be a string, got ${text === null ? "null" : typeof text}`,
    );
  }
}

/**
 * Cuts Chinese text into words. The dictionary is read at the first use, or by `initialize()`.
 *
 * @example
 * const tokenizer = new Tokenizer();
 * tokenizer.lcut("我来到北京清华大学"); // ["我", "来到", "北京", "清华大学"]
 */
export class Tokenizer {
  private loaded: Dictionary | undefined;
  private readonly forced_apart = new Set<string>();

  /** @param dictionary path of a dictionary file that takes the place of jieba's own */
  constructor(private path?: string) {}

  /** The words known, read from file when first asked for. */
  get dictionary(): Dictionary {
    this.loaded ??= new Dictionary(this.path);
    return this.loaded;
  }

  /** Reads the dictionary now rather than at the first use, or another one. */
  initialize(dictionary?: string): void {
    if (dictionary !== undefined) this.set_dictionary(dictionary);
    void this.dictionary;
  }

  /** Changes the dictionary file; words added so far are forgotten. */
  set_dictionary(path: string): void {
    this.loaded = undefined;
    this.path = path;
  }

  /**
   * Cuts a text into words, one at a time.
   * @param options `{ cut_all, HMM }`, or Python's positional `cut_all`
   * @param HMM Python's third positional argument
   * @example Array.from(jieba.cut("质量太差了", { HMM: false })) // ["质量", "太", "差", "了"]
   */
  *cut(sentence: string, options: CutOptions | boolean = {}, HMM = true): Generator<string, void, undefined> {
    check_text(sentence);
    const into = this.cutter(options, HMM);
    // What lies between blocks and the blocks themselves come in turn.
    for (const [i, piece] of sentence.split(BLOCK).entries()) {
      if (piece === "") continue;
      const words: string[] = [];
      into(piece, i % 2 === 1, words);
      yield* words;
    }
  }

  /** `cut` as an array. */
  lcut(sentence: string, options: CutOptions | boolean = {}, HMM = true): string[] {
    check_text(sentence);
    const into = this.cutter(options, HMM);
    const words: string[] = [];
    const pieces = sentence.split(BLOCK);
    for (let i = 0; i < pieces.length; i++) if (pieces[i] !== "") into(pieces[i], i % 2 === 1, words);
    return words;
  }

  /** What cuts a block, or what lies between blocks, as the options say, and adds its words to `words`. */
  private cutter(
    options: CutOptions | boolean,
    HMM: boolean,
  ): (piece: string, is_block: boolean, words: string[]) => void {
    const settings = typeof options === "boolean" ? { cut_all: options, HMM } : { HMM, ...options };
    const cut_all = settings.cut_all ?? false;
    const use_hmm = settings.HMM ?? true;
    return (piece, is_block, words) => {
      if (!is_block) {
        for (const part of piece.split(SKIP)) {
          if (cut_all || SKIP.test(part)) words.push(part);
          else words.push(...part);
        }
      } else if (cut_all) this.cut_block_all(piece, words);
      else if (use_hmm) this.cut_block_hmm(piece, words);
      else this.cut_block(piece, words);
    };
  }

  /**
   * `cut`, with the shorter words inside each long word before it, as a search engine indexes them.
   * @param options `{ HMM }`, or Python's positional `HMM`
   */
  *cut_for_search(sentence: string, options: CutOptions | boolean = {}): Generator<string, void, undefined> {
    for (const [word] of this.tokenize(sentence, "search", options)) yield word;
  }

  /** `cut_for_search` as an array. */
  lcut_for_search(sentence: string, options: CutOptions | boolean = {}): string[] {
    return Array.from(this.cut_for_search(sentence, options));
  }

  /**
   * Words with where they start and end.
   * @param mode "search" also gives the words inside long words, as `cut_for_search`
   */
  *tokenize(
    sentence: string,
    mode: "default" | "search" = "default",
    options: CutOptions | boolean = {},
  ): Generator<Token, void, undefined> {
    const HMM = typeof options === "boolean" ? options : (options.HMM ?? true);
    let start = 0;
    for (const word of this.cut(sentence, { HMM })) {
      if (mode === "search") {
        for (const size of [2, 3]) {
          for (let i = 0; word.length > size && i + size <= word.length; i++) {
            const part = word.slice(i, i + size);
            if (this.dictionary.get(part)) yield [part, start + i, start + i + size];
          }
        }
      }
      yield [word, start, start + word.length];
      start += word.length;
    }
  }

  /**
   * Adds the words of a user dictionary: lines of "word frequency tag", the last two optional.
   * @param source the path of a UTF-8 file, or the lines themselves
   * @throws Error when the file cannot be read
   */
  load_userdict(source: string | Iterable<string>): void {
    const lines = typeof source === "string" ? readFileSync(source, "utf8").split("\n") : source;
    for (const line of lines) {
      const entry = parse_entry(line);
      if (entry) this.add_word(entry.word, entry.freq, entry.tag);
    }
  }

  /**
   * Adds a word, or changes it. Without a frequency it gets one high enough to be cut out whole.
   * @param tag its part of speech, for `posseg`
   */
  add_word(word: string, freq?: number | string | null, tag?: string | null): void {
    check_text(word);
    const count = freq === undefined || freq === null ? this.suggest_freq(word) : Math.trunc(Number(freq));
    if (!Number.isFinite(count))
      throw new Error(`jieba: the frequency of "${word}" is not a number: ${freq}`);
    this.dictionary.set(word, count, tag ?? undefined);
    if (count === 0) this.forced_apart.add(word);
  }

  /** Makes a word no word: it is cut apart from now on. */
  del_word(word: string): void {
    this.add_word(word, 0);
  }

  /**
   * The frequency that makes a text come out whole, or, for an array of pieces, come apart into them.
   * @param tune also sets that frequency
   */
  suggest_freq(segment: string | readonly string[], tune = false): number {
    const { dictionary } = this;
    const { total } = dictionary;
    let freq = 1;
    let word: string;
    if (typeof segment === "string") {
      word = segment;
      for (const piece of this.cut(word, { HMM: false })) freq *= (dictionary.get(piece) ?? 1) / total;
      freq = Math.max(Math.trunc(freq * total) + 1, dictionary.get(word) ?? 1);
    } else {
      word = segment.join("");
      for (const piece of segment) freq *= (dictionary.get(piece) ?? 1) / total;
      freq = Math.min(Math.trunc(freq * total), dictionary.get(word) ?? 0);
    }
    if (tune) this.add_word(word, freq);
    return freq;
  }

  /** For each position, where the words end (exclusive) that start there. */
  private word_ends(block: string): number[][] {
    const { dictionary } = this;
    return Array.from({ length: block.length }, (_, k) => {
      const ends: number[] = [];
      return dictionary.each_word(block, k, (end) => ends.push(end)) ? ends : [k + 1];
    });
  }

  /** The end of the word at each position on the most likely way through the block. */
  private best_ends(block: string): Int32Array {
    const { dictionary } = this;
    const log_total = Math.log(dictionary.total);
    const best = new Int32Array(block.length);
    const score = new Float64Array(block.length + 1);
    let k = block.length - 1;
    const consider = (end: number, log_freq: number): void => {
      const value = log_freq - log_total + score[end];
      // On a tie the longer word wins, as in Python.
      if (value >= score[k]) {
        score[k] = value;
        best[k] = end;
      }
    };
    for (; k >= 0; k--) {
      score[k] = Number.NEGATIVE_INFINITY;
      if (!dictionary.each_word(block, k, consider)) consider(k + 1, 0);
    }
    return best;
  }

  /** The block's words by the dictionary alone. */
  dictionary_words(block: string): string[] {
    const best = this.best_ends(block);
    const words: string[] = [];
    for (let k = 0; k < block.length; k = best[k]) words.push(block.slice(k, best[k]));
    return words;
  }

  private cut_block(block: string, words: string[]): void {
    let latin = "";
    for (const word of this.dictionary_words(block)) {
      if (LATIN_CHAR.test(word)) {
        latin += word;
        continue;
      }
      if (latin !== "") words.push(latin);
      latin = "";
      words.push(word);
    }
    if (latin !== "") words.push(latin);
  }

  private cut_block_hmm(block: string, words: string[]): void {
    const best = this.best_ends(block);
    // Where the single characters before the word began.
    let begin = 0;
    for (let k = 0; k < block.length; k = best[k]) {
      if (best[k] === k + 1) continue;
      if (begin < k) this.join_singles(block.slice(begin, k), words);
      words.push(block.slice(k, best[k]));
      begin = best[k];
    }
    if (begin < block.length) this.join_singles(block.slice(begin), words);
  }

  private join_singles(singles: string, words: string[]): void {
    if (singles.length === 1) words.push(singles);
    // A run that is a word, yet was not chosen as one, stays apart.
    else if (this.dictionary.get(singles)) words.push(...singles);
    else for (const word of cut_unknown(singles, this.forced_apart)) words.push(word);
  }

  private cut_block_all(block: string, words: string[]): void {
    let covered = 0;
    let latin = "";
    for (const [k, ends] of this.word_ends(block).entries()) {
      if (latin !== "" && !LATIN_START.test(block[k])) {
        words.push(latin);
        latin = "";
      }
      if (ends.length === 1 && k >= covered) {
        const word = block.slice(k, ends[0]);
        if (LATIN_START.test(word)) latin += word;
        if (latin === "") words.push(word);
        covered = ends[0];
        continue;
      }
      for (const end of ends) {
        if (end <= k + 1) continue;
        words.push(block.slice(k, end));
        covered = end;
      }
    }
    if (latin !== "") words.push(latin);
  }
}
