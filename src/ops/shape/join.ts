/** @file Operations that put tensors together or repeat them. */
import { bind, none } from "../../args";
import { beside, named, record } from "../../autograd/tape";
import { type Attr, attr, execute, ints, scalar } from "../../backend/engine";
import { type DType, int32 } from "../../dtype";
import { IndexError, RuntimeError } from "../../errors";
import { check_size, normalize_dim, normalize_dims, numel, range, type Shape, size_text } from "../../shape";
import { is_tensor, type Tensor } from "../../tensor";
import { cast, expect_tensor, result_type } from "../value/convert";
import { permute, reshape, type Sizes, unsqueeze, whole_numbers } from "./movement";

/** Attributes of ops whose input is a list: there the element type is not inferred. */
function list_attrs(count: number, dtype: DType): Attr[] {
  return [attr.int("N", count), attr.type("T", dtype)];
}

function tensor_list(name: string, tensors: readonly Tensor[]): readonly Tensor[] {
  if (!Array.isArray(tensors)) {
    throw new TypeError(
      `${name}(): argument 'tensors' (position 1) must be a list of Tensors, not ${is_tensor(tensors) ? "Tensor" : typeof tensors}`,
    );
  }
  tensors.forEach((tensor, i) => {
    if (!is_tensor(tensor)) {
      throw new TypeError(
        `${name}(): expected Tensor as element ${i} in argument 0, but got ${tensor === null ? "null" : typeof tensor}`,
      );
    }
  });
  return tensors;
}

/**
 * Tensors one after the other along an existing dimension; all other sizes must agree.
 *
 * @throws RuntimeError for no tensors or sizes that differ.
 * @example
 * torch.cat([hidden[-2], hidden[-1]], { dim: 1 })
 */
export function cat(tensors: readonly Tensor[], dim?: number): Tensor;
export function cat(tensors: readonly Tensor[], options: { dim?: number }): Tensor;
export function cat(tensors: readonly Tensor[], ...args: unknown[]): Tensor {
  const { dim: wanted = 0 } = bind<{ dim?: number }>("cat", ["dim"], [], args);
  const list = tensor_list("cat", tensors);
  if (list.length === 0) throw new RuntimeError("torch.cat(): expected a non-empty list of Tensors");
  const dtype = result_type(...list);
  // Empty vectors join with anything, for old times' sake.
  const real = list.filter((tensor) => !(tensor.ndim === 1 && tensor.shape[0] === 0));
  if (real.length === 0) return beside(reshape(cast(list[0], dtype), [0]), ...list.slice(1));
  const first = real[0];
  if (list.some((tensor) => tensor.ndim === 0)) {
    const at = list.findIndex((tensor) => tensor.ndim === 0);
    throw new RuntimeError(`zero-dimensional tensor (at position ${at}) cannot be concatenated`);
  }
  const at = normalize_dim(wanted, first.ndim);
  list.forEach((tensor, i) => {
    if (!real.includes(tensor)) return;
    if (tensor.ndim !== first.ndim) {
      throw new RuntimeError(
        `Tensors must have same number of dimensions: got ${first.ndim} and ${tensor.ndim}`,
      );
    }
    for (let d = 0; d < first.ndim; d++) {
      if (d !== at && tensor.shape[d] !== first.shape[d]) {
        throw new RuntimeError(
          `Sizes of tensors must match except in dimension ${at}. Expected size ${first.shape[d]} but got size ` +
            `${tensor.shape[d]} for tensor number ${i} in the list.`,
        );
      }
    }
  });
  const parts = real.map((tensor) => cast(tensor, dtype));
  const handle =
    parts.length === 1
      ? execute("Identity", [parts[0].handle])
      : execute(
          "ConcatV2",
          [...parts.map((part) => part.handle), scalar(at, int32)],
          list_attrs(parts.length, dtype),
        );
  const joined = record("cat", handle, parts, [], at);
  if (real.length === list.length) return joined;
  // Empty vectors have a gradient all the same, of no elements.
  return beside(joined, ...list.filter((tensor) => !real.includes(tensor)));
}

/** {@link cat}. */
export function concat(tensors: readonly Tensor[], dim?: number): Tensor;
export function concat(tensors: readonly Tensor[], options: { dim?: number }): Tensor;
export function concat(tensors: readonly Tensor[], ...args: unknown[]): Tensor {
  const { dim } = bind<{ dim?: number }>("concat", ["dim"], [], args);
  return cat(tensors, dim);
}

