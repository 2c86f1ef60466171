/** @file Tensors of random counts: of events, and of successes. */
import { bind, lead } from "../../args";
import { record } from "../../autograd/tape";
import { from_data } from "../../backend/engine";
import { NotImplementedError, RuntimeError } from "../../errors";
import { default_generator, fill_binomial, fill_poisson, type Generator } from "../../random";
import { broadcast_shapes } from "../../shape";
import type { Tensor } from "../../tensor";
import { expand } from "../shape/movement";
import { expect_tensor } from "./convert";
import { floats, type GeneratorOption } from "./random-fill";

/**
 * Numbers of events, Poisson distributed, of the shape and dtype of the rates. Gradients of zeros flow to these.
 *
 * @param input Rates, not negative.
 * @throws RuntimeError for rates below 0 or NaN, NotImplementedError for whole numbers.
 * @example
 * torch.poisson(torch.tensor([0.5, 3, 20]))
 */
export function poisson(input: Tensor, generator?: Generator | null): Tensor;
export function poisson(input: Tensor, options: GeneratorOption): Tensor;
export function poisson(input: Tensor, ...args: unknown[]): Tensor {
  const { generator } = bind<{ generator?: Generator | null }>("poisson", ["generator"], [], args);
  const { shape, dtype } = expect_tensor("poisson", input);
  if (!dtype.is_floating_point) {
    throw new NotImplementedError(`"poisson_cpu" not implemented for '${dtype.scalar_type}'`);
  }
  const rates = input.typed_array() as Float32Array;
  const bad = rates.findIndex((rate) => !(rate >= 0 && rate < Number.POSITIVE_INFINITY));
  if (bad >= 0) {
    throw new RuntimeError(
      `poisson: invalid Poisson rate, expected rate to be finite and non-negative, got ${rates[bad]}`,
    );
  }
  const drawn = fill_poisson(generator ?? default_generator, floats("poisson", dtype, rates.length), rates);
  return record("flat", from_data(shape, dtype, drawn), [input], [], "Poisson");
}

/**
 * Numbers of successes, binomially distributed.
 *
 * @param count Floating numbers of trials, broadcast with `prob`.
 * @param prob Chances of success, of the same dtype.
 * @throws RuntimeError for other dtypes or shapes that do not broadcast.
 * @example
 * torch.binomial(torch.tensor([10, 100]).float(), torch.tensor([0.5, 0.1]))
 */
export function binomial(count: Tensor, prob: Tensor, generator?: Generator | null): Tensor;
export function binomial(count: Tensor, prob: Tensor, options: GeneratorOption): Tensor;
export function binomial(count: Tensor, options: GeneratorOption & { prob: Tensor }): Tensor;
export function binomial(...all: unknown[]): Tensor {
  const { count, prob, args } = lead<{ count: Tensor; prob: Tensor }>("binomial", ["count", "prob"], all);
  const { generator } = bind<{ generator?: Generator | null }>("binomial", ["generator"], [], args);
  for (const [name, each] of [
    ["count", count],
    ["prob", prob],
  ] as const) {
    const { dtype } = expect_tensor("binomial", each, name);
    if (!dtype.is_floating_point) {
      throw new RuntimeError(
        `binomial only supports floating-point dtypes for ${name}, got: ${dtype.scalar_type}`,
      );
    }
  }
  if (count.dtype !== prob.dtype) {
    throw new RuntimeError(
      `binomial: count and prob must have the same dtype, but have ${count.dtype.scalar_type} and ${prob.dtype.scalar_type}`,
    );
  }
  const shape = broadcast_shapes(count.shape, prob.shape);
  const [trials, chances] = [count, prob].map((x) => expand(x, shape).typed_array() as Float32Array);
  const out = floats("binomial", count.dtype, trials.length);
  const drawn = fill_binomial(generator ?? default_generator, out, trials, chances);
  return record("drawn", from_data(shape, count.dtype, drawn), [count, prob], [], "Binomial");
}
