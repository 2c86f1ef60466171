/** @file Windows for signals (PyTorch: `torch.signal.windows`): vectors that weight the samples of a stretch of signal. */
import { bind } from "../../args";
import { float32, float64, get_default_dtype } from "../../dtype";
import { ValueError } from "../../errors";
import type { Tensor } from "../../tensor";
import { i0 } from "../pointwise/bessel";
import { sum_dims } from "../reduction/reduce";
import { type CreateOptions, create_options, finish, tensor, zeros } from "./create";
import { linspace } from "./ranges";

/** Keyword arguments of all windows. */
export interface WindowOptions extends CreateOptions {
  /** A symmetric window (the default), or with false a periodic one, for spectral analysis. */
  sym?: boolean;
}

interface Given extends WindowOptions {
  M: number;
  layout?: unknown;
}

const keywords = ["sym", "dtype", "layout", "device", "requires_grad"] as const;

/** The arguments of a window, checked. */
function window<T extends object>(
  name: string,
  args: readonly unknown[],
  own: readonly (keyof T & string)[] = [],
): T & { M: number; sym: boolean; options: CreateOptions } {
  const bound = bind<T & Given>(name, ["M"], [...own, ...keywords], args, 1);
  const { M, sym = true, dtype, device, requires_grad } = bound;
  const options = create_options(name, {
    dtype: dtype ?? get_default_dtype(),
    ...(device === undefined || device === null ? {} : { device }),
    ...(requires_grad === undefined ? {} : { requires_grad }),
  });
  if (!Number.isInteger(M)) throw new TypeError(`${name}(): argument 'M' must be int, not ${String(M)}`);
  if (typeof sym !== "boolean")
    throw new TypeError(`${name}(): argument 'sym' must be bool, not ${typeof sym}`);
  return { ...bound, M, sym, options };
}

function check(name: string, M: number, { dtype }: CreateOptions): void {
  if (M < 0) throw new ValueError(`${name} requires non-negative window length, got M=${M}`);
  if (dtype !== float32 && dtype !== float64) {
    throw new ValueError(`${name} expects float32 or float64 dtypes, got: ${String(dtype)}`);
  }
}

/** The places of the `M` samples: from `start` on, `step` apart. */
function places(start: number, step: number, M: number, { dtype }: CreateOptions): Tensor {
  return linspace(start, start + (M - 1) * step, M, { dtype });
}

function empty(options: CreateOptions): Tensor {
  return zeros([0], options);
}

/**
 * The exponential window `exp(-|n - center| / tau)`.
 *
 * @param M Number of samples, the size of the vector.
 * @param options `center` in samples, the middle by default (only with `sym: false`); `tau` the decay in samples.
 * @throws ValueError for a negative length, a `tau` that is not positive, a centre of a symmetric window.
 */
export function exponential(
  M: number,
  options?: WindowOptions & { center?: number | null; tau?: number },
): Tensor;
export function exponential(...args: unknown[]): Tensor {
  type Own = { center?: number | null; tau?: number };
  const { M, sym, options, center = null, tau = 1 } = window<Own>("exponential", args, ["center", "tau"]);
  check("exponential", M, options);
  if (tau <= 0) throw new ValueError(`Tau must be positive, got: ${tau} instead.`);
  if (sym && center !== null) throw new ValueError("Center must be None for symmetric windows");
  if (M === 0) return empty(options);
  const middle = center ?? (!sym && M > 1 ? M : M - 1) / 2;
  return finish(
    places(-middle / tau, 1 / tau, M, options)
      .abs()
      .neg()
      .exp(),
    options,
  );
}

/** The cosine window: half a period of a sine. @throws ValueError for a negative length. */
export function cosine(M: number, options?: WindowOptions): Tensor;
export function cosine(...args: unknown[]): Tensor {
  const { M, sym, options } = window("cosine", args);
  check("cosine", M, options);
  if (M === 0) return empty(options);
  const step = Math.PI / (!sym && M > 1 ? M + 1 : M);
  return finish(places(step / 2, step, M, options).sin(), options);
}

/**
 * The Gaussian window `exp(-(n / std)² / 2)`, n counted from the middle.
 *
 * @throws ValueError for a negative length or a `std` that is not positive.
 */
export function gaussian(M: number, options?: WindowOptions & { std?: number }): Tensor;
export function gaussian(...args: unknown[]): Tensor {
  const { M, sym, options, std = 1 } = window<{ std?: number }>("gaussian", args, ["std"]);
  check("gaussian", M, options);
  if (std <= 0) throw new ValueError(`Standard deviation must be positive, got: ${std} instead.`);
  if (M === 0) return empty(options);
  const step = 1 / (std * Math.SQRT2);
  const start = -(!sym && M > 1 ? M : M - 1) / 2;
  return finish(
    places(start * step, step, M, options)
      .square()
      .neg()
      .exp(),
    options,
  );
}

/**
 * The Kaiser window, `i0(beta √(1 - x²)) / i0(beta)` for x from -1 to 1.
 *
 * @throws ValueError for a negative length or `beta`.
 */
