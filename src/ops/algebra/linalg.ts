/** @file Products of matrices and vectors. */
import { operand } from "../../args";
import { named, record } from "../../autograd/tape";
import { type Attr, attr } from "../../backend/engine";
import { type DType, whole_number_hint } from "../../dtype";
import { RuntimeError } from "../../errors";
import { broadcast_shapes, size_text } from "../../shape";
import type { Tensor } from "../../tensor";
import { mul } from "../pointwise/elementwise";
import { sum_dims } from "../reduction/reduce";
import { reshape } from "../shape/movement";
import { expect_no_bool, expect_tensor } from "../value/convert";
import { zeros } from "../value/create";
import { execute_any } from "../value/fallback";

/** What C++ calls the element types in PyTorch's messages. */
function c_name(dtype: DType): string {
  const names: Record<string, string> = {
    Float: "float",
    Double: "double",
    Long: "long",
    Int: "int",
    Short: "short",
    Char: "signed char",
    Byte: "unsigned char",
    Bool: "bool",
  };
  return names[dtype.scalar_type];
}

/** Refuses bools, unless there is nothing to add up. */
function expect_numbers(kernel: string, a: Tensor, b: Tensor): void {
  if (a.dtype.category === 0 && a.numel() > 0 && b.numel() > 0) {
    throw new RuntimeError(`"${kernel}" not implemented for 'Bool'`);
  }
}

function same_dtype(name: string, a: Tensor, b: Tensor): void {
  if (a.dtype !== b.dtype) {
    throw new RuntimeError(
      `${name}(): expected both tensors to have the same dtype, but got: ${c_name(a.dtype)} != ${c_name(b.dtype)}${whole_number_hint(a.dtype, b.dtype)}`,
    );
  }
  if (name === "dot") expect_no_bool("dot", a);
  else expect_numbers(`${name}_impl_cpu`, a, b);
}

function product_attrs(a: string, b: string): readonly (readonly Attr[])[] {
  return [0, 1, 2, 3].map((flags) => [attr.bool(a, (flags & 1) !== 0), attr.bool(b, (flags & 2) !== 0)]);
}

const matrix_attrs = product_attrs("transpose_a", "transpose_b");
const batch_attrs = product_attrs("adj_x", "adj_y");

/** The product of two matrices that fit, each possibly transposed; nothing is checked or copied. */
export function product(a: Tensor, b: Tensor, transpose_a = false, transpose_b = false): Tensor {
  const flags = (transpose_a ? 1 : 0) | (transpose_b ? 2 : 0);
  if (a.dtype.category === 0)
    return zeros([a.shape[transpose_a ? 1 : 0], b.shape[transpose_b ? 0 : 1]], { dtype: a.dtype });
  return record(
    "mm",
    execute_any("MatMul", [a.handle, b.handle], matrix_attrs[flags]),
    [a, b],
    [b.requires_grad ? a : null, a.requires_grad ? b : null],
    flags,
  );
}

/** {@link product} over leading dimensions, which broadcast. */
export function batch_product(a: Tensor, b: Tensor, transpose_a = false, transpose_b = false): Tensor {
  const flags = (transpose_a ? 1 : 0) | (transpose_b ? 2 : 0);
  if (a.dtype.category === 0) {
    const inner = a.shape[a.ndim - (transpose_a ? 2 : 1)];
    // Of single products nothing is added up.
    if (inner === 1) return mul(transpose_a ? a.mT : a, transpose_b ? b.mT : b);
    const lead = broadcast_shapes(a.shape.slice(0, -2), b.shape.slice(0, -2));
    const sizes = [a.shape[a.ndim - (transpose_a ? 1 : 2)], b.shape[b.ndim - (transpose_b ? 2 : 1)]];
    return zeros([...lead, ...sizes], { dtype: a.dtype });
  }
  return record(
    "bmm",
    execute_any("BatchMatMulV2", [a.handle, b.handle], batch_attrs[flags]),
    [a, b],
    [b.requires_grad ? a : null, a.requires_grad ? b : null],
    flags,
  );
}

function check_inner(a: Tensor, b: Tensor): void {
  const [n, k] = a.shape;
  const [k2, m] = b.shape;
  if (k !== k2) {
    throw new RuntimeError(`mat1 and mat2 shapes cannot be multiplied (${n}x${k} and ${k2}x${m})`);
  }
}

/**
 * The product of tensors: of two vectors their dot product, of matrices the matrix product; more dimensions are batches,
 * which broadcast. A vector counts as a row on the left and as a column on the right.
 *
 * @throws RuntimeError when the shapes or dtypes do not fit.
 * @example
 * torch.matmul(torch.randn(10, 3, 4), torch.randn(4, 5)).shape  // [10, 3, 5]
 */
