/** @file Python's indexing: `x[-1]`, `` x[":, 1:3"] ``, `x.index(0, mask)`, and assignment through it. */

import { bind, is_options } from "../../args";
import { named } from "../../autograd/tape";
import { from_data } from "../../backend/engine";
import { bool, int64 } from "../../dtype";
import { IndexError, RuntimeError, ValueError } from "../../errors";
import { size_text } from "../../shape";
import { is_tensor, type NestedArray, Tensor } from "../../tensor";
import { reshape } from "../shape/movement";
import { type Ranges, slice_of, strided } from "../shape/parts";
import { as_operand, cast, type TensorLike } from "../value/convert";
import { tensor } from "../value/create";
import { overwritten } from "../value/fill";
import { advanced, put_at, take_at } from "./advanced-index";
import { where } from "./masks";

/** A slice such as Python's `start:stop:step`; null or left out means from the beginning, to the end, by 1. */
export class Slice {
  constructor(
    readonly start: number | null = null,
    readonly stop: number | null = null,
    readonly step: number | null = null,
  ) {
    if (step !== null && step <= 0) throw new ValueError("slice step must be positive");
  }
}

/**
 * A slice for {@link index}; with a tensor in front, its elements start, start + step, ... before end of dimension `dim`.
 *
 * @example x.index(torch.slice(0, 10, 2), -1)
 */
export function slice(start?: number | null, stop?: number | null, step?: number | null): Slice;
export function slice(
  input: Tensor,
  dim?: number,
  start?: number | null,
  end?: number | null,
  step?: number,
): Tensor;
export function slice(...args: unknown[]): Slice | Tensor {
  const [first, ...rest] = args;
  if (is_tensor(first)) return slice_of(first, ...(rest as [number]));
  type Args = { start: number | null; stop: number | null; step: number | null };
  const { start, stop, step } = bind<Args>("slice", ["start", "stop", "step"], [], args);
  return new Slice(start, stop, step);
}

/**
 * One part of an index: a position, a {@link Slice}, text as between Python's brackets (`":"`, `"1:3"`, `"..."`), null for a
 * new dimension, or a tensor or list of positions or booleans.
 */
export type Index = number | boolean | null | Slice | string | Tensor | readonly NestedArray[];

const kinds_of_indices = 'integers, slices, "...", null and int or bool tensors';

const ellipsis = Symbol("...");
type Part = number | boolean | null | Slice | typeof ellipsis | Tensor;

const parsed = new Map<string, readonly Part[]>();

/**
 * What the text between Python's brackets means.
 *
 * @throws SyntaxError for anything else than numbers, slices, `...`, `None` and lists of numbers or booleans.
 */
function parse_index(text: string): readonly Part[] {
  let parts = parsed.get(text);
  if (parts === undefined) {
    parts = split_commas(text).map((part) => parse_part(part, text));
    if (parsed.size > 1000) parsed.clear();
    parsed.set(text, parts);
  }
  return parts;
}

function split_commas(text: string): string[] {
  const parts: string[] = [];
  let depth = 0;
  let start = 0;
  for (let i = 0; i < text.length; i++) {
    if (text[i] === "[") depth++;
    else if (text[i] === "]") depth--;
    else if (text[i] === "," && depth === 0) {
      parts.push(text.slice(start, i));
      start = i + 1;
    }
  }
  const last = text.slice(start);
  if (last.trim() !== "" || parts.length === 0) parts.push(last);
  return parts;
}

function parse_part(part: string, text: string): Part {
  const word = part.trim();
  const bad = (): SyntaxError =>
    new SyntaxError(`index "${text}": "${word}" is no number, slice, "...", "None" or list`);
  if (word === "...") return ellipsis;
  if (word === "None" || word === "null") return null;
  if (word === "True" || word === "False") return word === "True";
  if (word.startsWith("[")) {
    let list: unknown;
    try {
      list = JSON.parse(word.replace(/\bTrue\b/g, "true").replace(/\bFalse\b/g, "false"));
    } catch {
      throw bad();
    }
    return tensor(list as NestedArray[]);
  }
  const number = (piece: string): number | null => {
    const digits = piece.trim();
    if (digits === "") return null;
    if (!/^[-+]?\d+$/.test(digits)) throw bad();
    return Number(digits);
  };
  if (!word.includes(":")) {
    const value = number(word);
    if (value === null) throw bad();
    return value;
  }
  const pieces = word.split(":");
  if (pieces.length > 3) throw bad();
  const [start, stop, step] = pieces.map(number);
  return new Slice(start, stop ?? null, step ?? null);
}

