/** @file Positions in the flattened tensor: putting elements there, and what they are in every dimension. */
import { bind } from "../../args";
import { beside } from "../../autograd/tape";
import { from_data, read } from "../../backend/engine";
import { int32, int64 } from "../../dtype";
import { IndexError, RuntimeError, ValueError } from "../../errors";
import { range, type Shape } from "../../shape";
import type { Tensor } from "../../tensor";
import { reshape } from "../shape/movement";
import { expect_tensor } from "../value/convert";
import { add_rows, put_rows } from "./rows";

type Put = { index: Tensor; source: Tensor; accumulate?: boolean };

/**
 * The input with the elements of `source` at the positions `index` of the flattened input; added there with `accumulate`.
 *
 * @param index Positions, int64, negative ones from the end; as many as `source` has elements.
 * @throws RuntimeError for another dtype of index or source, IndexError for positions out of range or too few sources.
 */
export function put(input: Tensor, index: Tensor, source: Tensor, accumulate?: boolean): Tensor;
export function put(input: Tensor, index: Tensor, source: Tensor, options: { accumulate?: boolean }): Tensor;
export function put(input: Tensor, index: Tensor, options: Omit<Put, "index">): Tensor;
export function put(input: Tensor, ...args: unknown[]): Tensor {
  const parameters = ["index", "source", "accumulate"] as const;
  const { index, source, accumulate = false } = bind<Put>("put", parameters, [], args, 2);
  expect_tensor("put", input);
  expect_tensor("put", index, "index");
  expect_tensor("put", source, "source");
  if (index.dtype !== int64) {
    throw new RuntimeError(`put(): Expected a long tensor for index, but got ${index.dtype.scalar_type}`);
  }
  if (source.dtype !== input.dtype) {
    throw new RuntimeError(
      `put(): self and source expected to have the same dtype, but got self.dtype = ${input.dtype.scalar_type} and ` +
        `source.dtype = ${source.dtype.scalar_type}`,
    );
  }
  const count = index.numel();
  if (source.numel() !== count) {
    throw new IndexError(
      "put(): Expected source and index to have the same number of elements, but got source.numel() = " +
        `${source.numel()}, index.numel() = ${count}`,
    );
  }
  const size = input.numel();
  if (size === 0 && count > 0) throw new IndexError("put(): Tried to put elements into an empty tensor");
  const at = Int32Array.from(read(index.handle) as BigInt64Array, (given) => {
    const place = Number(given);
    if (place < -size || place >= size) {
      throw new IndexError(
        `put(): out of range: tried to access index ${place} on a tensor of ${size} elements.`,
      );
    }
    return place < 0 ? place + size : place;
  });
  const places = from_data([count], int32, at);
  const values = reshape(source, [count]);
  const flat = reshape(input, [size]);
  const changed = accumulate ? flat.add(add_rows(values, places, size)) : put_rows(flat, places, values);
  return reshape(changed, input.shape)._alias();
}

/**
 * What positions in a flattened tensor of the given shape are in each of its dimensions.
 *
 * @param indices Whole numbers; what lies outside goes round.
 * @param shape A size or a list of them.
 * @returns One tensor per dimension, of the shape and dtype of `indices`.
 * @throws TypeError for other dtypes, ValueError for negative sizes.
 * @example
 * torch.unravel_index(torch.tensor([4, 5]), [2, 3])  // [tensor([1, 1]), tensor([1, 2])]
 */
export function unravel_index(indices: Tensor, shape: number | Shape): Tensor[];
export function unravel_index(indices: Tensor, options: { shape: number | Shape }): Tensor[];
export function unravel_index(indices: Tensor, ...args: unknown[]): Tensor[] {
  const { shape } = bind<{ shape: number | Shape }>("unravel_index", ["shape"], [], args, 1);
  expect_tensor("unravel_index", indices, "indices");
  if (indices.dtype.category !== 1) {
    throw new TypeError(
      `unravel_index(): expected 'indices' to be integer dtype, but got ${indices.dtype.toString()}`,
    );
  }
  const sizes = typeof shape === "number" ? [shape] : shape;
  if (!Array.isArray(sizes) || !sizes.every((size) => Number.isInteger(size))) {
    throw new TypeError("unravel_index(): expected 'shape' to be int or sequence of ints");
  }
  if (sizes.some((size) => size < 0)) {
    throw new ValueError(
      `unravel_index(): 'shape' cannot have negative values, but got (${sizes.join(", ")})`,
    );
  }
  if (indices.numel() === 0) return sizes.map(() => indices.clone());
  if (sizes.some((size) => size === 0)) {
    throw new RuntimeError(
      "unravel_index(): ZeroDivisionError: 'shape' has a size of 0, which holds no index",
    );
  }
  let rest = indices.detach();
  const found: Tensor[] = [];
  for (const d of range(sizes.length).reverse()) {
    found.unshift(rest.remainder(sizes[d])._alias());
    rest = rest.floor_divide(sizes[d]);
  }
  return found;
}

/** Index tensors with what lies outside brought inside. */
function brought_in(indices: readonly (Tensor | null)[], input: Tensor, low: (size: number) => number) {
  return indices.map((index, d) =>
    index === null ? null : index.clamp(low(input.shape[d]), input.shape[d] - 1),
  );
}

/** Like indexing with tensors, but `fill` where `mask` does not hold: indices there may be out of range. */
export function _unsafe_masked_index(
  input: Tensor,
  mask: Tensor,
  indices: readonly (Tensor | null)[],
  fill: number,
): Tensor;
export function _unsafe_masked_index(input: Tensor, ...args: unknown[]): Tensor {
  type Args = { mask: Tensor; indices: readonly (Tensor | null)[]; fill: number };
  const name = "_unsafe_masked_index";
  const { mask, indices, fill } = bind<Args>(name, ["mask", "indices", "fill"], [], args, 3);
  expect_tensor(name, input);
  const off = expect_tensor(name, mask, "mask").logical_not();
  if (input.numel() === 0) return beside(input.new_full(mask.shape, fill), input);
  const taken = input.index(...indices_of(brought_in(indices, input, () => 0)));
  return taken.masked_fill(off, fill);
}

/** The input with `values` added where index tensors point and `mask` holds; indices elsewhere may be out of range. */
export function _unsafe_masked_index_put_accumulate(
  input: Tensor,
  mask: Tensor,
  indices: readonly (Tensor | null)[],
  values: Tensor,
): Tensor;
export function _unsafe_masked_index_put_accumulate(input: Tensor, ...args: unknown[]): Tensor {
  type Args = { mask: Tensor; indices: readonly (Tensor | null)[]; values: Tensor };
  const name = "_unsafe_masked_index_put_accumulate";
  const { mask, indices, values } = bind<Args>(name, ["mask", "indices", "values"], [], args, 3);
  expect_tensor(name, input);
  if (input.numel() === 0) return beside(input.clone(), expect_tensor(name, values, "values"));
  const kept = expect_tensor(name, values, "values").masked_fill(mask.logical_not(), 0);
  return input.index_put(
    brought_in(indices, input, (size) => -size),
    kept,
    true,
  );
}

/** Index tensors as {@link Tensor.index} takes them: null there is a new dimension, so a whole one is ":". */
function indices_of(indices: readonly (Tensor | null)[]): (Tensor | ":")[] {
  return indices.map((index) => index ?? ":");
}
