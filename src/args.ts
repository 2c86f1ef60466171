/** @file Binds PyTorch-style arguments: positional ones in order, keyword ones in one trailing options object. */
import { admits, is_options, looks_like_tensor, types_by_name, words } from "./signatures";

export { is_options };

const out_refused =
  "out= is not offered: tensors' values are immutable natively; assign the result instead, or copy_ it";

/** How many letters must be changed, put in or left out to make one word of the other. */
function distance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, i) => i);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      next.push(Math.min(row[j] + 1, next[j - 1] + 1, row[j - 1] + (a[i - 1] === b[j - 1] ? 0 : 1)));
    }
    row = next;
  }
  return row[b.length];
}

/** The known name that was meant, if one is near: a slip of the pen, other capitals, or `keepDims` for `keepdim`. */
function nearest(key: string, known: readonly string[]): string | undefined {
  const bare = (name: string): string => name.replace(/_/g, "").toLowerCase();
  const ranked = known.map((name) => ({ name, far: distance(bare(key), bare(name)) }));
  ranked.sort((a, b) => a.far - b.far);
  const best = ranked[0];
  if (best === undefined) return undefined;
  return best.far <= Math.min(2, Math.floor(key.length / 2)) ? best.name : undefined;
}

/** The error for a keyword that a function does not know. */
export function unexpected(name: string, key: string, known: readonly string[]): TypeError {
  if (key === "out") return new TypeError(`${name}(): ${out_refused}`);
  const meant = nearest(key, known);
  return new TypeError(
    `${name}() got an unexpected keyword argument '${key}'${meant === undefined ? "" : `. Did you mean '${meant}'?`}; ` +
      `it takes ${known.join(", ") || "none"}`,
  );
}

type Kind = "number or bool" | "Tensor" | "int" | "ints" | "bool" | "number" | "torch.dtype";

function is_ints(value: unknown): boolean {
  return Array.isArray(value) ? value.every((each) => is_kind("int", each)) : is_kind("int", value);
}

function is_kind(kind: Kind, value: unknown): boolean {
  switch (kind) {
    case "Tensor":
      return looks_like_tensor(value);
    case "int":
      return typeof value === "number" ? Number.isInteger(value) : typeof value === "bigint";
    case "ints":
      // Lists of two lists, as tensordot takes them, are the deepest.
      return Array.isArray(value) ? value.every((each) => is_ints(each)) : is_kind("int", value);
    case "bool":
      return typeof value === "boolean";
    case "number":
      return typeof value === "number";
    case "number or bool":
      return typeof value === "number" || typeof value === "boolean";
    case "torch.dtype":
      return value === null || (typeof value === "object" && "scalar_type" in value);
  }
}

/** Parameters that mean the same wherever they occur, by what they take. */
const of_kind: Readonly<Record<Kind, readonly string[]>> = {
  Tensor: [
    ..."mat mat1 mat2 vec vec1 vec2 batch1 batch2 tensor1 tensor2 target boundaries".split(" "),
    ..."positive negative x2 input2 B".split(" "),
  ],
  int: "dim0 dim1 dim2 offset diagonal chunks start_dim end_dim dimension num_classes minlength k".split(" "),
  ints: "dims sizes split_size split_sizes shifts normalized_shape destination".split(" "),
  bool: [
    ..."keepdim descending stable sorted largest right out_int32 invert assume_unique accumulate".split(" "),
    ..."return_inverse return_counts replacement training inplace upper log_target full swap".split(" "),
    ..."include_self equal_nan as_tuple scale_grad_by_freq sparse is_causal with_replacement".split(" "),
  ],
  "number or bool": ["alpha", "beta"],
  number: "eps threshold negative_slope min_val max_val lambd margin delta".split(" "),
  "torch.dtype": ["dtype"],
};

const kinds = new Map<string, Kind>();
for (const [kind, parameters] of Object.entries(of_kind)) {
  for (const parameter of parameters) kinds.set(parameter, kind as Kind);
}

/** Functions where one of those names means something else. */
const others = new Set([
  ..."local_response_norm.k LocalResponseNorm.k rrelu.upper RReLU.upper".split(" "),
  // None is among what these take.
  ..."RMSNorm.eps rms_norm.eps TransformerEncoder.is_causal Transformer.src_is_causal Transformer.tgt_is_causal".split(
    " ",
  ),
]);

/** What a value is, in a word or two, for messages. */
export function kind_of(value: unknown): string {
  if (value === null) return "null";
  if (Array.isArray(value)) return "array";
  if (is_kind("Tensor", value)) return "Tensor";
  if (typeof value === "number" && !Number.isInteger(value)) return `number ${value}`;
  if (typeof value === "object" && !is_options(value)) return value.constructor?.name ?? "object";
  return typeof value;
}

function check_kind(
  name: string,
  parameter: string,
  value: unknown,
  types: ReadonlyMap<string, readonly number[]>,
): void {
  const kind = kinds.get(parameter);
  if (kind !== undefined && !is_kind(kind, value) && !others.has(`${name}.${parameter}`)) {
    throw new TypeError(
      `${name}(): argument '${parameter}' must be ${kind === "ints" ? "an int or a list of ints" : kind}, not ${kind_of(value)}`,
    );
  }
  const admitted = types.get(parameter);
  if (admitted === undefined || admitted.some((type) => admits(type, value))) return;
  throw new TypeError(`${name}(): argument '${parameter}' must be ${words(admitted)}, not ${kind_of(value)}`);
}

