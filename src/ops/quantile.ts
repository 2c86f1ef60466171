/** @file Quantiles. */

import { bind } from "../args";
import { RuntimeError } from "../errors";
import { normalize_dim } from "../shape";
import { is_tensor, scalar_tensor, type Tensor } from "../tensor";
import { expect_tensor } from "./convert";
import { choose } from "./elementwise";
import { stack } from "./join";
import { ranked } from "./sort";

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
  keepdim?: boolean,
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
  const {
    q,
    dim = null,
    keepdim = false,
    interpolation = "linear",
  } = bind<{ q: number | Tensor } & Partial<Required<QuantileOptions>>>(
    "quantile",
    ["q", "dim", "keepdim"],
    ["interpolation"],
    args,
    1,
  );
  expect_tensor("quantile", input);
  if (!input.dtype.is_floating_point)
    throw new RuntimeError("quantile() input tensor must be either float or double dtype");
  if (is_tensor(q) && (q.ndim > 1 || q.dtype !== input.dtype)) {
    throw new RuntimeError(
      "quantile() q must be a scalar or 1D tensor of the same dtype as the input tensor",
    );
  }
  if (input.numel() === 0) throw new RuntimeError("quantile() input tensor must be non-empty");
  const fractions = is_tensor(q) ? Array.from(q.typed_array(), Number) : [q];
  if (fractions.some((fraction) => !(fraction >= 0 && fraction <= 1))) {
    throw new RuntimeError("quantile() q values must be in the range [0, 1]");
  }
  const flat = dim === null || input.ndim === 0;
  const source = flat ? input.reshape(-1) : input;
  const at = flat ? 0 : normalize_dim(dim, input.ndim);
  const size = source.shape[at];
  const { values } = ranked("quantile", source, at, size, false);
  const nan = source.detach().isnan().any(at, true);
  const results = fractions.map((fraction) => {
    const rank = fraction * (size - 1);
    const lower = values.narrow(at, Math.floor(rank), 1);
    const upper = values.narrow(at, Math.ceil(rank), 1);
    const value = between(lower, upper, rank - Math.floor(rank), rank, interpolation);
    const whole = choose(nan, scalar_tensor(Number.NaN, value.dtype), value);
    if (flat) return whole.reshape(keepdim ? input.shape.map(() => 1) : []);
    return keepdim ? whole : whole.squeeze(at);
  });
  return is_tensor(q) && q.ndim === 1 ? stack(results) : results[0];
}

function between(lower: Tensor, upper: Tensor, share: number, rank: number, interpolation: string): Tensor {
  switch (interpolation) {
    case "linear":
      return lower.lerp(upper, share);
    case "midpoint":
      return lower.lerp(upper, share === 0 ? 0 : 0.5);
    case "lower":
      return lower;
    case "higher":
      return upper;
    case "nearest": {
      const even = share === 0.5 ? Math.floor(rank) % 2 === 0 : share < 0.5;
      return even ? lower : upper;
    }
    default:
      throw new RuntimeError(
        `quantile() interpolation must be one of linear, lower, higher, midpoint or nearest, but got ${interpolation}`,
      );
  }
}
