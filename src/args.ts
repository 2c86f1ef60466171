/** @file Binds PyTorch-style arguments: positional ones in order, keyword ones in one trailing options object. */

/** Whether a value is an options object: a plain object, not a tensor, array, module or other class instance. */
export function is_options(value: unknown): value is Record<string, unknown> {
  if (typeof value !== "object" || value === null) return false;
  const prototype = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
}

const out_refused =
  "out= is not offered: tensors' values are immutable natively; assign the result instead, or copy_ it";

/**
 * Binds the arguments of `name` to its parameters.
 *
 * @param positional Names of the parameters that may come by position, in order; all may come by keyword too.
 * @param keyword Names of those that come by keyword only.
 * @throws TypeError for too many arguments, an unknown keyword, or a parameter given twice.
 * @example
 * bind("sum", ["dim", "keepdim"], ["dtype"], [1, { keepdim: true }])  // { dim: 1, keepdim: true }
 */
export function bind<T extends object>(
  name: string,
  positional: readonly (keyof T & string)[],
  keyword: readonly (keyof T & string)[],
  args: readonly unknown[],
): Partial<T> {
  const bound: Record<string, unknown> = {};
  let count = args.length;
  while (count > 0 && args[count - 1] === undefined) count--;
  const last = args[count - 1];
  const options = is_options(last) ? last : null;
  if (options !== null) count--;
  if (count > positional.length) {
    throw new TypeError(
      `${name}() takes at most ${positional.length} positional argument${positional.length === 1 ? "" : "s"} ` +
        `(${positional.join(", ")}) here, but ${count} were given`,
    );
  }
  for (let i = 0; i < count; i++) if (args[i] !== undefined) bound[positional[i]] = args[i];
  if (options !== null) {
    for (const key of Object.keys(options)) {
      const value = options[key];
      if (value === undefined) continue;
      if (key in bound) throw new TypeError(`${name}() got multiple values for argument '${key}'`);
      if (!(positional as readonly string[]).includes(key) && !(keyword as readonly string[]).includes(key)) {
        if (key === "out") throw new TypeError(`${name}(): ${out_refused}`);
        throw new TypeError(
          `${name}() got an unexpected keyword argument '${key}'; it takes ${[...positional, ...keyword].join(", ") || "none"}`,
        );
      }
      bound[key] = value;
    }
  }
  return bound as Partial<T>;
}
