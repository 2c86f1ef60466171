/** @file Combinations of elements: choices from one vector, and from several. */
import { bind } from "../../args";
import { RuntimeError } from "../../errors";
import { size_text } from "../../shape";
import type { Tensor } from "../../tensor";
import { index_select } from "../position/gather";
import { expect_tensor } from "../value/convert";
import { list_of, meshgrid } from "./arrange";
import { stack } from "./join";
import { reshape } from "./movement";

/** Choices of `r` elements of a vector, each in a row; with `with_replacement` an element may come again. */
export function combinations(input: Tensor, r?: number, with_replacement?: boolean): Tensor;
export function combinations(input: Tensor, r: number, options: { with_replacement?: boolean }): Tensor;
export function combinations(input: Tensor, options: { r?: number; with_replacement?: boolean }): Tensor;
export function combinations(input: Tensor, ...args: unknown[]): Tensor {
  type Args = { r: number; with_replacement: boolean };
  const { r = 2, with_replacement = false } = bind<Args>("combinations", ["r", "with_replacement"], [], args);
  expect_tensor("combinations", input);
  if (input.ndim !== 1) {
    throw new RuntimeError(`Expect a 1D vector, but got shape ${size_text(input.shape)}`);
  }
  if (r < 0) throw new RuntimeError(`Expect a non-negative number, but got ${r}`);
  if (r === 0) return input.new_empty([0]);
  const n = input.shape[0];
  const places: number[] = [];
  let rows = 0;
  const chosen: number[] = [];
  const choose = (from: number): void => {
    if (chosen.length === r) {
      places.push(...chosen);
      rows++;
      return;
    }
    for (let i = from; i < n; i++) {
      chosen.push(i);
      choose(with_replacement ? i : i + 1);
      chosen.pop();
    }
  };
  choose(0);
  return reshape(index_select(input, 0, places), [rows, r]);
}

/**
 * All choices of one element from each vector, each in a row.
 *
 * @param tensors Vectors of n, m, ... elements, as a list or one by one.
 * @returns (n · m · ..., number of vectors); of one vector the vector itself.
 * @throws RuntimeError for what is no vector.
 * @example
 * torch.cartesian_prod(torch.tensor([1, 2]), torch.tensor([4, 5]))  // [[1, 4], [1, 5], [2, 4], [2, 5]]
 */
export function cartesian_prod(...tensors: Tensor[] | [readonly Tensor[]]): Tensor {
  const list = list_of("cartesian_prod", tensors);
  for (const each of list) {
    if (expect_tensor("cartesian_prod", each, "tensors").ndim !== 1) {
      throw new RuntimeError(`Expect a 1D vector, but got shape ${size_text(each.shape)}`);
    }
  }
  if (list.length === 1) return list[0];
  const grids = meshgrid(...list, { indexing: "ij" });
  return stack(
    grids.map((grid) => reshape(grid, [-1])),
    1,
  );
}
