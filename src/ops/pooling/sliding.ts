import { range, type Shape } from "../../shape";
import type { Tensor } from "../../tensor";
import { cat, stack } from "../shape/join";
import { reshape } from "../shape/movement";
import { strided, strided_zeros } from "../shape/parts";
import { zeros } from "../value/create";

/** One number for all dimensions, or one per dimension. */
export type PerDim = number | Shape;

/** How windows slide along each of the last dimensions. */
export interface Windows {
  readonly kernel: Shape;
  readonly stride: Shape;
  readonly dilation: Shape;
}

/** How many windows fit into `size` places, padding included. */
export function window_count(size: number, kernel: number, stride: number, dilation: number): number {
  return Math.floor((size - dilation * (kernel - 1) - 1) / stride) + 1;
}

/** `fill` added in front of and behind the last dimensions: `before` and `after` are counts per dimension. */
export function pad_last(input: Tensor, before: Shape, after: Shape, fill = 0): Tensor {
  const lead = input.ndim - before.length;
  let output = input;
  before.forEach((front, i) => {
    const back = after[i];
    if (front <= 0 && back <= 0) return;
    const filler = (count: number): Tensor => {
      const shape = output.shape.map((size, dim) => (dim === lead + i ? count : size));
      const made = zeros(shape, { dtype: input.dtype });
      return fill === 0 ? made : made.fill_(fill);
    };
    const parts = [output];
    if (front > 0) parts.unshift(filler(front));
    if (back > 0) parts.push(filler(back));
    output = cat(parts, lead + i);
  });
  return output;
}

/** What each place of the windows sees: one tensor per place, in row-major order of the places. */
function window_places(input: Tensor, { kernel, stride, dilation }: Windows): Tensor[] {
  const lead = input.ndim - kernel.length;
  const counts = kernel.map((k, i) => window_count(input.shape[lead + i], k, stride[i], dilation[i]));
  return offsets(kernel).map((offset) =>
    strided(input, ranges(input.shape, lead, offset, counts, stride, dilation)),
  );
}

/** The windows of (lead..., spatial...) as (lead..., places, counts...). */
export function unfold_windows(input: Tensor, windows: Windows): Tensor {
  const lead = input.ndim - windows.kernel.length;
  const places = window_places(input, windows);
  if (places.length === 1) {
    const [only] = places;
    return reshape(only, [...only.shape.slice(0, lead), 1, ...only.shape.slice(lead)]);
  }
  return stack(places, lead);
}

/** The reverse of {@link unfold_windows}: every window added in its place in (lead..., sizes...). */
export function fold_windows(columns: Tensor, sizes: Shape, { kernel, stride, dilation }: Windows): Tensor {
  const lead = columns.ndim - kernel.length - 1;
  const counts = columns.shape.slice(lead + 1);
  const shape = [...columns.shape.slice(0, lead), ...sizes];
  let total: Tensor | null = null;
  offsets(kernel).forEach((offset, k) => {
    const part = strided_zeros(
      columns.select(lead, k),
      shape,
      ranges(shape, lead, offset, counts, stride, dilation),
    );
    total = total === null ? part : total.add(part);
  });
  return total ?? zeros(shape, { dtype: columns.dtype });
}

function offsets(kernel: Shape): number[][] {
  let all: number[][] = [[]];
  for (const size of kernel) all = all.flatMap((offset) => range(size).map((i) => [...offset, i]));
  return all;
}

function ranges(
  shape: Shape,
  lead: number,
  offset: Shape,
  counts: Shape,
  stride: Shape,
  dilation: Shape,
): { begins: number[]; ends: number[]; strides: number[]; squeezed: number } {
  const begins = new Array<number>(shape.length).fill(0);
  const ends = [...shape];
  const strides = new Array<number>(shape.length).fill(1);
  offset.forEach((place, i) => {
    const start = place * dilation[i];
    begins[lead + i] = start;
    strides[lead + i] = stride[i];
    ends[lead + i] = start + Math.max(0, counts[i] - 1) * stride[i] + Math.min(1, counts[i]);
  });
  return { begins, ends, strides, squeezed: 0 };
}
