/** @file Methods that tell how elements lie, give views by strides, and put parts in place. */
export { narrow_copy, unsafe_chunk, unsafe_split, unsafe_split_with_sizes } from "../ops/copies";
export { diagonal_scatter } from "../ops/diagonals";
export {
  is_complex,
  is_conj,
  is_contiguous,
  is_neg,
  is_nonzero,
  is_same_size,
  is_signed,
  ndimension,
  nelement,
  size,
  storage_offset,
  stride,
} from "../ops/facts";
export { select_scatter, slice_scatter } from "../ops/parts";
export { adjoint, conj, conj_physical, resolve_conj, resolve_neg } from "../ops/real";
export { as_strided, as_strided_scatter, new_empty_strided, resize_, resize_as_ } from "../ops/strided";
