/** @file What a tensor is: its sizes, strides, and the kind of its elements. */
import { bind, none, operand } from "../../args";
import { IndexError, RuntimeError } from "../../errors";
import { is_contiguous as contiguous } from "../../geometry";
import { same_shape } from "../../shape";
import type { Tensor } from "../../tensor";
import { expect_tensor } from "../value/convert";

/** The entry of a list that a possibly negative dimension names. */
function entry(list: readonly number[], dim: number): number {
  const rank = list.length;
  if (dim < -rank || dim >= rank) {
    throw new IndexError(
      rank === 0
        ? `Dimension specified as ${dim} but tensor has no dimensions`
        : `Dimension out of range (expected to be in range of [${-rank}, ${rank - 1}], but got ${dim})`,
    );
  }
  return list[dim < 0 ? dim + rank : dim];
}

/** Sizes of the dimensions, or of one. */
export function size(input: Tensor): number[];
export function size(input: Tensor, dim: number): number;
export function size(input: Tensor, options: { dim: number }): number;
export function size(input: Tensor, ...args: unknown[]): number | number[] {
  const { dim } = bind<{ dim: number }>("size", ["dim"], [], args);
  return dim === undefined ? [...input.shape] : entry(input.shape, dim);
}

/**
 * How many elements apart neighbours along each dimension lie, or along one. Only views can lie otherwise than in row-major
 * order here.
 */
export function stride(input: Tensor): number[];
export function stride(input: Tensor, dim: number): number;
export function stride(input: Tensor, options: { dim: number }): number;
export function stride(input: Tensor, ...args: unknown[]): number | number[] {
  const { dim } = bind<{ dim: number }>("stride", ["dim"], [], args);
  const { strides } = input._geometry();
  return dim === undefined ? [...strides] : entry(strides, dim);
}

/** Where a view's first element lies among those of the tensor that it comes from. */
export function storage_offset(input: Tensor, ...more: []): number {
  none("storage_offset", more);
  return input._geometry().offset;
}

/** Whether the elements lie in row-major order without gaps: all tensors but some views do. */
export function is_contiguous(input: Tensor, ...more: []): boolean {
  none("is_contiguous", more);
  return contiguous(input.shape, input._geometry().strides);
}

/** Number of dimensions. */
export function ndimension(input: Tensor, ...more: []): number {
  none("ndimension", more);
  return input.ndim;
}

/** Number of elements. */
export function nelement(input: Tensor, ...more: []): number {
  none("nelement", more);
  return input.numel();
}

/** Whether both have the same shape. */
export function is_same_size(input: Tensor, other: Tensor): boolean;
export function is_same_size(input: Tensor, options: { other: Tensor }): boolean;
export function is_same_size(input: Tensor, ...args: unknown[]): boolean {
  const other = expect_tensor("is_same_size", operand<Tensor>("is_same_size", "other", args), "other");
  return same_shape(expect_tensor("is_same_size", input).shape, other.shape);
}

/** Whether the one element is not 0. @throws RuntimeError unless there is exactly one. */
export function is_nonzero(input: Tensor, ...more: []): boolean {
  none("is_nonzero", more);
  expect_tensor("is_nonzero", input);
  if (input.numel() === 0) throw new RuntimeError("Boolean value of Tensor with no values is ambiguous");
  if (input.numel() > 1) {
    throw new RuntimeError("Boolean value of Tensor with more than one value is ambiguous");
  }
  return Number(input.item()) !== 0;
}

/** Whether elements can be negative. */
export function is_signed(input: Tensor, ...more: []): boolean {
  none("is_signed", more);
  const { name } = expect_tensor("is_signed", input).dtype;
  return name !== "uint8" && name !== "bool";
}
