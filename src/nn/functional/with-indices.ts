/** @file Max pooling that gives the places of the maxima too. */
import { bind } from "../../args";
import {
  adaptive_max_pool1d,
  adaptive_max_pool2d,
  adaptive_max_pool3d,
  type OutputSize,
} from "../../ops/pooling/adaptive-pool";
import {
  type FractionalPoolOptions,
  fractional_max_pool2d,
  fractional_max_pool3d,
} from "../../ops/pooling/fractional-pool";
import { type MaxPoolOptions, max_pool1d, max_pool2d, max_pool3d } from "../../ops/pooling/max-pool";
import type { PerDim } from "../../ops/pooling/sliding";
import type { Tensor } from "../../tensor";

type Pool = (input: Tensor, ...args: never[]) => unknown;

const max_names = ["kernel_size", "stride", "padding", "dilation", "ceil_mode", "return_indices"];
const fractional_names = ["kernel_size", "output_size", "output_ratio", "return_indices", "_random_samples"];
const adaptive_names = ["output_size", "return_indices"];

/** A pooling function's arguments under the name `name_with_indices`, and its call with `return_indices`. */
function both(
  name: string,
  pool: Pool,
  names: readonly string[],
  input: Tensor,
  args: readonly unknown[],
): [Tensor, Tensor] {
  const bound = bind<Record<string, unknown>>(`${name}_with_indices`, names, [], args, 1);
  return pool(input, { ...bound, return_indices: true } as never) as [Tensor, Tensor];
}

/** {@link max_pool1d} with `return_indices`. */
export function max_pool1d_with_indices(
  input: Tensor,
  kernel_size: PerDim,
  ...args:
    | [options?: MaxPoolOptions]
    | [stride?: PerDim | null, padding?: PerDim, dilation?: PerDim, ceil_mode?: boolean]
): [Tensor, Tensor] {
  return both("max_pool1d", max_pool1d as Pool, max_names, input, [kernel_size, ...args]);
}

/** {@link max_pool2d} with `return_indices`. */
export function max_pool2d_with_indices(
  input: Tensor,
  kernel_size: PerDim,
  ...args:
    | [options?: MaxPoolOptions]
    | [stride?: PerDim | null, padding?: PerDim, dilation?: PerDim, ceil_mode?: boolean]
): [Tensor, Tensor] {
  return both("max_pool2d", max_pool2d as Pool, max_names, input, [kernel_size, ...args]);
}

/** {@link max_pool3d} with `return_indices`. */
export function max_pool3d_with_indices(
  input: Tensor,
  kernel_size: PerDim,
  ...args:
    | [options?: MaxPoolOptions]
    | [stride?: PerDim | null, padding?: PerDim, dilation?: PerDim, ceil_mode?: boolean]
): [Tensor, Tensor] {
  return both("max_pool3d", max_pool3d as Pool, max_names, input, [kernel_size, ...args]);
}

/** {@link adaptive_max_pool1d} with `return_indices`. */
export function adaptive_max_pool1d_with_indices(
  input: Tensor,
  ...args: [output_size: OutputSize] | [options: { output_size: OutputSize }]
): [Tensor, Tensor] {
  return both("adaptive_max_pool1d", adaptive_max_pool1d as Pool, adaptive_names, input, args);
}

/** {@link adaptive_max_pool2d} with `return_indices`. */
export function adaptive_max_pool2d_with_indices(
  input: Tensor,
  ...args: [output_size: OutputSize] | [options: { output_size: OutputSize }]
): [Tensor, Tensor] {
  return both("adaptive_max_pool2d", adaptive_max_pool2d as Pool, adaptive_names, input, args);
}

/** {@link adaptive_max_pool3d} with `return_indices`. */
export function adaptive_max_pool3d_with_indices(
  input: Tensor,
  ...args: [output_size: OutputSize] | [options: { output_size: OutputSize }]
): [Tensor, Tensor] {
  return both("adaptive_max_pool3d", adaptive_max_pool3d as Pool, adaptive_names, input, args);
}

/** {@link fractional_max_pool2d} with `return_indices`. */
export function fractional_max_pool2d_with_indices(
  input: Tensor,
  kernel_size: PerDim,
  ...args: [options?: FractionalPoolOptions] | [output_size: PerDim | null, output_ratio?: PerDim | null]
): [Tensor, Tensor] {
  return both("fractional_max_pool2d", fractional_max_pool2d as Pool, fractional_names, input, [
    kernel_size,
    ...args,
  ]);
}

/** {@link fractional_max_pool3d} with `return_indices`. */
export function fractional_max_pool3d_with_indices(
  input: Tensor,
  kernel_size: PerDim,
  ...args: [options?: FractionalPoolOptions] | [output_size: PerDim | null, output_ratio?: PerDim | null]
): [Tensor, Tensor] {
  return both("fractional_max_pool3d", fractional_max_pool3d as Pool, fractional_names, input, [
    kernel_size,
    ...args,
  ]);
}
