/** @file Less common arrangements: splits at places, grids, diagonals, windows, combinations. */
import { bind, is_options, none, operand } from "../args";
import { from_data } from "../backend/engine";
import { type DType, get_default_dtype, int64 } from "../dtype";
import { RuntimeError, ValueError } from "../errors";
import { broadcast_shapes, check_list, normalize_dim, range, type Shape, size_text } from "../shape";
import { is_tensor, Tensor } from "../tensor";
import { cast, expect_tensor, result_type } from "./convert";
import { type CreateOptions, creation, tensor } from "./create";
import { diag } from "./fill";
import { index_select } from "./gather";
import { cat } from "./join";
import { expand, movedim, reshape, slice, split, unsqueeze } from "./movement";

/** One tensor, or several as a list or one by one. */
type Several = Tensor[] | [readonly Tensor[]];

/** The tensors that `name` takes as a list or one by one. @throws TypeError for keywords and anything else. */
function list_of(name: string, tensors: readonly unknown[]): readonly Tensor[] {
  const last = tensors[tensors.length - 1];
  if (is_options(last)) none(name, [last]);
  if (Array.isArray(tensors[0])) none(name, tensors.slice(1));
  const list = (Array.isArray(tensors[0]) ? tensors[0] : tensors) as readonly Tensor[];
  list.forEach((each, i) => {
    expect_tensor(name, each, `tensors[${i}]`);
  });
  return list;
}

function at_least(rank: number, tensors: Several, shape: (input: Tensor) => Shape): Tensor | Tensor[] {
  const grown = list_of(`atleast_${rank}d`, tensors).map((input) =>
    input.ndim >= rank ? input : reshape(input, shape(input)),
  );
  return tensors.length === 1 && is_tensor(tensors[0]) ? grown[0] : grown;
}

/** A zero-dim tensor becomes (1); several tensors give a list. */
export function atleast_1d(...tensors: [Tensor]): Tensor;
export function atleast_1d(...tensors: Several): Tensor[];
export function atleast_1d(...tensors: Several): Tensor | Tensor[] {
  return at_least(1, tensors, () => [1]);
}

/** Fewer than two dimensions become (1, n); several tensors give a list. */
export function atleast_2d(...tensors: [Tensor]): Tensor;
export function atleast_2d(...tensors: Several): Tensor[];
export function atleast_2d(...tensors: Several): Tensor | Tensor[] {
  return at_least(2, tensors, (input) => [1, input.numel()]);
}

/** Fewer than three dimensions become (1, n, 1) or (n, m, 1); several tensors give a list. */
export function atleast_3d(...tensors: [Tensor]): Tensor;
export function atleast_3d(...tensors: Several): Tensor[];
export function atleast_3d(...tensors: Several): Tensor | Tensor[] {
  return at_least(3, tensors, (input) => (input.ndim === 2 ? [...input.shape, 1] : [1, input.numel(), 1]));
}

/** The tensors as columns beside each other; vectors become columns. */
export function column_stack(tensors: readonly Tensor[], ...more: []): Tensor {
  none("column_stack", more);
  return cat(
    tensors.map((input) => (input.ndim > 1 ? input : reshape(input, [input.numel(), 1]))),
    1,
  );
}

/** The tensors behind each other along the third dimension. */
export function dstack(tensors: readonly Tensor[], ...more: []): Tensor {
  none("dstack", more);
  return cat(atleast_3d(tensors), 2);
}

/** All tensors broadcast to one shape. */
export function broadcast_tensors(...tensors: Several): Tensor[] {
  const list = list_of("broadcast_tensors", tensors);
  const shape = list.reduce<number[]>((common, input) => broadcast_shapes(common, input.shape), []);
  return list.map((input) => expand(input, shape));
}

/** The input broadcast to `size`. */
export function broadcast_to(input: Tensor, size: Shape): Tensor;
export function broadcast_to(input: Tensor, options: { size: Shape }): Tensor;
export function broadcast_to(input: Tensor, ...args: unknown[]): Tensor {
  const size = operand<Shape>("broadcast_to", "size", args);
  expect_tensor("broadcast_to", input);
  return expand(input, size);
}