export function matmul(input: Tensor, other: Tensor): Tensor;
export function matmul(input: Tensor, options: { other: Tensor }): Tensor;
export function matmul(input: Tensor, ...args: unknown[]): Tensor {
  const other = operand<Tensor>("matmul", "other", args);
  const a = expect_tensor("matmul", input);
  const b = expect_tensor("matmul", other, "other");
  const rank_a = a.ndim;
  const rank_b = b.ndim;
  if (rank_a === 0 || rank_b === 0) {
    throw new RuntimeError(
      `both arguments to matmul need to be at least 1D, but they are ${rank_a}D and ${rank_b}D`,
    );
  }
  if (rank_a === 2 && rank_b === 2) return mm(a, b);
  if (rank_a === 1 && rank_b === 1) return dot(a, b);
  if (rank_a === 2 && rank_b === 1) return mv(a, b);
  same_dtype("matmul", a, b);
  if (rank_a === 1) {
    const row = reshape(a, [1, a.shape[0]]);
    if (rank_b === 2) {
      check_inner(row, b);
      return named("SqueezeBackward4", reshape(product(row, b), [b.shape[1]]), a);
    }
    const batch = matmul(row, b);
    return reshape(batch, [...b.shape.slice(0, -2), b.shape[rank_b - 1]]);
  }
  if (rank_b === 1) {
    return reshape(matmul(a, reshape(b, [b.shape[0], 1])), a.shape.slice(0, -1));
  }
  if (rank_b === 2) {
    // The batches of a matrix on the left are more of its rows: one product instead of many.
    const flat = reshape(a, [rows_of(a.shape), a.shape[rank_a - 1]]);
    check_inner(flat, b);
    return named("UnsafeViewBackward0", reshape(product(flat, b), [...a.shape.slice(0, -1), b.shape[1]]), a);
  }
  const inner_a = a.shape[rank_a - 1];
  const inner_b = b.shape[rank_b - 2];
  if (inner_a !== inner_b) {
    const rows = rank_a === 2 ? a.shape[0] : a.shape[rank_a - 2];
    if (rank_a === rank_b && rank_a === 3 && a.shape[0] === b.shape[0]) {
      throw new RuntimeError(
        `Expected size for first two dimensions of batch2 tensor to be: ${size_text([a.shape[0], inner_a])} but got: ` +
          `${size_text([b.shape[0], inner_b])}.`,
      );
    }
    throw new RuntimeError(
      `mat1 and mat2 shapes cannot be multiplied (${rows}x${inner_a} and ${inner_b}x${b.shape[rank_b - 1]})`,
    );
  }
  broadcast_shapes(a.shape.slice(0, -2), b.shape.slice(0, -2));
  return named("UnsafeViewBackward0", batch_product(a, b), a);
}

function rows_of(shape: readonly number[]): number {
  return shape.slice(0, -1).reduce((count, size) => count * size, 1);
}

/** The product of two matrices. @throws RuntimeError unless both are matrices that fit. */
export function mm(input: Tensor, mat2: Tensor): Tensor;
export function mm(input: Tensor, options: { mat2: Tensor }): Tensor;
export function mm(input: Tensor, ...args: unknown[]): Tensor {
  const mat2 = operand<Tensor>("mm", "mat2", args);
  const a = expect_tensor("mm", input);
  const b = expect_tensor("mm", mat2, "mat2");
  if (a.ndim !== 2) throw new RuntimeError("self must be a matrix");
  if (b.ndim !== 2) throw new RuntimeError("mat2 must be a matrix");
  check_inner(a, b);
  if (a.dtype !== b.dtype) {
    throw new RuntimeError(
      `expected m1 and m2 to have the same dtype, but got: ${c_name(a.dtype)} != ${c_name(b.dtype)}`,
    );
  }
  expect_numbers("addmm_impl_cpu_", a, b);
  return product(a, b);
}

/** Products of matrices pair by pair: (b, n, k) with (b, k, m). */
export function bmm(input: Tensor, mat2: Tensor): Tensor;
export function bmm(input: Tensor, options: { mat2: Tensor }): Tensor;
export function bmm(input: Tensor, ...args: unknown[]): Tensor {
  const mat2 = operand<Tensor>("bmm", "mat2", args);
  const a = expect_tensor("bmm", input);
  const b = expect_tensor("bmm", mat2, "mat2");
  if (a.ndim !== 3) throw new RuntimeError("batch1 must be a 3D tensor");
  if (b.ndim !== 3) throw new RuntimeError("batch2 must be a 3D tensor");
  if (a.shape[0] !== b.shape[0] || a.shape[2] !== b.shape[1]) {
    throw new RuntimeError(
      `Expected size for first two dimensions of batch2 tensor to be: ${size_text([a.shape[0], a.shape[2]])} but got: ` +
        `${size_text([b.shape[0], b.shape[1]])}.`,
    );
  }
  same_dtype("bmm", a, b);
  return batch_product(a, b);
}

