/** @file Functions that give views by strides, copies of views, and tensors with a part replaced. */
export {
  alias_copy,
  detach_copy,
  diagonal_copy,
  expand_copy,
  narrow_copy,
  permute_copy,
  select_copy,
  slice_copy,
  split_copy,
  split_with_sizes_copy,
  squeeze_copy,
  t_copy,
  transpose_copy,
  unbind_copy,
  unfold_copy,
  unsafe_chunk,
  unsafe_split,
  unsafe_split_with_sizes,
  unsqueeze_copy,
  view_copy,
} from "../ops/shape/copies";
export { diagonal_scatter } from "../ops/shape/diagonals";
export { is_nonzero, is_same_size, is_signed } from "../ops/shape/facts";
export { adjoint } from "../ops/shape/movement";
export { select_scatter, slice_scatter } from "../ops/shape/parts";
export {
  as_strided,
  as_strided_,
  as_strided_copy,
  as_strided_scatter,
  empty_permuted,
  empty_strided,
  resize_as_,
} from "../ops/shape/strided";
export { fill } from "../ops/value/fill";
