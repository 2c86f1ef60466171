/** @file Sums, means and products over dimensions, running sums, and whether any or all hold. */
import { bind } from "../../args";
import { named, record } from "../../autograd/tape";
import { attr, execute, ints, scalar } from "../../backend/engine";
import { bool, type DType, int32, int64, uint8, whole_number_hint } from "../../dtype";
import { RuntimeError } from "../../errors";
import { broadcast_dims, normalize_dim, normalize_dims, range, type Shape, same_shape } from "../../shape";
import { Tensor } from "../../tensor";
import { truth } from "../pointwise/compare";
import { reshape, whole_numbers } from "../shape/movement";
import { cast, expect_tensor } from "../value/convert";
import { execute_any } from "../value/fallback";

/** One dimension, several, or null for all. */
export type Dims = number | readonly number[] | null;

type Bound = { dim: Dims; keepdim: boolean; dtype: DType | null };

export const keep = [attr.bool("keep_dims", true)];
export const drop = [attr.bool("keep_dims", false)];

/**
 * The sum over `dim` (all dimensions by default). Integers and bools add up as int64.
 *
 * @example
 * x.sum(); x.sum(-1, true); x.sum({ dim: [0, 1], dtype: torch.float64 })
 */
export function sum(input: Tensor, dim?: Dims, keepdim?: boolean, options?: { dtype?: DType | null }): Tensor;
export function sum(input: Tensor, dim: Dims, options: { keepdim?: boolean; dtype?: DType | null }): Tensor;
export function sum(input: Tensor, options: { dim?: Dims; keepdim?: boolean; dtype?: DType | null }): Tensor;
export function sum(input: Tensor, ...args: unknown[]): Tensor {
  const { dim, keepdim = false, dtype } = bind<Bound>("sum", ["dim", "keepdim"], ["dtype"], args);
  expect_tensor("sum", input);
  const target = dtype ?? (input.dtype.is_floating_point ? input.dtype : int64);
  const output = sum_dims(cast(input, target), normalize_dims(dim, input.ndim), keepdim);
  return dim === undefined || dim === null ? output : named("SumBackward1", output, input);
}

/** The sum over dimensions that are known to be in order and in range. */
export function sum_dims(input: Tensor, dims: Shape, keepdim: boolean): Tensor {
  const handle = execute_any("Sum", [input.handle, ints(dims)], keepdim ? keep : drop);
  return record("sum", handle, [input], [], { dims, keepdim });
}

/** Sums over what broadcasting repeated: a gradient of a larger shape becomes one of `shape`. */
export function sum_to_size(input: Tensor, ...size: [shape: Shape] | number[]): Tensor;
export function sum_to_size(input: Tensor, options: { size: Shape }): Tensor;
export function sum_to_size(input: Tensor, ...args: unknown[]): Tensor {
  const shape = whole_numbers("sum_to_size", "size", args);
  if (same_shape(input.shape, shape)) return input;
  const lead = input.ndim - shape.length;
  if (lead < 0 || shape.some((n, i) => n !== 1 && n !== input.shape[i + lead])) {
    throw new RuntimeError(
      `size {[${shape.join(", ")}]} is not expandable to size {[${input.shape.join(", ")}]}.`,
    );
  }
  const dims = broadcast_dims(input.shape, shape);
  // As sums are: whole numbers and bools add up in int64.
  const whole = input.dtype.is_floating_point ? input : cast(input, int64);
  const summed = dims.length > 0 ? sum_dims(whole, dims, false) : input;
  return same_shape(summed.shape, shape) ? summed : reshape(summed, shape);
}

/** How many elements are reduced to one. */
export function reduced_count(shape: Shape, dims: Shape): number {
  let count = 1;
  for (const dim of dims) count *= shape[dim];
  return count;
}

/**
 * The mean over `dim` (all dimensions by default); NaN of no elements.
 *
 * @throws RuntimeError for integers and bools unless a floating `dtype` is given.
 */
