/** @file segment_reduce: rows next to each other become one, in segments of given lengths. */
import { bind } from "../../args";
import { from_data, read } from "../../backend/engine";
import { int32 } from "../../dtype";
import { RuntimeError } from "../../errors";
import { numel, range, same_shape } from "../../shape";
import { scalar_tensor, Tensor } from "../../tensor";
import { choose, div } from "../pointwise/elementwise";
import { reshape } from "../shape/movement";
import { cast, expect_tensor } from "../value/convert";
import { add_rows, take_rows } from "./rows";
import { segment } from "./segment";

/** What becomes of a segment's rows. */
export type SegmentReduce = "sum" | "mean" | "max" | "min" | "prod";

interface SegmentOptions {
  lengths?: Tensor | null;
  indices?: Tensor | null;
  offsets?: Tensor | null;
  axis?: number;
  unsafe?: boolean;
  initial?: number | null;
}

/** What a segment without rows gives. */
const of_nothing: Record<SegmentReduce, number> = {
  sum: 0,
  mean: Number.NaN,
  max: Number.NEGATIVE_INFINITY,
  min: Number.POSITIVE_INFINITY,
  prod: 1,
};

/** Lengths of all segments, batch by batch, from lengths or from places where they begin and the last ends. */
function lengths_of({ lengths, offsets }: SegmentOptions): { list: number[]; batch: readonly number[] } {
  if (lengths !== null && lengths !== undefined) {
    const { handle, shape } = expect_tensor("segment_reduce", lengths, "lengths");
    return { list: Array.from(read(handle) as BigInt64Array, Number), batch: shape };
  }
  if (offsets === null || offsets === undefined) {
    throw new RuntimeError("segment_reduce(): Either lengths or offsets must be defined.");
  }
  const { handle, shape } = expect_tensor("segment_reduce", offsets, "offsets");
  const data = Array.from(read(handle) as BigInt64Array, Number);
  const row = shape[shape.length - 1];
  if (row === 0) {
    throw new RuntimeError(
      "segment_reduce(): offsets needs at least one entry: where the first segment begins",
    );
  }
  const list: number[] = [];
  data.forEach((start, i) => {
    if ((i + 1) % row !== 0) list.push(data[i + 1] - start);
  });
  return { list, batch: [...shape.slice(0, -1), row - 1] };
}

/**
 * The sum, mean, product or extreme of each segment of `data` along `axis`.
 *
 * @param data Floating point, (batch..., rows, ...), where `axis` counts the batch dimensions.
 * @param options.lengths Rows in each segment, int64 (batch..., segments); or `offsets`, where each begins and the last ends,
 *   (batch..., segments + 1).
 * @param options.initial What each segment begins with; without it an empty segment gives 0, NaN, 1 or an infinity.
 * @returns (batch..., segments, ...)
 * @throws RuntimeError for other dtypes, or lengths that do not cover the rows (unless `unsafe`).
 * @example
 * torch.segment_reduce(torch.tensor([1.5, 2, 3]), "sum", { lengths: torch.tensor([2, 1]) })
 */
export function segment_reduce(data: Tensor, reduce: SegmentReduce, options: SegmentOptions): Tensor;
export function segment_reduce(data: Tensor, ...args: unknown[]): Tensor {
  type Args = SegmentOptions & { reduce: SegmentReduce };
  const keys = ["lengths", "indices", "offsets", "axis", "unsafe", "initial"] as const;
  const { reduce, ...options } = bind<Args>("segment_reduce", ["reduce"], keys, args, 1);
  const { axis = 0, unsafe = false, initial = null, indices = null } = options;
  expect_tensor("segment_reduce", data, "data");
  if (!(reduce in of_nothing)) {
    throw new RuntimeError(
      `segment_reduce(): reduce must be one of sum, mean, max, min or prod, but got ${String(reduce)}`,
    );
  }
  if (!data.dtype.is_floating_point) {
    throw new RuntimeError(`segment_reduce(): not implemented for '${data.dtype.scalar_type}'`);
  }
  if (indices !== null)
    throw new RuntimeError("segment_reduce(): indices based reduction is not supported yet.");
  const { list, batch } = lengths_of(options);
  if (axis !== batch.length - 1 || axis >= data.ndim || axis < 0) {
    throw new RuntimeError(
      `segment_reduce(): Expected axis to be the last dimension of lengths or offsets, ${batch.length - 1}, but got ${axis}.`,
    );
  }
  const outer = data.shape.slice(0, axis);
  if (!same_shape(outer, batch.slice(0, -1))) {
    throw new RuntimeError("segment_reduce(): lengths and data must agree in the dimensions before axis");
  }
  const size = data.shape[axis];
  const segments = batch[axis];
  const inner = data.shape.slice(axis + 1);
  const batches = numel(outer);
  const rows: number[] = [];
  const places: number[] = [];
  for (let b = 0; b < batches; b++) {
    let row = b * size;
    for (let s = 0; s < segments; s++) {
      const length = list[b * segments + s];
      if (length < 0) throw new RuntimeError("segment_reduce(): lengths contains negative value!");
      for (const i of range(length)) {
        rows.push(row + i);
        places.push(b * segments + s);
      }
      row += length;
    }
    if ((row !== (b + 1) * size && !unsafe && options.lengths) || row > (b + 1) * size) {
      throw new RuntimeError(
        "segment_reduce(): Expected all rows of lengths along axis to sum to data.size(lengths.dim()-1) when !unsafe.",
      );
    }
  }
  const count = batches * segments;
  const all = reshape(data, [batches * size, ...inner]);
  const taken = take_rows(all, from_data([rows.length], int32, Int32Array.from(rows)));
  const at = from_data([places.length], int32, Int32Array.from(places));
  const lengths = new Tensor(
    from_data([count, ...inner.map(() => 1)], int32, Int32Array.from(list.slice(0, count))),
  );
  const empty = lengths.eq(0);
  const number = (value: number): Tensor => scalar_tensor(value, data.dtype);
  let result: Tensor;
  if (reduce === "sum" || reduce === "mean") {
    const sum = add_rows(taken, at, count);
    result = initial === null ? sum : sum.add(initial);
    if (reduce === "mean") {
      result = choose(empty, number(initial ?? of_nothing.mean), div(result, cast(lengths, data.dtype)));
    }
  } else {
    const op = { max: "amax", min: "amin", prod: "prod" } as const;
    const found = choose(empty, number(of_nothing[reduce]), segment(op[reduce], taken, at, count));
    if (initial === null) result = found;
    else if (reduce === "prod") result = found.mul(initial);
    else {
      const inside = reduce === "max" ? found.ge(initial) : found.le(initial);
      result = choose(inside, found, number(initial));
    }
  }
  return reshape(result, [...outer, segments, ...inner])._alias();
}