/** Matrices along the diagonal of a larger one that is 0 elsewhere. */
export function block_diag(...tensors: Tensor[]): Tensor {
  const blocks = list_of("block_diag", tensors).map((input) => {
    if (input.ndim > 2) {
      throw new RuntimeError(
        `torch.block_diag: Input tensors must have 2 or fewer dimensions. Input has ${input.ndim} dimensions`,
      );
    }
    return atleast_2d(input);
  });
  const dtype = result_type(...blocks);
  const width = blocks.reduce((sum, block) => sum + block.shape[1], 0);
  let before = 0;
  const rows = blocks.map((block) => {
    const [height, columns] = block.shape;
    const parts = [before, columns, width - before - columns];
    before += columns;
    const zeros = (size: number): Tensor => block.new_zeros([height, size], { dtype });
    return cat([zeros(parts[0]), cast(block, dtype), zeros(parts[2])], 1);
  });
  return cat(rows, 0);
}

/** The vectors in the last dimension as diagonals of matrices in dimensions `dim1` and `dim2`. */
export function diag_embed(input: Tensor, offset?: number, dim1?: number, dim2?: number): Tensor;
export function diag_embed(input: Tensor, offset: number, options: { dim1?: number; dim2?: number }): Tensor;
export function diag_embed(input: Tensor, options: { offset?: number; dim1?: number; dim2?: number }): Tensor;
export function diag_embed(input: Tensor, ...args: unknown[]): Tensor {
  type Args = { offset: number; dim1: number; dim2: number };
  const { offset = 0, dim1 = -2, dim2 = -1 } = bind<Args>("diag_embed", ["offset", "dim1", "dim2"], [], args);
  expect_tensor("diag_embed", input);
  const rank = input.ndim + 1;
  const a = normalize_dim(dim1, rank);
  const b = normalize_dim(dim2, rank);
  if (a === b) throw new RuntimeError(`diagonal dimensions cannot be identical ${dim1}, ${dim2}`);
  const n = input.shape[input.ndim - 1];
  const size = n + Math.abs(offset);
  const places = range(n).map((i) => (i + Math.max(0, -offset)) * size + i + Math.max(0, offset));
  const lead = input.shape.slice(0, -1);
  const zeros = input.new_zeros([...lead, size * size]);
  const filled = zeros.index_copy(-1, tensor(places, { dtype: int64 }), input);
  return movedim(reshape(filled, [...lead, size, size]), [-2, -1], [a, b]);
}

/** All elements as the diagonal of a matrix. */
export function diagflat(input: Tensor, offset?: number): Tensor;
export function diagflat(input: Tensor, options: { offset?: number }): Tensor;
export function diagflat(input: Tensor, ...args: unknown[]): Tensor {
  const { offset: shift = 0 } = bind<{ offset?: number }>("diagflat", ["offset"], [], args);
  expect_tensor("diagflat", input);
  return diag(reshape(input, [input.numel()]), shift);
}

