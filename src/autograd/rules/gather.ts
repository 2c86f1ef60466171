/** @file Gradient rules of operations that pick and place by index. */
import type { Handle } from "../../backend/handle";
import { where } from "../../ops/position/masks";
import { add_rows, pick_rows, place_rows, put_rows, take_rows } from "../../ops/position/rows";
import { sum_to_size } from "../../ops/reduction/reduce";
import { zeros_like } from "../../ops/value/create";
import type { Tensor } from "../../tensor";
import type { Context, Rule } from "../node";

export const gather: Record<string, Rule> = {
  take_rows: {
    name: "IndexSelect",
    backward: (g: Tensor, { attrs: index, shapes }: Context<[], Handle>) => [
      add_rows(g, index, shapes[0][0]),
    ],
  },
  add_rows: {
    name: "IndexAdd",
    backward: (g: Tensor, { attrs: index }: Context<[], Handle>) => [take_rows(g, index)],
  },
  pick_rows: {
    name: "IndexSelect",
    backward: (g: Tensor, { attrs: index, shapes: [shape] }: Context<[], Handle>) => [
      place_rows(g, index, shape[0]),
    ],
  },
  place_rows: {
    name: "IndexCopy",
    backward: (g: Tensor, { attrs: index }: Context<[], Handle>) => [pick_rows(g, index)],
  },
  put_rows: {
    name: "IndexPut",
    backward: (g: Tensor, { attrs: index, needs }: Context<[], Handle>) => {
      const part = take_rows(g, index);
      return [needs[0] && put_rows(g, index, zeros_like(part)), needs[1] && part];
    },
  },
  where: {
    name: "Where",
    backward: (g: Tensor, { saved: [chosen], needs, shapes }: Context<readonly [Tensor]>) => [
      needs[0] && sum_to_size(where(chosen, g, 0), shapes[0]),
      needs[1] && sum_to_size(where(chosen, 0, g), shapes[1]),
    ],
  },
};