export function mean(
  input: Tensor,
  dim?: Dims,
  keepdim?: boolean,
  options?: { dtype?: DType | null },
): Tensor;
export function mean(input: Tensor, dim: Dims, options: { keepdim?: boolean; dtype?: DType | null }): Tensor;
export function mean(input: Tensor, options: { dim?: Dims; keepdim?: boolean; dtype?: DType | null }): Tensor;
export function mean(input: Tensor, ...args: unknown[]): Tensor {
  const { dim, keepdim = false, dtype } = bind<Bound>("mean", ["dim", "keepdim"], ["dtype"], args);
  expect_tensor("mean", input);
  const x = cast(input, dtype ?? input.dtype);
  if (!x.dtype.is_floating_point) {
    throw new RuntimeError(
      dtype
        ? `mean(): could not infer output dtype. Optional dtype must be either a floating point or complex dtype. Got: ${x.dtype.scalar_type}`
        : `mean(): could not infer output dtype. Input dtype must be either a floating point or complex dtype. Got: ${x.dtype.scalar_type}${whole_number_hint(x.dtype)}`,
    );
  }
  const dims = normalize_dims(dim, x.ndim);
  const handle = execute("Mean", [x.handle, ints(dims)], keepdim ? keep : drop);
  const output = record("mean", handle, [x], [], { dims, keepdim });
  return dim === undefined || dim === null ? output : named("MeanBackward1", output, input);
}

/** The product over `dim` (all dimensions by default). Integers and bools multiply as int64. */
export function prod(
  input: Tensor,
  dim?: number | null,
  keepdim?: boolean,
  options?: { dtype?: DType | null },
): Tensor;
export function prod(
  input: Tensor,
  dim: number | null,
  options: { keepdim?: boolean; dtype?: DType | null },
): Tensor;
export function prod(
  input: Tensor,
  options: { dim?: number | null; keepdim?: boolean; dtype?: DType | null },
): Tensor;
export function prod(input: Tensor, ...args: unknown[]): Tensor {
  const { dim, keepdim = false, dtype } = bind<Bound>("prod", ["dim", "keepdim"], ["dtype"], args);
  expect_tensor("prod", input);
  const x = cast(input, dtype ?? (input.dtype.is_floating_point ? input.dtype : int64));
  const dims = normalize_dims(dim, x.ndim);
  const handle = execute_any("Prod", [x.handle, ints(dims)], keepdim ? keep : drop);
  const product = record("prod", handle, [x], [x, true], { dims, keepdim });
  return dim === null || dim === undefined ? product : named("ProdBackward1", product, x);
}

/** The sum without NaNs. */
export function nansum(
  input: Tensor,
  dim?: Dims,
  keepdim?: boolean,
  options?: { dtype?: DType | null },
): Tensor;
export function nansum(
  input: Tensor,
  dim: Dims,
  options: { keepdim?: boolean; dtype?: DType | null },
): Tensor;
export function nansum(
  input: Tensor,
  options: { dim?: Dims; keepdim?: boolean; dtype?: DType | null },
): Tensor;
export function nansum(input: Tensor, ...args: unknown[]): Tensor {
  const { dim, keepdim = false, dtype } = bind<Bound>("nansum", ["dim", "keepdim"], ["dtype"], args);
  expect_tensor("nansum", input);
  return named("NansumBackward0", sum(without_nan(input), dim ?? null, keepdim, { dtype }), input);
}

/** The mean of the elements that are no NaN. */
export function nanmean(
  input: Tensor,
  dim?: Dims,
  keepdim?: boolean,
  options?: { dtype?: DType | null },
): Tensor;
export function nanmean(
  input: Tensor,
  dim: Dims,
  options: { keepdim?: boolean; dtype?: DType | null },
): Tensor;
export function nanmean(
  input: Tensor,
  options: { dim?: Dims; keepdim?: boolean; dtype?: DType | null },
): Tensor;
export function nanmean(input: Tensor, ...args: unknown[]): Tensor {
  const { dim = null, keepdim = false, dtype } = bind<Bound>("nanmean", ["dim", "keepdim"], ["dtype"], args);
  expect_tensor("nanmean", input);
  if (!input.dtype.is_floating_point) {
    throw new RuntimeError(
      `nanmean(): expected input to have floating point or complex dtype but got ${input.dtype.scalar_type}`,
    );
  }
  const x = cast(input, dtype ?? input.dtype);
  const there = cast(new Tensor(execute("Equal", [x.handle, x.handle])), x.dtype);
  return sum(without_nan(x), dim, keepdim).div(sum(there, dim, keepdim));
}

function without_nan(input: Tensor): Tensor {
  if (!input.dtype.is_floating_point) return input;
  const nan = new Tensor(execute("IsNan", [input.handle]));
  const zero = execute("ZerosLike", [input.handle]);
  return record(
    "where",
    execute("SelectV2", [nan.handle, zero, input.handle]),
    [new Tensor(zero), input],
    [nan],
  );
}

