/** @file Element types in operations: promotion as PyTorch's, and casts. */
import { is_options, none } from "../../args";
import { is_grad_enabled } from "../../autograd/grad-mode";
import { record } from "../../autograd/tape";
import { attr, execute } from "../../backend/engine";
import {
  bool,
  type Category,
  type DType,
  float32,
  float64,
  get_default_dtype,
  int8,
  int16,
  int32,
  int64,
  promote_types,
  uint8,
} from "../../dtype";
import { NotImplementedError, RuntimeError } from "../../errors";
import { is_tensor, scalar_tensor, type Tensor } from "../../tensor";

/** What arithmetic takes: a tensor, or a number (whole ones count as Python's ints) or boolean. */
export type TensorLike = Tensor | number | boolean | bigint;

/** The value in another element type; the same tensor where it has it already. Gradients flow between floating types. */
export function cast(input: Tensor, dtype: DType): Tensor {
  if (input.dtype === dtype) return input;
  return record(
    "cast",
    execute("Cast", [input.handle], [attr.type("DstT", dtype)]),
    [input],
    [],
    input.dtype,
  );
}

function category_of_number(value: number | boolean | bigint): Category {
  if (typeof value === "boolean") return 0;
  return typeof value === "bigint" || Number.isInteger(value) ? 1 : 2;
}

/** The dtype of a number or boolean by itself. */
export function dtype_of_number(value: number | boolean | bigint): DType {
  return [bool, int64, get_default_dtype()][category_of_number(value)];
}

/**
 * The dtype that operands meet in (PyTorch: `torch.result_type`): tensors with dimensions outrank zero-dim tensors,
 * those outrank numbers, and the lower ranks only count when their category is higher.
 */
export function result_type(...operands: readonly TensorLike[]): DType {
  const last: unknown = operands[operands.length - 1];
  if (is_options(last)) none("result_type", [last]);
  const ranks: (DType | null)[] = [null, null, null];
  for (const operand of operands) {
    const tensor = is_tensor(operand);
    const rank = tensor ? (operand.ndim > 0 ? 0 : 1) : 2;
    const dtype = tensor ? operand.dtype : dtype_of_number(operand);
    const before = ranks[rank];
    ranks[rank] = before === null ? dtype : promote_types(before, dtype);
  }
  let result: DType | null = null;
  for (const dtype of ranks) {
    if (dtype === null) continue;
    if (result === null) result = dtype;
    else if (dtype.category > result.category) result = dtype;
  }
  return result ?? get_default_dtype();
}

/** An operand as a tensor of `dtype`. */
export function as_operand(value: TensorLike, dtype: DType, name: string): Tensor {
  if (is_tensor(value)) return cast(value, dtype);
  if (typeof value !== "number" && typeof value !== "boolean" && typeof value !== "bigint") {
    const kind = value === null ? "null" : Array.isArray(value) ? "array" : typeof value;
    throw new TypeError(`${name}(): expected a Tensor or a number, got ${kind}`);
  }
  return scalar_tensor(value, dtype);
}

/**
 * {@link as_operand} for what is written into a tensor: a number must fit, negative ones wrap round in unsigned dtypes.
 *
 * @throws RuntimeError for a number beyond the dtype's bounds, as PyTorch has it.
 */
export function as_element(value: TensorLike, dtype: DType, name: string): Tensor {
  if (typeof value === "number" && dtype.category === 1) {
    const bits = 8 * dtype.itemsize;
    const most = dtype.name === "uint8" ? 255 : 2 ** (bits - 1) - 1;
    const least = dtype.name === "uint8" ? -255 : -(2 ** (bits - 1));
    // A fraction below 0 does not wrap round.
    const low = dtype.name === "uint8" && !Number.isInteger(value) ? 0 : least;
    if (!(value >= low && value <= most)) {
      throw new RuntimeError(`${name}(): value cannot be converted to type ${dtype.name}_t without overflow`);
    }
  }
  return as_operand(value, dtype, name);
}

/** Operations that take two numbers, too. */
const of_numbers = new Set(["add", "sub", "mul", "div", "floor_divide"]);

