/** @file Methods that arrange the same elements anew. */
export { moveaxis, msort, ravel, swapaxes, swapdims } from "../ops/alias";
export {
  broadcast_to,
  diag_embed,
  diagflat,
  dsplit,
  hsplit,
  select_scatter,
  split_with_sizes,
  tensor_split,
  unfold,
  vsplit,
} from "../ops/arrange";
export { flip, fliplr, flipud, repeat, repeat_interleave, roll, rot90, tile } from "../ops/join";
export {
  chunk,
  expand,
  expand_as,
  flatten,
  movedim,
  narrow,
  permute,
  reshape,
  reshape_as,
  select,
  split,
  squeeze,
  t,
  transpose,
  unbind,
  unflatten,
  unsqueeze,
  view,
  view_as,
} from "../ops/movement";
