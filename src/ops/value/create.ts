/** @file New tensors from shapes, numbers and arrays. */
import { bind, is_options, none } from "../../args";
import { layout_of } from "../../autograd/tape";
import { execute, from_data, ints, scalar } from "../../backend/engine";
import { bool, DType, dtype_of_array, get_default_dtype, int64, type TypedArray } from "../../dtype";
import { RuntimeError, ValueError } from "../../errors";
import { check_list, check_size, numel, type Shape, size_text } from "../../shape";
import { type NestedArray, Tensor } from "../../tensor";
import { whole_numbers } from "../shape/movement";
import { as_element, cast, dtype_of_number, expect_tensor } from "./convert";

/** Keyword arguments of functions that make tensors. */
export interface CreateOptions {
  dtype?: DType | null;
  requires_grad?: boolean;
  /** Tensors live where TensorFlow's runtime is: only `"cpu"` says nothing new, anything else is refused. */
  device?: string;
}

/** Sizes as a list or one by one, and options at the end. */
export type SizesAndOptions<O = CreateOptions> =
  | [sizes: Shape, options?: O]
  | number[]
  | [...number[], O]
  | [options: O & { size: Shape }];

const create_keys = ["dtype", "requires_grad", "device"] as const;

/** Checks the keyword arguments of `name`. */
export function create_options(name: string, options: unknown): CreateOptions {
  if (options === undefined || options === null) return {};
  if (!is_options(options))
    throw new TypeError(`${name}(): expected an options object, got ${typeof options}`);
  return creation<object>(name, [], [options], 0)[0];
}

/**
 * Binds the arguments of a function that makes tensors: its own by position or by name, then {@link CreateOptions}.
 *
 * @returns the options, and the function's own arguments
 */
export function creation<T extends object>(
  name: string,
  positional: readonly (keyof T & string)[],
  args: readonly unknown[],
  required: number,
): [CreateOptions, T] {
  const bound = bind<T & CreateOptions>(name, positional, create_keys, args, required);
  const { dtype } = bound;
  if (dtype !== undefined && dtype !== null && !(dtype instanceof DType)) {
    throw new TypeError(`${name}(): argument 'dtype' must be torch.dtype, not ${typeof dtype}`);
  }
  return [bound, bound];
}

/** Splits what creation functions take into sizes and options. @throws RuntimeError for negative sizes. */
export function sizes_and_options(name: string, args: readonly unknown[]): [Shape, CreateOptions] {
  const last = args[args.length - 1];
  const has_options = is_options(last);
  const rest = has_options ? args.slice(0, -1) : args;
  const { size: named, ...keywords } = (has_options ? last : {}) as { size?: number | Shape };
  const options = create_options(name, keywords);
  if (named !== undefined && rest.length > 0) {
    throw new TypeError(`${name}() got multiple values for argument 'size'`);
  }
  const sizes = whole_numbers(name, "size", named === undefined ? rest : [named]);
  for (const size of sizes) {
    if (size < 0) {
      throw new RuntimeError(`Trying to create tensor with negative dimension ${size}: ${size_text(sizes)}`);
    }
  }
  check_size(name, sizes);
  return [sizes, options];
}

/** Applies `requires_grad`. */
export function finish(made: Tensor, options: CreateOptions): Tensor {
  return options.requires_grad ? made.requires_grad_() : made;
}

function filled(sizes: Shape, value: number | boolean | bigint, dtype: DType): Tensor {
  return new Tensor(execute("Fill", [ints(sizes), scalar(value, dtype)]));
}

/** {@link filled} with a number that must fit the dtype. @throws RuntimeError */
function holding(name: string, sizes: Shape, value: number | boolean | bigint, dtype: DType): Tensor {
  return new Tensor(execute("Fill", [ints(sizes), as_element(value, dtype, name).handle]));
}

/** How deep arrays may be nested, as in PyTorch. */
const max_nesting = 128;

