/** @file Random tensors, drawn from PyTorch's own streams. */
import { bind, none } from "../../args";
import { no_grad } from "../../autograd/grad-mode";
import { record } from "../../autograd/tape";
import { from_data } from "../../backend/engine";
import { bool, type DType, get_default_dtype, int64, type TypedArray } from "../../dtype";
import { RuntimeError } from "../../errors";
import * as random from "../../random";
import { default_generator, type Generator } from "../../random";
import { broadcast_shapes, check_size, numel, type Shape } from "../../shape";
import { is_tensor, Tensor } from "../../tensor";
import { cast, expect_tensor } from "./convert";
import { type CreateOptions, finish, type SizesAndOptions, sizes_and_options } from "./create";
import { clone } from "./fill";
import { bernoulli_, floats, type GeneratorOption } from "./random-fill";

/** Keyword arguments of functions that draw. */
export interface RandomOptions extends CreateOptions {
  /** Where the numbers come from; the default generator unless given. */
  generator?: Generator;
}

interface Drawing {
  sizes: Shape;
  options: CreateOptions;
  generator: Generator;
  dtype: DType;
}

/** Takes the generator out of the options of a drawing function. */
function drawing(name: string, args: readonly unknown[]): Drawing {
  const list = [...args];
  const last = list[list.length - 1];
  let generator = default_generator;
  if (typeof last === "object" && last !== null && !Array.isArray(last) && "generator" in last) {
    const { generator: given, ...rest } = last as RandomOptions;
    if (given !== undefined) generator = given;
    list[list.length - 1] = rest;
  }
  const [sizes, options] = sizes_and_options(name, list);
  check_size(name, sizes);
  return { sizes, options, generator, dtype: options.dtype ?? get_default_dtype() };
}

function made(sizes: Shape, dtype: DType, data: TypedArray, options: CreateOptions): Tensor {
  return finish(new Tensor(from_data(sizes, dtype, data)), options);
}

/** Sets the seed of the default generator: the same seed gives the numbers that PyTorch gives. */
export function manual_seed(seed: number | bigint, ...more: []): Generator {
  none("manual_seed", more);
  return default_generator.manual_seed(seed);
}

/** A fresh random seed for the default generator. @returns the seed */
export function seed(...more: []): bigint {
  none("seed", more);
  return BigInt(default_generator.seed());
}

/** The seed that the default generator was last given. */
export function initial_seed(...more: []): bigint {
  none("initial_seed", more);
  return BigInt(default_generator.initial_seed());
}

/** Uniform numbers in [0, 1). @example torch.rand(2, 3) */
export function rand(...args: SizesAndOptions<RandomOptions>): Tensor {
  const { sizes, options, generator, dtype } = drawing("rand", args);
  return made(sizes, dtype, random.fill_uniform(generator, floats("uniform", dtype, numel(sizes))), options);
}

/** Numbers of the standard normal distribution. @example torch.randn(32, 10, 100) */
export function randn(...args: SizesAndOptions<RandomOptions>): Tensor {
  const { sizes, options, generator, dtype } = drawing("randn", args);
  return made(
    sizes,
    dtype,
    random.fill_normal(generator, floats("normal", dtype, numel(sizes)), 0, 1),
    options,
  );
}

/** {@link rand} in the shape and dtype of `input`. */
export function rand_like(input: Tensor, options?: RandomOptions): Tensor;
export function rand_like(input: Tensor, ...args: unknown[]): Tensor {
  const { options, generator } = drawing("rand_like", [[], ...args]);
  expect_tensor("rand_like", input);
  return rand(input.shape, { ...options, dtype: options.dtype ?? input.dtype, generator });
}

/** {@link randn} in the shape and dtype of `input`. */
export function randn_like(input: Tensor, options?: RandomOptions): Tensor;
export function randn_like(input: Tensor, ...args: unknown[]): Tensor {
  const { options, generator } = drawing("randn_like", [[], ...args]);
  expect_tensor("randn_like", input);
  return randn(input.shape, { ...options, dtype: options.dtype ?? input.dtype, generator });
}

/**
 * Integers from `low` (0) up to but without `high`, as int64.
 *
 * @example
 * torch.randint(10, [8]); torch.randint(0, 10, [8])
 */
