/** @file Operations that tell how elements lie, give views by strides, and put parts in place: functions of `torch` and methods of tensors alike. */
export { narrow_copy, unsafe_chunk, unsafe_split, unsafe_split_with_sizes } from "../ops/shape/copies";
export { diagonal_scatter } from "../ops/shape/diagonals";
export { is_nonzero, is_same_size, is_signed } from "../ops/shape/facts";
export { adjoint } from "../ops/shape/movement";
export { select_scatter, slice_scatter } from "../ops/shape/parts";
export { as_strided, as_strided_, as_strided_scatter, resize_as_ } from "../ops/shape/strided";
