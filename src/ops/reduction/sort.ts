/** @file Order: sort, topk, and elements by rank. */

import { bind } from "../../args";
import { named as labelled, record } from "../../autograd/tape";
import { attr, execute, execute_many, from_data, ints, scalar } from "../../backend/engine";
import type { Handle } from "../../backend/handle";
import { type DType, int32, int64, type TypedArray } from "../../dtype";
import { RuntimeError } from "../../errors";
import { normalize_dim, range } from "../../shape";
import { Tensor } from "../../tensor";
import { movedim } from "../shape/movement";
import { expect_tensor } from "../value/convert";
import { cast_handle } from "../value/fallback";
import { named, type ValuesIndices } from "../value/named";
import { first_places } from "./select-places";

/** Whole numbers in the order of the elements, NaN the greatest of all, as PyTorch orders them. */
function order_keys(handle: Handle): Handle {
  const { dtype } = handle;
  if (!dtype.is_floating_point) return dtype === int64 ? handle : cast_handle(handle, int32);
  const whole: DType = dtype.itemsize === 8 ? int64 : int32;
  // -0 becomes 0, every NaN the same one. As bits, floats of one sign are in order; those below 0 in reverse.
  const plain = execute("AddV2", [handle, execute("ZerosLike", [handle])]);
  const nan = scalar(Number.NaN, dtype);
  const clean = execute("SelectV2", [execute("IsNan", [plain]), nan, plain]);
  const bits = execute("Bitcast", [clean], [attr.type("type", whole)]);
  const magnitude = scalar(whole === int64 ? 0x7fffffffffffffffn : 0x7fffffff, whole);
  const turned = execute("BitwiseXor", [bits, magnitude]);
  const is_nan = execute("IsNan", [plain]);
  const below = execute("Less", [bits, execute("ZerosLike", [bits])]);
  return execute("SelectV2", [is_nan, magnitude, execute("SelectV2", [below, turned, bits])]);
}

/** The order that brings `dim` last, which is its own inverse. */
function dim_last(rank: number, dim: number): number[] {
  const order = range(rank);
  [order[dim], order[rank - 1]] = [rank - 1, dim];
  return order;
}

/** What PyTorch calls the node of an operation that ranks elements along a dimension. */
function label_of(name: string): string {
  const title = `${name[0].toUpperCase()}${name.slice(1)}`;
  return `${title}Backward${name.endsWith("median") ? 1 : 0}`;
}

/**
 * The first `k` elements along a dimension in order, stably, with their places.
 */
export function ranked(
  name: string,
  input: Tensor,
  dim: number,
  k: number,
  descending: boolean,
): ValuesIndices {
  if (input.ndim === 0) {
    return named(name, {
      values: record("reshape", input.handle, [input]),
      indices: new Tensor(scalar(0, int64)),
    });
  }
  const order = dim_last(input.ndim, dim);
  const last = dim === input.ndim - 1;
  const turn = (handle: Handle): Handle => (last ? handle : execute("Transpose", [handle, ints(order)]));
  const keys = turn(order_keys(input.handle));
  const [, places] = execute_many(
    "TopKV2",
    [descending ? keys : execute("Invert", [keys]), scalar(k, int32)],
    [attr.bool("sorted", true)],
    2,
  );
  const turned = turn(places);
  const values = execute(
    "GatherV2",
    [turn(input.handle), places, scalar(-1, int32)],
    [attr.int("batch_dims", input.ndim - 1)],
  );
  const indices = new Tensor(cast_handle(turned, int64));
  const taken = record("along", turn(values), [input], [indices], dim);
  return named(name, { values: labelled(label_of(name), taken, input), indices });
}

/** Values placed along `dim` of zeros of `size`, where `indices` (of the same shape) say. */
export function place_along(values: Tensor, indices: Tensor, dim: number, size: number): Tensor {
  const order = dim_last(values.ndim, dim);
  const last = dim === values.ndim - 1;
  const turn = (handle: Handle): Handle => (last ? handle : execute("Transpose", [handle, ints(order)]));
  const moved = turn(values.handle);
  const rows = moved.shape.slice(0, -1).reduce((n, s) => n * s, 1);
  const width = moved.shape[moved.shape.length - 1];
  const at = execute("Reshape", [turn(cast_handle(indices.handle, int32)), ints([rows, width])]);
  const row = execute("Range", [scalar(0, int32), scalar(rows, int32), scalar(1, int32)]);
  const starts = execute("Mul", [row, scalar(size, int32)]);
  const flat = execute("AddV2", [at, execute("Reshape", [starts, ints([rows, 1])])]);
  const sums = execute("UnsortedSegmentSum", [
    execute("Reshape", [moved, ints([rows, width])]),
    flat,
    scalar(rows * size, int32),
  ]);
  const shaped = execute("Reshape", [sums, ints([...moved.shape.slice(0, -1), size])]);
  return record("place_along", turn(shaped), [values], [indices], dim);
}

