/** @file Methods that tell how elements lie, give views by strides, and put parts in place. */
export { is_inference } from "../autograd/inference";
export * from "../both/view";
export { is_contiguous, ndimension, nelement, size, storage_offset, stride } from "../ops/shape/facts";
export { _is_view, data_ptr, is_set_to, set_, untyped_storage } from "../ops/shape/storage";
export { new_empty_strided, resize_ } from "../ops/shape/strided";