function to_part(item: Index): Part[] {
  if (typeof item === "string") return [...parse_index(item)];
  if (Array.isArray(item)) {
    return [
      item.length === 0
        ? new Tensor(from_data([0], int64, new BigInt64Array(0)))
        : tensor(item as NestedArray[]),
    ];
  }
  if (item === undefined) throw new TypeError("index: undefined is no index");
  if (is_options(item)) {
    throw new TypeError(
      `index() takes no keywords, but it was given ${Object.keys(item).join(", ")}; indices are ${kinds_of_indices}`,
    );
  }
  if (typeof item === "number" && !Number.isInteger(item)) {
    throw new TypeError(`only ${kinds_of_indices} are valid indices (got ${item})`);
  }
  return [item as Part];
}

interface Plan {
  readonly ranges: Ranges;
  /** The shape once slices are cut, positions gone and new dimensions in. */
  readonly shape: readonly number[];
  /** Index tensors per dimension of that shape, null where there is none; empty when there are none at all. */
  readonly tensors: readonly (Tensor | null)[];
}

/** How many of the input's dimensions a part takes. */
function width(part: Part): number {
  if (part === null || part === ellipsis || typeof part === "boolean") return 0;
  return is_tensor(part) && (part.dtype === bool || part.dtype.name === "uint8") ? part.ndim : 1;
}

function plan_of(shape: readonly number[], parts: readonly Part[]): Plan {
  const rank = shape.length;
  const used = parts.reduce<number>((sum, part) => sum + width(part), 0);
  if (used > rank) throw new IndexError(`too many indices for tensor of dimension ${rank}`);
  if (parts.filter((part) => part === ellipsis).length > 1) {
    throw new IndexError("an index can only have a single ellipsis ('...')");
  }
  const begins = new Array<number>(rank).fill(0);
  const ends = [...shape];
  const strides = new Array<number>(rank).fill(1);
  let squeezed = 0;
  const result: number[] = [];
  const tensors: (Tensor | null)[] = [];
  let dim = 0;
  const keep = (count: number): void => {
    for (let i = 0; i < count; i++) {
      result.push(shape[dim++]);
      tensors.push(null);
    }
  };
  for (const part of parts) {
    if (part === ellipsis) keep(rank - used);
    else if (part === null) {
      result.push(1);
      tensors.push(null);
    } else if (typeof part === "boolean") {
      result.push(1);
      tensors.push(tensor([part]));
    } else if (typeof part === "number") {
      const size = shape[dim];
      if (part >= size || part < -size) {
        throw new IndexError(
          rank === 0
            ? "invalid index of a 0-dim tensor. Use `tensor.item()` to convert a 0-dim tensor to a number"
            : `index ${part} is out of bounds for dimension ${dim} with size ${size}`,
        );
      }
      begins[dim] = part < 0 ? part + size : part;
      ends[dim] = begins[dim] + 1;
      squeezed |= 1 << dim;
      dim++;
    } else if (part instanceof Slice) {
      const size = shape[dim];
      const clamp = (value: number): number => Math.min(Math.max(value < 0 ? value + size : value, 0), size);
      const step = part.step ?? 1;
      begins[dim] = clamp(part.start ?? 0);
      ends[dim] = Math.max(begins[dim], clamp(part.stop ?? size));
      strides[dim] = step;
      result.push(Math.ceil((ends[dim] - begins[dim]) / step));
      tensors.push(null);
      dim++;
    } else {
      const index = part as Tensor;
      for (let i = 0; i < width(index); i++) result.push(shape[dim++]);
      if (width(index) === 0) result.push(1);
      tensors.push(index);
    }
  }
  keep(rank - dim);
  return {
    ranges: { begins, ends, strides, squeezed },
    shape: result,
    tensors: tensors.some((each) => each !== null) ? tensors : [],
  };
}

/** A zero-dim bool tensor takes no dimension: it asks for a new one, and for its only position or none. */
function scalar_masks(tensors: readonly (Tensor | null)[]): (Tensor | null)[] {
  return tensors.map((each) =>
    each !== null && each.dtype === bool && each.ndim === 0 ? reshape(each, [1]) : each,
  );
}

/** The part of `input` that slices, positions and new dimensions name, as a view. */
function basic(input: Tensor, plan: Plan): Tensor {
  const whole =
    plan.ranges.squeezed === 0 &&
    plan.ranges.begins.every(
      (begin, d) => begin === 0 && plan.ranges.ends[d] === input.shape[d] && plan.ranges.strides[d] === 1,
    );
  const part = whole ? input : strided(input, plan.ranges);
  return whole && part.shape.length === plan.shape.length
    ? reshape(part, plan.shape)
    : part.shape.length === plan.shape.length
      ? part
      : reshape(part, plan.shape);
}

