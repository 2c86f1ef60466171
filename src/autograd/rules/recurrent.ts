/** @file Gradient rule of the recurrent layers, which calculate their way back themselves. */

import { recurrent_layer_backward, refuse_double_backward } from "../../ops/recurrent/recurrent";
import { native_layer_backward, release_saved } from "../../ops/recurrent/recurrent-native";
import type { Tensor } from "../../tensor";
import { is_grad_enabled } from "../grad-mode";
import type { Context, Grad, Rule } from "../node";
import { record_many } from "../tape";

/** Where gradients of gradients are recorded, whoever differentiates the results is told that it cannot be done. */
function mark(grads: readonly Grad[], saved: readonly Grad[], results: readonly Grad[]): readonly Grad[] {
  if (!is_grad_enabled()) return results;
  const found = results.filter((result): result is Tensor => result !== null);
  const marked = record_many(
    "recurrent_backward",
    found.map((result) => result.handle),
    [...grads, ...saved].filter((tensor): tensor is Tensor => tensor !== null),
  );
  let next = 0;
  return results.map((result) => (result === null ? null : marked[next++]));
}

export const recurrent: Record<string, Rule> = {
  recurrent: {
    name: "RecurrentLayer",
    backward: (grads: readonly Grad[], { saved, needs, attrs }: Context) =>
      mark(grads, saved, recurrent_layer_backward(grads, saved, needs, attrs)),
  },
  recurrent_native: {
    name: "RecurrentLayer",
    backward: (grads: readonly Grad[], { saved, needs, attrs }: Context) =>
      mark(grads, saved, native_layer_backward(grads, saved, needs, attrs)),
    release: release_saved,
  },
  recurrent_backward: { name: "RecurrentLayerBackward", backward: refuse_double_backward },
};
