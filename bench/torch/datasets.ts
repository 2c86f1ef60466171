/** @file Loads the two data sets in numbers: `weibo_ner` by characters, `thucnews_titles` by jieba's words. */
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";
import torch, { jieba } from "../../src";
import type { Prepared } from "./work-epoch";

/** A data set on disk in numbers, and what a model needs to know of it. */
export interface DataSet {
  file: string;
  V: number;
  classes: number;
  batches: number;
  sequences: number;
}

/** Numbers for what occurs at least `least` times, the most frequent first; 0 is padding, 1 all others. */
function vocabulary(sequences: Iterable<readonly string[]>, least: number): Map<string, number> {
  const counts = new Map<string, number>();
  for (const sequence of sequences)
    for (const word of sequence) counts.set(word, (counts.get(word) ?? 0) + 1);
  const kept = [...counts].filter(([, count]) => count >= least).sort((a, b) => b[1] - a[1]);
  return new Map(kept.map(([word], i) => [word, i + 2]));
}

/** Batches in a random order that is the same every time. */
function shuffled(count: number, size: number): number[][] {
  torch.manual_seed(0);
  const order = torch.randperm(count).tolist().map(Number);
  return Array.from({ length: Math.ceil(count / size) }, (_, i) => order.slice(i * size, (i + 1) * size));
}

function save(file: string, data: Prepared, V: number, classes: number): DataSet {
  writeFileSync(file, JSON.stringify(data));
  return { file, V, classes, batches: data.batches.length, sequences: data.sequences.length };
}

/** The training part of weibo_ner: lines of character, tab and tag, an empty line after each sentence. */
export function load_weibo_ner(folder: string, into: string, batch_size: number): DataSet {
  const text = readFileSync(join(folder, "weibo_ner", "train.txt"), "utf8");
  const sentences = text
    .split(/\r?\n\r?\n/)
    .map((block) =>
      block
        .split(/\r?\n/)
        .filter(Boolean)
        .map((line) => line.split("\t")),
    )
    .filter((lines) => lines.length > 0);
  const characters = sentences.map((lines) => lines.map(([character]) => character));
  const numbers = vocabulary(characters, 1);
  const tags = new Map(
    [...new Set(sentences.flatMap((lines) => lines.map(([, tag]) => tag)))].sort().map((tag, i) => [tag, i]),
  );
  const data: Prepared = {
    sequences: characters.map((line) => line.map((character) => numbers.get(character) ?? 1)),
    targets: sentences.map((lines) => lines.map(([, tag]) => tags.get(tag) as number)),
    batches: shuffled(sentences.length, batch_size),
  };
  return save(join(into, "weibo_ner.json"), data, numbers.size + 2, tags.size);
}

/** Titles with their classes: lines of class, tab and title. */
function titles(folder: string): [label: string, title: string][] {
  const file = join(folder, "thucnews_titles", "train.tsv");
  const text = existsSync(file) ? readFileSync(file) : gunzipSync(readFileSync(`${file}.gz`));
  return text
    .toString("utf8")
    .split(/\r?\n/)
    .filter(Boolean)
    .map((line) => line.split("\t") as [string, string]);
}

/** What {@link load_titles} measured of itself. */
export interface Tokenised extends DataSet {
  /** Seconds that jieba took for all titles, its dictionary loaded. */
  tokenising: number;
}

/** The training part of thucnews_titles, cut into words. */
export function load_titles(folder: string, into: string, batch_size: number): Tokenised {
  const lines = titles(folder);
  jieba.lcut("热身"); // loads the dictionary
  const start = performance.now();
  const words = lines.map(([, title]) => jieba.lcut(title));
  const tokenising = (performance.now() - start) / 1000;
  const numbers = vocabulary(words, 2);
  const labels = new Map([...new Set(lines.map(([label]) => label))].sort().map((label, i) => [label, i]));
  const data: Prepared = {
    sequences: words.map((line) => line.map((word) => numbers.get(word) ?? 1)),
    targets: lines.map(([label]) => labels.get(label) as number),
    batches: shuffled(lines.length, batch_size),
  };
  return { ...save(join(into, "thucnews_titles.json"), data, numbers.size + 2, labels.size), tokenising };
}