/** The input split along `dim` into so many parts, as equal as can be, or before the given places. */
export function tensor_split(
  input: Tensor,
  indices_or_sections: number | Shape | Tensor,
  dim?: number,
): Tensor[];
export function tensor_split(
  input: Tensor,
  indices_or_sections: number | Shape | Tensor,
  options: { dim?: number },
): Tensor[];
export function tensor_split(
  input: Tensor,
  options: { indices_or_sections: number | Shape | Tensor; dim?: number },
): Tensor[];
export function tensor_split(input: Tensor, ...args: unknown[]): Tensor[] {
  const { indices_or_sections, dim: given = 0 } = bind<{
    indices_or_sections: number | Shape | Tensor;
    dim?: number;
  }>("tensor_split", ["indices_or_sections", "dim"], [], args, 1);
  expect_tensor("tensor_split", input);
  if (input.ndim === 0) {
    throw new RuntimeError(
      "tensor_split expected at least a 1-dimensional tensor, but got a tensor with 0 dims",
    );
  }
  const at = normalize_dim(given, input.ndim);
  const size = input.shape[at];
  let wanted = indices_or_sections as number | Shape;
  if (is_tensor(indices_or_sections)) {
    const { ndim, dtype } = indices_or_sections;
    if (dtype !== int64 || ndim > 1) {
      throw new RuntimeError(
        `tensor_split expected tensor_indices_or_sections to be a zero-dimensional or one-dimensional tensor of dtype int64`,
      );
    }
    const list = Array.from(indices_or_sections.typed_array(), Number);
    wanted = ndim === 0 ? list[0] : list;
  }
  if (typeof wanted === "number") {
    if (!(wanted > 0)) throw new RuntimeError(`number of sections must be larger than 0, got ${wanted}`);
    const least = Math.floor(size / wanted);
    const longer = size % wanted;
    return split(
      input,
      range(wanted).map((i) => least + (i < longer ? 1 : 0)),
      at,
    );
  }
  if (!Array.isArray(wanted)) {
    throw new TypeError(
      `tensor_split(): expected a number of sections, a list of places or a Tensor, got ${typeof wanted}`,
    );
  }
  const place = (index: number): number => Math.min(Math.max(index < 0 ? index + size : index, 0), size);
  const cuts = [0, ...wanted.map(place), size];
  return range(cuts.length - 1).map((i) => slice(input, at, cuts[i], Math.max(cuts[i], cuts[i + 1])));
}

function split_along(
  name: string,
  rank: number,
  dim: number,
  input: Tensor,
  places: number | Shape,
): Tensor[] {
  if (input.ndim < rank) {
    throw new RuntimeError(
      `torch.${name} requires a tensor with at least ${rank} dimension${rank === 1 ? "" : "s"}, but got a tensor with ` +
        `${input.ndim} dimensions!`,
    );
  }
  if (typeof places === "number" && (places <= 0 || input.shape[dim] % places !== 0)) {
    throw new RuntimeError(
      `torch.${name} attempted to split along dimension ${dim}, but the size of the dimension ${input.shape[dim]} is not ` +
        `divisible by the split_size ${places}!`,
    );
  }
  return tensor_split(input, places, dim);
}

/** {@link tensor_split} along the second dimension, along the first of a vector; parts must be equal. */
export function hsplit(input: Tensor, indices_or_sections: number | Shape): Tensor[];
export function hsplit(input: Tensor, options: { indices_or_sections: number | Shape }): Tensor[];
export function hsplit(input: Tensor, ...args: unknown[]): Tensor[] {
  const indices_or_sections = operand<number | Shape>("hsplit", "indices_or_sections", args);
  expect_tensor("hsplit", input);
  return split_along("hsplit", 1, input.ndim === 1 ? 0 : 1, input, indices_or_sections);
}

/** {@link tensor_split} along the first dimension; parts must be equal. */
export function vsplit(input: Tensor, indices_or_sections: number | Shape): Tensor[];
export function vsplit(input: Tensor, options: { indices_or_sections: number | Shape }): Tensor[];
export function vsplit(input: Tensor, ...args: unknown[]): Tensor[] {
  const indices_or_sections = operand<number | Shape>("vsplit", "indices_or_sections", args);
  expect_tensor("vsplit", input);
  return split_along("vsplit", 2, 0, input, indices_or_sections);
}

/** {@link tensor_split} along the third dimension; parts must be equal. */
export function dsplit(input: Tensor, indices_or_sections: number | Shape): Tensor[];
export function dsplit(input: Tensor, options: { indices_or_sections: number | Shape }): Tensor[];
export function dsplit(input: Tensor, ...args: unknown[]): Tensor[] {
  const indices_or_sections = operand<number | Shape>("dsplit", "indices_or_sections", args);
  expect_tensor("dsplit", input);
  return split_along("dsplit", 3, 2, input, indices_or_sections);
}