/** Tensors of one shape along a new dimension. */
export function stack(tensors: readonly Tensor[], dim?: number): Tensor;
export function stack(tensors: readonly Tensor[], options: { dim?: number }): Tensor;
export function stack(tensors: readonly Tensor[], ...args: unknown[]): Tensor {
  const { dim: wanted = 0 } = bind<{ dim?: number }>("stack", ["dim"], [], args);
  const list = tensor_list("stack", tensors);
  if (list.length === 0) throw new RuntimeError("stack expects a non-empty TensorList");
  const first = list[0];
  list.forEach((tensor, i) => {
    if (size_text(tensor.shape) !== size_text(first.shape)) {
      throw new RuntimeError(
        `stack expects each tensor to be equal size, but got ${size_text(first.shape)} at entry 0 and ` +
          `${size_text(tensor.shape)} at entry ${i}`,
      );
    }
  });
  const at = normalize_dim(wanted, first.ndim + 1);
  const dtype = result_type(...list);
  const parts = list.map((tensor) => cast(tensor, dtype));
  const handle = execute(
    "Pack",
    parts.map((part) => part.handle),
    [attr.int("axis", at), ...list_attrs(parts.length, dtype)],
  );
  return record("stack", handle, parts, [], at);
}

/** Tensors stacked as rows: along the first dimension. */
export function vstack(tensors: readonly Tensor[], ...more: []): Tensor {
  none("vstack", more);
  return cat(
    tensor_list("vstack", tensors).map((tensor) =>
      tensor.ndim < 2 ? reshape(tensor, [1, tensor.numel()]) : tensor,
    ),
  );
}

/** Tensors side by side: along the second dimension, vectors along the first. */
export function hstack(tensors: readonly Tensor[], ...more: []): Tensor {
  none("hstack", more);
  const list = tensor_list("hstack", tensors).map((tensor) =>
    tensor.ndim === 0 ? reshape(tensor, [1]) : tensor,
  );
  return cat(list, list[0]?.ndim === 1 ? 0 : 1);
}

/** The tensor repeated along its dimensions; missing dimensions come in front. */
export function repeat(input: Tensor, ...repeats: Sizes): Tensor;
export function repeat(input: Tensor, options: { repeats: Shape }): Tensor;
export function repeat(input: Tensor, ...args: unknown[]): Tensor {
  const times = whole_numbers("repeat", "repeats", args);
  if (times.length < input.ndim) {
    throw new RuntimeError(
      "Number of dimensions of repeat dims can not be smaller than number of dimensions of tensor",
    );
  }
  times.forEach((n) => {
    if (n < 0)
      throw new RuntimeError(`Trying to create tensor with negative dimension ${n}: ${size_text(times)}`);
  });
  check_size("repeat", times);
  const padded = [...new Array<number>(times.length - input.ndim).fill(1), ...input.shape];
  const wide = reshape(input, padded);
  return record("tile", execute("Tile", [wide.handle, ints(times)]), [wide], [], times);
}

/** {@link repeat}, with missing counts in front taken as 1. */
export function tile(input: Tensor, ...dims: Sizes): Tensor;
export function tile(input: Tensor, options: { dims: Shape }): Tensor;
export function tile(input: Tensor, ...args: unknown[]): Tensor {
  const times = whole_numbers("tile", "dims", args);
  expect_tensor("tile", input);
  return repeat(input, [...new Array<number>(Math.max(0, input.ndim - times.length)).fill(1), ...times]);
}

/** The gradient of {@link repeat}: copies added up. */
export function fold_tiles(input: Tensor, shape: Shape, times: Shape): Tensor {
  const split_shape = shape.flatMap((size, i) => [times[i], size]);
  const dims = range(times.length).map((i) => 2 * i);
  return reshape(input, split_shape).sum(dims);
}

/** The elements in reverse order along `dims`. */
export function flip(input: Tensor, ...dims: Sizes): Tensor;
export function flip(input: Tensor, options: { dims: number | Shape }): Tensor;
export function flip(input: Tensor, ...args: unknown[]): Tensor {
  const axes = whole_numbers("flip", "dims", args);
  expect_tensor("flip", input);
  const at = axes.length === 0 ? [] : normalize_dims(axes, input.ndim);
  return record("flip", execute("ReverseV2", [input.handle, ints(at)]), [input], [], at);
}

/** Left and right exchanged. @throws RuntimeError below two dimensions. */
export function fliplr(input: Tensor, ...more: []): Tensor {
  none("fliplr", more);
  expect_tensor("fliplr", input);
  if (input.ndim < 2) throw new RuntimeError("Input must be >= 2-d.");
  return flip(input, [1]);
}

/** Up and down exchanged. @throws RuntimeError below one dimension. */
export function flipud(input: Tensor, ...more: []): Tensor {
  none("flipud", more);
  expect_tensor("flipud", input);
  if (input.ndim < 1) throw new RuntimeError("Input must be >= 1-d.");
  return flip(input, [0]);
}

