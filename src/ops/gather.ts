/**
 * @file Picking and placing elements by index tensors: index_select, gather, scatter, index_put, where, masks.
 *
 * All of them come down to rows of a two-dimensional arrangement: `take_rows` picks, `add_rows` adds up, `put_rows` places.
 */
import { bind, none, operand } from "../args";
import { record } from "../autograd/tape";
import { execute, from_data, read, scalar } from "../backend/engine";
import type { Handle } from "../backend/handle";
import { bool, int32, int64 } from "../dtype";
import { IndexError, RuntimeError } from "../errors";
import { broadcast_shapes, normalize_dim, numel, range, type Shape, same_shape, size_text } from "../shape";
import { is_tensor, Tensor } from "../tensor";
import { as_operand, cast, expect_tensor, result_type, type TensorLike } from "./convert";
import { movedim, reshape } from "./movement";

/** Rows `index` of `input` (rows, ...): shape index.shape + rest. The index is in range. */
export function take_rows(input: Tensor, index: Handle): Tensor {
  const handle = execute("GatherV2", [input.handle, index, scalar(0, int32)]);
  return record("take_rows", handle, [input], [], index);
}

/** Rows of `values` (index.shape + rest) added up where their index points, in an array of `rows` rows. */
export function add_rows(values: Tensor, index: Handle, rows: number): Tensor {
  const handle = execute("UnsortedSegmentSum", [values.handle, index, scalar(rows, int32)]);
  return record("add_rows", handle, [values], [], index);
}

/** `base` with the rows at `index` (n) replaced by `values` (n + rest); the last one counts where an index comes twice. */
export function put_rows(base: Tensor, index: Handle, values: Tensor): Tensor {
  const handle = execute("TensorScatterUpdate", [base.handle, column(index), values.handle]);
  return record("put_rows", handle, [base, values], [], index);
}

/** An index vector (n) as TensorFlow's scatter ops take it: (n, 1). */
function column(index: Handle): Handle {
  return execute("ExpandDims", [index, scalar(-1, int32)]);
}

/**
 * An index tensor as positions, negative ones counted from the end.
 *
 * @throws IndexError for one out of range.
 */
export function positions(name: string, index: Tensor, size: number, dim: number, negative: boolean): Handle {
  if (index.dtype.category !== 1) {
    throw new IndexError(`${name}(): Expected dtype int32/int64 for index, but got ${index.dtype}`);
  }
  const data = read(index.handle);
  let below = false;
  for (let i = 0; i < data.length; i++) {
    const at = Number(data[i]);
    if (at >= size || at < (negative ? -size : 0)) {
      throw new IndexError(`${name}: index ${at} is out of bounds for dimension ${dim} with size ${size}`);
    }
    if (at < 0) below = true;
  }
  if (!below)
    return index.dtype === int64 || index.dtype === int32 ? index.handle : cast(index, int32).handle;
  const fixed = Int32Array.from(data as Int32Array, (value) => {
    const at = Number(value);
    return at < 0 ? at + size : at;
  });
  return from_data(index.shape, int32, fixed);
}

function index_tensor(name: string, index: Tensor | readonly number[] | number): Tensor {
  if (is_tensor(index)) return index;
  const list = typeof index === "number" ? [index] : index;
  if (!Array.isArray(list))
    throw new TypeError(`${name}(): argument 'index' must be Tensor, not ${typeof index}`);
  return new Tensor(from_data([list.length], int64, BigInt64Array.from(list, BigInt)));
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
    positions("index_select", vector, 1, 0, false);
    return reshape(input, []);
  }
  const rows = positions("index_select", vector, input.shape[at], at, false);
  if (at === 0) return take_rows(input, rows);
  return movedim(take_rows(movedim(input, at, 0), rows), 0, at);
}

