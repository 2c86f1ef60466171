/** @file Greatest and least elements, their places, and their smooth relative logsumexp. */
import { bind } from "../../args";
import { named as labelled, record } from "../../autograd/tape";
import { attr, execute, ints, read, scalar } from "../../backend/engine";
import type { Handle } from "../../backend/handle";
import { bool, int32, int64, uint8 } from "../../dtype";
import { IndexError, RuntimeError } from "../../errors";
import { normalize_dim, normalize_dims, range, type Shape } from "../../shape";
import { is_tensor, Tensor } from "../../tensor";
import { maximum, minimum } from "../pointwise/bounds";
import { reshape } from "../shape/movement";
import { expect_no_bool, expect_tensor, to_floating } from "../value/convert";
import { cast_handle, execute_any } from "../value/fallback";
import { named, type ValuesIndices } from "../value/named";
import { type Dims, drop, keep, kept_shape } from "./reduce";

type Bound = { dim: Dims; keepdim: boolean };

/** The extreme over dims that are known to be in range; bools go as uint8. */
function reduce(op: "Max" | "Min", input: Tensor, dims: Shape, keepdim: boolean): Handle {
  const x = input.dtype === bool ? cast_handle(input.handle, uint8) : input.handle;
  const handle = execute_any(op, [x, ints(dims)], keepdim ? keep : drop);
  return input.dtype === bool ? cast_handle(handle, bool) : handle;
}

function shared(name: "amax" | "amin", input: Tensor, args: unknown[]): Tensor {
  const { dim, keepdim = false } = bind<Bound>(name, ["dim", "keepdim"], [], args);
  expect_tensor(name, input);
  if (input.ndim > 64) throw new RuntimeError(`${name}(): only tensors with up to 64 dims are supported`);
  const dims = normalize_dims(dim, input.ndim);
  const empty = dims.find((d) => input.shape[d] === 0);
  if (empty !== undefined) {
    throw new IndexError(
      `${name}(): Expected reduction dim ${dim === undefined || dim === null ? "to be specified for input.numel() == 0. Specify the reduction dim with the 'dim' argument." : `${empty} to have non-zero size.`}`,
    );
  }
  const handle = reduce(name === "amax" ? "Max" : "Min", input, dims, keepdim);
  return record(name, handle, [input], [input, true], { dims, keepdim });
}

/** The greatest elements over `dim` (all by default). Equal ones share the gradient. */
export function amax(input: Tensor, dim?: Dims, keepdim?: boolean): Tensor;
export function amax(input: Tensor, dim: Dims, options: { keepdim?: boolean }): Tensor;
export function amax(input: Tensor, options: { dim?: Dims; keepdim?: boolean }): Tensor;
export function amax(input: Tensor, ...args: unknown[]): Tensor {
  return shared("amax", input, args);
}

/** The least elements over `dim` (all by default). Equal ones share the gradient. */
export function amin(input: Tensor, dim?: Dims, keepdim?: boolean): Tensor;
export function amin(input: Tensor, dim: Dims, options: { keepdim?: boolean }): Tensor;
export function amin(input: Tensor, options: { dim?: Dims; keepdim?: boolean }): Tensor;
export function amin(input: Tensor, ...args: unknown[]): Tensor {
  return shared("amin", input, args);
}

/** What {@link aminmax} gives. */
export type MinMax = [min: Tensor, max: Tensor] & { min: Tensor; max: Tensor };

/** Both extremes at once, with `.min` and `.max`. */
export function aminmax(input: Tensor, options?: { dim?: number | null; keepdim?: boolean }): MinMax;
export function aminmax(input: Tensor, ...args: unknown[]): MinMax {
  const { dim = null, keepdim = false } = bind<Bound>("aminmax", [], ["dim", "keepdim"], args);
  if (expect_tensor("aminmax", input).ndim > 64) {
    throw new RuntimeError("only tensors with up to 64 dims are supported");
  }
  return named("aminmax", { min: amin(input, dim, keepdim), max: amax(input, dim, keepdim) });
}

const to_int64 = [attr.type("output_type", int64)];

