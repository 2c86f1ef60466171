/** @file Placing elements by index tensors: scatter, index_add, index_copy, index_fill. */
import { bind } from "../../args";
import { beside, named } from "../../autograd/tape";
import { from_data, read } from "../../backend/engine";
import type { Handle } from "../../backend/handle";
import { int32 } from "../../dtype";
import { IndexError, RuntimeError } from "../../errors";
import { normalize_dim, same_shape, size_text } from "../../shape";
import { is_tensor, type Tensor } from "../../tensor";
import { movedim, reshape } from "../shape/movement";
import { as_element, as_operand, cast, expect_tensor, type TensorLike } from "../value/convert";
import { add_rows, flat_positions, positions, put_rows } from "./rows";
import { scatter_reduce } from "./segment";

type Reduce = "add" | "multiply" | "sum" | "prod";

/** `src` cut to the index's shape, as a vector. */
function scatter_source(name: string, input: Tensor, index: Tensor, src: Tensor | number): Tensor {
  if (!is_tensor(src)) {
    return as_element(src, input.dtype, name).expand([index.numel()]);
  }
  if (src.dtype !== input.dtype && index.numel() > 0) {
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
  if (reduce === "multiply") {
    const factors = is_tensor(src) ? src : as_operand(src, input.dtype, "scatter").expand(index.shape);
    return scatter_reduce(input, dim, index, factors, "prod");
  }
  if (reduce !== undefined) throw new RuntimeError("reduce argument must be either add or multiply.");
  const flat = from_data([index.numel()], int32, flat_positions("scatter", input, at, index));
  const values = scatter_source("scatter", input, index, src);
  const label = is_tensor(src) ? "ScatterBackward0" : "ScatterBackward1";
  const placed = named(
    label,
    reshape(put_rows(reshape(input, [input.numel()]), flat, values), input.shape),
    input,
  );
  return index.numel() === 0 && is_tensor(src) ? beside(placed, src) : placed;
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
  expect_tensor("scatter_add", src, "src");
  const at = normalize_dim(dim, input.ndim);
  const flat = from_data([index.numel()], int32, flat_positions("scatter_add", input, at, index));
  const values = scatter_source("scatter_add", input, index, src);
  return named(
    "ScatterAddBackward0",
    input.add(reshape(add_rows(values, flat, input.numel()), input.shape)),
    input,
  );
}

function rows_for(
  name: string,
  input: Tensor,
  dim: number,
  index: Tensor,
  source: Tensor,
): [number, Handle, Tensor] {
  const at = normalize_dim(dim, input.ndim);
  expect_tensor(name, index, "index");
  expect_tensor(name, source, "source");
  const vector = index.ndim === 0 ? reshape(index, [1]) : index;
  if (vector.ndim !== 1)
    throw new IndexError(`${name}(): Index is supposed to be a vector, but got dim: ${vector.ndim}`);
  const rows = positions(name, vector, input.shape[at] ?? 1, at, false);
  if (source.dtype !== input.dtype) {
    throw new RuntimeError(
      `${name}(): self (${input.dtype.scalar_type}) and source (${source.dtype.scalar_type}) must have the same scalar type`,
    );
  }
  const count = vector.numel();
  if (name === "index_add" && source.ndim === 0 && input.ndim > 0 && count !== 1) {
    throw new IndexError(`Dimension specified as ${dim} but tensor has no dimensions`);
  }
  if (input.ndim === 0 && count !== source.numel()) {
    throw name === "index_copy"
      ? new IndexError(`index_copy_(): When source is scalar, index should have one element (got ${count})`)
      : new IndexError(`Dimension specified as ${dim} but tensor has no dimensions`);
  }
  if (name === "index_add" && input.ndim === 0 && source.ndim > 0) {
    throw new RuntimeError(
      "source tensor shape must match self tensor shape, excluding the specified dimension. Got self.shape = " +
        `${size_text(input.shape)} source.shape = ${size_text(source.shape)}`,
    );
  }
  const expected = input.shape.map((size, d) => (d === at ? count : size));
  if (name === "index_copy" && source.ndim === 0 && input.ndim > 0) {
    if (count !== 1) {
      throw new IndexError(
        `index_copy_(): When source is scalar, index should have one element (got ${count})`,
      );
    }
    return [at, rows, source.expand(expected)];
  }
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
  if (input.ndim === 0) return cast(input.add(reshape(scaled, [-1]).sum()), input.dtype);
  const sums = add_rows(movedim(scaled, at, 0), rows, input.shape[at]);
  return named(
    "IndexAddBackward0",
    cast(input.add(movedim(cast(sums, input.dtype), 0, at)), input.dtype),
    input,
  );
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
  // Of several values for one place the last stays.
  if (input.ndim === 0)
    return reshape(values.ndim === 0 ? values : values.narrow(0, values.numel() - 1, 1), []);
  return named(
    "IndexCopyBackward0",
    movedim(put_rows(movedim(input, at, 0), rows, movedim(values, at, 0)), 0, at),
    input,
  );
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
  if (expect_tensor("index_fill", index, "index").ndim > 1) {
    throw new RuntimeError("index_fill(): Index has to be a vector/scalar");
  }
  const at = normalize_dim(dim, input.ndim);
  const vector = index.ndim === 0 ? reshape(index, [1]) : index;
  if (is_tensor(value) && value.ndim > 0) {
    throw new RuntimeError(
      `index_fill_ only supports a 0-dimensional value tensor, but got tensor with ${value.ndim} dimension(s).`,
    );
  }
  const rows = positions("index_fill", vector, input.shape[at] ?? 1, at, true);
  const fill = as_element(value, input.dtype, "index_fill");
  const front = input.ndim === 0 ? reshape(input, [1]) : movedim(input, at, 0);
  // A position counts once, however often it is named: its gradient comes back once.
  const once = first_of_each(rows);
  const shape = [once.shape[0], ...front.shape.slice(1)];
  const filled = put_rows(front, once, fill.expand(shape));
  return named(
    "IndexFillBackward0",
    (input.ndim === 0 ? reshape(filled, []) : movedim(filled, 0, at))._alias(),
    input,
  );
}

/** The rows without those named before. */
function first_of_each(rows: Handle): Handle {
  const all = Array.from(read(rows) as ArrayLike<number | bigint>, Number);
  const list = Int32Array.from(new Set(all));
  return list.length === all.length ? rows : from_data([list.length], int32, list);
}
