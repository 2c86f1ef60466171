/** @file Reductions that leave masked elements out (PyTorch: `torch.masked`). */
import { bind } from "../args";
import { type DType, float32 } from "../dtype";
import { RuntimeError, ValueError } from "../errors";
import { vector_norm } from "../ops/algebra/matrix-norms";
import { maximum } from "../ops/pointwise/bounds";
import { div } from "../ops/pointwise/elementwise";
import { logaddexp as log_add } from "../ops/pointwise/numeric";
import { sqrt, square } from "../ops/pointwise/unary";
import {
  amax as greatest,
  amin as least,
  logsumexp as log_sum,
  argmax as place_of_greatest,
  argmin as place_of_least,
} from "../ops/reduction/extreme";
import { nanmedian } from "../ops/reduction/median";
import { prod as product, sum as total } from "../ops/reduction/reduce";
import { cast, expect_tensor } from "../ops/value/convert";
import { ones } from "../ops/value/create";
import { scalar_tensor, type Tensor } from "../tensor";
import { combined, type Dims, dims_of, input_mask, type MaskOptions, summed_dtype } from "./mask";

/** Keyword arguments of masked reductions. */
export interface ReductionOptions extends MaskOptions {
  /** Whether reduced dimensions stay, with size 1. */
  keepdim?: boolean;
}

type Bound = ReductionOptions & { dim?: Dims };
const keys = ["keepdim", "dtype", "mask"] as const;

function bound(name: string, input: Tensor, args: readonly unknown[]): Bound {
  expect_tensor(`masked.${name}`, input);
  return bind<Bound>(`masked.${name}`, ["dim"], keys, args);
}

/** The sum over `dim` (all by default) of the elements where `mask` holds; whole numbers as int64. 0 where none do. */
export function sum(input: Tensor, dim?: Dims, options?: ReductionOptions): Tensor;
export function sum(input: Tensor, options: ReductionOptions & { dim?: Dims }): Tensor;
export function sum(input: Tensor, ...args: unknown[]): Tensor {
  const { dim, keepdim = false, dtype, mask } = bound("sum", input, args);
  const x = combined("sum", input, mask, "zero");
  return total(x, dims_of(dim, input), keepdim, { dtype: dtype ?? summed_dtype(input) });
}

/** The product over `dim` (all by default) of the elements where `mask` holds; whole numbers as int64. 1 where none do. */
export function prod(input: Tensor, dim?: Dims, options?: ReductionOptions): Tensor;
export function prod(input: Tensor, options: ReductionOptions & { dim?: Dims }): Tensor;
export function prod(input: Tensor, ...args: unknown[]): Tensor {
  const { dim, keepdim = false, dtype, mask } = bound("prod", input, args);
  let result = cast(combined("prod", input, mask, "one"), dtype ?? summed_dtype(input));
  // Dimension by dimension, so that the one of a tensor without any may be named twice.
  for (const d of input.ndim === 0 ? [] : dims_of(dim, input).reverse()) result = product(result, d, keepdim);
  return result;
}

function extreme(name: "amax" | "amin", input: Tensor, args: readonly unknown[]): Tensor {
  const { dim, keepdim = false, dtype, mask } = bound(name, input, args);
  const x = combined(name, input, mask, name === "amax" ? "lowest" : "highest");
  const reduce = name === "amax" ? greatest : least;
  return cast(reduce(x, dims_of(dim, input), keepdim), dtype ?? input.dtype);
}

/** The greatest element over `dim` (all by default) where `mask` holds; the dtype's least where none do. */
export function amax(input: Tensor, dim?: Dims, options?: ReductionOptions): Tensor;
export function amax(input: Tensor, options: ReductionOptions & { dim?: Dims }): Tensor;
export function amax(input: Tensor, ...args: unknown[]): Tensor {
  return extreme("amax", input, args);
}

/** The least element over `dim` (all by default) where `mask` holds; the dtype's greatest where none do. */
export function amin(input: Tensor, dim?: Dims, options?: ReductionOptions): Tensor;
export function amin(input: Tensor, options: ReductionOptions & { dim?: Dims }): Tensor;
export function amin(input: Tensor, ...args: unknown[]): Tensor {
  return extreme("amin", input, args);
}

