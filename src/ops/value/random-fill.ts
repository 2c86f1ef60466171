/** @file Filling tensors with random numbers, in place, drawn from PyTorch's own streams. */
import { bind } from "../../args";
import { record } from "../../autograd/tape";
import { from_data } from "../../backend/engine";
import { bool, type DType, float64, int64 } from "../../dtype";
import { RuntimeError } from "../../errors";
import * as random from "../../random";
import { default_generator, type Generator } from "../../random";
import { is_tensor, Tensor } from "../../tensor";
import { cast, expect_tensor } from "./convert";

/** Keyword arguments of functions that draw and nothing else. */
export interface GeneratorOption {
  generator?: Generator;
}

/** Room for random numbers of a floating dtype. @throws RuntimeError for another. */
export function floats(name: string, dtype: DType, count: number): Float32Array | Float64Array {
  if (!dtype.is_floating_point) {
    throw new RuntimeError(`"${name}" not implemented for '${dtype.scalar_type}'`);
  }
  return dtype === float64 ? new Float64Array(count) : new Float32Array(count);
}

/** Gives the tensor what `draw` fills an array with; its earlier history gets zeros as gradients. */
function fill(input: Tensor, name: string, draw: (out: Float32Array | Float64Array) => void): Tensor {
  expect_tensor(name, input);
  input._check_in_place();
  const data = floats(name, input.dtype, input.numel());
  draw(data);
  return drawn_over(input, new Tensor(from_data(input.shape, input.dtype, data)));
}

function drawn_over(input: Tensor, drawn: Tensor): Tensor {
  return input._assign(record("overwrite", drawn.handle, [input._alias(), drawn]));
}

/** Fills the tensor with uniform numbers of [from, to). */
export function uniform_(
  input: Tensor,
  from?: number,
  to?: number | (GeneratorOption & { to?: number }),
  options?: GeneratorOption,
): Tensor;
export function uniform_(input: Tensor, options: GeneratorOption & { from?: number; to?: number }): Tensor;
export function uniform_(input: Tensor, ...args: unknown[]): Tensor {
  type Args = { from: number; to: number; generator: Generator };
  const {
    from = 0,
    to = 1,
    generator = default_generator,
  } = bind<Args>("uniform_", ["from", "to"], ["generator"], args);
  expect_tensor("uniform_", input);
  if (from > to) {
    throw new RuntimeError(
      `uniform_ expects to return a [from, to) range, but found from=${from} > to=${to}`,
    );
  }
  return fill(input, "uniform_", (out) => random.fill_uniform(generator, out, from, to));
}

/** Fills the tensor with normal numbers. */
export function normal_(
  input: Tensor,
  mean?: number,
  std?: number | (GeneratorOption & { std?: number }),
  options?: GeneratorOption,
): Tensor;
export function normal_(input: Tensor, options: GeneratorOption & { mean?: number; std?: number }): Tensor;
export function normal_(input: Tensor, ...args: unknown[]): Tensor {
  type Args = { mean: number; std: number; generator: Generator };
  const {
    mean = 0,
    std = 1,
    generator = default_generator,
  } = bind<Args>("normal_", ["mean", "std"], ["generator"], args);
  expect_tensor("normal_", input);
  if (std < 0) throw new RuntimeError(`normal expects std >= 0.0, but found std ${std}`);
  return fill(input, "normal_", (out) => random.fill_normal(generator, out, mean, std));
}

/** Fills the tensor with numbers of the exponential distribution of rate `lambd`. */
export function exponential_(input: Tensor, lambd?: number, options?: GeneratorOption): Tensor;
export function exponential_(input: Tensor, options: GeneratorOption & { lambd?: number }): Tensor;
export function exponential_(input: Tensor, ...args: unknown[]): Tensor {
  type Args = { lambd: number; generator: Generator };
  const { lambd = 1, generator = default_generator } = bind<Args>(
    "exponential_",
    ["lambd"],
    ["generator"],
    args,
  );
  if (!(lambd > 0)) throw new RuntimeError(`exponential_ expects lambda > 0.0, but found lambda=${lambd}`);
  return fill(input, "exponential_", (out) => random.fill_exponential(generator, out, lambd));
}

/** Fills the tensor with 1 with probability `p` (a number, or one per element), else 0. */
export function bernoulli_(input: Tensor, p?: number | Tensor, options?: GeneratorOption): Tensor;
export function bernoulli_(input: Tensor, options: GeneratorOption & { p?: number | Tensor }): Tensor;
export function bernoulli_(input: Tensor, ...args: unknown[]): Tensor {
  type Args = { p: number | Tensor; generator: Generator };
  const { p = 0.5, generator = default_generator } = bind<Args>("bernoulli_", ["p"], ["generator"], args);
  if (typeof p === "number" && !(p >= 0 && p <= 1)) {
    throw new RuntimeError(`bernoulli_ expects p to be in [0, 1], but got p=${p}`);
  }
  input._check_in_place();
  const chances = is_tensor(p) ? (p.expand(input.shape).typed_array() as Float32Array) : p;
  const drawn = random.fill_bernoulli(generator, input.numel(), chances);
  return drawn_over(input, cast(new Tensor(from_data(input.shape, bool, drawn)), input.dtype));
}