/** Positions in the flattened input of what `gather` and `scatter` along `dim` mean. */
export function flat_positions(name: string, input: Tensor, dim: number, index: Tensor): Int32Array {
  if (index.dtype !== int64 && index.dtype !== int32) {
    throw new RuntimeError(`${name}(): Expected dtype int64 for index`);
  }
  const rank = Math.max(input.ndim, 1);
  if (Math.max(index.ndim, 1) !== rank) {
    throw new RuntimeError("Index tensor must have the same number of dimensions as input tensor");
  }
  const shape = input.ndim === 0 ? [1] : input.shape;
  const sizes = index.ndim === 0 ? [1] : index.shape;
  for (let d = 0; d < rank; d++) {
    if (d !== dim && sizes[d] > shape[d]) {
      throw new RuntimeError(
        `Size does not match at dimension ${d} expected index ${size_text(index.shape)} to be no larger than self ` +
          `${size_text(input.shape)} apart from dimension ${dim}`,
      );
    }
  }
  const strides = new Array<number>(rank).fill(1);
  for (let d = rank - 2; d >= 0; d--) strides[d] = strides[d + 1] * shape[d + 1];
  const data = read(index.handle);
  const flat = new Int32Array(data.length);
  const counter = new Array<number>(rank).fill(0);
  let base = 0;
  for (let i = 0; i < data.length; i++) {
    const at = Number(data[i]);
    if (at < 0 || at >= shape[dim]) {
      throw new IndexError(
        `${name}(): index ${at} is out of bounds for dimension ${dim} with size ${shape[dim]}`,
      );
    }
    flat[i] = base + at * strides[dim];
    for (let d = rank - 1; d >= 0; d--) {
      if (++counter[d] < sizes[d]) {
        if (d !== dim) base += strides[d];
        break;
      }
      if (d !== dim) base -= (sizes[d] - 1) * strides[d];
      counter[d] = 0;
    }
  }
  return flat;
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
  return take_rows(reshape(input, [input.numel()]), rows);
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
  return take_rows(reshape(input, [input.numel()]), rows);
}

type Reduce = "add" | "multiply" | "sum" | "prod";

/** `src` cut to the index's shape, as a vector. */
function scatter_source(name: string, input: Tensor, index: Tensor, src: Tensor | number): Tensor {
  if (!is_tensor(src)) {
    return as_operand(src, input.dtype, name).expand([index.numel()]);
  }
  if (src.dtype !== input.dtype) {
    throw new RuntimeError(`${name}(): Expected self.dtype to be equal to src.dtype`);
  }
  let part = src;
  index.shape.forEach((size, d) => {
    if (size > (src.shape[d] ?? 1)) {
      throw new RuntimeError(
        `Expected index ${size_text(index.shape)} to be no larger than src ${size_text(src.shape)}`,
      );
    }
    if (size < src.shape[d]) part = part.narrow(d, 0, size);
  });
  return reshape(part, [index.numel()]);
}

/** The input with `src` placed where {@link gather} with the same `dim` and `index` would take from. */
export function scatter(
  input: Tensor,
  dim: number,
  index: Tensor,
  src: Tensor | number,
  options?: { reduce?: Reduce },
): Tensor;
export function scatter(
  input: Tensor,
  dim: number,
  options: { index: Tensor; src: Tensor | number; reduce?: Reduce },
): Tensor;
export function scatter(
  input: Tensor,
  options: { dim: number; index: Tensor; src: Tensor | number; reduce?: Reduce },
): Tensor;
export function scatter(input: Tensor, ...args: unknown[]): Tensor {
  const { dim, index, src, reduce } = bind<{
    dim: number;
    index: Tensor;
    src: Tensor | number;
    reduce?: Reduce;
  }>("scatter", ["dim", "index", "src"], ["reduce"], args, 3);
  expect_tensor("scatter", input);
  expect_tensor("scatter", index, "index");
  const at = normalize_dim(dim, input.ndim);
  if (reduce === "add")
    return scatter_add(
      input,
      dim,
      index,
      is_tensor(src) ? src : as_operand(src, input.dtype, "scatter").expand(index.shape),
    );
  if (reduce !== undefined) {
    throw new RuntimeError(
      `scatter(): reduce="${reduce}" is not offered here: use reduce="add", scatter_add or index_put`,
    );
  }
  const flat = from_data([index.numel()], int32, flat_positions("scatter", input, at, index));
  const values = scatter_source("scatter", input, index, src);
  return reshape(put_rows(reshape(input, [input.numel()]), flat, values), input.shape);
}

