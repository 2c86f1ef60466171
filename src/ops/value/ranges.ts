/** @file Vectors of numbers at equal distances. */
import { is_options } from "../../args";
import { from_data } from "../../backend/engine";
import { type DType, float32, get_default_dtype, int64 } from "../../dtype";
import { RuntimeError } from "../../errors";
import { check_list } from "../../shape";
import { is_tensor, Tensor } from "../../tensor";
import { type CreateOptions, create_options, creation, finish, to_array } from "./create";

/** A number of `arange`; true counts as 1. */
type Countable = number | boolean;

/**
 * Numbers from `start` (0) up to but without `end`, by `step` (1); int64 when all are whole.
 *
 * @example
 * torch.arange(5); torch.arange(1, 2.5, 0.5)
 */
export function arange(end: Countable, options?: CreateOptions): Tensor;
export function arange(start: Countable, end: Countable, options?: CreateOptions): Tensor;
export function arange(start: Countable, end: Countable, step: Countable, options?: CreateOptions): Tensor;
export function arange(
  options: CreateOptions & { start?: Countable; end: Countable; step?: Countable },
): Tensor;
export function arange(...args: unknown[]): Tensor {
  const last = args[args.length - 1];
  let numbers = (is_options(last) ? args.slice(0, -1) : args)
    .filter((value) => value !== undefined)
    .map(Number);
  let keywords: unknown = is_options(last) ? last : undefined;
  if (is_options(last) && ("start" in last || "end" in last || "step" in last)) {
    const { start, end, step, ...rest } = last as { start?: Countable; end?: Countable; step?: Countable };
    keywords = rest;
    // One number by position is the end, unless `end` comes by name.
    const lone = numbers.length === 1 && end === undefined;
    const [first, second, third] = lone ? [0, numbers[0]] : numbers;
    const stop = end ?? second;
    if (stop === undefined) throw new TypeError('arange() missing 1 required positional arguments: "end"');
    numbers = [start ?? first ?? 0, stop, step ?? third ?? 1].map(Number);
  }
  const options = create_options("arange", keywords);
  const [start, end, step] =
    numbers.length === 1 ? [0, numbers[0], 1] : [numbers[0], numbers[1], numbers[2] ?? 1];
  if (![start, end, step].every((value) => Number.isFinite(value))) {
    throw new RuntimeError(`unsupported range: ${start} -> ${end}`);
  }
  if (step === 0) throw new RuntimeError("step must be nonzero");
  if (step > 0 ? start > end : start < end) {
    throw new RuntimeError("upper bound and lower bound inconsistent with step sign");
  }
  const whole = numbers.every((value) => Number.isInteger(value));
  const dtype = options.dtype ?? (whole ? int64 : get_default_dtype());
  const count = Math.ceil((end - start) / step);
  check_list("arange", [count]);
  // Whole numbers begin and step whole, whatever was said.
  const [from, by] = dtype.is_floating_point ? [start, step] : [Math.trunc(start), Math.trunc(step)];
  const values = Array.from({ length: count }, (_, i) => from + i * by);
  return finish(new Tensor(from_data([count], dtype, to_array(values, dtype))), options);
}

/** Where a range begins or ends: a number, or a tensor without dimensions. */
export type Bound = number | Tensor;

/** A bound as a number of the dtype: whole for whole numbers. */
function bound_value(name: string, start: Bound, end: Bound, bound: Bound, dtype: DType): number {
  if (is_tensor(bound) && bound.ndim > 0) {
    const tensors = [start, end].filter(is_tensor);
    const names =
      is_tensor(start) && is_tensor(end)
        ? "start and end tensors"
        : is_tensor(start)
          ? "start tensor"
          : "end tensor";
    throw new RuntimeError(
      `${name} only supports 0-dimensional ${names}, but got ${tensors.map((each) => `${each.ndim} dimension(s)`).join(" and ")}.`,
    );
  }
  const value = is_tensor(bound) ? Number(bound.item()) : bound;
  if (typeof value !== "number") {
    throw new TypeError(
      `${name}(): expected numbers or zero-dim tensors as start and end, got ${typeof bound}`,
    );
  }
  return dtype.is_floating_point ? value : Math.trunc(value);
}

/** The numbers of {@link linspace}, rounded as the dtype rounds its steps. */
function spaced(name: string, start: Bound, end: Bound, steps: number, dtype: DType): number[] {
  if (!Number.isInteger(steps)) {
    throw new TypeError(`${name}(): argument 'steps' must be int, not ${String(steps)}`);
  }
  if (!(steps >= 0)) throw new RuntimeError("number of steps must be non-negative");
  check_list(name, [steps]);
  const round = dtype === float32 ? Math.fround : (value: number) => value;
  const first = bound_value(name, start, end, start, dtype);
  const last = bound_value(name, start, end, end, dtype);
  const step = round(steps > 1 ? (last - first) / (steps - 1) : 0);
  // From both ends towards the middle, as PyTorch does, so that the last one is `end` itself.
  return Array.from({ length: steps }, (_, i) =>
    i < steps / 2 ? first + step * i : last - step * (steps - i - 1),
  );
}

/**
 * `steps` numbers from `start` to `end`, both included, at equal distances.
 *
 * @param steps A whole number: the size of the vector.
 * @throws RuntimeError for a negative number of steps, and for bounds that are tensors with dimensions.
 */
export function linspace(start: Bound, end: Bound, steps: number, options?: CreateOptions): Tensor;
export function linspace(start: Bound, end: Bound, options: CreateOptions & { steps: number }): Tensor;
export function linspace(options: CreateOptions & { start: Bound; end: Bound; steps: number }): Tensor;
export function linspace(...args: unknown[]): Tensor {
  type Args = { start: Bound; end: Bound; steps: number };
  const [given, { start, end, steps }] = creation<Args>("linspace", ["start", "end", "steps"], args, 3);
  const dtype = given.dtype ?? get_default_dtype();
  const values = spaced("linspace", start, end, steps, dtype);
  return finish(new Tensor(from_data([steps], dtype, to_array(values, dtype))), given);
}

/** `base` to the powers that {@link linspace} gives, with the same errors. */
export function logspace(
  start: Bound,
  end: Bound,
  steps: number,
  base?: number,
  options?: CreateOptions,
): Tensor;
export function logspace(
  start: Bound,
  end: Bound,
  steps: number,
  options: CreateOptions & { base?: number },
): Tensor;
export function logspace(
  options: CreateOptions & { start: Bound; end: Bound; steps: number; base?: number },
): Tensor;
export function logspace(...args: unknown[]): Tensor {
  type Args = { start: Bound; end: Bound; steps: number; base?: number };
  const [given, bound] = creation<Args>("logspace", ["start", "end", "steps", "base"], args, 3);
  const { start, end, steps, base = 10 } = bound;
  const dtype = given.dtype ?? get_default_dtype();
  const values = spaced("logspace", start, end, steps, dtype).map((power) => base ** power);
  return finish(new Tensor(from_data([steps], dtype, to_array(values, dtype))), given);
}
