/** @file Medians and the most frequent element. */
import { bind } from "../../args";
import { beside, named } from "../../autograd/tape";
import { from_data } from "../../backend/engine";
import { int64, type TypedArray } from "../../dtype";
import { IndexError } from "../../errors";
import { normalize_dim } from "../../shape";
import { scalar_tensor, Tensor } from "../../tensor";
import { movedim } from "../shape/movement";
import { expect_no_bool, expect_tensor } from "../value/convert";
import type { ValuesIndices } from "../value/named";
import { nth_place, sorted_places } from "./select-places";
import { at_rank, ranked, take_along } from "./sort";

const is_nan = (value: number | bigint): boolean => Number.isNaN(value);

/** Places along `dim`, kept as 1, that `find` gives for each row of `moved`, which has that dimension last. */
function placed(moved: Tensor, dim: number, find: (row: TypedArray) => number): Tensor {
  const data = moved.typed_array();
  const size = moved.shape[moved.ndim - 1];
  const places = new BigInt64Array(data.length / size);
  for (let row = 0; row < places.length; row++) {
    places[row] = BigInt(find(data.slice(row * size, (row + 1) * size)));
  }
  const shape = [...moved.shape.slice(0, -1), 1];
  return movedim(new Tensor(from_data(shape, int64, places)), -1, dim)._alias();
}

type Along = { dim?: number; keepdim?: boolean };

function middle(
  name: "median" | "nanmedian",
  input: Tensor,
  args: readonly unknown[],
): Tensor | ValuesIndices {
  const { dim, keepdim = false } = bind<Along>(name, ["dim", "keepdim"], [], args);
  expect_no_bool(name, expect_tensor(name, input));
  if (dim === undefined) {
    if (input.numel() === 0) {
      const nothing = scalar_tensor(input.dtype.is_floating_point ? Number.NaN : 0, input.dtype);
      return beside(nothing, input);
    }
    const { values } = along(name, input.reshape(-1), 0, false);
    return named(name === "median" ? "MedianBackward0" : "NanmedianBackward0", values, input);
  }
  return along(name, input, normalize_dim(dim, input.ndim), keepdim);
}

/** Equal elements keep their order. */
function along(name: "median" | "nanmedian", input: Tensor, dim: number, keepdim: boolean): ValuesIndices {
  const size = input.shape[dim] ?? 1;
  if (size === 0) throw new IndexError(`${name}(): Expected reduction dim ${dim} to have non-zero size.`);
  if (input.ndim === 0) return ranked(name, input, dim, 1, false);
  const place = placed(movedim(input.detach(), dim, -1), dim, (row) => {
    let nans = 0;
    for (let i = 0; i < size; i++) {
      if (!is_nan(row[i])) continue;
      if (name === "median") return i;
      nans++;
    }
    const before = (i: number, j: number): boolean => {
      if (row[i] < row[j]) return true;
      if (row[j] < row[i]) return false;
      return is_nan(row[i]) === is_nan(row[j]) ? i < j : is_nan(row[j]);
    };
    return nth_place(size, Math.max(size - nans - 1, 0) >> 1, before);
  });
  return at_rank(name, take_along(input, place, dim), place, dim, 0, keepdim);
}

/** The lower median; with `dim`, `[values, indices]` along it. NaN where there is one. */
export function median(input: Tensor): Tensor;
export function median(input: Tensor, dim: number, keepdim?: boolean | { keepdim?: boolean }): ValuesIndices;
export function median(input: Tensor, options: { dim: number; keepdim?: boolean }): ValuesIndices;
export function median(input: Tensor, ...args: unknown[]): Tensor | ValuesIndices {
  return middle("median", input, args);
}

/** {@link median} of the elements that are no NaN; NaN where there are none. */
export function nanmedian(input: Tensor): Tensor;
export function nanmedian(
  input: Tensor,
  dim: number,
  keepdim?: boolean | { keepdim?: boolean },
): ValuesIndices;
export function nanmedian(input: Tensor, options: { dim: number; keepdim?: boolean }): ValuesIndices;
export function nanmedian(input: Tensor, ...args: unknown[]): Tensor | ValuesIndices {
  return middle("nanmedian", input, args);
}

/** `[value, index]` of the most frequent element along `dim`, the least of equally frequent ones, at its last place. */
export function mode(input: Tensor, dim?: number, keepdim?: boolean): ValuesIndices;
export function mode(input: Tensor, dim: number, options: { keepdim?: boolean }): ValuesIndices;
export function mode(input: Tensor, options: { dim?: number; keepdim?: boolean }): ValuesIndices;
export function mode(input: Tensor, ...args: unknown[]): ValuesIndices {
  const { dim = -1, keepdim = false } = bind<{ dim: number; keepdim: boolean }>(
    "mode",
    ["dim", "keepdim"],
    [],
    args,
  );
  expect_tensor("mode", input);
  const at = normalize_dim(dim, input.ndim);
  if (input.ndim === 0) return ranked("mode", input, at, 1, false);
  const moved = movedim(input.detach(), at, -1);
  const size = moved.shape[moved.ndim - 1];
  if (size === 0) throw new IndexError(`mode(): Expected reduction dim ${at} to have non-zero size.`);
  const place = placed(moved, at, (row) => {
    const order = sorted_places(size, (i, j) => row[i] < row[j] || (is_nan(row[j]) && !is_nan(row[i])));
    let found = 0;
    let most = 0;
    let run = 0;
    order.forEach((at_place, i) => {
      run++;
      if (i + 1 < size && row[at_place] === row[order[i + 1]]) return;
      if (run > most) [most, found] = [run, at_place];
      run = 0;
    });
    return found;
  });
  return at_rank("mode", take_along(input, place, at), place, at, 0, keepdim);
}
