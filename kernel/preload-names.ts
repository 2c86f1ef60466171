/** @file The names that every cell has from the library, known without loading it. */

/** Keys of `preload` in src/preload.ts; a test holds the two lists together. */
export const PRELOAD_NAMES = [
  "torch",
  "nn",
  "optim",
  "F",
  "Tensor",
  "Dataset",
  "TensorDataset",
  "DataLoader",
  "random_split",
  "jieba",
  "print",
  "index",
  "entities_of",
  "Curve",
  "Matrix",
  "Progress",
  "TaggedText",
  "TrainingHistory",
  "plot_curve",
  "progress",
  "show_entities",
  "show_matrix",
  "show_spans",
  "tqdm",
  "trange",
] as const;

// `print` alone is no sign that tensors will follow soon, but it needs the library all the same.
const MENTION = new RegExp(`\\b(?:${PRELOAD_NAMES.join("|")}|torchbook)\\b`);

/** True when a cell's source seems to use the library. */
export function mentionsPreload(source: string): boolean {
  return MENTION.test(source);
}