/**
 * A tensor with a copy of `data`: a number, nested arrays, a typed array or a tensor.
 *
 * Whole numbers make int64 as Python's ints do; any fraction makes float32. JavaScript has no 1.0: say
 * `{ dtype: torch.float32 }`, or give a Float32Array, for whole numbers that are meant as floats.
 *
 * @throws ValueError for ragged arrays and for more than 128 dimensions.
 * @example
 * torch.tensor([[1, 2], [3, 4]]); torch.tensor([1, 2], { dtype: torch.float32 })
 */
export function tensor(
  data: NestedArray | TypedArray | Tensor | readonly (NestedArray | Tensor)[],
  options?: CreateOptions,
): Tensor;
export function tensor(data: unknown, ...args: unknown[]): Tensor {
  const [given] = creation<object>("tensor", [], args, 0);
  if (data instanceof Tensor)
    return finish(new Tensor(cast(data.detach(), given.dtype ?? data.dtype).handle), given);
  if (ArrayBuffer.isView(data)) {
    const array = data as TypedArray;
    const made = new Tensor(from_data([array.length], dtype_of_array(array), array));
    return finish(given.dtype ? cast(made, given.dtype) : made, given);
  }
  const shape: number[] = [];
  for (let level: unknown = data; Array.isArray(level); level = level[0]) {
    shape.push(level.length);
    if (level.length === 0) break;
    // An array that contains itself never ends.
    if (shape.length > max_nesting) {
      throw new ValueError(`tensor(): too many dimensions: arrays are nested more than ${max_nesting} deep`);
    }
  }
  const flat: (number | bigint | boolean)[] = [];
  let fraction = false;
  let only_bools = true;
  const visit = (value: unknown, dim: number): void => {
    if (Array.isArray(value)) {
      if (dim >= shape.length || value.length !== shape[dim]) {
        throw new ValueError(
          `expected sequence of length ${shape[dim] ?? 0} at dim ${dim} (got ${value.length})`,
        );
      }
      for (const item of value) visit(item, dim + 1);
      return;
    }
    if (dim !== shape.length) {
      throw new ValueError(`expected sequence of length ${shape[dim]} at dim ${dim} (got a number)`);
    }
    const item = value instanceof Tensor ? value.item() : value;
    if (typeof item !== "number" && typeof item !== "boolean" && typeof item !== "bigint") {
      throw new TypeError(`tensor(): could not infer dtype of ${item === null ? "null" : typeof item}`);
    }
    if (typeof item !== "boolean") only_bools = false;
    if (typeof item === "number" && !Number.isInteger(item)) fraction = true;
    if (value instanceof Tensor && value.dtype.is_floating_point) fraction = true;
    flat.push(item);
  };
  visit(data, 0);
  const natural = flat.length === 0 || fraction ? get_default_dtype() : only_bools ? bool : int64;
  const dtype = given.dtype ?? natural;
  return finish(new Tensor(from_data(shape, dtype, to_array(flat, dtype))), given);
}

export function to_array(values: readonly (number | bigint | boolean)[], dtype: DType): TypedArray {
  if (dtype === int64) {
    return BigInt64Array.from(values, (value) =>
      BigInt(typeof value === "number" ? Math.trunc(value) : value),
    );
  }
  if (dtype === bool) return Uint8Array.from(values, (value) => (value ? 1 : 0));
  return (dtype.array as Float64ArrayConstructor).from(values, Number);
}

/** `data` as a tensor; a tensor of the wanted dtype stays the same object. */
export function as_tensor(
  data: NestedArray | TypedArray | Tensor,
  dtype?: DType | null,
  options?: { device?: string },
): Tensor;
export function as_tensor(
  data: NestedArray | TypedArray | Tensor,
  options: { dtype?: DType | null; device?: string },
): Tensor;
export function as_tensor(data: NestedArray | TypedArray | Tensor, ...args: unknown[]): Tensor {
  const { dtype } = bind<{ dtype: DType | null; device: string }>("as_tensor", ["dtype"], ["device"], args);
  return data instanceof Tensor ? cast(data, dtype ?? data.dtype) : tensor(data, { dtype });
}