/** Parts of the given sizes along `dim`. */
export function split_with_sizes(input: Tensor, split_sizes: Shape, dim?: number): Tensor[];
export function split_with_sizes(input: Tensor, split_sizes: Shape, options: { dim?: number }): Tensor[];
export function split_with_sizes(input: Tensor, options: { split_sizes: Shape; dim?: number }): Tensor[];
export function split_with_sizes(input: Tensor, ...args: unknown[]): Tensor[] {
  const { split_sizes, dim } = bind<{ split_sizes: Shape; dim?: number }>(
    "split_with_sizes",
    ["split_sizes", "dim"],
    [],
    args,
    1,
  );
  expect_tensor("split_with_sizes", input);
  return split(input, split_sizes, dim);
}

/** The input with `src` in place of what `select(dim, index)` gives. */
export function select_scatter(input: Tensor, src: Tensor, dim: number, index: number): Tensor;
export function select_scatter(input: Tensor, src: Tensor, options: { dim: number; index: number }): Tensor;
export function select_scatter(input: Tensor, options: { src: Tensor; dim: number; index: number }): Tensor;
export function select_scatter(input: Tensor, ...args: unknown[]): Tensor {
  const { src, dim, index } = bind<{ src: Tensor; dim: number; index: number }>(
    "select_scatter",
    ["src", "dim", "index"],
    [],
    args,
    3,
  );
  expect_tensor("select_scatter", input);
  const at = normalize_dim(dim, input.ndim);
  const size = input.shape[at];
  const place = index < 0 ? index + size : index;
  const expected = input.shape.filter((_, d) => d !== at);
  if (src.shape.join() !== expected.join()) {
    throw new RuntimeError(
      `expected src to have a size equal to the slice of self. src size = ${size_text(src.shape)}, slice size = ${size_text(expected)}`,
    );
  }
  // The select checks the index.
  input.select(at, index);
  const places = tensor([place], { dtype: int64 });
  return input.index_copy(at, places, unsqueeze(src, at));
}

/**
 * Windows of `size` elements along `dimension`, `step` apart; they come as a further, last dimension. A copy, where PyTorch
 * gives a view.
 */
export function unfold(input: Tensor, dimension: number, size: number, step: number): Tensor;
export function unfold(input: Tensor, dimension: number, options: { size: number; step: number }): Tensor;
export function unfold(input: Tensor, options: { dimension: number; size: number; step: number }): Tensor;
export function unfold(input: Tensor, ...args: unknown[]): Tensor {
  const { dimension, size, step } = bind<{ dimension: number; size: number; step: number }>(
    "unfold",
    ["dimension", "size", "step"],
    [],
    args,
    3,
  );
  expect_tensor("unfold", input);
  const at = normalize_dim(dimension, input.ndim);
  const source = input.ndim === 0 ? reshape(input, [1]) : input;
  const length = source.shape[at];
  if (size > length || size < 0) {
    throw new RuntimeError(`maximum size for tensor at dimension ${at} is ${length} but size is ${size}`);
  }
  if (step <= 0) throw new RuntimeError(`step is ${step} but must be > 0`);
  const count = Math.floor((length - size) / step) + 1;
  const places = range(count).flatMap((i) => range(size).map((k) => i * step + k));
  const taken = index_select(source, at, places);
  const shape = [...source.shape];
  shape.splice(at, 1, count, size);
  const output = input.ndim === 0 ? reshape(taken, [size]) : movedim(reshape(taken, shape), at + 1, -1);
  return input._make_view(output._alias(), {
    base: input,
    replay: (base) => unfold(base, at, size, step)._alias(),
    scatter: () => {
      throw new RuntimeError(
        "unfold(): windows cannot be written through here; clone() them first, or write to the tensor itself",
      );
    },
  });
}

