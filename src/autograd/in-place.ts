/** @file What autograd refuses of changes in place, in PyTorch's words. */
import { RuntimeError } from "../errors";
import type { Tensor } from "../tensor";
import { is_grad_enabled } from "./grad-mode";
import { is_inference, is_inference_mode_enabled } from "./inference";

/** How a view came to be, where that bars it from recorded changes in place. */
export type Origin = "no_grad" | "inference" | "several";

/** The tensor at the end of the views that share a history with this one: PyTorch's `_base`, or the tensor itself. */
export function base_of(tensor: Tensor): Tensor {
  let base = tensor;
  for (let view = base._view; view !== null && !view.detached; view = base._view) base = view.base;
  return base;
}

const told_apart = (mode: string): string =>
  " Given that this use case is ambiguous and error-prone, it is forbidden. You can clarify your code by moving both the view " +
  `and the inplace either both inside the ${mode} block (if you don't want the inplace to be tracked) or both outside (if you ` +
  "want the inplace to be tracked).";

const of_several =
  " This view is the output of a function that returns multiple views. Such functions do not allow the output views to be " +
  "modified inplace. You should replace the inplace operation by an out-of-place one.";

/**
 * Why a view of this origin may not be changed in place (PyTorch: `handle_view_on_rebase`).
 *
 * @param what `"is being"`, or `"its base or another view of its base has been"`.
 */
export function refusal(tensor: Tensor, origin: Origin, what: string): RuntimeError {
  const history = tensor._history;
  const name = history?.name().replace(/Backward\d*$/, "");
  const output = `Output ${tensor._view?.nth ?? tensor._output_nr} of ${name}`;
  const after =
    origin === "several" ? of_several : told_apart(origin === "inference" ? "inference_mode" : "no_grad");
  if (history !== null && origin === "several") {
    return new RuntimeError(`${output} is a view and ${what} modified inplace.${after}`);
  }
  const made =
    history === null ? "A view was created in" : `${output} is a view of a view which was created in`;
  const mode =
    origin === "inference"
      ? `inference mode and ${what} modified inplace in normal mode.`
      : `no_grad mode and ${what} modified inplace with grad mode enabled.`;
  return new RuntimeError(`${made} ${mode}${after}`);
}

/**
 * Refuses a change in place that autograd could not follow.
 *
 * @param recorded Whether the change has to do with a gradient: the tensor requires one, or what is written does.
 */
export function check_history(tensor: Tensor, recorded: boolean): void {
  if (is_inference(tensor) && !is_inference_mode_enabled()) {
    throw new RuntimeError(
      "Inplace update to inference tensor outside InferenceMode is not allowed.You can make a clone to get a normal tensor " +
        "before doing inplace update.See https://github.com/pytorch/rfcs/pull/17 for more details.",
    );
  }
  if (!recorded || !is_grad_enabled()) return;
  const view = tensor._view;
  if (view !== null && !view.detached) {
    if (tensor._origin !== null) throw refusal(tensor, tensor._origin, "is being");
    if (tensor.requires_grad && base_of(tensor).is_leaf) {
      throw new RuntimeError(
        "a view of a leaf Variable that requires grad is being used in an in-place operation.",
      );
    }
  }
  if (tensor.requires_grad && tensor.is_leaf) {
    throw new RuntimeError("a leaf Variable that requires grad is being used in an in-place operation.");
  }
}