function get(input: Tensor, parts: readonly Part[]): Tensor {
  const plan = plan_of(input.shape, parts);
  const part = basic(input, plan);
  // PyTorch takes the parts one after the other: the last one that does something gives its name.
  const last = parts.findLast((each) => typeof each === "number" || each === null);
  if (last !== undefined) named(last === null ? "UnsqueezeBackward0" : "SelectBackward0", part, input);
  return plan.tensors.length === 0 ? part : take_at(part, advanced(part, scalar_masks(plan.tensors)));
}

function set(input: Tensor, parts: readonly Part[], value: TensorLike | readonly NestedArray[]): void {
  const given = Array.isArray(value) ? tensor(value as NestedArray[]) : value;
  const values = is_tensor(given)
    ? cast(given, input.dtype)
    : as_operand(given as number, input.dtype, "index_put_");
  const plan = plan_of(input.shape, parts);
  const part = basic(input, plan);
  part._check_history();
  if (plan.tensors.length === 0) {
    const given = spread(values, part.shape);
    part._assign(
      part.requires_grad && !given.requires_grad ? overwritten(part, given) : given,
      values.numel() === 1,
    );
    return;
  }
  const [mask] = plan.tensors;
  const before = part._alias();
  if (
    plan.tensors.length === 1 &&
    mask !== null &&
    mask.dtype === bool &&
    mask.ndim === part.ndim &&
    values.numel() === 1
  ) {
    part._assign(where(mask, reshape(values, []), before), true);
  } else part._assign(put_at(before, advanced(before, scalar_masks(plan.tensors)), values, false), true);
}

/** The values of an assignment in the shape of its target. */
function spread(values: Tensor, shape: readonly number[]): Tensor {
  let given = values;
  // Leading dimensions of size 1 too many are dropped, as in PyTorch.
  while (given.ndim > shape.length && given.shape[0] === 1) given = reshape(given, given.shape.slice(1));
  try {
    return given.expand(shape);
  } catch {
    throw new IndexError(
      `shape mismatch: value tensor of shape ${size_text(values.shape)} cannot be broadcast to indexing result of shape ${size_text(shape)}`,
    );
  }
}

/**
 * The part that the given indices name, in the order of the dimensions (PyTorch: `x[a, b]`). Positions, slices and null
 * give a view; tensors and lists give a copy.
 *
 * @throws IndexError for positions out of range or too many indices.
 * @example
 * x.index(0, "1:3"); x.index(mask); x.index("...", torch.tensor([0, 2]))
 */
export function index(input: Tensor, ...indices: Index[]): Tensor {
  return get(input, indices.flatMap(to_part));
}

/**
 * Puts `values` where index tensors point, in place (PyTorch: `x[a, b] = values`).
 *
 * @returns the input
 */
export function index_put_(
  input: Tensor,
  indices: readonly Index[],
  values: TensorLike,
  accumulate?: boolean,
): Tensor;
export function index_put_(
  input: Tensor,
  indices: readonly Index[],
  values: TensorLike,
  options: { accumulate?: boolean },
): Tensor;
export function index_put_(
  input: Tensor,
  options: { indices: readonly Index[]; values: TensorLike; accumulate?: boolean },
): Tensor;
export function index_put_(input: Tensor, ...args: unknown[]): Tensor {
  type Args = { indices: readonly Index[]; values: TensorLike; accumulate?: boolean };
  const {
    indices,
    values,
    accumulate = false,
  } = bind<Args>("index_put_", ["indices", "values", "accumulate"], [], args, 2);
  if (is_tensor(values) && values.dtype !== input.dtype) {
    throw new RuntimeError(
      "index_put_(): Index put requires the source and destination dtypes match, got " +
        `${input.dtype.scalar_type} for the destination and ${values.dtype.scalar_type} for the source.`,
    );
  }
  if (!accumulate) {
    input._check_history();
    set(input, indices.flatMap(to_part), values);
    return input;
  }
  const plan = plan_of(input.shape, indices.flatMap(to_part));
  input._check_in_place();
  const part = basic(input, plan);
  const before = part._alias();
  const given = as_operand(values, input.dtype, "index_put_");
  part._assign(
    plan.tensors.length === 0
      ? before.add(given)
      : put_at(before, advanced(before, scalar_masks(plan.tensors)), given, true),
  );
  return input;
}

/** What `` x["..."] `` gives. */
export function _get_text(input: Tensor, text: string): Tensor {
  return get(input, parse_index(text));
}

/** What `` x["..."] = value `` does. */
export function _set_text(input: Tensor, text: string, value: TensorLike | readonly NestedArray[]): void {
  set(input, parse_index(text), value);
}