/** Places of the extremes along a dimension, the first of equal ones; a NaN counts as the extreme. */
function place(op: "ArgMax" | "ArgMin", input: Tensor, dim: number): Handle {
  let x = input.dtype === bool ? cast_handle(input.handle, uint8) : input.handle;
  if (input.dtype.is_floating_point) {
    // TensorFlow passes over NaNs; PyTorch takes the first. A finite sum says that there is none.
    const total = execute("Sum", [x, ints(range(input.ndim))], drop);
    if (Number.isFinite(Number(read(total)[0]))) return execute(op, [x, scalar(dim, int32)], to_int64);
    const nan = cast_handle(execute("IsNan", [x]), int32);
    const found = execute("Max", [nan, ints([dim])], drop);
    const at_nan = execute("ArgMax", [nan, scalar(dim, int32)], to_int64);
    const at = execute(op, [x, scalar(dim, int32)], to_int64);
    return execute("SelectV2", [cast_handle(found, bool), at_nan, at]);
  }
  if (input.dtype === uint8 || input.dtype === bool) x = cast_handle(x, int32);
  return execute_any(op, [x, scalar(dim, int32)], to_int64);
}

function along(name: "max" | "min", input: Tensor, given: number, keepdim: boolean): ValuesIndices {
  const dim = normalize_dim(given, input.ndim);
  if (input.ndim === 0) {
    const zero = new Tensor(scalar(0, int64));
    return named(name, { values: record("reshape", input.handle, [input]), indices: zero });
  }
  if (input.shape[dim] === 0) {
    throw new IndexError(`${name}(): Expected reduction dim ${dim} to have non-zero size.`);
  }
  const values = reduce(name === "max" ? "Max" : "Min", input, [dim], keepdim);
  const flat = new Tensor(place(name === "max" ? "ArgMax" : "ArgMin", input, dim));
  const indices = keepdim ? reshape(flat, kept_shape(input.shape, [dim])) : flat;
  return named(name, {
    values: record(name, values, [input], [flat], { dim, keepdim }),
    // A tensor of its own: what reshape gives is a view, and its base is nobody's.
    indices: new Tensor(indices.handle),
  });
}

function extreme(name: "max" | "min", input: Tensor, args: unknown[]): Tensor | ValuesIndices {
  expect_tensor(name, input);
  if (is_tensor(args[0])) return (name === "max" ? maximum : minimum)(input, args[0]);
  const bound = bind<{ dim: number; keepdim: boolean; other: Tensor }>(
    name,
    ["dim", "keepdim"],
    ["other"],
    args,
  );
  if (bound.other !== undefined) return (name === "max" ? maximum : minimum)(input, bound.other);
  if (bound.dim !== undefined && bound.dim !== null) {
    return along(name, input, bound.dim, bound.keepdim ?? false);
  }
  if (input.numel() === 0) {
    throw new RuntimeError(
      `${name}(): Expected reduction dim to be specified for input.numel() == 0. Specify the reduction dim with the 'dim' argument.`,
    );
  }
  const most = (name === "max" ? amax : amin)(input);
  return labelled(name === "max" ? "MaxBackward1" : "MinBackward1", most, input);
}

/**
 * The greatest element; with `dim`, `[values, indices]` of the greatest along it; with a tensor, {@link maximum}.
 *
 * @example
 * x.max(); const [values, indices] = x.max(1); x.max({ dim: 1, keepdim: true }).indices
 */
export function max(input: Tensor, other?: Tensor): Tensor;
export function max(input: Tensor, dim: number, keepdim?: boolean | { keepdim?: boolean }): ValuesIndices;
export function max(input: Tensor, options: { dim: number; keepdim?: boolean }): ValuesIndices;
export function max(input: Tensor, ...args: unknown[]): Tensor | ValuesIndices {
  return extreme("max", input, args);
}

/** The least element; with `dim`, `[values, indices]` of the least along it; with a tensor, {@link minimum}. */
export function min(input: Tensor, other?: Tensor): Tensor;
export function min(input: Tensor, dim: number, keepdim?: boolean | { keepdim?: boolean }): ValuesIndices;
export function min(input: Tensor, options: { dim: number; keepdim?: boolean }): ValuesIndices;
export function min(input: Tensor, ...args: unknown[]): Tensor | ValuesIndices {
  return extreme("min", input, args);
}

