/** @file Picking elements by index tensors: index_select, gather, take. */
import { bind, operand } from "../../args";
import { named, watch } from "../../autograd/tape";
import { from_data } from "../../backend/engine";
import { int32, int64 } from "../../dtype";
import { IndexError, RuntimeError } from "../../errors";
import { broadcast_shapes, normalize_dim, type Shape } from "../../shape";
import { is_tensor, Tensor } from "../../tensor";
import { movedim, reshape } from "../shape/movement";
import { expect_tensor } from "../value/convert";
import { where } from "./masks";
import { flat_positions, positions, take_rows } from "./rows";

function index_tensor(name: string, index: Tensor | readonly number[]): Tensor {
  if (is_tensor(index)) return index;
  if (!Array.isArray(index))
    throw new TypeError(`${name}(): argument 'index' must be Tensor, not ${typeof index}`);
  return new Tensor(from_data([index.length], int64, BigInt64Array.from(index, BigInt)));
}

/** The positions `index` (a vector) of dimension `dim`. */
export function index_select(input: Tensor, dim: number, index: Tensor | readonly number[]): Tensor;
export function index_select(
  input: Tensor,
  dim: number,
  options: { index: Tensor | readonly number[] },
): Tensor;
export function index_select(
  input: Tensor,
  options: { dim: number; index: Tensor | readonly number[] },
): Tensor;
export function index_select(input: Tensor, ...args: unknown[]): Tensor {
  const { dim, index } = bind<{ dim: number; index: Tensor | readonly number[] }>(
    "index_select",
    ["dim", "index"],
    [],
    args,
    2,
  );
  expect_tensor("index_select", input);
  const at = normalize_dim(dim, input.ndim);
  const list = index_tensor("index_select", index);
  if (list.ndim > 1) throw new IndexError("index_select(): Index is supposed to be a vector");
  const vector = list.ndim === 0 ? reshape(list, [1]) : list;
  if (input.ndim === 0) {
    if (vector.numel() !== 1) {
      throw new RuntimeError(
        `index_select(): Index to scalar can have only 1 value, got ${vector.numel()} value(s)`,
      );
    }
    positions("index_select", vector, 1, 0, false);
    return reshape(input, []);
  }
  const rows = positions("index_select", vector, input.shape[at], at, false);
  const kept = is_tensor(index) ? [index] : [];
  if (at === 0) return watch(take_rows(input, rows), ...kept);
  return movedim(watch(take_rows(movedim(input, at, 0), rows), ...kept), 0, at);
}

/** `output[i][j] = input[index[i][j]][j]` along dimension 0, alike along others. */
export function gather(input: Tensor, dim: number, index: Tensor): Tensor;
export function gather(input: Tensor, dim: number, options: { index: Tensor }): Tensor;
export function gather(input: Tensor, options: { dim: number; index: Tensor }): Tensor;
export function gather(input: Tensor, ...args: unknown[]): Tensor {
  const { dim, index } = bind<{ dim: number; index: Tensor }>("gather", ["dim", "index"], [], args, 2);
  expect_tensor("gather", input);
  expect_tensor("gather", index, "index");
  const at = normalize_dim(dim, input.ndim);
  // No places: whatever the index's dtype and dimensions, as in PyTorch.
  if (is_tensor(index) && index.numel() === 0) {
    return reshape(reshape(input, [input.numel()]).narrow(0, 0, 0), index.shape);
  }
  const flat = flat_positions("gather", input, at, expect_tensor("gather", index, "index"));
  const rows = from_data(index.shape, int32, flat);
  return named("GatherBackward0", watch(take_rows(reshape(input, [input.numel()]), rows), index), input);
}

/** {@link gather} where `index` broadcasts against the input beside `dim`; over the flattened input without `dim`. */
export function take_along_dim(input: Tensor, indices: Tensor, dim?: number): Tensor;
export function take_along_dim(input: Tensor, indices: Tensor, options: { dim?: number }): Tensor;
export function take_along_dim(input: Tensor, options: { indices: Tensor; dim?: number }): Tensor;
export function take_along_dim(input: Tensor, ...args: unknown[]): Tensor {
  const { indices, dim: wanted } = bind<{ indices: Tensor; dim?: number }>(
    "take_along_dim",
    ["indices", "dim"],
    [],
    args,
    1,
  );
  expect_tensor("take_along_dim", input);
  expect_tensor("take_along_dim", indices, "indices");
  if (wanted === undefined) {
    return gather(reshape(input, [input.numel()]), 0, reshape(indices, [indices.numel()]));
  }
  if (input.ndim !== indices.ndim) {
    throw new RuntimeError(
      `torch.take_along_dim(): input and indices should have the same number of dimensions, but got ${input.ndim} dimensions ` +
        `for input, and ${indices.ndim} dimensions for indices`,
    );
  }
  const at = normalize_dim(wanted, input.ndim);
  const free = (shape: Shape): number[] => shape.map((size, d) => (d === at ? 1 : size));
  const common = broadcast_shapes(free(input.shape), free(indices.shape));
  const full = (shape: Shape): number[] => common.map((size, d) => (d === at ? shape[d] : size));
  const size = input.shape[at];
  const wrapped = where(indices.lt(0), indices.add(size), indices);
  return gather(input.expand(full(input.shape)), at, wrapped.expand(full(indices.shape)));
}

/** The elements of the flattened input at `index`, in its shape. */
export function take(input: Tensor, index: Tensor): Tensor;
export function take(input: Tensor, options: { index: Tensor }): Tensor;
export function take(input: Tensor, ...args: unknown[]): Tensor {
  const index = operand<Tensor>("take", "index", args);
  expect_tensor("take", input);
  expect_tensor("take", index, "index");
  const rows = positions("take", index, input.numel(), 0, true);
  return named("TakeBackward0", watch(take_rows(reshape(input, [input.numel()]), rows), index), input);
}
