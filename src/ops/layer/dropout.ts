/** @file Dropout: zeroing at random while training, with PyTorch's own masks. */
import { bind } from "../../args";
import { record } from "../../autograd/tape";
import { attr, execute_many, from_data, ints, read, release } from "../../backend/engine";
import { native_ops } from "../../backend/native-ops";
import { float64, int32 } from "../../dtype";
import { RuntimeError, ValueError } from "../../errors";
import { default_generator, fill_bernoulli } from "../../random";
import { numel, type Shape, size_text } from "../../shape";
import { scalar_tensor, Tensor } from "../../tensor";
import { add, mul } from "../pointwise/elementwise";
import { expect_tensor } from "../value/convert";

interface DropoutArgs {
  p: number;
  training: boolean;
  inplace: boolean;
}

/** Keyword arguments of the dropout functions. */
export type DropoutOptions = Partial<DropoutArgs>;

/** @throws ValueError unless `p` is a probability. */
export function check_probability(p: number): number {
  if (typeof p !== "number" || !(p >= 0 && p <= 1)) {
    throw new ValueError(`dropout probability has to be between 0 and 1, but got ${p}`);
  }
  return p;
}

/** Below that handing the generator's state over costs more than drawing. */
const least_native = 256;

/** {@link mask} by our own op, from the same stream. */
function native_mask(shape: Shape, p: number, like: Tensor, kept: number): Tensor {
  const state = from_data([626], int32, default_generator.words());
  const numbers = from_data([2], float64, Float64Array.of(1 - p, kept));
  const inputs = [state, ints(shape), numbers];
  const [drawn, after] = execute_many("TorchbookBernoulli", inputs, [attr.type("T", like.dtype)], 2);
  default_generator.set_words(read(after) as Int32Array);
  for (const handle of [state, numbers, after]) release(handle);
  return new Tensor(drawn);
}

/** Dropout by one op of our own, from the same stream; the mask goes with the graph. */
function native_dropout(x: Tensor, p: number): Tensor {
  const state = from_data([626], int32, default_generator.words());
  const numbers = from_data([2], float64, Float64Array.of(1 - p, 1 / (1 - p)));
  const [output, kept, after] = execute_many("TorchbookDropout", [state, x.handle, numbers], [], 3);
  default_generator.set_words(read(after) as Int32Array);
  for (const handle of [state, numbers, after]) release(handle);
  const result = record("dropout", output, [x], [new Tensor(kept)]);
  if (!result.requires_grad) release(kept);
  return result;
}

/** Frees a mask that only {@link native_dropout}'s way back knows. */
export function release_mask([mask]: readonly (Tensor | null)[]): void {
  if (mask?.handle.holders === 1) release(mask.handle);
}

/** 0 with probability `p`, else `kept`: drawn as `bernoulli_(1 - p)`. */
function mask(shape: Shape, p: number, like: Tensor, kept: number): Tensor {
  if (numel(shape) >= least_native && native_ops()) return native_mask(shape, p, like, kept);
  const drawn = fill_bernoulli(default_generator, numel(shape), 1 - p);
  const values = like.dtype === float64 ? new Float64Array(drawn.length) : new Float32Array(drawn.length);
  for (let i = 0; i < drawn.length; i++) if (drawn[i]) values[i] = kept;
  return new Tensor(from_data(shape, like.dtype, values));
}

function run(
  name: string,
  input: Tensor,
  args: readonly unknown[],
  shape_of: (input: Tensor) => Shape,
): Tensor {
  expect_tensor(name, input);
  const {
    p = 0.5,
    training = true,
    inplace = false,
  } = bind<DropoutArgs>(name, ["p", "training", "inplace"], [], args);
  check_probability(p);
  const drop = (x: Tensor): Tensor => {
    if (p === 0 || !training || x.numel() === 0) return x;
    if (!x.dtype.is_floating_point) {
      throw new RuntimeError(
        `result type Float can't be cast to the desired output type ${x.dtype.scalar_type}`,
      );
    }
    if (p === 1) return mul(x, scalar_tensor(0, x.dtype));
    if (shape_of(x) === x.shape && x.numel() >= least_native && native_ops()) {
      return native_dropout(x, p);
    }
    return mul(x, mask(shape_of(x), p, x, 1 / (1 - p)));
  };
  return inplace && training && p > 0 ? input._assign(drop(input._alias())) : drop(input);
}

