/** @file Views and new tensors by strides: as_strided and what goes with it. */
import { bind } from "../../args";
import { record } from "../../autograd/tape";
import { RuntimeError } from "../../errors";
import { contiguous_strides, type Geometry, is_contiguous, places, row_major } from "../../geometry";
import { numel, range, type Shape, same_shape, size_text } from "../../shape";
import type { Tensor } from "../../tensor";
import { put_places, take_places } from "../position/places";
import { cast, expect_tensor } from "../value/convert";
import { type CreateOptions, creation, empty, new_empty } from "../value/create";

type Strided = { size: Shape; stride: Shape; storage_offset?: number | null };

/** The tensor that holds the elements of `input` and has their history. */
function owner_of(input: Tensor): Tensor {
  let owner = input;
  for (let view = owner._view; view?.geometry !== undefined && !view.detached; view = owner._view) {
    owner = view.base;
  }
  return owner;
}

/** The tensor that holds the elements of `input`, and where in it those with the given strides lie. */
function among(
  name: string,
  input: Tensor,
  given: Strided,
): { owner: Tensor; at: Int32Array; start: number } {
  const { size, stride, storage_offset = null } = given;
  if (size.length !== stride.length) {
    throw new RuntimeError(`${name}(): mismatch in length of strides and shape`);
  }
  if (stride.some((each) => each < 0)) {
    throw new RuntimeError(
      `${name}: Negative strides are not supported at the moment, got strides: ${size_text(stride)}`,
    );
  }
  if (size.some((each) => each < 0)) {
    throw new RuntimeError(
      `${name}(): sizes must not be negative, got ${size_text(size)} and strides ${size_text(stride)}`,
    );
  }
  const owner = owner_of(input);
  const { strides, offset } = owner._geometry();
  if (owner._view !== null && !is_contiguous(owner.shape, strides)) {
    throw new RuntimeError(
      `${name}(): a detached tensor whose elements do not lie side by side is not offered here; clone() it first`,
    );
  }
  const start = (storage_offset ?? input._geometry().offset) - offset;
  if (start < 0) throw new RuntimeError(`${name}(): Tensor: invalid storage offset ${start + offset}`);
  const last = numel(size) === 0 ? -1 : size.reduce((sum, each, d) => sum + (each - 1) * stride[d], start);
  if (last >= owner.numel()) {
    const bytes = input.element_size();
    throw new RuntimeError(
      `${name}(): setStorage: sizes ${size_text(size)}, strides ${size_text(stride)}, storage offset ${start}, and itemsize ` +
        `${bytes} requiring a storage size of ${(last + 1) * bytes} are out of bounds for storage of size ${owner.numel() * bytes}`,
    );
  }
  const at = places(size, { strides: stride, offset: start });
  return { owner, at: owner._layout === null ? at : row_major(at, owner.shape, owner._layout), start };
}

const parameters = ["size", "stride", "storage_offset"] as const;

/**
 * A view whose element at index (i, j, ...) is the one at place `storage_offset + i * stride[0] + j * stride[1] + ...` of
 * the tensor that holds the elements of `input`: of `input` itself, or of what it is a view of.
 *
 * @param storage_offset The first element's place; that of `input` unless given.
 * @throws RuntimeError for negative strides or places outside.
 * @example
 * torch.as_strided(torch.arange(9), [3, 3], [1, 2])
 */
export function as_strided(input: Tensor, size: Shape, stride: Shape, storage_offset?: number | null): Tensor;
export function as_strided(
  input: Tensor,
  size: Shape,
  stride: Shape,
  options: { storage_offset?: number | null },
): Tensor;
export function as_strided(input: Tensor, options: Strided): Tensor;
export function as_strided(input: Tensor, ...args: unknown[]): Tensor {
  const given = bind<Strided>("as_strided", parameters, [], args, 2);
  expect_tensor("as_strided", input);
  const { owner, at, start } = among("as_strided", input, given);
  const { size, stride } = given;
  return owner._make_view(take_places(owner, at, size), {
    base: owner,
    replay: (base) => take_places(base, at, size),
    scatter: (base, value) => put_places(base, at, value),
    geometry: ({ offset }): Geometry => ({ strides: stride, offset: offset + start }),
    place: put_places,
  });
}