/**
 * Binds the arguments of `name` to its parameters.
 *
 * @param positional Names of the parameters that may come by position, in order; all may come by keyword too.
 * @param keyword Names of those that come by keyword only.
 * @param required How many of the first parameters must be there.
 * @throws TypeError for too many arguments, an unknown keyword, a parameter given twice, or a required one left out.
 * @example
 * bind("sum", ["dim", "keepdim"], ["dtype"], [1, { keepdim: true }])  // { dim: 1, keepdim: true }
 */
export function bind<T extends object>(
  name: string,
  positional: readonly (keyof T & string)[],
  keyword: readonly (keyof T & string)[],
  args: readonly unknown[],
): Partial<T>;
export function bind<T extends object>(
  name: string,
  positional: readonly (keyof T & string)[],
  keyword: readonly (keyof T & string)[],
  args: readonly unknown[],
  required: number,
): T;
export function bind<T extends object>(
  name: string,
  positional: readonly (keyof T & string)[],
  keyword: readonly (keyof T & string)[],
  args: readonly unknown[],
  required = 0,
): Partial<T> {
  const bound: Record<string, unknown> = {};
  let count = args.length;
  while (count > 0 && args[count - 1] === undefined) count--;
  const last = args[count - 1];
  const options = is_options(last) ? last : null;
  if (options !== null) {
    count--;
    for (const key of Object.keys(options)) {
      const value = options[key];
      if (value === undefined) continue;
      const place = (positional as readonly string[]).indexOf(key);
      if (place < 0 && !(keyword as readonly string[]).includes(key)) {
        throw unexpected(name, key, [...positional, ...keyword]);
      }
      if (place >= 0 && place < count && args[place] !== undefined) {
        throw new TypeError(`${name}() got multiple values for argument '${key}'`);
      }
      bound[key] = value;
    }
  }
  if (count > positional.length) throw too_many(name, positional, count);
  for (let i = 0; i < count; i++) if (args[i] !== undefined) bound[positional[i]] = args[i];
  for (let i = 0; i < required; i++) {
    if (bound[positional[i]] === undefined) {
      const missing = positional.slice(0, required).filter((key) => bound[key] === undefined);
      throw new TypeError(
        `${name}() missing ${missing.length} required positional argument${missing.length === 1 ? "" : "s"}: ` +
          missing.map((key) => `"${key}"`).join(", "),
      );
    }
  }
  const types = types_by_name(name);
  for (const key in bound) check_kind(name, key, bound[key], types);
  return bound as Partial<T>;
}

function too_many(name: string, positional: readonly string[], count: number): TypeError {
  const expected =
    positional.length === 0
      ? "no further arguments"
      : `at most ${positional.length} further positional argument${positional.length === 1 ? "" : "s"} (${positional.join(", ")})`;
  return new TypeError(
    `${name}() takes ${expected} here, but ${count} ${count === 1 ? "was" : "were"} given`,
  );
}

/** Refuses whatever follows the arguments of a function that has no more. @throws TypeError */
export function none(name: string, more: readonly unknown[]): void {
  if (more.length > 0) bind(name, [], [], more);
}

/** The one further parameter of a function, by position or by keyword; binds nothing where it comes by position. */
export function operand<T>(name: string, parameter: string, args: readonly unknown[]): T {
  if (args.length === 1 && args[0] !== undefined && !is_options(args[0])) {
    check_kind(name, parameter, args[0], types_by_name(name));
    return args[0] as T;
  }
  return bind<Record<string, T>>(name, [parameter], [], args, 1)[parameter];
}

/** The first parameters of a function, required, and the rest of its arguments for another {@link bind}. */
export function lead<T extends object>(
  name: string,
  parameters: readonly (keyof T & string)[],
  all: readonly unknown[],
): T & { args: unknown[] } {
  let count = all.length;
  while (count > 0 && all[count - 1] === undefined) count--;
  const last = all[count - 1];
  const options = is_options(last) ? { ...last } : null;
  const given = options === null ? [...all] : all.slice(0, count - 1);
  const led: Record<string, unknown> = {};
  parameters.forEach((parameter, i) => {
    const named = options?.[parameter];
    if (named !== undefined && given[i] !== undefined) {
      throw new TypeError(`${name}() got multiple values for argument '${parameter}'`);
    }
    led[parameter] = given[i] ?? named ?? (given[i] === null ? null : undefined);
    if (led[parameter] !== undefined) check_kind(name, parameter, led[parameter], types_by_name(name));
    if (options !== null) delete options[parameter];
    if (led[parameter] === undefined) {
      const keys = Object.keys(options ?? {});
      throw new TypeError(
        `${name}() missing required argument "${parameter}"${keys.length > 0 ? `; it was given ${keys.join(", ")}` : ""}`,
      );
    }
  });
  const args: unknown[] = given.slice(parameters.length);
  if (options !== null && Object.keys(options).length > 0) args.push(options);
  return { ...led, args } as T & { args: unknown[] };
}
