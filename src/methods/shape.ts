/** @file Methods that arrange the same elements anew. */

export { broadcast_to, unfold } from "../ops/shape/arrange";
export { diag_embed, diagflat } from "../ops/shape/diagonals";
export { flip, fliplr, flipud, repeat, repeat_interleave, roll, rot90, tile } from "../ops/shape/join";
export {
  expand,
  expand_as,
  flatten,
  movedim,
  permute,
  reshape,
  reshape_as,
  squeeze,
  t,
  transpose,
  unflatten,
  unsqueeze,
  view,
  view_as,
} from "../ops/shape/movement";
export { narrow, select } from "../ops/shape/parts";
export {
  chunk,
  dsplit,
  hsplit,
  split,
  split_with_sizes,
  tensor_split,
  unbind,
  vsplit,
} from "../ops/shape/splits";
export { moveaxis, msort, ravel, swapaxes, swapdims } from "../ops/value/alias";
