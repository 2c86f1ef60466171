/** @file Whether operations are recorded for differentiation. */

import { none } from "../args";

let enabled = true;

/** Whether operations are recorded at the moment. */
export function is_grad_enabled(...more: []): boolean {
  if (more.length > 0) none("is_grad_enabled", more);
  return enabled;
}

/** A mode that ends when it is disposed of (`using guard = torch.no_grad()`). */
export class GradModeGuard implements Disposable {
  #previous: boolean | null;

  constructor(mode: boolean) {
    this.#previous = enabled;
    enabled = mode;
  }

  /** Brings the mode back that was in force before. */
  [Symbol.dispose](): void {
    if (this.#previous !== null) enabled = this.#previous;
    this.#previous = null;
  }
}

/**
 * @internal Runs `body` with recording on or off.
 *
 * @param after Called when the body has settled.
 */
export function run_in<R>(mode: boolean, body: () => R, after?: () => void): R {
  if (typeof body !== "function")
    throw new TypeError("expected a function to run, or nothing to get a guard");
  const previous = enabled;
  enabled = mode;
  let waits = false;
  try {
    const result = body();
    if (result instanceof Promise) {
      waits = true;
      return result.finally(() => {
        enabled = previous;
        after?.();
      }) as R;
    }
    return result;
  } finally {
    if (!waits) {
      enabled = previous;
      after?.();
    }
  }
}

/**
 * Runs `body` without recording anything for differentiation and returns its result. An async body keeps the mode until
 * it settles. Without a body: a guard for `using`.
 *
 * @example
 * const accuracy = torch.no_grad(() => model(x).argmax(1).eq(y).float().mean().item());
 */
export function no_grad<R>(body: () => R): R;
export function no_grad(): GradModeGuard;
export function no_grad<R>(body?: () => R, ...more: []): R | GradModeGuard {
  none("no_grad", more);
  return body === undefined ? new GradModeGuard(false) : run_in(false, body);
}

/** The reverse of {@link no_grad}: records inside of it. */
export function enable_grad<R>(body: () => R): R;
export function enable_grad(): GradModeGuard;
export function enable_grad<R>(body?: () => R, ...more: []): R | GradModeGuard {
  none("enable_grad", more);
  return body === undefined ? new GradModeGuard(true) : run_in(true, body);
}

/** Sets the mode until it is set again, or until the returned guard is disposed of. */
export function set_grad_enabled(mode: boolean, ...more: []): GradModeGuard {
  none("set_grad_enabled", more);
  return new GradModeGuard(mode);
}
