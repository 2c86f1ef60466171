/** @file Gradient rules of reductions and running sums. */

import { execute, scalar } from "../../backend/engine";
import { bool, int32 } from "../../dtype";
import { eq } from "../../ops/pointwise/compare";
import { choose, div, mul, neg, pow } from "../../ops/pointwise/elementwise";
import { abs, exp, sign } from "../../ops/pointwise/unary";
import {
  kept_shape,
  prod,
  reduced_count,
  type Scan,
  scan_prod,
  scan_sum,
  sum_dims,
} from "../../ops/reduction/reduce";
import { scan_logsumexp } from "../../ops/reduction/scan";
import { place_along, take_along } from "../../ops/reduction/sort";
import { expand, movedim, reshape } from "../../ops/shape/movement";
import { cast } from "../../ops/value/convert";
import { eye } from "../../ops/value/create";
import { numel, type Shape } from "../../shape";
import { scalar_tensor, Tensor } from "../../tensor";
import type { Context, Rule } from "../node";

interface Attrs {
  readonly dims: Shape;
  readonly keepdim: boolean;
}

/** A gradient with the reduced dimensions brought back as 1. */
function kept(g: Tensor, shape: Shape, { dims, keepdim }: Attrs): Tensor {
  return keepdim ? g : reshape(g, kept_shape(shape, dims));
}

/** The gradient of the greatest or least elements: shared by equal ones. */
function shared(name: string): Rule {
  return {
    name,
    backward: (g: Tensor, { saved: [x, y], attrs }: Context<readonly [Tensor, Tensor], Attrs>) => {
      const mask = cast(eq(x, kept(y, x.shape, attrs)), g.dtype);
      return [div(mul(mask, kept(g, x.shape, attrs)), sum_dims(mask, attrs.dims, true))];
    },
  };
}

/** The gradient of the values along a dimension: to where each was taken. */
function taken(name: string): Rule {
  return {
    name,
    backward: (
      g: Tensor,
      {
        saved: [at],
        attrs: { dim, keepdim },
        shapes: [shape],
      }: Context<readonly [Tensor], { dim: number; keepdim: boolean }>,
    ) => {
      const hot = one_hot_mask(at, shape, dim);
      return [
        choose(hot, expand(kept(g, shape, { dims: [dim], keepdim }), shape), scalar_tensor(0, g.dtype)),
      ];
    },
  };
}

/** True where a position along `dim` is the one in `at`, which lacks that dimension. */
function one_hot_mask(at: Tensor, shape: Shape, dim: number): Tensor {
  const places = reshape(at, kept_shape(shape, [dim]));
  const line = new Array<number>(shape.length).fill(1);
  line[dim] = shape[dim];
  const range = execute("Range", [scalar(0, int32), scalar(shape[dim], int32), scalar(1, int32)]);
  return eq(places, reshape(new Tensor(range), line));
}

function any_zero(x: Tensor): boolean {
  const zeros = reshape(eq(x.detach(), 0), [-1]);
  return (zeros.typed_array() as Uint8Array).includes(1);
}

/** For every element the product of the others along the last dimension, (..., n): exact where elements are 0. */
function product_of_others(x: Tensor): Tensor {
  const n = x.shape[x.ndim - 1];
  const rows = reshape(x, [...x.shape.slice(0, -1), 1, n]);
  return prod(choose(eye(n, { dtype: bool }), scalar_tensor(1, x.dtype), rows), -1);
}

