/** @file Keywords of a text by TF-IDF, as Python's `jieba.analyse`. */

import { readFileSync } from "node:fs";
import { DEFAULT_IDF } from "./nodejieba-data";
import type { Pair, POSTokenizer } from "./posseg";

/** The words Python's jieba never counts, English ones as they are. */
const STOP_WORDS =
  "the of is and to in that we for an are by be as on with can if from which you it this then at have all not one has or that";

/** What `extract_tags` takes, with Python's names and defaults. */
export interface ExtractOptions {
  /** How many keywords, the best first; null gives all. Default 20. */
  topK?: number | null;
  /** Give `[word, weight]` pairs rather than words. */
  withWeight?: boolean;
  /** Only words of these parts of speech, such as ["n", "ns", "v"]. */
  allowPOS?: readonly string[];
  /** With allowPOS: give `{ word, flag }` rather than the word. */
  withFlag?: boolean;
}

interface Idf {
  values: Map<string, number>;
  median: number;
}

function read_idf(path: string): Idf {
  const values = new Map<string, number>();
  for (const line of readFileSync(path, "utf8").split("\n")) {
    const space = line.trim().lastIndexOf(" ");
    if (space > 0) values.set(line.slice(0, space), Number(line.slice(space + 1)));
  }
  const sorted = Float64Array.from(values.values()).sort();
  return { values, median: sorted[Math.floor(sorted.length / 2)] };
}

/** Ranks a text's words by how often they stand in it and how rare they are elsewhere. */
export class TFIDF {
  private idf: Idf | undefined;
  private idf_path: string = DEFAULT_IDF;
  private readonly stop_words = new Set(STOP_WORDS.split(" "));

  constructor(private readonly tagger: POSTokenizer) {}

  /** Takes inverse document frequencies from another file of "word value" lines. */
  set_idf_path(path: string): void {
    this.idf = read_idf(path);
    this.idf_path = path;
  }

  /** Adds the lines of a file to the words that are never keywords. */
  set_stop_words(path: string): void {
    for (const line of readFileSync(path, "utf8").split(/\r?\n/)) this.stop_words.add(line);
  }

  /**
   * The keywords of a text, the weightiest first.
   * @param topK how many, or all the options in one object
   */
  extract_tags(sentence: string, options: ExtractOptions & { withWeight: true }): [string, number][];
  extract_tags(sentence: string, topK: number | null, withWeight: true): [string, number][];
  extract_tags(
    sentence: string,
    topK?: number | null | (ExtractOptions & { withWeight?: false; withFlag?: false }),
    withWeight?: false,
  ): string[];
  extract_tags(
    sentence: string,
    topK?: number | null | ExtractOptions,
    withWeight?: boolean,
    allowPOS?: readonly string[],
    withFlag?: boolean,
  ): (string | Pair)[] | [string | Pair, number][];
  extract_tags(
    sentence: string,
    topK: number | null | ExtractOptions = {},
    withWeight = false,
    allowPOS: readonly string[] = [],
    withFlag = false,
  ): (string | Pair)[] | [string | Pair, number][] {
    const given = typeof topK === "object" && topK !== null ? topK : { topK, withWeight, allowPOS, withFlag };
    const limit = given.topK === undefined ? 20 : given.topK || Number.POSITIVE_INFINITY;
    const allowed = new Set(given.allowPOS ?? []);
    this.idf ??= read_idf(this.idf_path);
    const counts = new Map<string, { item: string | Pair; word: string; weight: number }>();
    let total = 0;
    for (const { word, flag } of this.words(sentence, allowed.size > 0)) {
      if (allowed.size > 0 && !allowed.has(flag)) continue;
      if (Array.from(word.trim()).length < 2 || this.stop_words.has(word.toLowerCase())) continue;
      const with_flag = allowed.size > 0 && given.withFlag;
      const key = with_flag ? `${word}/${flag}` : word;
      const entry = counts.get(key) ?? { item: with_flag ? { word, flag } : word, word, weight: 0 };
      entry.weight += 1;
      total += 1;
      counts.set(key, entry);
    }
    const ranked = [...counts.values()];
    for (const entry of ranked) entry.weight *= (this.idf.values.get(entry.word) ?? this.idf.median) / total;
    ranked.sort((a, b) => b.weight - a.weight);
    const best = ranked.slice(0, limit);
    return given.withWeight
      ? best.map(({ item, weight }): [string | Pair, number] => [item, weight])
      : best.map(({ item }) => item);
  }

  private *words(sentence: string, tagged: boolean): Generator<Pair, void, undefined> {
    if (tagged) yield* this.tagger.cut(sentence);
    else for (const word of this.tagger.tokenizer.cut(sentence)) yield { word, flag: "" };
  }
}