function place(name: "argmax" | "argmin", input: Tensor, args: readonly unknown[]): Tensor {
  type Args = ReductionOptions & { dim?: number | null };
  expect_tensor(`masked.${name}`, input);
  const { dim, keepdim = false, dtype, mask } = bind<Args>(`masked.${name}`, ["dim"], keys, args);
  const x = combined(name, input, mask, name === "argmax" ? "lowest" : "highest");
  const find = name === "argmax" ? place_of_greatest : place_of_least;
  return cast(find(x, dim ?? null, keepdim), dtype ?? input.dtype);
}

/** The position along `dim` (in the flattened input by default) of the greatest element where `mask` holds. */
export function argmax(input: Tensor, dim?: number | null, options?: ReductionOptions): Tensor;
export function argmax(input: Tensor, options: ReductionOptions & { dim?: number | null }): Tensor;
export function argmax(input: Tensor, ...args: unknown[]): Tensor {
  return place("argmax", input, args);
}

/** The position along `dim` (in the flattened input by default) of the least element where `mask` holds. */
export function argmin(input: Tensor, dim?: number | null, options?: ReductionOptions): Tensor;
export function argmin(input: Tensor, options: ReductionOptions & { dim?: number | null }): Tensor;
export function argmin(input: Tensor, ...args: unknown[]): Tensor {
  return place("argmin", input, args);
}

/** How many elements count over the dimensions. */
function count_of(
  name: string,
  input: Tensor,
  mask: Tensor | null | undefined,
  dim: Dims,
  keepdim: boolean,
): Tensor {
  const there =
    mask === null || mask === undefined ? ones(input.shape) : cast(input_mask(name, input, mask), float32);
  return total(there, dims_of(dim, input), keepdim);
}

/** The mean over `dim` (all by default) of the elements where `mask` holds; NaN where none do. @throws ValueError for ints. */
export function mean(input: Tensor, dim?: Dims, options?: ReductionOptions): Tensor;
export function mean(input: Tensor, options: ReductionOptions & { dim?: Dims }): Tensor;
export function mean(input: Tensor, ...args: unknown[]): Tensor {
  const { dim = null, keepdim = false, dtype, mask } = bound("mean", input, args);
  const wanted = dtype ?? input.dtype;
  if (!wanted.is_floating_point) {
    throw new ValueError(
      `masked.mean(): Could not infer output dtype. ${dtype ? "Optional" : "Input"} dtype must be either a floating point or ` +
        `complex dtype. Got: ${wanted.toString()}`,
    );
  }
  const all = sum(input, dim, { keepdim, dtype: wanted, mask });
  return div(all, cast(count_of("mean", input, mask, dim, keepdim), wanted));
}

/**
 * The lower median along `dim` (the last by default) of the elements where `mask` holds; NaN where none do.
 *
 * @throws ValueError where none do in a tensor of whole numbers.
 */
export function median(input: Tensor, dim?: number, options?: ReductionOptions): Tensor;
export function median(input: Tensor, options: ReductionOptions & { dim?: number }): Tensor;
export function median(input: Tensor, ...args: unknown[]): Tensor {
  type Args = ReductionOptions & { dim?: number };
  expect_tensor("masked.median", input);
  const { dim = -1, keepdim = false, dtype, mask } = bind<Args>("masked.median", ["dim"], keys, args);
  const floating = input.dtype.is_floating_point;
  const x = combined("median", floating ? input : cast(input, float32), mask, "nan");
  const { values } = nanmedian(x, dim, keepdim);
  if (floating) return values;
  if (values.isnan().any().item()) {
    throw new ValueError(
      "masked.median(): masked median expects no fully masked out rows if dtype is not floating point",
    );
  }
  return cast(values, dtype ?? input.dtype);
}

/** `log(sum(exp(input)))` over `dim` of the elements where `mask` holds. */
export function logsumexp(input: Tensor, dim?: Dims, options?: ReductionOptions): Tensor;
export function logsumexp(input: Tensor, options: ReductionOptions & { dim?: Dims }): Tensor;
export function logsumexp(input: Tensor, ...args: unknown[]): Tensor {
  const { dim, keepdim = false, dtype, mask } = bound("logsumexp", input, args);
  const x = combined("logsumexp", input, mask, "lowest");
  return cast(log_sum(x, dims_of(dim, input), keepdim), dtype ?? input.dtype);
}

interface LogAddOptions {
  dtype?: DType | null;
  input_mask?: Tensor | null;
  other_mask?: Tensor | null;
}

