/** @file Images and volumes looked up at given places, and the places of an affine map. */
import { bind } from "../../args";
import { from_data } from "../../backend/engine";
import { float64, int64 } from "../../dtype";
import { NotImplementedError, RuntimeError, ValueError } from "../../errors";
import { choose } from "../../ops/pointwise/elementwise";
import { cast, expect_tensor } from "../../ops/value/convert";
import { numel, range, type Shape, size_text } from "../../shape";
import { Tensor } from "../../tensor";

/** How {@link grid_sample} finds values between the elements. */
export type GridMode = "bilinear" | "nearest" | "bicubic";
/** What {@link grid_sample} finds outside. */
export type GridPadding = "zeros" | "border" | "reflection";

/** Keyword arguments of {@link grid_sample}. */
export interface GridSampleOptions {
  /** Default: `"bilinear"`, which is trilinear for volumes. */
  mode?: GridMode;
  /** Default: `"zeros"`. */
  padding_mode?: GridPadding;
  /** Whether -1 and 1 are the centres of the corner elements, not their outer edges. Default: false. */
  align_corners?: boolean | null;
}

const modes: readonly GridMode[] = ["bilinear", "nearest", "bicubic"];
const paddings: readonly GridPadding[] = ["zeros", "border", "reflection"];

/** From [-1, 1] to element numbers. */
function unnormalize(at: Tensor, size: number, align: boolean): Tensor {
  return align
    ? at
        .add(1)
        .mul(0.5)
        .mul(size - 1)
    : at.add(1).mul(size).sub(1).mul(0.5);
}

/** Places beyond an end turned back as by a mirror there. */
function reflect(at: Tensor, size: number, align: boolean): Tensor {
  const low = align ? 0 : -0.5;
  const span = align ? size - 1 : size;
  if (span === 0) return at.mul(0);
  const away = at.sub(low).abs();
  const flips = away.detach().div(span).floor();
  const rest = away.sub(flips.mul(span));
  const even = flips.remainder(2).eq(0);
  return choose(even, rest, rest.neg().add(span)).add(low);
}

/** Places as the padding sees them. */
function padded(at: Tensor, size: number, padding: GridPadding, align: boolean): Tensor {
  if (padding === "zeros") return at;
  return (padding === "border" ? at : reflect(at, size, align)).clamp(0, size - 1);
}

/** One way to take elements along a dimension: which, and how much of each counts. */
interface Tap {
  readonly at: Tensor;
  readonly weight: Tensor | null;
}

/** The cubic convolution kernel's four weights at a fraction (Keys 1981), with PyTorch's parameter -0.75. */
function cubic_weights(t: Tensor): Tensor[] {
  const a = -0.75;
  const near = (x: Tensor): Tensor =>
    x
      .mul(a + 2)
      .sub(a + 3)
      .mul(x)
      .mul(x)
      .add(1);
  const far = (x: Tensor): Tensor =>
    x
      .mul(a)
      .sub(5 * a)
      .mul(x)
      .add(8 * a)
      .mul(x)
      .sub(4 * a);
  return [far(t.add(1)), near(t), near(t.rsub(1)), far(t.rsub(2))];
}

function taps(grid: Tensor, size: number, mode: GridMode, padding: GridPadding, align: boolean): Tap[] {
  const raw = unnormalize(grid, size, align);
  if (mode === "bicubic") {
    const start = raw.detach().floor();
    const weights = cubic_weights(raw.sub(start));
    return weights.map((weight, i) => ({ at: padded(start.add(i - 1), size, padding, align), weight }));
  }
  const at = padded(raw, size, padding, align);
  if (mode === "nearest") {
    // The nearest element stays the same when the grid moves a little: the gradient there is zero.
    const weight = at.requires_grad ? at.nan_to_num(0).mul(0).add(1) : null;
    return [{ at: at.detach().round(), weight }];
  }
  const start = at.detach().floor();
  const part = at.sub(start);
  return [
    { at: start, weight: part.rsub(1) },
    { at: start.add(1), weight: part },
  ];
}