/** {@link as_strided} as a copy. */
export function as_strided_copy(
  input: Tensor,
  size: Shape,
  stride: Shape,
  storage_offset?: number | null,
): Tensor;
export function as_strided_copy(
  input: Tensor,
  size: Shape,
  stride: Shape,
  options: { storage_offset?: number | null },
): Tensor;
export function as_strided_copy(input: Tensor, options: Strided): Tensor;
export function as_strided_copy(input: Tensor, ...args: unknown[]): Tensor {
  const given = bind<Strided>("as_strided_copy", parameters, [], args, 2);
  expect_tensor("as_strided_copy", input);
  const { owner, at } = among("as_strided_copy", input, given);
  return take_places(owner, at, given.size);
}

/**
 * The input with `src` in place of what {@link as_strided} gives. The input's gradient is PyTorch's: where `src` went, not
 * elsewhere.
 *
 * @throws RuntimeError unless `src` has the given size.
 */
export function as_strided_scatter(
  input: Tensor,
  src: Tensor,
  size: Shape,
  stride: Shape,
  storage_offset?: number | null,
): Tensor;
export function as_strided_scatter(
  input: Tensor,
  src: Tensor,
  size: Shape,
  stride: Shape,
  options: { storage_offset?: number | null },
): Tensor;
export function as_strided_scatter(input: Tensor, options: Strided & { src: Tensor }): Tensor;
export function as_strided_scatter(input: Tensor, ...args: unknown[]): Tensor {
  const given = bind<Strided & { src: Tensor }>("as_strided_scatter", ["src", ...parameters], [], args, 3);
  expect_tensor("as_strided_scatter", input);
  const src = expect_tensor("as_strided_scatter", given.src, "src");
  const { owner, at } = among("as_strided_scatter", input, given);
  if (!same_shape(src.shape, given.size)) {
    throw new RuntimeError(
      `as_strided_scatter(): expected src to have a size equal to the slice of self. src size = ${size_text(src.shape)}, ` +
        `slice size = ${size_text(given.size)}`,
    );
  }
  const value = cast(src, input.dtype);
  if (owner === input) {
    const { handle } = put_places(input.detach(), at, value.detach());
    return record("as_strided_scatter", handle, [input, value], [], at);
  }
  const written = put_places(owner, at, value);
  const { strides, offset } = input._geometry();
  return take_places(
    written,
    places(input.shape, { strides, offset: offset - owner._geometry().offset }),
    input.shape,
  );
}

function check_sizes(name: string, size: Shape): void {
  if (size.some((each) => each < 0)) {
    const negative = size.find((each) => each < 0);
    throw new RuntimeError(
      `${name}(): Trying to create tensor with negative dimension ${negative}: ${size_text(size)}`,
    );
  }
}

/**
 * A tensor of the given size whose values are not promised. Tensors here lie side by side, whatever `stride` says.
 *
 * @throws RuntimeError unless there are as many strides as sizes, none negative.
 */
export function empty_strided(size: Shape, stride: Shape, options?: CreateOptions): Tensor;
export function empty_strided(size: Shape, options: CreateOptions & { stride: Shape }): Tensor;
export function empty_strided(options: CreateOptions & { size: Shape; stride: Shape }): Tensor;
export function empty_strided(...args: unknown[]): Tensor {
  type Args = { size: Shape; stride: Shape };
  const [options, { size, stride }] = creation<Args>("empty_strided", ["size", "stride"], args, 2);
  check_strides("empty_strided", size, stride);
  return empty(size, made_with(options));
}

/** The options alone, without what came beside them. */
function made_with({ dtype, requires_grad }: CreateOptions): CreateOptions {
  return { dtype, requires_grad };
}

function check_strides(name: string, size: Shape, stride: Shape): void {
  if (size.length !== stride.length) {
    throw new RuntimeError(
      `${name}(): dimensionality of sizes (${size.length}) must match dimensionality of strides (${stride.length})`,
    );
  }
  check_sizes(name, size);
}

/** {@link empty_strided} in the dtype of `input`. */
export function new_empty_strided(input: Tensor, size: Shape, stride: Shape, options?: CreateOptions): Tensor;
export function new_empty_strided(
  input: Tensor,
  size: Shape,
  options: CreateOptions & { stride: Shape },
): Tensor;
export function new_empty_strided(
  input: Tensor,
  options: CreateOptions & { size: Shape; stride: Shape },
): Tensor;
export function new_empty_strided(input: Tensor, ...args: unknown[]): Tensor {
  type Args = { size: Shape; stride: Shape };
  const [options, { size, stride }] = creation<Args>("new_empty_strided", ["size", "stride"], args, 2);
  expect_tensor("new_empty_strided", input);
  check_strides("new_empty_strided", size, stride);
  return new_empty(input, size, made_with(options));
}

