/** @file Inference mode, and which tensors were made in it: they take no part in differentiation. */
import { none } from "../args";
import { RuntimeError } from "../errors";
import type { Tensor } from "../tensor";
import { GradModeGuard, run_in } from "./grad-mode";

let mode = false;

/** The tensors made in inference mode, null before the first. */
let made: WeakSet<Tensor> | null = null;

/** Whether inference mode is in force. */
export function is_inference_mode_enabled(...more: []): boolean {
  none("is_inference_mode_enabled", more);
  return mode;
}

/** @internal Notes a new tensor. */
export function began(tensor: Tensor): void {
  if (!mode) return;
  made ??= new WeakSet();
  made.add(tensor);
}

/** Whether the tensor was made in inference mode, or is a view of one that was. */
export function is_inference(input: Tensor, ...more: []): boolean {
  none("is_inference", more);
  return made?.has(input) ?? false;
}

/** @internal The tensor counts as made in normal mode: a view of one that was. */
export function as_its_base(view: Tensor, base: Tensor): void {
  if (made === null) return;
  if (made.has(base)) made.add(view);
  else made.delete(view);
}

/** @internal Refuses to save what was made in inference mode. @throws RuntimeError */
export function check_saved(tensor: Tensor): void {
  if (made?.has(tensor)) {
    throw new RuntimeError(
      "Inference tensors cannot be saved for backward. Please do not use Tensors created in inference mode in computation " +
        "tracked by autograd. To work around this, you can make a clone to get a normal tensor and use it in autograd, or " +
        "use `torch.no_grad()` instead of `torch.inference_mode()`.",
    );
  }
}

/** The mode until it is disposed of. */
class InferenceGuard extends GradModeGuard {
  #previous: boolean | null = mode;

  constructor() {
    super(false);
    mode = true;
  }

  override [Symbol.dispose](): void {
    if (this.#previous !== null) mode = this.#previous;
    this.#previous = null;
    super[Symbol.dispose]();
  }
}

/**
 * Runs `body` without recording anything, like {@link no_grad}; tensors made in it count no versions, cannot be changed in
 * place outside, nor be saved for a gradient. An async body keeps the mode until it settles. Without a body: a guard for `using`.
 *
 * @example
 * const scores = torch.inference_mode(() => model(x));
 */
export function inference_mode<R>(body: () => R): R;
export function inference_mode(): GradModeGuard;
export function inference_mode<R>(body?: () => R, ...more: []): R | GradModeGuard {
  none("inference_mode", more);
  if (body === undefined) return new InferenceGuard();
  const previous = mode;
  return run_in(
    false,
    () => {
      mode = true;
      return body();
    },
    () => {
      mode = previous;
    },
  );
}