/** A tensor with a copy of a typed array. @example torch.from_numpy(new Float32Array([1, 2])) */
export function from_numpy(array: TypedArray, ...more: []): Tensor {
  none("from_numpy", more);
  if (!ArrayBuffer.isView(array)) {
    throw new TypeError(`expected a typed array (got ${array === null ? "null" : typeof array})`);
  }
  return tensor(array);
}

type SizeAndValue = { size: Shape; fill_value: number | boolean | bigint };

/** A tensor of one number throughout; its dtype follows the number unless given. */
export function full(size: Shape, fill_value: number | boolean | bigint, options?: CreateOptions): Tensor;
export function full(size: Shape, options: CreateOptions & { fill_value: number | boolean | bigint }): Tensor;
export function full(options: CreateOptions & { size: Shape; fill_value: number | boolean | bigint }): Tensor;
export function full(...args: unknown[]): Tensor {
  const [given, { size, fill_value }] = creation<SizeAndValue>("full", ["size", "fill_value"], args, 2);
  const [sizes] = sizes_and_options("full", [size]);
  return finish(holding("full", sizes, fill_value, given.dtype ?? dtype_of_number(fill_value)), given);
}

/** Zeros. @example torch.zeros(2, 3); torch.zeros([2, 3], { dtype: torch.int64 }) */
export function zeros(...args: SizesAndOptions): Tensor {
  const [sizes, options] = sizes_and_options("zeros", args);
  return finish(filled(sizes, 0, options.dtype ?? get_default_dtype()), options);
}

/** Ones. @example torch.ones(2, 3) */
export function ones(...args: SizesAndOptions): Tensor {
  const [sizes, options] = sizes_and_options("ones", args);
  return finish(filled(sizes, 1, options.dtype ?? get_default_dtype()), options);
}

/** A tensor whose values are not promised; here they are zeros. */
export function empty(...args: SizesAndOptions): Tensor {
  const [sizes, options] = sizes_and_options("empty", args);
  return finish(filled(sizes, 0, options.dtype ?? get_default_dtype()), options);
}

/** The tensor, its elements in the order in which those of `input` lie. */
function lying_like(output: Tensor, input: Tensor): Tensor {
  if (input._permuted || input._layout !== null) output._layout = layout_of(input);
  return output;
}

/** Zeros in the shape and, unless given, the dtype of `input`. */
export function zeros_like(input: Tensor, options?: CreateOptions): Tensor;
export function zeros_like(input: Tensor, ...args: unknown[]): Tensor {
  const [given] = creation<object>("zeros_like", [], args, 0);
  expect_tensor("zeros_like", input);
  return finish(lying_like(filled(input.shape, 0, given.dtype ?? input.dtype), input), given);
}

/** Ones in the shape and, unless given, the dtype of `input`. */
export function ones_like(input: Tensor, options?: CreateOptions): Tensor;
export function ones_like(input: Tensor, ...args: unknown[]): Tensor {
  const [given] = creation<object>("ones_like", [], args, 0);
  expect_tensor("ones_like", input);
  return finish(lying_like(filled(input.shape, 1, given.dtype ?? input.dtype), input), given);
}

/** {@link empty} in the shape of `input`. */
export function empty_like(input: Tensor, options?: CreateOptions): Tensor;
export function empty_like(input: Tensor, ...args: unknown[]): Tensor {
  const [given] = creation<object>("empty_like", [], args, 0);
  expect_tensor("empty_like", input);
  return zeros_like(input, given);
}

