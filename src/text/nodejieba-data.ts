/** @file Where nodejieba keeps its dictionaries and models; asking for them does not load its native code. */

import { dirname, join } from "node:path";
import * as nodejieba from "nodejieba";

interface Paths {
  DEFAULT_DICT: string;
  DEFAULT_HMM_DICT: string;
  DEFAULT_IDF_DICT: string;
}

// nodejieba's own type declarations leave these constants out.
const paths = nodejieba as unknown as Paths;

/** Words with their frequencies and tags. */
export const DEFAULT_DICT: string = paths.DEFAULT_DICT;
/** The model that finds words the dictionary does not have. */
export const HMM_MODEL: string = paths.DEFAULT_HMM_DICT;
/** Inverse document frequencies. */
export const DEFAULT_IDF: string = paths.DEFAULT_IDF_DICT;
/** The folder of the tagging model's four files. */
export const TAG_MODEL: string = join(dirname(paths.DEFAULT_DICT), "pos_dict");
