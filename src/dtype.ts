/** @file Element types: PyTorch's names, TensorFlow's codes, JavaScript's typed arrays. */

/** A typed array that can hold a tensor's elements. */
import { none, operand } from "./args";

export type TypedArray =
  | Float32Array
  | Float64Array
  | BigInt64Array
  | Int32Array
  | Int16Array
  | Int8Array
  | Uint8Array;

type TypedArrayConstructor =
  | Float32ArrayConstructor
  | Float64ArrayConstructor
  | BigInt64ArrayConstructor
  | Int32ArrayConstructor
  | Int16ArrayConstructor
  | Int8ArrayConstructor
  | Uint8ArrayConstructor;

/** The name of a dtype, as after `torch.`. */
export type DTypeName = "float32" | "float64" | "int64" | "int32" | "int16" | "int8" | "uint8" | "bool";

/** Categories in the order of promotion: bool < integral < floating. */
export type Category = 0 | 1 | 2;

/** An element type such as `torch.float32`; compare with `===`. */
export class DType {
  constructor(
    readonly name: DTypeName,
    /** TensorFlow's `TF_DataType` code. */
    readonly code: number,
    /** Bytes per element. */
    readonly itemsize: number,
    /** 0 bool, 1 integral, 2 floating point. */
    readonly category: Category,
    /** The typed array that holds elements of this type (bool: one byte each). */
    readonly array: TypedArrayConstructor,
    /** What error messages call it, e.g. `Float`. */
    readonly scalar_type: string,
  ) {}

  get is_floating_point(): boolean {
    return this.category === 2;
  }

  toString(): string {
    return `torch.${this.name}`;
  }

  [Symbol.for("nodejs.util.inspect.custom")](): string {
    return this.toString();
  }
}

export const float32 = new DType("float32", 1, 4, 2, Float32Array, "Float");
export const float64 = new DType("float64", 2, 8, 2, Float64Array, "Double");
export const int32 = new DType("int32", 3, 4, 1, Int32Array, "Int");
export const uint8 = new DType("uint8", 4, 1, 1, Uint8Array, "Byte");
export const int16 = new DType("int16", 5, 2, 1, Int16Array, "Short");
export const int8 = new DType("int8", 6, 1, 1, Int8Array, "Char");
export const int64 = new DType("int64", 9, 8, 1, BigInt64Array, "Long");
export const bool = new DType("bool", 10, 1, 0, Uint8Array, "Bool");

/** All dtypes, by name. */
export const dtypes: Readonly<Record<DTypeName, DType>> = {
  float32,
  float64,
  int64,
  int32,
  int16,
  int8,
  uint8,
  bool,
};

const byCode = new Map(Object.values(dtypes).map((dtype) => [dtype.code, dtype]));

/** The dtype of a TensorFlow code. @throws TypeError for codes that have no dtype here. */
export function dtype_of_code(code: number): DType {
  const dtype = byCode.get(code);
  if (dtype === undefined) throw new TypeError(`TensorFlow's data type ${code} has no torch dtype here`);
  return dtype;
}

/** The dtype of a typed array; `Uint8Array` is uint8. */
export function dtype_of_array(array: TypedArray): DType {
  for (const dtype of [float32, float64, int64, int32, int16, int8, uint8]) {
    if (array instanceof dtype.array) return dtype;
  }
  throw new TypeError(`no torch dtype for ${(array as object).constructor.name}`);
}

let default_dtype = float32;

/** The floating point dtype of new tensors, float32 unless changed. */
export function get_default_dtype(...more: []): DType {
  none("get_default_dtype", more);
  return default_dtype;
}

/** Sets the floating point dtype of new tensors. @throws TypeError unless it is float32 or float64. */
export function set_default_dtype(dtype: DType, ...more: []): void {
  none("set_default_dtype", more);
  if (!(dtype instanceof DType) || !dtype.is_floating_point) {
    throw new TypeError(`only floating-point types are supported as the default type, got ${String(dtype)}`);
  }
  default_dtype = dtype;
}

const integral = [uint8, int8, int16, int32, int64];

/** The dtype that two tensors of equal standing meet in (PyTorch: `torch.promote_types`). */
export function promote_types(a: DType, b: DType): DType;
export function promote_types(a: DType, options: { b: DType }): DType;
export function promote_types(a: DType, ...args: unknown[]): DType {
  const b = operand<DType>("promote_types", "b", args);
  if (a === b) return a;
  if (a.category !== b.category) return a.category > b.category ? a : b;
  if (a.category === 2) return float64;
  // uint8 with a signed type: the next signed type that holds both.
  if (a === uint8 || b === uint8) {
    const other = a === uint8 ? b : a;
    return other === int8 ? int16 : other;
  }
  return integral.indexOf(a) > integral.indexOf(b) ? a : b;
}

/** A sentence for errors about `dtype` where floats are wanted: where int64 comes from that was not asked for. */
export function whole_number_hint(...given: readonly DType[]): string {
  return given.includes(int64)
    ? ". In JavaScript 1.0 is 1, so whole numbers make int64: say { dtype: torch.float32 } where the tensor is made, or use .float()"
    : "";
}
