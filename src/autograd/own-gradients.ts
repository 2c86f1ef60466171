/** @file Gradients that a backward pass made itself and alone holds: freed as soon as they were used. */
import { release } from "../backend/engine";
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
   */
  made(results: readonly Grad[], since: number): void {
    for (let i = 0; i < results.length; i++) {
      const result = results[i];
      if (result === null) continue;
      if (results.indexOf(result) !== i || results.lastIndexOf(result) !== i) this.#own.delete(result);
      else if (pending_rows(result) === null && result.handle.born >= since) this.#own.add(result);
    }
  }

  /** Others may hold these from now on. */
  forget(gradients: readonly Grad[]): void {
    for (const gradient of gradients) if (gradient !== null) this.#own.delete(gradient);
  }

  /** Frees what was used and is not among what goes on. */
  used(gradients: readonly Grad[], results: readonly Grad[] = []): void {
    for (const gradient of gradients) {
      if (gradient === null || results.includes(gradient) || !this.#own.delete(gradient)) continue;
      // Another tensor of the same value, an alias or one that keeps rows, needs it still.
      if (gradient.handle.holders === 1) release(gradient.handle);
    }
  }
}
