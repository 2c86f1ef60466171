/** @file Operations that arrange the same elements anew: functions of `torch` and methods of tensors alike. */
export { broadcast_to, unfold } from "../ops/shape/arrange";
export { diag_embed, diagflat } from "../ops/shape/diagonals";
export { flip, fliplr, flipud, repeat_interleave, roll, rot90, tile } from "../ops/shape/join";
export {
  flatten,
  movedim,
  permute,
  reshape,
  squeeze,
  t,
  transpose,
  unflatten,
  unsqueeze,
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