/** The product of a matrix and a vector. */
export function mv(input: Tensor, vec: Tensor): Tensor;
export function mv(input: Tensor, options: { vec: Tensor }): Tensor;
export function mv(input: Tensor, ...args: unknown[]): Tensor {
  const vec = operand<Tensor>("mv", "vec", args);
  const a = expect_tensor("mv", input);
  const b = expect_tensor("mv", vec, "vec");
  if (a.ndim !== 2 || b.ndim !== 1) {
    throw new RuntimeError(`vector + matrix @ vector expected, got ${b.ndim}, ${a.ndim}, ${b.ndim}`);
  }
  if (a.shape[1] !== b.shape[0]) {
    throw new RuntimeError(
      `size mismatch, got input (${a.shape[0]}), mat (${a.shape[0]}x${a.shape[1]}), vec (${b.shape[0]})`,
    );
  }
  same_dtype("mv", a, b);
  return named("MvBackward0", reshape(product(a, reshape(b, [b.shape[0], 1])), [a.shape[0]]), input);
}

/** The sum of two vectors' products. */
export function dot(input: Tensor, tensor: Tensor): Tensor;
export function dot(input: Tensor, options: { tensor: Tensor }): Tensor;
export function dot(input: Tensor, ...args: unknown[]): Tensor {
  const tensor = operand<Tensor>("dot", "tensor", args);
  const a = expect_tensor("dot", input);
  const b = expect_tensor("dot", tensor, "tensor");
  if (a.ndim !== 1 || b.ndim !== 1) {
    throw new RuntimeError(`1D tensors expected, but got ${a.ndim}D and ${b.ndim}D tensors`);
  }
  if (a.dtype !== b.dtype) {
    throw new RuntimeError(
      `dot : expected both vectors to have same dtype, but found ${a.dtype.scalar_type} and ${b.dtype.scalar_type}`,
    );
  }
  if (a.shape[0] !== b.shape[0]) {
    throw new RuntimeError(
      `inconsistent tensor size, expected tensor [${a.shape[0]}] and src [${b.shape[0]}] to have the same number of ` +
        `elements, but got ${a.shape[0]} and ${b.shape[0]} elements respectively`,
    );
  }
  same_dtype("dot", a, b);
  return named("DotBackward0", sum_dims(mul(a, b), [0], false), input);
}

/** {@link dot}: there are no complex numbers here. */
export function vdot(input: Tensor, other: Tensor): Tensor;
export function vdot(input: Tensor, options: { other: Tensor }): Tensor;
export function vdot(input: Tensor, ...args: unknown[]): Tensor {
  const other = operand<Tensor>("vdot", "other", args);
  expect_tensor("vdot", input);
  return dot(input, other);
}

/** Products of the last dimensions of both: (..., k) with (..., k). */
export function inner(input: Tensor, other: Tensor): Tensor;
export function inner(input: Tensor, options: { other: Tensor }): Tensor;
export function inner(input: Tensor, ...args: unknown[]): Tensor {
  const other = operand<Tensor>("inner", "other", args);
  expect_tensor("inner", input);
  expect_tensor("inner", other, "other");
  if (input.ndim === 0 || other.ndim === 0) return mul(input, other);
  const k = input.shape[input.ndim - 1];
  const k2 = other.shape[other.ndim - 1];
  if (k !== k2) {
    throw new RuntimeError(
      `inner() the last dimension must match on both input tensors but got shapes ${size_text(input.shape)} and ${size_text(other.shape)}`,
    );
  }
  same_dtype("inner", input, other);
  const a = reshape(input, [rows_of(input.shape), k]);
  const b = reshape(other, [rows_of(other.shape), k]);
  return reshape(product(a, b, false, true), [...input.shape.slice(0, -1), ...other.shape.slice(0, -1)]);
}

/** Every element of one vector times every element of another. */
export function outer(input: Tensor, vec2: Tensor): Tensor;
export function outer(input: Tensor, options: { vec2: Tensor }): Tensor;
export function outer(input: Tensor, ...args: unknown[]): Tensor {
  const vec2 = operand<Tensor>("outer", "vec2", args);
  expect_tensor("outer", input);
  if (input.ndim !== 1) {
    throw new RuntimeError(`outer: Expected 1-D argument self, but got ${input.ndim}-D`);
  }
  if (vec2.ndim !== 1) throw new RuntimeError(`outer: Expected 1-D argument vec2, but got ${vec2.ndim}-D`);
  return mul(reshape(input, [input.shape[0], 1]), vec2);
}

/** {@link outer}. */
export function ger(input: Tensor, vec2: Tensor): Tensor;
export function ger(input: Tensor, options: { vec2: Tensor }): Tensor;
export function ger(input: Tensor, ...args: unknown[]): Tensor {
  const vec2 = operand<Tensor>("ger", "vec2", args);
  expect_tensor("ger", input);
  return outer(input, vec2);
}
