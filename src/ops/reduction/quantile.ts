/** @file Quantiles. */

import { bind } from "../../args";
import { beside } from "../../autograd/tape";
import { RuntimeError } from "../../errors";
import { normalize_dim } from "../../shape";
import { is_tensor, scalar_tensor, type Tensor } from "../../tensor";
import { choose } from "../pointwise/elementwise";
import { stack } from "../shape/join";
import { expect_tensor } from "../value/convert";
import { ranked, take_along } from "./sort";

type Interpolation = "linear" | "lower" | "higher" | "midpoint" | "nearest";

interface QuantileOptions {
  dim?: number | null;
  keepdim?: boolean;
  interpolation?: Interpolation;
}

/**
 * The values below which a fraction `q` of the elements lies (a number in [0, 1], or a vector of them: its dimension comes
 * first), along `dim` or of all elements. NaN where there is one.
 */
export function quantile(
  input: Tensor,
  q: number | Tensor,
  dim?: number | null,
  keepdim?: boolean | { keepdim?: boolean; interpolation?: Interpolation },
  options?: { interpolation?: Interpolation },
): Tensor;
export function quantile(
  input: Tensor,
  q: number | Tensor,
  options: { dim?: number | null; keepdim?: boolean; interpolation?: Interpolation },
): Tensor;
export function quantile(
  input: Tensor,
  options: { q: number | Tensor; dim?: number | null; keepdim?: boolean; interpolation?: Interpolation },
): Tensor;
export function quantile(input: Tensor, ...args: unknown[]): Tensor {
  return fractions_of("quantile", input, args, (values, at, fraction, interpolation) => {
    const shape = values.shape.map((size, dim) => (dim === at ? 1 : size));
    const rank = fraction.mul(values.shape[at] - 1).expand(shape);
    const value = at_rank(values, at, rank, interpolation);
    return choose(values.detach().isnan().any(at, true), scalar_tensor(Number.NaN, value.dtype), value);
  });
}

/** {@link quantile} of the elements that are no NaN; NaN where there are none. */
export function nanquantile(
  input: Tensor,
  q: number | Tensor,
  dim?: number | null,
  keepdim?: boolean | { keepdim?: boolean; interpolation?: Interpolation },
  options?: { interpolation?: Interpolation },
): Tensor;
export function nanquantile(
  input: Tensor,
  q: number | Tensor,
  options: { dim?: number | null; keepdim?: boolean; interpolation?: Interpolation },
): Tensor;
export function nanquantile(
  input: Tensor,
  options: { q: number | Tensor; dim?: number | null; keepdim?: boolean; interpolation?: Interpolation },
): Tensor;
export function nanquantile(input: Tensor, ...args: unknown[]): Tensor {
  return fractions_of("nanquantile", input, args, (values, at, fraction, interpolation) => {
    // NaNs are last in order: ranks are among the others of each row.
    const counts = values.detach().isnan().logical_not().sum(at, true);
    const rank = counts.sub(1).clamp(0).to(values.dtype).mul(fraction);
    return at_rank(values, at, rank, interpolation);
  });
}

/** The elements at fractional ranks, one along `dim`, of values in order; the gradient reaches the ranks as well. */
function at_rank(values: Tensor, dim: number, rank: Tensor, interpolation: Interpolation): Tensor {
  const below = rank.detach().floor();
  const lower = take_along(values, below.long(), dim);
  const upper = take_along(values, rank.detach().ceil().long(), dim);
  const share = rank.sub(below);
  switch (interpolation) {
    case "linear":
      return lower.lerp(upper, share);
    case "midpoint":
      return lower.lerp(upper, choose(share.eq(0), share, scalar_tensor(0.5, share.dtype)));
    case "lower":
      return lower;
    case "higher":
      return upper;
    default:
      return take_along(values, rank.detach().round().long(), dim);
  }
}

/** Checks the arguments and joins what `value_at` gives for each fraction of the elements in order along a dimension. */
function fractions_of(
  name: string,
  input: Tensor,
  args: readonly unknown[],
  value_at: (values: Tensor, dim: number, fraction: Tensor, interpolation: Interpolation) => Tensor,
): Tensor {
  const {
    q,
    dim = null,
    keepdim = false,
    interpolation = "linear",
  } = bind<{ q: number | Tensor } & Partial<Required<QuantileOptions>>>(
    name,
    ["q", "dim", "keepdim"],
    ["interpolation"],
    args,
    1,
  );
  expect_tensor(name, input);
  if (!input.dtype.is_floating_point)
    throw new RuntimeError(`${name}() input tensor must be either float or double dtype`);
  if (is_tensor(q) && (q.ndim > 1 || q.dtype !== input.dtype)) {
    throw new RuntimeError(`${name}() q must be a scalar or 1D tensor of the same dtype as the input tensor`);
  }
  if (!["linear", "lower", "higher", "midpoint", "nearest"].includes(interpolation)) {
    throw new RuntimeError(
      `${name}() interpolation must be one of linear, lower, higher, midpoint or nearest, but got ${String(interpolation)}`,
    );
  }
  if (input.numel() === 0) throw new RuntimeError(`${name}() input tensor must be non-empty`);
  const fractions = is_tensor(q) ? Array.from(q.typed_array(), Number) : [q];
  if (fractions.some((fraction) => !(fraction >= 0 && fraction <= 1))) {
    throw new RuntimeError(`${name}() q values must be in the range [0, 1]`);
  }
  const flat = dim === null || input.ndim === 0;
  const source = flat ? input.reshape(-1) : input;
  const at = flat ? 0 : normalize_dim(dim, input.ndim);
  if (is_tensor(q) && q.numel() === 0 && q.ndim === 1) {
    const kept = flat ? input.shape.map(() => 1) : input.shape.map((size, d) => (d === at ? 1 : size));
    const dropped = flat ? [] : input.shape.filter((_, d) => d !== at);
    return beside(input.new_zeros([0, ...(keepdim ? kept : dropped)]), input, q);
  }
  const { values } = ranked(name, source, at, source.shape[at], false);
  const results = fractions.map((number, i) => {
    const fraction = is_tensor(q) ? (q.ndim === 1 ? q.select(0, i) : q) : scalar_tensor(number, input.dtype);
    const value = value_at(values, at, fraction, interpolation);
    if (flat) return value.reshape(keepdim ? input.shape.map(() => 1) : []);
    return keepdim ? value : value.squeeze(at);
  });
  return is_tensor(q) && q.ndim === 1 ? stack(results) : results[0]._alias();
}