/** @throws RuntimeError when input and grid do not go together. */
function check(input: Tensor, grid: Tensor): void {
  const sizes = `input with sizes ${size_text(input.shape)} and grid with sizes ${size_text(grid.shape)}`;
  if ((input.ndim !== 4 && input.ndim !== 5) || input.ndim !== grid.ndim) {
    throw new RuntimeError(
      `grid_sampler(): expected 4D or 5D input and grid with same number of dimensions, but got ${sizes}`,
    );
  }
  if (input.shape[0] !== grid.shape[0]) {
    throw new RuntimeError(
      `grid_sampler(): expected grid and input to have same batch size, but got ${sizes}`,
    );
  }
  if (grid.shape[grid.ndim - 1] !== input.ndim - 2) {
    throw new RuntimeError(
      `grid_sampler(): expected grid to have size ${input.ndim - 2} in last dimension, but got grid with sizes ` +
        size_text(grid.shape),
    );
  }
  input.shape.slice(2).forEach((size, i) => {
    if (size > 0) return;
    throw new RuntimeError(
      `grid_sampler(): expected input to have non-empty spatial dimensions, but input has sizes ${size_text(input.shape)} with ` +
        `dimension ${i + 2} being empty`,
    );
  });
  if (!input.dtype.is_floating_point) {
    throw new RuntimeError(`"grid_sampler" not implemented for '${input.dtype.scalar_type}'`);
  }
  if (input.dtype !== grid.dtype) {
    throw new RuntimeError(
      `grid_sampler(): expected input and grid to have same dtype, but input has ${input.dtype} and grid has ${grid.dtype}`,
    );
  }
}

function sample(input: Tensor, grid: Tensor, mode: GridMode, padding: GridPadding, align: boolean): Tensor {
  check(input, grid);
  const [n, channels, ...sizes] = input.shape;
  const places = grid.shape.slice(1, -1);
  const count = numel(places);
  const flat = input.reshape([n, channels, numel(sizes)]);
  const rank = sizes.length;
  // The grid's last dimension counts from the input's last one.
  const along = sizes.map((size, i) => {
    const at = grid.select(-1, rank - 1 - i).reshape([n, 1, count]);
    return taps(at, size, mode, padding, align);
  });
  let total: Tensor | null = null;
  const walk = (dim: number, offset: Tensor | null, weight: Tensor | null, inside: Tensor | null): void => {
    if (dim === rank) {
      const index = cast(offset as Tensor, int64).expand(n, channels, count);
      let part = flat.gather(2, index);
      if (weight !== null) part = part.mul(weight);
      if (inside !== null) part = part.mul(cast(inside, part.dtype));
      total = total === null ? part : total.add(part);
      return;
    }
    for (const tap of along[dim]) {
      const size = sizes[dim];
      const held = tap.at
        .detach()
        .nan_to_num(0)
        .clamp(0, size - 1);
      const seen = held.eq(tap.at.detach());
      walk(
        dim + 1,
        offset === null ? held : offset.mul(size).add(held),
        tap.weight === null ? weight : weight === null ? tap.weight : weight.mul(tap.weight),
        inside === null ? seen : inside.logical_and(seen),
      );
    }
  };
  walk(0, null, null, null);
  return (total as unknown as Tensor).reshape([n, channels, ...places]);
}

/**
 * The input's values at the grid's places, where -1 and 1 are its ends.
 *
 * @param input (N, C, H, W), or (N, C, D, H, W)
 * @param grid (N, H_out, W_out, 2) of places (x, y), or (N, D_out, H_out, W_out, 3) of (x, y, z)
 * @returns (N, C, H_out, W_out), or (N, C, D_out, H_out, W_out)
 * @throws RuntimeError when the sizes do not go together, ValueError for an unknown mode.
 * @example
 * const theta = torch.tensor([[[1, 0, 0.5], [0, 1, 0]]]).float();
 * const image = torch.randn(1, 3, 8, 8);
 * F.grid_sample(image, F.affine_grid(theta, image.shape)).shape; // [1, 3, 8, 8]
 */
export function grid_sample(input: Tensor, grid: Tensor, options?: GridSampleOptions): Tensor;
export function grid_sample(
  input: Tensor,
  grid: Tensor,
  mode: GridMode,
  padding_mode?: GridPadding | GridSampleOptions,
  align_corners?: boolean | null | GridSampleOptions,
): Tensor;
export function grid_sample(input: Tensor, options: { grid: Tensor } & GridSampleOptions): Tensor;
export function grid_sample(input: Tensor, ...args: unknown[]): Tensor {
  const {
    grid,
    mode = "bilinear",
    padding_mode = "zeros",
    align_corners = null,
  } = bind<{ grid: Tensor } & GridSampleOptions>(
    "grid_sample",
    ["grid", "mode", "padding_mode", "align_corners"],
    [],
    args,
    1,
  );
  if (!modes.includes(mode)) {
    throw new ValueError(
      `nn.functional.grid_sample(): expected mode to be 'bilinear', 'nearest' or 'bicubic', but got: '${mode}'`,
    );
  }
  if (!paddings.includes(padding_mode)) {
    throw new ValueError(
      "nn.functional.grid_sample(): expected padding_mode to be 'zeros', 'border', or 'reflection', but got: " +
        `'${padding_mode}'`,
    );
  }
  expect_tensor("grid_sample", input);
  expect_tensor("grid_sample", grid, "grid");
  return sample(input, grid, mode, padding_mode, align_corners ?? false);
}