function expect_one_tensor(name: string, a: TensorLike, b: TensorLike): void {
  if (is_tensor(a) || is_tensor(b)) return;
  const kinds = [a, b].map((value) => (value === null ? "null" : typeof value)).join(", ");
  throw new TypeError(
    `${name}() received an invalid combination of arguments - got (${kinds}), but expected a Tensor among them`,
  );
}

/** Both operands in the dtype that they meet in. */
export function promote(name: string, a: TensorLike, b: TensorLike): [Tensor, Tensor] {
  if (is_tensor(a) && is_tensor(b) && a.dtype === b.dtype) return [a, b];
  if (!of_numbers.has(name)) expect_one_tensor(name, a, b);
  const dtype = result_type(a, b);
  return [as_operand(a, dtype, name), as_operand(b, dtype, name)];
}

/** Like {@link promote} for operations with floating results: ints and bools become the default dtype. */
export function promote_floating(name: string, a: TensorLike, b: TensorLike): [Tensor, Tensor] {
  if (is_tensor(a) && is_tensor(b) && a.dtype === b.dtype && a.dtype.is_floating_point) return [a, b];
  if (!of_numbers.has(name)) expect_one_tensor(name, a, b);
  const met = result_type(a, b);
  const dtype = met.is_floating_point ? met : get_default_dtype();
  return [as_operand(a, dtype, name), as_operand(b, dtype, name)];
}

/** Refuses bools, for functions that PyTorch has for numbers alone. */
export function expect_no_bool(kernel: string, input: Tensor): void {
  if (input.dtype === bool) throw new NotImplementedError(`"${kernel}" not implemented for 'Bool'`);
}

/** Refuses whole numbers and bools, for functions that PyTorch has for floating point alone. */
export function expect_floating_kernel(kernel: string, ...operands: readonly Tensor[]): void {
  const dtype = result_type(...operands);
  if (!dtype.is_floating_point) {
    throw new NotImplementedError(`"${kernel}" not implemented for '${dtype.scalar_type}'`);
  }
}

/** Refuses an argument that requires a gradient where PyTorch's function has none for it. */
export function expect_no_gradient(name: string, argument: string, value: Tensor | null | undefined): void {
  if (!value?.requires_grad || !is_grad_enabled()) return;
  throw new RuntimeError(
    `The function '${name}' is not differentiable with respect to argument '${argument}'. This input cannot have requires_grad True.`,
  );
}

/** A tensor argument, checked. @throws TypeError naming the function and what came instead. */
export function expect_tensor(name: string, value: unknown, argument = "input"): Tensor {
  if (is_tensor(value)) return value;
  const kind = value === null ? "null" : Array.isArray(value) ? "array" : typeof value;
  throw new TypeError(`${name}(): argument '${argument}' must be Tensor, not ${kind}`);
}

/** The value in floating point: ints and bools become the default dtype. */
export function to_floating(input: Tensor): Tensor {
  return input.dtype.is_floating_point ? input : cast(input, get_default_dtype());
}

/** The value as float32. */
export function float(input: Tensor, ...more: []): Tensor {
  none("float", more);
  return cast(input, float32);
}

/** The value as float64. */
export function double(input: Tensor, ...more: []): Tensor {
  none("double", more);
  return cast(input, float64);
}

/** The value as int64; fractions are cut off. */
export function long(input: Tensor, ...more: []): Tensor {
  none("long", more);
  return cast(input, int64);
}

/** The value as int32; fractions are cut off. */
export function int(input: Tensor, ...more: []): Tensor {
  none("int", more);
  return cast(input, int32);
}

/** The value as int16. */
export function short(input: Tensor, ...more: []): Tensor {
  none("short", more);
  return cast(input, int16);
}

/** The value as int8. */
export function char(input: Tensor, ...more: []): Tensor {
  none("char", more);
  return cast(input, int8);
}

/** The value as uint8. */
export function byte(input: Tensor, ...more: []): Tensor {
  none("byte", more);
  return cast(input, uint8);
}
