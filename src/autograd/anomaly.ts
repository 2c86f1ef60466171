/** @file Whether backward passes look for gradients that are no numbers (PyTorch: `torch.autograd.detect_anomaly`). */
import { bind } from "../args";
import { RuntimeError } from "../errors";
import type { Grad, Node } from "./node";

let enabled = false;
let checking = true;

/** A mode that ends when it is disposed of (`using guard = torch.autograd.set_detect_anomaly(true)`). */
export class AnomalyGuard implements Disposable {
  readonly #before = { enabled, checking };

  /** Brings the mode back that was in force before. */
  [Symbol.dispose](): void {
    ({ enabled, checking } = this.#before);
  }
}

/**
 * Has backward passes stop at the operation whose gradients hold NaN, until it is set again or the guard is disposed of.
 *
 * @param mode Whether they look at all.
 * @param check_nan Whether NaN is an error. Default: true.
 */
export function set_detect_anomaly(
  mode: boolean,
  ...args: [check_nan?: boolean] | [options: { check_nan?: boolean }]
): AnomalyGuard {
  const { check_nan = true } = bind<{ check_nan: boolean }>("set_detect_anomaly", ["check_nan"], [], args);
  const guard = new AnomalyGuard();
  enabled = mode;
  checking = check_nan;
  return guard;
}

/**
 * Runs `body` with {@link set_detect_anomaly} on and returns its result; without a body: a guard for `using`.
 *
 * @throws RuntimeError from `backward`, naming the operation that gave NaN.
 * @example
 * torch.autograd.detect_anomaly(() => loss.backward());
 */
export function detect_anomaly<R>(body: () => R, options?: { check_nan?: boolean }): R;
export function detect_anomaly(options?: { check_nan?: boolean }): AnomalyGuard;
export function detect_anomaly(...args: unknown[]): unknown {
  const [body, ...rest] = typeof args[0] === "function" ? args : [null, ...args];
  const { check_nan = true } = bind<{ check_nan: boolean }>("detect_anomaly", ["check_nan"], [], rest);
  const guard = set_detect_anomaly(true, check_nan);
  if (body === null) return guard;
  try {
    return (body as () => unknown)();
  } finally {
    guard[Symbol.dispose]();
  }
}

/** Refuses gradients with NaN in them, where that is asked for. @throws RuntimeError naming the operation. */
export function check_gradients(node: Node, gradients: readonly Grad[]): void {
  if (!enabled || !checking) return;
  gradients.forEach((gradient, i) => {
    if (gradient?.dtype.is_floating_point && gradient.isnan().any().item()) {
      throw new RuntimeError(`Function '${node.name()}' returned nan values in its ${i}th output.`);
    }
  });
}
