/** @file Arithmetic on shapes, dimensions and index lists; all errors in PyTorch's words. */
import { IndexError, RuntimeError } from "./errors";

export type Shape = readonly number[];

/** More elements than this no typed array holds. */
const most_elements = 2 ** 33 - 1;

/**
 * Refuses a tensor that no memory could hold, before the runtime tries.
 *
 * @throws RuntimeError naming what was asked for.
 */
export function check_size(name: string, shape: Shape): void {
  const count = numel(shape);
  if (!(count <= most_elements)) {
    throw new RuntimeError(
      `${name}(): not enough memory: you tried to make a tensor of ${count} elements, ${size_text(shape)}`,
    );
  }
}

/** {@link check_size} for what is made in a JavaScript array first. */
export function check_list(name: string, shape: Shape): void {
  check_size(name, shape);
  if (numel(shape) > 2 ** 28) throw new RuntimeError(`${name}(): ${numel(shape)} elements are too many`);
}

/** Number of elements. */
export function numel(shape: Shape): number {
  let n = 1;
  for (const dim of shape) n *= dim;
  return n;
}

export function same_shape(a: Shape, b: Shape): boolean {
  if (a.length !== b.length) return false;
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) return false;
  return true;
}

/** `[2, 3]`, as sizes stand in PyTorch's messages. */
export function size_text(shape: Shape): string {
  return `[${shape.join(", ")}]`;
}

/**
 * The dimension that a possibly negative `dim` names among `rank`. A zero-dim tensor takes 0 and -1.
 *
 * @throws IndexError when it is out of range.
 */
export function normalize_dim(dim: number, rank: number): number {
  const limit = Math.max(rank, 1);
  if (!Number.isInteger(dim)) throw new TypeError(`dim must be an integer, not ${String(dim)}`);
  if (dim < -limit || dim >= limit) {
    throw new IndexError(
      `Dimension out of range (expected to be in range of [${-limit}, ${limit - 1}], but got ${dim})`,
    );
  }
  return dim < 0 ? dim + limit : dim;
}

/** {@link normalize_dim} for a list; none may come twice. Null, undefined or an empty list mean all dimensions. */
export function normalize_dims(dims: number | Shape | null | undefined, rank: number): number[] {
  if (dims === null || dims === undefined) return range(rank);
  if (typeof dims === "number") {
    const dim = normalize_dim(dims, rank);
    return rank === 0 ? [] : [dim];
  }
  if (!Array.isArray(dims))
    throw new TypeError(`dim must be an integer or a list of them, not ${typeof dims}`);
  if (dims.length === 0) return range(rank);
  const seen = new Set<number>();
  for (const dim of dims) {
    const normal = normalize_dim(dim, rank);
    if (seen.has(normal)) throw new RuntimeError(`dim ${normal} appears multiple times in the list of dims`);
    seen.add(normal);
  }
  return rank === 0 ? [] : [...seen].sort((a, b) => a - b);
}

/** `[0, 1, ..., n - 1]`. */
export function range(n: number): number[] {
  return Array.from({ length: n }, (_, i) => i);
}

/**
 * The shape that two shapes broadcast to.
 *
 * @throws RuntimeError when they do not.
 */
export function broadcast_shapes(a: Shape, b: Shape): number[] {
  const rank = Math.max(a.length, b.length);
  const result = new Array<number>(rank);
  for (let i = 0; i < rank; i++) {
    const left = a[a.length - rank + i] ?? 1;
    const right = b[b.length - rank + i] ?? 1;
    if (left !== right && left !== 1 && right !== 1) {
      throw new RuntimeError(
        `The size of tensor a (${left}) must match the size of tensor b (${right}) at non-singleton dimension ${i}`,
      );
    }
    result[i] = left === 1 ? right : left;
  }
  return result;
}

/**
 * A target shape with its -1 filled in.
 *
 * @throws RuntimeError when `count` elements do not fit.
 */
export function infer_shape(target: Shape, count: number): number[] {
  let unknown = -1;
  let known = 1;
  for (let i = 0; i < target.length; i++) {
    const size = target[i];
    if (!Number.isInteger(size))
      throw new TypeError(`shape must be integers, got ${String(size)} at position ${i}`);
    if (size === -1) {
      if (unknown >= 0) throw new RuntimeError("only one dimension can be inferred");
      unknown = i;
    } else if (size < 0) {
      throw new RuntimeError(`invalid shape dimension ${size} at index ${i} of shape ${size_text(target)}`);
    } else known *= size;
  }
  const invalid = (): RuntimeError =>
    new RuntimeError(`shape '${size_text(target)}' is invalid for input of size ${count}`);
  if (unknown < 0) {
    if (known !== count) throw invalid();
    return [...target];
  }
  if (known === 0 && count === 0) {
    throw new RuntimeError(
      `cannot reshape tensor of 0 elements into shape ${size_text(target)} because the unspecified dimension size -1 can be ` +
        "any value and is ambiguous",
    );
  }
  if (known === 0 || count % known !== 0) throw invalid();
  const result = [...target];
  result[unknown] = count / known;
  return result;
}

/** Dimensions to sum over, so that a gradient of shape `from` becomes one of the shape `to` that was broadcast to it. */
export function broadcast_dims(from: Shape, to: Shape): number[] {
  const lead = from.length - to.length;
  return range(from.length).filter((i) => i < lead || (to[i - lead] === 1 && from[i] !== 1));
}
