/** @file Areas by the trapezoid rule, and derivatives by finite differences. */
import { bind } from "../../args";
import { int64, uint8 } from "../../dtype";
import { IndexError, RuntimeError } from "../../errors";
import { normalize_dim, normalize_dims, range } from "../../shape";
import { is_tensor, type Tensor } from "../../tensor";
import { div, mul, sub } from "../pointwise/elementwise";
import { cat } from "../shape/join";
import { reshape } from "../shape/movement";
import { cast, expect_no_bool, expect_tensor, to_floating } from "../value/convert";
import { scan_sum, sum_dims } from "./reduce";
import { diff } from "./scan";

interface AreaOptions {
  x?: Tensor;
  /** The distance of the places, 1 by default. */
  dx?: number;
  dim?: number;
}

/** Twice the area between neighbours along `dim`, which the areas have from the end on as `y` has. */
function areas(name: string, y: Tensor, args: readonly unknown[]): { twice: Tensor; at: number } {
  const { x, dx, dim = -1 } = bind<AreaOptions>(name, ["x"], ["dx", "dim"], args);
  expect_tensor(name, y, "y");
  const at = normalize_dim(dim, y.ndim);
  if (y.ndim === 0)
    throw new IndexError(`${name}(): dimension specified as ${dim} but tensor has no dimensions`);
  if (x !== undefined && dx !== undefined) throw new TypeError(`${name}() takes either x or dx, not both`);
  const size = y.shape[at];
  const count = Math.max(size - 1, 0);
  expect_no_bool(name, y);
  const sums = y.narrow(at, size - count, count).add(y.narrow(at, 0, count));
  if (x === undefined) return { twice: mul(to_floating(sums), dx ?? 1), at };
  expect_tensor(name, x, "x");
  let steps: Tensor;
  if (x.ndim === 1) {
    if (x.shape[0] !== size) {
      throw new RuntimeError(`${name}: There must be one x value for each sample point`);
    }
    steps = reshape(
      diff(x),
      y.shape.map((_, d) => (d === at ? count : 1)),
    );
  } else {
    // As in PyTorch: a smaller x counts its sizes from the end, a greater one `dim` as y does.
    const lead = y.ndim - x.ndim;
    const wide = lead > 0 ? reshape(x, [...new Array<number>(lead).fill(1), ...x.shape]) : x;
    steps = diff(wide, { dim: at });
  }
  const twice = mul(sums, steps);
  return { twice, at };
}

/** Whole numbers add up in int64. */
function summable(x: Tensor): Tensor {
  return x.dtype.is_floating_point ? x : cast(x, int64);
}

function area(name: string, y: Tensor, args: readonly unknown[]): Tensor {
  const { x, dx = 1, dim = -1 } = bind<AreaOptions>(name, ["x"], ["dx", "dim"], args);
  const { twice, at } = areas(name, y, args);
  if (x === undefined && y.shape[at] > 0) {
    // All of y but half of its ends, as PyTorch adds it up: whole numbers do not run over.
    const ends = mul(y.select(at, 0).add(y.select(at, -1)), 0.5);
    return mul(sub(y.sum(normalize_dim(dim, y.ndim)), ends), dx);
  }
  return div(sum_dims(summable(twice), [at], false), 2);
}

/**
 * The area under `y` along `dim` by the trapezoid rule, over places `x` or steps of `dx`.
 *
 * @throws RuntimeError unless `x` has as many places as `y`.
 */
export function trapezoid(y: Tensor, x?: Tensor, options?: { dim?: number }): Tensor;
export function trapezoid(y: Tensor, options: AreaOptions): Tensor;
export function trapezoid(y: Tensor, ...args: unknown[]): Tensor {
  return area("trapezoid", y, args);
}

/** {@link trapezoid}. */
export function trapz(y: Tensor, x?: Tensor, options?: { dim?: number }): Tensor;
export function trapz(y: Tensor, options: AreaOptions): Tensor;
export function trapz(y: Tensor, ...args: unknown[]): Tensor {
  return area("trapz", y, args);
}

/** The areas of {@link trapezoid} up to each place but the first: one less than `y` has along `dim`. */
export function cumulative_trapezoid(y: Tensor, x?: Tensor, options?: { dim?: number }): Tensor;
export function cumulative_trapezoid(y: Tensor, options: AreaOptions): Tensor;
export function cumulative_trapezoid(y: Tensor, ...args: unknown[]): Tensor {
  const { twice, at } = areas("cumulative_trapezoid", y, args);
  return div(scan_sum(summable(twice), { dim: at, reverse: false }), 2);
}

interface GradientOptions {
  /** The distance of the samples: a number, or per dimension a number or a vector of places. */
  spacing?: number | readonly (number | Tensor)[] | null;
  dim?: number | readonly number[] | null;
  edge_order?: number;
}

