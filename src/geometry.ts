/** @file Where a view's elements lie among those of its root: strides and an offset, as PyTorch counts them. */
import { numel, type Shape } from "./shape";

/** Strides, in elements, and the place of the first element. */
export interface Geometry {
  readonly strides: Shape;
  readonly offset: number;
}

/** Strides of elements that lie in row-major order. */
export function contiguous_strides(shape: Shape): number[] {
  const strides = new Array<number>(shape.length);
  let stride = 1;
  for (let d = shape.length - 1; d >= 0; d--) {
    strides[d] = stride;
    stride *= Math.max(shape[d], 1);
  }
  return strides;
}

/** Whether the elements lie in row-major order without gaps. Strides of dimensions of size 1 do not matter. */
export function is_contiguous(shape: Shape, strides: Shape): boolean {
  if (numel(shape) === 0) return true;
  let stride = 1;
  for (let d = shape.length - 1; d >= 0; d--) {
    if (shape[d] === 1) continue;
    if (strides[d] !== stride) return false;
    stride *= shape[d];
  }
  return true;
}

/** Whether several elements surely lie in one place. */
export function overlaps(shape: Shape, strides: Shape): boolean {
  return numel(shape) > 0 && shape.some((size, d) => size > 1 && strides[d] === 0);
}

/**
 * Strides under which the same elements have the shape `target`, null when there are none and a copy is needed
 * (PyTorch: `computeStride`).
 */
export function reshaped_strides(shape: Shape, strides: Shape, target: Shape): number[] | null {
  if (numel(shape) === 0) return contiguous_strides(target);
  const result = new Array<number>(target.length);
  let to = target.length - 1;
  // Dimensions that follow each other without a gap make a chunk; the target has to divide each chunk by itself.
  let base = shape.length > 0 ? strides[shape.length - 1] : 1;
  let chunk = 1;
  for (let d = shape.length - 1; d >= 0; d--) {
    chunk *= shape[d];
    const ends = d === 0 || (shape[d - 1] !== 1 && strides[d - 1] !== chunk * base);
    if (!ends) continue;
    let made = 1;
    while (to >= 0 && (made < chunk || target[to] === 1)) {
      result[to] = made * base;
      made *= target[to];
      to--;
    }
    if (made !== chunk) return null;
    if (d > 0) {
      base = strides[d - 1];
      chunk = 1;
    }
  }
  if (shape.length === 0) while (to >= 0) result[to--] = 1;
  return to === -1 ? result : null;
}

/** Whether the elements fill a block without gaps, in whatever order. */
export function fills_block(shape: Shape, strides: Shape): boolean {
  const order = shape.map((_, d) => d).filter((d) => shape[d] !== 1);
  order.sort((a, b) => strides[b] - strides[a]);
  const turned = (list: Shape): number[] => order.map((d) => list[d]);
  return is_contiguous(turned(shape), turned(strides));
}

/** Whether the elements fill a block without gaps, only not in row-major order. */
export function is_turned(shape: Shape, strides: Shape): boolean {
  return !is_contiguous(shape, strides) && fills_block(shape, strides);
}

/** The row-major places of elements that lie at the given places of a block with other strides. */
export function row_major(at: Int32Array, shape: Shape, strides: Shape): Int32Array {
  const count = numel(shape);
  const rows = new Int32Array(count);
  places(shape, { strides, offset: 0 }).forEach((place, i) => {
    rows[place] = i;
  });
  return at.map((place) => rows[place]);
}

/** Positions at which two arrays of one length differ. */
export function differing(a: ArrayLike<number | bigint>, b: ArrayLike<number | bigint>): number[] {
  const found: number[] = [];
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) found.push(i);
  return found;
}

/** Places of all elements in row-major order. */
export function places(shape: Shape, { strides, offset }: Geometry): Int32Array {
  const count = numel(shape);
  const found = new Int32Array(count);
  const counter = new Array<number>(shape.length).fill(0);
  let at = offset;
  for (let i = 0; i < count; i++) {
    found[i] = at;
    for (let d = shape.length - 1; d >= 0; d--) {
      at += strides[d];
      if (++counter[d] < shape[d]) break;
      at -= strides[d] * shape[d];
      counter[d] = 0;
    }
  }
  return found;
}
