/** @file The `jieba` object of a notebook: Python jieba's functions over one shared tokenizer. */

import { TFIDF } from "./keywords";
import { POSTokenizer } from "./posseg";
import { Tokenizer } from "./tokenizer";

export type { ExtractOptions } from "./keywords";
export type { Pair } from "./posseg";
export type { CutOptions, Token } from "./tokenizer";

const dt = new Tokenizer();
const tagger = new POSTokenizer(dt);
const tfidf = new TFIDF(tagger);

/**
 * Chinese word segmentation with Python jieba's functions, arguments and results.
 *
 * It works on nodejieba's dictionaries and models, which load at the first use.
 *
 * @example
 * jieba.lcut("质量太差了");                   // ["质量", "太差", "了"]
 * jieba.lcut("质量太差了", { HMM: false });   // ["质量", "太", "差", "了"]
 * jieba.add_word("自然语言处理");
 */
export const jieba = {
  /** The tokenizer that the functions here share. */
  dt,
  /** For a dictionary of one's own beside the shared one. */
  Tokenizer,
  /** Words of a text, one at a time: `cut(sentence, { cut_all, HMM })`. */
  cut: dt.cut.bind(dt),
  /** `cut` as an array. */
  lcut: dt.lcut.bind(dt),
  /** `cut`, with the shorter words inside each long word before it. */
  cut_for_search: dt.cut_for_search.bind(dt),
  /** `cut_for_search` as an array. */
  lcut_for_search: dt.lcut_for_search.bind(dt),
  /** Words with where they start and end, mode "default" or "search". */
  tokenize: dt.tokenize.bind(dt),
  /** Adds the words of a file, or of lines "word frequency tag" (the last two optional). */
  load_userdict: dt.load_userdict.bind(dt),
  /** Adds a word; without a frequency it gets one high enough to be cut out whole. */
  add_word: dt.add_word.bind(dt),
  /** Makes a word no word. */
  del_word: dt.del_word.bind(dt),
  /** The frequency that joins a word, or that parts an array of pieces; `tune` also sets it. */
  suggest_freq: dt.suggest_freq.bind(dt),
  /** Reads the dictionary now rather than at the first use. */
  initialize: dt.initialize.bind(dt),
  /** Takes another dictionary file in place of jieba's own. */
  set_dictionary: dt.set_dictionary.bind(dt),
  /** A word's frequency, or `d` for an unknown one. */
  get_FREQ: (word: string, d?: number): number | undefined => dt.dictionary.get(word) ?? d,
  /** Words with their parts of speech. */
  posseg: {
    POSTokenizer,
    /** Words with tags, `{ word, flag }`, one at a time. */
    cut: tagger.cut.bind(tagger),
    /** `cut` as an array. */
    lcut: tagger.lcut.bind(tagger),
  },
  /** Keywords. */
  analyse: {
    TFIDF,
    /** The weightiest words of a text: `extract_tags(sentence, { topK, withWeight, allowPOS })`. */
    extract_tags: tfidf.extract_tags.bind(tfidf) as TFIDF["extract_tags"],
    /** The same as extract_tags. */
    tfidf: tfidf.extract_tags.bind(tfidf) as TFIDF["extract_tags"],
    /** Takes inverse document frequencies from another file. */
    set_idf_path: tfidf.set_idf_path.bind(tfidf),
    /** Adds a file's lines to the words that are never keywords. */
    set_stop_words: tfidf.set_stop_words.bind(tfidf),
  },
};

export default jieba;
