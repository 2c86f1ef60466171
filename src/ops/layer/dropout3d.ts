/** @file Dropout of whole channels, over volumes and for SELU networks. */
import { bind } from "../../args";
import { from_data } from "../../backend/engine";
import { float32 } from "../../dtype";
import { RuntimeError } from "../../errors";
import { default_generator, fill_bernoulli } from "../../random";
import { numel, size_text } from "../../shape";
import { Tensor } from "../../tensor";
import { reshape } from "../shape/movement";
import { cast, expect_tensor } from "../value/convert";
import { check_probability, dropout2d } from "./dropout";

interface Args {
  p: number;
  training: boolean;
  inplace: boolean;
}

function arguments_of(name: string, training: boolean, args: readonly unknown[]): Args {
  const bound = bind<Args>(name, ["p", "training", "inplace"], [], args);
  return {
    p: check_probability(bound.p ?? 0.5),
    training: bound.training ?? training,
    inplace: bound.inplace ?? false,
  };
}

/** Zeroes whole channels of (N, C, D, H, W) with probability `p`. */
export function dropout3d(
  input: Tensor,
  p?: number,
  training?: boolean | { training?: boolean; inplace?: boolean },
  inplace?: boolean | { inplace?: boolean },
): Tensor;
export function dropout3d(
  input: Tensor,
  options: { p?: number; training?: boolean; inplace?: boolean },
): Tensor;
export function dropout3d(input: Tensor, ...args: unknown[]): Tensor {
  expect_tensor("dropout3d", input);
  const { p, training, inplace } = arguments_of("dropout3d", true, args);
  if (input.ndim !== 4 && input.ndim !== 5) {
    throw new RuntimeError(
      `dropout3d: Expected 4D or 5D input, but received a ${input.ndim}D input of size ${size_text(input.shape)}`,
    );
  }
  const drop = (x: Tensor): Tensor => {
    const [depth, height, width] = x.shape.slice(-3);
    const lead = x.ndim === 5 ? x.shape.slice(0, 2) : [1, x.shape[0]];
    const planes = reshape(x, [...lead, depth * height, width]);
    return reshape(dropout2d(planes, p, training), x.shape);
  };
  return inplace && training && p > 0 ? input._assign(drop(input._alias())) : drop(input);
}

/** {@link dropout3d} that keeps mean and variance of its input, for SELU networks: (N, C, ...). */
export function feature_alpha_dropout(
  input: Tensor,
  p?: number,
  training?: boolean | { training?: boolean; inplace?: boolean },
  inplace?: boolean | { inplace?: boolean },
): Tensor;
export function feature_alpha_dropout(
  input: Tensor,
  options: { p?: number; training?: boolean; inplace?: boolean },
): Tensor;
export function feature_alpha_dropout(input: Tensor, ...args: unknown[]): Tensor {
  expect_tensor("feature_alpha_dropout", input);
  const { p, training, inplace } = arguments_of("feature_alpha_dropout", false, args);
  if (p === 0 || !training || input.numel() === 0) return input;
  if (input.ndim < 2) throw new RuntimeError("Feature dropout requires at least 2 dimensions in the input");
  const drop = (x: Tensor): Tensor => {
    if (p === 1) return x.mul(0);
    const alpha = 1.7580993408473766;
    const a = 1 / Math.sqrt((alpha * alpha * p + 1) * (1 - p));
    const shape = x.shape.map((size, i) => (i < 2 ? size : 1));
    const drawn = fill_bernoulli(default_generator, numel(shape), 1 - p);
    const kept = cast(new Tensor(from_data(shape, float32, Float32Array.from(drawn, Number))), x.dtype);
    const shift = kept
      .sub(1)
      .mul(alpha * a)
      .add(alpha * a * p);
    return x.mul(kept.mul(a)).add(shift);
  };
  return inplace ? input._assign(drop(input._alias())) : drop(input);
}