/** The derivative along one dimension, from distances that are all the same, or that of each two neighbours. */
function derivative(f: Tensor, dim: number, distance: number | Tensor, edge_order: number): Tensor {
  const size = f.shape[dim];
  const part = (from: number, count: number): Tensor => f.narrow(dim, from, count);
  const step = (from: number, count: number): Tensor | number =>
    is_tensor(distance)
      ? reshape(
          distance.narrow(0, from, count),
          f.shape.map((_, d) => (d === dim ? count : 1)),
        )
      : distance;
  const times = (x: Tensor, factor: Tensor | number): Tensor => mul(x, factor);
  /** The slope at the place of the `which`-th of three neighbours, by the parabola through them. */
  const parabola = (from: number, count: number, which: 0 | 1 | 2): Tensor => {
    const [left, middle, right] = [part(from, count), part(from + 1, count), part(from + 2, count)];
    const before = step(from, count);
    const after = step(from + 1, count);
    if (!is_tensor(before) || !is_tensor(after)) {
      if (which === 1) return div(sub(right, left), 2 * (before as number));
      const outer = which === 0 ? [-1.5, 2, -0.5] : [0.5, -2, 1.5];
      const [a, b, c] = outer.map((weight) => weight / (before as number));
      return times(left, a).add(times(middle, b)).add(times(right, c));
    }
    const both = before.add(after);
    const at = which === 0 ? before.neg() : which === 2 ? after : before.mul(0);
    // Lagrange's polynomial, differentiated at `at`, counted from the middle one.
    const a = div(at.mul(2).sub(after), before.mul(both));
    const b = div(after.sub(before).sub(at.mul(2)), before.mul(after));
    const c = div(at.mul(2).add(before), after.mul(both));
    return times(left, a).add(times(middle, b)).add(times(right, c));
  };
  const inner = parabola(0, Math.max(size - 2, 0), 1);
  const line = (from: number): Tensor => div(sub(part(from + 1, 1), part(from, 1)), step(from, 1));
  const [start, end] =
    edge_order === 1 ? [line(0), line(size - 2)] : [parabola(0, 1, 0), parabola(size - 3, 1, 2)];
  return cat([start, inner, end], dim);
}

/**
 * The derivatives of samples along each of `dim` (all by default), by central differences, and by one-sided ones of
 * `edge_order` 1 or 2 at the ends.
 *
 * @returns One tensor of the input's shape per dimension; whole numbers become floating point.
 * @throws RuntimeError for another order, spacings that do not fit, or fewer than `edge_order + 1` samples.
 * @example
 * const [slope] = torch.gradient(torch.tensor([1, 4, 9, 16]), { spacing: 1 })
 */
export function gradient(input: Tensor, options?: GradientOptions): Tensor[];
export function gradient(input: Tensor, ...args: unknown[]): Tensor[] {
  const bound = bind<GradientOptions>("gradient", [], ["spacing", "dim", "edge_order"], args);
  const { spacing = null, dim = null, edge_order = 1 } = bound;
  expect_tensor("gradient", input);
  const fail = (what: string): RuntimeError => new RuntimeError(`torch.gradient ${what}`);
  if (input.dtype === uint8) throw fail("does not support uint8 input.");
  if (edge_order !== 1 && edge_order !== 2) throw fail("only supports edge_order=1 and edge_order=2.");
  const named = dim === null ? range(input.ndim) : typeof dim === "number" ? [dim] : [...dim];
  normalize_dims(named, input.ndim);
  const dims = named.map((d) => normalize_dim(d, input.ndim));
  const spacings = Array.isArray(spacing)
    ? (spacing as (number | Tensor)[])
    : dims.map(() => (spacing ?? 1) as number);
  if (spacings.length !== dims.length) {
    throw fail(
      "expected spacing to be unspecified, a scalar or it's spacing and dim arguments to have the same length, but got a " +
        `spacing argument of length ${spacings.length} and a dim argument of length ${dims.length}.`,
    );
  }
  const distances = dims.map((d, i): number | Tensor => {
    const size = input.shape[d] ?? 1;
    if (input.ndim === 0 || size < edge_order + 1) {
      throw fail("expected each dimension size to be at least edge_order+1");
    }
    const given = spacings[i];
    if (!is_tensor(given)) {
      if (typeof given === "number") return given;
      throw new TypeError(`gradient(): argument 'spacing' must be numbers or tensors, not ${typeof given}`);
    }
    if (given.ndim !== 1)
      throw fail(
        `expected each element of spacing to have one dimension, but got an element with ${given.ndim} dimensions`,
      );
    if (given.shape[0] !== size) {
      throw fail(
        "expected each element of spacing to have the same number of elements as the dimension that it describes",
      );
    }
    return diff(given);
  });
  return dims.map((d, i) => derivative(input, d, distances[i], edge_order));
}
