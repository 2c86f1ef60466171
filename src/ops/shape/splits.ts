/** @file A tensor cut into several along a dimension, each a view. */
import { bind, operand } from "../../args";
import { is_grad_enabled } from "../../autograd/grad-mode";
import { named } from "../../autograd/tape";
import { int64 } from "../../dtype";
import { RuntimeError } from "../../errors";
import { normalize_dim, range, type Shape, size_text } from "../../shape";
import { is_tensor, type Tensor } from "../../tensor";
import { expect_tensor } from "../value/convert";
import { select, slice } from "./parts";

/** Views that one call gave, under PyTorch's name for it: they may not be changed in place where that is recorded. */
function several(label: string, input: Tensor, parts: readonly Tensor[]): Tensor[] {
  return parts.map((part, nth) => {
    named(label, part, input);
    const view = part._view;
    if (view !== null) part._view = { ...view, nth };
    if (is_grad_enabled()) part._origin = "several";
    return part;
  });
}

/** Parts of the given sizes, one after the other. */
function parts_of(input: Tensor, sizes: Shape, at: number): Tensor[] {
  let start = 0;
  return sizes.map((length) => {
    start += length;
    return slice(input, at, start - length, start);
  });
}

/** Parts of `split_size` along `dim`, the last smaller where it does not divide; or parts of the listed sizes. */
export function split(input: Tensor, split_size: number | Shape, dim?: number): Tensor[];
export function split(input: Tensor, split_size: number | Shape, options: { dim?: number }): Tensor[];
export function split(input: Tensor, options: { split_size: number | Shape; dim?: number }): Tensor[];
export function split(input: Tensor, ...args: unknown[]): Tensor[] {
  const { split_size, dim } = bind<{ split_size: number | Shape; dim?: number }>(
    "split",
    ["split_size", "dim"],
    [],
    args,
    1,
  );
  expect_tensor("split", input);
  const at = normalize_dim(dim ?? 0, input.ndim);
  if (input.ndim === 0) throw new RuntimeError("split expects at least a 1-dimensional tensor");
  const size = input.shape[at];
  let sizes: Shape;
  if (typeof split_size === "number") {
    if (split_size < 0 || (split_size === 0 && size !== 0)) {
      throw new RuntimeError(`split expects split_size be non-negative, but got split_size=${split_size}`);
    }
    const count = split_size === 0 ? 1 : Math.max(1, Math.ceil(size / split_size));
    sizes = range(count).map((i) => Math.min(split_size, size - i * split_size));
  } else {
    sizes = split_size;
    if (sizes.reduce((sum, part) => sum + part, 0) !== size) {
      throw new RuntimeError(
        `split_with_sizes expects split_sizes to sum exactly to ${size} (input tensor's size at dimension ${at}), but got ` +
          `split_sizes=${size_text(sizes)}`,
      );
    }
  }
  const label = typeof split_size === "number" ? "SplitBackward0" : "SplitWithSizesBackward0";
  return several(label, input, parts_of(input, sizes, at));
}

/** At most `chunks` parts of equal size along `dim`. */
export function chunk(input: Tensor, chunks: number, dim?: number): Tensor[];
export function chunk(input: Tensor, chunks: number, options: { dim?: number }): Tensor[];
export function chunk(input: Tensor, options: { chunks: number; dim?: number }): Tensor[];
export function chunk(input: Tensor, ...args: unknown[]): Tensor[] {
  const { chunks, dim } = bind<{ chunks: number; dim?: number }>("chunk", ["chunks", "dim"], [], args, 1);
  expect_tensor("chunk", input);
  if (!(chunks > 0)) throw new RuntimeError(`chunk expects \`chunks\` to be greater than 0, got: ${chunks}`);
  if (input.ndim === 0) throw new RuntimeError("chunk expects at least a 1-dimensional tensor");
  const at = normalize_dim(dim ?? 0, input.ndim);
  const size = input.shape[at];
  if (size === 0) return split(input, new Array<number>(chunks).fill(0), at);
  return split(input, Math.ceil(size / chunks), at);
}

/** All positions of dimension `dim`, as a list of tensors without it. */
export function unbind(input: Tensor, dim?: number): Tensor[];
export function unbind(input: Tensor, options: { dim?: number }): Tensor[];
export function unbind(input: Tensor, ...args: unknown[]): Tensor[] {
  const { dim } = bind<{ dim?: number }>("unbind", ["dim"], [], args);
  expect_tensor("unbind", input);
  if (input.ndim === 0) throw new RuntimeError("Dimension specified as 0 but tensor has no dimensions");
  const at = normalize_dim(dim ?? 0, input.ndim);
  const parts = range(input.shape[at]).map((i) => select(input, at, i));
  return several("UnbindBackward0", input, parts);
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
    return parts_of(
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