export function randint(high: number, size: Shape, options?: RandomOptions): Tensor;
export function randint(low: number, high: number, size: Shape, options?: RandomOptions): Tensor;
export function randint(options: RandomOptions & { low?: number; high: number; size: Shape }): Tensor;
export function randint(...args: unknown[]): Tensor {
  // One number before the size is the end, two are start and end.
  const numbers = args.filter((arg): arg is number => typeof arg === "number");
  const names =
    numbers.length < 2 && !("low" in Object(args[0])) ? ["high", "size"] : ["low", "high", "size"];
  type Args = RandomOptions & { low?: number; high: number; size: Shape };
  const keys = ["generator", "dtype", "requires_grad", "device"] as const;
  const bound = bind<Args>("randint", names as ("low" | "high" | "size")[], keys, args, names.length);
  const { low = 0, high, size, ...rest } = bound;
  const { sizes, options, generator } = drawing("randint", [size, rest]);
  if (!(low < high))
    throw new RuntimeError(`random_ expects 'from' to be less than 'to', but got from=${low} >= to=${high}`);
  const drawn = made(sizes, int64, random.randint(generator, numel(sizes), low, high), {});
  return finish(cast(drawn, options.dtype ?? int64), options);
}

/** {@link randint} in the shape and dtype of `input`. */
export function randint_like(input: Tensor, high: number, options?: RandomOptions): Tensor;
export function randint_like(input: Tensor, low: number, high: number, options?: RandomOptions): Tensor;
export function randint_like(input: Tensor, options: RandomOptions & { low?: number; high: number }): Tensor;
export function randint_like(input: Tensor, ...args: unknown[]): Tensor {
  const numbers = args.filter((arg) => typeof arg === "number");
  const names = numbers.length < 2 && !("low" in Object(args[0])) ? ["high"] : ["low", "high"];
  type Args = RandomOptions & { low?: number; high: number };
  const keys = ["generator", "dtype", "requires_grad", "device"] as const;
  const bound = bind<Args>("randint_like", names as ("low" | "high")[], keys, args, names.length);
  expect_tensor("randint_like", input);
  const { low = 0, high, dtype, ...rest } = bound;
  return randint(low, high, input.shape, { ...rest, dtype: dtype ?? input.dtype });
}

/** The numbers 0 to n - 1 in random order, int64. */
export function randperm(n: number, options?: RandomOptions): Tensor;
export function randperm(n: number, ...args: unknown[]): Tensor {
  const { options: rest, generator } = drawing("randperm", [[], ...args]);
  if (typeof n !== "number" || !Number.isInteger(n)) {
    throw new TypeError(`randperm(): argument 'n' must be int, not ${typeof n}`);
  }
  if (!(n >= 0)) throw new RuntimeError(`n must be non-negative, got ${n}`);
  const drawn = made([n], int64, random.randperm(generator, n), {});
  return finish(cast(drawn, rest.dtype ?? int64), rest);
}

/**
 * Normal numbers; mean and standard deviation may be tensors, of which each element gives one number.
 *
 * @example
 * torch.normal(0, 1, [2, 3]); torch.normal(means, stds)
 */
export function normal(
  mean: number | Tensor,
  std?: number | Tensor,
  size?: Shape,
  options?: RandomOptions,
): Tensor;
export function normal(
  mean: number | Tensor,
  std: number | Tensor,
  options: RandomOptions & { size?: Shape },
): Tensor;
export function normal(
  mean: number | Tensor,
  options: RandomOptions & { std?: number | Tensor; size?: Shape },
): Tensor;
export function normal(mean: number | Tensor, ...args: unknown[]): Tensor {
  type Args = RandomOptions & { std?: number | Tensor; size?: Shape };
  const keys = ["generator", "dtype", "requires_grad", "device"] as const;
  const { std = 1, size, ...options } = bind<Args>("normal", ["std", "size"], keys, args, 0);
  if (is_tensor(std) && std.numel() > 0 && std.lt(0).any().item()) {
    throw new RuntimeError("normal expects all elements of std >= 0.0");
  }
  if (typeof std === "number" && std < 0)
    throw new RuntimeError(`normal expects std >= 0.0, but found std ${std}`);
  if (!is_tensor(mean) && !is_tensor(std)) {
    if (size === undefined) throw new TypeError("normal(): size is needed when mean and std are numbers");
    const { generator = default_generator, dtype, ...rest } = options;
    const data = floats("normal", dtype ?? get_default_dtype(), numel(size));
    random.fill_normal(generator, data, mean, std);
    return made(size, dtype ?? get_default_dtype(), data, rest);
  }
  if (size !== undefined) {
    throw new TypeError("normal(): size goes with numbers for mean and std; here their shapes give it");
  }
  const given = [mean, std].filter(is_tensor);
  const shape = given.map((each) => each.shape).reduce((a, b) => broadcast_shapes(a, b));
  const unit = randn(shape, { dtype: given[0].dtype, ...options });
  const { handle } = no_grad(() => unit.mul(std).add(mean));
  // As in PyTorch, gradients of zeros flow to mean and std.
  return record("drawn", handle, given);
}