function argument(name: "argmax" | "argmin", input: Tensor, args: unknown[]): Tensor {
  const { dim, keepdim = false } = bind<{ dim: number | null; keepdim: boolean }>(
    name,
    ["dim", "keepdim"],
    [],
    args,
  );
  expect_no_bool(`${name}_cpu`, expect_tensor(name, input));
  const op = name === "argmax" ? "ArgMax" : "ArgMin";
  if (dim === undefined || dim === null) {
    if (input.numel() === 0) {
      throw new IndexError(`${name}(): Expected reduction dim to be specified for input.numel() == 0.`);
    }
    const at = new Tensor(place(op, reshape(input.detach(), [-1]), 0));
    return keepdim
      ? reshape(
          at,
          input.shape.map(() => 1),
        )
      : at;
  }
  const normal = normalize_dim(dim, input.ndim);
  if (input.ndim === 0) return new Tensor(scalar(0, int64));
  if (input.shape[normal] === 0) {
    throw new IndexError(`${name}(): Expected reduction dim ${normal} to have non-zero size.`);
  }
  const at = new Tensor(place(op, input, normal));
  return keepdim ? reshape(at, kept_shape(input.shape, [normal])) : at;
}

/** The place of the greatest element, along `dim` or in the flattened tensor; the first of equal ones. int64. */
export function argmax(input: Tensor, dim?: number | null, keepdim?: boolean): Tensor;
export function argmax(input: Tensor, dim: number | null, options: { keepdim?: boolean }): Tensor;
export function argmax(input: Tensor, options: { dim?: number | null; keepdim?: boolean }): Tensor;
export function argmax(input: Tensor, ...args: unknown[]): Tensor {
  return argument("argmax", input, args);
}

/** The place of the least element, along `dim` or in the flattened tensor; the first of equal ones. int64. */
export function argmin(input: Tensor, dim?: number | null, keepdim?: boolean): Tensor;
export function argmin(input: Tensor, dim: number | null, options: { keepdim?: boolean }): Tensor;
export function argmin(input: Tensor, options: { dim?: number | null; keepdim?: boolean }): Tensor;
export function argmin(input: Tensor, ...args: unknown[]): Tensor {
  return argument("argmin", input, args);
}

/** `log(sum(exp(input)))` over `dim`, without overflow. */
export function logsumexp(input: Tensor, dim: number | readonly number[], keepdim?: boolean): Tensor;
export function logsumexp(
  input: Tensor,
  dim: number | readonly number[],
  options: { keepdim?: boolean },
): Tensor;
export function logsumexp(
  input: Tensor,
  options: { dim: number | readonly number[]; keepdim?: boolean },
): Tensor;
export function logsumexp(input: Tensor, ...args: unknown[]): Tensor {
  const { dim, keepdim = false } = bind<Bound>("logsumexp", ["dim", "keepdim"], [], args);
  expect_tensor("logsumexp", input);
  if (dim === undefined) throw new TypeError('logsumexp() missing 1 required positional arguments: "dim"');
  const x = to_floating(input);
  const dims = normalize_dims(dim, x.ndim);
  const axes = ints(dims);
  let greatest = execute("Max", [x.handle, axes], keep);
  // Infinite maxima would give ∞ - ∞; without them the exponentials say ∞ or 0 themselves.
  greatest = execute("SelectV2", [
    execute("IsFinite", [greatest]),
    greatest,
    execute("ZerosLike", [greatest]),
  ]);
  const total = execute("Sum", [execute("Exp", [execute("Sub", [x.handle, greatest])]), axes], keep);
  const kept = execute("AddV2", [execute("Log", [total]), greatest]);
  const handle = keepdim
    ? kept
    : execute("Reshape", [kept, ints(x.shape.filter((_, i) => !dims.includes(i)))]);
  return record("logsumexp", handle, [x], [x, true], { dims, keepdim });
}
