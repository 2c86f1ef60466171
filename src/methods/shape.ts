/** @file Methods that arrange the same elements anew. */
export { moveaxis, msort, ravel, swapaxes, swapdims } from "../ops/alias";
export { broadcast_to, unfold } from "../ops/arrange";
export { diag_embed, diagflat } from "../ops/diagonals";
export { flip, fliplr, flipud, repeat, repeat_interleave, roll, rot90, tile } from "../ops/join";
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
} from "../ops/movement";
export { narrow, select } from "../ops/parts";
export { chunk, dsplit, hsplit, split, split_with_sizes, tensor_split, unbind, vsplit } from "../ops/splits";
