/** @file Methods that tell how elements lie, give views by strides, and put parts in place. */
export * from "../both/view";
export { is_contiguous, ndimension, nelement, size, storage_offset, stride } from "../ops/shape/facts";
export { new_empty_strided, resize_ } from "../ops/shape/strided";