/** The elements moved by `shifts` along `dims`, those that fall off coming in again; flattened without `dims`. */
export function roll(input: Tensor, shifts: number | Shape, dims?: number | Shape): Tensor;
export function roll(input: Tensor, shifts: number | Shape, options: { dims?: number | Shape }): Tensor;
export function roll(input: Tensor, options: { shifts: number | Shape; dims?: number | Shape }): Tensor;
export function roll(input: Tensor, ...args: unknown[]): Tensor {
  const { shifts, dims } = bind<{ shifts: number | Shape; dims?: number | Shape }>(
    "roll",
    ["shifts", "dims"],
    [],
    args,
    1,
  );
  expect_tensor("roll", input);
  const axes = dims;
  const by = typeof shifts === "number" ? [shifts] : shifts;
  if (axes === undefined || (Array.isArray(axes) && axes.length === 0)) {
    if (by.length !== 1) {
      throw new RuntimeError(`shifts and dimensions must align. shifts: ${by.length}, dims:0`);
    }
    return reshape(roll(reshape(input, [-1 + (input.numel() === 0 ? 1 : 0)]), by, 0), input.shape);
  }
  const at = (typeof axes === "number" ? [axes] : (axes as Shape)).map((dim) =>
    normalize_dim(dim, input.ndim),
  );
  if (by.length !== at.length) {
    throw new RuntimeError(`shifts and dimensions must align. shifts: ${by.length}, dims:${at.length}`);
  }
  if (input.ndim === 0) {
    throw new IndexError("roll(): Dimension specified as 0 but tensor has no dimensions");
  }
  if (input.numel() === 0) return reshape(input, input.shape)._alias();
  return named(
    "RollBackward0",
    record("roll", execute("Roll", [input.handle, ints(by), ints(at)]), [input], [], { by, at }),
    input,
  );
}

/** A quarter turn, `k` times, in the plane of two dimensions. */
export function rot90(input: Tensor, k?: number, dims?: Shape): Tensor;
export function rot90(input: Tensor, k: number, options: { dims?: Shape }): Tensor;
export function rot90(input: Tensor, options: { k?: number; dims?: Shape }): Tensor;
export function rot90(input: Tensor, ...args: unknown[]): Tensor {
  const { k = 1, dims = [0, 1] } = bind<{ k?: number; dims?: Shape }>("rot90", ["k", "dims"], [], args);
  expect_tensor("rot90", input);
  if (dims.length !== 2) {
    throw new RuntimeError(`expected total rotation dims == 2, but got dims = ${dims.length}`);
  }
  if (input.ndim < 2) throw new RuntimeError(`expected total dims >= 2, but got total dims = ${input.ndim}`);
  const [a, b] = dims.map((dim) => normalize_dim(dim, input.ndim));
  if (a === b) throw new RuntimeError("expected rotation dims to be different, but got dim0 = dim1");
  const turns = ((k % 4) + 4) % 4;
  const order = range(input.ndim);
  [order[a], order[b]] = [b, a];
  if (turns === 0) return reshape(input, input.shape);
  if (turns === 2) return flip(input, [a, b]);
  return named(
    "Rot90Backward0",
    turns === 1 ? permute(flip(input, [b]), order) : flip(permute(input, order), [b]),
    input,
  );
}

/** Each element `repeats` times in a row, along `dim` (flattened without). */
export function repeat_interleave(
  input: Tensor,
  repeats: number | Tensor,
  dim?: number | null,
  options?: { output_size?: number | null },
): Tensor;
export function repeat_interleave(
  input: Tensor,
  repeats: number | Tensor,
  options: { dim?: number | null; output_size?: number | null },
): Tensor;
export function repeat_interleave(
  input: Tensor,
  options: { repeats: number | Tensor; dim?: number | null; output_size?: number | null },
): Tensor;
export function repeat_interleave(input: Tensor, ...args: unknown[]): Tensor {
  type Args = { repeats: number | Tensor; dim: number | null; output_size: number | null };
  const bound = bind<Args>("repeat_interleave", ["repeats", "dim"], ["output_size"], args);
  expect_tensor("repeat_interleave", input);
  const { repeats } = bound;
  const dim = bound.dim ?? undefined;
  if (repeats === undefined || !(typeof repeats === "number" || is_tensor(repeats))) {
    throw new TypeError("repeat_interleave(): argument 'repeats' must be a number or a Tensor");
  }
  if (is_tensor(repeats) && input.ndim === 0 && dim !== undefined) {
    throw new IndexError(`Dimension specified as ${dim} but tensor has no dimensions`);
  }
  const source = dim === undefined ? reshape(input, [numel(input.shape)]) : input;
  const at = normalize_dim(dim ?? 0, source.ndim);
  const size = source.shape[at] ?? 1;
  if (typeof repeats === "number") {
    if (repeats < 0) throw new RuntimeError("repeats can not be negative");
    const wide = unsqueeze(source, at + 1);
    const shape = [...wide.shape];
    shape[at + 1] = repeats;
    const target = [...source.shape];
    target[at] = size * repeats;
    return reshape(wide.expand(shape), target);
  }
  const counts = repeats.tolist() as number[] | number;
  const list = Array.isArray(counts)
    ? counts.length === 1
      ? new Array<number>(size).fill(counts[0])
      : counts
    : new Array<number>(size).fill(counts);
  if (list.length !== size) {
    throw new RuntimeError(
      `repeats must have the same size as input along dim, but got repeats.size(0) = ${list.length} and input.size(${at}) = ${size}`,
    );
  }
  return source.index_select(
    at,
    list.flatMap((n, i) => new Array<number>(n).fill(i)),
  );
}
