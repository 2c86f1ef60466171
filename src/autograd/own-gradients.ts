/** @file Gradients that a backward pass made itself and alone holds: freed as soon as they were used. */
import { release } from "../backend/engine";
import { watcher } from "../backend/watcher";
import type { Tensor } from "../tensor";
import type { Grad } from "./node";
import { pending_rows } from "./row-gradient";

/**
 * Knows which gradients on their way nobody else has. The collector would come to them late; until then each would take fresh
 * memory, and the caches would hold what is dead.
 */
export class OwnGradients {
  readonly #own = new Set<Tensor>();

  /**
   * Takes a rule's results into care: those that it made, and each only if it goes one way.
   *
   * @param since {@link next_born} before the rule ran.
   * @param given What the rule got.
   */
  made(results: readonly Grad[], since: number, given: readonly Grad[] = []): void {
    for (let i = 0; i < results.length; i++) {
      const result = results[i];
      if (result === null) continue;
      if (results.indexOf(result) !== i || results.lastIndexOf(result) !== i) this.#own.delete(result);
      else if (pending_rows(result) !== null ? !given.includes(result) : result.handle.born >= since) {
        this.#own.add(result);
      }
    }
  }

  /** Gives a gradient away, if it is one of these and no other tensor has its value. */
  take(gradient: Grad): boolean {
    if (gradient === null || !this.#own.delete(gradient)) return false;
    return pending_rows(gradient) !== null || gradient.handle.holders === 1;
  }

  /** Others may hold these from now on. */
  forget(gradients: readonly Grad[]): void {
    for (const gradient of gradients) if (gradient !== null) this.#own.delete(gradient);
  }

  /** Frees what was used and is not among what goes on. */
  used(gradients: readonly Grad[], results: readonly Grad[] = []): void {
    for (const gradient of gradients) {
      if (gradient === null || results.includes(gradient) || !this.#own.delete(gradient)) continue;
      if (pending_rows(gradient) !== null) continue;
      const { handle } = gradient;
      // Another tensor of the same value, an alias or one that keeps rows, needs it still.
      if (handle.holders === 1) release(handle);
      else if (results.some((result) => result !== null && pending_rows(result)?.values === handle))
        handle.holders--;
    }
  }
}

/** Sets a leaf's gradient to null, and frees it if it was never handed out. */
export function forget_gradient(leaf: Tensor): void {
  const gradient = leaf._grad;
  const unseen = leaf._grad_unseen;
  leaf.grad = null;
  // A recorded function may want the value later.
  if (gradient === null || !unseen || watcher !== null) return;
  const handle = pending_rows(gradient)?.values ?? gradient.handle;
  if (handle.holders === 1) release(handle);
}
