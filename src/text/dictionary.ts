/** @file jieba's word dictionary: frequencies, tags and word beginnings, from nodejieba's data. */

import { readFileSync } from "node:fs";
import { DEFAULT_DICT } from "./nodejieba-data";
import { PrefixTree } from "./prefix-tree";

/**
 * Entries of Python jieba's dictionary that nodejieba's edition of it leaves out (frequency 3).
 * Without them mixed words such as "A股" or "U盘" would fall apart.
 */
const MISSING_NOUNS =
  "1号店 4S店 4s店 AA制 AB型 A型 A座 A股 A轮 BB机 BP机 B型 B座 B股 B超 B轮 CALL机 CD机 CD盒 C座 C盘 C语言 D座 D版 D盘 " +
  "E化 E座 E盘 E通 F座 F盘 G盘 H盘 H股 IC卡 IP卡 IP地址 IP电话 I盘 K党 K歌之王 N年 O型 PC机 PH值 QQ号 Q版 RSS订阅 SIM卡 " +
  "T台 T型台 T恤衫 T盘 U盘 VISA卡 X光 X光线 X射线 Z盘 γ射线 江南Style 江南style 阿Q";
const MISSING_OTHERS: [string, number, string][] = [
  ["大S", 3, "nr"],
  ["小S", 3, "nr"],
  ["吉林", 89, "ns"],
];
/** Entries that only nodejieba's edition has. */
const EXTRA_WORDS = ["张力", "张华"];

const least_room = 1 << 12;

function longer(values: Float64Array, count: number): Float64Array {
  const result = new Float64Array(Math.max(2 * values.length, count));
  result.set(values);
  return result;
}

const ENTRY = /^(.+?)( [0-9]+)?( [a-z]+)?$/;

/** Reads one line of a dictionary file: a word, then optionally its frequency and its tag. */
export function parse_entry(line: string): { word: string; freq?: number; tag?: string } | null {
  const match = ENTRY.exec(line.replace(/^\ufeff/, "").trim());
  if (!match) return null;
  return {
    word: match[1],
    freq: match[2] === undefined ? undefined : Number(match[2]),
    tag: match[3]?.trim(),
  };
}

/** Word frequencies as Python jieba's `FREQ`: the beginning of a word that is no word itself has 0. */
export class Dictionary {
  /** Words and their beginnings; what is known of each stands at its node. */
  private readonly tree = new PrefixTree();
  private freq: Float64Array = new Float64Array(least_room);
  /** Logarithms of the frequencies, 0 where that is 0. */
  private logs: Float64Array = new Float64Array(least_room);
  private readonly tags = new Map<string, string>();
  /** The sum of all frequencies. */
  total = 0;

  /** @param path a dictionary file of "word frequency tag" lines; nodejieba's own by default */
  constructor(path?: string) {
    this.read(path ?? DEFAULT_DICT);
    if (path !== undefined) return;
    for (const word of MISSING_NOUNS.split(" ")) this.set(word, 3, "n");
    for (const [word, freq, tag] of MISSING_OTHERS) this.set(word, freq, tag);
    for (const word of EXTRA_WORDS) {
      this.total -= this.get(word) ?? 0;
      this.put(word, 0);
      this.tags.delete(word);
    }
  }

  /** A word's frequency; 0 for the beginning of a word, undefined for what begins no word. */
  get(word: string): number | undefined {
    const node = this.tree.find(word);
    return node === 0 ? undefined : this.freq[node];
  }

  /** A word's part of speech. */
  tag(word: string): string | undefined {
    return this.tags.get(word);
  }

  /** Gives a word a frequency; as in Python jieba an earlier one stays counted in the total. */
  set(word: string, freq: number, tag?: string): void {
    this.put(word, freq);
    this.total += freq;
    if (tag) this.tags.set(word, tag);
  }

  /**
   * Looks up the words that start at position `at` of `text`, shorter ones first.
   *
   * @param found Called with where a word ends (exclusive) and the logarithm of its frequency.
   * @returns Whether there was any.
   */
  each_word(text: string, at: number, found: (end: number, log_freq: number) => void): boolean {
    const { tree, freq, logs } = this;
    let node = 0;
    let any = false;
    for (let k = at; k < text.length; k++) {
      node = tree.child(node, text.charCodeAt(k));
      if (node === 0) break;
      if (freq[node] > 0) {
        any = true;
        found(k + 1, logs[node]);
      }
    }
    return any;
  }

  private put(word: string, freq: number): void {
    const node = this.tree.add(word);
    if (this.tree.count > this.freq.length) {
      this.freq = longer(this.freq, this.tree.count);
      this.logs = longer(this.logs, this.tree.count);
    }
    this.freq[node] = freq;
    this.logs[node] = Math.log(freq || 1);
  }

  private read(path: string): void {
    const lines = readFileSync(path, "utf8").split("\n");
    for (let i = 0; i < lines.length; i++) {
      const line = lines[i].trim();
      if (line === "") continue;
      const [word, freq, tag] = line.split(" ");
      if (!/^\d+$/.test(freq ?? "")) {
        throw new Error(`jieba: invalid dictionary entry in ${path} at line ${i + 1}: ${line}`);
      }
      this.set(word, Number(freq), tag);
    }
  }
}