/** The elements along `dim` that `indices`, of the same rank, name: what {@link place_along} takes back. */
export function take_along(values: Tensor, indices: Tensor, dim: number): Tensor {
  const order = dim_last(values.ndim, dim);
  const last = dim === values.ndim - 1;
  const turn = (handle: Handle): Handle => (last ? handle : execute("Transpose", [handle, ints(order)]));
  const picked = execute(
    "GatherV2",
    [turn(values.handle), turn(indices.handle), scalar(-1, int32)],
    [attr.int("batch_dims", values.ndim - 1)],
  );
  return record("along", turn(picked), [values], [indices], dim);
}

interface SortOptions {
  dim?: number;
  descending?: boolean;
  stable?: boolean;
}

function sorted(name: string, input: Tensor, args: readonly unknown[]): ValuesIndices {
  const { dim = -1, descending = false } = bind<Required<SortOptions>>(
    name,
    ["dim", "descending"],
    ["stable"],
    args,
  );
  const at = normalize_dim(dim, expect_tensor(name, input).ndim);
  return ranked(name, input, at, input.shape[at] ?? 1, descending);
}

/** `[values, indices]` of the elements in order along `dim`; equal ones keep theirs. NaN counts as the greatest. */
export function sort(
  input: Tensor,
  dim?: number,
  descending?: boolean,
  options?: { stable?: boolean },
): ValuesIndices;
export function sort(
  input: Tensor,
  dim: number,
  options: { descending?: boolean; stable?: boolean },
): ValuesIndices;
export function sort(
  input: Tensor,
  options: { dim?: number; descending?: boolean; stable?: boolean },
): ValuesIndices;
export function sort(input: Tensor, ...args: unknown[]): ValuesIndices {
  return sorted("sort", input, args);
}

/** The places of the elements in order along `dim`. */
export function argsort(
  input: Tensor,
  dim?: number,
  descending?: boolean,
  options?: { stable?: boolean },
): Tensor;
export function argsort(
  input: Tensor,
  dim: number,
  options: { descending?: boolean; stable?: boolean },
): Tensor;
export function argsort(
  input: Tensor,
  options: { dim?: number; descending?: boolean; stable?: boolean },
): Tensor;
export function argsort(input: Tensor, ...args: unknown[]): Tensor {
  return sorted("argsort", expect_tensor("argsort", input).detach(), args).indices;
}

/** Places along `dim` of the first `k` whole numbers; among equal ones those that PyTorch's selection comes to. */
function top_places(input: Tensor, dim: number, k: number, largest: boolean, ordered: boolean): Tensor {
  const moved = movedim(input.detach(), dim, -1);
  const data = moved.typed_array();
  const size = moved.shape[moved.ndim - 1];
  const rows = data.length / size;
  const places = new BigInt64Array(rows * k);
  for (let row = 0; row < rows; row++) {
    const start = row * size;
    const before = (i: number, j: number): boolean =>
      largest ? data[start + i] > data[start + j] : data[start + i] < data[start + j];
    first_places(size, k, before, ordered).forEach((place, i) => {
      places[row * k + i] = BigInt(place);
    });
  }
  const shape = [...moved.shape.slice(0, -1), k];
  return movedim(new Tensor(from_data(shape, int64, places)), -1, dim)._alias();
}

interface TopKOptions {
  k?: number;
  dim?: number;
  largest?: boolean;
  sorted?: boolean;
}

/**
 * `[values, indices]` of the `k` greatest elements along `dim` (the least with `largest: false`), in order.
 *
 * @throws RuntimeError when the dimension has fewer than `k` elements.
 */