/** The input with `src` added where {@link gather} with the same `dim` and `index` would take from. */
export function scatter_add(input: Tensor, dim: number, index: Tensor, src: Tensor): Tensor;
export function scatter_add(input: Tensor, dim: number, options: { index: Tensor; src: Tensor }): Tensor;
export function scatter_add(input: Tensor, options: { dim: number; index: Tensor; src: Tensor }): Tensor;
export function scatter_add(input: Tensor, ...args: unknown[]): Tensor {
  const { dim, index, src } = bind<{ dim: number; index: Tensor; src: Tensor }>(
    "scatter_add",
    ["dim", "index", "src"],
    [],
    args,
    3,
  );
  expect_tensor("scatter_add", input);
  expect_tensor("scatter_add", index, "index");
  const at = normalize_dim(dim, input.ndim);
  const flat = from_data([index.numel()], int32, flat_positions("scatter_add", input, at, index));
  const values = scatter_source("scatter_add", input, index, src);
  return input.add(reshape(add_rows(values, flat, input.numel()), input.shape));
}

function rows_for(
  name: string,
  input: Tensor,
  dim: number,
  index: Tensor,
  source: Tensor,
): [number, Handle, Tensor] {
  const at = normalize_dim(dim, input.ndim);
  const vector = index.ndim === 0 ? reshape(index, [1]) : index;
  if (vector.ndim !== 1)
    throw new IndexError(`${name}(): Index is supposed to be a vector, but got dim: ${vector.ndim}`);
  const rows = positions(name, vector, input.shape[at] ?? 1, at, false);
  if (source.dtype !== input.dtype) {
    throw new RuntimeError(
      `${name}(): self (${input.dtype.scalar_type}) and source (${source.dtype.scalar_type}) must have the same scalar type`,
    );
  }
  const expected = input.shape.map((size, d) => (d === at ? vector.numel() : size));
  if (!same_shape(source.shape, expected) && input.ndim > 0) {
    throw new RuntimeError(
      `${name}(): Number of indices (${vector.numel()}) should be equal to source.size(dim): (${source.shape[at]}), for dim: ${at}; ` +
        `expected a source of ${size_text(expected)}, got ${size_text(source.shape)}`,
    );
  }
  return [at, rows, source];
}

/** The input with `alpha * source` added at the positions `index` of dimension `dim`. */
export function index_add(
  input: Tensor,
  dim: number,
  index: Tensor,
  source: Tensor,
  options?: { alpha?: number },
): Tensor;
export function index_add(
  input: Tensor,
  dim: number,
  options: { index: Tensor; source: Tensor; alpha?: number },
): Tensor;
export function index_add(
  input: Tensor,
  options: { dim: number; index: Tensor; source: Tensor; alpha?: number },
): Tensor;
export function index_add(input: Tensor, ...args: unknown[]): Tensor {
  const {
    dim,
    index,
    source,
    alpha = 1,
  } = bind<{ dim: number; index: Tensor; source: Tensor; alpha?: number }>(
    "index_add",
    ["dim", "index", "source"],
    ["alpha"],
    args,
    3,
  );
  expect_tensor("index_add", input);
  const [at, rows, values] = rows_for("index_add", input, dim, index, source);
  const scaled = alpha === 1 ? values : values.mul(alpha);
  if (input.ndim === 0) return input.add(reshape(scaled, [-1]).sum());
  const sums = add_rows(movedim(scaled, at, 0), rows, input.shape[at]);
  return input.add(movedim(sums, 0, at));
}

