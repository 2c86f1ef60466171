/** @file The modules that a recorded function called, and their fields at that time: `training`, numbers, parameters, layers. */
import { is_tensor } from "../tensor";

type Fields = readonly (readonly [string, unknown])[];

/** Modules and what they were. */
export class Modules {
  readonly #fields = new Map<object, Fields>();

  add(module: object): void {
    if (this.#fields.has(module)) return;
    const fields = Object.entries(module).filter(
      ([, value]) => typeof value !== "object" || value === null || is_tensor(value),
    );
    this.#fields.set(module, fields);
  }

  /** Whether all have the fields that they had. */
  are_same(): boolean {
    for (const [module, fields] of this.#fields) {
      for (const [name, value] of fields) {
        if (!Object.is((module as Record<string, unknown>)[name], value)) return false;
      }
    }
    return true;
  }
}