export function topk(
  input: Tensor,
  k: number,
  dim?: number,
  largest?: boolean | TopKOptions,
  sorted?: boolean | TopKOptions,
): ValuesIndices;
export function topk(input: Tensor, k: number, options: Omit<TopKOptions, "k">): ValuesIndices;
export function topk(input: Tensor, options: TopKOptions & { k: number }): ValuesIndices;
export function topk(input: Tensor, ...args: unknown[]): ValuesIndices {
  const {
    k,
    dim = -1,
    largest = true,
    sorted: ordered = true,
  } = bind<Required<TopKOptions>>("topk", ["k", "dim", "largest", "sorted"], [], args);
  expect_tensor("topk", input);
  if (input.dtype.category === 0) throw new RuntimeError("topk(): topk does not support bool dtypes on CPU");
  const at = normalize_dim(dim, input.ndim);
  if (k === undefined || k < 0 || k > (input.shape[at] ?? 1)) {
    throw new RuntimeError("selected index k out of range");
  }
  if (input.ndim === 0 && k === 0) {
    return named("topk", {
      values: new Tensor(from_data([0], input.dtype, new input.dtype.array(0))),
      indices: new Tensor(from_data([0], int64, new BigInt64Array(0))),
    });
  }
  if (input.dtype.is_floating_point || input.ndim === 0 || k === 0)
    return ranked("topk", input, at, k, largest);
  const place = top_places(input, at, k, largest, ordered);
  const values = labelled(label_of("topk"), take_along(input, place, at), input);
  return named("topk", { values, indices: place });
}

/** `[value, index]` of the `k`-th least element along `dim`, counted from 1. */
export function kthvalue(
  input: Tensor,
  k: number,
  dim?: number,
  keepdim?: boolean | { keepdim?: boolean },
): ValuesIndices;
export function kthvalue(
  input: Tensor,
  k: number,
  options: { dim?: number; keepdim?: boolean },
): ValuesIndices;
export function kthvalue(
  input: Tensor,
  options: { k: number; dim?: number; keepdim?: boolean },
): ValuesIndices;
export function kthvalue(input: Tensor, ...args: unknown[]): ValuesIndices {
  type Args = { k: number; dim: number; keepdim: boolean };
  const { k = 1, dim = -1, keepdim = false } = bind<Args>("kthvalue", ["k", "dim", "keepdim"], [], args);
  expect_tensor("kthvalue", input);
  const at = normalize_dim(dim, input.ndim);
  const size = input.shape[at] ?? 1;
  if (k < 1 || k > size) {
    throw new RuntimeError(`kthvalue(): selected number k out of range for dimension ${at}`);
  }
  if (input.ndim === 0) return ranked("kthvalue", input, at, 1, false);
  const place = selected_places(input, at, k - 1);
  const values = take_along(input, place, at);
  return at_rank("kthvalue", values, place, at, 0, keepdim);
}

/**
 * Where along `dim` the element of rank `k` (from 0) is, the dimension kept as 1. Among equal elements it is the one that
 * Hoare's selection with a median of three comes to, as in PyTorch.
 */
function selected_places(input: Tensor, dim: number, k: number): Tensor {
  const moved = movedim(input.detach(), dim, -1);
  const data = moved.typed_array();
  const size = moved.shape[moved.ndim - 1];
  const places = new BigInt64Array(data.length / size);
  for (let row = 0; row < places.length; row++) {
    places[row] = BigInt(select_place(data.slice(row * size, (row + 1) * size), k));
  }
  const shape = [...moved.shape.slice(0, -1), 1];
  return movedim(new Tensor(from_data(shape, int64, places)), -1, dim)._alias();
}

function select_place(row: TypedArray, k: number): number {
  const order = Array.from({ length: row.length }, (_, i) => i);
  const after = (i: number, j: number): boolean => {
    const a = row[order[i]];
    const b = row[order[j]];
    return a > b || (Number.isNaN(a) && !Number.isNaN(b));
  };
  const swap = (i: number, j: number): void => {
    [order[i], order[j]] = [order[j], order[i]];
  };
  let low = 0;
  let high = row.length - 1;
  while (high > low) {
    if (high === low + 1) {
      if (after(low, high)) swap(low, high);
      break;
    }
    swap((low + high) >> 1, low + 1);
    if (after(low + 1, high)) swap(low + 1, high);
    if (after(low, high)) swap(low, high);
    if (after(low + 1, low)) swap(low + 1, low);
    let up = low + 1;
    let down = high;
    for (;;) {
      do up++;
      while (after(low, up));
      do down--;
      while (after(down, low));
      if (down < up) break;
      swap(up, down);
    }
    swap(low, down);
    if (down <= k) low = up;
    if (down >= k) high = down - 1;
  }
  return order[k];
}

/** One place of a ranked dimension, the dimension kept or dropped. */
export function at_rank(
  name: string,
  values: Tensor,
  indices: Tensor,
  dim: number,
  place: number,
  keepdim: boolean,
): ValuesIndices {
  if (values.ndim === 0) return named(name, { values, indices });
  const pick = (x: Tensor): Tensor => {
    const one = keepdim ? x.narrow(dim, place, 1) : x.select(dim, place);
    return one._alias();
  };
  const input = values;
  return named(name, { values: labelled(label_of(name), pick(values), input), indices: pick(indices) });
}
