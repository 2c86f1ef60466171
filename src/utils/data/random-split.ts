/** @file Splits a dataset at random. */
import { bind } from "../../args";
import { ValueError } from "../../errors";
import { default_generator, type Generator, permutation } from "../../random";
import { type DatasetLike, dataset_length, Subset } from "./dataset";

/** Fractions of a whole as whole lengths; what rounding leaves goes to the first ones, one each. */
function from_fractions(fractions: readonly number[], count: number): number[] {
  const lengths = fractions.map((fraction, i) => {
    if (!(fraction >= 0 && fraction <= 1)) {
      throw new ValueError(`Fraction at index ${i} is not between 0 and 1`);
    }
    return Math.floor(count * fraction);
  });
  const rest = count - lengths.reduce((sum, length) => sum + length, 0);
  for (let i = 0; i < rest; i++) lengths[i % lengths.length]++;
  lengths.forEach((length, i) => {
    if (length === 0) {
      console.warn(`Length of split at index ${i} is 0. This might result in an empty dataset.`);
    }
  });
  return lengths;
}

/**
 * Deals a dataset's samples out at random into parts of the given lengths, or of fractions that sum to 1.
 *
 * @throws ValueError where the lengths do not sum to the dataset's.
 * @example
 * const [train_set, test_set] = random_split(dataset, [0.8, 0.2]);
 */
export function random_split<Item>(
  dataset: DatasetLike<Item>,
  lengths: readonly number[],
  generator?: Generator | null,
): Subset<Item>[];
export function random_split<Item>(
  dataset: DatasetLike<Item>,
  lengths: readonly number[],
  options: { generator?: Generator | null },
): Subset<Item>[];
export function random_split<Item>(dataset: DatasetLike<Item>, ...args: unknown[]): Subset<Item>[] {
  type Args = { lengths: readonly number[]; generator?: Generator | null };
  const { lengths, generator } = bind<Args>("random_split", ["lengths", "generator"], [], args, 1);
  const source = generator ?? default_generator;
  const count = dataset_length(dataset);
  const sum = lengths.reduce((total, length) => total + length, 0);
  const fractions = Math.abs(sum - 1) <= 1e-9 && sum <= 1;
  const parts = fractions ? from_fractions(lengths, count) : lengths;
  if (parts.reduce((total, length) => total + length, 0) !== count) {
    throw new ValueError("Sum of input lengths does not equal the length of the input dataset!");
  }
  const negative = parts.find((length) => !Number.isInteger(length) || length < 0);
  if (negative !== undefined) throw new ValueError(`random_split: ${negative} is not a length`);
  const order = permutation(source, count);
  let at = 0;
  return parts.map((length) => {
    at += length;
    return new Subset(dataset, Array.from(order.subarray(at - length, at)));
  });
}