/**
 * A tensor of the given size whose values are not promised. Tensors here lie in row-major order, whatever
 * `physical_layout` (the dimensions from the slowest to the fastest) says.
 *
 * @throws RuntimeError unless `physical_layout` names every dimension once.
 */
export function empty_permuted(size: Shape, physical_layout: Shape, options?: CreateOptions): Tensor;
export function empty_permuted(size: Shape, options: CreateOptions & { physical_layout: Shape }): Tensor;
export function empty_permuted(options: CreateOptions & { size: Shape; physical_layout: Shape }): Tensor;
export function empty_permuted(...args: unknown[]): Tensor {
  type Args = { size: Shape; physical_layout: Shape };
  const [options, { size, physical_layout }] = creation<Args>(
    "empty_permuted",
    ["size", "physical_layout"],
    args,
    2,
  );
  if (physical_layout.length !== size.length) {
    throw new RuntimeError(
      "empty_permuted(): Number of dimensions in size does not match the length of the physical_layout; i.e. " +
        `len(size) = ${size.length} is not equal to len(physical_layout) = ${physical_layout.length}`,
    );
  }
  physical_layout.forEach((dim, i) => {
    if (!range(size.length).includes(dim)) {
      throw new RuntimeError(
        `empty_permuted(): Dimension out of range (expected to be between 0 and ${size.length - 1}, but got ${dim} at index ${i})`,
      );
    }
  });
  if (new Set(physical_layout).size !== size.length) {
    throw new RuntimeError("empty_permuted(): Duplicate dim not allowed");
  }
  check_sizes("empty_permuted", size);
  return empty(size, made_with(options));
}

/**
 * Gives the tensor another size, in place: elements stay in row-major order, new ones are not promised (0 here).
 *
 * @throws RuntimeError for a tensor that requires a gradient, and for a view that would have to grow beyond its base.
 * @returns the input
 */
export function resize_(input: Tensor, ...sizes: [sizes: Shape] | number[]): Tensor;
export function resize_(input: Tensor, options: { sizes: Shape }): Tensor;
export function resize_(input: Tensor, ...args: unknown[]): Tensor {
  expect_tensor("resize_", input);
  const { sizes } = bind<{ sizes: Shape }>(
    "resize_",
    ["sizes"],
    [],
    args.length > 0 && args.every((arg) => typeof arg === "number") ? [args] : args,
    1,
  );
  return resized("resize_", input, sizes);
}

function resized(name: string, input: Tensor, sizes: Shape): Tensor {
  check_sizes(name, sizes);
  if (input.requires_grad) throw new RuntimeError(`${name}(): cannot resize variables that require grad`);
  if (same_shape(input.shape, sizes)) return input;
  const own = owner_of(input);
  const room = own.numel() - (input._geometry().offset - own._geometry().offset);
  const count = numel(sizes);
  if (count <= room) return input._become((from) => as_strided(from, sizes, contiguous_strides(sizes)));
  if (own !== input) {
    throw new RuntimeError(
      `${name}(): this is a view of a tensor with room for ${room} elements, ${count} do not fit; clone() it first`,
    );
  }
  const flat = input.detach().reshape(-1);
  return input._become(() =>
    new_empty(input, [count]).slice_scatter(flat, 0, 0, room).reshape(sizes)._alias(),
  );
}

/** {@link as_strided} in place. @returns the input */
export function as_strided_(
  input: Tensor,
  size: Shape,
  stride: Shape,
  storage_offset?: number | null,
): Tensor;
export function as_strided_(
  input: Tensor,
  size: Shape,
  stride: Shape,
  options: { storage_offset?: number | null },
): Tensor;
export function as_strided_(input: Tensor, options: Strided): Tensor;
export function as_strided_(input: Tensor, ...args: unknown[]): Tensor {
  const { size, stride, storage_offset } = bind<Strided>("as_strided_", parameters, [], args, 2);
  expect_tensor("as_strided_", input);
  return input._become((from) => as_strided(from, size, stride, storage_offset));
}

/** {@link resize_} to the size of `the_template`. @returns the input */
export function resize_as_(input: Tensor, the_template: Tensor): Tensor;
export function resize_as_(input: Tensor, options: { the_template: Tensor }): Tensor;
export function resize_as_(input: Tensor, ...args: unknown[]): Tensor {
  const { the_template } = bind<{ the_template: Tensor }>("resize_as_", ["the_template"], [], args, 1);
  expect_tensor("resize_as_", input);
  return resized("resize_as_", input, expect_tensor("resize_as_", the_template, "the_template").shape);
}