/** `log(exp(input) + exp(other))`, of the elements where their masks hold. */
export function logaddexp(input: Tensor, other: Tensor, options?: LogAddOptions): Tensor;
export function logaddexp(input: Tensor, options: LogAddOptions & { other: Tensor }): Tensor;
export function logaddexp(input: Tensor, ...args: unknown[]): Tensor {
  type Args = LogAddOptions & { other: Tensor };
  expect_tensor("masked.logaddexp", input);
  const parameters = ["dtype", "input_mask", "other_mask"] as const;
  const given = bind<Args>("masked.logaddexp", ["other"], parameters, args, 1);
  const other = expect_tensor("masked.logaddexp", given.other, "other");
  const a = combined("logaddexp", input, given.input_mask, "lowest");
  const b = combined("logaddexp", other, given.other_mask, "lowest");
  return cast(log_add(a, b), given.dtype ?? input.dtype);
}

/** The vector norm of order `ord` (2) over `dim` (all by default) of the elements where `mask` holds. */
export function norm(input: Tensor, ord?: number | null, dim?: Dims, options?: ReductionOptions): Tensor;
export function norm(input: Tensor, ord: number | null, options: ReductionOptions & { dim?: Dims }): Tensor;
export function norm(input: Tensor, options: ReductionOptions & { ord?: number | null; dim?: Dims }): Tensor;
export function norm(input: Tensor, ...args: unknown[]): Tensor {
  type Args = ReductionOptions & { ord?: number | null; dim?: Dims };
  expect_tensor("masked.norm", input);
  const { ord, dim, keepdim = false, dtype, mask } = bind<Args>("masked.norm", ["ord", "dim"], keys, args);
  const order = ord ?? 2;
  const x = combined("norm", input, mask, order === Number.NEGATIVE_INFINITY ? "highest" : "zero");
  return vector_norm(x, order, dims_of(dim, input), keepdim, { dtype });
}

type Spread = ReductionOptions & { dim?: Dims; unbiased?: boolean | null; correction?: number | null };

function spread(name: string, input: Tensor, args: readonly unknown[]): Tensor {
  expect_tensor(`masked.${name}`, input);
  const given = bind<Spread>(`masked.${name}`, ["dim", "unbiased"], ["correction", ...keys], args);
  const { dim = null, unbiased = null, keepdim = false, mask } = given;
  if (unbiased !== null && given.correction !== undefined && given.correction !== null) {
    throw new RuntimeError(`masked.${name}(): Only one of unbiased and correction may be given`);
  }
  const correction = given.correction ?? (unbiased === false ? 0 : 1);
  const dtype = given.dtype ?? (input.dtype.is_floating_point ? input.dtype : float32);
  const work = dtype.is_floating_point ? dtype : float32;
  const count = cast(count_of(name, input, mask, dim, true), work);
  const centre = div(sum(input, dim, { keepdim: true, dtype, mask }), count);
  const far = square(input.sub(centre));
  const all = sum(far, dim, { keepdim, dtype: work, mask });
  const shaped = keepdim ? count : count.reshape(all.shape);
  const divisor = correction === 0 ? shaped : maximum(shaped.sub(correction), scalar_tensor(0, work));
  return cast(div(all, divisor), dtype);
}

/** The variance over `dim` (all by default) of the elements where `mask` holds, of the sample unless told otherwise. */
function var_(
  input: Tensor,
  dim?: Dims,
  unbiased?: boolean | null,
  options?: Omit<Spread, "dim" | "unbiased">,
): Tensor;
function var_(input: Tensor, dim: Dims, options: Omit<Spread, "dim">): Tensor;
function var_(input: Tensor, options: Spread): Tensor;
function var_(input: Tensor, ...args: unknown[]): Tensor {
  return spread("var", input, args);
}

export { var_ as var };

/** The square root of {@link var}. */
export function std(
  input: Tensor,
  dim?: Dims,
  unbiased?: boolean | null,
  options?: Omit<Spread, "dim" | "unbiased">,
): Tensor;
export function std(input: Tensor, dim: Dims, options: Omit<Spread, "dim">): Tensor;
export function std(input: Tensor, options: Spread): Tensor;
export function std(input: Tensor, ...args: unknown[]): Tensor {
  return sqrt(spread("std", input, args));
}