/** Vectors spread over a grid: one tensor per vector, each of all their sizes; "xy" swaps the first two dimensions. */
export function meshgrid(...tensors: [...Several] | [...Tensor[], { indexing?: "ij" | "xy" }]): Tensor[] {
  const last = tensors[tensors.length - 1];
  const options = is_options(last) ? [last] : [];
  const given = tensors.slice(0, tensors.length - options.length);
  const { indexing = "ij" } = bind<{ indexing: string }>("meshgrid", [], ["indexing"], options);
  if (indexing !== "ij" && indexing !== "xy") {
    throw new RuntimeError(`torch.meshgrid: indexing must be one of "xy" or "ij", but received: ${indexing}`);
  }
  const vectors = list_of("meshgrid", given);
  if (vectors.length === 0) throw new RuntimeError("meshgrid expects a non-empty TensorList");
  vectors.forEach((vector) => {
    if (vector.ndim > 1) {
      throw new RuntimeError(
        `torch.meshgrid: Expected 0D or 1D tensor in the tensor list but got: ${size_text(vector.shape)}`,
      );
    }
  });
  const swapped = indexing === "xy" && vectors.length > 1;
  const order = range(vectors.length);
  if (swapped) [order[0], order[1]] = [1, 0];
  const shape = order.map((i) => vectors[i].numel());
  return vectors.map((vector, i) => {
    const line = order.map((j) => (j === i ? vector.numel() : 1));
    return expand(reshape(vector, line), shape);
  });
}

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

function triangle(
  name: string,
  args: readonly unknown[],
  inside: (i: number, j: number, offset: number) => boolean,
): Tensor {
  type Args = { row: number; col: number; offset?: number; dtype?: DType | null; device?: string };
  const {
    row,
    col,
    offset = 0,
    dtype,
  } = bind<Args>(name, ["row", "col", "offset"], ["dtype", "device"], args, 2);
  if (row < 0) throw new RuntimeError(`row must be non-negative, got${row}`);
  if (col < 0) throw new RuntimeError(`col must be non-negative, got${col}`);
  check_list(name, [row, col]);
  const rows: number[] = [];
  const columns: number[] = [];
  for (let i = 0; i < row; i++) {
    for (let j = 0; j < col; j++) {
      if (!inside(i, j, offset)) continue;
      rows.push(i);
      columns.push(j);
    }
  }
  const data = BigInt64Array.from([...rows, ...columns], BigInt);
  return cast(new Tensor(from_data([2, rows.length], int64, data)), dtype ?? int64);
}

type IndicesOptions = { dtype?: DType | null; device?: string };

/** Rows and columns, (2, n), of a matrix's elements on and below the diagonal that is `offset` to the right. */
export function tril_indices(row: number, col: number, offset?: number, options?: IndicesOptions): Tensor;
export function tril_indices(row: number, col: number, options: { offset?: number } & IndicesOptions): Tensor;
export function tril_indices(options: { row: number; col: number; offset?: number } & IndicesOptions): Tensor;
export function tril_indices(...args: unknown[]): Tensor {
  return triangle("tril_indices", args, (i, j, offset) => j - i <= offset);
}

/** Rows and columns, (2, n), of a matrix's elements on and above the diagonal that is `offset` to the right. */
export function triu_indices(row: number, col: number, offset?: number, options?: IndicesOptions): Tensor;
export function triu_indices(row: number, col: number, options: { offset?: number } & IndicesOptions): Tensor;
export function triu_indices(options: { row: number; col: number; offset?: number } & IndicesOptions): Tensor;
export function triu_indices(...args: unknown[]): Tensor {
  return triangle("triu_indices", args, (i, j, offset) => j - i >= offset);
}

/** A zero-dim tensor of a number, float32 unless `dtype` says otherwise. */
export function scalar_tensor(s: number | boolean | bigint, options?: CreateOptions): Tensor;
export function scalar_tensor(s: number | boolean | bigint, ...args: unknown[]): Tensor {
  const [given] = creation<object>("scalar_tensor", [], args, 0);
  if (typeof s === "object") throw new ValueError("scalar_tensor(): expected a number");
  return tensor(s, { ...given, dtype: given.dtype ?? get_default_dtype() });
}