function holds(op: "Any" | "All", input: Tensor, args: unknown[]): Tensor {
  const name = op.toLowerCase();
  expect_tensor(name, input);
  const { dim, keepdim = false } = bind<Bound>(name, ["dim", "keepdim"], [], args);
  const dims = Array.isArray(dim) && dim.length === 0 ? [] : normalize_dims(dim, input.ndim);
  const handle = execute(op, [truth(input), ints(dims)], keepdim ? keep : drop);
  return new Tensor(input.dtype === uint8 ? execute("Cast", [handle], [attr.type("DstT", uint8)]) : handle);
}

/** Whether any element is true (not 0), over `dim` or all. */
export function any(input: Tensor, dim?: Dims, keepdim?: boolean): Tensor;
export function any(input: Tensor, dim: Dims, options: { keepdim?: boolean }): Tensor;
export function any(input: Tensor, options: { dim?: Dims; keepdim?: boolean }): Tensor;
export function any(input: Tensor, ...args: unknown[]): Tensor {
  return holds("Any", input, args);
}

/** Whether all elements are true (not 0), over `dim` or all. */
export function all(input: Tensor, dim?: Dims, keepdim?: boolean): Tensor;
export function all(input: Tensor, dim: Dims, options: { keepdim?: boolean }): Tensor;
export function all(input: Tensor, options: { dim?: Dims; keepdim?: boolean }): Tensor;
export function all(input: Tensor, ...args: unknown[]): Tensor {
  return holds("All", input, args);
}

/** How many elements are not 0, over `dim` or all; int64. */
export function count_nonzero(input: Tensor, dim?: Dims): Tensor;
export function count_nonzero(input: Tensor, options: { dim?: Dims }): Tensor;
export function count_nonzero(input: Tensor, ...args: unknown[]): Tensor {
  const { dim } = bind<Bound>("count_nonzero", ["dim"], [], args);
  expect_tensor("count_nonzero", input);
  return sum(new Tensor(truth(input)), dim);
}

/** Running sum or product from one end of a dimension; for rules also from the other end, or without the element itself. */
export interface Scan {
  readonly dim: number;
  readonly reverse: boolean;
}

const scan_attrs = (reverse: boolean) => [attr.bool("exclusive", false), attr.bool("reverse", reverse)];

/** {@link cumsum} in either direction. */
export function scan_sum(input: Tensor, scan: Scan): Tensor {
  if (input.ndim === 0) return record("reshape", input.handle, [input]);
  const handle = execute_any("Cumsum", [input.handle, scalar(scan.dim, int32)], scan_attrs(scan.reverse));
  return record("cumsum", handle, [input], [], scan);
}

/** {@link cumprod} over a dimension known to be in range. */
export function scan_prod(input: Tensor, dim: number): Tensor {
  if (input.ndim === 0) return record("reshape", input.handle, [input]);
  const handle = execute_any("Cumprod", [input.handle, scalar(dim, int32)], scan_attrs(false));
  return record("cumprod", handle, [input], [input, true], dim);
}

type Along = { dim: number; dtype?: DType | null };

/** Sums of the elements up to each along `dim`. Integers and bools add up as int64. */
export function cumsum(input: Tensor, dim: number, options?: { dtype?: DType | null }): Tensor;
export function cumsum(input: Tensor, options: { dim: number; dtype?: DType | null }): Tensor;
export function cumsum(input: Tensor, ...args: unknown[]): Tensor {
  const [x, dim] = scanned("cumsum", input, args);
  return scan_sum(x, { dim, reverse: false });
}

/** Products of the elements up to each along `dim`. Integers and bools multiply as int64. */
export function cumprod(input: Tensor, dim: number, options?: { dtype?: DType | null }): Tensor;
export function cumprod(input: Tensor, options: { dim: number; dtype?: DType | null }): Tensor;
export function cumprod(input: Tensor, ...args: unknown[]): Tensor {
  const [x, dim] = scanned("cumprod", input, args);
  return scan_prod(x, dim);
}

function scanned(name: string, input: Tensor, args: unknown[]): [Tensor, number] {
  const { dim, dtype } = bind<Required<Along>>(name, ["dim"], ["dtype"], args);
  if (dim === undefined) throw new TypeError(`${name}() missing 1 required positional arguments: "dim"`);
  const x = cast(input, dtype ?? (input.dtype.is_floating_point ? input.dtype : int64));
  return [x, normalize_dim(dim, input.ndim)];
}

/** The shape with the reduced dimensions kept as 1. */
export function kept_shape(shape: Shape, dims: Shape): number[] {
  return range(shape.length).map((i) => (dims.includes(i) ? 1 : shape[i]));
}

/** The values as bools where they are counted. */
export function as_bool(input: Tensor): Tensor {
  return input.dtype === bool ? input : new Tensor(truth(input));
}