/** The input with `source` placed at the positions `index` of dimension `dim`. */
export function index_copy(input: Tensor, dim: number, index: Tensor, source: Tensor): Tensor;
export function index_copy(input: Tensor, dim: number, options: { index: Tensor; source: Tensor }): Tensor;
export function index_copy(input: Tensor, options: { dim: number; index: Tensor; source: Tensor }): Tensor;
export function index_copy(input: Tensor, ...args: unknown[]): Tensor {
  const { dim, index, source } = bind<{ dim: number; index: Tensor; source: Tensor }>(
    "index_copy",
    ["dim", "index", "source"],
    [],
    args,
    3,
  );
  expect_tensor("index_copy", input);
  const [at, rows, values] = rows_for("index_copy", input, dim, index, source);
  if (input.ndim === 0) return reshape(values, []);
  return movedim(put_rows(movedim(input, at, 0), rows, movedim(values, at, 0)), 0, at);
}

/** The input with `value` at the positions `index` of dimension `dim`. */
export function index_fill(input: Tensor, dim: number, index: Tensor, value: TensorLike): Tensor;
export function index_fill(input: Tensor, dim: number, options: { index: Tensor; value: TensorLike }): Tensor;
export function index_fill(input: Tensor, options: { dim: number; index: Tensor; value: TensorLike }): Tensor;
export function index_fill(input: Tensor, ...args: unknown[]): Tensor {
  const { dim, index, value } = bind<{ dim: number; index: Tensor; value: TensorLike }>(
    "index_fill",
    ["dim", "index", "value"],
    [],
    args,
    3,
  );
  expect_tensor("index_fill", input);
  const at = normalize_dim(dim, input.ndim);
  const vector = index.ndim === 0 ? reshape(index, [1]) : index;
  if (is_tensor(value) && value.ndim > 0) {
    throw new RuntimeError(
      `index_fill_ only supports a 0-dimensional value tensor, but got tensor with ${value.ndim} dimension(s).`,
    );
  }
  const rows = positions("index_fill", vector, input.shape[at] ?? 1, at, true);
  const fill = as_operand(value, input.dtype, "index_fill");
  if (input.ndim === 0) return vector.numel() > 0 ? fill.expand([]) : reshape(input, []);
  const front = movedim(input, at, 0);
  const shape = [vector.numel(), ...front.shape.slice(1)];
  return movedim(put_rows(front, rows, fill.expand(shape)), 0, at);
}

/** `input` where `condition` holds, else `other`; all broadcast. With the condition alone: {@link nonzero} as a list. */
export function where(condition: Tensor, input: TensorLike, other: TensorLike): Tensor;
export function where(condition: Tensor, options: { input: TensorLike; other: TensorLike }): Tensor;
export function where(condition: Tensor): Tensor[];
export function where(condition: Tensor, ...args: unknown[]): Tensor | Tensor[] {
  type Args = { input: TensorLike; other: TensorLike };
  if (args.length === 0) return nonzero(condition, { as_tuple: true }) as unknown as Tensor[];
  const { input, other } = bind<Args>("where", ["input", "other"], [], args, 2);
  const mask = expect_tensor("where", condition, "condition");
  if (mask.dtype.category === 2 || (mask.dtype !== bool && mask.dtype.name !== "uint8")) {
    throw new RuntimeError(
      `where expected condition to be a boolean tensor, but got a tensor with dtype ${mask.dtype.scalar_type}`,
    );
  }
  const dtype = result_type(input, other);
  const a = as_operand(input, dtype, "where");
  const b = as_operand(other, dtype, "where");
  broadcast_shapes(broadcast_shapes(mask.shape, a.shape), b.shape);
  const chosen = cast(mask, bool);
  const handle = execute("SelectV2", [chosen.handle, a.handle, b.handle]);
  return record("where", handle, [a, b], [], chosen);
}