export function kaiser(M: number, options?: WindowOptions & { beta?: number }): Tensor;
export function kaiser(...args: unknown[]): Tensor {
  const { M, sym, options, beta = 12 } = window<{ beta?: number }>("kaiser", args, ["beta"]);
  check("kaiser", M, options);
  if (beta < 0) throw new ValueError(`beta must be non-negative, got: ${beta} instead.`);
  if (M === 0) return empty(options);
  const { dtype } = options;
  if (M === 1) return finish(tensor([1], { dtype }), options);
  const round = dtype === float32 ? Math.fround : (value: number) => value;
  const scale = round(beta);
  const step = round((2 * scale) / (sym ? M - 1 : M));
  // Rounding must not lead beyond beta, where the root would be NaN.
  const end = Math.min(scale, round(-scale + round((M - 1) * step)));
  const x = linspace(-scale, end, M, { dtype });
  const root = x
    .square()
    .rsub(round(scale * scale))
    .sqrt();
  return finish(i0(root).div(i0(tensor(scale, { dtype }))), options);
}

/** The Bartlett (triangular) window. @throws ValueError for a negative length. */
export function bartlett(M: number, options?: WindowOptions): Tensor;
export function bartlett(...args: unknown[]): Tensor {
  const { M, sym, options } = window("bartlett", args);
  check("bartlett", M, options);
  if (M === 0) return empty(options);
  if (M === 1) return finish(tensor([1], { dtype: options.dtype }), options);
  return finish(
    places(-1, 2 / (sym ? M - 1 : M), M, options)
      .abs()
      .rsub(1),
    options,
  );
}

/** A sum of cosines: `Σ (-1)^i a[i] cos(i x)` for x over a period. */
function cosines(M: number, a: readonly number[], sym: boolean, options: CreateOptions): Tensor {
  check("general_cosine", M, options);
  if (M === 0) return empty(options);
  const { dtype } = options;
  if (M === 1) return finish(tensor([1], { dtype }), options);
  if (!Array.isArray(a)) throw new TypeError("Coefficients must be a list/tuple");
  if (a.length === 0) throw new ValueError("Coefficients cannot be empty");
  const x = places(0, (2 * Math.PI) / (sym ? M - 1 : M), M, options);
  const weights = tensor(
    a.map((weight, i) => (i % 2 === 0 ? weight : -weight)),
    { dtype },
  );
  const orders = tensor(
    a.map((_, i) => i),
    { dtype },
  );
  const waves = orders.unsqueeze(-1).mul(x).cos();
  return finish(sum_dims(weights.unsqueeze(-1).mul(waves), [0], false), options);
}

/**
 * The window `Σ (-1)^i a[i] cos(2π i n / (M - 1))`.
 *
 * @throws ValueError for a negative length or no coefficients; TypeError unless `a` is a list.
 * @example
 * torch.signal.windows.general_cosine(10, { a: [0.46, 0.23, 0.31] })
 */
export function general_cosine(M: number, options: WindowOptions & { a: readonly number[] }): Tensor;
export function general_cosine(...args: unknown[]): Tensor {
  const { M, sym, options, a } = window<{ a: readonly number[] }>("general_cosine", args, ["a"]);
  return cosines(M, a, sym, options);
}

/** The general Hamming window `alpha - (1 - alpha) cos(2π n / (M - 1))`. @throws ValueError for a negative length. */
export function general_hamming(M: number, options?: WindowOptions & { alpha?: number }): Tensor;
export function general_hamming(...args: unknown[]): Tensor {
  const { M, sym, options, alpha = 0.54 } = window<{ alpha?: number }>("general_hamming", args, ["alpha"]);
  return cosines(M, [alpha, 1 - alpha], sym, options);
}

/** The Hamming window, {@link general_hamming} with `alpha` 0.54. @throws ValueError for a negative length. */
export function hamming(M: number, options?: WindowOptions): Tensor;
export function hamming(...args: unknown[]): Tensor {
  const { M, sym, options } = window("hamming", args);
  return cosines(M, [0.54, 1 - 0.54], sym, options);
}

/** The Hann window, a raised cosine. @throws ValueError for a negative length. */
export function hann(M: number, options?: WindowOptions): Tensor;
export function hann(...args: unknown[]): Tensor {
  const { M, sym, options } = window("hann", args);
  return cosines(M, [0.5, 0.5], sym, options);
}

/** The Blackman window. @throws ValueError for a negative length. */
export function blackman(M: number, options?: WindowOptions): Tensor;
export function blackman(...args: unknown[]): Tensor {
  const { M, sym, options } = window("blackman", args);
  check("blackman", M, options);
  return cosines(M, [0.42, 0.5, 0.08], sym, options);
}

/** Nuttall's minimum window of four terms, with Blackman and Harris's coefficients. @throws ValueError for a negative length. */
export function nuttall(M: number, options?: WindowOptions): Tensor;
export function nuttall(...args: unknown[]): Tensor {
  const { M, sym, options } = window("nuttall", args);
  return cosines(M, [0.3635819, 0.4891775, 0.1365995, 0.0106411], sym, options);
}
