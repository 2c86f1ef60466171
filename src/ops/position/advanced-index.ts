/** @file Several index tensors at once, as in Python's `x[a, b]`: where they point, taking and putting there. */
import { bind } from "../../args";
import { execute, from_data, read } from "../../backend/engine";
import type { Handle } from "../../backend/handle";
import { bool, int32 } from "../../dtype";
import { IndexError, RuntimeError } from "../../errors";
import { broadcast_shapes, numel, range, type Shape, same_shape, size_text } from "../../shape";
import type { Tensor } from "../../tensor";
import { movedim, reshape } from "../shape/movement";
import { cast, expect_tensor } from "../value/convert";
import { add_rows, put_rows, take_rows } from "./rows";

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