/**
 * Zeroes elements with probability `p` and scales the others by `1 / (1 - p)`, while `training`.
 *
 * @throws ValueError unless 0 <= p <= 1.
 * @example
 * F.dropout(x, 0.5, model.training); F.dropout(x, { p: 0.1 })
 */
export function dropout(
  input: Tensor,
  p?: number,
  training?: boolean,
  inplace?: boolean | { inplace?: boolean },
): Tensor;
export function dropout(input: Tensor, p: number, options: { training?: boolean; inplace?: boolean }): Tensor;
export function dropout(
  input: Tensor,
  options: { p?: number; training?: boolean; inplace?: boolean },
): Tensor;
export function dropout(input: Tensor, ...args: unknown[]): Tensor {
  return run("dropout", input, args, (x) => x.shape);
}

function feature_dropout(name: string, input: Tensor, args: readonly unknown[], rank: number): Tensor {
  expect_tensor(name, input);
  if (input.ndim !== rank && input.ndim !== rank - 1) {
    throw new RuntimeError(
      `${name}: Expected ${rank - 1}D or ${rank}D input, but received a ${input.ndim}D input of size ${size_text(input.shape)}`,
    );
  }
  // Without a batch dimension the first dimension is the channels; but PyTorch takes (N, C, L) for what dropout2d gets with three.
  const lead = input.ndim === rank || rank === 4 ? 2 : 1;
  return run(name, input, args, (x) => x.shape.map((size, i) => (i < lead ? size : 1)));
}

/** Zeroes whole channels of (N, C, L) with probability `p`. */
export function dropout1d(
  input: Tensor,
  p?: number,
  training?: boolean,
  inplace?: boolean | { inplace?: boolean },
): Tensor;
export function dropout1d(
  input: Tensor,
  p: number,
  options: { training?: boolean; inplace?: boolean },
): Tensor;
export function dropout1d(
  input: Tensor,
  options: { p?: number; training?: boolean; inplace?: boolean },
): Tensor;
export function dropout1d(input: Tensor, ...args: unknown[]): Tensor {
  return feature_dropout("dropout1d", input, args, 3);
}

/** Zeroes whole channels of (N, C, H, W) with probability `p`. */
export function dropout2d(
  input: Tensor,
  p?: number,
  training?: boolean,
  inplace?: boolean | { inplace?: boolean },
): Tensor;
export function dropout2d(
  input: Tensor,
  p: number,
  options: { training?: boolean; inplace?: boolean },
): Tensor;
export function dropout2d(
  input: Tensor,
  options: { p?: number; training?: boolean; inplace?: boolean },
): Tensor;
export function dropout2d(input: Tensor, ...args: unknown[]): Tensor {
  return feature_dropout("dropout2d", input, args, 4);
}

/** Dropout that keeps mean and variance of its input, for SELU networks. */
export function alpha_dropout(
  input: Tensor,
  p?: number,
  training?: boolean,
  inplace?: boolean | { inplace?: boolean },
): Tensor;
export function alpha_dropout(
  input: Tensor,
  p: number,
  options: { training?: boolean; inplace?: boolean },
): Tensor;
export function alpha_dropout(
  input: Tensor,
  options: { p?: number; training?: boolean; inplace?: boolean },
): Tensor;
export function alpha_dropout(input: Tensor, ...args: unknown[]): Tensor {
  expect_tensor("alpha_dropout", input);
  const {
    p = 0.5,
    training = false,
    inplace = false,
  } = bind<DropoutArgs>("alpha_dropout", ["p", "training", "inplace"], [], args);
  check_probability(p);
  const alpha = 1.7580993408473766;
  const drop = (x: Tensor): Tensor => {
    if (p === 0 || !training || x.numel() === 0) return x;
    if (p === 1) return mul(x, scalar_tensor(0, x.dtype));
    const a = 1 / Math.sqrt((alpha * alpha * p + 1) * (1 - p));
    const kept = mask(x.shape, p, x, 1);
    // Dropped elements become -alpha; then everything is scaled and shifted.
    const shift = add(mul(add(kept, -1), alpha * a), alpha * a * p);
    return add(mul(x, mul(kept, a)), shift);
  };
  return inplace && training && p > 0 ? input._assign(drop(input._alias())) : drop(input);
}
