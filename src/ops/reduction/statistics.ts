/** @file Variance, standard deviation and norms. */
import { bind } from "../../args";
import { named as labelled, record, watch } from "../../autograd/tape";
import { RuntimeError } from "../../errors";
import { normalize_dims, type Shape } from "../../shape";
import type { Tensor } from "../../tensor";
import { div, pow } from "../pointwise/elementwise";
import { abs, sqrt, square } from "../pointwise/unary";
import { cast, expect_tensor } from "../value/convert";
import { named } from "../value/named";
import { amax, amin } from "./extreme";
import { as_bool, type Dims, reduced_count, sum_dims } from "./reduce";

interface Spread {
  dim?: Dims;
  /** Divides by n - 1 if true (the default), by n otherwise; an older way to say `correction`. */
  unbiased?: boolean;
  /** What is taken off the number of elements, 1 by default. */
  correction?: number | null;
  keepdim?: boolean;
}

interface Bound {
  dims: number[];
  correction: number;
  keepdim: boolean;
}

/** The parameters of var and std, whose first may be `dim` or, as of old, `unbiased`. */
function spread(name: string, input: Tensor, args: readonly unknown[]): Bound {
  const old = typeof args[0] === "boolean";
  const names: readonly (keyof Spread)[] = old ? ["unbiased"] : ["dim", "unbiased", "keepdim"];
  const rest: readonly (keyof Spread)[] = old ? ["dim", "keepdim", "correction"] : ["correction"];
  const { dim, unbiased, correction, keepdim = false } = bind<Required<Spread>>(name, names, rest, args);
  if (!expect_tensor(name, input).dtype.is_floating_point) {
    throw new RuntimeError(`${name} only support floating point and complex dtypes`);
  }
  return {
    dims: normalize_dims(dim, input.ndim),
    correction: correction ?? (unbiased === false ? 0 : 1),
    keepdim,
  };
}

function variance(input: Tensor, { dims, correction, keepdim }: Bound): Tensor {
  const centered = input.sub(input.mean(dims.length === 0 ? null : dims, true));
  const count = reduced_count(input.shape, dims);
  const spread = div(sum_dims(square(centered), dims, keepdim), Math.max(count - correction, 0));
  return labelled("VarBackward0", spread, input);
}

/** The variance over `dim` (all by default), of the sample (n - 1) unless `correction` or `unbiased` says otherwise. */
function var_(input: Tensor, dim?: Dims, unbiased?: boolean, keepdim?: boolean): Tensor;
function var_(input: Tensor, unbiased: boolean): Tensor;
function var_(input: Tensor, options: Spread): Tensor;
function var_(input: Tensor, ...args: unknown[]): Tensor {
  return variance(input, spread("var", input, args));
}

export { var_ as var };

/** The square root of the variance, over `dim` (all by default). */
export function std(
  input: Tensor,
  dim?: Dims,
  unbiased?: boolean | Spread,
  keepdim?: boolean | Spread,
): Tensor;
export function std(input: Tensor, unbiased: boolean): Tensor;
export function std(input: Tensor, options: Spread): Tensor;
export function std(input: Tensor, ...args: unknown[]): Tensor {
  return watch(root(variance(input, spread("std", input, args))), input);
}

/** The square root with gradient 0 at 0. */
function root(input: Tensor): Tensor {
  return record("root", sqrt(input.detach()).handle, [input], [true]);
}

/** Variance and mean at once. */
export function var_mean(
  input: Tensor,
  dim?: Dims,
  unbiased?: boolean | Spread,
  keepdim?: boolean | Spread,
): [variance: Tensor, mean: Tensor];
export function var_mean(input: Tensor, unbiased: boolean): [variance: Tensor, mean: Tensor];
export function var_mean(input: Tensor, options: Spread): [variance: Tensor, mean: Tensor];
export function var_mean(input: Tensor, ...args: unknown[]): [Tensor, Tensor] {
  const bound = spread("var_mean", input, args);
  const mean = input.mean(bound.dims.length === 0 ? null : bound.dims, bound.keepdim);
  return named("var_mean", { var: labelled("VarMeanBackward0", variance(input, bound), input), mean });
}

/** Standard deviation and mean at once. */
export function std_mean(
  input: Tensor,
  dim?: Dims,
  unbiased?: boolean | Spread,
  keepdim?: boolean | Spread,
): [std: Tensor, mean: Tensor];
export function std_mean(input: Tensor, unbiased: boolean): [std: Tensor, mean: Tensor];
export function std_mean(input: Tensor, options: Spread): [std: Tensor, mean: Tensor];
export function std_mean(input: Tensor, ...args: unknown[]): [Tensor, Tensor] {
  const bound = spread("std_mean", input, args);
  const mean = input.mean(bound.dims.length === 0 ? null : bound.dims, bound.keepdim);
  return named("std_mean", {
    std: labelled("StdMeanBackward0", root(variance(input, bound)), input),
    mean,
  });
}

/** @throws RuntimeError for whole numbers, which norms are not made of. */
export function expect_floating_norm({ dtype }: Tensor): void {
  if (dtype.is_floating_point) return;
  throw new RuntimeError(
    `linalg.vector_norm: Expected a floating point or complex tensor as input. Got ${dtype.scalar_type}`,
  );
}

/** @throws RuntimeError for a norm that is undefined for no elements: that of a negative or infinite order. */
function expect_elements(input: Tensor, p: number, dims: Shape): void {
  if (input.numel() > 0 || (p >= 0 && p !== Number.POSITIVE_INFINITY)) return;
  const order = String(p).replace("Infinity", "inf");
  const empty = dims.find((dim) => input.shape[dim] === 0);
  if (dims.length > 0 && dims.length < input.ndim ? empty === undefined : input.ndim === 0) return;
  const where =
    dims.length === input.ndim && input.ndim !== 1
      ? "an empty tensor because the operation"
      : `the dimension ${empty} because this dimension is empty and the operation`;
  throw new RuntimeError(
    `linalg.vector_norm cannot compute the ${order} norm on ${where} does not have an identity`,
  );
}

/** The `p`-norm over dimensions known to be in range. */
export function norm_dims(input: Tensor, p: number, dims: Shape, keepdim: boolean): Tensor {
  expect_elements(input, p, dims);
  if (p === 2) {
    const handle = sqrt(sum_dims(square(input.detach()), dims, keepdim)).handle;
    return record("norm", handle, [input], [input, true], { dims, keepdim, p });
  }
  if (p === 0) {
    const count = cast(sum_dims(cast(as_bool(input.detach()), input.dtype), dims, keepdim), input.dtype);
    return record("count", count.handle, [input]);
  }
  if (p === 1) return sum_dims(abs(input), dims, keepdim);
  if (dims.length === 0) return abs(input);
  if (p === Number.POSITIVE_INFINITY) return amax(abs(input), dims, keepdim);
  if (p === Number.NEGATIVE_INFINITY) return amin(abs(input), dims, keepdim);
  const handle = pow(sum_dims(pow(abs(input.detach()), p), dims, keepdim), 1 / p).handle;
  return record("norm", handle, [input], [input, true], { dims, keepdim, p });
}