function by_number(name: string, rank: number, input: Tensor, args: readonly unknown[]): Tensor {
  type Args = { grid: Tensor; interpolation_mode: number; padding_mode: number; align_corners: boolean };
  const { grid, interpolation_mode, padding_mode, align_corners } = bind<Args>(
    name,
    ["grid", "interpolation_mode", "padding_mode", "align_corners"],
    [],
    args,
    4,
  );
  expect_tensor(name, input);
  if (input.ndim !== rank + 2) {
    throw new RuntimeError(
      `${name}(): expected ${rank + 2}D input, but got input with sizes ${size_text(input.shape)}`,
    );
  }
  const mode = modes[interpolation_mode];
  const padding = paddings[padding_mode];
  if (mode === undefined || padding === undefined) {
    throw new RuntimeError(
      `${name}(): interpolation_mode and padding_mode must be 0, 1 or 2, but got ${interpolation_mode} and ${padding_mode}`,
    );
  }
  return sample(input, grid, mode, padding, align_corners);
}

/** {@link grid_sample} of (N, C, H, W), with its mode and padding by their numbers, in the order in which they are listed. */
export function grid_sampler_2d(
  input: Tensor,
  grid: Tensor,
  interpolation_mode: number,
  padding_mode: number,
  align_corners: boolean,
): Tensor;
export function grid_sampler_2d(input: Tensor, ...args: unknown[]): Tensor {
  return by_number("grid_sampler_2d", 2, input, args);
}

/** {@link grid_sample} of (N, C, D, H, W), with its mode and padding by their numbers, in the order in which they are listed. */
export function grid_sampler_3d(
  input: Tensor,
  grid: Tensor,
  interpolation_mode: number,
  padding_mode: number,
  align_corners: boolean,
): Tensor;
export function grid_sampler_3d(input: Tensor, ...args: unknown[]): Tensor {
  return by_number("grid_sampler_3d", 3, input, args);
}

/**
 * Where an affine map puts the places of a grid, for {@link grid_sample}.
 *
 * @param theta (N, 2, 3) for images, (N, 3, 4) for volumes
 * @param size The output's sizes: (N, C, H, W) or (N, C, D, H, W).
 * @returns (N, H, W, 2) or (N, D, H, W, 3)
 * @throws ValueError for a `theta` or sizes that do not go together.
 */
export function affine_grid(
  theta: Tensor,
  size: Shape,
  align_corners?: boolean | null | { align_corners?: boolean | null },
): Tensor;
export function affine_grid(theta: Tensor, options: { size: Shape; align_corners?: boolean | null }): Tensor;
export function affine_grid(theta: Tensor, ...args: unknown[]): Tensor {
  const { size, align_corners } = bind<{ size: Shape; align_corners?: boolean | null }>(
    "affine_grid",
    ["size", "align_corners"],
    [],
    args,
    1,
  );
  expect_tensor("affine_grid", theta, "theta");
  if (!theta.dtype.is_floating_point) {
    throw new ValueError(`Expected theta to have floating point type, but got ${theta.dtype}`);
  }
  const rank = size.length - 2;
  if (rank !== 2 && rank !== 3) {
    throw new NotImplementedError(
      "affine_grid only supports 4D and 5D sizes, for 2D and 3D affine transforms, respectively. Got size " +
        size_text(size),
    );
  }
  const [n, , ...sizes] = size;
  if (theta.ndim !== 3 || theta.shape[1] !== rank || theta.shape[2] !== rank + 1 || theta.shape[0] !== n) {
    throw new ValueError(
      `Expected a batch of ${rank}D affine matrices of shape ${n}x${rank}x${rank + 1} for size ${size_text(size)}. Got ` +
        `${size_text(theta.shape)}.`,
    );
  }
  if (size.some((length) => !(length > 0))) {
    throw new ValueError(`Expected non-zero, positive output size. Got ${size_text(size)}`);
  }
  const place = (i: number, length: number): number => {
    if (length === 1) return 0;
    const at = -1 + (2 * i) / (length - 1);
    return align_corners ? at : (at * (length - 1)) / length;
  };
  const count = numel(sizes);
  const points = new Float64Array(count * (rank + 1)).fill(1);
  for (let i = 0; i < count; i++) {
    let rest = i;
    for (const dim of range(rank).reverse()) {
      points[i * (rank + 1) + (rank - 1 - dim)] = place(rest % sizes[dim], sizes[dim]);
      rest = Math.floor(rest / sizes[dim]);
    }
  }
  const base = cast(new Tensor(from_data([1, count, rank + 1], float64, points)), theta.dtype);
  return base
    .expand(n, count, rank + 1)
    .matmul(theta.transpose(1, 2))
    .reshape([n, ...sizes, rank]);
}