/** The input with `value` where `mask` (broadcast to it) holds. */
export function masked_fill(input: Tensor, mask: Tensor, value: TensorLike): Tensor;
export function masked_fill(input: Tensor, mask: Tensor, options: { value: TensorLike }): Tensor;
export function masked_fill(input: Tensor, options: { mask: Tensor; value: TensorLike }): Tensor;
export function masked_fill(input: Tensor, ...args: unknown[]): Tensor {
  const { mask, value } = bind<{ mask: Tensor; value: TensorLike }>(
    "masked_fill",
    ["mask", "value"],
    [],
    args,
    2,
  );
  expect_tensor("masked_fill", input);
  if (mask.dtype !== bool)
    throw new RuntimeError(`masked_fill_ only supports boolean masks, but got mask with dtype ${mask.dtype}`);
  if (is_tensor(value) && value.ndim > 0) {
    throw new RuntimeError(
      `masked_fill only supports a 0-dimensional value tensor, but got tensor with ${value.ndim} dimension(s).`,
    );
  }
  if (!is_tensor(value) && result_type(input, value).category > input.dtype.category) {
    throw new RuntimeError(`value cannot be converted to type ${input.dtype.name} without overflow`);
  }
  return where(mask, as_operand(value, input.dtype, "masked_fill"), input);
}

/** The elements of `input` where `mask` holds (both broadcast), as a vector. */
export function masked_select(input: Tensor, mask: Tensor): Tensor;
export function masked_select(input: Tensor, options: { mask: Tensor }): Tensor;
export function masked_select(input: Tensor, ...args: unknown[]): Tensor {
  const mask = operand<Tensor>("masked_select", "mask", args);
  expect_tensor("masked_select", input);
  if (mask.dtype !== bool) throw new RuntimeError("masked_select: expected BoolTensor for mask");
  const shape = broadcast_shapes(input.shape, mask.shape);
  const flat = reshape(input.expand(shape), [numel(shape)]);
  return take_rows(flat, flat_nonzero(reshape(mask.expand(shape), [numel(shape)])));
}

/** The input with the elements of `source`, in order, where `mask` holds. */
export function masked_scatter(input: Tensor, mask: Tensor, source: Tensor): Tensor;
export function masked_scatter(input: Tensor, mask: Tensor, options: { source: Tensor }): Tensor;
export function masked_scatter(input: Tensor, options: { mask: Tensor; source: Tensor }): Tensor;
export function masked_scatter(input: Tensor, ...args: unknown[]): Tensor {
  const { mask, source } = bind<{ mask: Tensor; source: Tensor }>(
    "masked_scatter",
    ["mask", "source"],
    [],
    args,
    2,
  );
  expect_tensor("masked_scatter", input);
  if (mask.dtype !== bool) throw new RuntimeError("masked_scatter_ only supports boolean masks");
  if (source.dtype !== input.dtype) {
    throw new RuntimeError(
      `masked_scatter: expected self and source to have same dtypes but got ${input.dtype.scalar_type} and ${source.dtype.scalar_type}`,
    );
  }
  const shape = broadcast_shapes(input.shape, mask.shape);
  const rows = flat_nonzero(reshape(mask.expand(shape), [numel(shape)]));
  const count = rows.shape[0];
  if (source.numel() < count)
    throw new RuntimeError(
      "masked_scatter: expected source to have at least as many elements as mask has true values",
    );
  const values = reshape(source, [source.numel()]).narrow(0, 0, count);
  return reshape(put_rows(reshape(input.expand(shape), [numel(shape)]), rows, values), shape);
}

/** Positions of a vector's elements that are not zero, (n) int64. */
export function flat_nonzero(vector: Tensor): Handle {
  return execute("Reshape", [execute("Where", [vector.handle]), from_data([1], int32, Int32Array.of(-1))]);
}

/** Positions of the elements that are not zero: (n, dims) int64, or with `as_tuple` a list with one vector per dimension. */
export function nonzero(input: Tensor, options?: { as_tuple?: boolean }): Tensor;
export function nonzero(input: Tensor, ...args: unknown[]): Tensor {
  const { as_tuple = false } = bind<{ as_tuple: boolean }>("nonzero", [], ["as_tuple"], args);
  expect_tensor("nonzero", input);
  if (input.ndim === 0 && !as_tuple) {
    // (1, 0) for a number that is not zero, (0, 0) for zero.
    return new Tensor(from_data([Number(Number(input.item()) !== 0), 0], int64, new BigInt64Array(0)));
  }
  const source = input.ndim === 0 ? reshape(input, [1]) : input;
  const found = new Tensor(execute("Where", [source.handle]));
  if (!as_tuple) return found;
  return range(source.ndim).map((d) => found.select(1, d)) as unknown as Tensor;
}

