/** @file scatter_reduce: elements that share a place become their sum, product, mean or extreme. */
import { bind } from "../../args";
import { beside, named, record } from "../../autograd/tape";
import { from_data, scalar } from "../../backend/engine";
import type { Handle } from "../../backend/handle";
import { bool, int32 } from "../../dtype";
import { RuntimeError } from "../../errors";
import { normalize_dim, range } from "../../shape";
import { Tensor } from "../../tensor";
import { choose, div, floor_divide } from "../pointwise/elementwise";
import { cat } from "../shape/join";
import { reshape } from "../shape/movement";
import { narrow } from "../shape/parts";
import { cast, expect_no_bool, expect_tensor } from "../value/convert";
import { execute_any } from "../value/fallback";
import { add_rows, flat_positions } from "./rows";

/** What becomes of elements that share a place. */
export type ScatterReduce = "sum" | "prod" | "mean" | "amax" | "amin";

/** Extremes or products of a vector's elements by place: `count` of them, what no element names is left to TensorFlow. */
export function segment(
  name: "prod" | "amax" | "amin",
  values: Tensor,
  places: Handle,
  count: number,
): Tensor {
  const op = { prod: "UnsortedSegmentProd", amax: "UnsortedSegmentMax", amin: "UnsortedSegmentMin" }[name];
  const handle = execute_any(op, [values.handle, places, scalar(count, int32)]);
  return record(`segment_${name}`, handle, [values], [values, true], places);
}

/** The part of `src` that `index` covers. */
function covered(src: Tensor, index: Tensor): Tensor {
  let part = src;
  index.shape.forEach((size, d) => {
    if (size > src.shape[d]) {
      throw new RuntimeError(
        `Expected index [${index.shape.join(", ")}] to be no larger than src [${src.shape.join(", ")}]`,
      );
    }
    if (size < src.shape[d]) part = narrow(part, d, 0, size);
  });
  return part;
}

/**
 * The input with the elements of `src` reduced into the places where `gather` with the same `dim` and `index` would take
 * from.
 *
 * @param options `include_self` (true): whether the input's own elements count too; elsewhere they stay as they are anyway.
 */
export function scatter_reduce(
  input: Tensor,
  dim: number,
  index: Tensor,
  src: Tensor,
  reduce: ScatterReduce,
  options?: { include_self?: boolean },
): Tensor;
export function scatter_reduce(
  input: Tensor,
  dim: number,
  options: { index: Tensor; src: Tensor; reduce: ScatterReduce; include_self?: boolean },
): Tensor;
export function scatter_reduce(
  input: Tensor,
  options: { dim: number; index: Tensor; src: Tensor; reduce: ScatterReduce; include_self?: boolean },
): Tensor;
export function scatter_reduce(input: Tensor, ...args: unknown[]): Tensor {
  const {
    dim,
    index,
    src,
    reduce,
    include_self = true,
  } = bind<{
    dim: number;
    index: Tensor;
    src: Tensor;
    reduce: ScatterReduce;
    include_self?: boolean;
  }>("scatter_reduce", ["dim", "index", "src", "reduce"], ["include_self"], args, 4);
  expect_tensor("scatter_reduce", input);
  if (!["sum", "prod", "mean", "amax", "amin"].includes(reduce)) {
    throw new RuntimeError(
      `reduce argument must be either sum, prod, mean, amax or amin, got ${String(reduce)}.`,
    );
  }
  if (src.dtype !== input.dtype) {
    throw new RuntimeError("scatter(): Expected self.dtype to be equal to src.dtype");
  }
  if (reduce === "mean") expect_no_bool("scatter_gather_tensor_cpu_reduce_mean", input);
  const at = normalize_dim(dim, input.ndim);
  const count = input.numel();
  const targets = flat_positions("scatter_reduce", input, at, index);
  const own = reshape(input, [count]);
  const given = reshape(covered(src, index), [index.numel()]);
  const values = include_self ? cat([own, given]) : given;
  const list = include_self ? Int32Array.from([...range(count), ...targets]) : targets;
  const places = from_data([list.length], int32, list);
  const touched = new Uint8Array(count);
  for (const place of targets) touched[place] = 1;
  let result: Tensor;
  if (reduce === "sum") result = add_rows(values, places, count);
  else if (reduce === "mean") {
    const counts = new Float64Array(count).fill(include_self ? 1 : 0);
    for (const place of targets) counts[place]++;
    const shares = new Tensor(from_data([count], input.dtype, to_elements(counts, input)));
    const divide = input.dtype.is_floating_point ? div : floor_divide;
    // Places that nothing names are put back below; 1 keeps them from dividing by 0.
    result = divide(add_rows(values, places, count), shares.clamp(1));
  } else result = segment(reduce, values, places, count);
  const mask = new Tensor(from_data([count], bool, touched));
  const reduced = reshape(choose(mask, cast(result, input.dtype), own), input.shape);
  return named("ScatterReduceBackward0", index.numel() === 0 ? beside(reduced, src) : reduced, input);
}

function to_elements(counts: Float64Array, like: Tensor): InstanceType<typeof like.dtype.array> {
  if (like.dtype.name === "int64") return BigInt64Array.from(counts, (count) => BigInt(count));
  return (like.dtype.array as Float64ArrayConstructor).from(counts);
}