/** {@link full} in the shape and, unless given, the dtype of `input`. */
export function full_like(
  input: Tensor,
  fill_value: number | boolean | bigint,
  options?: CreateOptions,
): Tensor;
export function full_like(
  input: Tensor,
  options: CreateOptions & { fill_value: number | boolean | bigint },
): Tensor;
export function full_like(input: Tensor, ...args: unknown[]): Tensor {
  type Args = { fill_value: number | boolean | bigint };
  const [given, { fill_value }] = creation<Args>("full_like", ["fill_value"], args, 1);
  expect_tensor("full_like", input);
  return finish(holding("full_like", input.shape, fill_value, given.dtype ?? input.dtype), given);
}

function new_filled(name: string, input: Tensor, args: readonly unknown[], value: number): Tensor {
  const [sizes, options] = sizes_and_options(name, args);
  return finish(filled(sizes, value, options.dtype ?? input.dtype), options);
}

/** Zeros in the dtype of `input`. */
export function new_zeros(input: Tensor, ...args: SizesAndOptions): Tensor {
  return new_filled("new_zeros", input, args, 0);
}

/** Ones in the dtype of `input`. */
export function new_ones(input: Tensor, ...args: SizesAndOptions): Tensor {
  return new_filled("new_ones", input, args, 1);
}

/** {@link empty} in the dtype of `input`. */
export function new_empty(input: Tensor, ...args: SizesAndOptions): Tensor {
  return new_filled("new_empty", input, args, 0);
}

/** {@link full} in the dtype of `input`. */
export function new_full(
  input: Tensor,
  size: Shape,
  fill_value: number | boolean | bigint,
  options?: CreateOptions,
): Tensor;
export function new_full(
  input: Tensor,
  size: Shape,
  options: CreateOptions & { fill_value: number | boolean | bigint },
): Tensor;
export function new_full(
  input: Tensor,
  options: CreateOptions & { size: Shape; fill_value: number | boolean | bigint },
): Tensor;
export function new_full(input: Tensor, ...args: unknown[]): Tensor {
  const [given, { size, fill_value }] = creation<SizeAndValue>("new_full", ["size", "fill_value"], args, 2);
  const [sizes] = sizes_and_options("new_full", [size]);
  return finish(filled(sizes, fill_value, given.dtype ?? input.dtype), given);
}

/** {@link tensor} in the dtype of `input`. */
export function new_tensor(
  input: Tensor,
  data: NestedArray | TypedArray | Tensor,
  options?: CreateOptions,
): Tensor;
export function new_tensor(
  input: Tensor,
  options: CreateOptions & { data: NestedArray | TypedArray | Tensor },
): Tensor;
export function new_tensor(input: Tensor, ...args: unknown[]): Tensor {
  type Args = { data: NestedArray | TypedArray | Tensor };
  const [{ dtype, requires_grad }, { data }] = creation<Args>("new_tensor", ["data"], args, 1);
  return tensor(data, { dtype: dtype ?? input.dtype, requires_grad });
}

/** Ones on the diagonal, zeros elsewhere. */
export function eye(n: number, m?: number, options?: CreateOptions): Tensor;
export function eye(n: number, options: CreateOptions & { m?: number }): Tensor;
export function eye(options: CreateOptions & { n: number; m?: number }): Tensor;
export function eye(...args: unknown[]): Tensor {
  const [given, { n, m: columns = n }] = creation<{ n: number; m?: number }>("eye", ["n", "m"], args, 1);
  if (n < 0 || columns < 0)
    throw new RuntimeError(`n must be greater or equal to 0, got ${Math.min(n, columns)}`);
  check_list("eye", [n, columns]);
  const dtype = given.dtype ?? get_default_dtype();
  const values = new Array<number>(numel([n, columns])).fill(0);
  for (let i = 0; i < Math.min(n, columns); i++) values[i * columns + i] = 1;
  return finish(new Tensor(from_data([n, columns], dtype, to_array(values, dtype))), given);
}