/** Positions where a condition holds; see {@link nonzero}. */
export function argwhere(input: Tensor, ...more: []): Tensor {
  none("argwhere", more);
  expect_tensor("argwhere", input);
  return nonzero(input);
}

/** The input with `values` put at the positions that the index tensors name; added there with `accumulate`. */
export function index_put(
  input: Tensor,
  indices: readonly (Tensor | null)[],
  values: Tensor,
  accumulate?: boolean,
): Tensor;
export function index_put(
  input: Tensor,
  indices: readonly (Tensor | null)[],
  values: Tensor,
  options: { accumulate?: boolean },
): Tensor;
export function index_put(
  input: Tensor,
  options: { indices: readonly (Tensor | null)[]; values: Tensor; accumulate?: boolean },
): Tensor;
export function index_put(input: Tensor, ...args: unknown[]): Tensor {
  type Args = { indices: readonly (Tensor | null)[]; values: Tensor; accumulate?: boolean };
  const {
    indices,
    values,
    accumulate: adds = false,
  } = bind<Args>("index_put", ["indices", "values", "accumulate"], [], args, 2);
  expect_tensor("index_put", input);
  return put_at(input, advanced(input, indices), values, adds);
}

/** Index tensors brought into one form: which dimensions, the rows they name, and where the result's dimensions go. */
interface Advanced {
  /** Indexed dimensions, in order. */
  readonly dims: readonly number[];
  /** The broadcast shape of the index tensors. */
  readonly shape: Shape;
  /** Rows of the input with the indexed dimensions in front and flattened, (numel of shape). */
  readonly rows: Handle;
  /** Whether the indexed dimensions stand side by side: the result's dimensions come in their place, else in front. */
  readonly adjacent: boolean;
}

/** Combines index tensors (null: the whole dimension; bool: its nonzero positions). */
export function advanced(input: Tensor, indices: readonly (Tensor | null)[]): Advanced {
  const dims: number[] = [];
  const lists: { data: ArrayLike<number | bigint>; shape: Shape }[] = [];
  let dim = 0;
  for (const index of indices) {
    if (index === null) {
      dim++;
      continue;
    }
    if (index.dtype === bool || index.dtype.name === "uint8") {
      index.shape.forEach((size, d) => {
        if (input.shape[dim + d] !== size) {
          throw new IndexError(
            `The shape of the mask ${size_text(index.shape)} at index ${d} does not match the shape of the indexed tensor ` +
              `${size_text(input.shape)} at index ${dim + d}`,
          );
        }
      });
      const found = read(execute("Where", [cast(index, bool).handle])) as BigInt64Array;
      const rank = index.ndim;
      const count = rank === 0 ? 0 : found.length / rank;
      for (let d = 0; d < rank; d++) {
        lists.push({ data: Array.from({ length: count }, (_, i) => found[i * rank + d]), shape: [count] });
        dims.push(dim++);
      }
      continue;
    }
    if (index.dtype.category !== 1) {
      throw new IndexError("tensors used as indices must be long, int, byte or bool tensors");
    }
    lists.push({ data: read(index.handle) as BigInt64Array, shape: index.shape });
    dims.push(dim++);
  }
  if (dim > input.ndim) throw new IndexError(`too many indices for tensor of dimension ${input.ndim}`);
  let shape: Shape = [];
  for (const list of lists) {
    try {
      shape = broadcast_shapes(shape, list.shape);
    } catch {
      const all = lists.map((each) => size_text(each.shape)).join(", ");
      throw new IndexError(
        `shape mismatch: indexing tensors could not be broadcast together with shapes ${all}`,
      );
    }
  }
  const count = numel(shape);
  const rows = new Int32Array(count);
  lists.forEach((list, k) => {
    const size = input.shape[dims[k]];
    const step = broadcast_reader(list.shape, shape);
    for (let i = 0; i < count; i++) {
      const given = Number(list.data[step(i)]);
      if (given >= size || given < -size) {
        throw new IndexError(`index ${given} is out of bounds for dimension ${dims[k]} with size ${size}`);
      }
      rows[i] = rows[i] * size + (given < 0 ? given + size : given);
    }
  });
  const adjacent = dims.every((d, k) => k === 0 || d === dims[k - 1] + 1);
  return { dims, shape, rows: from_data([count], int32, rows), adjacent };
}

