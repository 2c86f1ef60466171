/** @file New tensors from shapes, numbers and arrays. */
import { execute, from_data, ints, scalar } from "../backend/engine";
import { bool, type DType, dtype_of_array, get_default_dtype, int64, type TypedArray } from "../dtype";
import { ValueError } from "../errors";
import { type NestedArray, Tensor } from "../tensor";
import { cast } from "./convert";

/** Keyword arguments of functions that make tensors. */
export interface CreateOptions {
  dtype?: DType | null;
  requires_grad?: boolean;
}

function finish(tensor: Tensor, options: CreateOptions | undefined): Tensor {
  return options?.requires_grad ? tensor.requires_grad_() : tensor;
}

/**
 * A tensor with a copy of `data`: a number, nested arrays, a typed array or a tensor.
 *
 * Whole numbers make int64 as Python's ints do; any fraction makes float32. JavaScript has no 1.0: say
 * `{ dtype: torch.float32 }` for whole numbers that are meant as floats.
 *
 * @throws ValueError for ragged arrays.
 * @example
 * torch.tensor([[1, 2], [3, 4]]); torch.tensor([1, 2], { dtype: torch.float32 })
 */
export function tensor(
  data: NestedArray | TypedArray | Tensor | readonly NestedArray[],
  options?: CreateOptions,
): Tensor {
  if (data instanceof Tensor) return finish(cast(data.detach(), options?.dtype ?? data.dtype), options);
  if (ArrayBuffer.isView(data)) {
    const array = data as TypedArray;
    const made = new Tensor(from_data([array.length], dtype_of_array(array), array));
    return finish(options?.dtype ? cast(made, options.dtype) : made, options);
  }
  const shape: number[] = [];
  for (let level: unknown = data; Array.isArray(level); level = level[0]) {
    shape.push(level.length);
    if (level.length === 0) break;
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
    if (dim !== shape.length)
      throw new ValueError(`expected sequence of length ${shape[dim]} at dim ${dim} (got a number)`);
    const item = value instanceof Tensor ? value.item() : value;
    if (typeof item !== "number" && typeof item !== "boolean" && typeof item !== "bigint") {
      throw new TypeError(`tensor(): could not make a number of ${item === null ? "null" : typeof item}`);
    }
    if (typeof item !== "boolean") only_bools = false;
    if (typeof item === "number" && !Number.isInteger(item)) fraction = true;
    if (value instanceof Tensor && value.dtype.is_floating_point) fraction = true;
    flat.push(item);
  };
  visit(data, 0);
  const natural = flat.length === 0 || fraction ? get_default_dtype() : only_bools ? bool : int64;
  const dtype = options?.dtype ?? natural;
  const array: TypedArray =
    dtype === int64
      ? BigInt64Array.from(flat, (value) => BigInt(typeof value === "number" ? Math.trunc(value) : value))
      : dtype === bool
        ? Uint8Array.from(flat, (value) => (value ? 1 : 0))
        : (dtype.array as Float64ArrayConstructor).from(flat, Number);
  return finish(new Tensor(from_data(shape, dtype, array)), options);
}

/** A tensor of one number throughout. */
export function full(
  size: readonly number[],
  fill_value: number | boolean | bigint,
  options?: CreateOptions,
): Tensor {
  const natural =
    typeof fill_value === "boolean"
      ? bool
      : typeof fill_value === "bigint" || Number.isInteger(fill_value)
        ? int64
        : get_default_dtype();
  const dtype = options?.dtype ?? natural;
  return finish(new Tensor(execute("Fill", [ints(size), scalar(fill_value, dtype)])), options);
}

/** Zeros in the shape and dtype of `input`. */
export function zeros_like(input: Tensor): Tensor {
  return new Tensor(execute("Fill", [ints(input.shape), scalar(0, input.dtype)]));
}

/** Ones in the shape and dtype of `input`. */
export function ones_like(input: Tensor): Tensor {
  return new Tensor(execute("Fill", [ints(input.shape), scalar(1, input.dtype)]));
}
