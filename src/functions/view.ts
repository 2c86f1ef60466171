/** @file Functions that give views by strides, copies of views, and tensors with a part replaced. */
export * from "../both/view";
export {
  alias_copy,
  detach_copy,
  diagonal_copy,
  expand_copy,
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
  unsqueeze_copy,
  view_copy,
} from "../ops/shape/copies";
export { as_strided_copy, empty_permuted, empty_strided } from "../ops/shape/strided";
export { fill } from "../ops/value/fill";