/** Positions in a tensor of shape `from` of the elements of its broadcast to `to`. */
function broadcast_reader(from: Shape, to: Shape): (i: number) => number {
  if (same_shape(from, to)) return (i) => i;
  const lead = to.length - from.length;
  const strides = new Array<number>(to.length).fill(0);
  let stride = 1;
  for (let d = from.length - 1; d >= 0; d--) {
    strides[d + lead] = from[d] === 1 ? 0 : stride;
    stride *= from[d];
  }
  return (i) => {
    let rest = i;
    let at = 0;
    for (let d = to.length - 1; d >= 0; d--) {
      at += (rest % to[d]) * strides[d];
      rest = Math.floor(rest / to[d]);
    }
    return at;
  };
}

/** The input as rows: indexed dimensions in front and flattened to one. */
function as_rows(input: Tensor, { dims }: Advanced): { rows: Tensor; rest: Shape; order: number[] } {
  const others = range(input.ndim).filter((d) => !dims.includes(d));
  const order = [...dims, ...others];
  const rest = others.map((d) => input.shape[d]);
  const moved = order.every((d, i) => d === i) ? input : input.permute(order);
  return { rows: reshape(moved, [numel(dims.map((d) => input.shape[d])), ...rest]), rest, order };
}

/** Where the dimensions of the index tensors stand in the result. */
function place_of(input: Tensor, { dims, adjacent }: Advanced): number {
  return adjacent ? range(input.ndim).filter((d) => !dims.includes(d) && d < dims[0]).length : 0;
}

/** The elements that index tensors name. */
export function take_at(input: Tensor, at: Advanced): Tensor {
  const { rows, rest } = as_rows(input, at);
  const taken = reshape(take_rows(rows, at.rows), [...at.shape, ...rest]);
  const place = place_of(input, at);
  const n = at.shape.length;
  return place === 0 || n === 0
    ? taken
    : movedim(
        taken,
        range(n),
        range(n).map((i) => i + place),
      );
}

/** The input with other values where index tensors point. */
export function put_at(input: Tensor, at: Advanced, values: Tensor, accumulate: boolean): Tensor {
  const { rows, rest, order } = as_rows(input, at);
  const place = place_of(input, at);
  const n = at.shape.length;
  const target = [...rest.slice(0, place), ...at.shape, ...rest.slice(place)];
  let given: Tensor;
  try {
    given = cast(values, input.dtype).expand(target);
  } catch {
    throw new RuntimeError(
      `shape mismatch: value tensor of shape ${size_text(values.shape)} cannot be broadcast to indexing result of shape ${size_text(target)}`,
    );
  }
  const front =
    place === 0
      ? given
      : movedim(
          given,
          range(n).map((i) => i + place),
          range(n),
        );
  const flat = reshape(front, [numel(at.shape), ...rest]);
  const changed = accumulate
    ? rows.add(add_rows(flat, at.rows, rows.shape[0]))
    : put_rows(rows, at.rows, flat);
  const moved = reshape(
    changed,
    order.map((d) => input.shape[d]),
  );
  const back = order.map((_, d) => order.indexOf(d));
  return back.every((d, i) => d === i) ? moved : moved.permute(back);
}