/** Fills the tensor with integers from `from` up to but without `to`. */
export function random_(input: Tensor, from?: number, to?: number, options?: GeneratorOption): Tensor;
export function random_(input: Tensor, from: number, options: GeneratorOption & { to?: number }): Tensor;
export function random_(input: Tensor, options: GeneratorOption & { from?: number; to?: number }): Tensor;
export function random_(input: Tensor, ...args: unknown[]): Tensor {
  type Args = { from?: number; to?: number; generator?: Generator };
  const {
    from,
    to,
    generator = default_generator,
  } = bind<Args>("random_", ["from", "to"], ["generator"], args);
  expect_tensor("random_", input);
  input._check_in_place();
  const count = input.numel();
  const { dtype } = input;
  let drawn: BigInt64Array;
  if (from === undefined && to === undefined) {
    drawn = random.full_range(generator, count, whole_bits(dtype), dtype.is_floating_point);
  } else {
    const [low, high] = to === undefined || to === null ? [0, from as number] : [from ?? 0, to];
    if (!(low < high)) {
      throw new RuntimeError(
        `random_ expects 'from' to be less than 'to', but got from=${low} >= to=${high}`,
      );
    }
    drawn = random.randint(generator, count, low, high);
  }
  return drawn_over(input, cast(new Tensor(from_data(input.shape, int64, drawn)), dtype));
}

/** How many bits the whole numbers that a dtype holds exactly have, the sign left out. */
function whole_bits(dtype: DType): number {
  if (dtype.is_floating_point) return dtype === float64 ? 53 : 24;
  if (dtype === bool) return 1;
  return dtype.itemsize * 8 - (dtype.name === "uint8" ? 0 : 1);
}

/** Fills the tensor with numbers of the Cauchy distribution around `median`, of scale `sigma`. */
export function cauchy_(
  input: Tensor,
  median?: number,
  sigma?: number | (GeneratorOption & { sigma?: number }),
  options?: GeneratorOption,
): Tensor;
export function cauchy_(
  input: Tensor,
  options: GeneratorOption & { median?: number; sigma?: number },
): Tensor;
export function cauchy_(input: Tensor, ...args: unknown[]): Tensor {
  type Args = { median: number; sigma: number; generator: Generator };
  const {
    median = 0,
    sigma = 1,
    generator = default_generator,
  } = bind<Args>("cauchy_", ["median", "sigma"], ["generator"], args);
  if (!(sigma > 0)) throw new RuntimeError(`cauchy_ expects sigma > 0.0, but found sigma=${sigma}`);
  return fill(input, "cauchy_", (out) => random.fill_cauchy(generator, out, median, sigma));
}

/** Fills the tensor with numbers whose logarithms are normal, of the given mean and standard deviation. */
export function log_normal_(
  input: Tensor,
  mean?: number,
  std?: number | (GeneratorOption & { std?: number }),
  options?: GeneratorOption,
): Tensor;
export function log_normal_(
  input: Tensor,
  options: GeneratorOption & { mean?: number; std?: number },
): Tensor;
export function log_normal_(input: Tensor, ...args: unknown[]): Tensor {
  type Args = { mean: number; std: number; generator: Generator };
  const {
    mean = 1,
    std = 2,
    generator = default_generator,
  } = bind<Args>("log_normal_", ["mean", "std"], ["generator"], args);
  if (!(std > 0)) throw new RuntimeError(`log_normal_ expects std > 0.0, but found std=${std}`);
  return fill(input, "log_normal_", (out) => random.fill_log_normal(generator, out, mean, std));
}

/** Fills the tensor with numbers of trials up to the first success, each of probability `p`. */
export function geometric_(input: Tensor, p: number, options?: GeneratorOption): Tensor;
export function geometric_(input: Tensor, options: GeneratorOption & { p: number }): Tensor;
export function geometric_(input: Tensor, ...args: unknown[]): Tensor {
  type Args = { p: number; generator?: Generator };
  const { p, generator = default_generator } = bind<Args>("geometric_", ["p"], ["generator"], args, 1);
  if (!(p > 0 && p < 1)) throw new RuntimeError(`geometric_ expects p to be in (0, 1), but got p=${p}`);
  expect_tensor("geometric_", input);
  if (input.dtype === bool) throw new RuntimeError("\"geometric_\" not implemented for 'Bool'");
  input._check_in_place();
  const trials = random.fill_geometric(generator, new Float64Array(input.numel()), p);
  return drawn_over(input, cast(new Tensor(from_data(input.shape, float64, trials)), input.dtype));
}
