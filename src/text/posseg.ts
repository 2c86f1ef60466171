/** @file Words with their parts of speech, as Python's `jieba.posseg`. */

import { tag_unknown } from "./tag-model";
import { SPACE, type Tokenizer } from "./tokenizer";

const BLOCK = /([\u4E00-\u9FD5a-zA-Z0-9+#&._]+)/;
const SKIP = new RegExp(`(\\r\\n|${SPACE})`);
const HAN = /([\u4E00-\u9FD5]+)/;
const DETAIL = /([.0-9]+|[a-zA-Z0-9]+)/;
const NUMBER_START = /^[.0-9]/;
const LATIN_START = /^[a-zA-Z0-9]/;
const LATIN_CHAR = /^[a-zA-Z0-9]$/;

/** A word and its part of speech in the ICTCLAS tag set: "n", "v", "ns", … */
export interface Pair {
  word: string;
  flag: string;
}

/** Tags words over a tokenizer's dictionary. */
export class POSTokenizer {
  constructor(readonly tokenizer: Tokenizer) {}

  /**
   * Cuts a text into words with their tags.
   * @param options `{ HMM }` (default true), or Python's positional `HMM`
   */
  *cut(sentence: string, options: { HMM?: boolean } | boolean = {}): Generator<Pair, void, undefined> {
    if (typeof sentence !== "string") throw new TypeError("jieba: the text to cut must be a string");
    const HMM = typeof options === "boolean" ? options : (options.HMM ?? true);
    for (const block of sentence.split(BLOCK)) {
      if (BLOCK.test(block)) yield* HMM ? this.cut_block_hmm(block) : this.cut_block(block);
      else yield* this.cut_other(block);
    }
  }

  /** `cut` as an array. */
  lcut(sentence: string, options: { HMM?: boolean } | boolean = {}): Pair[] {
    return Array.from(this.cut(sentence, options));
  }

  private flag(word: string): string {
    return this.tokenizer.dictionary.tag(word) ?? "x";
  }

  private *cut_other(block: string): Generator<Pair, void, undefined> {
    for (const piece of block.split(SKIP)) {
      if (SKIP.test(piece)) {
        yield { word: piece, flag: "x" };
        continue;
      }
      for (const char of piece) {
        yield { word: char, flag: NUMBER_START.test(char) ? "m" : LATIN_START.test(piece) ? "eng" : "x" };
      }
    }
  }

  private *cut_block(block: string): Generator<Pair, void, undefined> {
    let latin = "";
    for (const word of this.tokenizer.dictionary_words(block)) {
      if (LATIN_CHAR.test(word)) {
        latin += word;
        continue;
      }
      if (latin !== "") yield { word: latin, flag: "eng" };
      latin = "";
      yield { word, flag: this.flag(word) };
    }
    if (latin !== "") yield { word: latin, flag: "eng" };
  }

  private *cut_block_hmm(block: string): Generator<Pair, void, undefined> {
    let singles = "";
    for (const word of this.tokenizer.dictionary_words(block)) {
      if (word.length === 1) {
        singles += word;
        continue;
      }
      yield* this.tag_singles(singles);
      singles = "";
      yield { word, flag: this.flag(word) };
    }
    yield* this.tag_singles(singles);
  }

  private *tag_singles(singles: string): Generator<Pair, void, undefined> {
    if (singles.length === 1 || this.tokenizer.dictionary.get(singles)) {
      for (const word of singles) yield { word, flag: this.flag(word) };
      return;
    }
    for (const block of singles.split(HAN)) {
      if (HAN.test(block)) {
        yield* tag_unknown(block);
        continue;
      }
      for (const word of block.split(DETAIL)) {
        if (word === "") continue;
        yield { word, flag: NUMBER_START.test(word) ? "m" : LATIN_START.test(word) ? "eng" : "x" };
      }
    }
  }
}