/** 1 with the probability that each element of `input` gives, else 0. */
export function bernoulli(input: Tensor, options?: { generator?: Generator }): Tensor;
export function bernoulli(input: Tensor, p: number, options?: { generator?: Generator }): Tensor;
export function bernoulli(input: Tensor, ...args: unknown[]): Tensor {
  const { p: chance, generator = default_generator } = bind<{ p: number; generator: Generator }>(
    "bernoulli",
    ["p"],
    ["generator"],
    args,
  );
  expect_tensor("bernoulli", input);
  if (chance !== undefined) return bernoulli_(clone(input), chance, { generator });
  const p = input.typed_array();
  if (!input.dtype.is_floating_point)
    throw new RuntimeError(`bernoulli expects a floating point tensor, got ${input.dtype}`);
  for (const value of p as Float32Array) {
    if (!(value >= 0 && value <= 1))
      throw new RuntimeError(`Expected p_in >= 0 && p_in <= 1 to be true, but got ${value}`);
  }
  const drawn = random.fill_bernoulli(generator, p.length, p as Float32Array);
  const { handle } = cast(new Tensor(from_data(input.shape, bool, drawn)), input.dtype);
  // As in PyTorch, a gradient of zeros flows to the probabilities.
  return record("flat", handle, [input], [], "Bernoulli");
}

/**
 * Positions drawn from each row of `input`, whose elements are weights.
 *
 * @param input Weights, (n) or (rows, n); not negative, not all zero.
 * @returns int64 positions, (num_samples) or (rows, num_samples).
 */
export function multinomial(
  input: Tensor,
  num_samples: number,
  replacement?: boolean,
  options?: GeneratorOption,
): Tensor;
export function multinomial(
  input: Tensor,
  num_samples: number,
  options: GeneratorOption & { replacement?: boolean },
): Tensor;
export function multinomial(
  input: Tensor,
  options: GeneratorOption & { num_samples: number; replacement?: boolean },
): Tensor;
export function multinomial(input: Tensor, ...args: unknown[]): Tensor {
  type Args = GeneratorOption & { num_samples: number; replacement?: boolean };
  const given = bind<Args>("multinomial", ["num_samples", "replacement"], ["generator"], args, 1);
  expect_tensor("multinomial", input);
  const { num_samples } = given;
  if (input.ndim < 1 || input.ndim > 2) throw new RuntimeError("prob_dist must be 1 or 2 dim");
  if (!input.dtype.is_floating_point) {
    throw new RuntimeError(
      `multinomial only supports floating-point dtypes for input, got: ${input.dtype.scalar_type}`,
    );
  }
  if (!(num_samples > 0)) throw new RuntimeError("cannot sample n_sample <= 0 samples");
  const columns = input.shape[input.ndim - 1];
  const rows = input.ndim === 2 ? input.shape[0] : 1;
  const repeat = given.replacement ?? false;
  if (!repeat && num_samples > columns) {
    throw new RuntimeError("cannot sample n_sample > prob_dist.size(-1) samples without replacement");
  }
  const weights = input.typed_array() as Float32Array;
  for (let row = 0; row < rows; row++) {
    let sum = 0;
    for (let i = 0; i < columns; i++) {
      const weight = weights[row * columns + i];
      if (!(weight >= 0) || !Number.isFinite(weight)) {
        throw new RuntimeError("probability tensor contains either `inf`, `nan` or element < 0");
      }
      sum += weight;
    }
    if (!(sum > 0)) throw new RuntimeError("invalid multinomial distribution (sum of probabilities <= 0)");
  }
  const drawn = random.multinomial(
    given.generator ?? default_generator,
    weights,
    rows,
    columns,
    num_samples,
    repeat,
  );
  const shape = input.ndim === 2 ? [rows, num_samples] : [num_samples];
  return new Tensor(from_data(shape, int64, drawn as TypedArray));
}
