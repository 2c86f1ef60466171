/** @file Less common arrangements: stacks, blocks, grids, windows. */
import { bind, is_options, none, operand } from "../../args";
import { named } from "../../autograd/tape";
import { get_default_dtype } from "../../dtype";
import { RuntimeError, ValueError } from "../../errors";
import {
  broadcast_shapes as broadcast_pair,
  normalize_dim,
  range,
  type Shape,
  same_shape,
  size_text,
} from "../../shape";
import { is_tensor, type Tensor } from "../../tensor";
import { index_select } from "../position/gather";
import { put_places } from "../position/places";
import { cast, expect_tensor, result_type } from "../value/convert";
import { type CreateOptions, creation, tensor } from "../value/create";
import { cat } from "./join";
import { expand, movedim, reshape } from "./movement";

/** One tensor, or several as a list or one by one. */
type Several = Tensor[] | [readonly Tensor[]];

/** The tensors that `name` takes as a list or one by one. @throws TypeError for keywords and anything else. */
export function list_of(name: string, tensors: readonly unknown[]): readonly Tensor[] {
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
  const shape = list.reduce<number[]>((common, input) => broadcast_pair(common, input.shape), []);
  return list.map((input) => (same_shape(input.shape, shape) ? input : expand(input, shape)));
}

/**
 * The shape that shapes broadcast to; a number stands for a shape of one dimension.
 *
 * @throws RuntimeError when they do not, ValueError for negative sizes.
 * @example
 * torch.broadcast_shapes([2, 1], [3])  // [2, 3]
 */
export function broadcast_shapes(...shapes: (number | Shape)[]): number[] {
  const last = shapes[shapes.length - 1];
  if (is_options(last)) none("broadcast_shapes", [last]);
  const lists = shapes.map((shape) => {
    const list = typeof shape === "number" ? [shape] : shape;
    if (!Array.isArray(list) || !list.every((size) => Number.isInteger(size))) {
      throw new RuntimeError(
        `broadcast_shapes(): Input shapes should be of type ints, a tuple of ints, or a list of ints, got ${String(shape)}`,
      );
    }
    if (list.some((size) => size < 0)) {
      throw new ValueError("broadcast_shapes(): Attempting to broadcast a dimension with negative length!");
    }
    return list as Shape;
  });
  return lists.reduce<number[]>((common, shape) => {
    try {
      return broadcast_pair(common, shape);
    } catch {
      throw new RuntimeError(
        `broadcast_shapes(): Shape mismatch: ${lists.map(size_text).join(", ")} do not broadcast to one shape`,
      );
    }
  }, []);
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

/**
 * Windows of `size` elements along `dimension`, `step` apart; they come as a further, last dimension. A view.
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
  if (size < 0) throw new RuntimeError(`size is ${size} but must be >= 0`);
  if (size > length) {
    throw new RuntimeError(`maximum size for tensor at dimension ${at} is ${length} but size is ${size}`);
  }
  if (step <= 0) throw new RuntimeError(`step is ${step} but must be > 0`);
  const count = Math.floor((length - size) / step) + 1;
  const places = range(count).flatMap((i) => range(size).map((k) => i * step + k));
  const taken = index_select(source, at, places);
  const shape = [...source.shape];
  shape.splice(at, 1, count, size);
  const output = input.ndim === 0 ? reshape(taken, [size]) : movedim(reshape(taken, shape), at + 1, -1);
  return named(
    "UnfoldBackward0",
    input._make_view(output._alias(), {
      base: input,
      replay: (base) => unfold(base, at, size, step)._alias(),
      scatter: (base) => base,
      geometry: ({ strides, offset: start }) => {
        const stride = strides[at] ?? 1;
        const apart = strides.map((each, d) => (d === at ? each * step : each));
        return { strides: [...apart, stride], offset: start };
      },
      place: put_places,
    }),
    input,
  );
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
  if (vectors.some(({ dtype }) => dtype !== vectors[0].dtype)) {
    throw new RuntimeError("meshgrid expects all tensors to have the same dtype");
  }
  const swapped = indexing === "xy" && vectors.length > 1;
  const order = range(vectors.length);
  if (swapped) [order[0], order[1]] = [1, 0];
  const shape = order.map((i) => vectors[i].numel());
  return vectors.map((vector, i) => {
    const line = order.map((j) => (j === i ? vector.numel() : 1));
    return expand(reshape(vector, line), shape);
  });
}

/** A zero-dim tensor of a number, float32 unless `dtype` says otherwise. */
export function scalar_tensor(s: number | boolean | bigint, options?: CreateOptions): Tensor;
export function scalar_tensor(s: number | boolean | bigint, ...args: unknown[]): Tensor {
  const [given] = creation<object>("scalar_tensor", [], args, 0);
  if (typeof s === "object") throw new ValueError("scalar_tensor(): expected a number");
  return tensor(s, { ...given, dtype: given.dtype ?? get_default_dtype() });
}
