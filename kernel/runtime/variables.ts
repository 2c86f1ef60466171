/** @file The variables of the cells: properties of one object, some of which are more than a value for a while. */

/** Every top-level name of every cell, and its value. */
export type Variables = Record<string, unknown>;

/** Makes the object: without a prototype, as any name may be a variable's. */
export function makeVariables(): Variables {
  return Object.create(null);
}

/**
 * Has new names refuse to be read until their declaration has run, as JavaScript does.
 *
 * @returns The names that are still refused; whoever ends the cell gives them to `forget`.
 */
export function reserve(variables: Variables, names: readonly string[]): Set<string> {
  const reserved = new Set(names.filter((name) => !(name in variables)));
  for (const name of reserved)
    define(
      variables,
      name,
      () => {
        throw new ReferenceError(`Cannot access '${name}' before initialization`);
      },
      () => reserved.delete(name),
    );
  return reserved;
}

/** Takes reserved names away that were never reached. */
export function forget(variables: Variables, reserved: Set<string>): void {
  for (const name of reserved) delete variables[name];
  reserved.clear();
}

/** Has a name show an export of a module as it changes. */
export function follow(variables: Variables, name: string, module: object, key: string): void {
  define(variables, name, () => (module as Variables)[key]);
}

/** A name that becomes a plain property when it is assigned to. */
function define(variables: Variables, name: string, get: () => unknown, assigned?: () => void): void {
  Object.defineProperty(variables, name, {
    get,
    set: (value: unknown) => {
      assigned?.();
      Object.defineProperty(variables, name, { value, writable: true, enumerable: true, configurable: true });
    },
    enumerable: true,
    configurable: true,
  });
}