export const reduce: Record<string, Rule> = {
  sum: {
    name: "Sum",
    backward: (g: Tensor, { attrs, shapes: [shape] }: Context<[], Attrs>) => [
      expand(kept(g, shape, attrs), shape),
    ],
  },
  mean: {
    name: "Mean",
    backward: (g: Tensor, { attrs, shapes: [shape] }: Context<[], Attrs>) => [
      expand(div(kept(g, shape, attrs), reduced_count(shape, attrs.dims)), shape),
    ],
  },
  prod: {
    name: "Prod",
    backward: (g: Tensor, { saved: [x, y], attrs }: Context<readonly [Tensor, Tensor], Attrs>) => {
      if (x.ndim === 0) return [g];
      if (!any_zero(x)) return [div(mul(kept(g, x.shape, attrs), kept(y, x.shape, attrs)), x)];
      const flat = attrs.dims.length === x.ndim ? reshape(x, [x.numel()]) : movedim(x, attrs.dims[0], -1);
      const others = product_of_others(flat);
      const back =
        attrs.dims.length === x.ndim ? reshape(others, x.shape) : movedim(others, -1, attrs.dims[0]);
      return [mul(kept(g, x.shape, attrs), back)];
    },
  },
  amax: shared("Amax"),
  amin: shared("Amin"),
  max: taken("Max"),
  min: taken("Min"),
  logsumexp: {
    name: "Logsumexp",
    backward: (g: Tensor, { saved: [x, y], attrs }: Context<readonly [Tensor, Tensor], Attrs>) => [
      mul(kept(g, x.shape, attrs), exp(x.sub(kept(y, x.shape, attrs)))),
    ],
  },
  cumsum: {
    name: "Cumsum",
    backward: (g: Tensor, { attrs }: Context<[], Scan>) => [
      scan_sum(g, { dim: attrs.dim, reverse: !attrs.reverse }),
    ],
  },
  logcumsumexp: {
    name: "Logcumsumexp",
    // Sums of g·exp(-y) from the other end, in logarithms: those of positive and of negative gradients apart.
    backward: (
      g: Tensor,
      { saved: [x, y], attrs: { dim, reverse } }: Context<readonly [Tensor, Tensor], Scan>,
    ) => {
      // In double precision: the two parts may nearly cancel.
      const part = (of: Tensor): Tensor => {
        const logs = choose(of.gt(0), of, scalar_tensor(0, of.dtype)).double().log().sub(y.double());
        return exp(scan_logsumexp(logs, dim, !reverse).add(x.double()));
      };
      return [cast(part(g).sub(part(neg(g))), x.dtype)];
    },
  },
  cumprod: {
    name: "Cumprod",
    backward: (g: Tensor, { saved: [x, y], attrs: dim }: Context<readonly [Tensor, Tensor], number>) => {
      if (numel(x.shape) === 0) return [g];
      if (!any_zero(x)) return [div(scan_sum(mul(g, y), { dim, reverse: true }), x)];
      // d y_i / d x_k is the running product with x_k left out, for i >= k.
      const last = movedim(x, dim, -1);
      const n = last.shape[last.ndim - 1];
      const rows = reshape(last, [...last.shape.slice(0, -1), 1, n]);
      const without = choose(eye(n, { dtype: bool }), scalar_tensor(1, x.dtype), rows);
      const running = scan_prod(without, without.ndim - 1);
      const after = new Tensor(
        execute("MatrixBandPart", [eye(n).mul(0).add(1).handle, scalar(0, int32), scalar(-1, int32)]),
      );
      const weighted = mul(running, reshape(movedim(g, dim, -1), rows.shape));
      const masked = mul(weighted, cast(after, x.dtype));
      return [movedim(sum_dims(masked, [masked.ndim - 1], false), -1, dim)];
    },
  },
  count: {
    name: "LinalgVectorNorm",
    // PyTorch has no gradient for a count, not zeros.
    backward: () => [undefined],
  },
  root: {
    name: "Std",
    backward: (g: Tensor, { saved: [y] }: Context<readonly [Tensor]>) => [
      choose(eq(y, 0), scalar_tensor(0, g.dtype), div(g, mul(y, 2))),
    ],
  },
  norm: {
    name: "LinalgVectorNorm",
    backward: (
      g: Tensor,
      { saved: [x, y], attrs }: Context<readonly [Tensor, Tensor], Attrs & { p: number }>,
    ) => {
      const { p } = attrs;
      const length = kept(y, x.shape, attrs);
      const size =
        p < 2 ? choose(eq(x, 0), scalar_tensor(0, x.dtype), pow(abs(x), p - 1)) : pow(abs(x), p - 1);
      const direction = p === 2 ? div(x, length) : div(mul(sign(x), size), pow(length, p - 1));
      return [mul(kept(g, x.shape, attrs), choose(eq(length, 0), scalar_tensor(0, x.dtype), direction))];
    },
  },
  along: {
    name: "Gather",
    backward: (
      g: Tensor,
      { saved: [at], attrs: dim, shapes: [shape] }: Context<readonly [Tensor], number>,
    ) => [place_along(g, at, dim, shape[dim])],
  },
  place_along: {
    name: "ScatterAdd",
    backward: (g: Tensor, { saved: [at], attrs: dim }: Context<readonly [Tensor], number>) => [
      take_along(g, at, dim),
    ],
  },
};
