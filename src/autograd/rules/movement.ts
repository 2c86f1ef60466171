/** @file Gradient rules of operations that rearrange or pick elements. */

import { put_places, take_places } from "../../ops/position/places";
import { sum_to_size } from "../../ops/reduction/reduce";
import { flip, fold_tiles, roll } from "../../ops/shape/join";
import { permute, reshape } from "../../ops/shape/movement";
import { type Ranges, select, slice, strided, strided_scatter, strided_zeros } from "../../ops/shape/parts";
import { zeros_like } from "../../ops/value/create";
import type { Shape } from "../../shape";
import type { Tensor } from "../../tensor";
import type { Context, Rule } from "../node";

export const movement: Record<string, Rule> = {
  reshape: { name: "View", backward: (g: Tensor, { shapes }: Context) => [reshape(g, shapes[0])] },
  permute: { name: "Permute", backward: (g: Tensor, { attrs }: Context<[], Shape>) => [permute(g, attrs)] },
  expand: { name: "Expand", backward: (g: Tensor, { shapes }: Context) => [sum_to_size(g, shapes[0])] },
  strided: {
    name: "Slice",
    backward: (g: Tensor, { attrs, shapes }: Context<[], Ranges>) => [strided_zeros(g, shapes[0], attrs)],
  },
  strided_zeros: {
    name: "SliceBackward",
    backward: (g: Tensor, { attrs }: Context<[], Ranges>) => [strided(g, attrs)],
  },
  strided_scatter: {
    name: "CopySlices",
    bare: true,
    backward: (g: Tensor, { attrs, needs }: Context<[], Ranges>) => {
      const part = strided(g, attrs);
      return [needs[0] && strided_scatter(g, zeros_like(part), attrs), needs[1] && part];
    },
  },
  as_strided_scatter: {
    name: "AsStridedScatter",
    backward: (g: Tensor, { attrs: at, shapes }: Context<[], Int32Array>) => {
      const part = take_places(g, at, shapes[1]);
      return [put_places(zeros_like(g), at, part), part];
    },
  },
  clone: { name: "Clone", backward: (g: Tensor) => [g] },
  overwrite: {
    name: "Copy",
    backward: (g: Tensor, { needs }: Context) => [needs[0] && zeros_like(g), needs[1] && g],
  },
  cat: {
    name: "Cat",
    backward: (g: Tensor, { attrs: dim, shapes, needs }: Context<[], number>) => {
      let start = 0;
      return shapes.map((shape, i) => {
        start += shape[dim];
        return needs[i] && slice(g, dim, start - shape[dim], start);
      });
    },
  },
  stack: {
    name: "Stack",
    backward: (g: Tensor, { attrs: dim, needs }: Context<[], number>) =>
      needs.map((need, i) => need && select(g, dim, i)),
  },
  tile: {
    name: "Repeat",
    backward: (g: Tensor, { attrs: times, shapes }: Context<[], Shape>) => [fold_tiles(g, shapes[0], times)],
  },
  flip: { name: "Flip", backward: (g: Tensor, { attrs: dims }: Context<[], Shape>) => [flip(g, dims)] },
  roll: {
    name: "Roll",
    backward: (g: Tensor, { attrs: { by, at } }: Context<[], { by: Shape; at: Shape }>) => [
      roll(
        g,
        by.map((n) => -n),
        at,
      ),
    ],
  },
};
